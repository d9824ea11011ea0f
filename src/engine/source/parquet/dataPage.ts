import { assembleLists } from 'hyparquet/src/assemble.js';
import { convert } from 'hyparquet/src/convert.js';
import { decompressPage } from 'hyparquet/src/datapage.js';
import { deltaBinaryUnpack, deltaByteArray, deltaLengthByteArray } from 'hyparquet/src/delta.js';
import { byteStreamSplit, readRleBitPackedHybrid } from 'hyparquet/src/encoding.js';
import { readPlain } from 'hyparquet/src/plain.js';
import { getMaxDefinitionLevel, getMaxRepetitionLevel, isFlatColumn } from 'hyparquet/src/schema.js';
import type { ColumnDecoder, DataReader, DecodedArray, Encoding, PageHeader } from 'hyparquet/src/types.js';

/**
 * A data page: decompressed at once, its values decoded as they are taken. Writers make pages of 1 MB or so, but some of
 * 100 MB, of which the first rows need little.
 */
export class DataPage {
  readonly #decoder: ColumnDecoder;
  readonly #isFlat: boolean;
  readonly #most: number;
  readonly #definition: Uint8Array | undefined;
  readonly #repetition: Uint8Array | undefined;
  readonly #values: (count: number) => DecodedArray;
  readonly #entries: number;
  #taken = 0;

  /** @throws what hyparquet throws, and RangeError, for a damaged page */
  constructor(
    bytes: Uint8Array,
    header: PageHeader,
    decoder: ColumnDecoder,
    dictionary: DecodedArray | undefined,
  ) {
    const { schemaPath } = decoder;
    this.#decoder = decoder;
    this.#isFlat = isFlatColumn(schemaPath);
    this.#most = getMaxDefinitionLevel(schemaPath);
    const { encoding, entries, lengths, rest, compressed } = layoutOf(header);
    const page = compressed === 'all' ? this.#decompressed(bytes, header.uncompressed_page_size) : bytes;
    const reader = readerOf(page);
    this.#entries = entries;
    this.#repetition = levels(reader, entries, getMaxRepetitionLevel(schemaPath), lengths?.repetition);
    this.#definition = levels(reader, entries, this.#most, lengths?.definition);
    let values = reader;
    if (compressed === 'values') {
      values = readerOf(this.#decompressed(page.subarray(reader.offset), rest));
    }
    const held = this.#held(0, entries);
    this.#values = valueReader(values, encoding, held, decoder, dictionary);
  }

  /** Values that are left, with nulls, and those of lists one by one. */
  get left(): number {
    return this.#entries - this.#taken;
  }

  /**
   * @param count at most `left`
   * @param begun where it is a list: the last row, which may go on here. Rows are added to it
   * @returns what the column has of each row
   */
  take(count: number, begun: unknown[]): DecodedArray {
    const [from, to] = [this.#taken, this.#taken + count];
    const held = this.#held(from, to);
    const values = this.#values(held);
    if (values.length !== held) throw new RangeError(`it has ${values.length} of ${held} values`);
    this.#taken = to;
    const definition = this.#definition?.subarray(from, to);
    if (!this.#isFlat) {
      const repetition = this.#repetition?.subarray(from, to) ?? [];
      const levelsOf = (all: ArrayLike<number>): number[] => Array.from(all);
      return assembleLists(
        begun,
        definition && levelsOf(definition),
        levelsOf(repetition),
        values,
        this.#decoder.schemaPath,
      );
    }
    if (definition === undefined || held === count) return values;
    let next = 0;
    return Array.from(definition, (level): unknown => (level === this.#most ? values[next++] : null));
  }

  /** How many of these are values, and no nulls. */
  #held(from: number, to: number): number {
    const definition = this.#definition;
    if (definition === undefined) return to - from;
    let held = 0;
    for (let at = from; at < to; at++) if (definition[at] === this.#most) held++;
    return held;
  }

  #decompressed(bytes: Uint8Array, length: number): Uint8Array {
    return decompressPage(bytes, length, this.#decoder.codec, this.#decoder.compressors);
  }
}

interface Layout {
  readonly encoding: Encoding;
  readonly entries: number;
  /** Bytes of the levels; undefined: they say themselves how long they are. */
  readonly lengths: { readonly repetition: number; readonly definition: number } | undefined;
  /** Bytes of the values, decompressed, where these are apart from the levels. */
  readonly rest: number;
  readonly compressed: 'all' | 'values' | 'nothing';
}

function layoutOf({ data_page_header: one, data_page_header_v2: two, ...header }: PageHeader): Layout {
  if (two) {
    const [repetition, definition] = [two.repetition_levels_byte_length, two.definition_levels_byte_length];
    const rest = header.uncompressed_page_size - repetition - definition;
    if (!(repetition >= 0 && definition >= 0 && rest >= 0)) throw new RangeError('a page is cut off');
    const compressed = two.is_compressed === false ? 'nothing' : 'values';
    const lengths = { repetition, definition };
    return { encoding: two.encoding, entries: two.num_values, lengths, rest, compressed };
  }
  if (one === undefined) throw new RangeError(`unsupported page type: ${header.type}`);
  return {
    encoding: one.encoding,
    entries: one.num_values,
    lengths: undefined,
    rest: 0,
    compressed: 'all',
  };
}

/** What hyparquet reads from. */
export function readerOf(bytes: Uint8Array): DataReader {
  return { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), offset: 0 };
}

/** @param length of their bytes; undefined: it stands before them */
function levels(
  reader: DataReader,
  entries: number,
  most: number,
  length: number | undefined,
): Uint8Array | undefined {
  const start = reader.offset;
  if (most > 255) throw new RangeError(`unsupported nesting: ${most} levels`);
  const found = most > 0 ? new Uint8Array(entries) : undefined;
  if (found) readRleBitPackedHybrid(reader, 32 - Math.clz32(most), found, length);
  if (length !== undefined) reader.offset = start + length;
  return found;
}

/** @returns gives the next values of a page */
function valueReader(
  reader: DataReader,
  encoding: Encoding,
  held: number,
  decoder: ColumnDecoder,
  dictionary: DecodedArray | undefined,
): (count: number) => DecodedArray {
  const { type, element } = decoder;
  if (encoding === 'PLAIN' && type !== 'BOOLEAN') {
    return (count) => convert(readPlain(reader, type, count, element.type_length), decoder);
  }
  let next = 0;
  if (encoding === 'PLAIN_DICTIONARY' || encoding === 'RLE_DICTIONARY') {
    const places = dictionaryPlaces(reader, held);
    const entries = dictionary ?? [];
    return (count) => {
      const some = places.subarray(next, next + count);
      next += count;
      return Array.from(some, (place): unknown => {
        if (place >= entries.length) throw new RangeError('it refers to what its dictionary does not have');
        return entries[place];
      });
    };
  }
  const all = allValues(reader, encoding, held, decoder);
  return (count) => convert(all.slice(next, (next += count)), decoder);
}

function dictionaryPlaces(reader: DataReader, held: number): Uint32Array {
  const places = new Uint32Array(held);
  // A page of nulls may have no bytes for its values.
  if (held === 0) return places;
  const width = reader.view.getUint8(reader.offset++);
  if (width > 0) readRleBitPackedHybrid(reader, width, places, reader.view.byteLength - reader.offset);
  return places;
}

function allValues(
  reader: DataReader,
  encoding: Encoding,
  held: number,
  { type, element }: ColumnDecoder,
): DecodedArray {
  if (encoding === 'PLAIN') return readPlain(reader, type, held, element.type_length);
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
