// What takes a while and was asked for by hand: adding, importing, exporting. One line of progress, then one of report.

import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { LatelightError, messageOf } from '../../errors.ts';
import { documentKind } from '../../ingest/document-kind.ts';
import { cleanPath } from '../clean-path.ts';
import { batches, type FileStream } from '../collect-files.ts';
import { freeName } from '../file-names.ts';
import type { AddedFile, Library, LibraryDocument } from '../types.ts';
import { day } from './amounts.ts';
import { type Added, words } from './words.ts';

export interface JobsHost extends ReactiveControllerHost {
  readonly library: Library;
  say(...sentences: string[]): void;
}

export interface Job {
  text: string;
  /** 0..1, nothing when it is not known. */
  share: number | undefined;
}

export interface Report {
  text: string;
  isFailure: boolean;
}

/** Kinds and names that are told of those that were left out. */
const NAMED = 5;

export class Jobs implements ReactiveController {
  report: Report | undefined;
  private readonly running = new Set<Job>();
  /** Names of pastes that are being kept: the library knows of them afterwards. */
  private readonly given = new Set<string>();
  private waiting: (() => void)[] = [];
  /** What failed while something else ran, whose line was shown: nobody has seen it. */
  private readonly unseen = new Set<string>();
  private readonly host: JobsHost;

  constructor(host: JobsHost) {
    this.host = host;
    host.addController(this);
  }

  hostConnected(): void {}

  get current(): Job | undefined {
    return [...this.running].at(-1);
  }

  /** Until a reload cuts nothing off, nor takes away what went wrong meanwhile. */
  async untilDone(): Promise<void> {
    if (this.running.size === 0) return;
    while (!this.isDone) await new Promise<void>((resolve) => this.waiting.push(resolve));
  }

  private get isDone(): boolean {
    return this.running.size === 0 && !this.report?.isFailure;
  }

  private endWaiting(): void {
    if (this.isDone) for (const resolve of this.waiting.splice(0)) resolve();
  }

  readonly dismiss = (): void => {
    this.report = undefined;
    this.unseen.clear();
    this.endWaiting();
    this.host.requestUpdate();
  };

  /** What went well has been seen when a person goes on to something else. */
  dismissSuccess(): void {
    if (this.report && !this.report.isFailure) this.dismiss();
  }

  /** Zips are libraries to import; of folders only what can be read is taken; what was chosen by name goes in as it is. */
  add(files: FileStream): Promise<boolean> {
    return this.run(words.adding(0), async (job) => {
      const leftOut: string[] = [];
      const hidden: string[] = [];
      const imported: string[] = [];
      const failures: string[] = [];
      const taken: Added = { added: 0, replaced: 0, unchanged: 0 };
      let stopped = '';
      try {
        for await (const found of batches(files)) {
          hidden.push(...found.filter(({ isHidden }) => isHidden).map(({ path }) => nameOf(path)));
          const batch = found.filter(({ isHidden }) => !isHidden);
          const archives = batch.filter(isArchive);
          const unknown = batch.filter(({ path }) => isOfFolder(path) && !documentKind(path));
          leftOut.push(...unknown.map(({ path }) => extension(path)));
          const readable = batch.filter((file) => !isArchive(file) && !unknown.includes(file));
          if (readable.length > 0) failures.push(...(await this.keep(readable, taken)));
          for (const { path, file } of archives) {
            try {
              imported.push(await this.import(file, job));
            } catch (error) {
              failures.push(words.notImported(path, messageOf(error)));
            }
          }
          this.advance(job, words.adding(taken.added + taken.replaced + taken.unchanged), undefined);
        }
      } catch (error) {
        stopped = words.notAdded(words.added(taken) !== '', reasonOf(error));
      }
      const sentences = [
        words.added(taken),
        stopped,
        ...imported,
        said(leftOut, words.leftOut),
        said(hidden, words.hidden),
        ...failures,
      ];
      const isFailure = stopped !== '' || failures.length > 0;
      return { text: sentences.filter(Boolean).join(' ') || words.nothingAdded, isFailure };
    });
  }

  readonly export = (): Promise<boolean> =>
    this.run(words.exporting, async (job) => {
      // As they are when it begins: what is done meanwhile is not in it.
      const open = [...this.host.library.state.documents.values()].filter(({ state }) => state !== 'done');
      const older = open.filter((document) => document.older).length;
      const archive = await this.host.library.export((done, total) =>
        this.advance(job, words.exporting, total > 0 ? done / total : undefined),
      );
      const name = words.exportName(day(new Date()));
      download(archive, name);
      return { text: words.exported(name, archive.size, open.length - older, older), isFailure: false };
    });

