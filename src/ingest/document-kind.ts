// Which kind of document a file is, by its name. What its bytes say is parse-document.ts's business.

import { isHtmlPath, isMarkdownPath } from './page-url.ts';

export type DocumentKind = 'html' | 'markdown' | 'text' | 'code' | 'pdf' | 'docx' | 'epub';

const EXTENSIONS: [DocumentKind, RegExp][] = [
  ['pdf', /\.pdf$/i],
  ['docx', /\.docx$/i],
  ['epub', /\.epub$/i],
  ['text', /\.(txt|text|log|rst|adoc|asciidoc|org|tex|csv|tsv)$/i],
  [
    'code',
    /\.(js|mjs|cjs|jsx|ts|mts|cts|tsx|vue|svelte|astro|py|pyi|rb|go|rs|java|kt|kts|scala|swift|c|h|cc|cpp|hpp|cs|m|mm|php|pl|lua|r|jl|hs|ex|exs|erl|clj|ml|fs|dart|zig|nim|sh|bash|zsh|fish|ps1|sql|graphql|proto|wgsl|glsl|hlsl|css|scss|less|json|jsonc|yaml|yml|toml|ini|xml|dockerfile|makefile|cmake|gradle|tf)$/i,
  ],
  ['code', /(^|\/)(dockerfile|makefile)$/i],
];

/** PDF, DOCX or EPUB: large, binary, and as a rule one document of its own. */
export function isBook(kind: DocumentKind | undefined): kind is 'pdf' | 'docx' | 'epub' {
  return kind === 'pdf' || kind === 'docx' || kind === 'epub';
}

/** Nothing for a file of a kind that is not read. */
export function documentKind(path: string): DocumentKind | undefined {
  if (isHtmlPath(path)) return 'html';
  if (isMarkdownPath(path)) return 'markdown';
  return EXTENSIONS.find(([, pattern]) => pattern.test(path))?.[0];
}
