import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { decompress } from 'fzstd';
import { convert } from 'hyparquet/src/convert.js';
import { readPlain } from 'hyparquet/src/plain.js';
import { readOffsetIndex } from 'hyparquet/src/indexes.js';
import { getMaxRepetitionLevel, isFlatColumn } from 'hyparquet/src/schema.js';
import type {
  ColumnChunk,
  ColumnDecoder,
  ColumnMetaData,
  Compressors,
  DecodedArray,
  PageHeader,
  SchemaTree,
} from 'hyparquet/src/types.js';
import { pullFully, type Interruption } from '../compressed/decoded.ts';
import type { Source } from '../source.ts';
import { ChunkBytes, type ReadAhead } from './chunkBytes.ts';
import { DataPage } from './dataPage.ts';
import { readerOf, wholePage } from './pageBytes.ts';
import { PageInput, Unread } from './pageInput.ts';
import { chunkOf } from './rowGroups.ts';
import { schemaPath } from './schemaPath.ts';
import { rawParsers } from './values.ts';

/** Values of a page, and its bytes, at most: far above what writers make. */
const [mostValues, longestPage] = [64 * 1024 * 1024, 512 * 1024 * 1024];
/** Dictionaries of small columns can have more entries than these have values. */
const dictionaryRoom = 1024 * 1024;
/** Values of lists that are decoded at a time: at least, and at most. */
const [shortestSlice, sliceLength] = [64, 16_384];

/** Bytes of an offset index at most: those of a million pages. */
const longestIndex = 32 * 1024 * 1024;

interface PagePlace {
  /** Its first row, of the row group. */
  readonly first: number;
  readonly at: number;
}

/** Reads a column chunk page by page, and gives what it holds of each row. Of a nested column there are several. */
export class LeafReader {
  readonly #decoder: ColumnDecoder;
  readonly #isFlat: boolean;
  /** Whether an entry may be one of several of a row. */
  readonly #isRepeated: boolean;
  readonly #base: Source;
  readonly #chunk: ColumnChunk;
  readonly #bytes: ChunkBytes;
  readonly #values: number;
  #dictionary: DecodedArray | undefined;
  #dictionaryLength = 0;
  #page: DataPage | undefined;
  #rows: DecodedArray = [];
  /** Of `#rows`, those that were taken. */
  #taken = 0;
  /** The row of the chunk with which `#rows` begin. */
  #first = 0;
  /** Where it is a list: values of a row, about. */
  #perRow = 4;
  #places: readonly PagePlace[] | undefined;

