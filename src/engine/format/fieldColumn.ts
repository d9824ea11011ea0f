import type { Marks, PackedNumbers } from '../kernel/packed.ts';
import type { ColumnRanges } from '../kernel/ranges.ts';
import type { Lease } from './lease.ts';

/** What a field holds. Order and numbers are known to the kernel. */
export const Kind = {
  /** The path is not in the record (JSON), or the row is too short for it (CSV). */
  Missing: 0,
  /** JSON null, or an empty unquoted CSV field. */
  Null: 1,
  False: 2,
  True: 3,
  /** A JSON number. */
  Number: 4,
  /** Text whose bytes are its value. In CSV, every field that is not empty is text. */
  Text: 5,
  /** Text that must be unescaped before it is compared: JSON with a backslash, CSV with a doubled quote. */
  EscapedText: 6,
  List: 7,
  Object: 8,
  /**
   * Text that is not written as its format writes texts. CSV: with bytes that are not UTF-8, which read as U+FFFD. JSON:
   * `NaN`, `Infinity` and `-Infinity`, which stand without quotes.
   */
  OddText: 9,
} as const;

export type Kind = (typeof Kind)[keyof typeof Kind];

/** A column as its different values, each of them once, and which of them each record has. */
export interface CodedValues {
  /** The different values, numbered by their codes; in `bytes` in that order, without overlap. */
  readonly values: FieldColumn;
  readonly bytes: Uint8Array;
  readonly count: number;
  /** The code of each record. */
  readonly codes: Uint16Array;
  /** The same, packed. */
  readonly packed: PackedNumbers;
  /** The records whose code has a byte other than 0 in `taken`. */
  mark(taken: Uint8Array): Marks;
}

/** A column of numbers, and of records that have none, as packed whole numbers. */
export interface WholeNumbers {
  /** Of each record its number times 10 to the `scale`, less `low`; of one that has none, anything. */
  readonly packed: PackedNumbers;
  readonly scale: number;
  readonly low: number;
  /** The greatest of them. */
  readonly most: number;
  /** The records that have a number. */
  known(): Marks | boolean;
  /** The numbers of some records that have one. */
  numbers(records: Uint32Array): Float64Array;
  /** Some of the numbers as the values of records. */
  values(wholes: Uint32Array): { readonly column: FieldColumn; readonly bytes: Uint8Array };
}

/** Milliseconds since 1970, and nanoseconds after them. */
export interface TimePoint {
  readonly ms: number;
  readonly nanos: number;
}

/**
 * One field of every record in a block. The four arrays run parallel to `RecordBlock.starts`.
 *
 * Made by its constructor only, so that no column can take another's arrays and keep what a scanner knows of its own.
 */
export class FieldColumn {
  readonly #kinds: Uint8Array;
  readonly #starts: Uint32Array;
  readonly #ends: Uint32Array;
  readonly #numbers: Float64Array;
  readonly #ranges: ColumnRanges | undefined;
  #lease: Lease | undefined;

  /** @param ranges a fast way to look through these values, where the scanner has one */
  constructor(
    kinds: Uint8Array,
    starts: Uint32Array,
    ends: Uint32Array,
    numbers: Float64Array,
    ranges?: ColumnRanges,
  ) {
    this.#kinds = kinds;
    this.#starts = starts;
    this.#ends = ends;
    this.#numbers = numbers;
    this.#ranges = ranges;
  }

  /** `Kind` of each record. */
  get kinds(): Uint8Array {
    this.#lease?.check();
    return this.#kinds;
  }

  /** First byte of the value; for text, the first byte inside the quotes. */
  get starts(): Uint32Array {
    return this.#starts;
  }

  /** One past the last byte of the value; for text, the closing quote. */
  get ends(): Uint32Array {
    return this.#ends;
  }

  /**
   * The value as a double where `numeric` was asked for and the double is exact enough to compare by: the text
   * is a JSON number (CSV: a field whose whole trimmed text is one) of at most 15 significant digits and a
   * decimal exponent within +-22, or of 16 or 17 digits that are the shortest decimal of their double, as far as a scanner
   * sees that. So equal decimals and only those give equal doubles. NaN everywhere else; then the text decides. Empty when it
   * was not asked for.
   */
  get numbers(): Float64Array {
    return this.#numbers;
  }

