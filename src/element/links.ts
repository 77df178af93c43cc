// Where a hit leads. Addresses come from an index: only http and https are followed, never `javascript:` or `data:`.

/** Absolute address of a hit, or nothing when it is not one to follow. */
export function hitAddress(url: string, siteRoot: string): string | undefined {
  if (!URL.canParse(url, siteRoot)) return undefined;
  const address = new URL(url, siteRoot);
  return /^https?:$/.test(address.protocol) ? address.href : undefined;
}
