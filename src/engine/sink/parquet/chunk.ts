import type { Encoding, OffsetIndex, ParquetType } from 'hyparquet';
import type { ByteWriter } from 'hyparquet-writer';
import { writePageHeader } from 'hyparquet-writer/src/datapage.js';
import { ByteBuilder } from '../../byteBuilder.ts';
import { compressSnappy } from '../../kernel/snappy.ts';
import type { Chunk } from '../typed/typedFormat.ts';
import { dictionaryOf } from './dictionary.ts';
import type { Leaf } from './leaves.ts';
import { physicalOf } from './physical.ts';
import { appendRle, bitsOf } from './rle.ts';

/** Bytes of values at which a page ends, with the next row. */
const pageSize = 1024 * 1024;

/** Values that go into pages. They are numbered, nulls not counted. */
interface PageValues {
  readonly type: ParquetType;
  readonly encoding: Encoding;
  /** Bytes of a value, roughly, and of all at most. */
  size(value: number): number;
  readonly all: number;
  /** Appends the values from one up to another. */
  append(out: ByteBuilder, from: number, to: number): void;
}

/** Writes a column of a group of rows. */
export function writeChunk(writer: ByteWriter, leaf: Leaf): Chunk {
  const start = writer.offset;
  const { column, count } = leaf;
  const places = placesOf(leaf);
  const present = places.length;
  const values = column.kind === 'boolean' ? undefined : physicalOf(column);
  const dictionary = values && dictionaryOf(values, places);
  const different = dictionary?.places ?? places;
  let uncompressed = 0;
  if (values && dictionary)
    uncompressed += writeDictionary(writer, values.plain(different, different.length), different.length);
  const dictionaryOffset = dictionary && BigInt(start);
  const bounds =
    column.kind === 'boolean'
      ? boundsOfBits(column.values, places)
      : present > 0
        ? values?.bounds(different, different.length)
        : undefined;
  const nans = values?.nans?.(places, present);
  let pageValues: PageValues;
  if (column.kind === 'boolean') {
    pageValues = bits(column.values, places);
  } else if (dictionary) {
    pageValues = coded(dictionary.codes, dictionary.places.length, physicalOf(column).type);
  } else {
    const plain = physicalOf(column);
    pageValues = {
      type: plain.type,
      encoding: 'PLAIN',
      size: (value) => plain.size(places[value]),
      all: plain.sizeOf(places),
      append: (out, from, to) => out.copy(plain.plain(places.subarray(from, to), to - from)),
    };
  }
  const firstPage = writer.offset;
  const pages = writePages(writer, leaf, pageValues, present);
  uncompressed += pages.uncompressed;
  const { encoding, type } = pageValues;
  return {
    chunk: {
      file_offset: BigInt(start),
      meta_data: {
        type,
        encodings: dictionary ? ['PLAIN', encoding] : [encoding],
        path_in_schema: [...leaf.path],
        codec: 'SNAPPY',
        num_values: BigInt(count),
        total_compressed_size: BigInt(writer.offset - start),
        total_uncompressed_size: BigInt(uncompressed),
        data_page_offset: BigInt(firstPage),
        ...(dictionaryOffset !== undefined && { dictionary_page_offset: dictionaryOffset }),
        statistics: {
          ...(bounds && { min_value: bounds.min, max_value: bounds.max }),
          null_count: BigInt(count - present),
          ...(nans !== undefined && { nan_count: BigInt(nans) }),
        },
        encoding_stats: [
          ...(dictionary ? [{ page_type: 'DICTIONARY_PAGE', encoding: 'PLAIN', count: 1 } as const] : []),
          { page_type: 'DATA_PAGE_V2', encoding, count: pages.index.page_locations.length },
        ],
      },
    },
    ...(pages.index.page_locations.length > 1 && { offsetIndex: pages.index }),
  };
}

/** Where in the column the values are that are there. */
function placesOf({ count, definitions, maxDefinition, places }: Leaf): Int32Array {
  const found = new Int32Array(count);
  let present = 0;
  for (let entry = 0; entry < count; entry++) {
    if (definitions[entry] === maxDefinition) found[present++] = places ? places[entry] : entry;
  }
  return found.subarray(0, present);
}

