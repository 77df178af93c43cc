// THIRD-PARTY-NOTICES.txt: the licences of the packages whose code is in a folder that others publish. What is in the folder is asked of its
// bundles, page and workers (Vite's own `build.license` leaves out workers); what no bundle shows is named in vite.config.ts.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './install.js';

/** Texts of packages that publish none. */
const LICENCES = join(root, 'scripts/licences');
const LICENCE_FILE = /^(licen[cs]e|copying|notice)([-_.].*)?$/i;
const RULE = '-'.repeat(80);

/** Folder of the package that a bundle's module is of; undefined for our own and for a bundler's. */
export function packageFolder(moduleId) {
  const found = /^[^\0]*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+(?=[\\/])/.exec(moduleId);
  return found?.[0];
}

/** Folder of an installed package by its name. */
const installedFolder = (name) => join(root, 'node_modules', name);

/**
 * Packages by name, those of one licence text together.
 * @param folders of packages
 */
export function noticesText(folders) {
  const packages = [...new Set(folders)].map(read).sort((a, b) => (a.title < b.title ? -1 : 1));
  const byText = new Map();
  for (const { title, text } of packages) byText.set(text, [...(byText.get(text) ?? []), title]);
  const parts = [...byText].map(([text, titles]) => `${RULE}\n${[...new Set(titles)].join('\n')}\n\n${text}\n`);
  return `The files of this folder contain code of these packages, under their licences. Latelight's own: LICENSE and NOTICE.\n\n${parts.join('\n')}`;
}

function read(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const files = readdirSync(folder).filter((file) => LICENCE_FILE.test(file));
  const ours = join(LICENCES, `${name.replace('/', '+')}.txt`);
  const paths = files.length > 0 ? files.sort().map((file) => join(folder, file)) : [ours].filter(existsSync);
  if (paths.length === 0)
    throw new Error(`third-party-notices: expected a licence in ${folder}, found none. Put its text into ${ours}.`);
  const text = paths.map((path) => readFileSync(path, 'utf8').replaceAll('\r\n', '\n').trim()).join('\n\n');
  return { title: `${name} ${version} (${license})`, text };
}

/**
 * Gives a build's folder THIRD-PARTY-NOTICES.txt, LICENSE and NOTICE.
 * @param others packages in the folder that are in none of its bundles
 * @returns plugins for the page's bundle, which writes the files, and for those of its workers, which come before it
 */
export function licencePlugins(others) {
  const folders = new Set(others.map(installedFolder));
  const take = (bundle) => {
    for (const { moduleIds = [] } of Object.values(bundle))
      for (const id of moduleIds) {
        const folder = packageFolder(id);
        if (folder !== undefined) folders.add(folder);
      }
  };
  return {
    worker: { name: 'latelight:licences-of-workers', generateBundle: (_options, bundle) => take(bundle) },
    page: {
      name: 'latelight:licences',
      generateBundle(_options, bundle) {
        take(bundle);
        const emit = (fileName, source) => this.emitFile({ type: 'asset', fileName, source });
        emit('THIRD-PARTY-NOTICES.txt', noticesText(folders));
        for (const file of ['LICENSE', 'NOTICE']) emit(file, readFileSync(join(root, file), 'utf8'));
      },
    },
  };
}
