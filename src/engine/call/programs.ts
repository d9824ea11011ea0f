import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { said } from '../../said/said.ts';
import { CallError } from '../callError.ts';
import type { CallOptions } from '../query/operator/call.ts';
import type { CallFailure, CallInput, CallOutput, CallPlace, CallPlaces, OpenCall } from '../stage/calls.ts';
import type { FromCall } from './protocol.ts';
import { CallThread, type CallLimits } from './thread.ts';

export interface ProgramsOptions {
  /** The file of a thread's entry. */
  readonly worker: URL;
  /** Threads that a program may have that keeps nothing between records. */
  readonly threads: number;
  /** Says what is run, and what programs write to their standard output. */
  readonly say: (text: string) => void;
  readonly limits?: Partial<CallLimits>;
}

const usualLimits: CallLimits = { batchMs: 60_000, heapMb: 512 };

/** Runs programs of the user that queries name by their paths. */
export class Programs {
  readonly #options: ProgramsOptions;

  constructor(options: ProgramsOptions) {
    this.#options = options;
  }

  /**
   * @param sha256 of its content, in hexadecimal digits; undefined: whatever it is
   * @throws CallError where there is no such program, or it cannot be loaded
   */
  async open(file: string, options: CallOptions, signal: AbortSignal, sha256?: string): Promise<OpenCall> {
    const path = resolve(file);
    const found = await stat(path).catch(() => undefined);
    if (!found?.isFile()) throw new CallError(said`CALL: ${path} is not a file.`);
    if (
      sha256 !== undefined &&
      createHash('sha256')
        .update(await readFile(path))
        .digest('hex') !== sha256
    )
      throw new CallError(said`CALL: ${path} has just been changed. Run the query again.`);
    this.#options.say(`CALL runs ${path}`);
    const { worker, limits, threads: most } = this.#options;
    const data = { url: pathToFileURL(path).href, options };
    const start = (): CallThread => {
      const told = (text: string): void => this.#said(text);
      return new CallThread(worker, data, { ...usualLimits, ...limits }, told, signal);
    };
    const threads = [start()];
    const close = async (): Promise<void> => {
      await Promise.all(threads.map((thread) => thread.close()));
    };
    try {
      const { batches, stateless } = await readyOf(threads[0]);
      if (batches) return { process: (input) => streamed(threads[0], input), close };
      if (stateless) {
        while (threads.length < most) threads.push(start());
        await Promise.all(threads.slice(1).map(readyOf));
      }
      return { process: (input) => inOrder(threads, input), close };
    } catch (error) {
      await close();
      throw error;
    }
  }

  #said(text: string): void {
    for (const line of text.replace(/\n$/, '').split('\n')) this.#options.say(line);
  }
}

async function readyOf(thread: CallThread): Promise<Extract<FromCall, { type: 'ready' }>> {
  const message = await thread.next();
  if (message.type !== 'ready') throw unexpected(message);
  return message;
}

/** Each batch of rows goes to the next thread; what they make is handed on in the order of the rows. */
async function* inOrder(
  threads: readonly CallThread[],
  input: AsyncIterable<CallInput>,
): AsyncGenerator<CallOutput> {
  const rows = input[Symbol.asyncIterator]();
  /** Two for each thread, so that none waits for its rows. */
  const limit = 2 * threads.length;
  const given: { readonly thread: CallThread; readonly rows: CallInput }[] = [];
  let next = 0;
  let hasEnded = false;
  try {
    for (;;) {
      while (!hasEnded && given.length < limit) {
        const item = await rows.next();
        if (item.done === true) {
          hasEnded = true;
          break;
        }
        const thread = threads[next++ % threads.length];
        give(thread, item.value);
        given.push({ thread, rows: item.value });
      }
      const first = given.shift();
      if (!first) return;
      yield outputOf(await first.thread.next(), first.rows);
    }
  } finally {
    await rows.return?.();
  }
}

/** The program takes rows when it wants some, and gives others when it has some. */
async function* streamed(thread: CallThread, input: AsyncIterable<CallInput>): AsyncGenerator<CallOutput> {
  const rows = input[Symbol.asyncIterator]();
  try {
    for (;;) {
      const message = await thread.next();
      switch (message.type) {
        case 'pull': {
          const item = await rows.next();
          if (item.done === true) thread.send({ type: 'end' });
          else give(thread, item.value);
          break;
        }
        case 'made':
          yield { rows: message.bytes, count: message.count, failures: [] };
          thread.send({ type: 'taken' });
          break;
        case 'done':
          return;
        default:
          throw unexpected(message);
      }
    }
  } finally {
    await rows.return?.();
  }
}

function give(thread: CallThread, { rows, places }: CallInput): void {
  thread.send({ type: 'rows', bytes: rows, offsets: places?.offset }, [rows.buffer]);
}

function outputOf(message: FromCall, { places }: CallInput): CallOutput {
  if (message.type !== 'made') throw unexpected(message);
  const failures = message.failures.map(({ row, reason, raw }): CallFailure => ({
    reason,
    raw,
    place: places && placeAt(places, row),
  }));
  return { rows: message.bytes, count: message.count, failures };
}

function placeAt({ record, line, offset }: CallPlaces, row: number): CallPlace {
  return { record: record[row], line: line[row], offset: offset[row] };
}

function unexpected({ type }: FromCall): TypeError {
  return new TypeError(`The thread of a program answered out of turn: ${type}.`);
}
