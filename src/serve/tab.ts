import type { RawData, WebSocket } from 'ws';
import type { EngineHost } from '../host/engineHost.ts';
import { HostedPage, type HostCalls } from '../host/hostedPage.ts';
import { askReading } from '../host/readAs.ts';
import type { BrowserCalls } from '../protocol/browserTab.ts';
import type { FormatOptions } from '../protocol/formatOptions.ts';
import type { Filters } from '../protocol/preview.ts';
import { Peer, type Handlers, type Message } from '../protocol/rpc.ts';
import { unpackMessage } from '../protocol/wire.ts';
import { Outbox } from './outbox.ts';
import { RemoteQuestions } from './remoteQuestions.ts';
import type { ServedFile } from './servedFile.ts';

/** What tabs of one server share; it goes with the server. */
export interface SharedState {
  filters: Filters;
  /** How files are read other than the command says. */
  readonly readings: Map<ServedFile, FormatOptions>;
}

/** So many calls of a page are under way; what it says then waits in its socket. */
const mostCalls = 64;

/** Codes that a connection is closed with (RFC 6455). */
const notUnderstood = 1003;

/** The server's end of a page in a browser: its messages with the engine, and what is asked of its user. */
export class Tab {
  readonly number: number;
  readonly file: ServedFile;
  readonly #socket: WebSocket;
  readonly #engine: EngineHost;
  readonly #shared: SharedState;
  readonly #outbox: Outbox;
  readonly #browser: Peer<Record<string, never>, BrowserCalls, Record<string, never>>;
  readonly #page: HostedPage;
  /** The page's calls that are not answered yet. */
  readonly #calls = new Set<number>();
  /** What came before the socket stood still. */
  readonly #inbox: Message[] = [];
  #isCrowded = false;

  constructor(number: number, file: ServedFile, socket: WebSocket, engine: EngineHost, shared: SharedState) {
    this.number = number;
    this.file = file;
    this.#socket = socket;
    this.#engine = engine;
    this.#shared = shared;
    this.#outbox = new Outbox({
      send: (bytes, sent) => socket.send(bytes, sent),
      crowded: (isCrowded) => {
        this.#isCrowded = isCrowded;
        this.#readOn();
      },
    });
    this.#browser = new Peer({ post: (message) => this.#outbox.post(message), handlers: {} });
    this.#browser.call('tab', { number }).catch(() => undefined);
    this.#page = new HostedPage({
      engine,
      file: { ...file.place, options: this.options },
      post: (message) => this.#toPage(message),
      handlers: this.#handlers(),
      words: { restarted: 'The engine was restarted.', rereading: 'The file is being read again.' },
    });
    socket.on('message', (data, isBinary) => this.#receive(data, isBinary));
  }

  /** How the file is read in this tab. */
  get options(): FormatOptions {
    return this.#shared.readings.get(this.file) ?? this.file.place.options;
  }

  /** Whether the client's messages are left where they are for now. */
  get isPaused(): boolean {
    return this.#socket.isPaused;
  }

  recordText(view: number, row: number): Promise<{ readonly text: string }> {
    return this.#engine.call('recordText', { session: this.#page.session.number, view, row });
  }

  /** The connection is gone. */
  close(): void {
    this.#inbox.length = 0;
    this.#outbox.close();
    this.#browser.close();
    this.#page.close();
  }

  #receive(data: RawData, isBinary: boolean): void {
    const message = isBinary ? messageOf(data) : undefined;
    if (message === undefined) {
      this.#socket.close(notUnderstood, 'This is no message of a preview.');
      return;
    }
    this.#inbox.push(message);
    this.#readOn();
  }

  #readOn(): void {
    while (this.#inbox.length > 0 && !this.#isFull) {
      const message = this.#inbox.shift();
      if (message) this.#take(message);
    }
    // What comes from now on waits in the client: it can ask for no more than is taken from here.
    if (this.#isFull) this.#socket.pause();
    else this.#socket.resume();
  }

  get #isFull(): boolean {
    return this.#isCrowded || this.#calls.size >= mostCalls;
  }

  #take(message: Message): void {
    switch (message.type) {
      case 'call':
        // A page's first call: what was under way before is given up, and never answered.
        if (message.method === 'info') this.#calls.clear();
        this.#calls.add(message.id);
        this.#page.receive(message);
        return;
      case 'cancel':
        // It has no answer.
        this.#calls.delete(message.id);
        this.#page.receive(message);
        return;
      case 'result':
      case 'error':
        this.#browser.receive(message);
        return;
      default:
        return;
    }
  }

  #toPage(message: Message): void {
    this.#outbox.post(message);
    if ((message.type === 'result' || message.type === 'error') && this.#calls.delete(message.id))
      this.#readOn();
  }

  #readBy(options: FormatOptions): void {
    this.#shared.readings.set(this.file, options);
    this.#page.readBy(options);
  }

  /** What the browser's end does not answer itself. */
  #handlers(): Handlers<HostCalls> {
    const questions = new RemoteQuestions(this.#browser);
    const notHere = (): never => {
      throw new Error('This needs VS Code.');
    };
    return {
      'host/export': notHere,
      'host/sendRows': notHere,
      'host/runOnSpark': notHere,
      'host/runElsewhere': notHere,
      'host/exportRejects': notHere,
      'host/validate': notHere,
      'host/exportChecked': notHere,
      'host/openAsText': notHere,
      'host/openRecord': notHere,
      'host/compareRecord': notHere,
      'host/askAboutFile': notHere,
      'host/copy': notHere,
      'host/keepPage': () => null,
      'host/status': () => null,
      'host/readAs': async ({ about }) => {
        const options = await askReading(questions, this.#page.info, this.options, about);
        if (options) this.#readBy(options);
        return null;
      },
      'host/readWith': (said) => {
        this.#readBy({ ...this.options, ...said });
        return null;
      },
      'host/copyQueryAs': async ({ query }) => {
        const session = this.#page.session.number;
        const printed = await this.#engine.call('printQuery', { session, query });
        const picked = await questions.pick(
          'Copy the query as',
          printed.map(({ engine, text }) => ({ label: engine, detail: text, text })),
        );
        if (picked) await this.#browser.call('copy', { text: picked.text });
        return null;
      },
      'host/filters': () => this.#shared.filters,
      'host/keepFilters': ({ history, saved }) => {
        this.#shared.filters = { history: history.slice(0, filtersKept), saved };
        return null;
      },
    };
  }
}

const filtersKept = 100;

function messageOf(data: RawData): Message | undefined {
  try {
    const bytes = Array.isArray(data) ? Buffer.concat(data) : new Uint8Array(data);
    return unpackMessage(new Uint8Array(bytes));
  } catch {
    return undefined;
  }
}
