// Documents to look at and to test with; they are nobody's.

import type { LibraryDocument } from '../../types.ts';

export function aDocument(fields: Partial<LibraryDocument> = {}): LibraryDocument {
  const id = fields.id ?? 1;
  return {
    id,
    path: `notes/note-${id}.md`,
    title: `Note ${id}`,
    kind: 'markdown',
    sizeBytes: 4200,
    addedAt: 0,
    state: 'done',
    passageCount: 12,
    doneCount: 12,
    warnings: [],
    hasFile: true,
    ...fields,
  };
}
