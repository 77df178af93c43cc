// Why a page is left out that asks for it itself, as people are told.

export const EXCLUSIONS = {
  noindex: 'robots noindex',
  unsearched: 'front matter asks not to be searched',
  draft: 'draft in front matter',
  redirect: 'redirects to another page',
} as const;
