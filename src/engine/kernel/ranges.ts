import type { KernelMemory } from './memory.ts';

/** The least and the greatest of something. */
export interface Bounds {
  readonly low: number;
  readonly high: number;
}

/** Addresses of a column's arrays; that of `numbers` is 0 where there are none. */
export interface ColumnPlace {
  readonly kinds: number;
  readonly starts: number;
  readonly ends: number;
  readonly numbers: number;
}

/** Decimal numbers as whole ones: see `engine/columns/decimals.ts`. */
export interface PackedDecimals {
  readonly scale: number;
  readonly least: number;
  readonly low: number;
  readonly high: number;
  readonly width: number;
  /** Records without a number. */
  readonly others: number;
  /** Valid until the next call. */
  readonly words: Uint32Array;
}

/** Where records are: see `engine/columns/places.ts`. */
export interface PackedPlaces {
  readonly leastLength: number;
  readonly mostLength: number;
  readonly leastGap: number;
  readonly words: Uint32Array;
}

/** What `codeValues` is to give up at. */
export interface FewValues {
  /** Bytes that the values may take together. */
  readonly room: number;
  /** So many values are few, whatever their share. */
  readonly always: number;
  /** Records after which their share is looked at. */
  readonly trial: number;
}

/** What `packDecimals` answers where it packs nothing. */
const wide = -2;
const notPlain = -1;

const plainNumber = /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/;

/** What the kernel's `textBounds` answers, but for `mixed`. */
const noText = 0;
const bounded = 1;

/**
 * Looks through one column as a whole. It is bound to the arrays that the scan filled and not to views of them, so what
 * it answers is about the column's values, wherever a reader has moved their places. Void after the next scan.
 */
export class ColumnRanges {
  readonly #memory: KernelMemory['exports'];
  readonly #bufferAt: number;
  readonly #column: ColumnPlace;
  readonly #count: number;
  readonly #room: number;

  /**
   * @param count records in the column
   * @param room address of a word for each record that a column may have
   */
  constructor({ exports, bufferAt }: KernelMemory, column: ColumnPlace, count: number, room: number) {
    this.#memory = exports;
    this.#bufferAt = bufferAt;
    this.#column = column;
    this.#count = count;
    this.#room = room;
  }

  /**
   * The records whose number is in [low, high] (`inside`) or outside, and those whose value is no exact number,
   * ascending: valid until the next call. Undefined where the numbers were not asked for.
   */
  select(low: number, high: number, inside: boolean): Uint32Array | undefined {
    const { numbers, kinds } = this.#column;
    if (numbers === 0) return undefined;
    const side = inside ? 1 : 0;
    const found = this.#memory.selectRange(numbers, kinds, this.#count, low, high, side, this.#room);
    return new Uint32Array(this.#memory.memory.buffer, this.#room, found);
  }

  /**
   * The least and the greatest number; `none` where there is no value, `mixed` where one is no exact number. Undefined
   * where the numbers were not asked for.
   */
  numbers(): Bounds | 'none' | 'mixed' | undefined {
    const { numbers, kinds } = this.#column;
    if (numbers === 0) return undefined;
    if (this.#memory.numberBounds(numbers, kinds, this.#count) === 0) return 'mixed';
    const low: number = this.#memory.least.value;
    const high: number = this.#memory.greatest.value;
    return low > high ? 'none' : { low, high };
  }

  /**
   * The records that hold the least and the greatest text, by bytes; `none` where there is no value, `mixed`
   * where one is no text, has to be unescaped, or is longer than `longest` bytes.
   */
  texts(longest: number): Bounds | 'none' | 'mixed' {
    const { kinds, starts, ends } = this.#column;
    const found = this.#memory.textBounds(kinds, starts, ends, this.#bufferAt, this.#count, longest);
    if (found !== bounded) return found === noText ? 'none' : 'mixed';
    return { low: this.#memory.leastText.value, high: this.#memory.greatestText.value };
  }

  /** To be told where another than the kernel has set numbers: then their texts are looked at. */
  numbersSet(): void {
    this.#memory.endPlain();
  }

  /** The same of a single number, whose text is `bytes[start, end)`. */
  numberSet(number: number, bytes: Uint8Array, start: number, end: number): void {
    if (Number.isNaN(number)) return;
    const text = String.fromCharCode(...bytes.subarray(start, Math.min(end, start + 32)));
    if (!plainNumber.test(text) || (number === 0 && text.startsWith('-'))) this.numbersSet();
    else if (text.includes('.')) this.#memory.endWhole();
  }

  /**
   * The numbers packed; `other` where a value is no plain decimal number. Undefined where they span too much, or were not
   * asked for.
   */
  decimals(kind: number): PackedDecimals | 'other' | undefined {
    const { kinds, starts, ends, numbers } = this.#column;
    if (numbers === 0) return undefined;
    const memory = this.#memory;
    const found = memory.packDecimals(
      ...[kinds, starts, ends, numbers, this.#bufferAt, this.#count, kind, this.#room],
    );
    if (found === wide) return undefined;
    if (found === notPlain) return 'other';
    const [scale, least, width]: number[] = [
      memory.decimalScale.value,
      memory.decimalLeast.value,
      memory.decimalWidth.value,
    ];
    const [others, low, high]: number[] = [
      memory.decimalOthers.value,
      memory.decimalLow.value,
      memory.decimalHigh.value,
    ];
    const words = new Uint32Array(memory.memory.buffer, this.#room, found);
    return { scale, least, width, others, low, high, words };
  }

  /**
   * The code of each record's value, and of each value the record that has it first; undefined where the values are not few.
   * Valid until the next call.
   */
  codes({
    room,
    always,
    trial,
  }: FewValues): { readonly codes: Uint32Array; readonly records: Uint32Array } | undefined {
    const { kinds, starts, ends } = this.#column;
    const memory = this.#memory;
    const distinct = memory.codeValues(
      ...[kinds, starts, ends, this.#bufferAt, this.#count, room, always, trial, this.#room],
    );
    if (distinct === 0) return undefined;
    const recordsAt: number = memory.valueRecords.value;
    return {
      codes: new Uint32Array(memory.memory.buffer, this.#room, this.#count),
      records: new Uint32Array(memory.memory.buffer, recordsAt, distinct),
    };
  }

  /**
   * The lengths of records, less the least one, packed. Undefined where the records are not in the kernel's memory, or the
   * bytes between them are not as many everywhere. `words` is valid until the next call.
   */
  places(starts: Uint32Array, ends: Uint32Array): PackedPlaces | undefined {
    const memory = this.#memory;
    const { buffer } = memory.memory;
    if (starts.length === 0 || starts.buffer !== buffer || ends.buffer !== buffer) return undefined;
    const found = memory.packPlaces(starts.byteOffset, ends.byteOffset, starts.length, this.#room);
    const [leastLength, mostLength]: number[] = [memory.leastLength.value, memory.mostLength.value];
    const [leastGap, mostGap]: number[] = [memory.leastGap.value, memory.mostGap.value];
    if (starts.length > 1 && leastGap !== mostGap) return undefined;
    const words = new Uint32Array(buffer, this.#room, found);
    return { leastLength: leastLength >>> 0, mostLength: mostLength >>> 0, leastGap: leastGap >>> 0, words };
  }
}
