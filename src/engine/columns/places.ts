import type { RecordBlock } from '../format/record.ts';
import { bitsOf, pack, packedWords, unpack } from './bits.ts';
import { headerWords } from './segment.ts';
import type { WordWriter } from './wordWriter.ts';

/**
 * Where the records of a block are, so that one is read without the others: their lengths, and the bytes between the end of one
 * and the start of the next, each less the least of them. Of most files the latter are all alike and take no room.
 *
 *     0   where the first record begins, from the block's first byte
 *     1   the least length, the least gap
 *     3   bits of a length; in the second byte, bits of a gap
 *         the lengths
 *         the gaps, one fewer
 */

const bodyWords = 4;

/** Makes the body of a segment of places. Keeps scratch memory. */
export class PlaceEncoder {
  #lengths = new Uint32Array(0);
  #gaps = new Uint32Array(0);

  /** @param from index of the block's first byte */
  encode(block: RecordBlock, from: number, out: WordWriter): void {
    const packed = block.fields.at(0)?.ranges?.places(block.starts, block.ends);
    if (packed === undefined) {
      this.#encodePlain(block, from, out);
      return;
    }
    const { leastLength, mostLength, leastGap, words } = packed;
    writeHead(block.starts[0] - from, leastLength, leastGap, bitsOf(mostLength - leastLength), out);
    out.append(words);
  }

  /** What the kernel packs is the same. */
  #encodePlain({ starts, ends, count }: RecordBlock, from: number, out: WordWriter): void {
    if (this.#lengths.length < count) {
      this.#lengths = new Uint32Array(2 * count);
      this.#gaps = new Uint32Array(2 * count);
    }
    const lengths = this.#lengths;
    const gaps = this.#gaps;
    let [leastLength, mostLength] = [0xffffffff, 0];
    let [leastGap, mostGap] = [0xffffffff, 0];
    for (let i = 0; i < count; i++) {
      const length = ends[i] - starts[i];
      lengths[i] = length;
      if (length < leastLength) leastLength = length;
      if (length > mostLength) mostLength = length;
      if (i === 0) continue;
      const gap = starts[i] - ends[i - 1];
      gaps[i - 1] = gap;
      if (gap < leastGap) leastGap = gap;
      if (gap > mostGap) mostGap = gap;
    }
    for (let i = 0; i < count; i++) lengths[i] -= leastLength;
    for (let i = 0; i + 1 < count; i++) gaps[i] -= leastGap;
    const width = bitsOf(mostLength - leastLength);
    const gapWidth = count > 1 ? bitsOf(mostGap - leastGap) : 0;
    writeHead(starts[0] - from, leastLength, leastGap, width | (gapWidth << 8), out);
    append(lengths, count, width, out);
    append(gaps, count - 1, gapWidth, out);
  }
}

/**
 * Fills in where the records begin and end, from the block's first byte.
 * @param scratch room for `count` words
 */
export function readPlaces(
  words: Uint32Array,
  count: number,
  starts: Uint32Array,
  ends: Uint32Array,
  scratch: Uint32Array,
): void {
  const lengthsAt = headerWords + bodyWords;
  const [first, leastLength, leastGap, widths] = words.subarray(headerWords, lengthsAt);
  const width = widths & 0xff;
  unpack(words.subarray(lengthsAt), count, width, ends);
  unpack(words.subarray(lengthsAt + packedWords(count, width)), count - 1, widths >>> 8, scratch);
  let at = first;
  for (let i = 0; i < count; i++) {
    starts[i] = at;
    ends[i] += at + leastLength;
    at = ends[i] + leastGap + scratch[i];
  }
}

function writeHead(
  first: number,
  leastLength: number,
  leastGap: number,
  widths: number,
  out: WordWriter,
): void {
  const head = out.take(bodyWords);
  out.words.set([first, leastLength, leastGap, widths], head);
}

function append(numbers: Uint32Array, count: number, width: number, out: WordWriter): void {
  const at = out.take(packedWords(count, width));
  pack(numbers, count, width, out.words.subarray(at, out.length));
}
