// A long text as its letters and digits alone, each with the place it came from: white space, hyphens at line ends, punctuation,
// case, accents and ligatures, in which a parser and a renderer differ, do not count.

/** Drops what is no letter, digit or vowel sign; accents are dropped because one side may have them as separate characters. */
export function fold(text: string): string {
  const folded = new FoldedText();
  folded.append(text);
  return folded.letters;
}

export class FoldedText {
  /** UTF-16 length of all that was appended. */
  length = 0;
  private readonly parts: string[] = [];
  private joined: string | undefined;
  private origins = new Uint32Array(1024);
  private count = 0;

  append(text: string): void {
    const { length } = text;
    let part = '';
    for (let at = 0; at < length; ) {
      const code = text.codePointAt(at)!;
      const width = code > 0xffff ? 2 : 1;
      const folded = code < 128 ? foldAscii(code) : foldOther(String.fromCodePoint(code));
      for (let unit = 0; unit < folded.length; unit++) this.record(this.length + at);
      part += folded;
      at += width;
    }
    this.parts.push(part);
    this.length += length;
    this.joined = undefined;
  }

  get letters(): string {
    this.joined ??= this.parts.join('');
    return this.joined;
  }

  /** Where a range of letters stands in the text as it was appended. */
  range(start: number, end: number): { start: number; end: number } {
    return { start: this.origins[start], end: this.origins[end - 1] + 1 };
  }

  /** How many letters stand before a place of the text. */
  lettersBefore(offset: number): number {
    let low = 0;
    let high = this.count;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.origins[middle] < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  private record(origin: number): void {
    if (this.count === this.origins.length) {
      const larger = new Uint32Array(this.count * 2);
      larger.set(this.origins);
      this.origins = larger;
    }
    this.origins[this.count++] = origin;
  }
}

function foldAscii(code: number): string {
  if (code >= 97 && code <= 122) return String.fromCharCode(code);
  if (code >= 65 && code <= 90) return String.fromCharCode(code + 32);
  return code >= 48 && code <= 57 ? String.fromCharCode(code) : '';
}

function foldOther(character: string): string {
  return character
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[\u0300-\u036f]|[^\p{L}\p{N}\p{M}]/gu, '');
}
