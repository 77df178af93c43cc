// Files from everywhere on the page: drops, pastes and the pickers of the browser. What becomes of them is jobs.ts.

import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { type FileStream, filesOfDrop, filesOfHandles, filesOfList } from '../collect-files.ts';
import { minute } from './amounts.ts';
import { words } from './words.ts';

type InputFields = { multiple?: boolean; accept?: string; webkitdirectory?: boolean };

export interface IntakeHost extends ReactiveControllerHost {
  takeFiles(files: FileStream): Promise<unknown>;
}

export class Intake implements ReactiveController {
  /** Whether files are being dragged over the page. */
  isOver = false;
  private readonly host: IntakeHost;
  private aborter = new AbortController();

  constructor(host: IntakeHost) {
    this.host = host;
    host.addController(this);
  }

  hostConnected(): void {
    this.aborter = new AbortController();
    const { signal } = this.aborter;
    document.addEventListener('dragenter', this.onDragOver, { signal });
    document.addEventListener('dragover', this.onDragOver, { signal });
    document.addEventListener('dragleave', this.onDragLeave, { signal });
    document.addEventListener('drop', this.onDrop, { signal });
    document.addEventListener('paste', this.onPaste, { signal });
  }

  hostDisconnected(): void {
    this.aborter.abort();
  }

  readonly pickFiles = (): Promise<void> =>
    this.pick({ multiple: true }, window.showOpenFilePicker && (() => window.showOpenFilePicker!({ multiple: true })));

  readonly pickArchive = (): void => this.pickWithInput({ accept: '.zip,application/zip' });

  readonly pickFolder = (): Promise<void> =>
    this.pick(
      { webkitdirectory: true },
      window.showDirectoryPicker && (async () => [await window.showDirectoryPicker!()]),
    );

  /** With the File System Access API where the browser has it, and lets this page use it; else as ever. */
  private async pick(fields: InputFields, picker: (() => Promise<FileSystemHandle[]>) | undefined): Promise<void> {
    if (!picker) return this.pickWithInput(fields);
    try {
      void this.host.takeFiles(filesOfHandles(await picker()));
    } catch (error) {
      // Closed without a choice.
      if ((error as Error).name !== 'AbortError') this.pickWithInput(fields);
    }
  }

  private pickWithInput(fields: InputFields): void {
    // In the page while the picker is open: Safari may collect one that nobody holds, and then `change` never comes.
    const input = Object.assign(document.createElement('input'), { type: 'file', hidden: true, ...fields });
    input.addEventListener('cancel', () => input.remove());
    input.addEventListener('change', () => {
      input.remove();
      void this.host.takeFiles(filesOfList([...(input.files ?? [])]));
    });
    document.body.append(input);
    input.click();
  }

  private readonly onDragOver = (event: DragEvent): void => {
    const { dataTransfer } = event;
    if (!dataTransfer?.types.includes('Files')) return;
    event.preventDefault();
    dataTransfer.dropEffect = 'copy';
    this.show(true);
  };

  private readonly onDragLeave = (event: DragEvent): void => {
    // Between two elements of the page there is always one that is entered.
    if (!event.relatedTarget) this.show(false);
  };

  private readonly onDrop = (event: DragEvent): void => {
    this.show(false);
    if (!event.dataTransfer?.types.includes('Files')) return;
    event.preventDefault();
    void this.host.takeFiles(filesOfDrop(event.dataTransfer));
  };

  private readonly onPaste = (event: ClipboardEvent): void => {
    const { clipboardData } = event;
    if (!clipboardData || event.defaultPrevented) return;
    const text = clipboardData.getData('text/plain');
    const files = [...clipboardData.files];
    if (arePicturesOf(text, files)) files.length = 0;
    if (files.length === 0 && (isField(event.composedPath()[0]) || !text.trim())) return;
    event.preventDefault();
    const now = new Date();
    void this.host.takeFiles(filesOfList(files.length > 0 ? files : [new File([text], words.pasted(minute(now)))]));
  };

  private show(isOver: boolean): void {
    if (this.isOver === isOver) return;
    this.isOver = isOver;
    this.host.requestUpdate();
  }
}

/** Office programs put a picture of what was copied beside it. A file manager's text is nothing but the names of the files. */
function arePicturesOf(text: string, files: readonly File[]): boolean {
  return text.trim() !== '' && files.every(({ type, name }) => type.startsWith('image/') && !text.includes(name));
}

function isField(target: EventTarget | undefined): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || target.matches('input, textarea, select'));
}

declare global {
  interface Window {
    /** Chromium only. */
    showDirectoryPicker?(): Promise<FileSystemDirectoryHandle>;
    showOpenFilePicker?(options: { multiple: boolean }): Promise<FileSystemFileHandle[]>;
  }
}