  /**
   * The records whose number is in [low, high] (`inside`) or outside, ascending, where there is a fast way to find them:
   * valid until the next call. Unless `exact`, those whose value is no exact number are among them.
   */
  inRange(
    low: number,
    high: number,
    inside: boolean,
  ): { readonly records: Uint32Array; readonly exact: boolean } | undefined {
    const records = this.#ranges?.select(low, high, inside);
    return records && { records, exact: false };
  }

  /**
   * The same records as a set, all of them (`true`) or none (`false`), where that can be told without going through the
   * numbers one by one; then those whose value is no exact number are not among them.
   */
  markRange(_low: number, _high: number, _inside: boolean): Marks | boolean | undefined {
    return undefined;
  }

  /** The records of a kind from `low` to `high` (`inside`) or another, likewise. */
  markKinds(_low: number, _high: number, _inside: boolean): Marks | boolean | undefined {
    return undefined;
  }

  /**
   * The records whose text, in the order of bytes, is `from` or after it and before `to` (`inside`), or another: as
   * `markRange`, of a column of texts. Undefined bounds are none.
   */
  markTexts(
    _from: Uint8Array | undefined,
    _to: Uint8Array | undefined,
    _inside: boolean,
  ): Marks | boolean | undefined {
    return undefined;
  }

  /** The same of what texts are as times. */
  markTimes(
    _from: TimePoint | undefined,
    _to: TimePoint | undefined,
    _inside: boolean,
  ): Marks | boolean | undefined {
    return undefined;
  }

  /** The different values, where the column is kept as those and a code for each record. */
  get coded(): CodedValues | undefined {
    return undefined;
  }

  /** Of a packed column: puts its texts into the bytes of the block, where they are else only once its places are asked for. */
  writeTexts(): void {
    // What a scanner has found stands there.
  }

  /** Of a packed column of numbers: the text of a record's number, which then need not stand in the bytes of the block. */
  get textAt(): ((record: number) => string) | undefined {
    return undefined;
  }

  /** Where the column is kept as whole numbers of at most 32 bits, which say what `numbers` does. */
  get wholes(): WholeNumbers | undefined {
    return undefined;
  }

  /** A fast way to look through the values of all records; undefined where there is none. */
  get ranges(): ColumnRanges | undefined {
    return this.#ranges;
  }

  /** From now on the column is one of a borrowed block: asking what its values are throws once that is void. */
  borrow(lease: Lease): void {
    this.#lease = lease;
  }

  /** A column of `count` records without the field. */
  static missing(count: number, numeric = true): FieldColumn {
    return new FieldColumn(
      new Uint8Array(count),
      new Uint32Array(count),
      new Uint32Array(count),
      new Float64Array(numeric ? count : 0).fill(NaN),
    );
  }

  /** The values of the first `count` records. */
  first(count: number): FieldColumn {
    const { kinds, starts, ends, numbers } = this;
    return new FieldColumn(
      kinds.subarray(0, count),
      starts.subarray(0, count),
      ends.subarray(0, count),
      numbers.subarray(0, count),
    );
  }

  /** A column that its scanner's next scan leaves as it is. */
  copied(): FieldColumn {
    const { kinds, starts, ends, numbers } = this;
    return new FieldColumn(kinds.slice(), starts.slice(), ends.slice(), numbers.slice());
  }

  /** The same values, each `shifts` further left in the bytes. */
  movedLeft(shifts: Uint32Array): FieldColumn {
    const { kinds, numbers } = this;
    const starts = this.starts.slice();
    const ends = this.ends.slice();
    if (shifts.length !== starts.length) throw new RangeError('a shift for each record is needed');
    for (let record = 0; record < starts.length; record++) {
      if (kinds[record] === Kind.Missing) continue;
      starts[record] -= shifts[record];
      ends[record] -= shifts[record];
    }
    // What the scanner knows is about values, not about where they are.
    return new FieldColumn(kinds, starts, ends, numbers, this.#ranges);
  }
}
