let numbers = new Uint32Array(0);

/** 0, 1, 2, ... `count` of them; a copy of these costs less than counting. Nobody may write to it. */
export function firstNumbers(count: number): Uint32Array {
  if (numbers.length < count) numbers = Uint32Array.from({ length: 2 * count }, (_, i) => i);
  return numbers.subarray(0, count);
}
