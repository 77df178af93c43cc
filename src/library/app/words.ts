// Every word of the library's page, in one place.

import type { Translations } from '../../element/messages.ts';
import type { DocumentKind } from '../../ingest/document-kind.ts';
import type { ImportReport, IndexingProgress, LibraryDocument, StorageState } from '../types.ts';
import { bytes, count, counted, duration } from './amounts.ts';

const documents = (value: number) => counted(value, 'document');
const inPlace = (value: number) =>
  value > 0 ? `, ${count(value)} of them in the place of ${value === 1 ? 'an older one' : 'older ones'}` : '';

/** What became of files that were taken in. */
export interface Added {
  added: number;
  /** In the place of another document of their path. */
  replaced: number;
  /** Here already, the same. */
  unchanged: number;
}

const KINDS: Record<DocumentKind, string> = {
  html: 'HTML',
  markdown: 'Markdown',
  text: 'Text',
  code: 'Code',
  pdf: 'PDF',
  docx: 'DOCX',
  epub: 'EPUB',
};

/** The search element speaks of a site's pages; here they are documents. */
export const searchWords: Translations = {
  bestPages: { one: 'The best {count} of {total} document', other: 'The best {count} of {total} documents' },
  noPhrase: 'No document has “{phrase}”.',
  filterCount: { one: '{count} document', other: '{count} documents' },
  sitesMissing: 'Part of the library could not be searched.',
  'bad-manifest': 'The library’s search index cannot be read.',
  'bad-shard': 'The library’s search index is damaged.',
  'bad-codec': 'The library’s search index is damaged.',
  'hash-mismatch': 'A downloaded file is not the one that was published. It was thrown away.',
};

