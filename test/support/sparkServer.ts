import {
  Server,
  ServerCredentials,
  status,
  type MethodDefinition,
  type sendUnaryData,
  type ServerUnaryCall,
  type ServerWritableStream,
} from '@grpc/grpc-js';
import {
  columnFromArray,
  float64,
  int64,
  tableFromColumns,
  tableToIPC,
  utf8,
  type DataType,
} from '@uwdata/flechette';
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { certificate, privateKey } from './certificate.ts';
import { bytesIn, fieldsOf, message, textIn } from '../../src/engine/remote/wire.ts';

/** By the names of columns; a bigint is a whole number of 64 bits, a number a double. */
export type AnswerRow = Readonly<Record<string, string | number | bigint | null>>;

/** What the server has of a statement: rows by their numbers, a count, how far it is; or it loses the connection. */
export type Answer =
  | { readonly ids: readonly number[] }
  | { readonly count: number }
  | { readonly rows: readonly AnswerRow[] }
  | { readonly lost: true }
  | { readonly tasks: number; readonly done: number; readonly read: number };

/** Answers a statement of a session, and fails it by throwing. @param ended aborted when the client has enough of it */
export type Statement = (
  sql: string,
  ended: AbortSignal,
  session: string,
) => AsyncIterable<Answer> | Iterable<Answer>;

type Unary = ServerUnaryCall<Buffer, Buffer>;
type Streaming = ServerWritableStream<Buffer, Buffer>;

const asIs = (bytes: Buffer): Buffer => bytes;

/** A plan that is executed, over one connection and, where that is lost, the next. */
interface Operation {
  readonly answers: AsyncIterator<Answer> | Iterator<Answer>;
  readonly ended: AbortController;
  /** Responses that were made, each with its number as its name. */
  readonly made: Buffer[];
}

/** A server on this machine that speaks as much of Spark Connect as Rowriver asks for. */
export class SparkServer {
  readonly #server = new Server();
  readonly #credentials: ServerCredentials;
  readonly #operations = new Map<string, Operation>();
  #port = 0;
  /** Methods that were called, in order. */
  readonly calls: string[] = [];
  readonly statements: string[] = [];
  /** Of the files that views were made of. */
  readonly paths: string[] = [];
  /** Of the same, their columns; undefined where the server is to find them. */
  readonly schemas: (string | undefined)[] = [];
  /** And the tables. */
  readonly tables: string[] = [];
  /** What it says that it is. */
  version = '4.0.1';
  /** What was to be written there. Its statement is among those. */
  readonly written: { readonly path: string; readonly format: string; readonly mode: number | undefined }[] =
    [];
  /** What the server asks for, as a bearer token; undefined: nothing. */
  token: string | undefined;
  statement: Statement = () => [];

  private constructor(tls: boolean) {
    const pair = { private_key: Buffer.from(privateKey), cert_chain: Buffer.from(certificate) };
    this.#credentials = tls ? ServerCredentials.createSsl(null, [pair]) : ServerCredentials.createInsecure();
  }

  static async start({ tls = false } = {}): Promise<SparkServer> {
    const server = new SparkServer(tls);
    await server.#listen();
    return server;
  }

  get address(): string {
    return `sc://127.0.0.1:${this.#port}`;
  }

  /** As messages have it. */
  get shown(): string {
    return `127.0.0.1:${this.#port}`;
  }

  close(): void {
    this.#server.forceShutdown();
  }

