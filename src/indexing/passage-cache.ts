// Encoded passages on disk: a journal of JSON lines, of which memory holds only where each line stands. An index
// is built from it, however large, and the next run encodes only changed text. What an interrupted run appended is found by the next,
// a torn line is ignored, and deleting the file loses only time. Node only.

import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { LatelightError } from '../errors.ts';
import { sha256Hex } from '../format/sha256.ts';
import type { EncodedPassage } from './encode-passage.ts';
import { withFile } from './full-disk.ts';
import { isWithin } from './is-within.ts';
import { leftovers, release, reserveBeside } from './temporary-paths.ts';

interface CacheLine extends Omit<EncodedPassage, 'blocks'> {
  key: string;
  /** base64 */
  blocks: string;
}

interface Place {
  byteOffset: number;
  byteLength: number;
}

const LINE_START = '{"key":"';
const KEY_LENGTH = 64;
const NEW_LINE = 0x0a;
/** Bytes read, gathered or written at once. */
const CHUNK_BYTES = 1024 * 1024;
/** Lines appended to the file at once. */
const APPEND_EVERY = 64;

export class PassageCache {
  private readonly path: string;
  /** Set when nothing is to be kept: the folder of a journal that goes when it is closed. */
  private readonly temporary: string | undefined;
  private readonly file: number;
  private isClosed = false;
  private readonly places = new Map<string, Place>();
  private readonly used = new Set<string>();
  private unsaved: string[] = [];
  /** Length of the file once `unsaved` is in it. */
  private end: number;
  private saved: number;

  private constructor(path: string, temporary: string | undefined) {
    this.path = path;
    this.temporary = temporary;
    mkdirSync(dirname(path), { recursive: true });
    if (temporary === undefined) for (const left of leftovers(path, '.tmp')) rmSync(left, { force: true });
    this.file = openSync(path, existsSync(path) ? 'r+' : 'w+');
    this.end = this.findLines();
    // Closes a line that an earlier crash tore.
    this.unsaved.push('');
    this.saved = this.end;
    this.end += 1;
  }

  /** @param path the journal; absent: one that lasts as long as this object */
  static open(path: string | undefined): PassageCache {
    if (path) return new PassageCache(path, undefined);
    const folder = mkdtempSync(join(tmpdir(), 'latelight-'));
    return new PassageCache(join(folder, 'passages.jsonl'), folder);
  }

  /**
   * For a file that a person named: what is something else would be written over.
   * @param output folder that the index replaces
   * @throws LatelightError `bad-option` when there is something that does not begin as a journal, or it is inside the output
   */
  static expectUsable(path: string, output: string): void {
    if (isWithin(path, output)) {
      throw new LatelightError(
        'bad-option',
        `index: expected the cache to be outside of ${output}, which is replaced as a whole, got ${path}. Name a file elsewhere.`,
      );
    }
    const found = statSync(path, { throwIfNoEntry: false });
    if (!found) return;
    if (found.isDirectory()) {
      throw new LatelightError(
        'bad-option',
        `index: expected the cache to be a file, got the folder ${path}. Name a file in it, such as ${join(path, 'passages.jsonl')}.`,
      );
    }
    const start = Buffer.alloc(64);
    const file = openSync(path, 'r');
    let begin: string;
    try {
      begin = start.toString('latin1', 0, readSync(file, start, 0, start.length, 0));
    } finally {
      closeSync(file);
    }
    // A line that was torn is ended with the next one's line feed before it.
    const line = begin.replace(/^\n+/, '');
    if (line.startsWith(LINE_START) || (found.size === begin.length && LINE_START.startsWith(line))) return;
    throw new LatelightError(
      'bad-option',
      `index: expected ${path} to be a cache of encoded passages or no file yet, got one of something else. Name another, or delete it.`,
    );
  }

  /** Key of a text under everything that decides its codes. */
  static key(fingerprint: string, context: string, text: string): Promise<string> {
    return sha256Hex(new TextEncoder().encode(JSON.stringify([fingerprint, context, text])));
  }

  /** Whether a passage can be read; a line that is no passage counts as absent. */
  has(key: string): boolean {
    return this.used.has(key) || this.parse(key) !== undefined;
  }

  /**
   * A passage that `has` said is there, or that was put.
   * @throws LatelightError `bad-option` when the file is no longer what it was
   */
  get(key: string): EncodedPassage {
    const passage = this.parse(key);
    if (passage) return passage;
    throw new LatelightError(
      'bad-option',
      `index: expected ${this.path} to stay as it was, but it was changed while it was in use. Run one indexing of a folder at a time.`,
    );
  }

