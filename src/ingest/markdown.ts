// One Markdown or MDX file -> HTML -> the same path as an HTML page. Headings get the ids GitHub would give them, or the site's own.

import GithubSlugger from 'github-slugger';
import MarkdownIt, { type MarkdownIt as MarkdownRenderer } from 'markdown-it';
import { plainComponents } from './components.ts';
import { readFrontMatter } from './front-matter.ts';
import { parseHtml } from './html.ts';
import type { ParsedPage } from './parsed-page.ts';

export interface MarkdownOptions {
  /** `/`-separated path of the file; `.mdx` turns on MDX rules. */
  path: string;
  /** Id of a heading, given its text; repeated ones are numbered here. Default: GitHub's rule. */
  slug?: (heading: string) => string;
}

export function parseMarkdown(source: string, options: MarkdownOptions): ParsedPage {
  const front = readFrontMatter(source);
  const isMdx = /\.mdx$/i.test(options.path);
  const authorIds: string[] = [];
  const html = renderMarkdown(front.body, isMdx, { authorIds });
  const slug = headingIds(options.slug, authorIds);
  const page = parseHtml(html, { path: options.path, title: front.title, slug, isAllContent: true });
  return {
    ...page,
    lang: front.lang || page.lang,
    meta: { ...page.meta, ...Object.fromEntries(front.meta) },
    filters: { ...page.filters, ...Object.fromEntries(front.filters) },
    sort: { ...page.sort, ...Object.fromEntries(front.sort) },
    exclusion: front.exclusion ?? page.exclusion,
    warnings: [...front.warnings, ...page.warnings],
  };
}

/**
 * No id is made twice: the second `setup` is `setup-1`, with GitHub as with VitePress. VitePress does not make one that the author
 * wrote in braces either; what uses GitHub's rule does not look at those.
 */
function headingIds(rule: MarkdownOptions['slug'], authorIds: readonly string[]): (heading: string) => string {
  if (!rule) {
    const slugger = new GithubSlugger();
    return (heading) => slugger.slug(heading);
  }
  const used = new Set(authorIds);
  const lastNumber = new Map<string, number>();
  return (heading) => {
    const slug = rule(heading);
    let number = lastNumber.get(slug) ?? 0;
    let id = slug;
    while (used.has(id)) id = `${slug}-${++number}`;
    lastNumber.set(slug, number);
    used.add(id);
    return id;
  };
}

type Found = {
  /** Of headings, as the author wrote them in braces. */
  authorIds?: string[];
};

export function renderMarkdown(source: string, isMdx: boolean, found: Found = {}): string {
  return (isMdx ? mdx : markdown).render(source, found);
}

const markdown = createRenderer();
// MDX has no indented code: what stands indented inside a component is prose.
const mdx = createRenderer().disable('code');
mdx.core.ruler.before('inline', 'mdx-modules', (state) => {
  state.tokens = state.tokens.filter((_, index, tokens) => {
    // paragraph_open, inline, paragraph_close
    const start = [index + 1, index, index - 1].find((at) => tokens[at]?.type === 'inline' && tokens[at].level === 1);
    return (
      start === undefined ||
      tokens[start - 1].type !== 'paragraph_open' ||
      !/^(import|export)\s/.test(tokens[start].content)
    );
  });
});
mdx.core.ruler.before('inline', 'mdx-comments', (state) => {
  for (const token of state.tokens) {
    if (token.type === 'inline') token.content = withoutSpans(token.content, /\{\/\*/g, /\*\/\}/g);
  }
});

function createRenderer(): MarkdownRenderer {
  const renderer = new MarkdownIt({ html: true });
  renderer.core.ruler.before('inline', 'directives', (state) => {
    for (const token of state.tokens) if (token.type === 'inline') token.content = withoutDirectives(token.content);
  });
  renderer.core.ruler.before('inline', 'heading-ids', (state) => {
    state.tokens.forEach((token, index) => {
      if (token.type !== 'heading_open') return;
      const inline = state.tokens[index + 1];
      const content = inline.content.trimEnd();
      const at = content.lastIndexOf('{#');
      const id = content.endsWith('}') && at >= 0 ? content.slice(at + 2, -1) : '';
      if (!id || /[\s{}]/.test(id)) return;
      token.attrSet('id', id);
      (state.env as Found).authorIds?.push(id);
      inline.content = content.slice(0, at).trimEnd();
    });
  });
  renderer.core.ruler.push('components', (state) => {
    for (const token of [...state.tokens, ...state.tokens.flatMap((parent) => parent.children ?? [])]) {
      if (token.type === 'html_block' || token.type === 'html_inline') token.content = plainComponents(token.content);
    }
  });
  return renderer;
}

/** Markers of admonitions and shortcodes, which are syntax of site generators and not text. */
function withoutDirectives(content: string): string {
  const text = content
    .replace(/^:{3,}[^\S\n]*(?:[\w-]+(?:[{[][^\n]*[}\]])?)?[^\S\n]*/gm, '')
    .replace(/^\[!(NOTE|TIP|IMPORTANT|WARNING|CAUTION)\][^\S\n]*\n?/i, (_, kind: string) => `${capitalised(kind)}: `);
  return withoutSpans(text, /\{\{[<%]/g, /[>%]\}\}/g);
}

function capitalised(word: string): string {
  return word[0].toUpperCase() + word.slice(1).toLowerCase();
}

/** Without what stands between each opener and the next closer behind it. A regular expression for both would look for a closer that is not there once for each opener. */
function withoutSpans(text: string, opener: RegExp, closer: RegExp): string {
  const parts: string[] = [];
  let done = 0;
  for (const { 0: open, index } of text.matchAll(opener)) {
    if (index < done) continue;
    closer.lastIndex = index + open.length;
    const close = closer.exec(text);
    if (!close) break;
    parts.push(text.slice(done, index));
    done = closer.lastIndex;
  }
  return parts.join('') + text.slice(done);
}
