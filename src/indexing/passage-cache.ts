// Encoded passages kept from one run to the next, so that only changed text is encoded again. A journal of JSON lines beside the
// output: what an interrupted run appended is found by the next, a torn last line is ignored, and deleting it loses only time.

import { createReadStream, existsSync } from 'node:fs';
import { appendFile, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { sha256Hex } from '../format/sha256.ts';
import type { EncodedPassage } from './encode-passage.ts';

interface CacheLine extends Omit<EncodedPassage, 'blocks'> {
  key: string;
  /** base64 */
  blocks: string;
}

/** Lines appended to the file at once. */
const APPEND_EVERY = 64;

export class PassageCache {
  private readonly path: string | undefined;
  private readonly lines = new Map<string, string>();
  private readonly used = new Set<string>();
  private unsaved: string[] = [];

  private constructor(path: string | undefined) {
    this.path = path;
  }

  /** @param path the journal; absent: nothing is kept */
  static async open(path: string | undefined): Promise<PassageCache> {
    const cache = new PassageCache(path);
    if (!path || !existsSync(path)) return cache;
    for await (const line of createInterface({ input: createReadStream(path, 'utf8'), crlfDelay: Infinity })) {
      const key = /^\{"key":"([0-9a-f]{64})"/.exec(line)?.[1];
      if (key && line.endsWith('}')) cache.lines.set(key, line);
    }
    return cache;
  }

  /** Key of a text under everything that decides its codes. */
  static key(fingerprint: string, context: string, text: string): Promise<string> {
    return sha256Hex(new TextEncoder().encode(JSON.stringify([fingerprint, context, text])));
  }

  get(key: string): EncodedPassage | undefined {
    const line = this.lines.get(key);
    if (!line) return undefined;
    try {
      const { key: _key, blocks, ...rest } = JSON.parse(line) as CacheLine;
      this.used.add(key);
      return { ...rest, blocks: new Uint8Array(Buffer.from(blocks, 'base64')) };
    } catch {
      return undefined;
    }
  }

  async put(key: string, passage: EncodedPassage): Promise<void> {
    if (!this.path) return;
    const entry: CacheLine = { key, ...passage, blocks: Buffer.from(passage.blocks).toString('base64') };
    const line = JSON.stringify(entry);
    this.lines.set(key, line);
    this.used.add(key);
    this.unsaved.push(line);
    if (this.unsaved.length >= APPEND_EVERY) await this.save();
  }

  /** Appends what was not saved yet; also called when a run is interrupted. */
  async save(): Promise<void> {
    const lines = this.unsaved;
    this.unsaved = [];
    if (!this.path || lines.length === 0) return;
    await mkdir(dirname(this.path), { recursive: true });
    // A leading line end closes a line that an earlier crash tore.
    await appendFile(this.path, `\n${lines.join('\n')}\n`);
  }

  /** Rewrites the file with only the entries this run used. */
  async compact(): Promise<void> {
    await this.save();
    if (!this.path) return;
    if (this.used.size === 0) return rm(this.path, { force: true });
    await mkdir(dirname(this.path), { recursive: true });
    const temporary = `${this.path}.${process.pid}.tmp`;
    await writeFile(
      temporary,
      `${[...this.used]
        .sort()
        .map((key) => this.lines.get(key))
        .join('\n')}\n`,
    );
    await rename(temporary, this.path);
  }
}