function writeDictionary(writer: ByteWriter, plain: Uint8Array, count: number): number {
  const compressed = compressSnappy(plain);
  const start = writer.offset;
  writePageHeader(writer, {
    type: 'DICTIONARY_PAGE',
    uncompressed_page_size: plain.length,
    compressed_page_size: compressed.length,
    dictionary_page_header: { num_values: count, encoding: 'PLAIN' },
  });
  const header = writer.offset - start;
  writer.appendBytes(compressed);
  return header + plain.length;
}

function bits(values: Uint8Array, places: Int32Array): PageValues {
  const own = new Uint8Array(places.length);
  for (let at = 0; at < own.length; at++) own[at] = values[places[at]];
  return {
    type: 'BOOLEAN',
    encoding: 'RLE',
    size: () => 1 / 8,
    all: own.length / 8,
    append(out, from, to) {
      const packed = new ByteBuilder();
      appendRle(packed, own, from, to, 1);
      const { length } = packed;
      for (const shift of [0, 8, 16, 24]) out.byte((length >>> shift) & 0xff);
      out.copy(packed.view());
    },
  };
}

function boundsOfBits(values: Uint8Array, places: Int32Array): { min: boolean; max: boolean } | undefined {
  let [no, yes] = [false, false];
  for (const place of places) {
    if (values[place] === 1) yes = true;
    else no = true;
  }
  return no || yes ? { min: !no, max: yes } : undefined;
}

function coded(codes: Int32Array, different: number, type: ParquetType): PageValues {
  const width = bitsOf(different - 1);
  return {
    type,
    encoding: 'RLE_DICTIONARY',
    size: () => 4,
    all: 4 * codes.length,
    append(out, from, to) {
      out.byte(width);
      appendRle(out, codes, from, to, width);
    },
  };
}

/** Rows whose lists begin among these entries. */
function rowsIn(repetitions: Uint8Array): number {
  let rows = 0;
  for (const repetition of repetitions) if (repetition === 0) rows++;
  return rows;
}

function writePages(
  writer: ByteWriter,
  leaf: Leaf,
  values: PageValues,
  present: number,
): { index: OffsetIndex; uncompressed: number } {
  const { count, definitions, maxDefinition, repetitions, maxRepetition } = leaf;
  const index: OffsetIndex = { page_locations: [] };
  const levels = new ByteBuilder();
  const page = new ByteBuilder();
  let uncompressed = 0;
  let [entry, value, row] = [0, 0, 0];
  while (entry < count || index.page_locations.length === 0) {
    const [firstEntry, firstValue, firstRow] = [entry, value, row];
    if (values.all < pageSize) {
      entry = count;
      value = present;
      row = repetitions ? rowsIn(repetitions) : count;
    }
    let size = 0;
    for (; entry < count; entry++) {
      const isRow = repetitions === undefined || repetitions[entry] === 0;
      if (isRow && size >= pageSize) break;
      if (isRow) row++;
      if (definitions[entry] === maxDefinition) size += values.size(value++);
    }
    levels.clear();
    if (repetitions) appendRle(levels, repetitions, firstEntry, entry, bitsOf(maxRepetition));
    const repetitionLength = levels.length;
    appendRle(levels, definitions, firstEntry, entry, bitsOf(maxDefinition));
    page.clear();
    values.append(page, firstValue, value);
    const compressed = compressSnappy(page.view());
    const offset = writer.offset;
    writePageHeader(writer, {
      type: 'DATA_PAGE_V2',
      uncompressed_page_size: levels.length + page.length,
      compressed_page_size: levels.length + compressed.length,
      data_page_header_v2: {
        num_values: entry - firstEntry,
        num_nulls: entry - firstEntry - (value - firstValue),
        num_rows: row - firstRow,
        encoding: values.encoding,
        definition_levels_byte_length: levels.length - repetitionLength,
        repetition_levels_byte_length: repetitionLength,
        is_compressed: true,
      },
    });
    uncompressed += writer.offset - offset + levels.length + page.length;
    writer.appendBytes(levels.view());
    writer.appendBytes(compressed);
    index.page_locations.push({
      offset: BigInt(offset),
      compressed_page_size: writer.offset - offset,
      first_row_index: BigInt(firstRow),
    });
  }
  return { index, uncompressed };
}
