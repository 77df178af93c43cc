// The query in a page's address: behind the #, which browsers keep to themselves. What stands behind the ? goes to the server with
// the page, and as the Referer with whatever is loaded or followed from it.

/** `#q=words`; and `?q=words`, as earlier versions wrote it and links elsewhere still do. */
export function queryOf(address: URL): string {
  return new URLSearchParams(address.hash.slice(1)).get('q') ?? address.searchParams.get('q') ?? '';
}

/** The same address with another query, or none. */
export function withQuery(address: URL, query: string): URL {
  const result = new URL(address);
  // Deleting would also write the other parameters anew, in another spelling.
  if (result.searchParams.has('q')) result.searchParams.delete('q');
  result.hash = query ? new URLSearchParams({ q: query }).toString() : '';
  return result;
}

/** Replaces the address in the tab and in its history, if that changes it. */
export function keepQuery(query: string): void {
  const address = withQuery(new URL(location.href), query);
  if (address.href !== location.href) history.replaceState(history.state, '', address);
}

/** The query of an address that the page was opened with or led to; one behind the ? is moved, so that no reload sends it again. */
export function takeQuery(address = location.href): string {
  const query = queryOf(new URL(address));
  keepQuery(query);
  return query;
}
