// What the library's workers tell each other, in this tab and others (BroadcastChannel). Nobody relies on hearing: it says where to look
// again, and the storage is what counts.

import type { Problem } from './indexer.ts';

const CHANNEL = 'latelight-library';

export type Announcement =
  /** Other segments are there than before. */
  | { type: 'segments' }
  /** A segment's files cannot be read. */
  | { type: 'damaged'; key: string }
  /** Documents were added, changed or removed. */
  | { type: 'documents'; ids: number[] }
  /** Whether indexing is paused was changed. */
  | { type: 'paused' }
  /** The tab whose turn it is to index stands still; without a problem, the turn is another tab's now. */
  | { type: 'stopped'; problem: Problem | undefined }
  /** A tab waits for its turn, and has not heard whether that tab stands still. */
  | { type: 'waiting' };

let channel: BroadcastChannel | undefined;

function open(): BroadcastChannel {
  channel ??= new BroadcastChannel(CHANNEL);
  return channel;
}

export function announce(message: Announcement): void {
  open().postMessage(message);
}

/** Hears what others announce, not what this worker does. @returns a function that ends it */
export function listen(onMessage: (message: Announcement) => void): () => void {
  const hear = ({ data }: MessageEvent<Announcement>) => onMessage(data);
  open().addEventListener('message', hear);
  return () => open().removeEventListener('message', hear);
}
