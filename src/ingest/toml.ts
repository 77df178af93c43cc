// TOML as front matter has it -> strings, booleans, arrays and tables; numbers and dates stay text, as YAML's dates do. A reader, no
// checker: of what TOML forbids to say twice, the last counts. Goes through its text once.

type Table = Map<string, unknown>;

/** No TOML. The message says where. */
export class TomlError extends Error {}

/** Of arrays and tables inside one another, and of names with dots between them; people stop at three. */
const MAX_DEPTH = 20;

const BLANK = /[^\S\n]*/y;
const BLANK_LINES = /\s*(?:#[^\n]*\s*)*/y;
const LINE_END = /[^\S\n]*(?:#[^\n]*)?(?:\n|$)/y;
const BARE_KEY = /[\w-]+/y;
const BARE_VALUE = /true|false|[+-]?(?:inf|nan|\d[\w.:+-]*(?: \d\d:[\w.:+-]*)?)/y;
const QUOTES = ['"""', "'''", '"', "'"];
const ESCAPE = /\\(?:u([\dA-Fa-f]{4})|U([\dA-Fa-f]{8})|x([\dA-Fa-f]{2})|[^\S\n]*\n\s*|([^\n]))/g;
const CONTROLS: Record<string, string> = { b: '\b', t: '\t', n: '\n', f: '\f', r: '\r', e: '\u001b' };

/** @param linesAbove of the file, for messages. @throws TomlError */
export function readToml(text: string, linesAbove = 0): Record<string, unknown> {
  let at = 0;
  const root: Table = new Map();
  let table = root;
  for (take(BLANK_LINES); at < text.length; take(BLANK_LINES)) {
    if (text[at] === '[') table = readTableName();
    else readEntry(table, 0);
    if (take(LINE_END) === undefined) throw expected('the end of the line');
  }
  return plain(root) as Record<string, unknown>;

  /** `[sort]`; of `[[menu]]`, which come in several, the last stays. */
  function readTableName(): Table {
    const isOneOfMany = text.startsWith('[[', at);
    expect(isOneOfMany ? '[[' : '[');
    const path = readPath();
    expect(isOneOfMany ? ']]' : ']');
    if (isOneOfMany) put(root, path, new Map());
    return tableAt(root, path);
  }

  function readEntry(into: Table, depth: number): void {
    const path = readPath();
    expect('=');
    take(BLANK);
    put(into, path, readValue(depth));
  }

  function readPath(): string[] {
    const path: string[] = [];
    do {
      if (path.length > 0) at++;
      if (path.length === MAX_DEPTH) throw expected('fewer dots');
      take(BLANK);
      const name = take(BARE_KEY) ?? readString();
      if (name === undefined) throw expected('a name');
      path.push(name);
      take(BLANK);
    } while (text[at] === '.');
    return path;
  }

  function readValue(depth: number): unknown {
    if (depth > MAX_DEPTH) throw expected('less nesting');
    if (text[at] === '[') return readItems(']', () => readValue(depth + 1));
    if (text[at] === '{') {
      const inline: Table = new Map();
      readItems('}', () => readEntry(inline, depth + 1));
      return inline;
    }
    const quoted = readString();
    if (quoted !== undefined) return quoted;
    const bare = take(BARE_VALUE);
    if (bare === undefined) throw expected('a value');
    return bare === 'true' || (bare === 'false' ? false : bare);
  }

  function readItems(closer: string, readItem: () => unknown): unknown[] {
    const items: unknown[] = [];
    at++;
    for (take(BLANK_LINES); text[at] !== closer; take(BLANK_LINES)) {
      items.push(readItem());
      take(BLANK_LINES);
      if (text[at] !== closer) expect(',');
    }
    at++;
    return items;
  }

  function readString(): string | undefined {
    const quote = QUOTES.find((one) => text.startsWith(one, at));
    if (quote === undefined) return undefined;
    const isMultiline = quote.length === 3;
    const isLiteral = quote[0] === "'";
    const start = at + quote.length;
    let end = start;
    while (!text.startsWith(quote, end)) {
      if (end >= text.length || (!isMultiline && text[end] === '\n')) throw expected(`a closing ${quote}`);
      end += text[end] === '\\' && !isLiteral ? 2 : 1;
    }
    // """"To be"""" ends in a quotation mark of its own.
    for (let own = 0; isMultiline && own < 2 && text[end + 3] === quote[0]; own++) end++;
    at = end + quote.length;
    const body = isMultiline ? text.slice(start, end).replace(/^\n/, '') : text.slice(start, end);
    return isLiteral ? body : body.replace(ESCAPE, unescaped);
  }

  function take(pattern: RegExp): string | undefined {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    at += found?.length ?? 0;
    return found;
  }

  function expect(characters: string): void {
    if (!text.startsWith(characters, at)) throw expected(characters);
    at += characters.length;
  }

  function expected(what: string): TomlError {
    const line = linesAbove + text.slice(0, at).split('\n').length;
    const got = text.slice(at, at + 20).split('\n')[0];
    return new TomlError(`expected ${what} at line ${line}, got ${got === '' ? 'nothing more' : JSON.stringify(got)}`);
  }
}

function unescaped(_: string, four?: string, eight?: string, two?: string, single?: string): string {
  const code = four ?? eight ?? two;
  if (code !== undefined) {
    const point = Number.parseInt(code, 16);
    return point > 0x10ffff ? '\uFFFD' : String.fromCodePoint(point);
  }
  // A backslash at the end of a line joins it with the next.
  return single === undefined ? '' : (CONTROLS[single] ?? single);
}

function put(into: Table, path: readonly string[], value: unknown): void {
  tableAt(into, path.slice(0, -1)).set(path[path.length - 1], value);
}

function tableAt(from: Table, path: readonly string[]): Table {
  let table = from;
  for (const name of path) {
    const next = table.get(name);
    if (next instanceof Map) table = next;
    else {
      const made: Table = new Map();
      table.set(name, made);
      table = made;
    }
  }
  return table;
}

function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  // fromEntries defines, so a name like __proto__ is a plain property and pollutes nothing.
  return value instanceof Map ? Object.fromEntries([...value].map(([name, one]) => [name, plain(one)])) : value;
}
