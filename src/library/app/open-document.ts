// The document that is open, with its file and its passages, which come from storage. Its passages are asked for again when indexing has
// gone on to another state: of one that was read anew there were none before.

import type { ReactiveControllerHost } from 'lit';
import { messageOf } from '../../errors.ts';
import type { DocumentPassage, DocumentState, Library, LibraryDocument } from '../types.ts';

export class OpenDocument {
  id: number | undefined;
  file: Blob | undefined;
  passages: DocumentPassage[] | undefined;
  problem = '';
  private state: DocumentState | undefined;
  private readonly host: ReactiveControllerHost;

  constructor(host: ReactiveControllerHost) {
    this.host = host;
  }

  close(): void {
    Object.assign(this, { id: undefined, state: undefined, file: undefined, passages: undefined, problem: '' });
  }

  async open(library: Library, { id, state, hasFile }: LibraryDocument): Promise<void> {
    if (this.id === id && this.state === state) return;
    if (this.id !== id) this.close();
    this.id = id;
    this.state = state;
    const isCurrent = () => this.id === id && this.state === state;
    try {
      const kept = this.file ?? (hasFile ? library.file(id) : undefined);
      const [file, passages] = await Promise.all([kept, library.passages(id)]);
      if (!isCurrent()) return;
      Object.assign(this, { file, passages, problem: '' });
    } catch (error) {
      if (!isCurrent()) return;
      this.problem = messageOf(error);
    }
    this.host.requestUpdate();
  }
}
