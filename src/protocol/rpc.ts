/**
 * The one small RPC under every conversation here: page and host, host and engine. Calls have an answer, may be
 * cancelled, and may report progress on the way; events have none of these. Both ends are a `Peer`.
 */
import { type Said, said, SaidError, saidOf } from '../said/said.ts';
import { abortReason, onAbort } from './abort.ts';

/** What a method takes, answers, and reports on its way. */
export interface Method {
  readonly params: unknown;
  readonly result: unknown;
  readonly progress?: unknown;
}

export type Methods<T> = { [K in keyof T]: Method };
export type Events<T> = { [K in keyof T]: unknown };

export type Message =
  | { readonly type: 'call'; readonly id: number; readonly method: string; readonly params: unknown }
  | { readonly type: 'cancel'; readonly id: number }
  | { readonly type: 'progress'; readonly id: number; readonly value: unknown }
  | { readonly type: 'result'; readonly id: number; readonly value: unknown }
  | { readonly type: 'error'; readonly id: number; readonly error: WireError }
  | { readonly type: 'event'; readonly name: string; readonly value: unknown };

/** An error as it crosses: the kind is stable, what is said is for people. */
export interface WireError {
  readonly kind: string;
  readonly said: Said;
}

/** A call that the other side answered with an error. */
export class RemoteError extends SaidError {
  override readonly name = 'RemoteError';
  readonly kind: string;

  constructor(error: WireError) {
    super(error.said);
    this.kind = error.kind;
  }
}

/** One direction of a wire. Buffers listed in `transfer` may be moved instead of copied. */
export type Post = (message: Message, transfer?: readonly ArrayBuffer[]) => void;

export interface CallOptions<P> {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((value: P) => void) | undefined;
}

/** What a handler is given besides its parameters. */
export interface HandlerContext<P> {
  readonly signal: AbortSignal;
  readonly progress: (value: P) => void;
}

export type ProgressOf<M extends Method> = M extends { readonly progress: infer P } ? P : never;

export type Handlers<T extends Methods<T>> = {
  [K in keyof T]: (
    params: T[K]['params'],
    context: HandlerContext<ProgressOf<T[K]>>,
  ) => T[K]['result'] | Promise<T[K]['result']>;
};

export interface PeerOptions<Serves extends Methods<Serves>> {
  readonly post: Post;
  readonly handlers: Handlers<Serves>;
  readonly onEvent?: (name: string, value: unknown) => void;
  /** Buffers in an answer that may be moved rather than copied. */
  readonly transfer?: (value: unknown) => readonly ArrayBuffer[];
  /** The kind under which an error thrown by a handler crosses. */
  readonly kindOf?: (error: unknown) => string;
}

interface Pending {
  readonly method: string;
  readonly resolve: (value: never) => void;
  readonly reject: (error: unknown) => void;
  readonly onProgress: ((value: never) => void) | undefined;
  readonly release: (() => void) | undefined;
}

/**
 * One end of a conversation: serves the methods of `Serves`, calls those of `Calls`, sends the events of `Sends`.
 * After `close` every pending call is rejected and every handler still at work is aborted.
 */
export class Peer<Serves extends Methods<Serves>, Calls extends Methods<Calls>, Sends extends Events<Sends>> {
  readonly #options: PeerOptions<Serves>;
  readonly #pending = new Map<number, Pending>();
  readonly #working = new Map<number, AbortController>();
  readonly #serving = new Set<Promise<void>>();
  #nextId = 1;
  #closed: WireError | undefined;

  constructor(options: PeerOptions<Serves>) {
    this.#options = options;
  }

  call<K extends keyof Calls & string>(
    method: K,
    params: Calls[K]['params'],
    options: CallOptions<ProgressOf<Calls[K]>> = {},
  ): Promise<Calls[K]['result']> {
    const { signal, onProgress } = options;
    return new Promise((resolve, reject) => {
      if (this.#closed) {
        reject(new RemoteError(this.#closed));
        return;
      }
      if (signal?.aborted) {
        reject(abortReason(signal));
        return;
      }
      const id = this.#nextId++;
      const abort = () => {
        this.#options.post({ type: 'cancel', id });
        this.#settle(id)?.reject(abortReason(signal));
      };
      const release = signal && onAbort(signal, abort);
      this.#pending.set(id, { method, resolve, reject, onProgress, release });
      this.#options.post({ type: 'call', id, method, params });
    });
  }

  send<K extends keyof Sends & string>(name: K, value: Sends[K]): void {
    if (!this.#closed) this.#options.post({ type: 'event', name, value });
  }

  /** Takes a message off the wire. */
  receive(message: Message): void {
    switch (message.type) {
      case 'call':
        this.#keep(this.#serve(message.id, message.method, message.params));
        return;
      case 'cancel':
        this.#working.get(message.id)?.abort();
        return;
      case 'progress':
        this.#pending.get(message.id)?.onProgress?.(message.value as never);
        return;
      case 'result':
        this.#settle(message.id)?.resolve(message.value as never);
        return;
      case 'error':
        this.#settle(message.id)?.reject(new RemoteError(message.error));
        return;
      case 'event':
        this.#options.onEvent?.(message.name, message.value);
        return;
    }
  }

  /** @param why what handlers still at work are aborted for */
  close(reason: WireError = { kind: 'closed', said: said`The other side has closed.` }, why?: Error): void {
    if (this.#closed) return;
    this.#closed = reason;
    for (const id of [...this.#pending.keys()]) this.#settle(id)?.reject(new RemoteError(reason));
    for (const work of this.#working.values()) work.abort(why);
  }

  /** Rejects the pending calls of some methods: whoever was asked is not there any more. */
  abandon(which: (method: string) => boolean, reason: Error): void {
    for (const [id, { method }] of [...this.#pending]) if (which(method)) this.#settle(id)?.reject(reason);
  }

  /** Resolves when no handler is at work any more: after `close`, when the last has cleaned up behind itself. */
  async rested(): Promise<void> {
    while (this.#serving.size > 0) await Promise.all(this.#serving);
  }

  #keep(serving: Promise<void>): void {
    this.#serving.add(serving);
    void serving.finally(() => this.#serving.delete(serving));
  }

  #settle(id: number): Pending | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    pending?.release?.();
    return pending;
  }

  async #serve(id: number, method: string, params: unknown): Promise<void> {
    const controller = new AbortController();
    this.#working.set(id, controller);
    try {
      const handlers = this.#options.handlers;
      if (!isMethodOf(handlers, method)) throw new Error(`There is no method ${method}.`);
      const value = await handlers[method](params, {
        signal: controller.signal,
        progress: (step) => this.#answer(controller, { type: 'progress', id, value: step }),
      });
      this.#answer(controller, { type: 'result', id, value }, this.#options.transfer?.(value));
    } catch (error) {
      const kind = this.#options.kindOf?.(error) ?? 'failed';
      this.#answer(controller, { type: 'error', id, error: { kind, said: saidOf(error) } });
    } finally {
      this.#working.delete(id);
    }
  }

  /** Nobody waits for the answer to a cancelled call. */
  #answer(controller: AbortController, message: Message, transfer?: readonly ArrayBuffer[]): void {
    if (!controller.signal.aborted && !this.#closed) this.#options.post(message, transfer);
  }
}

function isMethodOf<T extends object>(handlers: T, method: string): method is keyof T & string {
  return Object.hasOwn(handlers, method);
}
