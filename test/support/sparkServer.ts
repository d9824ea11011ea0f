import {
  Server,
  ServerCredentials,
  status,
  type MethodDefinition,
  type sendUnaryData,
  type ServerUnaryCall,
  type ServerWritableStream,
} from '@grpc/grpc-js';
import { columnFromArray, int64, tableFromColumns, tableToIPC, utf8 } from '@uwdata/flechette';
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { bytesIn, fieldsOf, message, textIn } from '../../src/engine/remote/wire.ts';

/** What the server has of a statement: rows by their numbers, a count, or how far it is. */
export type Answer =
  | { readonly ids: readonly number[] }
  | { readonly count: number }
  | { readonly tasks: number; readonly done: number; readonly read: number };

/** Answers a statement, and fails it by throwing. @param ended aborted when the client has enough of it */
export type Statement = (sql: string, ended: AbortSignal) => AsyncIterable<Answer> | Iterable<Answer>;

type Unary = ServerUnaryCall<Buffer, Buffer>;
type Streaming = ServerWritableStream<Buffer, Buffer>;

const asIs = (bytes: Buffer): Buffer => bytes;

/** A server on this machine that speaks as much of Spark Connect as Rowriver asks for. */
export class SparkServer {
  readonly #server = new Server();
  #port = 0;
  /** Methods that were called, in order. */
  readonly calls: string[] = [];
  readonly statements: string[] = [];
  /** Of the files that views were made of. */
  readonly paths: string[] = [];
  /** What the server asks for, as a bearer token; undefined: nothing. */
  token: string | undefined;
  statement: Statement = () => [];

  static async start(): Promise<SparkServer> {
    const server = new SparkServer();
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
      ['ExecutePlan', method('ExecutePlan', true)],
    ]) as Record<string, MethodDefinition<Buffer, Buffer>>;
    this.#server.addService(definitions, {
      ...Object.fromEntries(
        single.map((name) => [
          name,
          (call: Unary, answer: sendUnaryData<Buffer>) => {
            this.calls.push(name);
            if (!this.#allows(call)) answer({ code: status.UNAUTHENTICATED, details: 'Who is it?' });
            // AnalyzePlanResponse: the version.
            else answer(null, name === 'AnalyzePlan' ? message([8, message([1, '4.0.1'])]) : message());
          },
        ]),
      ),
      ExecutePlan: (call: Streaming) => {
        this.calls.push('ExecutePlan');
        void this.#execute(call);
      },
    });
    this.#port = await new Promise<number>((resolve, reject) => {
      this.#server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) =>
        error ? reject(error) : resolve(port),
      );
    });
  }

  #allows(call: Unary): boolean {
    return this.token === undefined || call.metadata.get('authorization')[0] === `Bearer ${this.token}`;
  }

  async #execute(call: Streaming): Promise<void> {
    const ended = new AbortController();
    call.on('cancelled', () => ended.abort());
    const plan = bytesIn(call.request, 3) ?? new Uint8Array(0);
    try {
      const root = bytesIn(plan, 1);
      const sql = root && textIn(bytesIn(root, 10) ?? new Uint8Array(0), 1);
      if (sql === undefined) {
        this.paths.push(...pathsOf(plan));
      } else {
        this.statements.push(sql);
        for await (const answer of this.statement(sql, ended.signal)) {
          if (!call.write(responseOf(answer)) && !ended.signal.aborted) {
            await once(call, 'drain', { signal: ended.signal });
          }
        }
      }
      // ResultComplete
      call.write(message([14, message()]));
      call.end();
    } catch (error) {
      if (ended.signal.aborted) return;
      const details = error instanceof Error ? error.message : String(error);
      call.emit('error', { code: status.INTERNAL, details });
    }
  }
}

/** ExecutePlanResponse */
function responseOf(answer: Answer): Buffer {
  if ('tasks' in answer) {
    const stage = message([1, 1], [2, answer.tasks], [3, answer.done], [4, answer.read]);
    return message([18, message([1, stage])]);
  }
  const columns =
    'count' in answer
      ? [['n', columnFromArray([BigInt(answer.count)], int64())] as const]
      : [
          ['id', columnFromArray(answer.ids.map(BigInt), int64())] as const,
          [
            'text',
            columnFromArray(
              answer.ids.map((id) => `row ${id}`),
              utf8(),
            ),
          ] as const,
        ];
  const data = tableToIPC(tableFromColumns(columns.map(([name, column]) => [name, column])), {
    format: 'stream',
  });
  assert.ok(data);
  return message([2, message([1, 'count' in answer ? 1 : answer.ids.length], [2, data])]);
}

/** Of the plan that makes a view of files. */
function pathsOf(plan: Uint8Array): string[] {
  const within = [2, 3, 1, 2, 2].reduce(
    (bytes: Uint8Array | undefined, field) => bytes && bytesIn(bytes, field),
    plan,
  );
  return within
    ? [...fieldsOf(within)].flatMap(({ number, bytes }) =>
        number === 4 ? [Buffer.from(bytes).toString()] : [],
      )
    : [];
}
