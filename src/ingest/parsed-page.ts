// What the parsers make of one page or document, before packing. Types only.

/** One paragraph, list item, table row or code block. */
export interface Block {
  /** `prose` may be cut at sentences, `row` at cells, `code` at line ends. */
  kind: 'prose' | 'row' | 'code';
  text: string;
  /** Fragment of an element that starts here, when one is nearer than the heading. */
  anchor?: string;
  /** A definition term with an id of its own: a passage should rather start here than run on. */
  startsEntry?: boolean;
  /** A term, a summary or a line ending in a colon: means little without the block after it. */
  leadsOn?: boolean;
}

/** What stands between one heading and the next, in document order. */
export interface Section {
  /** Headings from the outermost to this section's own. Empty before the first heading. */
  headings: string[];
  /** 1..6; 0 before the first heading. */
  level: number;
  anchor: string | undefined;
  blocks: Block[];
  /** The section was a list of links into its own page, which is not content. */
  onlyContents: boolean;
}

export interface ParsedPage {
  title: string;
  /** True when the title is only the file's name, for want of anything better. */
  titleIsFileName: boolean;
  /** BCP 47 tag as the page gives it; '' when it gives none. */
  lang: string;
  sections: Section[];
  /** What the page's own addresses are relative to, itself relative to the page; absent: the page. */
  baseHref?: string;
  meta: Record<string, string>;
  filters: Record<string, string[]>;
  /** Values that pages can be ordered by. */
  sort: Record<string, string>;
  /** The page carries `data-latelight-body`; undefined for documents that cannot, which are not held to it. */
  hasBodyMark: boolean | undefined;
  /** Why the page asks not to be found (noindex, draft, redirect). */
  exclusion: string | undefined;
  /** Why it is no page that somebody wrote: an index, or source code, that a generator made of the other pages. */
  generated?: string;
  warnings: string[];
}
