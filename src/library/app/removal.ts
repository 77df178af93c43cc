// Documents that go for good, asked about first. What goes is what the question speaks of by the time it is answered: while it is read
// documents come, and are done.

import type { ReactiveControllerHost } from 'lit';
import type { Library, LibraryDocument } from '../types.ts';
import { Confirmation, type Question } from './confirmation.ts';
import type { LibrarySearch } from './library-search.ts';
import { words } from './words.ts';

interface RemovalHost extends ReactiveControllerHost, HTMLElement {
  readonly library: Library;
  say(...sentences: string[]): void;
  attempt(act: () => Promise<void>): Promise<void>;
}

interface Going {
  find: () => LibraryDocument[];
  ask: (found: LibraryDocument[]) => Question;
  /** Whether only the version that was to replace an older one goes. */
  isEdit: (document: LibraryDocument) => boolean;
}

export class Removal {
  private readonly host: RemovalHost;
  private readonly search: LibrarySearch;
  private readonly confirmation: Confirmation;

  constructor(host: RemovalHost, search: LibrarySearch) {
    this.host = host;
    this.search = search;
    this.confirmation = new Confirmation(host);
  }

  /** These, as they were picked. */
  readonly remove = (ids: number[]): void => {
    // A failed edit is no reason to lose what it was to replace.
    const isEdit = ({ state, older }: LibraryDocument) => state === 'failed' && older !== undefined;
    this.ask({
      find: () => ids.flatMap((id) => this.host.library.state.documents.get(id) ?? []),
      ask: (found) => words.confirmRemove(found.length, found[0].title, found.filter(isEdit).length),
      isEdit,
    });
  };

  /** Those that are not indexed yet. */
  readonly cancelRest = (): void =>
    this.ask({
      find: () => this.all.filter(({ state }) => state !== 'done' && state !== 'failed'),
      ask: ({ length }) => words.confirmCancel(length),
      isEdit: () => true,
    });

  readonly clear = (): void =>
    this.ask({ find: () => this.all, ask: ({ length }) => words.confirmClear(length), isEdit: () => false });

  view() {
    return this.confirmation.view();
  }

  private get all(): LibraryDocument[] {
    return [...this.host.library.state.documents.values()];
  }

  private ask({ find, ask, isEdit }: Going): void {
    const question = () => {
      const found = find();
      return found.length > 0 ? ask(found) : undefined;
    };
    void this.confirmation.ask(question, () => {
      const [edits, others]: [number[], number[]] = [[], []];
      for (const document of find()) (isEdit(document) ? edits : others).push(document.id);
      void this.host.attempt(() => this.removeNow(edits, others));
    });
  }

  private async removeNow(edits: number[], others: number[]): Promise<void> {
    const { host, search } = this;
    const { library } = host;
    if (others.length > 0) await library.remove(others);
    if (edits.length > 0) await library.remove(edits, { keepOlder: true });
    const { documents } = library.state;
    // One that was done at the last moment may have stayed.
    const goneCount = [...edits, ...others].filter((id) => !documents.has(id)).length;
    if (goneCount > 0) host.say(words.removed(goneCount));
    const { onlyPath } = search;
    if (onlyPath && !this.all.some(({ path }) => path === onlyPath)) search.searchOnly(undefined);
    if (documents.size > 0) return;
    await host.updateComplete;
    host.shadowRoot?.querySelector<HTMLElement>('.zone button')?.focus();
  }
}
