import { FieldColumn, type Marks } from '../format/record.ts';
import type { CodedValues } from '../format/fieldColumn.ts';
import { packedKernel, type PackedNumbers } from '../kernel/packed.ts';
import type { DictionaryHead } from './dictionary.ts';
import { noBytes, noNumbers, noWords, type Stored } from './scratch.ts';

/** A column that is kept as `dictionary.ts` says. Its arrays are made when they are asked for. */
export class DictionaryColumn extends FieldColumn {
  readonly #stored: Stored;
  readonly #head: DictionaryHead;
  /** Whether the numbers of the values are known. */
  readonly #hasNumbers: boolean;
  #coded: CodedValues | undefined;
  #kinds: Uint8Array | undefined;
  #numbers: Float64Array | undefined;
  #starts: Uint32Array | undefined;
  #ends: Uint32Array | undefined;

  constructor(stored: Stored, head: DictionaryHead, hasNumbers: boolean) {
    super(noBytes, noWords, noWords, noNumbers);
    this.#stored = stored;
    this.#head = head;
    this.#hasNumbers = hasNumbers;
  }

  override get coded(): CodedValues {
    return (this.#coded ??= this.#values());
  }

  override get kinds(): Uint8Array {
    this.#kinds ??= this.#gathered(this.coded.values.kinds, this.#stored.scratch.kinds);
    return this.#kinds;
  }

  override get numbers(): Float64Array {
    if (!this.#stored.numeric) return noNumbers;
    this.#numbers ??= this.#gathered(this.coded.values.numbers, this.#stored.scratch.numbers);
    return this.#numbers;
  }

  override get starts(): Uint32Array {
    this.#starts ??= this.#gathered(this.coded.values.starts, this.#stored.scratch.starts);
    return this.#starts;
  }

  override get ends(): Uint32Array {
    this.#ends ??= this.#gathered(this.coded.values.ends, this.#stored.scratch.ends);
    return this.#ends;
  }

  override writeTexts(): void {
    this.#coded ??= this.#values();
  }

  #gathered<Numbers extends Uint8Array | Uint32Array | Float64Array>(
    values: Numbers,
    scratch: Numbers,
  ): Numbers {
    const { count } = this.#stored;
    const { codes } = this.coded;
    for (let i = 0; i < count; i++) scratch[i] = values[codes[i]];
    return scratch.subarray(0, count) as Numbers;
  }

  #values(): CodedValues {
    const { words, count, numeric, bytes, base, scratch } = this.#stored;
    const head = this.#head;
    const { distinct, size, width } = head;
    bytes.set(bytesAt(words, head.textsAt, size), base);
    const starts = new Uint32Array(distinct);
    const ends = new Uint32Array(distinct);
    let at = base;
    for (let code = 0; code < distinct; code++) {
      // Each stands between quotes.
      starts[code] = at + 1;
      ends[code] = at + 1 + words[head.lengthsAt + code];
      at = ends[code] + 1;
    }
    const kinds = bytesAt(words, head.kindsAt, distinct);
    const numbers =
      numeric && this.#hasNumbers
        ? new Float64Array(words.buffer, words.byteOffset + head.numbersAt * 4, distinct)
        : noNumbers;
    return new Coded(new FieldColumn(kinds, starts, ends, numbers), bytes, distinct, scratch.codes, {
      words,
      at: head.codesAt,
      count,
      width,
    });
  }
}

/** Codes are unpacked when they are asked for. */
class Coded implements CodedValues {
  readonly values: FieldColumn;
  readonly bytes: Uint8Array;
  readonly count: number;
  readonly packed: PackedNumbers;
  readonly #scratch: Uint16Array;
  #codes: Uint16Array | undefined;

  constructor(
    values: FieldColumn,
    bytes: Uint8Array,
    count: number,
    scratch: Uint16Array,
    packed: PackedNumbers,
  ) {
    this.values = values;
    this.bytes = bytes;
    this.count = count;
    this.#scratch = scratch;
    this.packed = packed;
  }

  get codes(): Uint16Array {
    if (this.#codes === undefined) {
      this.#codes = this.#scratch.subarray(0, this.packed.count);
      packedKernel().codes(this.packed, this.#codes);
    }
    return this.#codes;
  }

  mark(taken: Uint8Array): Marks {
    return packedKernel().among(this.packed, taken);
  }
}

function bytesAt(words: Uint32Array, at: number, length: number): Uint8Array {
  return new Uint8Array(words.buffer, words.byteOffset + at * 4, length);
}
