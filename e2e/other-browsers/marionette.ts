// Firefox's own remote protocol: commands as JSON over a TCP connection, each preceded by its length, answered in any order.
// https://firefox-source-docs.mozilla.org/testing/marionette/Protocol.html

import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

type Answer = [
  type: 1,
  id: number,
  error: { error: string; message: string; stacktrace: string } | null,
  result: unknown,
];

interface Waiting {
  resolve: (result: unknown) => void;
  reject: (error: Error) => void;
}

export class Marionette {
  private readonly socket: Socket;
  private readonly waiting = new Map<number, Waiting>();
  private received = Buffer.alloc(0);
  private lastId = 0;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (bytes) => this.receive(bytes));
    socket.on('close', () => {
      for (const { reject } of this.waiting.values()) reject(new Error('Firefox: the connection was closed'));
      this.waiting.clear();
    });
    socket.on('error', () => undefined); // `close` follows
  }

  static async connect(port: number): Promise<Marionette> {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    return new Marionette(socket);
  }

  /** @param name as in https://searchfox.org/mozilla-central/source/remote/marionette/driver.sys.mjs, "WebDriver:Navigate" say */
  send<Result>(name: string, parameters: Record<string, unknown> = {}): Promise<Result> {
    const id = ++this.lastId;
    const text = JSON.stringify([0, id, name, parameters]);
    this.socket.write(`${Buffer.byteLength(text)}:${text}`);
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve: resolve as (result: unknown) => void, reject });
    });
  }

  close(): void {
    this.socket.destroy();
  }

  private receive(bytes: Buffer): void {
    this.received = Buffer.concat([this.received, bytes]);
    for (;;) {
      const colon = this.received.indexOf(':');
      const end = colon + 1 + Number(this.received.subarray(0, Math.max(0, colon)));
      if (colon < 0 || this.received.length < end) return;
      const answer: unknown = JSON.parse(this.received.subarray(colon + 1, end).toString());
      this.received = this.received.subarray(end);
      // The first message is no answer: it says which protocol this is.
      if (Array.isArray(answer)) this.settle(answer as Answer);
    }
  }

  private settle([, id, error, result]: Answer): void {
    const { resolve, reject } = this.waiting.get(id)!;
    this.waiting.delete(id);
    if (error) reject(new Error(`${error.error}: ${error.message}\n${error.stacktrace}`));
    else resolve(result);
  }
}
