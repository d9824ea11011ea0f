import { Worker } from 'node:worker_threads';
import { abortReason, onAbort } from '../../protocol/abort.ts';

/**
 * Worker threads that do tasks for many files. A task waits in a queue by priority until a worker is free, so who
 * asks bounds how much is in flight by how many tasks it has handed in. A worker that dies is replaced and its
 * task run again once; one that does not stop when told to is killed.
 */
export interface Pool<Task, Result> {
  /** Tasks that can run at once. */
  readonly size: number;
  /**
   * @throws the signal's reason at once when aborted; WorkerLost when the task killed two workers
   */
  run(task: Task, priority: Priority, signal: AbortSignal): Promise<Result>;
  /** Starts what the first task will need, so that it finds it there. */
  start(): void;
  /** Lets every worker close what it keeps open under a key. */
  release(key: string): void;
  /** Stops the workers; what is queued or at work is rejected. */
  close(): Promise<void>;
}

/** 0 runs first and is for what a person waits for, 1 for what runs in the background. */
export type Priority = 0 | 1;

/** A task that brought down every worker it was given to. */
export class WorkerLost extends Error {
  override readonly name = 'WorkerLost';
}

export type ToWorker =
  | { readonly type: 'task'; readonly id: number; readonly task: unknown }
  | { readonly type: 'cancel'; readonly id: number }
  | { readonly type: 'release'; readonly key: string };

export type FromWorker =
  | { readonly type: 'done'; readonly id: number; readonly result: unknown }
  | { readonly type: 'failed'; readonly id: number; readonly error: unknown };

/** How long a cancelled task may go on before its worker is killed. A regular expression does not look at signals. */
const cancelGraceMs = 25;
const attempts = 2;

interface Job<Task, Result> {
  readonly id: number;
  readonly task: Task;
  readonly priority: Priority;
  readonly signal: AbortSignal;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
  /** No longer waits for the signal. */
  readonly letGo: () => void;
  attempt: number;
}

/**
 * A worker holds little that lives long on its heap; left alone, V8 gives each 48 MB for what is young, which
 * is the most of what a query needs altogether.
 */
const resourceLimits = { maxYoungGenerationSizeMb: 12 };

interface Seat<Task, Result> {
  readonly worker: Worker;
  job: Job<Task, Result> | undefined;
  /** Set while a cancelled task has not stopped yet. */
  killer: NodeJS.Timeout | undefined;
}

export interface PoolOptions {
  readonly file: string | URL;
  readonly size: number;
  /** Called when a worker has died and was replaced. */
  readonly onReplaced?: (error: Error) => void;
  /** An error as it came from a worker, made an Error again. */
  readonly revive?: (error: unknown) => Error;
}

export class WorkerPool<Task, Result> implements Pool<Task, Result> {
  readonly size: number;
  readonly #options: PoolOptions;
  readonly #seats = new Set<Seat<Task, Result>>();
  readonly #queues: readonly Job<Task, Result>[][] = [[], []];
  /** Workers that were killed and have not ended yet. */
  readonly #ending = new Set<Promise<number>>();
  #nextId = 1;
  #closed = false;

  constructor(options: PoolOptions) {
    this.#options = options;
    this.size = options.size;
  }

