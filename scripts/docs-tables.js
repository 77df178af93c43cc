// What the generated pages of docs/reference share: declarations of the source with their docstrings, as tables of Markdown.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSync } from 'vite';
import { root } from './install.js';

/** A source file with its declarations by name, each with the docstring before it. */
export function read(path) {
  const text = readFileSync(join(root, path), 'utf8');
  const { program, comments, errors } = parseSync(path, text);
  if (errors.length > 0) throw new Error(`docs: expected TypeScript in ${path}, got ${errors[0].message}`);
  const docs = comments.filter(({ type, value }) => type === 'Block' && value.startsWith('*'));
  /** The docstring that ends right before a node. */
  const docOf = (node) => {
    const before = docs.find(({ end }) => end <= node.start && text.slice(end, node.start).trim() === '');
    return before ? sentence(before.value) : '';
  };
  return { text, program, docOf, header: text.split('\n\n')[0] };
}

/** A docstring as one line of Markdown, without its tags. */
function sentence(comment) {
  const lines = comment.split('\n').map((line) => line.replace(/^\s*\*? ?/, '').trim());
  return lines.join(' ').trim().split(/\s@\w/)[0].replace(/\s+/g, ' ').trim();
}

export function declared(file, name, type) {
  for (const statement of file.program.body) {
    const node = statement.declaration ?? statement;
    if (node.type === type && node.id?.name === name) return node;
  }
  throw new Error(`docs: expected ${type} ${name}, found none`);
}

/** Members of an interface: name, type as it is written, docstring, whether it may be left out. */
export function members(path, name) {
  const file = read(path);
  const { body } = declared(file, name, 'TSInterfaceDeclaration').body;
  const named = body.filter(({ key, kind }) => key !== undefined && kind !== 'set');
  return named.map((node) => {
    const doc = file.docOf(node);
    const source = file.text.slice(node.start, node.end).replace(/;$/, '');
    const isMethod = node.type === 'TSMethodSignature' && node.kind === 'method';
    const typed = node.typeAnnotation ?? node.returnType;
    const type = isMethod
      ? source.slice(node.key.end - node.start).replace(/^\?/, '')
      : typed && file.text.slice(typed.typeAnnotation.start, typed.end);
    return {
      name: node.key.name ?? node.key.value,
      type: oneLine(type ?? ''),
      doc,
      optional: node.optional === true,
      isMethod,
      isReadonly: node.readonly === true,
    };
  });
}

export const oneLine = (text) => text.replace(/\s+/g, ' ').trim();
/** Text of a table's cell: what is in backticks stands there as it is, but for what would end the cell. */
export const cell = (text) =>
  text
    .split(/(`[^`]*`)/)
    .map((part, i) => (i % 2 === 1 ? part : part.replaceAll('{', '&#123;').replaceAll('<', '&lt;')))
    .join('')
    .replaceAll('|', '\\|');
export const code = (text) =>
  text === ''
    ? ''
    : `<code v-pre>${text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('|', '&#124;')}</code>`;
export const table = (head, rows) =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

/** @param isWhole whether every member must have a docstring */
export function interfaceTable(path, name, isWhole = false) {
  return table(
    ['name', 'type', 'what'],
    members(path, name).map(({ name, type, doc, optional }) => [
      code(`${name}${optional ? '?' : ''}`),
      code(type),
      cell(isWhole ? required(name, doc) : doc),
    ]),
  );
}

export function required(name, doc) {
  if (doc === '') throw new Error(`docs: expected a docstring before ${name}, found none`);
  return doc;
}

/** Writes a page; with `--check` nothing is written, and the process exits 1 when the page is not what it would be. */
export function writeReference(name, content) {
  const target = join(root, 'docs/reference', name);
  if (!process.argv.includes('--check')) return writeFileSync(target, content);
  if (existsSync(target) && readFileSync(target, 'utf8') === content) return;
  console.error(`docs: expected docs/reference/${name} to follow the source. Run \`npm run docs:options\`.`);
  process.exit(1);
}
