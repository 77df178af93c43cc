// Encoded passages on disk: a journal of JSON lines, of which memory holds only where each line stands. An index is built from it,
// however large, and the next run encodes only changed text. Runs may share a journal: none writes into it. Each appends to a part
// of its own beside it and at its end puts a new journal in its place; the part of one that was interrupted is read by the next.
// A torn line is ignored, and deleting the files loses only time. Node only.

import {
  closeSync,
  fstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  type Stats,
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
  /** Descriptor; absent: the own part. */
  file?: number;
  byteOffset: number;
  byteLength: number;
}

const LINE_START = '{"key":"';
const KEY_LENGTH = 64;
const NEW_LINE = 0x0a;
/** Bytes read, gathered or written at once. */
const CHUNK_BYTES = 1024 * 1024;
/** Lines appended to the part at once. */
const APPEND_EVERY = 64;

export class PassageCache {
  private readonly path: string;
  /** Set when nothing is to be kept: the folder of a journal that goes when it is closed. */
  private readonly temporary: string | undefined;
  /** What nobody else writes to: names of the own part and of the new journal begin with it. */
  private readonly own: string;
  /** The own part, once there is something in it. */
  private part: number | undefined;
  /** Journal and parts of earlier runs, open for reading: they stay readable when they are replaced or removed. */
  private readonly files: number[] = [];
  /** Parts that runs left which ended before their index was written. */
  private readonly left: string[];
  /** Which file the journal was when it was read. */
  private readonly journal: string | undefined;
  private isClosed = false;
  private readonly places = new Map<string, Place>();
  private readonly used = new Set<string>();
  private unsaved: string[] = [];
  /** Length of the own part once `unsaved` is in it. */
  private end = 0;
  private saved = 0;

  private constructor(path: string, temporary: string | undefined) {
    this.path = path;
    this.temporary = temporary;
    mkdirSync(dirname(path), { recursive: true });
    for (const left of leftovers(path, '.tmp')) removeQuietly(left);
    this.left = leftovers(path, '.part');
    this.own = reserveBeside(path);
    try {
      this.journal = identity(this.readLines(path));
      for (const left of this.left) this.readLeft(left);
    } catch (error) {
      this.closeFiles();
      throw error;
    }
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
    if (begin.startsWith(LINE_START) || (found.size === begin.length && LINE_START.startsWith(begin))) return;
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
   * @throws LatelightError `bad-option` when something else wrote over the files
   */
  get(key: string): EncodedPassage {
    const passage = this.parse(key);
    if (passage) return passage;
    throw new LatelightError(
      'bad-option',
      `index: expected ${this.path} and the parts beside it to stay as they were, but one was written over while it was in use. Run it again.`,
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
    this.part ??= openSync(`${this.own}.part`, 'wx+');
    this.write(this.part, Buffer.from(`${this.unsaved.join('\n')}\n`, 'latin1'), this.saved);
    this.saved = this.end;
    this.unsaved = [];
  }

  /**
   * Puts a journal in place with only the entries this run used, in an order that does not depend on the run, and those of a run that
   * did so meanwhile; then only `close` is left. It saves room and no more: where it fails, journal and parts stay as they are.
   */
  async compact(): Promise<void> {
    if (this.temporary) return;
    const temporary = `${this.own}.tmp`;
    try {
      this.save();
      this.takeNewer();
      this.copyUsed(temporary);
      // Windows refuses to put another file into the place of one that is open.
      this.closeFiles();
      renameSync(temporary, this.path);
      for (const part of [`${this.own}.part`, ...this.left]) removeQuietly(part);
    } catch {
      // A full disk, a file that another program holds, one that a run in another container took for left over.
      removeQuietly(temporary);
    }
  }

  async close(): Promise<void> {
    this.closeFiles();
    if (this.temporary) await rm(this.temporary, { recursive: true, force: true });
  }

  private closeFiles(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    for (const file of this.files) closeSync(file);
    if (this.part !== undefined) closeSync(this.part);
    release(this.own);
  }

  private readLeft(path: string): void {
    try {
      this.readLines(path);
    } catch {
      // Somebody else's, who shares the folder and not the files.
    }
  }

  /** Another run put its journal in place since this one read it: what it used is used still. */
  private takeNewer(): void {
    const found = statSync(this.path, { throwIfNoEntry: false });
    if (!found || identity(found) === this.journal) return;
    const known = new Set(this.places.keys());
    this.readLines(this.path, (key) => {
      this.used.add(key);
      return !known.has(key);
    });
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

  private read({ file, byteOffset, byteLength }: Place): string {
    if (file === undefined && byteOffset + byteLength > this.saved) this.save();
    const bytes = Buffer.allocUnsafe(byteLength);
    const count = readSync(file ?? this.part!, bytes, 0, byteLength, byteOffset);
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

  /** Notes where the lines of a file stand that are `wanted`; nothing where there is none. */
  private readLines(path: string, wanted: (key: string) => boolean = () => true): Stats | undefined {
    let file: number;
    try {
      file = openSync(path, 'r');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
    this.files.push(file);
    const note = (line: Buffer, byteOffset: number) => {
      const key = line.toString('latin1', LINE_START.length, LINE_START.length + KEY_LENGTH);
      if (line.at(-1) !== '}'.charCodeAt(0) || line.toString('latin1', 0, LINE_START.length) !== LINE_START) return;
      if (/^[0-9a-f]{64}$/.test(key) && wanted(key))
        this.places.set(key, { file, byteOffset, byteLength: line.length });
    };
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    let begun: Buffer<ArrayBufferLike> = Buffer.alloc(0);
    let begunAt = 0;
    for (;;) {
      const count = readSync(file, chunk, 0, CHUNK_BYTES, begunAt + begun.length);
      if (count === 0) break;
      begun = Buffer.concat([begun, chunk.subarray(0, count)]);
      for (let end = begun.indexOf(NEW_LINE); end >= 0; end = begun.indexOf(NEW_LINE)) {
        note(begun.subarray(0, end), begunAt);
        begun = begun.subarray(end + 1);
        begunAt += end + 1;
      }
    }
    note(begun, begunAt);
    return fstatSync(file);
  }
}

/** Of a file that is replaced, never written into. */
function identity(found: Stats | undefined): string | undefined {
  return found && `${found.dev} ${found.ino} ${found.size} ${found.mtimeMs}`;
}

function removeQuietly(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // The next run's to remove.
  }
}
