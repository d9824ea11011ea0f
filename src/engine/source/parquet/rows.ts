import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { decompress } from 'fzstd';
import { parquetRead } from 'hyparquet';
import { parquetHeader } from 'hyparquet/src/column.js';
import type { Compressors, FileMetaData, RowGroup } from 'hyparquet/src/types.js';
import { pullFully, type Interruption, type Step } from '../compressed/decoded.ts';
import type { Mark, Marks } from '../compressed/marks.ts';
import { SourceError, type Source } from '../source.ts';
import type { SourcePart } from '../part.ts';
import { readFooter } from './footer.ts';
import { columnWriters, type ColumnWriter } from './jsonText.ts';
import { chunkOf, mayHold, startOf } from './rowGroups.ts';
import { rawParsers } from './values.ts';

/** Rows that are decoded at a time: a row group, or a part of a large one. */
const sliceRows = 131_072;
/** Characters of JSON after which a chunk is given, and others have their turn. */
const chunkLength = 1024 * 1024;

/** See `Codec.decode`. */
export async function* decodeRows(
  base: Source,
  from: Mark,
  marks: Marks,
  part: SourcePart | undefined,
): AsyncGenerator<Step, void> {
  const { metadata, schema } = yield* readFooter(base);
  const all = columnWriters(schema);
  const wanted = part?.columns && new Set(part.columns);
  const columns = wanted ? all.filter(({ name }) => wanted.has(name)) : all;
  const bounds = part?.bounds ?? [];
  let { position } = from;
  let row = 0;
  for (const [index, group] of metadata.row_groups.entries()) {
    const rows = Number(group.num_rows);
    const at = startOf(group);
    row += rows;
    if (at < from.at || rows === 0) continue;
    if (position > 0 && marks.wants(position)) marks.add({ position, at });
    const read = bounds.length === 0 || mayHold(group, schema, bounds) ? columns : [];
    for (let done = 0; done < rows; done += sliceRows) {
      const count = Math.min(sliceRows, rows - done);
      const range = { from: row - rows + done, to: row - rows + done + count };
      const values: unknown[][] = [];
      for (const { name } of read) {
        try {
          values.push(yield* readColumn(base, metadata, group, name, range));
        } catch (error) {
          throw damaged(base, error, `row group ${index + 1}, column ${name}`, position);
        }
        await turn();
      }
      for (const chunk of linesOf(read, values, count)) {
        position += chunk.length;
        yield chunk;
        await turn();
      }
    }
  }
}

/** The values of a column in some rows of a row group, nested ones put together. */
async function* readColumn(
  base: Source,
  metadata: FileMetaData,
  group: RowGroup,
  name: string,
  { from, to }: { readonly from: number; readonly to: number },
): AsyncGenerator<Interruption, unknown[]> {
  const chunks = group.columns.filter((column) => column.meta_data?.path_in_schema[0] === name).map(chunkOf);
  const begin = Math.min(...chunks.map(({ start }) => start));
  const end = Math.max(...chunks.map((chunk) => chunk.end));
  const bytes = yield* readRange(base, begin, end);
  for (const { start, end: stop, values } of chunks) {
    checkPages(new DataView(bytes.buffer, start - begin, stop - start), values);
  }
  const file = {
    byteLength: base.size ?? end,
    slice: (start: number, stop = end): ArrayBuffer => {
      if (start < begin || stop > end) throw new RangeError('it refers to bytes of another column');
      return bytes.buffer.slice(start - begin, stop - begin);
    },
  };
  let values: unknown[] = [];
  await parquetRead({
    file,
    metadata,
    columns: [name],
    rowStart: from,
    rowEnd: to,
    utf8: false,
    parsers: rawParsers,
    compressors,
    onComplete: (rows) => {
      values = rows.map((row) => row.at(0) as unknown);
    },
  });
  if (values.length !== to - from) throw new RangeError(`it has ${values.length} of ${to - from} values`);
  return values;
}

/** Values of a column in a row group, and bytes of a page, at most: far above what writers make. */
const [mostValues, longestPage] = [64 * 1024 * 1024, 512 * 1024 * 1024];

/** Looks at what pages say of themselves before anything of that size is made. @throws RangeError */
function checkPages(view: DataView, values: number): void {
  if (values > mostValues)
    throw new RangeError(`unsupported number of values: ${values.toLocaleString('en')}`);
  for (const reader = { view, offset: 0 }; reader.offset < view.byteLength - 1;) {
    const header = parquetHeader(reader);
    const held =
      header.data_page_header?.num_values ??
      header.data_page_header_v2?.num_values ??
      header.dictionary_page_header?.num_values ??
      0;
    const size = header.compressed_page_size;
    if (!(held >= 0 && held <= Math.max(values, dictionaryRoom)))
      throw new RangeError('a page has too many values');
    if (!(header.uncompressed_page_size >= 0 && header.uncompressed_page_size <= longestPage)) {
      throw new RangeError('a page is too long');
    }
    if (!(size >= 0 && size <= view.byteLength - reader.offset)) throw new RangeError('a page is cut off');
    reader.offset += size;
  }
}

/** Dictionaries of small columns can have more entries than these have values. */
const dictionaryRoom = 1024 * 1024;

async function* readRange(
  base: Source,
  start: number,
  end: number,
): AsyncGenerator<Interruption, Uint8Array<ArrayBuffer>> {
  if (!(start >= 0 && end >= start && end <= (base.size ?? 0))) throw new RangeError('it is cut off');
  const bytes = new Uint8Array(end - start);
  if ((yield* pullFully(base, bytes, start)) < bytes.length) throw new RangeError('it is cut off');
  return bytes;
}

const compressors: Compressors = {
  GZIP: (bytes) => gunzipSync(bytes),
  BROTLI: (bytes, length) => brotliDecompressSync(bytes, { maxOutputLength: length }),
  ZSTD: (bytes, length) => decompress(bytes, new Uint8Array(length)),
};

function* linesOf(
  columns: readonly ColumnWriter[],
  values: readonly unknown[][],
  rows: number,
): Generator<Uint8Array> {
  let text = '';
  for (let row = 0; row < rows; row++) {
    if (columns.length === 0) text += '{';
    for (const [column, { key, write }] of columns.entries()) {
      text += `${column === 0 ? '{' : ','}${key}:${write(values[column][row])}`;
    }
    text += '}\n';
    if (text.length < chunkLength) continue;
    yield Buffer.from(text);
    text = '';
  }
  if (text !== '') yield Buffer.from(text);
}

function damaged({ name }: Source, error: unknown, where: string, position: number): unknown {
  if (error instanceof SourceError || !(error instanceof Error)) return error;
  const reason = error.message.replace(/^parquet /, '');
  const failure = reason.startsWith('unsupported') ? 'unsupported' : 'corrupt';
  const message =
    failure === 'unsupported'
      ? `${name} cannot be read (${reason}; ${where}).`
      : `${name} is damaged (${where}: ${reason}).`;
  return new SourceError(failure, message, position);
}

/** Gives others their turn: a row group is long work. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
