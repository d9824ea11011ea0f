import type { Arena, KernelMemory } from './memory.ts';
import { ColumnRanges } from './ranges.ts';

export interface ColumnRequest {
  readonly numeric: boolean;
}

/** Records as in `RecordBlock`, all indices into `bytes`; views of the kernel's memory. */
export interface Found {
  readonly bytes: Uint8Array;
  readonly count: number;
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
  readonly lines: Uint32Array;
  readonly faults: Uint8Array;
  readonly faultAt: Uint32Array;
  /** Records with a fault, or those that are suspect. */
  readonly faulty: number;
  readonly lineCount: number;
  readonly next: number;
  readonly incomplete: boolean;
  readonly columns: readonly FoundColumn[];
}

export interface FoundColumn {
  readonly kinds: Uint8Array;
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
  /** Empty when not asked for. */
  readonly numbers: Float64Array;
  readonly ranges: ColumnRanges;
}

/** How a scan ended. */
export type FoundEnd = Pick<Found, 'faulty' | 'lineCount' | 'next' | 'incomplete'>;

/** The arrays that a scan fills, laid out as assembly/frame.ts has them. */
export interface Frame {
  readonly address: number;
  /** Records that it has room for. */
  readonly capacity: number;
  /** Address of a column's description. */
  columnAt(index: number): number;
  /** Its first `count` records. */
  found(count: number, end: FoundEnd): Found;
}

const frameSize = 32;
const columnSize = 16;
/** Records past the last one that the kernel may clear. */
const overrun = 8;

export function layOutFrame(
  memory: KernelMemory,
  arena: Arena,
  capacity: number,
  requests: readonly ColumnRequest[],
): Frame {
  const address = arena.take(frameSize);
  const columnTable = arena.take(requests.length * columnSize);
  const starts = arena.take(capacity * 4);
  const ends = arena.take(capacity * 4);
  const lines = arena.take(capacity * 4);
  const faults = arena.take(capacity);
  const faultAt = arena.take(capacity * 4);
  const room = capacity + overrun;
  const chosen = arena.take(room * 4);
  const columns = requests.map(({ numeric }) => ({
    kinds: arena.take(room),
    starts: arena.take(room * 4),
    ends: arena.take(room * 4),
    numbers: numeric ? arena.take(room * 8) : 0,
  }));

  const columnAt = (index: number): number => columnTable + index * columnSize;
  const view = arena.view();
  writeWords(view, address, capacity, starts, ends, lines, faults, faultAt, columns.length, columnTable);
  for (const [index, column] of columns.entries()) {
    writeWords(view, columnAt(index), column.kinds, column.starts, column.ends, column.numbers);
  }

  return {
    address,
    capacity,
    columnAt,
    found(count, end) {
      const { buffer } = memory.exports.memory;
      const words = (at: number): Uint32Array => new Uint32Array(buffer, at, count);
      return {
        bytes: memory.bytes(),
        count,
        starts: words(starts),
        ends: words(ends),
        lines: words(lines),
        faults: new Uint8Array(buffer, faults, count),
        faultAt: words(faultAt),
        ...end,
        columns: columns.map((column) => ({
          kinds: new Uint8Array(buffer, column.kinds, count),
          starts: words(column.starts),
          ends: words(column.ends),
          numbers: new Float64Array(buffer, column.numbers, column.numbers === 0 ? 0 : count),
          ranges: new ColumnRanges(memory, column, count, chosen),
        })),
      };
    },
  };
}

/** Writes 32-bit words from `at` on. */
export function writeWords(view: DataView, at: number, ...words: number[]): void {
  for (const [index, word] of words.entries()) view.setUint32(at + index * 4, word, true);
}

/** Records that there is room for at first. Of many columns a block of text has few records, and each takes room in all. */
export function firstCapacity(columns: number): number {
  return Math.max(64, Math.floor(4096 * Math.min(1, 64 / Math.max(1, columns))));
}
