import { copyBytes } from '../bytes.ts';
import { bytesPerBatch, rowsPerBatch } from './rows.ts';
import { compareRecords, keyWord, payloadStart, recordEnd } from './sortRecord.ts';
import { SpillReader } from './spill.ts';

/** Sort records one behind the other. */
export interface MergedRows {
  readonly bytes: Uint8Array;
  /** Where each record begins. */
  readonly records: Uint32Array;
  /** Where each one's payload begins, which ends with the record. */
  readonly payloads: Uint32Array;
}

interface Cursor {
  readonly reader: SpillReader;
  /** Runs are in the order in which their rows came: of equal keys the earlier run's is first. */
  readonly ordinal: number;
  bytes: Uint8Array;
  record: number;
  high: number;
  low: number;
}

/** Memory to read `count` runs through: `size` bytes shared evenly, within reason. */
export function runBuffers(count: number, size: number): Buffer[] {
  const each = Math.max(16 * 1024, Math.min(1024 * 1024, Math.floor(size / Math.max(1, count))));
  return Array.from({ length: count }, () => Buffer.allocUnsafe(each));
}

/**
 * The rows of all sorted runs in the order of their keys, in batches that are void when the next one is asked for.
 * @param buffers one for each run
 */
export async function* mergeRuns(
  paths: readonly string[],
  buffers: readonly Buffer[],
  signal: AbortSignal,
): AsyncGenerator<MergedRows> {
  const cursors: Cursor[] = [];
  const readers: SpillReader[] = [];
  const out = new Gathered();
  try {
    for (const [ordinal, path] of paths.entries()) {
      const reader = await SpillReader.open(path, buffers[ordinal]);
      readers.push(reader);
      if (await reader.next()) {
        cursors.push(moved({ reader, ordinal, bytes: reader.bytes, record: 0, high: 0, low: 0 }));
      }
    }
    for (let at = cursors.length >> 1; at >= 0; at--) siftDown(cursors, at);
    while (cursors.length > 0) {
      const first = cursors[0];
      const { bytes, record } = first;
      if (recordEnd(bytes, record) - record >= bytesPerBatch) {
        if (out.count > 0) yield out.take();
        yield alone(bytes, record);
      } else {
        out.add(bytes, record);
      }
      if (first.reader.tryNext() || (await first.reader.next())) {
        moved(first);
      } else {
        const last = cursors.pop();
        if (last !== undefined && last !== first) cursors[0] = last;
      }
      siftDown(cursors, 0);
      if (out.full) {
        yield out.take();
        signal.throwIfAborted();
      }
    }
    if (out.count > 0) yield out.take();
  } finally {
    for (const reader of readers) await reader.close();
  }
}

/** A long record where it stands. */
function alone(bytes: Uint8Array, record: number): MergedRows {
  const end = recordEnd(bytes, record);
  return {
    bytes: bytes.subarray(record, end),
    records: Uint32Array.of(0),
    payloads: Uint32Array.of(payloadStart(bytes, record) - record),
  };
}

/** Copies of records: the memory of a run is used again when its reader moves on. */
class Gathered {
  #bytes = new Uint8Array(256 * 1024);
  #used = 0;
  readonly #records = new Uint32Array(rowsPerBatch);
  readonly #payloads = new Uint32Array(rowsPerBatch);
  count = 0;

  get full(): boolean {
    return this.count === rowsPerBatch || this.#used >= bytesPerBatch;
  }

  add(bytes: Uint8Array, record: number): void {
    const end = recordEnd(bytes, record);
    const length = end - record;
    if (this.#used + length > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(this.#used + length, 2 * this.#bytes.length));
      larger.set(this.#bytes.subarray(0, this.#used));
      this.#bytes = larger;
    }
    copyBytes(this.#bytes, this.#used, bytes, record, end);
    this.#records[this.count] = this.#used;
    this.#payloads[this.count++] = this.#used + payloadStart(bytes, record) - record;
    this.#used += length;
  }

  take(): MergedRows {
    const { count } = this;
    const bytes = this.#bytes.subarray(0, this.#used);
    this.count = 0;
    this.#used = 0;
    return { bytes, records: this.#records.subarray(0, count), payloads: this.#payloads.subarray(0, count) };
  }
}

function moved(cursor: Cursor): Cursor {
  const { reader } = cursor;
  cursor.bytes = reader.bytes;
  cursor.record = reader.record;
  cursor.high = keyWord(cursor.bytes, cursor.record, 0);
  cursor.low = keyWord(cursor.bytes, cursor.record, 1);
  return cursor;
}

function siftDown(heap: Cursor[], from: number): void {
  for (let at = from; ;) {
    let least = at;
    const left = 2 * at + 1;
    if (left < heap.length && isBefore(heap[left], heap[least])) least = left;
    if (left + 1 < heap.length && isBefore(heap[left + 1], heap[least])) least = left + 1;
    if (least === at) return;
    const moving = heap[at];
    heap[at] = heap[least];
    heap[least] = moving;
    at = least;
  }
}

function isBefore(a: Cursor, b: Cursor): boolean {
  if (a.high !== b.high) return a.high < b.high;
  if (a.low !== b.low) return a.low < b.low;
  const order = compareRecords(a.bytes, a.record, b.bytes, b.record);
  return order === 0 ? a.ordinal < b.ordinal : order < 0;
}
