import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { said, SaidError, saidOf, type Said } from '../../../said/said.ts';
import { builtins } from '../../builtins.ts';
import { systemCode } from '../sinkError.ts';

/** What a database's refusal says of the rows. */
export type Refusal =
  /** A row is wrong, and others may be right. */
  | 'row'
  /** The same may be taken later. */
  | 'later'
  /** Nothing is ever taken. */
  | 'ended';

/** One connection to a server. Whoever opens it closes it. */
export class Connection {
  readonly #client: pg.Client;
  readonly #socket: { destroy(error?: Error): unknown };
  readonly #timeoutMs: number;
  readonly #signal: AbortSignal;
  #isLost = false;

  private constructor(
    client: pg.Client,
    socket: { destroy(error?: Error): unknown },
    timeoutMs: number,
    signal: AbortSignal,
  ) {
    this.#client = client;
    this.#socket = socket;
    this.#timeoutMs = timeoutMs;
    this.#signal = signal;
    client.on('error', () => {
      this.#isLost = true;
    });
  }

  /** @param timeoutMs how long the server may take for one statement @throws what `refusalOf` takes */
  static async open(url: string, timeoutMs: number, signal: AbortSignal): Promise<Connection> {
    signal.throwIfAborted();
    const socket = new builtins.net.Socket();
    const client = new pg.Client({
      connectionString: url,
      application_name: 'rowriver',
      keepAlive: true,
      stream: () => socket,
    });
    const connection = new Connection(client, socket, timeoutMs, signal);
    try {
      await connection.#bounded(() => client.connect());
      return connection;
    } catch (error) {
      connection.close();
      throw error;
    }
  }

  get isLost(): boolean {
    return this.#isLost;
  }

  /** The rows of an answer, as objects of texts and numbers. */
  async query(text: string, values: readonly unknown[] = []): Promise<{ rows: unknown[]; count: number }> {
    const { rows, rowCount } = await this.#bounded(() =>
      this.#client.query<Record<string, unknown>>(text, [...values]),
    );
    return { rows, count: rowCount ?? 0 };
  }

  /** Sends the data of a COPY. */
  async copy(text: string, data: Uint8Array): Promise<void> {
    await this.#bounded(
      () =>
        new Promise<void>((resolve, reject) => {
          const stream = this.#client.query(copyFrom(text));
          stream.once('finish', resolve);
          stream.once('error', reject);
          stream.end(data);
        }),
    );
  }

  /** Ends it at once: the server takes back what was not committed. */
  close(): void {
    this.#isLost = true;
    this.#socket.destroy();
  }

  async #bounded<T>(work: () => Promise<T>): Promise<T> {
    this.#signal.throwIfAborted();
    let late: Error | undefined;
    const timer = setTimeout(() => {
      late = new LateAnswer(said`no answer in ${this.#timeoutMs / 1000} s`);
      this.close();
    }, this.#timeoutMs);
    const abort = (): void => this.close();
    this.#signal.addEventListener('abort', abort, { once: true });
    try {
      return await work();
    } catch (error) {
      throw late ?? error;
    } finally {
      clearTimeout(timer);
      this.#signal.removeEventListener('abort', abort);
    }
  }
}

class LateAnswer extends SaidError {}

/** A host that has no address is none on the second attempt either. */
const endedCodes = new Set(['ENOTFOUND', 'EACCES', 'ENOENT', 'ERR_INVALID_URL']);
/** Connection exceptions, too many connections, a shutdown, a deadlock, a lock that is held, a statement that was ended. */
const laterCodes = /^(?:08|53300|57P0[1-3]|40|55P03|57014)/;
/** Data exceptions, constraints, a row that is too large, an exception of a trigger. */
const rowCodes = /^(?:22|23|54|P0001)/;

/** Of an error of the server or of the connection. */
export function refusalOf(error: unknown): Refusal {
  if (error instanceof LateAnswer) return 'later';
  if (error instanceof pg.DatabaseError) {
    const { code = '' } = error;
    return rowCodes.test(code) ? 'row' : laterCodes.test(code) ? 'later' : 'ended';
  }
  const code = systemCode(error);
  if (endedCodes.has(code) || code.startsWith('ERR_TLS') || code.includes('CERT')) return 'ended';
  if (code !== '') return 'later';
  return error instanceof Error && /^Connection terminated|^Client has encountered/.test(error.message)
    ? 'later'
    : 'ended';
}

/** What the server or the system says, with its code. */
export function reasonOf(error: unknown): Said {
  if (error instanceof pg.DatabaseError) {
    const { message, detail, code } = error;
    const told = detail === undefined ? message : `${message}: ${detail.replace(/\.$/, '')}`;
    const kept = told.replace(/\s+/g, ' ').slice(0, longestReason);
    return code === undefined ? said`${kept}` : said`${kept} (${code})`;
  }
  if (error instanceof AggregateError && error.message === '') return reasonOf(error.errors[0]);
  return saidOf(error);
}

/** Of what a server says, so many characters are kept. */
const longestReason = 300;

/** The number of the row in the data of a COPY, from 1, that an error is about, as far as the server says so. */
export function rowOf(error: unknown): number | undefined {
  if (!(error instanceof pg.DatabaseError)) return undefined;
  const match = /\bCOPY [^\n]*, line (\d+)/.exec(error.where ?? '');
  return match ? Number(match[1]) : undefined;
}
