// Documents are read here, in a worker that can be ended when one takes too long or takes it down: to passages, by the same code as the
// command line's, or to HTML for the reader.

import { toErrorData } from '../../errors.ts';
import type { EngineFile } from '../../format/engine-file.ts';
import { countingTokens } from '../../indexing/count-tokens.ts';
import { CONTEXT_TOKENS, passageContext } from '../../indexing/encode-passage.ts';
import { passagesOf } from '../../ingest/ingest-page.ts';
import { parseDocument } from '../../ingest/parse-document.ts';
import { HttpSource } from '../../worker/http-source.ts';
import { holdLock } from '../../worker/life-lock.ts';
import { readTokenizer } from '../../worker/open-stages.ts';
import { libraryFilters } from '../library-filters.ts';
import { converterOf } from './convert.ts';
import type {
  Converted,
  ConvertJob,
  FromDocumentWorker,
  Parsed,
  ParseJob,
  ToDocumentWorker,
} from './document-protocol.ts';

const send = (message: FromDocumentWorker) => postMessage(message);
let packing: Promise<{ countTokens: (text: string) => number; maxTokens: number }> | undefined;

addEventListener('message', ({ data }: MessageEvent<ToDocumentWorker>) => {
  const { id } = data;
  const begin = () => send({ type: 'reading', id });
  (data.type === 'parse' ? parse(data, begin) : convert(data, begin)).then(
    (answer) => send({ type: 'read', id, answer }),
    (error) => send({ type: 'failed', id, error: toErrorData(error, 'worker-crashed') }),
  );
});
holdLock((lock) => send({ type: 'hello', lock }));

/** @param begin says that all that is needed is there */
async function convert({ kind, path, file }: ConvertJob, begin: () => void): Promise<Converted> {
  const toHtml = await converterOf(kind);
  begin();
  return toHtml(path, new Uint8Array(await file.arrayBuffer()));
}

async function parse({ url, engine, path, file }: ParseJob, begin: () => void): Promise<Parsed> {
  packing ??= openPacking(url, engine);
  packing.catch(() => {
    packing = undefined;
  });
  const options = await packing;
  begin();
  const pdfAssets = {
    cMapUrl: new URL('pdf/cmaps/', url).href,
    standardFontDataUrl: new URL('pdf/standard_fonts/', url).href,
  };
  // A person's own page is meant to be found, whatever it tells search engines.
  const limits = { pdfAssets, readUnlisted: true };
  const outcome = await parseDocument(path, new Uint8Array(await file.arrayBuffer()), limits);
  if ('skipped' in outcome) return outcome;
  // In a folder of documentation that was dropped; what is chosen itself is meant.
  if (outcome.page.generated && path.includes('/')) return { skipped: outcome.page.generated };
  const result = passagesOf(path, outcome.page, options);
  if ('skipped' in result) return result;
  const filters = libraryFilters(path);
  const passages = result.passages.map((passage) => ({ ...passage, filters: { ...passage.filters, ...filters } }));
  const contexts = passages.map((passage) => passageContext(passage, options.countTokens));
  return { title: result.page.title, passages, contexts, warnings: result.warnings };
}

async function openPacking(url: string, engine: EngineFile) {
  const app = new HttpSource(url);
  const tokenizer = await readTokenizer(engine, (ref) => app.read(ref));
  return { countTokens: countingTokens(tokenizer), maxTokens: tokenizer.documentBudget - CONTEXT_TOKENS };
}
