// `<Tabs>` of MDX and Vue as HTML that can be parsed. By hand, and in a time that grows with the text alone: braces in attributes make a
// regular expression for it try every way to read them.

const START = /<(\/?)([A-Z][A-Za-z0-9.]*)(?=[\s/>])/g;
/** What ends an attribute's plain text. `<` does not: scans that come together are known by it. */
const STOP = /[<>"'{]/g;

/**
 * Components become divs. HTML knows no self-closing one: `<Header />` would swallow the rest of the page. Old HTML in capitals (`<TABLE>`)
 * is left alone.
 */
export function plainComponents(html: string): string {
  const ends = new TagEnds(html);
  const parts: string[] = [];
  let done = 0;
  START.lastIndex = 0;
  for (let match = START.exec(html); match; match = START.exec(html)) {
    const [start, close, name] = match;
    const after = match.index + start.length;
    const end = /[a-z]/.test(name) ? ends.after(after) : undefined;
    if (end === undefined) continue;
    const isSelfClosed = html[end - 1] === '/';
    parts.push(html.slice(done, match.index), isSelfClosed ? '' : `<${close}div>`);
    done = end + 1;
    START.lastIndex = done;
  }
  return done === 0 ? html : parts.join('') + html.slice(done);
}

/** Where tags end: at the first `>` outside of quotes and of braces that are closed. */
class TagEnds {
  private readonly text: string;
  /** Places from which no end is reached. */
  private readonly dead = new Set<number>();
  private readonly closers = { '"': new Finder('"'), "'": new Finder("'"), '{': new Finder('}') };

  constructor(text: string) {
    this.text = text;
  }

  /** @param from just behind the tag's name */
  after(from: number): number | undefined {
    const { text } = this;
    if (text[from] === '/') return text[from + 1] === '>' ? from + 1 : undefined;
    const passed: number[] = [];
    let at = from;
    for (;;) {
      STOP.lastIndex = at;
      const stop = STOP.exec(text);
      if (!stop || this.dead.has(stop.index)) break;
      passed.push(stop.index);
      at = stop.index + 1;
      const [kind] = stop;
      if (kind === '>') return stop.index;
      if (kind === '<') continue;
      const closer = this.closers[kind as '"' | "'" | '{'].find(text, at);
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