  put(key: string, passage: EncodedPassage): void {
    const entry: CacheLine = { key, ...passage, blocks: Buffer.from(passage.blocks).toString('base64') };
    const line = JSON.stringify(entry); // ASCII: as many bytes as characters
    this.places.set(key, { byteOffset: this.end, byteLength: line.length });
    this.used.add(key);
    this.unsaved.push(line);
    this.end += line.length + 1;
    if (this.unsaved.length >= APPEND_EVERY) this.save();
  }

  /** Appends what was not saved yet; also called when a run is interrupted. */
  save(): void {
    if (this.unsaved.length === 0) return;
    this.write(this.file, Buffer.from(`${this.unsaved.join('\n')}\n`, 'latin1'), this.saved);
    this.saved = this.end;
    this.unsaved = [];
  }

  /** Rewrites the file with only the entries this run used, in an order that does not depend on the run; then only `close` is left. */
  async compact(): Promise<void> {
    this.save();
    if (this.temporary) return;
    const own = reserveBeside(this.path);
    const temporary = `${own}.tmp`;
    try {
      if (this.used.size > 0) this.copyUsed(temporary);
      // Windows refuses to put another file into the place of one that is open.
      this.closeFile();
      if (this.used.size > 0) renameSync(temporary, this.path);
      else rmSync(this.path, { force: true });
    } catch (error) {
      rmSync(temporary, { force: true });
      // Removed as left over, by a run in another container whose processes have the same numbers: the journal stays as it was.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    } finally {
      release(own);
    }
  }

  async close(): Promise<void> {
    this.closeFile();
    if (this.temporary) await rm(this.temporary, { recursive: true, force: true });
  }

  private closeFile(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    closeSync(this.file);
  }

  private copyUsed(path: string): void {
    const target = openSync(path, 'w');
    try {
      let gathered: string[] = [];
      let bytes = 0;
      for (const key of [...this.used].sort()) {
        const line = this.read(this.places.get(key)!);
        gathered.push(line, '\n');
        bytes += line.length + 1;
        if (bytes < CHUNK_BYTES) continue;
        this.write(target, Buffer.from(gathered.join(''), 'latin1'));
        gathered = [];
        bytes = 0;
      }
      this.write(target, Buffer.from(gathered.join(''), 'latin1'));
    } finally {
      closeSync(target);
    }
  }

  private parse(key: string): EncodedPassage | undefined {
    const place = this.places.get(key);
    if (!place) return undefined;
    try {
      const { key: found, blocks, ...rest } = JSON.parse(this.read(place)) as CacheLine;
      if (found !== key) return undefined;
      this.used.add(key);
      return { ...rest, blocks: new Uint8Array(Buffer.from(blocks, 'base64')) };
    } catch {
      return undefined;
    }
  }

  private read({ byteOffset, byteLength }: Place): string {
    if (byteOffset + byteLength > this.saved) this.save();
    const bytes = Buffer.allocUnsafe(byteLength);
    const count = readSync(this.file, bytes, 0, byteLength, byteOffset);
    return bytes.toString('latin1', 0, count);
  }

  /** @param position where in the file; absent: where the last write ended */
  private write(file: number, bytes: Buffer, position?: number): void {
    let done = 0;
    try {
      while (done < bytes.length) {
        done += writeSync(file, bytes, done, bytes.length - done, position === undefined ? null : position + done);
      }
    } catch (error) {
      throw withFile(error, this.path, bytes.length - done);
    }
  }

  /** Notes where each line of the file stands; gives the file's length. */
  private findLines(): number {
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    let begun: Buffer<ArrayBufferLike> = Buffer.alloc(0);
    let begunAt = 0;
    for (;;) {
      const at = begunAt + begun.length;
      const count = readSync(this.file, chunk, 0, CHUNK_BYTES, at);
      if (count === 0) {
        this.noteLine(begun, begunAt);
        return at;
      }
      begun = Buffer.concat([begun, chunk.subarray(0, count)]);
      for (let end = begun.indexOf(NEW_LINE); end >= 0; end = begun.indexOf(NEW_LINE)) {
        this.noteLine(begun.subarray(0, end), begunAt);
        begun = begun.subarray(end + 1);
        begunAt += end + 1;
      }
    }
  }

  private noteLine(line: Buffer, byteOffset: number): void {
    const key = line.toString('latin1', LINE_START.length, LINE_START.length + KEY_LENGTH);
    if (line.at(-1) !== '}'.charCodeAt(0) || line.toString('latin1', 0, LINE_START.length) !== LINE_START) return;
    if (/^[0-9a-f]{64}$/.test(key)) this.places.set(key, { byteOffset, byteLength: line.length });
  }
}
