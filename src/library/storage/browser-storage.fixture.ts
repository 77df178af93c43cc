// A browser's file system for pages and its caches, in memory, for tests: each can be told to refuse.

type Access = Pick<FileSystemSyncAccessHandle, 'truncate' | 'write' | 'flush' | 'close'>;
type Content = { bytes: Uint8Array };

const notFound = () => new DOMException('it is not there', 'NotFoundError');

export class PretendFiles {
  /** What the root is refused with. */
  refusal: DOMException | undefined;
  /** Bytes that fit in a file. */
  room = Number.POSITIVE_INFINITY;
  readonly handles = async (content: Content): Promise<Access> => ({
    truncate: (size) => {
      content.bytes = content.bytes.slice(0, size);
    },
    write: (chunk, { at = 0 } = {}) => {
      const added = new Uint8Array(chunk as Uint8Array).slice(0, Math.max(0, this.room - at));
      const bytes = new Uint8Array(Math.max(content.bytes.length, at + added.length));
      bytes.set(content.bytes);
      bytes.set(added, at);
      content.bytes = bytes;
      return added.length;
    },
    flush: () => undefined,
    close: () => undefined,
  });
  /** What gives a file's access handle; nothing in browsers without them. */
  access: ((content: Content) => Promise<Access>) | undefined = this.handles;
  private readonly folders = new Map<string, Map<string, Content>>();

  readonly storage = {
    getDirectory: async () => {
      if (this.refusal) throw this.refusal;
      return { getDirectoryHandle: async () => ({ getDirectoryHandle: async (name: string) => this.folder(name) }) };
    },
  };

  names(folder: string): string[] {
    return [...(this.folders.get(folder)?.keys() ?? [])];
  }

  private folder(name: string) {
    const files = this.folders.get(name) ?? new Map<string, Content>();
    this.folders.set(name, files);
    return {
      getFileHandle: async (file: string, { create = false } = {}) => {
        const content = files.get(file) ?? (create ? { bytes: new Uint8Array() } : undefined);
        if (!content) throw notFound();
        files.set(file, content);
        const { access } = this;
        return {
          getFile: async () => new File([content.bytes as Uint8Array<ArrayBuffer>], file),
          ...(access && { createSyncAccessHandle: () => access(content) }),
        };
      },
      removeEntry: async (file: string) => {
        if (!files.delete(file)) throw notFound();
      },
      keys: async function* () {
        yield* [...files.keys()];
      },
    };
  }
}

export function pretendCaches() {
  const kept = new Map<string, Map<string, Response>>();
  return {
    /** What a file is refused with. */
    refusal: undefined as DOMException | undefined,
    names: () => [...kept.keys()],
    has: async (name: string) => kept.has(name),
    async open(name: string) {
      const entries = kept.get(name) ?? new Map<string, Response>();
      kept.set(name, entries);
      return {
        put: async (url: URL | string, response: Response) => {
          if (this.refusal) throw this.refusal;
          entries.set(String(url), response);
        },
        match: async (url: URL | string) => entries.get(String(url))?.clone(),
        delete: async (url: URL | string) => entries.delete(String(url)),
        keys: async () => [...entries.keys()].map((url) => new Request(url)),
      };
    },
  };
}
