import { assembleLists } from 'hyparquet/src/assemble.js';
import { getMaxDefinitionLevel, getMaxRepetitionLevel, isFlatColumn } from 'hyparquet/src/schema.js';
import type { ColumnDecoder, DecodedArray, Encoding, PageHeader, SchemaTree } from 'hyparquet/src/types.js';
import { fewest, Hybrid, times } from './hybrid.ts';
import { decompressed, readerOf, stored } from './pageBytes.ts';
import type { PageBytes, PageInput } from './pageInput.ts';
import { valueReader, type ValueReader } from './pageValues.ts';

/**
 * A data page: decompressed, and its values decoded, as they are taken. Writers make pages of 1 MB or so, but some of 100 MB,
 * of which the first rows need little.
 */
export class DataPage {
  readonly input: PageInput;
  /** Of its bytes, decompressed. */
  readonly length: number;
  readonly #layout: Layout;
  readonly #decoder: ColumnDecoder;
  readonly #dictionary: DecodedArray | undefined;
  readonly #isFlat: boolean;
  readonly #most: number;
  /** By repetition level: the definition level that entries of that list have at least. */
  readonly #leastOf: readonly number[];
  #bytes: PageBytes | undefined;
  #parts: Parts | undefined;
  #taken = 0;
  /** Values that are wanted now. */
  #wanted = 0;

  /** @throws RangeError for a page of another kind */
  constructor(
    input: PageInput,
    header: PageHeader,
    decoder: ColumnDecoder,
    dictionary: DecodedArray | undefined,
  ) {
    const { schemaPath } = decoder;
    this.input = input;
    this.length = header.uncompressed_page_size;
    this.#layout = layoutOf(header);
    this.#decoder = decoder;
    this.#dictionary = dictionary;
    this.#isFlat = isFlatColumn(schemaPath);
    this.#most = getMaxDefinitionLevel(schemaPath);
    this.#leastOf = leastDefinitions(schemaPath);
  }

  /** Values that are left, with nulls, and those of lists one by one. */
  get left(): number {
    return this.#layout.entries - this.#taken;
  }

  /**
   * @param count at most `left`
   * @param begun where it is a list: the last row, which may go on here. Rows are added to it
   * @returns what the column has of each row
   * @throws Unread, after which it can be asked again; what hyparquet throws, and RangeError, for a damaged page
   */
  take(count: number, begun: unknown[]): DecodedArray {
    const [from, to] = [this.#taken, this.#taken + count];
    const { definition: defined, repetition, reader } = this.#open();
    const definition = defined?.upTo(to).subarray(from, to);
    const repeated = repetition?.upTo(to).subarray(from, to) ?? [];
    const held = this.#held(from, to);
    this.#wanted = to;
    const values = reader.take(held);
    if (values.length !== held) throw new RangeError(`it has ${values.length} of ${held} values`);
    this.#taken = to;
    if (!this.#isFlat) {
      const levels = this.#meant(definition && Array.from(definition), Array.from(repeated));
      if (levels.definition?.length === 0) return begun;
      return assembleLists(begun, levels.definition, levels.repeated, values, this.#decoder.schemaPath);
    }
    if (definition === undefined || held === count) return values;
    let next = 0;
    return Array.from(definition, (level): unknown => (level === this.#most ? values[next++] : null));
  }

  /**
   * Leaves out entries that are said to be further ones of a list that is NULL or empty. DuckDB writes them for a NULL in a column of its
   * type ARRAY: as many as the array has room for.
   */
  #meant(definition: number[] | undefined, repeated: number[]): Levels {
    const leastOf = this.#leastOf;
    const isMeant = (level: number, at: number): boolean => level >= leastOf[repeated[at]];
    if (repeated.length === 0 || definition === undefined || definition.every(isMeant)) {
      return { definition, repeated };
    }
    return {
      definition: definition.filter(isMeant),
      repeated: repeated.filter((_, at) => isMeant(definition[at], at)),
    };
  }

  /**
   * Passes rows over, and what is left of the one before them.
   * @returns rows that are not here: they are to be passed over in the next page
   * @throws as `take`
   */
  goOn(rows: number): number {
    const { repetition, reader } = this.#open();
    const { entries } = this.#layout;
    const from = this.#taken;
    let to = from;
    let left = rows;
    if (repetition === undefined) {
      to = Math.min(entries, from + rows);
      left -= to - from;
    } else {
      const levels = repetition.upTo(entries);
      for (; to < entries; to++) {
        if (levels[to] > 0) continue;
        if (left === 0) break;
        left--;
      }
    }
    reader.skip(this.#held(from, to));
    this.#taken = to;
    return left;
  }

  /** How many of these are values, and no nulls. */
  #held(from: number, to: number): number {
    const definition = this.#open().definition?.upTo(to);
    if (definition === undefined) return to - from;
    let held = 0;
    for (let at = from; at < to; at++) if (definition[at] === this.#most) held++;
    return held;
  }

  /** Finds where its levels end and its values begin. */
  #open(): Parts {
    if (this.#parts) return this.#parts;
    const { input } = this;
    const decoder = this.#decoder;
    const { encoding, entries, lengths, rest, compressed } = this.#layout;
    const bytes = (this.#bytes ??=
      compressed === 'all' ? decompressed(input, 0, this.length, decoder) : stored(input, 0));
    let at = 0;
    const levels = (most: number, length: number | undefined): Hybrid<Uint8Array> | undefined => {
      if (most > 255) throw new RangeError(`unsupported nesting: ${most} levels`);
      let given = length ?? 0;
      if (most > 0 && length === undefined) {
        bytes.need(at + 4);
        given = readerOf(bytes.bytes).view.getUint32(at, true);
        at += 4;
      }
      const place = [at, at + given] as const;
      at += given;
      const width = 32 - Math.clz32(most);
      return most === 0
        ? undefined
        : new Hybrid(
            bytes,
            place,
            width,
            (count) => new Uint8Array(count),
            () => entries,
          );
    };
    const repetition = levels(getMaxRepetitionLevel(decoder.schemaPath), lengths?.repetition);
    const definition = levels(this.#most, lengths?.definition);
    const total = (): number => this.#held(0, entries);
    const some = (): number => this.#held(0, Math.min(entries, Math.max(fewest, times * this.#wanted)));
    const counts = { total, some };
    const reader =
      compressed === 'values'
        ? valueReader(decompressed(input, at, rest, decoder), 0, encoding, counts, decoder, this.#dictionary)
        : valueReader(bytes, at, encoding, counts, decoder, this.#dictionary);
    return (this.#parts = { repetition, definition, reader });
  }
}

interface Levels {
  readonly definition: number[] | undefined;
  readonly repeated: number[];
}

function leastDefinitions(schemaPath: readonly SchemaTree[]): readonly number[] {
  const leastOf = [0];
  let level = 0;
  for (const { element } of schemaPath.slice(1)) {
    if (element.repetition_type !== 'REQUIRED') level++;
    if (element.repetition_type === 'REPEATED') leastOf.push(level);
  }
  return leastOf;
}

/** Of a page that was looked into. */
interface Parts {
  readonly repetition: Hybrid<Uint8Array> | undefined;
  readonly definition: Hybrid<Uint8Array> | undefined;
  readonly reader: ValueReader;
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
