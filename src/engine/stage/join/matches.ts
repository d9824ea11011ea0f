import type { Step } from '../../query/resolve/step.ts';
import type { Slot } from '../../query/resolve/slot.ts';
import { wholeBatch, type Batch } from '../batch.ts';
import { ByteReader } from '../bytes.ts';
import { readCell, skipCell } from '../codec.ts';
import { CodedVector } from '../codedVector.ts';
import { compileForBatches, selectTrue, type BatchExpression } from '../expression.ts';
import type { KeyPair } from './key.ts';
import { noRow, type JoinTable } from './table.ts';
import type { Value } from '../../query/value/value.ts';
import type { Room } from '../room.ts';
import { rowsPerBatch } from '../held/rows.ts';
import { GatherVector, valueOf, type Vector } from '../vector.ts';

/** What comes out of some of a batch's rows. */
export interface JoinedBatch {
  readonly batch: Batch;
  /** Of each selected row of `batch`, in order, the row of the batch that went in. */
  readonly sources: Uint32Array;
}

/** A row of the batch with one of the table; `rest` where all of those were told. */
const rest = -2;

/** Finds what belongs together, and says what comes out of that. */
export class JoinMatches {
  readonly #step: Step<'join'>;
  readonly #table: JoinTable;
  readonly #pairs: readonly KeyPair[];
  readonly #condition: BatchExpression | undefined;
  /** Whether the other file's rows are put in. */
  readonly #puts: boolean;

  constructor(
    step: Step<'join'>,
    slots: readonly Slot[],
    table: JoinTable,
    pairs: readonly KeyPair[],
    puts: boolean,
  ) {
    this.#step = step;
    this.#table = table;
    this.#pairs = pairs;
    this.#condition = step.condition && compileForBatches(step.condition, step.conditionBound, slots);
    this.#puts = puts;
  }

  /**
   * @param firsts of each selected row of the batch, in order, the first of the table's rows with its key
   * @param values of its keys, or what is kept of those
   */
  *of(batch: Batch, firsts: Int32Array, values: readonly Vector[]): Generator<JoinedBatch> {
    const found = new Found(4 * rowsPerBatch);
    const cursor: Cursor = { index: 0, at: undefined };
    let any = false;
    do {
      this.#find(batch, firsts, values, found, cursor);
      const joined = this.#told(batch, found, any);
      any = joined.any;
      if (joined.sources.length > 0) yield joined;
    } while (cursor.index < batch.count);
  }

