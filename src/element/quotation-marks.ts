// Quotation marks that make a phrase of what stands between them, as src/engine/exact-terms.ts reads them, which the element does without.

const MARKS = /[\s"“”„«»「」『』]+/g;

export function withoutQuotationMarks(query: string): string {
  return query.replace(MARKS, ' ').trim();
}
