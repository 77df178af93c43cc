// Words that a question is made of and an answer is not found by. For the variant of Pagefind that is asked without them.

const STOP_WORDS = new Set(
  (
    'a about all also am an and any are as at be been before but by can could did do does for from had has have he his how i if in ' +
    'into is it its just like make me my no not of off on one only or other our out over own right see so some than that the their ' +
    'them then there they thing things this those to up was way we were what when where which who whose why will with without you your'
  ).split(' '),
);

export function isStopWord(word: string): boolean {
  return STOP_WORDS.has(word.toLowerCase().replace(/[^a-z']/g, ''));
}

/** The query without them; the query itself when nothing else is in it. */
export function withoutStopWords(query: string): string {
  const kept = query.split(/\s+/).filter((word) => !isStopWord(word));
  return kept.length > 0 ? kept.join(' ') : query;
}
