// Tags of XML as htmlparser2 sees them, also where XML says otherwise: a name is whatever is no space, `/` or `>`; an end tag closes all
// that is open in its element, or nothing. In a time that grows with the text alone.

export interface Tag {
  start: number;
  /** After its `>`. */
  end: number;
  isClose: boolean;
  name: string;
  /** How many elements it closes; 0 for one that opens. */
  closes: number;
}

const END_TAG = /<\/[ \t\n\f\r]*([^ \t\n\f\r/>][^ \t\n\f\r>]*)/y;
const START_TAG = /<([^ \t\n\f\r/>!?][^ \t\n\f\r/>]*)/y;
/** An attribute, of a quoted value the first quote; the end of a tag that closes itself; any end; what is between. */
const PART =
  /[^ \t\n\f\r/>][^ \t\n\f\r/>=]*(?:[ \t\n\f\r]*=[ \t\n\f\r]*(?:(["'])|[^ \t\n\f\r>]*))?|(\/[ \t\n\f\r]*>)|(>)|\/|[ \t\n\f\r]+/y;
/** `</` that is followed by no name. */
const NAMELESS_END = /<\/[ \t\n\f\r]*\//y;

/** Those that open an element, and those that close what is open. Tags that do neither are left out. */
export function* xmlTags(xml: string): Iterable<Tag> {
  const open = new OpenElements();
  for (let start = xml.indexOf('<'), end: number | undefined; start >= 0; start = xml.indexOf('<', end)) {
    const opener = matchAt(START_TAG, xml, start);
    const closer = opener ? undefined : matchAt(END_TAG, xml, start);
    if (opener) {
      const tag = endOfTag(xml, start + opener[0].length);
      if (!tag) return;
      end = tag.end;
      if (tag.isSelfClosed) continue;
      open.add(opener[1]);
      yield { start, end, isClose: false, name: opener[1], closes: 0 };
    } else if (closer) {
      end = after(xml, '>', start + closer[0].length);
      if (end === undefined) return;
      const closes = open.close(closer[1]);
      if (closes > 0) yield { start, end, isClose: true, name: closer[1], closes };
    } else {
      end = endOfOther(xml, start);
      if (end === undefined) return;
    }
  }
}

/** @param at behind the tag's name @returns nothing for a tag that does not end */
function endOfTag(xml: string, at: number): { end: number; isSelfClosed: boolean } | undefined {
  for (let from: number | undefined = at; from !== undefined; ) {
    const part = matchAt(PART, xml, from);
    if (!part) return undefined;
    const [whole, quote, selfClose, end] = part;
    from += whole.length;
    if (selfClose || end) return { end: from, isSelfClosed: !end };
    if (quote) from = after(xml, quote, from);
  }
  return undefined;
}

/** Of a comment, CDATA, a declaration, an instruction; for a `<` that is text, the place behind it. */
function endOfOther(xml: string, start: number): number | undefined {
  if (xml.startsWith('<!--', start)) return after(xml, '-->', start + 2);
  if (xml.startsWith('<![CDATA[', start)) return after(xml, ']]>', start + 9);
  // The character after `<!` is never the end, nor is the one after `<!-`.
  if (xml.startsWith('<!-', start)) return after(xml, '>', start + 4);
  if (xml.startsWith('<!', start)) return after(xml, '>', start + 3);
  if (xml.startsWith('<?', start)) return after(xml, '>', start + 2);
  const nameless = matchAt(NAMELESS_END, xml, start);
  return nameless ? after(xml, '>', start + nameless[0].length) : start + 1;
}

function after(text: string, wanted: string, from: number): number | undefined {
  const found = text.indexOf(wanted, from);
  return found < 0 ? undefined : found + wanted.length;
}

function matchAt(sticky: RegExp, text: string, at: number): RegExpExecArray | null {
  sticky.lastIndex = at;
  return sticky.exec(text);
}

/** Names of the open elements, counted, so that one that is not among them is not looked for. */
class OpenElements {
  private readonly names: string[] = [];
  private readonly counts = new Map<string, number>();

  add(name: string): void {
    this.names.push(name);
    this.counts.set(name, (this.counts.get(name) ?? 0) + 1);
  }

  /** @returns how many were closed: the last of that name and all in it */
  close(name: string): number {
    if (!this.counts.get(name)) return 0;
    for (let closed = 1; ; closed++) {
      const last = this.names.pop() as string;
      this.counts.set(last, (this.counts.get(last) as number) - 1);
      if (last === name) return closed;
    }
  }
}
