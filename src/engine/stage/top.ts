import { type Said, said } from '../../said/said.ts';
import type { FieldColumn } from '../format/fieldColumn.ts';
import type { Slot } from '../query/resolve/slot.ts';
import { slotsOfBound, type Step } from '../query/resolve/step.ts';
import type { Batch } from './batch.ts';
import { ByteWriter } from './bytes.ts';
import { discard } from '../discard.ts';
import { compareKeys, leadingNumber } from './held/key.ts';
import { MemoryLimitError } from './memoryLimit.ts';
import { KeyWriter, sortKeys, type SortExpression } from './orderBy.ts';
import { batchesOf, RowCodec } from './held/rows.ts';
import { SortBuffer } from './held/sortBuffer.ts';
import { keyStart, payloadStart, recordEnd, writeSortRecord } from './held/sortRecord.ts';
import type { Reducer, Stage, StageSetting } from './stage.ts';

/** ORDER BY … LIMIT: the first rows of the order, those of OFFSET included. Each thread passes on its own first rows. */
export function topStage({ keys, bound, count }: Step<'top'>, slots: readonly Slot[]): Stage {
  const rows = (live: ReadonlySet<number>): Top =>
    new Top(sortKeys(keys, bound, slots), new RowCodec(live), count);
  return {
    name: 'ORDER BY … LIMIT',
    reads: slotsOfBound(bound),
    fills: [],
    holds: true,
    reduces: true,
    narrows: true,
    parts: {
      reduce: (live) => topReducer(rows(live)),
      gather: (parts, { live, cutoff }) => merged(parts, rows(live), new RowCodec(live), cutoff),
    },
    run: (input, { live }) => top(input, rows(live), new RowCodec(live)),
  };
}

async function* top(batches: AsyncIterable<Batch>, rows: Top, codec: RowCodec): AsyncGenerator<Batch> {
  for await (const batch of batches) rows.add(batch);
  yield* batchesOf(codec, payloadsOf(rows));
}

function topReducer(top: Top): Reducer {
  return {
    get size() {
      return top.size;
    },
    add: (batch) => top.add(batch),
    narrow: (batch) => top.narrow(batch),
    take() {
      const out = new ByteWriter();
      for (const { key, payload } of top.rows()) writeSortRecord(out, key, payload);
      return out.release();
    },
    restart: (cutoff) => top.restart(cutoff),
  };
}

async function* merged(
  parts: AsyncIterable<Uint8Array>,
  top: Top,
  codec: RowCodec,
  cutoff: StageSetting['cutoff'],
): AsyncGenerator<Batch> {
  for await (const part of parts) {
    for (let at = 0; at < part.length; at = recordEnd(part, at)) top.addRecord(part, at);
    discard(part);
    const key = top.cutoff();
    if (key) cutoff?.(key);
  }
  yield* batchesOf(codec, payloadsOf(top));
}

function* payloadsOf(rows: Top): Generator<Uint8Array> {
  for (const { payload } of rows.rows()) yield payload;
}

const leastFull = 64 * 1024 * 1024;
const mostKept = 256 * 1024 * 1024;

function tooLarge(count: number): Said {
  const size = `${mostKept / 1024 ** 2} MB`;
  return said`ORDER BY with LIMIT keeps the first ${count} rows in memory, and they take more than ${size}. Without LIMIT, ORDER BY uses the disk.`;
}

/**
 * The first `count` rows of the order. Holds at most twice as many: whenever there are more, the rest is given up,
 * and rows behind the last one kept are not looked at again.
 */
class Top {
  readonly #keys: readonly SortExpression[];
  readonly #codec: RowCodec;
  readonly #count: number;
  readonly #buffer = new SortBuffer();
  #near = new Uint32Array(0);
  /** Of the batch that `narrow` looks at. */
  readonly #found = new SortBuffer();
  readonly #writer: KeyWriter;
  readonly #payload = new ByteWriter();
  /** Key of the last row that is kept, once there are `count`. */
  #threshold: Uint8Array | undefined;
  /** Bytes from which on those that are too many are given up before there are twice as many. */
  #full = leastFull;
  /** The first key of that row where it is a plain number. */
  #bound: number | undefined;

  constructor(keys: readonly SortExpression[], codec: RowCodec, count: number) {
    this.#keys = keys;
    this.#writer = new KeyWriter(keys);
    this.#codec = codec;
    this.#count = count;
  }

  /** Bytes held. */
  get size(): number {
    return this.#buffer.size;
  }

