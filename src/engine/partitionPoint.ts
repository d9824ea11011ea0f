/**
 * The first of the numbers from `from` on for which a condition does not hold; `to` where it holds for all before that. It
 * has to hold for all numbers before some place and for none behind it (`std::partition_point` in C++).
 */
export function partitionPoint(from: number, to: number, holds: (at: number) => boolean): number {
  let [low, high] = [from, to];
  while (low < high) {
    const middle = low + Math.floor((high - low) / 2);
    if (holds(middle)) low = middle + 1;
    else high = middle;
  }
  return low;
}
