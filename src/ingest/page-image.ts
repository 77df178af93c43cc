// Address of a page's picture as the page gives it -> as an index holds it, and as hits resolve it: relative to the site's root.

const ORIGIN = 'https://site.invalid';
const MOST_STEPS_UP = 20;
/**
 * The folder that stands for the site's root, and those above it, so that what climbs above the root is seen to. No site lies deeper:
 * as many steps up reach the host's root from any page.
 */
const ROOTS = Array.from({ length: MOST_STEPS_UP }, (_, stepsUp) => {
  return `${ORIGIN}/${'latelight-root/'.repeat(MOST_STEPS_UP - stepsUp)}`;
});

/**
 * @param image as the page gives it @param url of the page, relative to the root @param baseHref of its `<base>`
 * @returns the same for an address with a host, or with none that could be resolved; `/img/a.png` stays relative to the host
 */
export function imageFromRoot(image: string, url: string, baseHref = ''): string {
  if (/^\s*([a-z][a-z\d+.-]*:|[/\\]{2})/i.test(image) || !URL.canParse(url, ROOTS[0])) return image;
  const page = new URL(url, ROOTS[0]);
  const base = URL.canParse(baseHref, page) ? new URL(baseHref, page) : page;
  if (!URL.canParse(image, base)) return image;
  const { href, origin } = new URL(image, base);
  if (origin !== ORIGIN) return href;
  const stepsUp = ROOTS.findIndex((root) => href.startsWith(root));
  if (stepsUp < 0) return href.slice(ORIGIN.length);
  const relative = '../'.repeat(stepsUp) + href.slice(ROOTS[stepsUp].length);
  // An empty first segment would read as the host's root, one with a colon as a scheme.
  return /^[^/?#]*:|^\/|^$/.test(relative) ? `./${relative}` : relative;
}
