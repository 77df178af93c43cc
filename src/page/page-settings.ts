// page.json, which a site's owner may put beside the page. Anything in it that is not what it should be is left out.

export interface PageSettings {
  title: string;
  tagline: string;
  /** Questions to try. */
  examples: string[];
}

const MAX_EXAMPLES = 6;

export function parsePageSettings(json: unknown): PageSettings {
  const { title, tagline, examples } = (typeof json === 'object' && json !== null ? json : {}) as Record<
    string,
    unknown
  >;
  return {
    title: isText(title) ? title : 'Search',
    tagline: isText(tagline) ? tagline : '',
    examples: Array.isArray(examples) ? examples.filter(isText).slice(0, MAX_EXAMPLES) : [],
  };
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== '';
}
