import type { ByteRange, KernelMemory } from './memory.ts';

/** How a cut ends; see assembly/elements.ts. */
export const cutState = { more: 0, incomplete: 1, full: 2, odd: 3, ended: 4 } as const;

/** Which rows a cut is to find: what they are, and the bracket that ends them, 0 for none. */
export interface RowShape {
  readonly layout: 'elements' | 'members' | 'values';
  readonly closer: number;
  /** Comments and trailing commas are made blanks on the way, however the cut ends. */
  readonly comments: boolean;
}

/** Rows as they were cut, all indices into the buffer; views of the kernel's memory. */
export interface CutRows {
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
  /** Line feeds before each row, from `from` on. */
  readonly lines: Uint32Array;
  readonly nameStarts: Uint32Array;
  readonly nameEnds: Uint32Array;
}

/** Rows as lines, for a scanner of those. */
export interface RowLines {
  /** Index of the first row's first byte, and the one past the last row's last. */
  readonly from: number;
  readonly end: number;
  /**
   * How far right of its place each row is; undefined where they are in their places. Asked for after the rows have
   * been read: it is a view of memory that reading them may grow.
   */
  readonly shifts: (() => Uint32Array) | undefined;
  /** Puts everything back in its place. */
  readonly undo: () => void;
}

/** Finds the rows of a JSON document with SIMD, in the buffer of another kernel, and makes lines of them for it. */
export interface RowKernel {
  /** Answers one of `cutState`. Where it is `incomplete` or `odd`, nothing else here means anything. */
  cut(range: ByteRange, shape: RowShape): number;
  /** Rows found by the last cut. */
  readonly count: number;
  /** Where the row after them begins. */
  readonly next: number;
  /** Line feeds before that. */
  readonly lineCount: number;
  rows(): CutRows;
  /** Bytes of buffer that `lines` needs where the first `length` are in use. */
  room(length: number): number;
  /**
   * Makes lines of the rows: in their places where that can be, else in a copy past the buffer's first `length`
   * bytes.
   */
  lines(length: number): RowLines;
}

const layouts = { elements: 0, members: 1, values: 2 };

/** Bytes before the first line that are left alone, and past the last one that `layRows` may overwrite. */
const slack = 64;

export function createRowKernel(memory: KernelMemory): RowKernel {
  const words = (at: WebAssembly.Global, count: number): Uint32Array =>
    new Uint32Array(memory.exports.memory.buffer, at.value, count);
  const count = (): number => memory.exports.rowCount.value;

  return {
    cut: ({ length, from, until, final }, { layout, closer, comments }) => {
      const { exports, bufferAt } = memory;
      const flags = [final ? 1 : 0, layouts[layout], closer, comments ? 1 : 0];
      return exports.cutRows(bufferAt, length, from, until, ...flags);
    },
    get count() {
      return count();
    },
    get next() {
      return memory.exports.rowsNext.value;
    },
    get lineCount() {
      return memory.exports.rowsLineCount.value;
    },
    rows() {
      const { rowStarts, rowEnds, rowLines, nameStarts, nameEnds } = memory.exports;
      return {
        starts: words(rowStarts, count()),
        ends: words(rowEnds, count()),
        lines: words(rowLines, count()),
        nameStarts: words(nameStarts, count()),
        nameEnds: words(nameEnds, count()),
      };
    },
    room: (length) => (inPlace() ? length : length + slack + span().length + count() + slack),
    lines(length) {
      const { exports, bufferAt } = memory;
      if (inPlace()) {
        exports.coverGaps(bufferAt);
        return { ...span(), shifts: undefined, undo: () => exports.uncoverGaps(bufferAt) };
      }
      const from = length + slack;
      const end = exports.layRows(bufferAt, from);
      return { from, end, shifts: () => words(exports.rowShifts, count()), undo: () => undefined };
    },
  };

  function inPlace(): boolean {
    const { rowsApart, rowsFeedsInside } = memory.exports;
    return rowsApart.value !== 0 && rowsFeedsInside.value === 0;
  }

  /** The first row's first byte and the last row's end, as indices. */
  function span(): { readonly from: number; readonly end: number; readonly length: number } {
    const from = words(memory.exports.rowStarts, 1)[0];
    const end = words(memory.exports.rowEnds, count())[count() - 1];
    return { from, end, length: end - from };
  }
}
