// Why a document cannot be read: one plain sentence for people. Thrown by the readers of one kind, turned into `skipped` by parseDocument.

import { LatelightError, messageOf } from '../errors.ts';

export class UnreadableDocument extends LatelightError {
  constructor(reason: string, options?: { cause?: unknown }) {
    super('ingest-failed', reason, options);
  }
}

/** First line of what a package said, short enough to show. */
export function shortMessage(error: unknown): string {
  const [line] = messageOf(error).split('\n');
  return line.length > 120 ? `${line.slice(0, 120)}…` : line;
}
