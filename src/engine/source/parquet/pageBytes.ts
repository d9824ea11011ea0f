import { decompressPage } from 'hyparquet/src/datapage.js';
import type { ColumnDecoder, DataReader } from 'hyparquet/src/types.js';
import type { PageBytes, PageInput } from './pageInput.ts';
import { SnappyBytes } from './snappy.ts';

/**
 * @param from where they begin in the input
 * @param length of them
 */
export function decompressed(
  input: PageInput,
  from: number,
  length: number,
  decoder: ColumnDecoder,
): PageBytes {
  const { codec } = decoder;
  if (codec === 'SNAPPY') return new SnappyBytes(input, from, length);
  if (codec === 'UNCOMPRESSED' && input.length - from === length) return stored(input, from);
  let whole: Uint8Array | undefined;
  return {
    length,
    get bytes() {
      return whole ?? new Uint8Array(0);
    },
    need() {
      input.need(input.length);
      whole ??= wholePage(input.bytes.subarray(from), length, decoder);
    },
  };
}

/**
 * All of a page, or of the values in it. Of a column without values, such as the dictionary of one that is all NULL, they are no
 * bytes: writers compress these or leave them out, and no decompressor need take either.
 */
export function wholePage(
  bytes: Uint8Array,
  length: number,
  { codec, compressors }: ColumnDecoder,
): Uint8Array {
  return length === 0 ? new Uint8Array(0) : decompressPage(bytes, length, codec, compressors);
}

/** Bytes that are stored as they are. */
export function stored(input: PageInput, from: number): PageBytes {
  let [all, bytes] = [input.bytes, input.bytes.subarray(from)];
  return {
    length: input.length - from,
    get bytes() {
      if (all !== input.bytes) [all, bytes] = [input.bytes, input.bytes.subarray(from)];
      return bytes;
    },
    need(end) {
      input.need(from + end);
    },
  };
}

/** What hyparquet reads from. */
export function readerOf(bytes: Uint8Array, offset = 0): DataReader {
  return { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), offset };
}
