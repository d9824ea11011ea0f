import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { said } from '../../said/said.ts';
import { CallError } from '../callError.ts';
import type { CallData, FromCall, ToCall } from './protocol.ts';

export interface CallLimits {
  /** How long a program may take for one batch of rows. */
  readonly batchMs: number;
  /** Its heap, in MB. */
  readonly heapMb: number;
}

/** How long a program that is at work is waited for where nobody wants its rows anymore. */
const mostPrintingMs = 1000;

interface Waiting {
  readonly resolve: (message: FromCall) => void;
  readonly reject: (error: unknown) => void;
}

/** A program in a thread of its own. */
export class CallThread {
  readonly name: string;
  readonly #worker: Worker;
  readonly #limits: CallLimits;
  readonly #received: FromCall[] = [];
  /** Until all that came of what it printed is told. */
  readonly #told: Promise<unknown>;
  #onPrinted: (() => void) | undefined;
  #waiting: Waiting | undefined;
  #failure: Error | undefined;
  #timer: NodeJS.Timeout | undefined;
  readonly #signal: AbortSignal;
  readonly #onAbort = (): void => this.#fail(reasonOf(this.#signal));

  /**
   * @param worker the file of the thread's entry
   * @param told what the program writes to its standard output and error, which are not those of this process
   */
  constructor(
    worker: URL,
    data: CallData,
    limits: CallLimits,
    told: (text: string) => void,
    signal: AbortSignal,
  ) {
    this.name = basename(fileURLToPath(data.url));
    this.#limits = limits;
    this.#signal = signal;
    this.#worker = new Worker(worker, {
      workerData: data,
      stdin: false,
      stdout: true,
      stderr: true,
      execArgv: [],
      env: withoutSecrets(process.env),
      resourceLimits: { maxOldGenerationSizeMb: limits.heapMb },
    });
    const ends = [this.#worker.stdout, this.#worker.stderr].map((stream) => {
      stream.setEncoding('utf8');
      stream.on('data', told);
      return new Promise<void>((resolve) => stream.once('close', resolve));
    });
    this.#told = Promise.all(ends);
    this.#worker.on('message', (message: FromCall) => this.#receive(message));
    this.#worker.on('error', (error: unknown) => this.#fail(this.#errorOf(error)));
    this.#worker.on('exit', () => this.#fail(new CallError(said`${this.name} ended its own thread.`)));
    signal.addEventListener('abort', this.#onAbort, { once: true });
  }

  /** What it says next. @throws CallError; the signal's reason */
  async next(): Promise<FromCall> {
    this.#signal.throwIfAborted();
    const message = this.#received.shift() ?? (await this.#awaited());
    if (message.type === 'failed') throw new CallError(said`${this.name} has failed. ${message.reason}`);
    return message;
  }

  send(message: ToCall, transfer: readonly ArrayBuffer[] = []): void {
    this.#worker.postMessage(message, transfer);
  }

  async close(): Promise<void> {
    this.#signal.removeEventListener('abort', this.#onAbort);
    clearTimeout(this.#timer);
    const printed = this.#failure === undefined ? this.#printed() : undefined;
    this.#failure ??= new CallError(said`${this.name} was ended.`);
    await printed;
    await this.#worker.terminate();
    await this.#told;
  }

  /** Until it has handed over what it printed, for which it is not waited long: it may be at work, or hang. */
  async #printed(): Promise<void> {
    this.send({ type: 'close' });
    await new Promise<void>((resolve) => {
      this.#onPrinted = resolve;
      this.#timer = setTimeout(resolve, mostPrintingMs);
    });
    clearTimeout(this.#timer);
  }

  #awaited(): Promise<FromCall> {
    if (this.#failure !== undefined) throw this.#failure;
    return new Promise<FromCall>((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#timer = setTimeout(() => this.#expire(), this.#limits.batchMs);
    });
  }

  #receive(message: FromCall): void {
    if (message.type === 'printed') {
      this.#onPrinted?.();
      return;
    }
    const waiting = this.#settle();
    if (waiting) waiting.resolve(message);
    else this.#received.push(message);
  }

  #expire(): void {
    const seconds = this.#limits.batchMs / 1000;
    this.#fail(
      new CallError(said`${this.name} did not finish a batch of rows in ${seconds} s, and was ended.`),
    );
  }

  #fail(error: Error): void {
    this.#onPrinted?.();
    this.#failure ??= error;
    this.#settle()?.reject(this.#failure);
    void this.#worker.terminate();
  }

  #settle(): Waiting | undefined {
    clearTimeout(this.#timer);
    const waiting = this.#waiting;
    this.#waiting = undefined;
    return waiting;
  }

  #errorOf(error: unknown): CallError {
    const { message, code } = error as { readonly message?: string; readonly code?: string };
    const told =
      code === 'ERR_WORKER_OUT_OF_MEMORY'
        ? said`${this.name} needs more than ${this.#limits.heapMb} MB of memory, and was ended.`
        : said`${this.name} has failed. ${message ?? String(error)}`;
    return new CallError(told, { cause: error });
  }
}

function reasonOf(signal: AbortSignal): Error {
  const reason: unknown = signal.reason;
  return reason instanceof Error ? reason : new DOMException('Cancelled.', 'AbortError');
}

/** Headers for addresses are of no concern to a program. */
function withoutSecrets(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !name.startsWith('ROWRIVER_')));
}
