import type { Message, WireError } from '../protocol/rpc.ts';

export interface RelayEnds {
  readonly toEngine: (message: Message) => void;
  readonly toPage: (message: Message) => void;
  /** Takes what is the host's own business: calls named `host/...`, and their cancellation. */
  readonly toHost: (message: Message) => void;
  /** The engine could not open the file, and the page asks for it once more. */
  readonly reopen: () => void;
}

/** The page's latest query, which outlives the page: a tab that comes back finds it as far as it has got. */
interface Run {
  readonly id: number;
  readonly query: string;
  /** Its latest progress, or its answer. */
  latest: Message | undefined;
  done: boolean;
}

/**
 * Passes the messages of one page to the file's engine and back. Calls get an id of the relay's own on the way: a
 * page that was hidden starts anew and counts from 1 again, while its predecessor's calls may still be under way.
 */
export class Relay {
  readonly #ends: RelayEnds;
  /** The page's id of each call under way, by the engine's. */
  readonly #calls = new Map<number, number>();
  #nextId = 1;
  /** What the page said before the engine had the file open; undefined once it has. */
  #waiting: Message[] | undefined = [];
  #failure: WireError | undefined;
  #run: Run | undefined;
  /** The page that asked for the run is gone, and the next one has not asked for a run yet. */
  #orphaned = false;

  constructor(ends: RelayEnds) {
    this.#ends = ends;
  }

  fromPage(message: Message): void {
    switch (message.type) {
      case 'call':
        if (message.method.startsWith('host/')) {
          this.#ends.toHost(message);
          return;
        }
        // A page's first call, so whatever page was there before is gone.
        if (message.method === 'info') this.forgetPage();
        this.#call(message.id, message.method, message.params);
        return;
      case 'cancel': {
        const id = this.#idOf(message.id);
        if (id === undefined) this.#ends.toHost(message);
        else this.#cancel(id);
        return;
      }
      default:
        return;
    }
  }

  fromEngine(message: Message): void {
    if (message.type === 'event') {
      this.#ends.toPage(message);
      return;
    }
    if (message.id === this.#run?.id) {
      this.#run.latest = message;
      this.#run.done = message.type !== 'progress';
    }
    const pageId = this.#calls.get(message.id);
    if (pageId === undefined) return;
    if (message.type !== 'progress') this.#calls.delete(message.id);
    this.#ends.toPage({ ...message, id: pageId });
  }

  /** The engine has the file open: what waited goes there. */
  opened(): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = undefined;
    for (const message of waiting) this.#ends.toEngine(message);
  }

  /** The engine is not there for now: what was under way is answered with the reason, what comes waits. */
  interrupted(reason: WireError): void {
    this.#waiting = [];
    this.#failure = undefined;
    this.#failAll(reason);
  }

  /** The file cannot be opened: what waited and what comes is answered with the reason. */
  failed(reason: WireError): void {
    this.#waiting = [];
    this.#failure = reason;
    this.#failAll(reason);
  }

  /**
   * The page is hidden or replaced; no answer reaches it. Its query runs on, for the page will ask for it again when
   * it is back; all else is stopped.
   */
  forgetPage(): void {
    this.#orphaned = this.#run !== undefined;
    for (const id of [...this.#calls.keys()]) {
      if (id === this.#run?.id) this.#calls.delete(id);
      else this.#cancel(id);
    }
  }

  #call(pageId: number, method: string, params: unknown): void {
    if (this.#failure !== undefined) {
      if (method !== 'info' && method !== 'reload') {
        this.#ends.toPage({ type: 'error', id: pageId, error: this.#failure });
        return;
      }
      this.#failure = undefined;
      this.#ends.reopen();
    }
    if (method === 'reload') this.#run = undefined;
    if (method === 'run' && this.#join(pageId, queryOf(params))) return;
    const id = this.#nextId++;
    this.#calls.set(id, pageId);
    if (method === 'run') this.#run = { id, query: queryOf(params), latest: undefined, done: false };
    this.#send({ type: 'call', id, method, params });
  }

  /** Whether the page has been given the run that an earlier one started. One for another query is stopped. */
  #join(pageId: number, query: string): boolean {
    const run = this.#orphaned ? this.#run : undefined;
    this.#orphaned = false;
    if (run === undefined) return false;
    if (run.query !== query) {
      if (!run.done) this.#cancel(run.id);
      return false;
    }
    if (run.latest && 'id' in run.latest) this.#ends.toPage({ ...run.latest, id: pageId });
    if (!run.done) this.#calls.set(run.id, pageId);
    return true;
  }

  #cancel(id: number): void {
    this.#calls.delete(id);
    if (id === this.#run?.id) this.#run = undefined;
    this.#send({ type: 'cancel', id });
  }

  #send(message: Message): void {
    if (this.#waiting === undefined) this.#ends.toEngine(message);
    else this.#waiting.push(message);
  }

  #failAll(error: WireError): void {
    for (const pageId of this.#calls.values()) this.#ends.toPage({ type: 'error', id: pageId, error });
    this.#calls.clear();
    this.#run = undefined;
  }

  #idOf(pageId: number): number | undefined {
    for (const [id, pages] of this.#calls) if (pages === pageId) return id;
    return undefined;
  }
}

function queryOf(params: unknown): string {
  const query: unknown =
    typeof params === 'object' && params !== null && 'query' in params ? params.query : '';
  return typeof query === 'string' ? query : '';
}
