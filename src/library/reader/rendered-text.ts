// The text of elements as one string to search, and ranges of it as ranges of the document.

import { FoldedText } from './folded-text.ts';

export class RenderedText {
  readonly folded = new FoldedText();
  private readonly nodes: Text[] = [];
  private readonly starts: number[] = [];

  append(root: Node): void {
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT, textWithoutReadings);
    // A walker does not come to where it starts: text that no element is around.
    const first = root instanceof Text ? root : (walker.nextNode() as Text | null);
    for (let node = first; node; node = walker.nextNode() as Text | null) {
      this.nodes.push(node);
      this.starts.push(this.folded.length);
      this.folded.append(node.data);
    }
  }

  /** Where an element's own text begins; the whole text's start for one that is not in it. */
  offsetOf(element: Element): number {
    const at = this.nodes.findIndex((node) => element.compareDocumentPosition(node) & Node.DOCUMENT_POSITION_FOLLOWING);
    return this.starts[at] ?? 0;
  }

  /** One range for each text node, so that what lies between two of them is not marked. */
  ranges(start: number, end: number): Range[] {
    const ranges: Range[] = [];
    for (let at = this.nodeAt(start); at < this.nodes.length && this.starts[at] < end; at++) {
      const node = this.nodes[at];
      const range = document.createRange();
      range.setStart(node, Math.max(0, start - this.starts[at]));
      range.setEnd(node, withClosing(node.data, Math.min(node.length, end - this.starts[at])));
      if (!range.collapsed) ranges.push(range);
    }
    return ranges;
  }

  private nodeAt(offset: number): number {
    let low = 0;
    let high = this.starts.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.starts[middle] <= offset) low = middle + 1;
      else high = middle;
    }
    return Math.max(0, low - 1);
  }
}

/** Readings beside words are shown, and are in no passage. */
function textWithoutReadings(node: Node): number {
  if (node instanceof Text) return NodeFilter.FILTER_ACCEPT;
  return /^r[tp]$/i.test(node.nodeName) ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_SKIP;
}

/** A passage is found by its letters: the full stop after its last one, or a bracket, belongs to it, too. */
function withClosing(text: string, end: number): number {
  let closed = end;
  while (closed < text.length && /[\p{Pe}\p{Pf}\p{Po}]/u.test(text[closed])) closed++;
  return closed;
}
