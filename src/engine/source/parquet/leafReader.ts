import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { decompress } from 'fzstd';
import { convert } from 'hyparquet/src/convert.js';
import { decompressPage } from 'hyparquet/src/datapage.js';
import { readPlain } from 'hyparquet/src/plain.js';
import { getTreePath, isFlatColumn } from 'hyparquet/src/schema.js';
import type {
  ColumnDecoder,
  ColumnMetaData,
  Compressors,
  DecodedArray,
  PageHeader,
  SchemaTree,
} from 'hyparquet/src/types.js';
import type { Interruption } from '../compressed/decoded.ts';
import type { Source } from '../source.ts';
import { ChunkBytes, type ReadAhead } from './chunkBytes.ts';
import { DataPage, readerOf } from './dataPage.ts';
import { chunkOf } from './rowGroups.ts';
import { rawParsers } from './values.ts';

/** Values of a page, and its bytes, at most: far above what writers make. */
const [mostValues, longestPage] = [64 * 1024 * 1024, 512 * 1024 * 1024];
/** Dictionaries of small columns can have more entries than these have values. */
const dictionaryRoom = 1024 * 1024;
/** Values that are decoded at a time, at most. */
const sliceLength = 16_384;

/** Reads a column chunk page by page, and gives what it holds of each row. Of a nested column there are several. */
export class LeafReader {
  readonly #decoder: ColumnDecoder;
  readonly #isFlat: boolean;
  readonly #bytes: ChunkBytes;
  readonly #values: number;
  #dictionary: DecodedArray | undefined;
  #page: DataPage | undefined;
  #rows: DecodedArray = [];
  /** Of `#rows`, those that were taken. */
  #taken = 0;

  /** @param schema of the file */
  constructor(base: Source, schema: SchemaTree, meta: ColumnMetaData, ahead: ReadAhead) {
    const { path_in_schema: pathInSchema } = meta;
    const schemaPath = getTreePath(schema, pathInSchema);
    const [{ element }] = schemaPath.slice(-1);
    this.#decoder = {
      ...meta,
      pathInSchema,
      schemaPath,
      element,
      parsers: rawParsers,
      compressors,
      utf8: false,
    };
    this.#isFlat = isFlatColumn(schemaPath);
    const { start, end, values } = chunkOf(meta);
    this.#bytes = new ChunkBytes(base, start, end, ahead);
    this.#values = values;
  }

  get path(): string {
    return this.#decoder.pathInSchema.join('.');
  }

  /** Rows that can be taken. The last one that was decoded may go on where it is a list. */
  get ready(): number {
    const rows = this.#rows.length - this.#taken;
    return this.#isFlat || this.#isRead ? rows : Math.max(0, rows - 1);
  }

  /** @returns as many rows, which are `ready` */
  take(count: number): DecodedArray {
    const rows = this.#rows.slice(this.#taken, this.#taken + count);
    this.#taken += count;
    return rows;
  }

  /** Decodes values until a row is ready; false at the end of the chunk. @throws what is wrong with it */
  async *fill(): AsyncGenerator<Interruption, boolean> {
    while (this.ready === 0) {
      if (this.#isRead) return false;
      const page = (this.#page ??= yield* this.#nextPage());
      if (page === undefined) continue;
      // What is left is the beginning of a list.
      const begun: unknown[] = this.#isFlat ? [] : [...this.#rows.slice(this.#taken)];
      this.#rows = page.take(Math.min(sliceLength, page.left), begun);
      this.#taken = 0;
      if (page.left === 0) this.#page = undefined;
    }
    return true;
  }

  /** Some writers leave a byte at the end. */
  get #isRead(): boolean {
    return this.#page === undefined && this.#bytes.left <= 1;
  }

  /** Reads a page; undefined where it is none of values. */
  async *#nextPage(): AsyncGenerator<Interruption, DataPage | undefined> {
    const header = yield* this.#bytes.header();
    const { type, compressed_page_size: size, dictionary_page_header: dictionary } = header;
    const held = this.#checked(header);
    const bytes = yield* this.#bytes.take(size);
    await turn();
    if (dictionary) {
      const { codec, element } = this.#decoder;
      const page = decompressPage(bytes, header.uncompressed_page_size, codec, compressors);
      const values = readPlain(readerOf(page), this.#decoder.type, held, element.type_length);
      this.#dictionary = convert(values, this.#decoder);
    }
    if (dictionary || type === 'INDEX_PAGE' || held === 0) return undefined;
    return new DataPage(bytes, header, this.#decoder, this.#dictionary);
  }

  /** Looks at what a page says of itself before anything of that size is made; its values. @throws RangeError */
  #checked(header: PageHeader): number {
    const { uncompressed_page_size: length, compressed_page_size: size } = header;
    const held =
      header.data_page_header?.num_values ??
      header.data_page_header_v2?.num_values ??
      header.dictionary_page_header?.num_values ??
      0;
    if (!(held >= 0 && held <= Math.max(this.#values, dictionaryRoom))) {
      throw new RangeError('a page has too many values');
    }
    if (held > mostValues) {
      throw new RangeError(`unsupported number of values in a page: ${held.toLocaleString('en')}`);
    }
    if (!(length >= 0 && length <= longestPage)) throw new RangeError('a page is too long');
    if (!(size >= 0 && size <= this.#bytes.left)) throw new RangeError('a page is cut off');
    return held;
  }
}

const compressors: Compressors = {
  GZIP: (bytes) => gunzipSync(bytes),
  BROTLI: (bytes, length) => brotliDecompressSync(bytes, { maxOutputLength: length }),
  ZSTD: (bytes, length) => decompress(bytes, new Uint8Array(length)),
};

/** Gives others their turn: a page is long work. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
