// The reader's script: large (PDF, sanitising), and not needed before the first document is opened. Asked for again until it is there.

/** The library's build puts the address of the reader's file here (vite.config.ts). */
const READER = 'latelight:reader';
let failures = 0;
let reader: Promise<unknown> | undefined;

/** Resolves when there is a `<latelight-reader>`. */
export function importReader(): Promise<unknown> {
  reader ??= importOnce().catch((error) => {
    reader = undefined;
    failures++;
    throw error;
  });
  return reader;
}

/** Most browsers keep a failed import under its address, as in src/open.ts. */
function importOnce(): Promise<unknown> {
  return failures > 0
    ? import(/* @vite-ignore */ `${READER}?again=${failures}`)
    : import('../reader/latelight-reader.ts');
}
