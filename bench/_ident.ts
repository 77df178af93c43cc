import { openFolder } from '../src/cli/open-folder.ts';
import { search, soleSite } from '../src/engine/search.ts';
import { IDENTIFIERS, pagesOf, QUESTIONS, scorePages } from './peers/questions.ts';

const { index, encoder } = await openFolder('/tmp/pgindex5');
for (const [name, qs] of [
  ['ident', IDENTIFIERS],
  ['questions', QUESTIONS],
] as const)
  for (const exact of [true, false]) {
    let s1 = 0,
      s5 = 0,
      m = 0;
    const miss: string[] = [];
    let ms = 0;
    for (const q of qs) {
      const t = performance.now();
      const r = await search(soleSite(index), encoder, q.question, { limit: 10, perPage: 1, exact });
      ms += performance.now() - t;
      const f = scorePages(pagesOf(r.hits.map((h) => h.url)), q);
      s1 += f.success1;
      s5 += f.success5;
      m += f.reciprocalRank;
      if (!f.success1)
        miss.push(
          `${q.question} [${r.exact.map((e) => e.text + (e.found ? '+' : '-'))}] ${f.reciprocalRank.toFixed(2)} ${r.hits.slice(0, 3).map((h) => h.url)}`,
        );
    }
    console.log(
      name,
      exact,
      (s1 / qs.length).toFixed(3),
      (s5 / qs.length).toFixed(3),
      (m / qs.length).toFixed(3),
      (ms / qs.length).toFixed(1),
      'ms',
    );
    if (exact) console.log(miss.join('\n'));
  }
index.close();
await encoder.close();
