// library.json inside an exported library: what its index does not say of the documents. docs/FORMAT.md, "Exported library".

import { LatelightError } from '../../errors.ts';
import { JsonFields } from '../../format/json-fields.ts';
import { cleanPath } from '../clean-path.ts';

export const LIBRARY_FILE = 'library.json';
/** Folder of the documents themselves; the index's addresses lead there. */
export const DOCUMENTS_FOLDER = 'documents/';
const FORMAT = 'latelight-library';
const VERSION = 1;

/** In the order of their passages. */
export interface ArchivedDocument {
  path: string;
  title: string;
  sizeBytes: number;
  /** Milliseconds since 1970. */
  addedAt: number;
  /** Of the document's bytes; empty when they are not known. */
  sha256: string;
  passageCount: number;
  tokenCount: number;
  /** Path in the archive; absent of a document whose file was not kept. */
  file?: string;
}

const fields = new JsonFields('bad-manifest', 'library.json', 'Export the library again.');

export function writeLibraryFile(documents: readonly ArchivedDocument[]): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify({ format: FORMAT, version: VERSION, documents }, null, 1)}\n`);
}

/**
 * @param passageCount what the index beside it has
 * @throws LatelightError `bad-manifest` naming the field
 */
export function readLibraryFile(bytes: Uint8Array, passageCount: number): ArchivedDocument[] {
  const root = fields.root(new TextDecoder().decode(bytes), FORMAT, VERSION);
  const documents = fields.list(root.documents, 'documents').map((value, i): ArchivedDocument => {
    const at = `documents[${i}]`;
    const document = fields.object(value, at);
    const count = (name: string) => fields.count(document[name], `${at}.${name}`);
    const string = (name: string) => fields.string(document[name], `${at}.${name}`);
    const path = string('path');
    const passageCount = count('passageCount');
    if (path === '') fields.fail(`${at}.path`, 'a path', path);
    if (passageCount === 0) fields.fail(`${at}.passageCount`, 'at least 1', passageCount);
    return {
      path: cleanPath(path),
      title: string('title'),
      sizeBytes: count('sizeBytes'),
      addedAt: count('addedAt'),
      sha256: string('sha256'),
      passageCount,
      tokenCount: count('tokenCount'),
      ...(document.file === undefined ? {} : { file: string('file') }),
    };
  });
  const total = documents.reduce((sum, document) => sum + document.passageCount, 0);
  if (total !== passageCount) {
    throw new LatelightError(
      'bad-manifest',
      `library.json: expected documents with ${passageCount} passages, as the index has, got ${total}. Export the library again.`,
    );
  }
  return documents;
}