  run(task: Task, priority: Priority, signal: AbortSignal): Promise<Result> {
    return new Promise<Result>((resolve, reject) => {
      if (signal.aborted || this.#closed) {
        reject(this.#closed ? closedError() : abortReason(signal));
        return;
      }
      const job: Job<Task, Result> = {
        id: this.#nextId++,
        task,
        priority,
        signal,
        resolve,
        reject,
        letGo: onAbort(signal, () => this.#abort(job)),
        attempt: 1,
      };
      this.#queues[priority].push(job);
      this.#dispatch();
    });
  }

  start(): void {
    if (this.#closed || this.#seats.size > 0) return;
    // Nothing to do yet: it does not keep the process alive.
    this.#start().worker.unref();
  }

  release(key: string): void {
    for (const seat of this.#seats) post(seat, { type: 'release', key });
  }

  async close(): Promise<void> {
    this.#closed = true;
    const jobs = [...this.#queues.flat(), ...[...this.#seats].flatMap((seat) => seat.job ?? [])];
    for (const queue of this.#queues) queue.length = 0;
    const seats = [...this.#seats];
    this.#seats.clear();
    for (const job of jobs) this.#settle(job, () => job.reject(closedError()));
    const ended = seats.map((seat) => {
      clearTimeout(seat.killer);
      return seat.worker.terminate();
    });
    await Promise.all([...ended, ...this.#ending]);
  }

  #dispatch(): void {
    for (;;) {
      const queue = this.#queues.find((jobs) => jobs.length > 0);
      if (!queue) return;
      const seat = this.#freeSeat();
      if (!seat) return;
      const job = queue.shift();
      if (!job) return;
      seat.job = job;
      seat.worker.ref();
      post(seat, { type: 'task', id: job.id, task: job.task });
    }
  }

  #freeSeat(): Seat<Task, Result> | undefined {
    for (const seat of this.#seats) if (!seat.job) return seat;
    return this.#seats.size < this.size ? this.#start() : undefined;
  }

  #start(): Seat<Task, Result> {
    const worker = new Worker(this.#options.file, { resourceLimits });
    const seat: Seat<Task, Result> = { worker, job: undefined, killer: undefined };
    worker.on('message', (message: FromWorker) => this.#receive(seat, message));
    worker.on('error', (error: unknown) =>
      this.#lost(seat, error instanceof Error ? error : new Error(String(error))),
    );
    worker.on('exit', (code) => this.#lost(seat, new Error(`A worker stopped with code ${code}.`)));
    this.#seats.add(seat);
    return seat;
  }

  #receive(seat: Seat<Task, Result>, message: FromWorker): void {
    const job = seat.job;
    // What a worker answers that is being ended must not let the process end before it.
    if (job?.id !== message.id || !this.#seats.has(seat)) return;
    this.#release(seat);
    this.#settle(job, () => {
      if (message.type === 'done') job.resolve(message.result as Result);
      else job.reject(this.#options.revive?.(message.error) ?? message.error);
    });
    this.#dispatch();
  }

  #release(seat: Seat<Task, Result>): void {
    clearTimeout(seat.killer);
    seat.killer = undefined;
    seat.job = undefined;
    // An idle worker does not keep the process alive.
    seat.worker.unref();
  }

  #abort(job: Job<Task, Result>): void {
    for (const queue of this.#queues) {
      const index = queue.indexOf(job);
      if (index >= 0) queue.splice(index, 1);
    }
    for (const seat of this.#seats) {
      if (seat.job !== job) continue;
      post(seat, { type: 'cancel', id: job.id });
      seat.killer = setTimeout(() => this.#kill(seat), cancelGraceMs);
    }
    this.#settle(job, () => job.reject(abortReason(job.signal)));
  }

  #kill(seat: Seat<Task, Result>): void {
    if (!this.#seats.delete(seat)) return;
    const ended = seat.worker.terminate();
    this.#ending.add(ended);
    void ended.finally(() => this.#ending.delete(ended));
    this.#dispatch();
  }

  #lost(seat: Seat<Task, Result>, error: Error): void {
    if (!this.#seats.delete(seat)) return;
    clearTimeout(seat.killer);
    const job = seat.job;
    if (job && !job.signal.aborted) {
      if (job.attempt < attempts) {
        job.attempt++;
        this.#queues[job.priority].unshift(job);
      } else {
        const lost = new WorkerLost(`A part of the file could not be read: ${error.message}`, {
          cause: error,
        });
        this.#settle(job, () => job.reject(lost));
      }
    }
    this.#options.onReplaced?.(error);
    this.#dispatch();
  }

  #settle(job: Job<Task, Result>, answer: () => void): void {
    job.letGo();
    answer();
  }
}

function post(seat: { readonly worker: Worker }, message: ToWorker): void {
  seat.worker.postMessage(message);
}

function closedError(): Error {
  return new DOMException('The engine has been closed.', 'AbortError');
}
