/**
 * The last of so many bars that begins at a value or before it; the first one where none does.
 * @param starts where bars begin, ascending
 */
export function barOf(starts: Float64Array, bars: number, value: number): number {
  let [low, high] = [0, bars - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (starts[middle] <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}
