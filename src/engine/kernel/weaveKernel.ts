import { createKernelMemory, type KernelMemory } from './memory.ts';

interface Woven {
  /** What stands before each value. */
  readonly key: Uint8Array;
  /** A bit for each row, the lowest first: 0 where there is no value. Undefined where all have one. */
  readonly present: Uint8Array | undefined;
}

/** A column of rows: texts, values that are JSON already, or whole numbers. */
export type WovenColumn = Woven &
  (
    | {
        readonly kind: 'text' | 'json';
        readonly bytes: Uint8Array;
        /** Where the value of each row begins in `bytes`, and where that of the last one ends. */
        readonly offsets: Int32Array;
      }
    | { readonly kind: 'int32'; readonly values: Int32Array }
    | { readonly kind: 'int64'; readonly values: BigInt64Array }
  );

const kinds = { text: 0, json: 1, int32: 2, int64: 3 } as const;
/** Bytes of `WovenColumn` in assembly/weave.ts. */
const columnSize = 28;
/** Bytes that are written at a time, but for a row that has more. */
const usualRoom = 256 * 1024;
/** Bytes past what it is given that the kernel may read. */
const slack = 64;

/** For the next rows; those of several tables may be asked for in turn, each of which has a memory of its own then. */
let kept: KernelMemory | undefined;
/** A memory that has grown past this is given back. */
const keptBytes = 32 * 1024 * 1024;

/** Rows of columns as lines of JSON objects, some at a time. What is given is void once the next one is asked for. */
export function* woven(columns: readonly WovenColumn[], rows: number): Generator<Uint8Array> {
  const memory = kept ?? createKernelMemory();
  kept = undefined;
  const { exports } = memory;
  try {
    const places = placed(memory, columns);
    for (let row = 0, room = usualRoom; row < rows;) {
      const target = places.target(room);
      row = exports.weaveRows(places.table, columns.length, row, rows, target, room);
      const length = exports.wovenBytes.value;
      if (length > 0) yield new Uint8Array(exports.memory.buffer, target, length);
      else room = exports.neededBytes.value;
    }
  } finally {
    if (exports.memory.buffer.byteLength <= keptBytes) kept = memory;
  }
}

/** Copies what the rows are made of into the kernel. */
function placed(
  memory: KernelMemory,
  columns: readonly WovenColumn[],
): { readonly table: number; target(room: number): number } {
  memory.reserve(slack, 0);
  const arena = memory.arena();
  const parts: { readonly at: number; readonly bytes: Uint8Array }[] = [];
  const place = (bytes: Uint8Array): number => {
    const at = arena.take(bytes.length + slack);
    parts.push({ at, bytes });
    return at;
  };
  const table = arena.take(columns.length * columnSize);
  const rows = columns.map((column) => {
    const key = place(column.key);
    const present = column.present ? place(column.present) : 0;
    const head = [kinds[column.kind], key, column.key.length];
    if (column.kind === 'int32' || column.kind === 'int64')
      return [...head, place(bytesOf(column.values)), 0, 0, present];
    const { bytes, offsets } = column;
    const [first, last] = [offsets[0], offsets[offsets.length - 1]];
    const values = place(bytes.subarray(first, last));
    return [...head, values, place(bytesOf(offsets)), first, present];
  });
  const view = arena.view();
  for (const [column, words] of rows.entries())
    for (const [at, word] of words.entries())
      view.setUint32(table + column * columnSize + 4 * at, word, true);
  const all = new Uint8Array(memory.exports.memory.buffer);
  for (const { at, bytes } of parts) all.set(bytes, at);
  let [size, at] = [0, 0];
  return {
    table,
    target(room) {
      if (room > size) [size, at] = [room, arena.take(room + slack)];
      return at;
    },
  };
}

function bytesOf({ buffer, byteOffset, byteLength }: Int32Array | BigInt64Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
