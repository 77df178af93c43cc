// A document's file -> its passages, in a worker of its own. One that is too much for it has none, and a reason.

import type { EngineFile } from '../../format/engine-file.ts';
import { DocumentProcess, DocumentTooMuch } from '../documents/document-process.ts';
import type { Parsed } from '../documents/document-protocol.ts';

export class DocumentParser {
  private readonly url: string;
  private readonly engine: EngineFile;
  private readonly process = new DocumentProcess();

  /** @param url of the app's folder @param engine whose tokens passages are measured in */
  constructor(url: string, engine: EngineFile) {
    this.url = url;
    this.engine = engine;
  }

  /**
   * @param onTurn before it is read: documents take turns
   * @throws LatelightError when the app's own files cannot be had, and with code `aborted`; whatever is wrong with the document is in the
   * answer
   */
  async parse(path: string, file: Blob, signal: AbortSignal, onTurn: () => Promise<void>): Promise<Parsed> {
    const { url, engine } = this;
    try {
      return await this.process.read({ type: 'parse', url, engine, path, file }, signal, onTurn);
    } catch (error) {
      if (error instanceof DocumentTooMuch) return { skipped: error.message };
      throw error;
    }
  }

  close(): void {
    this.process.close();
  }
}
