// docs/reference/options.md from the source: attributes, methods, events, slots, parts and custom properties of the element, the options
// of every function and the types they name, in the words of their docstrings. `--check` writes nothing and exits 1 when the file is not what it would be.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  cell,
  code,
  declared,
  interfaceTable,
  members,
  oneLine,
  read,
  required,
  table,
  writeReference,
} from './docs-tables.js';
import { root } from './install.js';

/** Attributes and properties of the element, with what they are when nothing is set. */
function elementTable() {
  const file = read('src/element/search-options.ts');
  const { body } = declared(file, 'SearchOptions', 'ClassDeclaration').body;
  const slice = ({ start, end }) => file.text.slice(start, end);
  const properties = body.find(({ key, static: isStatic }) => isStatic && key.name === 'properties').value;
  const attributes = new Map(
    properties.properties.map(({ key, value }) => {
      const attribute = value.properties.find((one) => one.key.name === 'attribute')?.value;
      return [
        key.name,
        attribute === undefined ? key.name.toLowerCase() : attribute.value === false ? '' : attribute.value,
      ];
    }),
  );
  const without = file.program.body.find(({ declarations }) => declarations?.[0].id.name === 'WITHOUT');
  const defaults = new Map(without.declarations[0].init.properties.map(({ key, value }) => [key.name, slice(value)]));
  const pages = read('src/element/public-element.ts');
  const { body: members } = declared(pages, 'LatelightSearchElement', 'TSInterfaceDeclaration').body;
  const rows = properties.properties.map(({ key: { name } }) => {
    const member = members.find(({ key, kind }) => key.name === name && kind !== 'set');
    if (!member) throw new Error(`generate-options: expected ${name} in LatelightSearchElement, found none`);
    const { start, end } = (member.typeAnnotation ?? member.returnType).typeAnnotation;
    const written = oneLine(pages.text.slice(start, end)).replace(/ \| undefined$/, '');
    const without = code(defaults.get(name) ?? '');
    return [code(attributes.get(name) ?? ''), code(name), code(written), without, cell(pages.docOf(member))];
  });
  return table(['attribute', 'property', 'type', 'without', 'what'], rows);
}

/** What is called on the element, or only read. */
function methodTable() {
  const called = members('src/element/public-element.ts', 'LatelightSearchElement').filter(
    ({ isMethod, isReadonly }) => isMethod || isReadonly,
  );
  return table(
    ['name', 'type', 'what'],
    called.map(({ name, type, doc }) => [code(name), code(type), cell(required(name, doc))]),
  );
}

/** Properties of the class, beside its constructor. */
function classTable() {
  return table(
    ['name', 'type', 'what'],
    members('src/element/public-element.ts', 'LatelightSearchConstructor').map(({ name, type, doc }) => [
      code(name),
      code(type),
      cell(required(name, doc)),
    ]),
  );
}

/** A type of one line, as it is written, with its docstring. */
function typeAlias(path, name) {
  const file = read(path);
  const node = declared(file, name, 'TSTypeAliasDeclaration');
  const text = oneLine(file.text.slice(node.typeAnnotation.start, node.typeAnnotation.end));
  const statement = file.program.body.find(({ declaration }) => declaration === node) ?? node;
  return `${code(text)}${file.docOf(statement) && `: ${file.docOf(statement)}`}`;
}

/** Every message of the element, in English. */
function messageTable() {
  const file = read('src/element/languages/en.ts');
  const declaration = file.program.body.find(({ declaration }) => declaration?.declarations?.[0].id.name === 'en');
  const messages = declaration.declaration.declarations[0].init.expression;
  const written = ({ start, end }) => oneLine(file.text.slice(start, end)).replace(/^'(.*)'$/, '$1');
  return table(
    ['message', 'in English'],
    messages.properties.map(({ key, value }) => [code(key.name ?? key.value), code(written(value))]),
  );
}

function eventTable() {
  const file = read('src/element/public-element.ts');
  const map = declared(file, 'LatelightSearchEventMap', 'TSInterfaceDeclaration');
  const rows = map.body.body.map((node) => {
    const type = file.text.slice(node.typeAnnotation.typeAnnotation.start, node.typeAnnotation.end);
    return [
      code(node.key.value),
      code(oneLine(type.replace(/^CustomEvent<([\s\S]*)>$/, '$1'))),
      cell(required(node.key.value, file.docOf(node))),
    ];
  });
  return table(['event', '`detail`', 'when'], rows);
}

/** The lists in the element's header comment. */
function headerList(name) {
  const header = read('src/element/latelight-search.ts').header.replaceAll('\n// ', ' ');
  const found = new RegExp(`${name}: (.*?)\\.(?= [A-Z]|$)`).exec(header);
  if (!found) throw new Error(`generate-options: expected "${name}: ..." in the element's header, found none`);
  return found[1];
}

