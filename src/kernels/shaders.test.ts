// The house rules that hold for every shader.

import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const shadersDir = new URL('../../shaders/', import.meta.url);
const stems = readdirSync(shadersDir).map((name) => name.replace(/\.wgsl$/, ''));

/** Files a shader of this stem lacks. */
function missing(stem: string, files: readonly string[]): string[] {
  return [`${stem}.ts`, `${stem}.reference.ts`, `${stem}.test.ts`].filter((name) => !files.includes(name));
}

describe.each(stems)('the shader %s', (stem) => {
  it('has a host, a reference and a test', () => {
    expect(missing(stem, readdirSync(new URL('.', import.meta.url)))).toEqual([]);
  });

  it('is shorter than 150 lines', () => {
    expect(readFileSync(new URL(`${stem}.wgsl`, shadersDir), 'utf8').split('\n').length).toBeLessThan(150);
  });

  it('has a reference that imports nothing from the host side', () => {
    const reference = readFileSync(new URL(`${stem}.reference.ts`, import.meta.url), 'utf8');
    expect(reference).not.toMatch(/^import /m);
  });
});

it('misses what a stem lacks', () => {
  expect(missing('a', ['a.ts', 'a.test.ts', 'b.reference.ts'])).toEqual(['a.reference.ts']);
});