  add(batch: Batch): void {
    const vectors = this.#codec.vectors(batch);
    this.#writer.use(batch);
    const [first] = this.#keys;
    const field = first.expression.field(batch);
    const numbers = field !== undefined && field.column.numbers.length > 0 ? field.column.numbers : undefined;
    const { selection, count } = batch;
    for (let i = 0; i < count; i++) {
      const row = selection[i];
      if (numbers !== undefined && this.#isBeyond(numbers[row], first)) continue;
      this.#consider(row, vectors);
    }
  }

  /** See `Reducer.narrow`. */
  narrow(batch: Batch): number {
    const { selection } = batch;
    this.#writer.use(batch);
    const [first] = this.#keys;
    const field = first.expression.field(batch);
    const near = field && this.#selectNear(field.column, first, batch);
    const count = near ?? batch.count;
    const numbers =
      near === undefined && field !== undefined && field.column.numbers.length > 0
        ? field.column.numbers
        : undefined;
    const found = this.#found;
    found.clear();
    const place = new DataView(new ArrayBuffer(4));
    const bytes = new Uint8Array(place.buffer);
    for (let i = 0; i < count; i++) {
      if (numbers !== undefined && this.#isBeyond(numbers[selection[i]], first)) continue;
      const key = this.#writer.key(selection[i]);
      if (this.#threshold !== undefined && compareKeys(key, this.#threshold) >= 0) continue;
      place.setUint32(0, i);
      found.add(key, bytes);
      if (found.count >= 2 * this.#count + 256) found.keep(found.order().subarray(0, this.#count));
    }
    found.keep(found.order().subarray(0, this.#count));
    const places = Uint32Array.from({ length: found.count }, (_, row) => {
      bytes.set(found.payload(row));
      return place.getUint32(0);
    });
    for (const [at, i] of places.sort().entries()) selection[at] = selection[i];
    return places.length;
  }

  /**
   * Leaves those rows selected of a packed column that do not come behind those that are kept, by the number that is their first
   * key; answers how many there are. Undefined where the column is another.
   */
  #selectNear(
    column: FieldColumn,
    { descending, nullsFirst }: SortExpression,
    batch: Batch,
  ): number | undefined {
    if (this.#bound === undefined || nullsFirst) return undefined;
    const marks = descending
      ? column.markRange(this.#bound, Infinity, true)
      : column.markRange(-Infinity, this.#bound, true);
    if (typeof marks !== 'object') return marks === undefined || marks ? undefined : 0;
    const { selection, count, rows } = batch;
    if (count === rows) return marks.list(selection);
    if (this.#near.length < rows) this.#near = new Uint32Array(2 * rows);
    const found = marks.list(this.#near);
    let kept = 0;
    for (let at = 0, i = 0; at < found && i < count;) {
      if (this.#near[at] < selection[i]) at++;
      else if (this.#near[at] > selection[i]) i++;
      else {
        selection[kept++] = selection[i++];
        at++;
      }
    }
    return kept;
  }

  /** Whether a row comes behind those that are kept by the number that is its first key. */
  #isBeyond(number: number, { descending }: SortExpression): boolean {
    if (this.#bound === undefined) return false;
    return descending ? number < this.#bound : number > this.#bound;
  }

  /** Takes a row that another one has kept, from a sort record. */
  addRecord(bytes: Uint8Array, record: number): void {
    const start = payloadStart(bytes, record);
    const key = bytes.subarray(keyStart(record), start);
    if (this.#threshold !== undefined && compareKeys(key, this.#threshold) >= 0) return;
    this.#buffer.add(key, bytes.subarray(start, recordEnd(bytes, record)));
    this.#pruneIfFull();
  }

  /** Keys and payloads of the rows, in order. */
  *rows(): Generator<{ readonly key: Uint8Array; readonly payload: Uint8Array }> {
    this.#prune();
    for (let row = 0; row < this.#buffer.count; row++) {
      yield { key: this.#buffer.key(row), payload: this.#buffer.payload(row) };
    }
  }

  /** @param threshold the key of the last row that others keep, all of which come before what is added here */
  restart(threshold?: Uint8Array): void {
    this.#buffer.clear();
    this.#full = leastFull;
    this.#threshold = threshold;
    this.#bound = threshold && leadingNumber(threshold, this.#keys[0]);
  }

  /** The key that rows still to come must be before; undefined while there are too few. */
  cutoff(): Uint8Array | undefined {
    if (this.#threshold === undefined && this.#buffer.count >= this.#count) this.#prune();
    return this.#threshold;
  }

  #consider(row: number, vectors: Parameters<RowCodec['write']>[1]): void {
    const key = this.#writer.key(row);
    if (this.#threshold !== undefined && compareKeys(key, this.#threshold) >= 0) return;
    this.#payload.clear();
    this.#codec.write(this.#payload, vectors, row);
    this.#buffer.add(key, this.#payload.view());
    this.#payload.clear();
    this.#pruneIfFull();
  }

  #pruneIfFull(): void {
    const { count, size } = this.#buffer;
    if (count < 2 * this.#count + 256 && size < this.#full) return;
    this.#prune();
    const kept = this.#buffer.size;
    if (kept > mostKept) throw new MemoryLimitError(tooLarge(this.#count));
    this.#full = Math.max(leastFull, 2 * kept);
  }

  #prune(): void {
    const kept = this.#buffer.order().subarray(0, this.#count);
    this.#buffer.keep(kept);
    if (kept.length < this.#count || this.#count === 0) return;
    this.#threshold = this.#buffer.key(this.#count - 1).slice();
    this.#bound = leadingNumber(this.#threshold, this.#keys[0]);
  }
}
