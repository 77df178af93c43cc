// What a view that flows is made from.

export interface Content {
  /** Blocks of the document, made while they are asked for. */
  pieces: Iterable<Node>;
  /** Language and direction of the whole document; empty where it does not say. */
  lang?: string;
  dir?: string;
}
