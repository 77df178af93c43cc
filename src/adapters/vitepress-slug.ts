// Ids of headings as VitePress makes them, by a function of its own (of @mdit-vue/shared) that it does not export.

const SPECIAL = /[\s~`!@#$%^&*()\-_+=[\]{}|\\;:"'“”‘’<>,.?/]+/g;

/** Of VitePress's `SiteConfig`: what a site gives to markdown-it-anchor. */
export interface MarkdownConfig {
  markdown?: { anchor?: { slugify?: (heading: string) => string } };
}

export function slugOf({ markdown }: MarkdownConfig): (heading: string) => string {
  return markdown?.anchor?.slugify ?? vitepressSlug;
}

/** "What's new" -> `what-s-new`, "1. Install" -> `_1-install`. Repeated ones are numbered elsewhere. */
function vitepressSlug(heading: string): string {
  return heading
    .normalize('NFKD')
    .replace(/[\u0300-\u036F]/g, '')
    .replace(SPECIAL, '-')
    .replace(/^-+|-+$/g, '')
    .replace(/^(\d)/, '_$1')
    .toLowerCase();
}
