// The page in a state that the address names: `?state=many`. To look at, and for tests of the page alone; not shipped.

import '../latelight-library.ts';
import type { LatelightLibrary } from '../latelight-library.ts';
import { MemoryLibrary } from './memory-library.ts';
import './placeholder-reader.ts';

const TOPICS = [
  'Tides of the northern sea',
  'Mooring and lines',
  'Harbour rules',
  'Weather at night',
  'Lights and buoys',
];
const KINDS = ['pdf', 'markdown', 'docx', 'epub', 'html', 'text'] as const;
const ENDINGS = { pdf: 'pdf', markdown: 'md', docx: 'docx', epub: 'epub', html: 'html', text: 'txt' };

const LOADING = { loadedBytes: 8.2e6, totalBytes: 31e6, part: 'model', fromCache: false } as const;

function fill(library: MemoryLibrary, count: number, state: 'done' | 'waiting' = 'done'): void {
  for (let at = 0; at < count; at++) {
    const kind = KINDS[at % KINDS.length];
    const title = `${TOPICS[at % TOPICS.length]} ${at + 1}`;
    const path = `harbour/${2000 + (at % 26)}/${title.toLowerCase().replaceAll(' ', '-')}.${ENDINGS[kind]}`;
    const passages = state === 'done' ? 12 + ((at * 7) % 80) : 0;
    library.put({ title, path, kind, state, sizeBytes: 3000 * (at + 1), passageCount: passages, doneCount: passages });
  }
}

function libraryIn(name: string): MemoryLibrary {
  const library = new MemoryLibrary(name === 'empty' || name === 'indexing' ? { loading: LOADING } : {});
  const { state } = library;
  if (name === 'few' || name === 'private') fill(library, 6);
  state.isPrivateWindow = name === 'private';
  if (name === 'many') fill(library, 3000);
  if (name === 'indexing' || name === 'other-tab') {
    fill(library, 5);
    fill(library, 60, 'waiting');
    library.put({
      title: 'Pilot book of the whole coast',
      state: 'indexing',
      passageCount: 2400,
      doneCount: 860,
      kind: 'pdf',
    });
    const rate = { passagesPerSecond: 212.4, secondsLeft: 190 };
    state.progress = { passagesDone: 1234, passagesTotal: 5678, documentsWaiting: 60, ...rate };
    state.isIndexer = name === 'indexing';
    state.isIndexedElsewhere = !state.isIndexer;
  }
  if (name === 'many-indexing') fill(library, 3000, 'waiting');
  if (name === 'failures') {
    fill(library, 4);
    const lost = { passageCount: 0, doneCount: 0, state: 'failed' } as const;
    library.put({ ...lost, title: 'secret.pdf', path: 'secret.pdf', kind: 'pdf', reason: 'It needs a password.' });
    library.put({
      ...lost,
      title: 'logo.psd',
      path: 'logo.psd',
      kind: undefined,
      reason: 'Files of this kind cannot be read.',
    });
    library.put({
      title: 'Scanned log',
      kind: 'pdf',
      warnings: ['12 pages hold pictures only, and have no text to search.'],
    });
    state.problem = {
      code: 'storage-full',
      message: 'Storage is full. Remove documents, or free space on this device.',
    };
  }
  return library;
}

const name = new URLSearchParams(location.search).get('state') ?? 'empty';
const library = libraryIn(name);
const element: LatelightLibrary = document.createElement('latelight-library');
const install = { available: name === 'few', prompt: async () => undefined };
const updates = { waiting: name === 'other-tab', apply: () => library.calls.push(['apply']) };
Object.assign(element, { library, install, updates });
document.body.append(element);
if (name === 'many-indexing') library.start();
Object.assign(window, { library });