  private async import(file: Blob, job: Job): Promise<string> {
    const report = await this.host.library.import(file, (done, total) =>
      this.advance(job, words.importing, total > 0 ? done / total : undefined),
    );
    return words.imported(report);
  }

  /** @returns what was not taken in, and is in the list as it was before */
  private async keep(files: AddedFile[], taken: Added): Promise<string[]> {
    const { library } = this.host;
    const failures: string[] = [];
    const ids = new Map([...library.state.documents.values()].map(({ path, id }) => [path, id]));
    const count = ({ path, id, state, reason }: LibraryDocument) => {
      const before = ids.get(path);
      if (before === id && state === 'failed') {
        failures.push(words.notRead(path, reason ?? ''));
        return;
      }
      taken[before === undefined ? 'added' : before === id ? 'unchanged' : 'replaced']++;
      ids.set(path, id);
    };
    const named = this.named(files);
    try {
      for (const document of await library.add(named)) count(document);
      return failures;
    } catch (error) {
      // Those before the one that failed are kept. The state says which: with the next answer, not with a failure.
      await library.add([]).catch(() => undefined);
      const paths = new Set(named.map(({ path }) => cleanPath(path)));
      const kept = [...library.state.documents.values()].filter(
        ({ path, id }) => paths.has(path) && ids.get(path) !== id,
      );
      for (const document of kept) count(document);
      throw error;
    } finally {
      for (const { path } of named) this.given.delete(path);
    }
  }

  /** Two pastes of one minute are two documents. */
  private named(files: AddedFile[]): AddedFile[] {
    const paths = new Set([...this.host.library.state.documents.values()].map(({ path }) => path));
    const isTaken = (path: string) => isPasted(path) && (paths.has(path) || this.given.has(path));
    return files.map((added) => {
      const path = freeName(added.path, isTaken);
      if (isPasted(path)) this.given.add(path);
      return { ...added, path };
    });
  }

  /** @returns whether it went well */
  private async run(text: string, work: (job: Job) => Promise<Report>): Promise<boolean> {
    const job: Job = { text, share: undefined };
    this.running.add(job);
    // Nothing while nothing runs: a page that may ask is kept by no browser for the way back.
    addEventListener('beforeunload', ask);
    this.host.requestUpdate();
    try {
      const report = await work(job);
      this.running.delete(job);
      this.tell(report);
      return !report.isFailure;
    } catch (error) {
      this.running.delete(job);
      this.fail(error);
      return false;
    } finally {
      if (this.running.size === 0) removeEventListener('beforeunload', ask);
      this.endWaiting();
      this.host.requestUpdate();
    }
  }

  /** Reports what a button could not do. */
  fail(error: unknown): void {
    this.tell({ text: words.failed(messageOf(error)), isFailure: true });
    this.host.requestUpdate();
  }

  private tell({ text, isFailure }: Report): void {
    const before = [...this.unseen].filter((one) => one !== text);
    this.report = { text: [...before, text].join(' '), isFailure: isFailure || before.length > 0 };
    if (isFailure && this.running.size > 0) this.unseen.add(text);
    this.host.say(text);
  }

  private advance(job: Job, text: string, share: number | undefined): void {
    Object.assign(job, { text, share });
    this.host.requestUpdate();
  }
}

/** Whether to leave, in the browser's own words. */
function ask(event: Event): void {
  event.preventDefault();
}

function isPasted(path: string): boolean {
  return path.startsWith('Pasted ');
}

/** Why files were not added, and what to do: to resume, as the storage's own error says, brings none of them. */
function reasonOf(error: unknown): string {
  const isFull = error instanceof LatelightError && error.code === 'storage-full';
  return isFull ? words.storageFull : words.addAgain(messageOf(error));
}

/** Only one that was chosen itself: zips that lie in a folder are nobody's library as a rule. */
function isArchive(added: AddedFile): added is AddedFile & { file: Blob } {
  return added.file !== undefined && !added.path.includes('/') && /\.zip$/i.test(added.path);
}

/** Not a folder itself, which is among the files when it cannot be read. */
function isOfFolder(path: string): boolean {
  return path.includes('/') && !path.endsWith('/');
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function extension(path: string): string {
  const name = nameOf(path);
  return name.includes('.') ? name.slice(name.lastIndexOf('.') + 1).toLowerCase() : name;
}

function said(names: string[], sentence: (value: number, names: string) => string): string {
  if (names.length === 0) return '';
  const kinds = [...new Set(names)];
  const named = kinds.slice(0, NAMED).join(', ') + (kinds.length > NAMED ? ', …' : '');
  return sentence(names.length, named);
}

function download(file: Blob, name: string): void {
  const address = URL.createObjectURL(file);
  Object.assign(document.createElement('a'), { href: address, download: name }).click();
  // A browser may still read from it after the click.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
