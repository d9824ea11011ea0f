import type { Message } from '../../protocol/rpc.ts';
import { packMessage, unpackMessage } from '../../protocol/wire.ts';
import { said } from '../../said/said.ts';

/** How things stand between the page and `rowriver serve`. */
export type ConnectionState =
  | 'open'
  /** Tried again by itself. */
  | 'lost'
  /** The server does not know this browser: it was started anew. */
  | 'refused';

export interface ConnectionOptions {
  /** Takes what comes from the server. */
  readonly receive: (message: Message) => void;
  /** `again`: there was a connection before, and the server's end of it is gone. */
  readonly changed: (state: ConnectionState, again: boolean) => void;
}

/** From one attempt to the next, in milliseconds. */
const shortestWait = 500;
const longestWait = 10_000;

/**
 * The page's way to its server. Until it is open for the first time, what is said waits; when it is lost, what was under
 * way and what comes is answered with an error, and it is opened again as soon as the server is there.
 */
export class Connection {
  readonly #options: ConnectionOptions;
  readonly #address: string;
  #socket: WebSocket | undefined;
  #waiting: Message[] | undefined = [];
  /** The page's calls that have no answer yet. */
  readonly #calls = new Set<number>();
  #wait = shortestWait;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param address of the WebSocket */
  constructor(address: string, options: ConnectionOptions) {
    this.#address = address;
    this.#options = options;
    this.#connect();
  }

  /** Sends what the page says. */
  send(message: Message): void {
    if (this.#waiting) this.#waiting.push(message);
    else if (this.#socket?.readyState === WebSocket.OPEN) this.#post(message);
    else if (message.type === 'call') this.#fail(message.id);
  }

  /** Tries to connect now. */
  retry(): void {
    clearTimeout(this.#timer);
    this.#wait = shortestWait;
    this.#connect();
  }

  #connect(): void {
    const socket = new WebSocket(this.#address);
    socket.binaryType = 'arraybuffer';
    this.#socket = socket;
    socket.addEventListener('open', () => {
      const waiting = this.#waiting;
      this.#waiting = undefined;
      this.#wait = shortestWait;
      this.#options.changed('open', waiting === undefined);
      for (const message of waiting ?? []) this.#post(message);
    });
    socket.addEventListener('message', ({ data }: MessageEvent<ArrayBuffer>) => {
      const message = unpackMessage(new Uint8Array(data));
      if (message.type === 'result' || message.type === 'error') this.#calls.delete(message.id);
      this.#options.receive(message);
    });
    socket.addEventListener('close', () => {
      if (this.#socket === socket) this.#lost();
    });
  }

  #lost(): void {
    for (const id of this.#calls) this.#fail(id);
    this.#options.changed('lost', false);
    this.#timer = setTimeout(() => void this.#again(), this.#wait);
    this.#wait = Math.min(longestWait, 2 * this.#wait);
  }

  async #again(): Promise<void> {
    // A WebSocket does not say why it is refused.
    const status = await fetch('/', { method: 'GET', redirect: 'manual' }).then(
      (response) => response.status,
      () => undefined,
    );
    if (status === 403) this.#options.changed('refused', false);
    else this.#connect();
  }

  #post(message: Message): void {
    if (message.type === 'call') this.#calls.add(message.id);
    if (message.type === 'cancel') this.#calls.delete(message.id);
    this.#socket?.send(packMessage(message));
  }

  #fail(id: number): void {
    this.#calls.delete(id);
    const error = { kind: 'restarted', said: said`The connection to rowriver serve is lost.` };
    this.#options.receive({ type: 'error', id, error });
  }
}
