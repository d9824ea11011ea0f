import type { ByteBuilder } from '../../byteBuilder.ts';

type Numbers = Uint8Array | Int32Array;

/** From so many equal numbers on, they are written as one and how often it comes. */
const shortestRun = 8;

/** Bits that a number of at most `most` takes. */
export function bitsOf(most: number): number {
  return 32 - Math.clz32(most);
}

/**
 * Appends `values[from, to)` in Parquet's hybrid of run lengths and packed bits:
 * https://github.com/apache/parquet-format/blob/master/Encodings.md#RLE. @param width bits of each, at most 24
 */
export function appendRle(out: ByteBuilder, values: Numbers, from: number, to: number, width: number): void {
  let packedFrom = from;
  for (let at = from; at < to;) {
    const value = values[at];
    let end = at + 1;
    while (end < to && values[end] === value) end++;
    if (end - at < shortestRun) {
      // Packed numbers come by eight.
      at += 8;
      continue;
    }
    appendPacked(out, values, packedFrom, at, to, width);
    appendVarint(out, (end - at) * 2);
    for (let bits = 0; bits < width; bits += 8) out.byte((value >>> bits) & 0xff);
    at = packedFrom = end;
  }
  appendPacked(out, values, packedFrom, to, to, width);
}

/** @param last where the numbers end: what is missing for eight is filled with zeros */
function appendPacked(
  out: ByteBuilder,
  values: Numbers,
  from: number,
  to: number,
  last: number,
  width: number,
): void {
  if (from >= to) return;
  const groups = Math.ceil((to - from) / 8);
  appendVarint(out, groups * 2 + 1);
  let [buffer, used] = [0, 0];
  const bytes = out.room(groups * width);
  let place = out.length;
  const end = from + groups * 8;
  for (let at = from; at < end; at++) {
    if (at < last) buffer |= values[at] << used;
    used += width;
    while (used >= 8) {
      bytes[place++] = buffer & 0xff;
      buffer >>>= 8;
      used -= 8;
    }
  }
  out.wrote(groups * width);
}

function appendVarint(out: ByteBuilder, value: number): void {
  while (value > 0x7f) {
    out.byte((value & 0x7f) | 0x80);
    value >>>= 7;
  }
  out.byte(value);
}
