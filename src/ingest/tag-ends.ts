// Where tags end: at the first `>` that is in no quotes. Looked for by hand, and in a time that grows with the text alone: a regular
// expression would go through the same text once for each tag that does not end.

export interface Stops {
  /** What a scan looks at, its last character telling what it is: `<`, `>`, and openers of what is passed over whole. */
  pattern: RegExp;
  /** Opener -> closer. */
  closers: Readonly<Record<string, string>>;
}

export class TagEnds {
  private readonly text: string;
  private readonly pattern: RegExp;
  private readonly closers: ReadonlyMap<string, Finder>;
  /** Places from which no end is reached: scans that come together go the same way from there, which is why `<` is looked at. */
  private readonly dead = new Set<number>();

  constructor(text: string, { pattern, closers }: Stops) {
    this.text = text;
    this.pattern = pattern;
    this.closers = new Map(Object.entries(closers).map(([opener, closer]) => [opener, new Finder(closer)]));
  }

  /** @param from just behind the tag's name @returns place of the `>`; nothing for a tag that does not end */
  after(from: number): number | undefined {
    const passed: number[] = [];
    let at = from;
    for (;;) {
      this.pattern.lastIndex = at;
      const stop = this.pattern.exec(this.text);
      if (!stop || this.dead.has(stop.index)) break;
      passed.push(stop.index);
      at = this.pattern.lastIndex;
      const kind = this.text[at - 1];
      if (kind === '>') return at - 1;
      const finder = this.closers.get(kind);
      if (!finder) continue;
      const closer = finder.find(this.text, at);
      if (closer !== undefined) at = closer + 1;
      // A brace alone is a character as any other; a quote alone is never closed.
      else if (kind !== '{') break;
    }
    for (const place of passed) this.dead.add(place);
    return undefined;
  }
}

/** `indexOf` that remembers the last place it found, which many look for one after the other. */
class Finder {
  private readonly wanted: string;
  private from = 0;
  private found = -1;

  constructor(wanted: string) {
    this.wanted = wanted;
  }

  find(text: string, from: number): number | undefined {
    if (from < this.from || from > this.found) {
      const found = text.indexOf(this.wanted, from);
      this.from = from;
      this.found = found < 0 ? Number.POSITIVE_INFINITY : found;
    }
    return Number.isFinite(this.found) ? this.found : undefined;
  }
}
