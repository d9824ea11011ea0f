import { lineFeed, openBrace } from '../../ascii.ts';
import type { CellNature } from '../../query/cell.ts';
import type { Slot } from '../../query/resolve/slot.ts';
import type { Output, Step } from '../../query/resolve/step.ts';
import { readValid } from '../../query/value/json.ts';
import { vectorAt, type Batch } from '../batch.ts';
import { ByteWriter } from '../bytes.ts';
import { tag, writeCell } from '../codec.ts';
import { writeNumberKey } from '../held/key.ts';
import { writeRows } from '../output.ts';
import type { Vector } from '../vector.ts';
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
  rows: KeyedRows,
  batches: AsyncGenerator<KeyedRows>,
): RestOfRows | undefined {
  while (rows.next()) {
    if (table.size < budget) {
      if (Number.isNaN(rows.number)) table.add(rows.key.view(), rows.row.view());
      else table.addNumber(rows.number, rows.row);
      continue;
    }
    return {
      async *read() {
        yield rowsFrom(rows, true);
        for await (const more of batches) yield rowsFrom(more, more.next());
      },
      close: async () => {
        await batches.return(undefined);
      },
    };
  }
  return undefined;
}

/** @param isAtRow whether there is a row that `rows` stands at */
function* rowsFrom(rows: KeyedRows, isAtRow: boolean): Generator<KeyedRow> {
  for (let isThere = isAtRow; isThere; isThere = rows.next()) {
    if (!Number.isNaN(rows.number)) writeNumberKey(rows.key, rows.number);
    yield { key: rows.key.view(), row: rows.row.view() };
  }
}

async function* keyedBatches(
  rows: JoinedRows,
  pairs: readonly KeyPair[],
  puts: boolean,
  signal: AbortSignal,
): AsyncGenerator<KeyedRows> {
  for await (const batch of rows.batches) {
    yield new KeyedRows(batch, rows, pairs, puts);
    signal.throwIfAborted();
  }
}

/** The rows of a batch that have a key, one after the other. */
class KeyedRows {
  /** The key of the row where that is a number and no more; NaN where it is in `key`, which is empty else. */
  number = NaN;
  readonly key = new ByteWriter();
  readonly row = new ByteWriter();
  readonly #batch: Batch;
  readonly #pairs: readonly KeyPair[];
  readonly #vectors: readonly Vector[];
  /** The rows that are put beside others, a line each. */
  readonly #lines: Uint8Array | undefined;
  #lineStart = 0;
  #next = 0;

  constructor(batch: Batch, { keys, output }: JoinedRows, pairs: readonly KeyPair[], puts: boolean) {
    this.#batch = batch;
    this.#pairs = pairs;
    this.#vectors = keys.map((slot) => vectorAt(batch, slot));
    if (!puts) return;
    const lines = new ByteWriter();
    writeRows(lines, batch, output);
    this.#lines = lines.view();
  }

  /** Moves on; false at the end. */
  next(): boolean {
    while (this.#next < this.#batch.count) {
      const at = this.#batch.selection[this.#next++];
      const lines = this.#lines;
      const start = this.#lineStart;
      const end = lines ? lines.indexOf(lineFeed, start) : start;
      this.#lineStart = end + 1;
      if (!this.#writeKey(at)) continue;
      const { row } = this;
      row.clear();
      if (lines) writeLine(row, lines, start, end);
      else row.byte(tag.null);
      for (let of = 0; of < this.#pairs.length; of++)
        this.#pairs[of].writeKept(row, this.#vectors[of], at, 'right');
      return true;
    }
    return false;
  }

  #writeKey(row: number): boolean {
    this.key.clear();
    this.number = this.#pairs.length === 1 ? this.#pairs[0].numberInKey(this.#vectors[0], row) : NaN;
    return !Number.isNaN(this.number) || writeJoinKey(this.key, this.#vectors, row, this.#pairs, 'right');
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