export const words = {
  name: 'Latelight',
  headline: 'Search your own documents by meaning',
  promise: 'Everything stays on this device: your files, the index, and what you search for.',
  promiseShort: 'On this device only',
  dropHere: 'Drop files or folders anywhere on this page',
  /** Where there is nothing to drop with. */
  addHere: 'Add documents to search in',
  dropKinds: 'PDF, DOCX, EPUB, HTML, Markdown, text and code. You can paste them, too.',
  dropNow: 'Drop to add to your library',
  addFiles: 'Add files',
  addFolder: 'Add folder',
  importLibrary: 'Import a library',
  exportLibrary: 'Export library',
  install: 'Install app',
  reader: 'Document',
  searchPlaceholder: 'Ask in your own words',
  dismiss: 'Dismiss',

  download: (loaded: number, total: number) => `Fetching the search model, once: ${bytes(loaded)} of ${bytes(total)}`,
  downloadAfter: 'Then it works without a connection. You can add documents meanwhile.',
  downloadLabel: 'Download of the search model',

  onlyIn: 'Searching only in',
  searchAll: 'Search all documents',
  /** A search found nothing while documents are still to be indexed. */
  nothingSoFar: 'Nothing found so far.',
  stillIndexing: 'Documents are still being indexed. Search again when more of them are done.',
  newSince: (value: number) => `${documents(value)} finished since this search.`,
  searchAgain: 'Search again',

  documents: 'Documents',
  filterLabel: 'Filter the list by name',
  filterPlaceholder: 'Filter by name',
  sortLabel: 'Sort',
  sorts: { added: 'Newest first', name: 'Name', size: 'Largest first', failed: 'Failed first' },
  shownOf: (shown: number, all: number) => (shown === all ? documents(all) : `${count(shown)} of ${documents(all)}`),
  matching: (value: number) =>
    `${documents(value)} ${value === 1 ? 'has' : 'have'} this in ${value === 1 ? 'its' : 'their'} name.`,
  nothingMatches: 'No document has this in its name.',
  more: (value: number) => `Show ${count(value)} more`,
  select: (title: string) => `Select ${title}`,
  selected: (value: number) => `${count(value)} selected`,
  selectAll: (value: number) => `Select all ${count(value)}`,
  clearSelection: 'Clear selection',
  removeSelected: 'Remove',
  onlySearch: (title: string) => `Search only in ${title}`,
  remove: (title: string) => `Remove ${title}`,
  retry: 'Retry',
  retryOne: (title: string) => `Retry ${title}`,
  retryAll: (value: number) => `Retry ${count(value)} failed`,
  progressOf: (title: string) => `Indexing of ${title}`,
  kind: (kind: DocumentKind | undefined) => (kind ? KINDS[kind] : 'Unknown kind'),
  passages: (value: number) => counted(value, 'passage'),
  size: bytes,
  state: ({ state, doneCount, passageCount, reason, older }: LibraryDocument) => {
    if (state === 'waiting') return 'Waiting';
    if (state === 'reading') return 'Reading';
    if (state === 'indexing') return `${count(doneCount)} of ${counted(passageCount, 'passage')} indexed`;
    if (state !== 'failed') return '';
    const kept = older ? ' The version before it can still be searched.' : '';
    return `Failed. ${reason ?? 'The reason is not known.'}${kept}`;
  },
  totals: (documentCount: number, passageCount: number) =>
    `${documents(documentCount)}, ${counted(passageCount, 'passage')}`,

  indexing: 'Indexing',
  indexed: ({ passagesDone, passagesTotal, documentsWaiting }: IndexingProgress) =>
    passagesTotal > 0
      ? `${count(passagesDone)} of ${counted(passagesTotal, 'passage')}`
      : `${documents(documentsWaiting)} to read`,
  rate: ({ passagesPerSecond, secondsLeft, documentsWaiting, passagesTotal }: IndexingProgress, isPaused: boolean) =>
    [
      !isPaused && passagesPerSecond !== undefined && `${count(Math.round(passagesPerSecond))} per second`,
      !isPaused && secondsLeft !== undefined && `${duration(secondsLeft)} left`,
      documentsWaiting > 0 && passagesTotal > 0 && `${count(documentsWaiting)} more to read`,
    ]
      .filter(Boolean)
      .join(' · '),
  paused: 'Paused',
  pause: 'Pause',
  resume: 'Resume',
  cancelRest: 'Cancel the rest',
  otherTab: 'Another tab is indexing. This one goes on with it when that tab is closed.',
  progressLabel: 'Indexing of the library',

  privateWindow:
    'This looks like a private window: what you add is gone when it is closed. Export the library to keep it.',
  update: 'A new version is ready.',
  reload: 'Reload',

  adding: (value: number) => `Adding files: ${count(value)} so far`,
  importing: 'Importing a library',
  exporting: 'Exporting the library',
  added: ({ added, replaced, unchanged }: Added) => {
    const counts = [
      { value: added, became: 'added' },
      { value: replaced, became: 'replaced' },
      { value: unchanged, became: 'unchanged' },
    ].filter(({ value }) => value > 0);
    const parts = counts.map(({ value, became }, at) => `${at === 0 ? documents(value) : count(value)} ${became}`);
    return parts.length > 0 ? `${parts.join(', ')}.` : '';
  },
  leftOut: (value: number, extensions: string) =>
    `${counted(value, 'file')} of other kinds ${value === 1 ? 'was' : 'were'} left out (${extensions}).`,
  hidden: (value: number, names: string) =>
    `${counted(value, 'hidden file or folder', 'hidden files or folders')} ${value === 1 ? 'was' : 'were'} left out (${names}).`,
  /** @param isSome whether something went in before */
  notAdded: (isSome: boolean, reason: string) =>
    `${isSome ? 'The others were not added' : 'Nothing was added'}: ${reason}`,
  storageFull:
    'the storage this browser gives is full. Remove documents or free space on this device, then add them again.',
  addAgain: (message: string) => `${message} Then add them again.`,
  notRead: (file: string, reason: string) => `${file} was not added: ${reason} The one that was here is kept.`,
  nothingAdded: 'There was nothing to add.',
  imported: ({ documents: imported, passages, replaced, unchanged, newer }: ImportReport) =>
    [
      (imported > 0 || unchanged + newer === 0) &&
        `${documents(imported)} with ${counted(passages, 'passage')} imported${inPlace(replaced)}.`,
      unchanged > 0 && `${documents(unchanged)} ${unchanged === 1 ? 'was' : 'were'} here already.`,
      newer > 0 && `${documents(newer)} here ${newer === 1 ? 'is newer, and was' : 'are newer, and were'} kept.`,
    ]
      .filter(Boolean)
      .join(' '),
  notImported: (file: string, message: string) => `${file} was not imported: ${message}`,
  /** @param older in it as the version before, because the new one is not indexed */
  exported: (file: string, size: number, missing: number, older: number) =>
    [
      `Exported as ${file} (${bytes(size)}).`,
      missing > 0 && `${documents(missing)} ${missing === 1 ? 'is' : 'are'} not in it: only what can be searched is.`,
      older > 0 && `${documents(older)} ${older === 1 ? 'is' : 'are'} in it as before the last change.`,
    ]
      .filter(Boolean)
      .join(' '),
  failed: (message: string) => `That did not work: ${message}`,
  pasted: (when: string) => `Pasted ${when}.txt`,
  exportName: (date: string) => `latelight-library-${date}.zip`,

  finished: (value: number) => `Indexing is finished. ${documents(value)} can be searched.`,
  failedOne: (title: string, reason: string) => `${title} could not be indexed. ${reason}`,
  failedMany: (value: number) => `${documents(value)} could not be indexed.`,
  removed: (value: number) => `${documents(value)} removed.`,

  shared: (value: number) => `${counted(value, 'file')} ${value === 1 ? 'was' : 'were'} shared with the library.`,

  cancel: 'Keep',
  /** @param keptCount of them, those that failed in the place of an older version */
  confirmRemove: (value: number, title: string, keptCount: number) => ({
    question: value === 1 ? `Remove ${title}?` : `Remove ${documents(value)}?`,
    detail: [
      'The copy and its index in this browser are deleted. Your own files are not touched.',
      keptCount > 0 &&
        (value === 1
          ? 'The version before it stays.'
          : `Of ${count(keptCount)} that failed, the version before stays.`),
    ]
      .filter(Boolean)
      .join(' '),
    yes: 'Remove',
  }),
  confirmCancel: (value: number) => ({
    question: `Remove ${documents(value)} not yet indexed?`,
    detail: 'What can be searched already stays. You can add the others again later.',
    yes: 'Remove them',
  }),
  confirmClear: (value: number) => ({
    question: `Delete all ${documents(value)}?`,
    detail: 'This browser forgets every document and its index. There is no way back but an export.',
    yes: 'Delete everything',
  }),

  yourLibrary: 'Your library',
  storage: ({ usedBytes, quotaBytes }: StorageState) => `${bytes(usedBytes)} of ${bytes(quotaBytes)} used`,
  storageLabel: 'Storage used',
  persisted: 'This browser has promised to keep it.',
  notPersisted: 'This browser may clear it when the disk runs full.',
  persist: 'Ask the browser to keep it',
  /** Firefox asks the person meanwhile; others decide by themselves, at once. */
  persistAsking: 'Waiting for the browser’s answer. It may ask you.',
  persistRefused:
    'The browser did not promise it. It may once you use this page more, install it, or allow it in this site’s permissions.',
  privacy: 'Privacy',
  privacyText: (hasDocuments: boolean) => [
    'Your documents, their text and the search index are kept in this browser’s storage for this site (IndexedDB and the private file system, or Cache Storage where there is none), on this device only.',
    'Reading, indexing and searching run on this device. Nothing of your documents or your questions is sent anywhere. The page fetches only itself and the search model.',
    `To delete everything, ${hasDocuments ? 'press the button below, or ' : ''}clear this site’s data in the browser’s settings. That removes recent searches and the model, too.`,
  ],
  clear: 'Delete all documents',

  close: 'Close',
  opening: 'Opening the document',
  noReader:
    'The part of this page that shows documents could not be loaded. Check the connection, then open the document again. If a newer version was published, reload this page.',
  nothingToShow: 'Nothing of this document is kept here.',
  gone: 'This document is not in the library any more.',
};
