import { barOf } from '../barOf.ts';
import { packedKernel, type Marks, type PackedNumbers } from './packed.ts';

/** Where bars are this much narrower than the numbers lie apart, going through them one by one is as fast. */
const mostCells = 4096;
const cellBytes = 8;

/**
 * Adds to `counts` how many of the marked numbers are in each bar.
 * @param most the greatest of all numbers
 * @param starts the least number of each bar, ascending; that of the first is no greater than any number
 * @returns false, and nothing is counted, where bars are too uneven
 */
export function countBars(
  numbers: PackedNumbers,
  most: number,
  marks: Marks,
  starts: Float64Array,
  counts: Float64Array,
): boolean {
  const first = barOf(starts, starts.length, 0);
  const last = barOf(starts, starts.length, most);
  if (first === last) {
    counts[first] += marks.marked;
    return true;
  }
  const shift = shiftFor(starts, first, last);
  const size = Math.floor(most / 2 ** shift) + 1;
  if (size > mostCells) return false;
  const kernel = packedKernel();
  kernel.free();
  const words = kernel.put(numbers);
  const cells = kernel.take(size * cellBytes);
  const bars = last - first + 1;
  const even = kernel.take(4 * bars);
  const odd = kernel.take(4 * bars);
  const { exports } = kernel;
  const { memory } = exports;
  fillCells(new DataView(memory.buffer, cells, size * cellBytes), starts, first, last, shift);
  const counted = [even, odd].map((at) => new Uint32Array(memory.buffer, at, bars).fill(0));
  exports.countBars(words, numbers.count, numbers.width, marks.at, cells, shift, even, odd);
  for (let bar = 0; bar < bars; bar++) counts[first + bar] += counted[0][bar] + counted[1][bar];
  return true;
}

/** Bits of a number that need not be looked at: no two bars that differ begin in what is left of them. */
function shiftFor(starts: Float64Array, first: number, last: number): number {
  let gap = 2 ** 31;
  for (let bar = first + 2; bar <= last; bar++) {
    const own = starts[bar] - starts[bar - 1];
    if (own > 0 && own < gap) gap = own;
  }
  return Math.floor(Math.log2(gap));
}

/** See `assembly/bars.ts`. */
function fillCells(cells: DataView, starts: Float64Array, first: number, last: number, shift: number): void {
  const width = 2 ** shift;
  let bar = first;
  for (let at = 0, from = 0; at < cells.byteLength; at += cellBytes, from += width) {
    while (bar < last && starts[bar + 1] <= from) bar++;
    let later = bar;
    if (bar < last && starts[bar + 1] < from + width) {
      const start = starts[bar + 1];
      while (later < last && starts[later + 1] <= start) later++;
      cells.setUint32(at, start, true);
    } else {
      cells.setUint32(at, 0, true);
    }
    cells.setUint16(at + 4, bar - first, true);
    cells.setUint16(at + 6, later - first, true);
  }
}
