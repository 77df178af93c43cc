// The licences that go with an index folder and a library folder: of every package whose code is in them, with its text.

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { noticesText, packageFolder } from '../../scripts/third-party-notices.js';
import { packageRoot } from '../node/package-files.ts';

const read = (path: string) => readFile(join(packageRoot, path), 'utf8');
/** Names in a notices file, without their versions. */
const namesIn = (notices: string) => [...notices.matchAll(/^(\S+) \d+\.\d+\.\S+ \(.+\)$/gm)].map(([, name]) => name);

describe.each(['site', 'library'])('dist/%s', (build) => {
  it('has the licences of what its bundles, its workers and its service worker are made of', async () => {
    const notices = await read(`dist/${build}/THIRD-PARTY-NOTICES.txt`);
    const names = namesIn(notices);
    // Lit is in the page's bundle, the tokenizer in those of workers alone.
    for (const name of ['lit', 'lit-html', '@lit/reactive-element', '@huggingface/tokenizers', 'onnxruntime-web'])
      expect(names).toContain(name);
    const worker = await read(`dist/${build}/sw.js`);
    const workbox = [...new Set([...worker.matchAll(/["']workbox:([a-z-]+):/g)].map(([, part]) => `workbox-${part}`))];
    expect(workbox).toContain('workbox-core');
    for (const name of workbox) expect(names).toContain(name);
    expect(notices).toMatch(/Copyright \(c\) 2017 Google LLC[\s\S]*Redistribution and use in source and binary forms/);
    expect(notices).toMatch(/Microsoft Corporation[\s\S]*Permission is hereby granted, free of charge/);
    expect(notices).toContain('Apache License');
    for (const file of ['LICENSE', 'NOTICE']) expect(await read(`dist/${build}/${file}`)).toBe(await read(file));
  });
});

it('the library has those of what reads documents, and keeps none of the texts for offline use', async () => {
  const names = namesIn(await read('dist/library/THIRD-PARTY-NOTICES.txt'));
  for (const name of 'mammoth jszip pako cheerio parse5 entities dompurify markdown-it fflate idb yaml pdfjs-dist'.split(
    ' ',
  ))
    expect(names).toContain(name);
  const worker = await read('dist/library/sw.js');
  const kept = (file: string) => worker.includes(`"${file}"`) || worker.includes(`'${file}'`);
  expect(kept('index.html')).toBe(true);
  for (const file of ['LICENSE', 'NOTICE', 'THIRD-PARTY-NOTICES.txt']) expect(kept(file), file).toBe(false);
});

it('finds the package of a module, scoped or nested, and none of our own or of a bundler', () => {
  expect(packageFolder('/a/node_modules/lit/index.js')).toBe('/a/node_modules/lit');
  expect(packageFolder('/a/node_modules/@x/y/z.js?worker')).toBe('/a/node_modules/@x/y');
  expect(packageFolder('/a/node_modules/x/node_modules/y/z.js')).toBe('/a/node_modules/x/node_modules/y');
  expect(packageFolder('/a/src/index.ts')).toBeUndefined();
  expect(packageFolder('\0rolldown/runtime.js')).toBeUndefined();
});

it('gives a text once for all that have it, and refuses a package without one', async () => {
  const folderOf = (name: string) => join(packageRoot, 'node_modules', name);
  const text = noticesText(['lit-html', 'lit-element', 'lit-html'].map(folderOf));
  expect(namesIn(text)).toEqual(['lit-element', 'lit-html']);
  expect(text.match(/BSD 3-Clause License/g)).toHaveLength(1);
  // Onnxruntime's own packages have none; that of the one for pages is in scripts/licences.
  expect(await readdir(folderOf('onnxruntime-node'))).not.toContain('LICENSE');
  expect(() => noticesText([folderOf('onnxruntime-node')])).toThrow(/expected a licence in .*onnxruntime-node/);
});
