// The page that indexes dropped files runs everything but the folder walk.

import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const folder = dirname(fileURLToPath(import.meta.url));
const NODE_ONLY = ['directory.ts', 'pdf-assets.ts', 'walk.ts'];

it.each(readdirSync(folder).filter((name) => /(?<!\.test|\.d)\.ts$/.test(name) && !NODE_ONLY.includes(name)))(
  '%s imports nothing of Node and nothing that does',
  (name) => {
    const source = readFileSync(join(folder, name), 'utf8');
    expect(source).not.toMatch(/from '(node:|\.\/walk|\.\/directory|\.\/pdf-assets|picomatch)/);
    expect(source).not.toMatch(/\b(process|Buffer|__dirname)\b\s*[.[]/);
  },
);
