// The demo: the Markdown that fastify, pino and undici ship in their npm packages, made into a small site of plain HTML pages,
// and an index of it with the embedded model (demo/search), with a library beside it (demo/search/library), and an index of pino alone for
// tests (demo/small).

import { cpSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import GithubSlugger from 'github-slugger';
import markdownIt from 'markdown-it';
import { must, root } from './install.js';

const PACKAGES = ['fastify', 'pino', 'undici'];
const EXAMPLES = [
  'how do I close the server gracefully',
  'hide passwords in log output',
  'set a request timeout',
  'validate the request body',
  'retry failed requests',
  'send logs to a file in another thread',
];
const STYLE = `body{max-width:46rem;margin:2rem auto;padding:0 1rem;font:1rem/1.6 system-ui,sans-serif;color-scheme:light dark}
pre{overflow:auto;padding:1rem;background:color-mix(in srgb,currentColor 6%,transparent);border-radius:.5rem}
code{font-size:.9em}img{max-width:100%}table{border-collapse:collapse}td,th{border:1px solid #8886;padding:.3rem .6rem}:target{scroll-margin-top:1rem}`;

const markdown = markdownIt({ html: true, linkify: true });
markdown.core.ruler.push('heading_ids', ({ tokens, env }) => {
  tokens.forEach((token, i) => {
    if (token.type !== 'heading_open') return;
    const text = tokens[i + 1].children.filter(({ type }) => type === 'text' || type === 'code_inline');
    token.attrSet('id', env.slugger.slug(text.map(({ content }) => content).join('')));
  });
});

function page(source, path) {
  const body = markdown
    .render(source.replace(/^---\n[\s\S]*?\n---\n/, ''), { slugger: new GithubSlugger() })
    .replace(/(href="(?!https?:)[^"#]*)\.md(["#])/g, '$1.html$2');
  // fastify's pages have a banner for a first heading, in HTML; their own begins with ##.
  const title = /^##?\s+(.+)$/m.exec(source.replace(/<[^>]*>/g, ''))?.[1].replace(/[`*]/g, '') ?? path;
  const escaped = title.replace(/[&<>]/g, (character) => `&#${character.charCodeAt(0)};`);
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escaped}</title><style>${STYLE}</style></head>
<body><nav><a href="${'../'.repeat(path.split('/').length)}">Search</a></nav><main>${body}</main></body></html>
`;
}

const docs = join(root, 'demo/docs');
rmSync(docs, { recursive: true, force: true });
let pages = 0;
for (const name of PACKAGES) {
  const folder = join(root, 'node_modules', name, 'docs');
  for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()) {
    if (!file.endsWith('.md')) continue;
    const path = join(name, file).replaceAll('\\', '/').replace(/\.md$/, '.html');
    mkdirSync(dirname(join(docs, path)), { recursive: true });
    writeFileSync(join(docs, path), page(readFileSync(join(folder, file), 'utf8'), path));
    pages++;
  }
}
console.log(`demo: ${pages} pages of ${PACKAGES.join(', ')} in demo/docs`);

/** Indexes a folder of pages, which are then copied into the index folder: one static folder holds page and documents. */
function index(folder, output, title, examples) {
  const target = join(root, 'demo', output);
  const settings = [
    '--title',
    title,
    '--site-root',
    'docs/',
    '--cache',
    join(root, 'demo/.latelight-cache', `${output}.jsonl`),
    ...(examples.length > 0 ? ['--example', ...examples] : []),
  ];
  must(process.execPath, ['bin/latelight.js', 'index', folder, '--output', target, ...settings]);
  cpSync(folder, join(target, 'docs.tmp'), { recursive: true });
  renameSync(join(target, 'docs.tmp'), join(target, 'docs'));
}

index(docs, 'search', 'fastify, pino and undici', EXAMPLES);
must(process.execPath, ['bin/latelight.js', 'library', join(root, 'demo/search/library')]);
if (process.argv.includes('--small')) index(join(docs, 'pino'), 'small', 'pino', []);