  async #listen(): Promise<void> {
    const method = (name: string, responseStream: boolean): MethodDefinition<Buffer, Buffer> => ({
      path: `/spark.connect.SparkConnectService/${name}`,
      requestStream: false,
      responseStream,
      requestSerialize: asIs,
      requestDeserialize: asIs,
      responseSerialize: asIs,
      responseDeserialize: asIs,
    });
    const single = ['AnalyzePlan', 'Config', 'Interrupt', 'ReleaseExecute', 'ReleaseSession'];
    const definitions = Object.fromEntries([
      ...single.map((name) => [name, method(name, false)]),
      ...['ExecutePlan', 'ReattachExecute'].map((name) => [name, method(name, true)] as const),
    ]) as Record<string, MethodDefinition<Buffer, Buffer>>;
    this.#server.addService(definitions, {
      ...Object.fromEntries(
        single.map((name) => [
          name,
          (call: Unary, answer: sendUnaryData<Buffer>) => {
            this.calls.push(name);
            if (!this.#allows(call)) answer({ code: status.UNAUTHENTICATED, details: 'Who is it?' });
            // AnalyzePlanResponse: the version.
            else answer(null, name === 'AnalyzePlan' ? message([8, message([1, this.version])]) : message());
          },
        ]),
      ),
      ExecutePlan: (call: Streaming) => {
        this.calls.push('ExecutePlan');
        void this.#execute(call);
      },
      ReattachExecute: (call: Streaming) => {
        this.calls.push('ReattachExecute');
        const operation = this.#operations.get(textIn(call.request, 3));
        if (operation) void this.#answer(call, operation, Number(textIn(call.request, 5)));
        else call.emit('error', { code: status.NOT_FOUND, details: 'There is no such operation' });
      },
    });
    this.#port = await new Promise<number>((resolve, reject) => {
      this.#server.bindAsync('127.0.0.1:0', this.#credentials, (error, port) =>
        error ? reject(error) : resolve(port),
      );
    });
  }

  #allows(call: Unary): boolean {
    return this.token === undefined || call.metadata.get('authorization')[0] === `Bearer ${this.token}`;
  }

  async #execute(call: Streaming): Promise<void> {
    const plan = bytesIn(call.request, 3) ?? new Uint8Array(0);
    // WriteOperation of a command; else the plan is a relation itself, or makes a view.
    const command = bytesIn(plan, 2);
    const write = command && bytesIn(command, 2);
    if (write) this.written.push(writeOf(write));
    const root = bytesIn(write ?? plan, 1);
    const sql = root && textIn(bytesIn(root, 10) ?? new Uint8Array(0), 1);
    const ended = new AbortController();
    if (sql === undefined) {
      this.paths.push(...pathsOf(plan));
      const files = within(plan, readFiles);
      if (files) this.schemas.push(bytesIn(files, 2) && textIn(files, 2));
      const table = within(plan, [2, 3, 1, 2, 1]);
      if (table) this.tables.push(textIn(table, 1));
    } else this.statements.push(sql);
    const answers = sql === undefined ? [] : this.statement(sql, ended.signal, textIn(call.request, 1));
    const operation = { answers: iteratorOf(answers), ended, made: [] };
    this.#operations.set(textIn(call.request, 6), operation);
    await this.#answer(call, operation, 0);
  }

  /** @param from how many of its responses the client has */
  async #answer(call: Streaming, { answers, ended, made }: Operation, from: number): Promise<void> {
    let isLost = false;
    call.on('cancelled', () => {
      if (!isLost) ended.abort();
    });
    const send = async (response: Buffer): Promise<void> => {
      if (!call.write(response) && !ended.signal.aborted) await once(call, 'drain', { signal: ended.signal });
    };
    const make = (response: Buffer): Buffer => {
      const named = Buffer.concat([response, message([13, String(made.length + 1)])]);
      made.push(named);
      return named;
    };
    try {
      for (const response of made.slice(from)) await send(response);
      for (;;) {
        const next = await answers.next();
        if (next.done) break;
        if ('lost' in next.value) {
          isLost = true;
          call.emit('error', { code: status.UNAVAILABLE, details: 'Connection dropped' });
          return;
        }
        await send(make(responseOf(next.value)));
      }
      // ResultComplete
      await send(make(message([14, message()])));
      call.end();
    } catch (error) {
      if (ended.signal.aborted) return;
      const details = error instanceof Error ? error.message : String(error);
      call.emit('error', { code: status.INTERNAL, details });
    }
  }
}

function iteratorOf(answers: AsyncIterable<Answer> | Iterable<Answer>): Operation['answers'] {
  return Symbol.asyncIterator in answers ? answers[Symbol.asyncIterator]() : answers[Symbol.iterator]();
}

/** ExecutePlanResponse */
function responseOf(answer: Exclude<Answer, { lost: true }>): Buffer {
  if ('tasks' in answer) {
    const stage = message([1, 1], [2, answer.tasks], [3, answer.done], [4, answer.read]);
    return message([18, message([1, stage])]);
  }
  const rows = rowsOf(answer);
  const names = 'ids' in answer ? ['id', 'text'] : Object.keys(rows[0] ?? {});
  const columns = names.map((name) => {
    const values = rows.map((row) => row[name]);
    return [name, columnFromArray(values, typeOf(values))] as const;
  });
  const data = tableToIPC(tableFromColumns(columns.map(([name, column]) => [name, column])), {
    format: 'stream',
  });
  assert.ok(data);
  return message([2, message([1, rows.length], [2, data])]);
}

function rowsOf(answer: Exclude<Answer, { lost: true } | { tasks: number }>): readonly AnswerRow[] {
  if ('rows' in answer) return answer.rows;
  if ('count' in answer) return [{ n: BigInt(answer.count) }];
  return answer.ids.map((id) => ({ id: BigInt(id), text: `row ${id}` }));
}

function typeOf(values: readonly AnswerRow[string][]): DataType {
  const value = values.find((one) => one !== null);
  return typeof value === 'bigint' ? int64() : typeof value === 'number' ? float64() : utf8();
}

function writeOf(write: Uint8Array): SparkServer['written'][number] {
  const mode = [...fieldsOf(write)].find(({ number }) => number === 5)?.value;
  return { path: textIn(write, 3), format: textIn(write, 2), mode };
}

/** From the plan that makes a view of files to what they are. */
const readFiles = [2, 3, 1, 2, 2];

/** Of the plan that makes a view of files. */
function pathsOf(plan: Uint8Array): string[] {
  const source = within(plan, readFiles);
  return source
    ? [...fieldsOf(source)].flatMap(({ number, bytes }) =>
        number === 4 ? [Buffer.from(bytes).toString()] : [],
      )
    : [];
}

function within(plan: Uint8Array, fields: readonly number[]): Uint8Array | undefined {
  return fields.reduce((bytes: Uint8Array | undefined, field) => bytes && bytesIn(bytes, field), plan);
}
