/** The entry of the thread that a program runs in which a query calls. */
import { parentPort, workerData } from 'node:worker_threads';
import { said, SaidError, saidOf, type Said } from '../../said/said.ts';
import { parseJson } from '../../protocol/jsonValue.ts';
import { mostFailures, type CallData, type FromCall, type RowFailure, type ToCall } from './protocol.ts';
import { recordText } from './recordText.ts';

/** What a program is told beside the record. */
interface Context {
  readonly options: CallData['options'];
  /** Byte at which the record begins; undefined where the row comes from no single record. */
  readonly offset?: number | undefined;
}

/** What a program may export. */
interface Program {
  readonly stage?: (record: unknown, context: Context) => unknown;
  readonly batches?: (input: AsyncIterable<unknown[]>, context: Context) => AsyncIterable<unknown>;
  /** Whether `stage` keeps nothing from one record to the next, so that several threads may share the work. */
  readonly stateless?: unknown;
}

/** Text that is made of one batch, in UTF-16 units. */
const mostText = 256 * 1024 * 1024;

const port = parentPort;
if (!port) throw new Error('A program runs in a thread of its own.');
const { url, options } = workerData as CallData;

const waiting: ToCall[] = [];
let wake: (() => void) | undefined;
port.on('message', (message: ToCall) => {
  if (message.type === 'close') return handOver();
  waiting.push(message);
  wake?.();
});

/** The next message of one kind or another. */
async function received<K extends ToCall['type']>(
  ...types: readonly K[]
): Promise<Extract<ToCall, { type: K }>> {
  for (;;) {
    const at = waiting.findIndex(({ type }) => (types as readonly string[]).includes(type));
    if (at >= 0) return waiting.splice(at, 1)[0] as Extract<ToCall, { type: K }>;
    await new Promise<void>((resolve) => (wake = resolve));
  }
}

function tell(message: FromCall, transfer: readonly ArrayBuffer[] = []): void {
  port?.postMessage(message, transfer);
}

/** The streams of a thread wait for the other side to take what they have: the thread must not end before. */
function handOver(): void {
  process.stdout.write('', () => process.stderr.write('', () => tell({ type: 'printed' })));
}

async function main(): Promise<void> {
  const program = (await import(url)) as Program;
  const { stage, batches } = program;
  if (typeof batches === 'function') {
    tell({ type: 'ready', batches: true, stateless: false });
    await runBatches(batches);
  } else if (typeof stage === 'function') {
    tell({ type: 'ready', batches: false, stateless: program.stateless === true });
    await runStage(stage);
  } else {
    tell({
      type: 'failed',
      reason: said`It exports neither a function stage(record, context) nor batches(input, context).`,
    });
  }
}

async function runStage(stage: NonNullable<Program['stage']>): Promise<void> {
  for (;;) {
    const { bytes, offsets } = await received('rows');
    const made = new Made();
    const failures: RowFailure[] = [];
    const lines = linesOf(bytes);
    for (let row = 0; row < lines.length; row++) {
      const raw = lines[row];
      try {
        let result = stage(parseJson(raw), { options, offset: offsets?.[row] });
        if (isPromise(result)) result = await result;
        made.add(result);
      } catch (error) {
        if (error instanceof TooMuch) throw error;
        failures.push({ row, reason: reasonOf(error), raw });
        if (failures.length > mostFailures) break;
      }
    }
    made.tell(failures);
  }
}

async function runBatches(batches: NonNullable<Program['batches']>): Promise<void> {
  async function* input(): AsyncGenerator<unknown[]> {
    for (;;) {
      tell({ type: 'pull' });
      const message = await received('rows', 'end');
      if (message.type === 'end') return;
      yield linesOf(message.bytes).map((line) => parseJson(line));
    }
  }
  for await (const result of batches(input(), { options })) {
    const made = new Made();
    made.add(result);
    made.tell([]);
    await received('taken');
  }
  tell({ type: 'done' });
}

/** A program has made more of one batch than can be handed on. */
class TooMuch extends SaidError {}

/** The records that a program returns, as JSON. */
class Made {
  #text: string[] = [];
  #length = 0;

  /** @throws SaidError where it is neither a record, nor several, nor nothing */
  add(result: unknown): void {
    if (result === undefined || result === null) return;
    if (typeof result === 'object' && Symbol.iterator in result && !(result instanceof Map)) {
      // All or none: a row that fails has made nothing.
      const lines: string[] = [];
      let length = 0;
      for (const one of result as Iterable<unknown>) {
        if (one === undefined || one === null) continue;
        const line = asLine(one);
        lines.push(line);
        length += line.length;
        this.#check(length);
      }
      for (const line of lines) this.#push(line);
      return;
    }
    this.#push(asLine(result));
  }

  tell(failures: readonly RowFailure[]): void {
    const bytes = new Uint8Array(new TextEncoder().encode(this.#text.join('')));
    tell({ type: 'made', bytes, count: this.#text.length, failures }, [bytes.buffer]);
  }

  #push(line: string): void {
    this.#length += line.length;
    this.#check(0);
    this.#text.push(line);
  }

  #check(more: number): void {
    if (this.#length + more > mostText)
      throw new TooMuch(said`It made more than 256 MB of one batch of rows.`);
  }
}

function asLine(value: unknown): string {
  const text = recordText(value);
  if (text?.startsWith('{') === true) return `${text}\n`;
  if (Array.isArray(value))
    throw new SaidError(
      said`It returned a list inside a list. A stage returns a record, a list of records, or nothing.`,
    );
  throw new SaidError(
    said`It returned a ${typeof value}. A stage returns a record, a list of records, or nothing.`,
  );
}

function linesOf(bytes: Uint8Array): string[] {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString();
  const lines = text.split('\n');
  lines.pop();
  return lines;
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}

/** What was thrown, and where in the program. */
function reasonOf(error: unknown): Said {
  if (error instanceof SaidError) return saidOf(error);
  if (!(error instanceof Error)) return said`It threw ${typeof error === 'string' ? error : typeof error}.`;
  const text = error.message === '' ? error.name : `${error.name}: ${error.message}`;
  const place = error.stack?.split('\n').find((line) => line.includes(url));
  const at = place?.slice(place.indexOf(url) + url.length).match(/:(\d+):\d+/)?.[1];
  return at === undefined ? said`${text}` : said`${text} (line ${at})`;
}

main().catch((error: unknown) => {
  const isUnknown = error instanceof Error && 'code' in error && error.code === 'ERR_UNKNOWN_FILE_EXTENSION';
  const types = said`Node ${process.versions.node} does not strip types. TypeScript needs Node 22.18 or newer.`;
  tell({ type: 'failed', reason: isUnknown ? types : reasonOf(error) });
});
