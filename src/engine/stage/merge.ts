import { compareKeys } from './key.ts';
import { SpillReader } from './spill.ts';

/** A record of a sorted run: the key's length in four bytes, the key, and the payload. */
export function runRecord(key: Uint8Array, payload: Uint8Array): Uint8Array {
  const record = Buffer.allocUnsafe(4 + key.length + payload.length);
  record.writeUInt32LE(key.length);
  record.set(key, 4);
  record.set(payload, 4 + key.length);
  return record;
}

export interface RunRow {
  readonly key: Uint8Array;
  readonly payload: Uint8Array;
}

interface Cursor extends RunRow {
  readonly reader: SpillReader;
  /** Runs are in the order in which their rows came: of equal keys the earlier run's is first. */
  readonly ordinal: number;
  key: Uint8Array;
  payload: Uint8Array;
}

/**
 * The rows of all runs in the order of their keys, in arrays at most `batch` long.
 */
export async function* mergeRuns(
  paths: readonly string[],
  bufferSize: number,
  batch: number,
  signal: AbortSignal,
): AsyncGenerator<RunRow[]> {
  const cursors: Cursor[] = [];
  const readers: SpillReader[] = [];
  try {
    for (const [ordinal, path] of paths.entries()) {
      const reader = await SpillReader.open(path, bufferSize);
      readers.push(reader);
      if (await reader.next()) cursors.push(place({ reader, ordinal, key: empty, payload: empty }));
    }
    for (let at = cursors.length >> 1; at >= 0; at--) siftDown(cursors, at);
    let rows: RunRow[] = [];
    while (cursors.length > 0) {
      const first = cursors[0];
      rows.push(copyOf(first));
      if (first.reader.tryNext() || (await first.reader.next())) {
        place(first);
      } else {
        const last = cursors.pop();
        if (last !== undefined && last !== first) cursors[0] = last;
      }
      siftDown(cursors, 0);
      if (rows.length === batch) {
        yield rows;
        signal.throwIfAborted();
        rows = [];
      }
    }
    if (rows.length > 0) yield rows;
  } finally {
    for (const reader of readers) await reader.close();
  }
}

const empty = new Uint8Array(0);

function place(cursor: Cursor): Cursor {
  const record = cursor.reader.record ?? empty;
  const keyLength = record[0] | (record[1] << 8) | (record[2] << 16) | (record[3] << 24);
  cursor.key = record.subarray(4, 4 + keyLength);
  cursor.payload = record.subarray(4 + keyLength);
  return cursor;
}

/** The reader's memory is used again when it moves on. */
function copyOf({ key, payload }: RunRow): RunRow {
  const copy = new Uint8Array(key.length + payload.length);
  copy.set(key);
  copy.set(payload, key.length);
  return { key: copy.subarray(0, key.length), payload: copy.subarray(key.length) };
}

function siftDown(heap: Cursor[], from: number): void {
  for (let at = from; ;) {
    let least = at;
    for (const child of [2 * at + 1, 2 * at + 2]) {
      if (child < heap.length && isBefore(heap[child], heap[least])) least = child;
    }
    if (least === at) return;
    [heap[at], heap[least]] = [heap[least], heap[at]];
    at = least;
  }
}

function isBefore(a: Cursor, b: Cursor): boolean {
  const order = compareKeys(a.key, b.key);
  return order === 0 ? a.ordinal < b.ordinal : order < 0;
}