function customProperties() {
  const folder = join(root, 'src/element/styles');
  const text = readdirSync(folder)
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('\n');
  const found = new Map();
  for (const [, name, fallback] of text.matchAll(
    /var\((--latelight-[a-z-]+), ((?:[^()]|\([^()]*(?:\([^()]*\)[^()]*)*\))+)\)/g,
  )) {
    if (!found.has(name)) found.set(name, oneLine(fallback));
  }
  return table(
    ['custom property', 'without'],
    [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map((row) => row.map(code)),
  );
}

const content = `<!-- Made by scripts/generate-options.js from the source. -->

# Options

## \`<latelight-search>\`

${elementTable()}

Words come from the language of \`lang\`, on the element or above it; \`translations\` on one element replaces single [messages](#messages).

Frameworks set what markup says as properties. Text is read there as in an attribute: as a number, or as yes, with \`false\` alone for no.

### Methods, and what can only be read

${methodTable()}

Any element of the page with the attribute \`data-latelight-open\` calls \`show\` when it is clicked: of the first \`<latelight-search>\` that can be shown, or with \`data-latelight-open="docs-search"\` of the one with that \`id\`.

### \`LatelightSearch\`

The class: \`latelight.js\` of the index folder exports it, and \`defineElement\` of the package resolves with it.

${classTable()}

### Events

They bubble and cross shadow roots. \`latelight-select\` can be cancelled: the browser then follows no link.

${eventTable()}

### Slots

${headerList('Slots').replace(/<template slot="hit"> \(see [^)]*\)/, '`<template slot="hit">`')}. A \`<template slot="hit">\` is copied for each hit; its elements with \`data-field\` (\`title\`, \`excerpt\`, \`url\`,
\`breadcrumb\`, \`image\`) are filled with text, never with HTML. On an \`<a>\`, \`url\` is where it leads, and on an \`<img>\`, \`image\` is what it shows; an element of another kind with \`image\` goes.

### \`renderHit\`

${typeAlias('src/element/public-element.ts', 'RenderHit')}

\`hit\` is [a hit](#a-hit), and \`group\` the page it is on:

${interfaceTable('src/element/grouping.ts', 'Group', true)}

### Parts

${headerList('Parts')}.

### Custom properties

${customProperties()}

### Messages

The keys of \`Translations\`, all of which may be left out. A message is a text, or an object of forms by CLDR plural category (\`one\`, \`few\`, ..., \`other\`), chosen by its number. What stands in braces is filled in.

${messageTable()}

## \`open(url, options)\`

${interfaceTable('src/types.ts', 'OpenOptions', true)}

### \`mergeIndex\`

${interfaceTable('src/types.ts', 'MergedIndex', true)}

### \`LoadProgress\`

${interfaceTable('src/types.ts', 'LoadProgress', true)}

## \`engine\`

${interfaceTable('src/types.ts', 'SearchEngine', true)}

### \`Stage\`

${typeAlias('src/types.ts', 'Stage')}

### \`Site\`

${interfaceTable('src/types.ts', 'Site', true)}

### \`Explanation\`

${interfaceTable('src/types.ts', 'Explanation', true)}

## \`engine.search(query, request)\`

${interfaceTable('src/types.ts', 'SearchRequest', true)}

### Its result

${interfaceTable('src/types.ts', 'SearchResult', true)}

### A hit

${interfaceTable('src/types.ts', 'Hit', true)}

### \`HitPlace\`

${typeAlias('src/types.ts', 'HitPlace')}

### \`Mark\`

${interfaceTable('src/types.ts', 'Mark', true)}

### \`QueryWord\`

${interfaceTable('src/types.ts', 'QueryWord', true)}

### \`Correction\`

${interfaceTable('src/types.ts', 'Correction', true)}

### \`ExactTerm\`

${interfaceTable('src/types.ts', 'ExactTerm', true)}

### \`SearchTimings\`

${interfaceTable('src/types.ts', 'SearchTimings', true)}

## \`createIndex(options)\` of \`latelight/node\`

${interfaceTable('src/node/options.ts', 'CreateIndexOptions', true)}

### \`ModelOverrides\`

${interfaceTable('src/encoder/model-config.ts', 'ModelOverrides', true)}

### The builder: \`SearchIndexBuilder\`

${interfaceTable('src/node/options.ts', 'SearchIndexBuilder', true)}

### \`AddDirectoryOptions\`

${interfaceTable('src/node/options.ts', 'AddDirectoryOptions', true)}

### \`PageDescription\`

${interfaceTable('src/node/options.ts', 'PageDescription', true)}

### \`PageFile\`

${interfaceTable('src/node/options.ts', 'PageFile', true)}

### \`IndexRecord\`

${interfaceTable('src/node/options.ts', 'IndexRecord', true)}

### \`AddedPages\`

${interfaceTable('src/node/options.ts', 'AddedPages', true)}

### \`AddedDirectory\`

All of \`AddedPages\`, and:

${interfaceTable('src/node/options.ts', 'AddedDirectory', true)}

### \`WrittenIndex\`

${interfaceTable('src/node/options.ts', 'WrittenIndex', true)}

### \`IndexFolderFile\`

${interfaceTable('src/node/options.ts', 'IndexFolderFile', true)}

## Plugins

Each takes \`model\`, \`shape\`, \`modelOverrides\`, \`webgpu\`, \`title\`, \`examples\`, \`splitByLang\` and \`language\` of \`createIndex\` above, the following, and its own below. An option of another name is refused.

${interfaceTable('src/node/index-site.ts', 'SiteIndexOptions', true)}

### \`latelight/vite\`

${interfaceTable('src/vite/plugin.ts', 'LatelightPluginOptions', true)}

### \`latelight/vitepress\`

${interfaceTable('src/adapters/vitepress.ts', 'VitePressOptions', true)}

### \`latelight/astro\`

${interfaceTable('src/adapters/astro.ts', 'AstroOptions', true)}

### \`latelight/eleventy\`

${interfaceTable('src/adapters/eleventy.ts', 'EleventyOptions', true)}

### \`latelight/docusaurus\`

${interfaceTable('src/adapters/docusaurus.ts', 'DocusaurusOptions', true)}
`;

writeReference('options.md', content);
