// From passages that are shown to hits: which words answer the query, and the part of the text around them.

import type { WordAlignment } from '../encoder/words.ts';
import { type FragmentPassage, wordSpans } from '../format/fragment.ts';
import type { Hit, HitPlace, Mark, QueryCodes } from '../types.ts';
import { Aligner, type MatchedHit, type WordMatch, weakenCommonWords } from './align.ts';
import type { Candidate, SearchSite } from './candidates.ts';
import { hasTerm, termSpans } from './exact-match.ts';
import { type WantedTerm, wholeTerm } from './exact-terms.ts';
import { cutExcerpt } from './excerpt.ts';
import type { Shown } from './search-run.ts';

/** Presents what one search shows, perhaps in several lists: a passage is aligned once. */
export class HitPresenter {
  private readonly queryCodes: QueryCodes;
  private readonly alignment: WordAlignment;
  private readonly terms: WantedTerm[];
  private readonly aligners = new Map<SearchSite, Aligner>();
  private readonly matched = new Map<Candidate, MatchedHit>();

  /** @param alignment which word each token of `queryCodes` came from */
  constructor(queryCodes: QueryCodes, alignment: WordAlignment, terms: WantedTerm[]) {
    this.queryCodes = queryCodes;
    this.alignment = alignment;
    this.terms = terms;
  }

  /** Strengths of marks compare across one list. */
  present(shown: Shown[]): Hit[] {
    const matches = weakenCommonWords(shown.map((one) => this.match(one)));
    const strongest = strongestOf(matches);
    return shown.map(({ candidate, passage, repeats }, i): Hit => {
      const { headings, meta, text, words } = passage;
      const { score } = candidate;
      const found = candidate.exact.flatMap((t) => this.exactMarks(text, this.terms[t]));
      const exact = candidate.exact.filter(
        (t) => !this.terms[t].isPrefix || hasTerm(passage, wholeTerm(this.terms[t])),
      );
      const cut = cutExcerpt(text, words, matches[i], strongest, found);
      const alsoOn = repeats.map(({ candidate, passage }) => placeOf(candidate, passage));
      return { ...placeOf(candidate, passage), headings, meta, score, exact, ...cut, alsoOn };
    });
  }

  private match({ candidate, passage: { text, words, rowWords } }: Shown): MatchedHit {
    const known = this.matched.get(candidate);
    if (known) return known;
    const { blocks } = candidate.site.index.passageCodes(candidate.id);
    const matched = {
      matches: this.aligner(candidate.site).matches(blocks, rowWords),
      words: wordSpans(words).map(({ start, end }) => text.slice(start, end)),
    };
    this.matched.set(candidate, matched);
    return matched;
  }

  private aligner(site: SearchSite): Aligner {
    const aligner = this.aligners.get(site) ?? new Aligner(site.index.codec, this.queryCodes, this.alignment);
    this.aligners.set(site, aligner);
    return aligner;
  }

  /** Where a text has an exact term, marked for the first query word of the term. Half an identifier is meant; "retrys" is not RetryState. */
  private exactMarks(text: string, term: WantedTerm): Mark[] {
    const queryWord = Math.max(
      0,
      this.alignment.words.findIndex(({ end }) => end > term.start),
    );
    const wanted = term.kind === 'word' ? wholeTerm(term) : term;
    return termSpans(text, wanted).map((span) => ({ ...span, queryWord, strength: 1 }));
  }
}

function placeOf({ id, page, site: { site, siteRoot } }: Candidate, { url, title }: FragmentPassage): HitPlace {
  return { id, page, site, siteRoot, url, title };
}

function strongestOf(matches: WordMatch[][]): number {
  let strongest = 0;
  for (const match of matches.flat()) strongest = Math.max(strongest, match.similarity);
  return strongest;
}
