// Names of the files in a model's folder that belong to a codec. Node only.

export interface CodecShape {
  dim: number;
  subspaceDim: 2 | 4;
}

export function codecFileName({ dim, subspaceDim }: CodecShape): string {
  return `codec-${dim}x${subspaceDim}.llc`;
}

/** The table of the codec's own shape: docs/FORMAT.md, "Query table". */
export function queryTableFileName({ dim, subspaceDim }: CodecShape): string {
  return `queries-${dim}x${subspaceDim}.llq`;
}
