// Addresses of pages as callers give them -> as an index holds them: relative to the site's root, and never off the site.

import { LatelightError } from '../errors.ts';
import { staysOnSite } from '../format/fragment.ts';

/** `/guide/` is `guide/`, `/` is `./`. @throws LatelightError `bad-option` for an address of another site, or above the root */
export function relativeAddress(url: string, where: string): string {
  const relative = url.replace(/^\//, '').replace(/^(?=[?#]|$)/, './');
  // What climbs and comes back would be another address of the same page.
  const climbs = /(^|[/\\])(\.|%2e){2}([/\\?#]|$)/i.test(relative);
  if (!climbs && staysOnSite(relative)) return relative;
  throw new LatelightError(
    'bad-option',
    `${where}: expected a page's url, or what its sourcePath gives, to be relative to the site's root, such as guide/setup.html#install, got ${JSON.stringify(url)}.`,
  );
}

/** Without the anchor: what a page is known by. */
export function withoutAnchor(url: string): string {
  return url.replace(/#.*$/s, '');
}

/** A file that such an address could come from. */
export function pathOfAddress(url: string, extension: '.html' | '.md'): string {
  const path = withoutAnchor(url).replace(/^\.\//, '').replace(/\?.*$/s, '');
  if (path === '' || path.endsWith('/')) return `${path}index${extension}`;
  return path.toLowerCase().endsWith(extension) ? path : `${path}${extension}`;
}
