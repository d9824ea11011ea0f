import type { ByteRange, KernelMemory } from './memory.ts';

/** How a cut ends; see assembly/elements.ts. */
export const cutState = { more: 0, incomplete: 1, full: 2, odd: 3, ended: 4 } as const;

/** Which rows a cut is to find: what they are, and the bracket that ends them, 0 for none. */
export interface RowShape {
  readonly layout: 'elements' | 'members' | 'values';
  readonly closer: number;
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
  /** First byte of the first row, and the one past the last byte of the last. */
  readonly span: readonly [start: number, end: number];
  rows(): CutRows;
  /** Whether `uncover` can undo `cover`. */
  readonly undoable: boolean;
  /** Makes lines of the rows. */
  cover(): void;
  uncover(): void;
}

const layouts = { elements: 0, members: 1, values: 2 };

export function createRowKernel(memory: KernelMemory): RowKernel {
  const words = (at: WebAssembly.Global, count: number): Uint32Array =>
    new Uint32Array(memory.exports.memory.buffer, at.value, count);
  return {
    cut: ({ length, from, until, final }, { layout, closer }) =>
      memory.exports.cutRows(memory.bufferAt, length, from, until, final ? 1 : 0, layouts[layout], closer),
    get count() {
      return memory.exports.rowCount.value;
    },
    get next() {
      return memory.exports.rowsNext.value;
    },
    get lineCount() {
      return memory.exports.rowsLineCount.value;
    },
    get span() {
      const { rowStarts, rowEnds } = memory.exports;
      return [words(rowStarts, 1)[0], words(rowEnds, this.count)[this.count - 1]] as const;
    },
    rows() {
      const { rowStarts, rowEnds, rowLines, nameStarts, nameEnds } = memory.exports;
      const { count } = this;
      return {
        starts: words(rowStarts, count),
        ends: words(rowEnds, count),
        lines: words(rowLines, count),
        nameStarts: words(nameStarts, count),
        nameEnds: words(nameEnds, count),
      };
    },
    get undoable() {
      return memory.exports.canUncover() !== 0;
    },
    cover: () => memory.exports.coverRows(memory.bufferAt),
    uncover: () => memory.exports.uncoverRows(memory.bufferAt),
  };
}
