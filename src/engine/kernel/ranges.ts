import type { FoundColumn } from './frame.ts';
import type { KernelMemory } from './memory.ts';

/** Looks through a column as a whole. What it answers is undefined for one that is not the scanner's own. */
export interface Ranges {
  /**
   * The records whose number is in [low, high] (`inside`) or outside, and those whose value is no exact number,
   * ascending: valid until the next call.
   */
  select(column: FoundColumn, low: number, high: number, inside: boolean): Uint32Array | undefined;
  /**
   * The least and the greatest number; `none` where there is no value, `mixed` where one is no exact number.
   */
  numbers(column: FoundColumn): { low: number; high: number } | 'none' | 'mixed' | undefined;
  /**
   * The records that hold the least and the greatest text, by bytes; `none` where there is no value, `mixed`
   * where one is no text, has to be unescaped, or is longer than `longest` bytes.
   */
  texts(column: FoundColumn, longest: number): { low: number; high: number } | 'none' | 'mixed' | undefined;
}

/** What the kernel's `textBounds` answers, but for `mixed`. */
const noText = 0;
const bounded = 1;

/** @param room address of a word for each record that a column may have */
export function createRanges({ exports, bufferAt }: KernelMemory, room: number): Ranges {
  const isOwn = ({ kinds }: FoundColumn): boolean => kinds.buffer === exports.memory.buffer;
  const hasNumbers = (column: FoundColumn): boolean =>
    isOwn(column) &&
    column.numbers.buffer === column.kinds.buffer &&
    column.numbers.length === column.kinds.length;
  return {
    select(column, low, high, inside) {
      if (!hasNumbers(column)) return undefined;
      const { numbers, kinds } = column;
      const side = inside ? 1 : 0;
      const count = exports.selectRange(
        numbers.byteOffset,
        kinds.byteOffset,
        numbers.length,
        low,
        high,
        side,
        room,
      );
      return new Uint32Array(exports.memory.buffer, room, count);
    },

    numbers(column) {
      if (!hasNumbers(column)) return undefined;
      const { numbers, kinds } = column;
      if (exports.numberBounds(numbers.byteOffset, kinds.byteOffset, numbers.length) === 0) return 'mixed';
      const low: number = exports.least.value;
      const high: number = exports.greatest.value;
      return low > high ? 'none' : { low, high };
    },

    texts(column, longest) {
      if (!isOwn(column)) return undefined;
      const { kinds, starts, ends } = column;
      const found = exports.textBounds(
        kinds.byteOffset,
        starts.byteOffset,
        ends.byteOffset,
        bufferAt,
        kinds.length,
        longest,
      );
      if (found !== bounded) return found === noText ? 'none' : 'mixed';
      return { low: exports.leastText.value, high: exports.greatestText.value };
    },
  };
}
