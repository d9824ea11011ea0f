import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import type { EngineHost } from '../host/engineHost.ts';
import { accessOf, addressOf } from './access.ts';
import type { ServedFile } from './servedFile.ts';
import { Tab, type SharedState } from './tab.ts';

/** So many pages at a time: each has a file open. */
export const mostTabs = 32;
/** How often it is looked whether clients are still there: a computer that sleeps does not say that it goes. */
const lookMs = 30_000;
/** What a page says is short: queries, and filters that are kept. */
const mostBytes = 4 * 1024 * 1024;
const goingAway = 1001;
/** So long a client may take to close its end when the server stops. */
const closeMs = 1000;

/** The pages that are open in browsers, one connection each. */
export class Tabs {
  readonly #server = new WebSocketServer({
    noServer: true,
    maxPayload: mostBytes,
    clientTracking: false,
    perMessageDeflate: false,
  });
  readonly #token: string;
  readonly #files: readonly ServedFile[];
  readonly #engine: EngineHost;
  readonly #shared: SharedState = { filters: { history: [], saved: [] }, readings: new Map() };
  readonly #open = new Map<number, { readonly tab: Tab; readonly socket: WebSocket; heard: boolean }>();
  readonly #look: NodeJS.Timeout;
  #next = 1;

  constructor(token: string, files: readonly ServedFile[], engine: EngineHost) {
    this.#token = token;
    this.#files = files;
    this.#engine = engine;
    this.#look = setInterval(() => this.#lookForClients(), lookMs).unref();
  }

  /** The tab that an address names. */
  numbered(number: string | null): Tab | undefined {
    return this.#open.get(Number(number))?.tab;
  }

  /** Answers a request to speak WebSocket. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const refusal = this.#refusalOf(request);
    if (refusal) {
      socket.on('error', () => undefined);
      socket.end(
        `HTTP/1.1 ${refusal.status}\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n${refusal.reason}\n`,
        () => socket.destroy(),
      );
      return;
    }
    const file = this.#files[fileIn(request)];
    this.#server.handleUpgrade(request, socket, head, (client) => this.#add(client, file));
  }

  async close(): Promise<void> {
    clearInterval(this.#look);
    const all = [...this.#open.values()];
    await Promise.all(
      all.map(
        ({ socket }) =>
          new Promise<void>((resolve) => {
            const impatient = setTimeout(() => socket.terminate(), closeMs);
            socket.once('close', () => {
              clearTimeout(impatient);
              resolve();
            });
            socket.resume();
            socket.close(goingAway, 'The server has ended.');
          }),
      ),
    );
    this.#server.close();
  }

  #refusalOf(request: IncomingMessage): { readonly status: string; readonly reason: string } | undefined {
    const access = accessOf(request, this.#token);
    if (access.kind === 'refused') return { status: '403 Forbidden', reason: access.reason };
    if (addressOf(request.url)?.pathname !== '/tab' || !(fileIn(request) in this.#files))
      return { status: '404 Not Found', reason: 'There is nothing here.' };
    if (this.#open.size >= mostTabs) {
      const reason = `There are ${mostTabs} previews open. Close one of them.`;
      return { status: '503 Service Unavailable', reason };
    }
    return undefined;
  }

  #add(socket: WebSocket, file: ServedFile): void {
    const number = this.#next++;
    const tab = new Tab(number, file, socket, this.#engine, this.#shared);
    const open = { tab, socket, heard: true };
    this.#open.set(number, open);
    socket.on('pong', () => (open.heard = true));
    // `close` follows.
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.#open.delete(number);
      tab.close();
    });
  }

  #lookForClients(): void {
    for (const open of this.#open.values()) {
      if (!open.heard) open.socket.terminate();
      // Of a client whose messages are left where they are, the answer is as well.
      open.heard = open.tab.isPaused;
      open.socket.ping();
    }
  }
}

function fileIn(request: IncomingMessage): number {
  return Number(addressOf(request.url)?.searchParams.get('file') ?? 0);
}
