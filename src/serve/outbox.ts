import type { Message } from '../protocol/rpc.ts';
import { packMessage } from '../protocol/wire.ts';

export interface OutboxOptions {
  /** Sends bytes; `sent` is called once the system has taken them. */
  readonly send: (bytes: Uint8Array, sent: () => void) => void;
  /** Told when more is waiting than should be, and when that is over. */
  readonly crowded: (isCrowded: boolean) => void;
}

/** So much may be on its way to the system. */
const mostUnsent = 1024 * 1024;
/** With more waiting, nothing more should be asked for. */
const mostWaiting = 8 * 1024 * 1024;

/**
 * The messages for a client that may be slow. Of what only tells how things stand, such as progress, the latest waits;
 * answers all wait.
 */
export class Outbox {
  readonly #options: OutboxOptions;
  /** In order, by what a later message takes the place of. */
  readonly #waiting = new Map<string | number, Uint8Array>();
  #next = 0;
  #waitingBytes = 0;
  #unsent = 0;
  #isCrowded = false;
  #isClosed = false;

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  /** Bytes that the system has not taken yet. */
  get bytes(): number {
    return this.#waitingBytes + this.#unsent;
  }

  post(message: Message): void {
    if (this.#isClosed) return;
    const key = placeOf(message) ?? this.#next++;
    const bytes = packMessage(message);
    this.#waitingBytes += bytes.length - (this.#waiting.get(key)?.length ?? 0);
    // Behind all that was said before it.
    this.#waiting.delete(key);
    this.#waiting.set(key, bytes);
    this.#send();
  }

  close(): void {
    this.#isClosed = true;
    this.#waiting.clear();
    this.#waitingBytes = 0;
  }

  #send(): void {
    for (const [key, bytes] of this.#waiting) {
      if (this.#unsent >= mostUnsent) break;
      this.#waiting.delete(key);
      this.#waitingBytes -= bytes.length;
      this.#unsent += bytes.length;
      this.#options.send(bytes, () => {
        this.#unsent -= bytes.length;
        if (!this.#isClosed) this.#send();
      });
    }
    const isCrowded = this.#isCrowded ? this.#waitingBytes > 0 : this.#waitingBytes > mostWaiting;
    if (isCrowded === this.#isCrowded) return;
    this.#isCrowded = isCrowded;
    this.#options.crowded(isCrowded);
  }
}

/** What a message says anew each time; undefined where each one counts. */
function placeOf(message: Message): string | undefined {
  if (message.type === 'progress') return `progress ${message.id}`;
  if (message.type !== 'event') return undefined;
  if (message.name === 'file') return 'file';
  const { value } = message;
  const view: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, 'view') : undefined;
  return message.name === 'columns' && typeof view === 'number' ? `columns ${view}` : undefined;
}