  /**
   * All that `of` gives, in one batch.
   * @throws RoomExceeded
   */
  allOf(batch: Batch, firsts: Int32Array, values: readonly Vector[]): Batch {
    const found = new Found(Infinity, batch.room);
    this.#find(batch, firsts, values, found, { index: 0, at: undefined });
    return { ...this.#told(batch, found, false).batch, room: batch.room };
  }

  /** Finds what may belong together, until the batch is at its end or `found` is full. */
  #find(
    batch: Batch,
    firsts: Int32Array,
    values: readonly Vector[],
    found: Found,
    cursor: { -readonly [K in keyof Cursor]: Cursor[K] },
  ): void {
    const { type } = this.#step;
    const isOnce = (type === 'semi' || type === 'anti') && this.#condition === undefined;
    const keepsAll = type === 'left' || type === 'anti';
    for (; cursor.index < batch.count; cursor.index++) {
      const row = batch.selection[cursor.index];
      let at = cursor.at ?? firsts[cursor.index];
      if (at === noRow && cursor.at === undefined && !keepsAll) continue;
      cursor.at = undefined;
      const kept = at === noRow ? undefined : this.#keptOf(values, row);
      for (; at !== noRow && !found.full; at = this.#table.next(at)) {
        if (kept !== undefined && !this.#isEqual(at, kept)) continue;
        found.add(row, at);
        if (!isOnce) continue;
        at = noRow;
        break;
      }
      if (found.full) {
        cursor.at = at;
        return;
      }
      if (type !== 'inner') found.add(row, rest);
    }
  }

  /** @param any whether the first row has had a match before */
  #told(batch: Batch, found: Found, any: boolean): JoinedBatch & { readonly any: boolean } {
    const { type } = this.#step;
    const holds = this.#holding(batch, found);
    const sources = new Uint32Array(found.count);
    const rows = new Int32Array(found.count);
    let count = 0;
    let matched = any;
    for (let i = 0; i < found.count; i++) {
      const source = found.sources[i];
      const row = found.rows[i];
      if (row !== rest) {
        if (holds?.[i] === 0) continue;
        matched = true;
        if (type === 'semi' || type === 'anti') continue;
        sources[count] = source;
        rows[count++] = row;
        continue;
      }
      const isOut = type === 'left' || type === 'anti' ? !matched : type === 'semi' && matched;
      if (isOut) {
        sources[count] = source;
        rows[count++] = noRow;
      }
      matched = false;
    }
    found.count = 0;
    const from = sources.subarray(0, count);
    if (type === 'semi' || type === 'anti')
      return { batch: { ...batch, selection: from, count }, sources: from, any: matched };
    return { batch: this.#beside(batch, from, rows.subarray(0, count)), sources: from, any: matched };
  }

  /** Of each of what was found, whether the condition is true of it; undefined where there is none. */
  #holding(batch: Batch, found: Found): Uint8Array | undefined {
    if (this.#condition === undefined) return undefined;
    const holds = new Uint8Array(found.count);
    const places: number[] = [];
    for (let i = 0; i < found.count; i++) if (found.rows[i] !== rest) places.push(i);
    const sources = Uint32Array.from(places, (place) => found.sources[place]);
    const rows = Int32Array.from(places, (place) => found.rows[place]);
    const { selection, count } = selectTrue(this.#gathered(batch, sources, rows), this.#condition);
    for (let i = 0; i < count; i++) holds[places[selection[i]]] = 1;
    return holds;
  }

  /** Rows of the batch with rows of the table beside them; `noRow` stands for NULL. */
  #beside(batch: Batch, sources: Uint32Array, rows: Int32Array): Batch {
    const { slot } = this.#step;
    if (isAscending(sources)) {
      const vectors = batch.vectors.slice();
      if (this.#puts) {
        const starts = new Uint32Array(batch.rows);
        for (let i = 0; i < rows.length; i++) starts[sources[i]] = this.#startOf(rows[i]);
        vectors[slot] = new CodedVector(this.#table.bytes, starts);
      }
      return { ...batch, vectors, selection: sources, count: sources.length };
    }
    return this.#gathered(batch, sources, rows);
  }

  /** The same, with the rows numbered in their order. */
  #gathered(batch: Batch, sources: Uint32Array, rows: Int32Array): Batch {
    const vectors = batch.vectors.map((vector) => vector && gathered(vector, sources));
    if (this.#puts) {
      const starts = new Uint32Array(rows.length);
      for (let i = 0; i < rows.length; i++) starts[i] = this.#startOf(rows[i]);
      vectors[this.#step.slot] = new CodedVector(this.#table.bytes, starts);
    }
    return wholeBatch(vectors, sources.length);
  }

  #startOf(row: number): number {
    return row === noRow ? 0 : this.#table.start(row);
  }

  /** What is kept of the keys of a row; undefined where they are equal to all that have their bytes. */
  #keptOf(values: readonly Vector[], row: number): readonly Value[] | undefined {
    let isCertain = true;
    for (let at = 0; isCertain && at < values.length; at++)
      isCertain = this.#pairs[at].isCertainAt(values[at], row);
    if (isCertain) return undefined;
    const kept = this.#pairs.map((pair, at) => pair.keptOf(values[at], row, 'left'));
    return this.#pairs.every((pair, at) => pair.isCertain(kept[at])) ? undefined : kept;
  }

  /** Whether the keys of a row of the table, which have equal bytes, are equal. */
  #isEqual(row: number, kept: readonly Value[]): boolean {
    const reader = new ByteReader(this.#table.bytes);
    reader.at = this.#table.start(row);
    // Behind the row, see `JoinStage`.
    skipCell(reader);
    return this.#pairs.every((pair, at) => pair.isEqual(kept[at], valueOf(readCell(reader))));
  }
}

/** How far a batch has been looked through. */
interface Cursor {
  readonly index: number;
  /** The row of the table that comes next for it; undefined: the first one. */
  readonly at: number | undefined;
}

/** Rows of a batch and of the table, which may belong together. */
class Found {
  sources = new Uint32Array(4 * rowsPerBatch);
  rows = new Int32Array(4 * rowsPerBatch);
  count = 0;
  readonly #most: number;
  readonly #room: Room | undefined;

  constructor(most: number, room?: Room) {
    this.#most = most;
    this.#room = room;
  }

  get full(): boolean {
    return this.count === this.#most;
  }

  /** @throws RoomExceeded */
  add(source: number, row: number): void {
    if (this.count === this.sources.length) this.#grow();
    this.sources[this.count] = source;
    this.rows[this.count++] = row;
  }

  #grow(): void {
    this.#room?.take(this.count * bytesOfRow);
    const [sources, rows] = [this.sources, this.rows];
    this.sources = new Uint32Array(2 * this.count);
    this.rows = new Int32Array(2 * this.count);
    this.sources.set(sources);
    this.rows.set(rows);
  }
}

/** What a row that was found takes until it is written, roughly. */
const bytesOfRow = 32;

/** Whether no row comes twice. */
function isAscending(rows: Uint32Array): boolean {
  for (let i = 1; i < rows.length; i++) if (rows[i] <= rows[i - 1]) return false;
  return true;
}

/** What is written is copied on as it stands only where it is known to be written. */
function gathered(vector: Vector, rows: Uint32Array): Vector {
  if (!(vector instanceof CodedVector)) return new GatherVector(vector, rows);
  return new CodedVector(
    vector.bytes,
    rows.map((row) => vector.starts[row]),
  );
}
