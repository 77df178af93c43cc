// The alignment matrix as a picture: a row for each word of the query, a column for each word of the passage, darker where they match.
// A custom element, so that hover and arrow keys can tell one cell at a time.

import { css, html, LitElement, type PropertyValues } from 'lit';
import type { Explanation } from '../types.ts';

/** CSS pixels of a cell. */
const CELL_WIDTH = 14;
const CELL_HEIGHT = 26;
/** Cosines of unrelated words of the default model lie below this: shown as nothing. */
const LEAST = 0.3;
/** Percent of colour behind the best word: more would cost the text its contrast. */
const MOST_WASH = 40;

export class AlignmentPicture extends LitElement {
  static override properties = { explanation: { attribute: false }, cell: { state: true } };
  static override styles = css`
    :host {
      display: block;
    }
    .frame {
      display: flex;
      gap: 0.5rem;
    }
    ul {
      flex: none;
      max-inline-size: 8rem;
      margin: 0;
      padding: 0;
      list-style: none;
      text-align: end;
      font-size: 0.875rem;
    }
    li {
      block-size: ${CELL_HEIGHT}px;
      overflow: hidden;
      line-height: ${CELL_HEIGHT}px;
      text-overflow: ellipsis;
      white-space: nowrap;
    }
    .scroll {
      overflow-x: auto;
    }
    canvas {
      display: block;
      cursor: crosshair;
    }
    canvas:focus-visible {
      outline: 2px solid var(--accent, currentColor);
      outline-offset: 2px;
    }
    p {
      min-block-size: 1.5em;
      margin: 0.5rem 0;
      font-variant-numeric: tabular-nums;
    }
    .text {
      line-height: 1.7;
      overflow-wrap: anywhere;
    }
    mark {
      color: inherit;
      background: color-mix(in srgb, var(--sun, orange) var(--strength, 0%), transparent);
    }
    mark[data-current] {
      outline: 2px solid var(--accent, currentColor);
    }
  `;