  /** @param schema of the file */
  constructor(base: Source, schema: SchemaTree, chunk: ColumnChunk, meta: ColumnMetaData, ahead: ReadAhead) {
    this.#base = base;
    this.#chunk = chunk;
    const { path_in_schema: pathInSchema } = meta;
    const nodes = schemaPath(schema, pathInSchema);
    const [{ element }] = nodes.slice(-1);
    this.#decoder = {
      ...meta,
      pathInSchema,
      schemaPath: nodes,
      element,
      parsers: rawParsers,
      compressors,
      utf8: false,
    };
    this.#isFlat = isFlatColumn(nodes);
    this.#isRepeated = getMaxRepetitionLevel(nodes) > 0;
    const { start, end, values } = chunkOf(meta);
    this.#bytes = new ChunkBytes(base, start, end, ahead);
    this.#values = values;
  }

  get path(): string {
    return this.#decoder.pathInSchema.join('.');
  }

  /** Bytes of what has to be decoded again to begin where it is now. */
  get behind(): number {
    return this.#dictionaryLength + (this.#page?.length ?? 0);
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

  /**
   * Decodes values until a row is ready, of so many rows if they are in the page; false at the end of the chunk.
   * @throws what is wrong with it
   */
  async *fill(wanted: number): AsyncGenerator<Interruption, boolean> {
    while (this.ready === 0) {
      if (this.#isRead) return false;
      const page = (this.#page ??= yield* this.#nextPage());
      if (page === undefined) continue;
      // What is left is the beginning of a list.
      const begun: unknown[] = this.#isFlat ? [] : [...this.#rows.slice(this.#taken)];
      const entries = this.#isRepeated ? this.#sliceFor(wanted) : wanted;
      const count = Math.min(entries, page.left);
      const rows = yield* this.#with(page, () => page.take(count, begun));
      this.#first += this.#taken;
      [this.#rows, this.#taken] = [rows, 0];
      this.#perRow = Math.max(this.#perRow, count / rows.length);
      if (page.left === 0) this.#end(page);
    }
    return true;
  }

  /** Values of lists that hold so many rows, about. */
  #sliceFor(wanted: number): number {
    return Math.min(sliceLength, Math.max(shortestSlice, Math.ceil(this.#perRow * (wanted + 1))));
  }

  /**
   * Goes on to a row of the chunk. Pages before it are not decoded, nor read, where it is known how many rows they have.
   * @param row not before those that were taken
   */
  async *goTo(row: number): AsyncGenerator<Interruption, void> {
    const held = row - this.#first;
    if (held <= this.#taken + this.ready) {
      this.#taken = held;
      return;
    }
    let left = held - this.#rows.length;
    [this.#rows, this.#taken, this.#first] = [[], 0, row];
    const begun = this.#page;
    if (begun) {
      const rest = left;
      // What the page has of the last of those rows is passed over too.
      left = yield* this.#with(begun, () => begun.goOn(rest));
      if (begun.left > 0) return;
      this.#end(begun);
    }
    const places = (this.#places ??= yield* this.#pagePlaces());
    let isPlaced = false;
    while (!this.#isRead) {
      const header = yield* this.#bytes.header(left > 0);
      const rows = this.#rowsOf(header);
      const place = rows === undefined || isPlaced ? undefined : places.findLast(({ first }) => first <= row);
      // A dictionary comes before all pages with values.
      if (rows !== undefined) isPlaced = true;
      if (place && place.first > row - left && this.#bytes.moveTo(place.at)) {
        left = row - place.first;
        continue;
      }
      if (rows?.known !== undefined && rows.known <= left) {
        this.#checked(header);
        this.#bytes.skip(header.compressed_page_size);
        left -= rows.known;
        continue;
      }
      const page = yield* this.#pageOf(header);
      if (page === undefined) continue;
      const rest = left;
      left = yield* this.#with(page, () => page.goOn(rest));
      this.#page = page;
      if (page.left > 0) return;
      this.#end(page);
    }
  }

  /** Does work on a page, and reads as much of it as that needs. */
  async *#with<T>({ input }: DataPage, work: () => T): AsyncGenerator<Interruption, T> {
    for (;;) {
      try {
        return work();
      } catch (error) {
        if (!(error instanceof Unread)) throw error;
        yield* this.#bytes.fill(input, error.wanted);
        await turn();
      }
    }
  }

  #end({ input }: DataPage): void {
    this.#bytes.skip(input.length - input.filled);
    this.#page = undefined;
  }

  /** What the file says of where its pages are. */
  async *#pagePlaces(): AsyncGenerator<Interruption, readonly PagePlace[]> {
    const { offset_index_offset: offset, offset_index_length: length } = this.#chunk;
    if (!offset || !length || !(length > 0 && length <= longestIndex)) return [];
    const bytes = new Uint8Array(length);
    if ((yield* pullFully(this.#base, bytes, Number(offset))) < length) return [];
    try {
      const { page_locations: pages } = readOffsetIndex(readerOf(bytes));
      return pages.map((page) => ({ first: Number(page.first_row_index), at: Number(page.offset) }));
    } catch {
      // The pages have headers too.
      return [];
    }
  }

  /** How many rows a page of values has, where that is known; undefined for another page. */
  #rowsOf(header: PageHeader): { readonly known: number | undefined } | undefined {
    const { data_page_header: one, data_page_header_v2: two } = header;
    if (one) return { known: this.#isRepeated ? undefined : one.num_values };
    if (two) return { known: this.#isRepeated ? two.num_rows : two.num_values };
    return undefined;
  }

  /** Some writers leave a byte at the end. */
  get #isRead(): boolean {
    return this.#page === undefined && this.#bytes.left <= 1;
  }

  /** Reads a page; undefined where it is none of values. */
  async *#nextPage(): AsyncGenerator<Interruption, DataPage | undefined> {
    return yield* this.#pageOf(yield* this.#bytes.header());
  }

  async *#pageOf(header: PageHeader): AsyncGenerator<Interruption, DataPage | undefined> {
    const { type, compressed_page_size: size, dictionary_page_header: dictionary } = header;
    const held = this.#checked(header);
    if (dictionary || type === 'INDEX_PAGE' || held === 0) {
      const bytes = yield* this.#bytes.take(size);
      if (dictionary) this.#takeDictionary(bytes, header, held);
      await turn();
      return undefined;
    }
    return new DataPage(new PageInput(size), header, this.#decoder, this.#dictionary);
  }

  #takeDictionary(bytes: Uint8Array, header: PageHeader, held: number): void {
    const { element } = this.#decoder;
    const page = wholePage(bytes, header.uncompressed_page_size, this.#decoder);
    const values = readPlain(readerOf(page), this.#decoder.type, held, element.type_length);
    this.#dictionary = convert(values, this.#decoder);
    this.#dictionaryLength = page.length;
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
