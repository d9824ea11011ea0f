/** Words that `count` numbers of `width` bits take. */
export function packedWords(count: number, width: number): number {
  return Math.ceil((count * width) / 32);
}

/** Bits that a whole number from 0 to 2^32 - 1 takes. */
export function bitsOf(value: number): number {
  return value === 0 ? 0 : 32 - Math.clz32(value);
}

/**
 * Writes whole numbers one after the other, `width` bits each, from the lowest bit of the first word on.
 * @param width 0 to 32; every number must fit
 */
export function pack(numbers: Uint32Array, count: number, width: number, words: Uint32Array): void {
  const length = packedWords(count, width);
  if (width === 32) {
    words.set(numbers.subarray(0, count));
    return;
  }
  words.fill(0, 0, length);
  if (width === 0) return;
  for (let i = 0, bit = 0; i < count; i++, bit += width) {
    const word = bit >>> 5;
    const shift = bit & 31;
    words[word] |= numbers[i] << shift;
    if (shift + width > 32) words[word + 1] |= numbers[i] >>> (32 - shift);
  }
}

/** The reverse of `pack`. */
export function unpack(
  words: Uint32Array,
  count: number,
  width: number,
  numbers: Uint32Array | Uint16Array,
): void {
  if (width === 32) {
    numbers.set(words.subarray(0, count));
    return;
  }
  if (width === 0) {
    numbers.fill(0, 0, count);
    return;
  }
  const mask = 2 ** width - 1;
  for (let i = 0, bit = 0; i < count; i++, bit += width) {
    const word = bit >>> 5;
    const shift = bit & 31;
    let number = words[word] >>> shift;
    if (shift + width > 32) number |= words[word + 1] << (32 - shift);
    numbers[i] = number & mask;
  }
}

/** One of the numbers that begin at `words[at]`. @param width 0 to 32 */
export function packedAt(words: Uint32Array, at: number, width: number, index: number): number {
  if (width === 0) return 0;
  const bit = index * width;
  const word = at + Math.floor(bit / 32);
  const shift = bit % 32;
  let number = words[word] >>> shift;
  if (shift + width > 32) number |= words[word + 1] << (32 - shift);
  return width === 32 ? number >>> 0 : (number & (2 ** width - 1)) >>> 0;
}
