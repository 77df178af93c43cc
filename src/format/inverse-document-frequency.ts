// How telling a word is, by how many passages have it: of the query table's rows (0008) and of words found letter by letter (0009).

/**
 * log((N + 1) / (f + .5)) / log(N + 1): near 1 for a word of one passage among many, 0 for one that all have.
 * @param frequency f, passages that have the word
 * @param passageCount N
 */
export function inverseDocumentFrequency(frequency: number, passageCount: number): number {
  return Math.log((passageCount + 1) / (frequency + 0.5)) / Math.log(passageCount + 1);
}
