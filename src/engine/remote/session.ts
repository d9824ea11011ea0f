import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { said } from '../../said/said.ts';
import type { ClusterProgress, WrittenThere } from '../../protocol/remote.ts';
import type { SparkAddress } from './address.ts';
import { isLost, SparkChannel } from './channel.ts';
import {
  configRequest,
  executeRequest,
  interruptRequest,
  progressIn,
  reattachRequest,
  releaseRequest,
  releaseSessionRequest,
  sqlPlan,
  versionRequest,
  viewPlan,
  writePlan,
  type Asker,
} from './messages.ts';
import { RemoteError } from './remoteError.ts';
import type { View } from './views.ts';
import { bytesIn, fieldsOf, textIn } from './wire.ts';

/**
 * How long it is waited before a lost connection is taken up again, in milliseconds, time after time without a new answer: a network that
 * changes and a server behind a proxy that starts anew are back by then. Longer ones are up to people.
 */
const reattachAfterMs = [0, 100, 300, 1000, 3000, 8000];

/** A session on a Spark Connect server, which its owner closes. */
export class SparkSession {
  readonly #channel: SparkChannel;
  readonly #asker: Asker;

  constructor(address: SparkAddress) {
    this.#channel = new SparkChannel(address);
    this.#asker = { session: randomUUID(), user: address.user };
  }

  /** As the server says it; undefined where it does not know, as Sail without PySpark. @throws RemoteError; the signal's reason */
  async version(signal: AbortSignal): Promise<string | undefined> {
    try {
      const answer = await this.#channel.call('AnalyzePlan', versionRequest(this.#asker), signal);
      return textIn(bytesIn(answer, 8) ?? new Uint8Array(0), 1) || undefined;
    } catch (error) {
      if (error instanceof RemoteError && error.failure === 'query') return undefined;
      throw error;
    }
  }

  /** Sets values of the session. @throws RemoteError; the signal's reason */
  async configure(values: Readonly<Record<string, string>>, signal: AbortSignal): Promise<void> {
    await this.#channel.call('Config', configRequest(this.#asker, values), signal);
  }

  /** Makes a view that statements of this session can name. @throws RemoteError; the signal's reason */
  async createView({ name, relation }: View, signal: AbortSignal): Promise<void> {
    for await (const _ of this.#execute(viewPlan(name, relation), signal));
  }

  /**
   * The rows of a statement, as messages of Arrow's IPC format, each with its schema. The next one is taken from the server when it is
   * asked for. A caller that stops early, or aborts, interrupts the statement there.
   * @param tell is told how far it is, by a server that tells
   * @throws RemoteError; the signal's reason
   */
  async *query(
    sql: string,
    signal: AbortSignal,
    tell: (progress: ClusterProgress) => void = () => undefined,
  ): AsyncGenerator<Uint8Array, undefined> {
    for await (const answer of this.#execute(sqlPlan(sql), signal)) {
      const progress = progressIn(answer);
      if (progress) tell(progress);
      const batch = bytesIn(answer, 2);
      const data = batch && bytesIn(batch, 2);
      if (data) yield data;
    }
    return undefined;
  }

  /**
   * Writes the rows of a statement there.
   * @throws RemoteError, also where there is something at the path; the signal's reason
   */
  async write(sql: string, to: WrittenThere, signal: AbortSignal): Promise<void> {
    for await (const _ of this.#execute(writePlan(sql, to), signal));
  }

  /** Lets the server forget the session, and closes the connection. */
  async close(): Promise<void> {
    try {
      await this.#channel.call('ReleaseSession', releaseSessionRequest(this.#asker));
    } catch {
      // A server that is gone has forgotten it, and others do so after some time.
    } finally {
      this.#channel.close();
    }
  }

  /** The answers to a plan, also over a connection that is lost on the way. */
  async *#execute(plan: Buffer, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    signal.throwIfAborted();
    const operation = randomUUID();
    let isStarted = false;
    let isDone = false;
    let last: string | undefined;
    let tries = 0;
    try {
      for (;;) {
        const stream = isStarted
          ? this.#channel.stream('ReattachExecute', reattachRequest(this.#asker, operation, last))
          : this.#channel.stream('ExecutePlan', executeRequest(this.#asker, operation, plan));
        const cancel = (): void => stream.cancel();
        signal.addEventListener('abort', cancel, { once: true });
        let failure = new RemoteError('unreachable', said`Spark ended the answer before it was complete.`);
        try {
          for await (const answer of stream as AsyncIterable<Buffer>) {
            signal.throwIfAborted();
            isStarted = true;
            tries = 0;
            for (const { number, bytes } of fieldsOf(answer)) {
              if (number === 13) last = Buffer.from(bytes).toString();
              if (number === 14) isDone = true;
            }
            if (!isDone) yield answer;
          }
        } catch (error) {
          signal.throwIfAborted();
          failure = this.#channel.failure(error);
          if (!isStarted || !isLost(error)) throw failure;
        } finally {
          signal.removeEventListener('abort', cancel);
          stream.cancel();
        }
        if (isDone) return;
        if (tries === reattachAfterMs.length) throw failure;
        try {
          await delay(reattachAfterMs[tries++], undefined, { signal });
        } catch (aborted) {
          signal.throwIfAborted();
          throw aborted;
        }
      }
    } finally {
      await this.#release(operation, isDone);
    }
  }

  /** Neither may hide why the operation ended. */
  async #release(operation: string, isDone: boolean): Promise<void> {
    try {
      if (!isDone) await this.#channel.call('Interrupt', interruptRequest(this.#asker, operation));
      await this.#channel.call('ReleaseExecute', releaseRequest(this.#asker, operation));
    } catch {
      // The session's end ends it too.
    }
  }
}
