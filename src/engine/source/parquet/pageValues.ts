import { convert } from 'hyparquet/src/convert.js';
import { deltaBinaryUnpack, deltaByteArray, deltaLengthByteArray } from 'hyparquet/src/delta.js';
import { byteStreamSplit, readRleBitPackedHybrid } from 'hyparquet/src/encoding.js';
import { readPlain } from 'hyparquet/src/plain.js';
import type { ColumnDecoder, DataReader, DecodedArray, Encoding, ParquetType } from 'hyparquet/src/types.js';
import { Hybrid } from './hybrid.ts';
import { readerOf } from './pageBytes.ts';
import type { PageBytes } from './pageInput.ts';

/** The values of a page, without nulls, one after the other. What throws Unread can be asked again. */
export interface ValueReader {
  take(count: number): DecodedArray;
  skip(count: number): void;
}

/** How many values there are, and how many are among those that are worth decoding now: both are work to find out. */
interface Counts {
  readonly total: () => number;
  readonly some: () => number;
}

/** @param start where they begin in the page */
export function valueReader(
  bytes: PageBytes,
  start: number,
  encoding: Encoding,
  { total, some }: Counts,
  decoder: ColumnDecoder,
  dictionary: DecodedArray | undefined,
): ValueReader {
  if (encoding === 'PLAIN') {
    return decoder.type === 'BOOLEAN' ? bitReader(bytes, start) : plainReader(bytes, start, decoder);
  }
  if (encoding === 'PLAIN_DICTIONARY' || encoding === 'RLE_DICTIONARY') {
    return dictionaryReader(bytes, start, some, dictionary ?? []);
  }
  let all: DecodedArray | undefined;
  let next = 0;
  return {
    take(count) {
      bytes.need(Infinity);
      all ??= allValues(readerOf(bytes.bytes, start), encoding, total(), decoder);
      return convert(all.slice(next, (next += count)), decoder);
    },
    skip: (count) => void (next += count),
  };
}

/** Booleans, of which a page can have millions: a bit each, the lowest of a byte first. */
function bitReader(bytes: PageBytes, start: number): ValueReader {
  let next = 0;
  return {
    take(count) {
      const values = new Array<boolean>(count);
      bytes.need(start + Math.ceil((next + count) / 8));
      const { bytes: held } = bytes;
      if (start + (next + count) / 8 > held.length) throw new RangeError('it is cut off');
      for (let i = 0; i < count; i++, next++)
        values[i] = ((held[start + (next >> 3)] >> (next & 7)) & 1) === 1;
      return values;
    },
    skip: (count) => void (next += count),
  };
}

function plainReader(bytes: PageBytes, start: number, decoder: ColumnDecoder): ValueReader {
  const { type, element } = decoder;
  const width = plainWidths[type] ?? element.type_length ?? 0;
  let at = start;
  /** Where so many values end. */
  const endOf = (count: number): number => {
    let end = at + (type === 'BYTE_ARRAY' ? 0 : count * width);
    bytes.need(end);
    if (type !== 'BYTE_ARRAY' || count === 0) return end;
    bytes.need(end + 4);
    let held = bytes.bytes;
    let { view } = readerOf(held);
    for (let i = 0; i < count; i++) {
      bytes.need(end + 4);
      if (held !== bytes.bytes) ({ view } = readerOf((held = bytes.bytes)));
      end += 4 + view.getUint32(end, true);
    }
    bytes.need(end);
    return end;
  };
  return {
    take(count) {
      const end = endOf(count);
      const values = readPlain(readerOf(bytes.bytes, at), type, count, element.type_length);
      at = end;
      return convert(values, decoder);
    },
    skip: (count) => void (at = endOf(count)),
  };
}

const plainWidths: Partial<Record<ParquetType, number>> = {
  INT32: 4,
  INT64: 8,
  INT96: 12,
  FLOAT: 4,
  DOUBLE: 8,
};

function dictionaryReader(
  bytes: PageBytes,
  start: number,
  some: () => number,
  dictionary: DecodedArray,
): ValueReader {
  let places: Hybrid<Uint32Array> | undefined;
  let next = 0;
  const open = (): Hybrid<Uint32Array> => {
    bytes.need(start + 1);
    const width = readerOf(bytes.bytes).view.getUint8(start);
    const place = [start + 1, bytes.length] as const;
    return new Hybrid(bytes, place, width, (count) => new Uint32Array(count), some);
  };
  return {
    take(count) {
      // A page of nulls may have no bytes for its values.
      if (count === 0) return [];
      const found = (places ??= open()).upTo(next + count).subarray(next, next + count);
      next += count;
      return Array.from(found, (place): unknown => {
        if (place >= dictionary.length)
          throw new RangeError('it refers to what its dictionary does not have');
        return dictionary[place];
      });
    },
    skip: (count) => void (next += count),
  };
}

function allValues(
  reader: DataReader,
  encoding: Encoding,
  held: number,
  { type, element }: ColumnDecoder,
): DecodedArray {
  if (encoding === 'RLE' && type === 'BOOLEAN') {
    const bits = new Uint8Array(held);
    if (held > 0) readRleBitPackedHybrid(reader, 1, bits);
    return Array.from(bits, (bit) => bit !== 0);
  }
  if (encoding === 'DELTA_BINARY_PACKED') {
    const numbers = type === 'INT32' ? new Int32Array(held) : new BigInt64Array(held);
    deltaBinaryUnpack(reader, held, numbers);
    return numbers;
  }
  if (encoding === 'BYTE_STREAM_SPLIT') return byteStreamSplit(reader, held, type, element.type_length);
  const texts: Uint8Array[] = new Array<Uint8Array>(held);
  if (encoding === 'DELTA_LENGTH_BYTE_ARRAY') deltaLengthByteArray(reader, held, texts);
  else if (encoding === 'DELTA_BYTE_ARRAY') deltaByteArray(reader, held, texts);
  else throw new RangeError(`unsupported encoding: ${encoding}`);
  return texts;
}
