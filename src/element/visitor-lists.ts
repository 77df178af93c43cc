// What a visitor did before, kept in this browser and nowhere else: recent searches and favourite pages of one index. Storage may
// be missing, full or forbidden (private windows, sandboxed frames); the lists then last as long as the page.

export interface Favourite {
  title: string;
  /** Absolute, http(s). */
  url: string;
}

type Stored = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

const MAX_RECENTS = 8;
const MAX_FAVOURITES = 50;
/** Suggested while typing. */
const MAX_SUGGESTIONS = 3;

export class VisitorLists {
  recents: string[] = [];
  favourites: Favourite[] = [];
  private readonly storage: () => Stored;
  private readonly key: string;
  /** Whether what could not be written is only here. */
  private isUnsaved = false;

  /**
   * @param indexUrl absolute address of the index: each has lists of its own
   * @param storage called for every access, because even asking for it may throw
   */
  constructor(indexUrl: string, storage: () => Stored = () => localStorage) {
    this.storage = storage;
    this.key = `latelight:${indexUrl}`;
    this.read();
  }

  /** Reads again what other pages of the site may have written. */
  read(): void {
    if (this.isUnsaved) return;
    this.recents = this.load('recents')
      .filter((entry) => typeof entry === 'string')
      .slice(0, MAX_RECENTS);
    this.favourites = this.load('favourites').filter(isFavourite).slice(0, MAX_FAVOURITES);
  }

  /** The newest first, each once. */
  addRecent(query: string): void {
    const text = query.trim();
    if (!text) return;
    this.read();
    this.recents = [text, ...this.recents.filter((entry) => fold(entry) !== fold(text))].slice(0, MAX_RECENTS);
    this.save('recents', this.recents);
  }

  clearRecents(): void {
    this.recents = [];
    this.save('recents', []);
  }

  /** Recent searches that go on from what is typed. */
  suggestions(typed: string): string[] {
    const start = fold(typed.trimStart());
    if (start.trim().length < 2) return [];
    return this.recents
      .filter((entry) => fold(entry).startsWith(start) && fold(entry) !== start.trim())
      .slice(0, MAX_SUGGESTIONS);
  }

  isFavourite(url: string): boolean {
    return this.favourites.some((favourite) => favourite.url === url);
  }

  toggleFavourite(favourite: Favourite): void {
    this.read();
    const others = this.favourites.filter(({ url }) => url !== favourite.url);
    const isNew = others.length === this.favourites.length;
    this.favourites = isNew ? [favourite, ...others].slice(0, MAX_FAVOURITES) : others;
    this.save('favourites', this.favourites);
  }

  private load(list: string): unknown[] {
    try {
      const entries: unknown = JSON.parse(this.storage().getItem(`${this.key}:${list}`) ?? '[]');
      return Array.isArray(entries) ? entries : [];
    } catch {
      return list === 'recents' ? this.recents : this.favourites;
    }
  }

  private save(list: string, entries: unknown[]): void {
    try {
      if (entries.length > 0) this.storage().setItem(`${this.key}:${list}`, JSON.stringify(entries));
      else this.storage().removeItem(`${this.key}:${list}`);
    } catch {
      this.isUnsaved = true;
    }
  }
}

function fold(text: string): string {
  return text.normalize('NFKC').toLowerCase();
}

function isFavourite(entry: unknown): entry is Favourite {
  const { title, url } = (typeof entry === 'object' && entry !== null ? entry : {}) as Partial<Favourite>;
  return typeof title === 'string' && typeof url === 'string' && /^https?:/.test(url) && URL.canParse(url);
}