  declare explanation: Explanation | undefined;
  declare cell: { row: number; column: number } | undefined;

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has('explanation')) this.cell = undefined;
  }

  protected override updated(): void {
    this.draw();
    for (const mark of this.renderRoot.querySelectorAll<HTMLElement>('mark[data-word]')) {
      // Through the style object, which a strict Content-Security-Policy allows.
      mark.style.setProperty('--strength', `${Math.round(MOST_WASH * this.strength(Number(mark.dataset.word)))}%`);
    }
  }

  private get columns(): number {
    return this.explanation?.words.length ?? 0;
  }

  private similarity(row: number, column: number): number {
    return this.explanation?.similarity[row * this.columns + column] ?? 0;
  }

  /** 0..1 for a word of the passage: of the chosen query word, or of the one it answers best. */
  private strength(column: number): number {
    const rows = this.explanation?.queryWords.length ?? 0;
    const all = Array.from({ length: rows }, (_, row) => this.similarity(row, column));
    const value = this.cell ? this.similarity(this.cell.row, column) : Math.max(0, ...all);
    return Math.max(0, Math.min(1, (value - LEAST) / (1 - LEAST)));
  }

  private draw(): void {
    const canvas = this.renderRoot.querySelector('canvas');
    const { explanation, columns } = this;
    if (!canvas || !explanation) return;
    const rows = explanation.queryWords.length;
    const ratio = devicePixelRatio;
    canvas.width = columns * CELL_WIDTH * ratio;
    canvas.height = rows * CELL_HEIGHT * ratio;
    canvas.style.inlineSize = `${columns * CELL_WIDTH}px`;
    canvas.style.blockSize = `${rows * CELL_HEIGHT}px`;
    const context = canvas.getContext('2d');
    if (!context) return;
    context.scale(ratio, ratio);
    const style = getComputedStyle(this);
    const ink = style.getPropertyValue('--sun').trim() || style.color;
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        context.globalAlpha = 0.06;
        context.fillStyle = style.color;
        context.fillRect(column * CELL_WIDTH, row * CELL_HEIGHT, CELL_WIDTH - 1, CELL_HEIGHT - 1);
        context.globalAlpha = Math.max(0, Math.min(1, (this.similarity(row, column) - LEAST) / (1 - LEAST)));
        context.fillStyle = ink;
        context.fillRect(column * CELL_WIDTH, row * CELL_HEIGHT, CELL_WIDTH - 1, CELL_HEIGHT - 1);
      }
    }
    if (!this.cell) return;
    context.globalAlpha = 1;
    context.strokeStyle = style.color;
    context.lineWidth = 2;
    context.strokeRect(this.cell.column * CELL_WIDTH, this.cell.row * CELL_HEIGHT, CELL_WIDTH - 1, CELL_HEIGHT - 1);
  }

  private readonly onPointer = (event: PointerEvent): void => {
    const row = Math.floor(event.offsetY / CELL_HEIGHT);
    const column = Math.floor(event.offsetX / CELL_WIDTH);
    if (row >= (this.explanation?.queryWords.length ?? 0) || column >= this.columns) return;
    // A pointer moves many times in one cell, and each new one draws the picture again.
    if (row !== this.cell?.row || column !== this.cell.column) this.cell = { row, column };
  };

  private readonly onKey = (event: KeyboardEvent): void => {
    const steps: Record<string, [number, number]> = {
      ArrowUp: [-1, 0],
      ArrowDown: [1, 0],
      ArrowLeft: [0, -1],
      ArrowRight: [0, 1],
    };
    const step = steps[event.key];
    if (!step || !this.explanation) return;
    event.preventDefault();
    const { row, column } = this.cell ?? { row: -step[0], column: -step[1] };
    const clamp = (value: number, count: number) => Math.max(0, Math.min(count - 1, value));
    this.cell = {
      row: clamp(row + step[0], this.explanation.queryWords.length),
      column: clamp(column + step[1], this.columns),
    };
  };

  private word(column: number): string {
    const { text, words } = this.explanation!;
    return text.slice(words[column].start, words[column].end);
  }

  /** What the picture shows, in words: each query word with the word of the passage that answers it best. */
  private get summary(): string {
    const { queryWords } = this.explanation!;
    const best = queryWords.map(({ text }, row) => {
      let column = 0;
      for (let at = 1; at < this.columns; at++)
        if (this.similarity(row, at) > this.similarity(row, column)) column = at;
      return this.similarity(row, column) > 0
        ? `${text}: ${this.word(column)}, ${this.similarity(row, column).toFixed(2)}`
        : `${text}: nothing`;
    });
    return `Best matches. ${best.join('; ')}.`;
  }

  protected override render() {
    const { explanation, cell } = this;
    if (!explanation) return html``;
    return html`
      <div class="frame">
        <ul aria-hidden="true">
          ${explanation.queryWords.map(({ text }) => html`<li><bdi>${text}</bdi></li>`)}
        </ul>
        <div class="scroll">
          <canvas
            tabindex="0"
            role="img"
            aria-label=${this.summary}
            aria-describedby="cell"
            @pointermove=${this.onPointer}
            @pointerdown=${this.onPointer}
            @keydown=${this.onKey}
          ></canvas>
        </div>
      </div>
      <p id="cell" role="status">
        ${
          cell
            ? html`<bdi>${explanation.queryWords[cell.row].text}</bdi> and <bdi>${this.word(cell.column)}</bdi>:
                ${this.similarity(cell.row, cell.column).toFixed(2)}`
            : 'Point at a cell, or use the arrow keys in the picture.'
        }
      </p>
      <div class="text" dir="auto">${this.renderText()}</div>
    `;
  }

  private renderText() {
    const { text, words } = this.explanation!;
    const parts: unknown[] = [];
    let at = 0;
    words.forEach(({ start, end }, word) => {
      parts.push(text.slice(at, start));
      parts.push(
        html`<mark data-word=${word} ?data-current=${this.cell?.column === word}>${text.slice(start, end)}</mark>`,
      );
      at = end;
    });
    return [...parts, text.slice(at)];
  }
}

customElements.define('alignment-picture', AlignmentPicture);

declare global {
  interface HTMLElementTagNameMap {
    'alignment-picture': AlignmentPicture;
  }
}
