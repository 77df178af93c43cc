// What a tool's page offers the bench that drives it. One page for each tool, in pages/.

export interface ShownHit {
  /** Page's address relative to the documents' folder, perhaps with an anchor. */
  url: string;
  title: string;
  excerpt: string;
}

export interface PeerPage {
  /** Fetches and prepares what a first search needs. */
  open(): Promise<void>;
  /** The first hits as a visitor sees them: addresses, titles, excerpts. */
  search(query: string): Promise<ShownHit[]>;
  /** Addresses in rank order, many enough for ten pages; a way of asking for each name, the first as `search` asks. */
  rank: Record<string, (query: string) => Promise<string[]>>;
}

declare global {
  interface Window {
    peer: PeerPage;
  }
}

/** Hits shown: what Pagefind's own interface shows before "load more". */
export const SHOWN = 5;
/** Hits asked for when ten pages are wanted: several passages of a page may be hits. */
export const RANKED = 100;

const EXCERPT_LENGTH = 200;

/** A piece of text around the first of the words, for tools that leave excerpts to the site. */
export function excerptAround(text: string, words: string[]): string {
  const lower = text.toLowerCase();
  const first = Math.min(...words.map((word) => lower.indexOf(word)).filter((at) => at >= 0), text.length);
  const from = first === text.length ? 0 : Math.max(0, first - EXCERPT_LENGTH / 2);
  return text.slice(from, from + EXCERPT_LENGTH);
}
