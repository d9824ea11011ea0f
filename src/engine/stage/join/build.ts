import { lineFeed, openBrace } from '../../ascii.ts';
import type { CellNature } from '../../query/cell.ts';
import type { Slot } from '../../query/resolve/slot.ts';
import type { Output, Step } from '../../query/resolve/step.ts';
import { readValid } from '../../query/value/json.ts';
import { vectorAt, type Batch } from '../batch.ts';
import { ByteWriter } from '../bytes.ts';
import { tag, writeCell } from '../codec.ts';
import { writeRows } from '../output.ts';
import { writeJoinKey, type KeyPair } from './key.ts';
import { JoinKeys } from './keys.ts';
import { JoinTable, type JoinMemory } from './table.ts';

/** The rows of the other file of a JOIN. */
export interface JoinedRows {
  /** Slots of the values of the keys, in their order. */
  readonly keys: readonly number[];
  /** What the texts of those are. */
  readonly natures: readonly CellNature[];
  /** What of a row is put beside others. */
  readonly output: Output;
  readonly batches: AsyncIterable<Batch>;
}

/** A row of the other file, valid until the next one. */
export interface KeyedRow {
  readonly key: Uint8Array;
  /** As the cell that is put beside others, NULL where none is, and behind it what is kept of the keys to be compared. */
  readonly row: Uint8Array;
}

/** The other file's rows by their keys, for other threads: plain data. */
export interface SharedJoin {
  /** Of the step. */
  readonly slot: number;
  readonly natures: readonly CellNature[];
  readonly puts: boolean;
  readonly memory: JoinMemory;
}

/** The other file's rows by their keys, as far as there is memory for them. */
export interface JoinBuild {
  readonly table: JoinTable;
  readonly natures: readonly CellNature[];
  /** Whether the rows are put beside others. */
  readonly puts: boolean;
  /** Those that did not fit; who takes them, or does not, closes them. */
  readonly rest: RestOfRows | undefined;
}

/** Rows behind the first ones. */
export interface RestOfRows {
  read(): AsyncIterable<Iterable<KeyedRow>>;
  close(): Promise<void>;
}

/**
 * Reads the other file until its end, or until its rows take more than may be held.
 * @param live slots that are read behind the JOIN
 * @param budget in bytes
 * @throws the signal's reason
 */
export async function buildJoin(
  step: Step<'join'>,
  slots: readonly Slot[],
  rows: JoinedRows,
  live: ReadonlySet<number>,
  budget: number,
  signal: AbortSignal,
): Promise<JoinBuild> {
  const { columns } = step.conditionBound;
  const puts = live.has(step.slot) || Array.from(columns.values()).some(({ slot }) => slot === step.slot);
  const { natures } = rows;
  const { pairs } = new JoinKeys(step, slots, natures);
  const table = new JoinTable();
  const batches = keyedBatches(rows, pairs, puts, signal);
  let rest: RestOfRows | undefined;
  try {
    while (!rest) {
      const next = await batches.next();
      if (next.done === true) break;
      rest = filled(table, budget, next.value, batches);
    }
    return { table, natures, puts, rest };
  } finally {
    if (!rest) await batches.return(undefined);
  }
}

/** Takes in the rows of a batch; where they do not all fit, answers those and what comes behind them. */
function filled(
  table: JoinTable,
  budget: number,
  rows: Generator<KeyedRow>,
  batches: AsyncGenerator<Generator<KeyedRow>>,
): RestOfRows | undefined {
  for (let next = rows.next(); next.done !== true; next = rows.next()) {
    if (table.size < budget) {
      table.add(next.value.key, next.value.row);
      continue;
    }
    const first = next.value;
    return {
      async *read() {
        yield [first];
        yield rows;
        yield* batches;
      },
      close: async () => {
        await batches.return(undefined);
      },
    };
  }
  return undefined;
}

async function* keyedBatches(
  rows: JoinedRows,
  pairs: readonly KeyPair[],
  puts: boolean,
  signal: AbortSignal,
): AsyncGenerator<Generator<KeyedRow>> {
  for await (const batch of rows.batches) {
    yield keyedRows(batch, rows, pairs, puts);
    signal.throwIfAborted();
  }
}

function* keyedRows(
  batch: Batch,
  { keys, output }: JoinedRows,
  pairs: readonly KeyPair[],
  puts: boolean,
): Generator<KeyedRow> {
  const lines = new ByteWriter();
  const key = new ByteWriter();
  const row = new ByteWriter();
  const vectors = keys.map((slot) => vectorAt(batch, slot));
  if (puts) writeRows(lines, batch, output);
  const text = lines.view();
  let start = 0;
  for (let i = 0; i < batch.count; i++) {
    const at = batch.selection[i];
    const end = puts ? text.indexOf(lineFeed, start) : 0;
    key.clear();
    if (writeJoinKey(key, vectors, at, pairs, 'right')) {
      row.clear();
      if (puts) writeLine(row, text, start, end);
      else row.byte(tag.null);
      for (const [of, pair] of pairs.entries()) pair.writeKept(row, vectors[of], at, 'right');
      yield { key: key.view(), row: row.view() };
    }
    start = end + 1;
  }
}

/** A line of JSON as a cell. */
function writeLine(out: ByteWriter, text: Uint8Array, start: number, end: number): void {
  if (text[start] !== openBrace) {
    writeCell(out, readValid(Buffer.from(text.buffer, text.byteOffset).toString('utf8', start, end)));
    return;
  }
  out.byte(tag.objectText);
  out.count(end - start);
  out.copy(text, start, end);
}
