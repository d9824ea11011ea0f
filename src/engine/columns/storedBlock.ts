import { Lender } from '../format/lease.ts';
import { FieldColumn, RecordBlock, type FieldRequest } from '../format/record.ts';
import type { CodedValues } from '../format/fieldColumn.ts';
import type { BlockSummary } from '../index/blockIndex.ts';
import { unpack } from './bits.ts';
import {
  decimalHeadOf,
  decimalKinds,
  decimalNumbers,
  decimalsInRange,
  longestDecimal,
  writeDecimal,
  type DecimalHead,
} from './decimals.ts';
import { dictionaryHeadOf, type DictionaryHead } from './dictionary.ts';
import { bodyAt, Encoding, headerWords, headOf, wordsOf, type SegmentBytes } from './segment.ts';

/**
 * Blocks as a scan would give them to questions that look at fields only, made of stored segments. What is asked of the
 * records' own bytes, places and lines is not here, and asking is an error.
 */
export class StoredBlocks {
  readonly #fields: readonly FieldRequest[];
  readonly #scratch: readonly Scratch[];
  readonly #lender = new Lender();
  #faults = new Uint8Array(0);
  #starts = new Uint32Array(0);
  #ends = new Uint32Array(0);
  #bytes = new Uint8Array(0);

  constructor(fields: readonly FieldRequest[]) {
    this.#fields = fields;
    this.#scratch = fields.map(() => new Scratch());
  }

  /** A block, of the segments of the fields in their order. Valid until the next one is asked for. */
  block(
    { records: count, lines, malformed, start, next }: BlockSummary,
    segments: readonly SegmentBytes[],
  ): RecordBlock {
    this.#lender.takeBack();
    if (this.#faults.length < count) {
      this.#faults = new Uint8Array(2 * count);
      this.#starts = new Uint32Array(2 * count);
      this.#ends = new Uint32Array(2 * count);
    }
    const parts = segments.map((segment, at) => partOf(segment, this.#scratch[at]));
    const room = parts.reduce((sum, part) => sum + part.room, 0);
    if (this.#bytes.length < room) this.#bytes = new Uint8Array(2 * room);
    const bytes = this.#bytes.subarray(0, room);
    let base = 0;
    const fields = parts.map((part, at) => {
      const column = part.column(this.#fields[at].numeric, bytes, base);
      base += part.room;
      return column;
    });
    const faults = this.#faults.subarray(0, count);
    faults.fill(0);
    if (malformed > 0 && segments.length > 0) readFaults(segments[0], faults);
    this.#ends.fill(room, 0, count);
    const made = {
      bytes,
      offset: start,
      count,
      // All that is known of where a value stands: somewhere in these bytes.
      starts: this.#starts.subarray(0, count),
      ends: this.#ends.subarray(0, count),
      get lines(): Uint32Array {
        throw new Error('A stored block does not know the lines of its records.');
      },
      faults,
      get faultAt(): Uint32Array {
        throw new Error('A stored block does not know where its faults are.');
      },
      faulty: malformed,
      lineCount: lines,
      next: next - start,
      incomplete: false,
      fields,
    };
    return RecordBlock.borrowed(made, this.#lender.lend());
  }
}

function readFaults(segment: SegmentBytes, faults: Uint8Array): void {
  const words = wordsOf(segment);
  const { faulty } = headOf(segment);
  const codes = headerWords + faulty;
  const bytes = new Uint8Array(words.buffer, words.byteOffset + codes * 4, faulty);
  for (let i = 0; i < faulty; i++) faults[words[headerWords + i]] = bytes[i];
}

/** Arrays for one column, which blocks share. */
class Scratch {
  kinds = new Uint8Array(0);
  starts = new Uint32Array(0);
  ends = new Uint32Array(0);
  numbers = new Float64Array(0);
  words = new Uint32Array(0);
  codes = new Uint16Array(0);
  found = new Uint32Array(0);

  reserve(count: number): void {
    if (this.kinds.length >= count) return;
    this.kinds = new Uint8Array(2 * count);
    this.starts = new Uint32Array(2 * count);
    this.ends = new Uint32Array(2 * count);
    this.numbers = new Float64Array(2 * count);
    this.words = new Uint32Array(2 * count);
    this.codes = new Uint16Array(2 * count);
    this.found = new Uint32Array(2 * count);
  }
}

/** A segment whose head has been read. */
interface Part {
  /** Bytes that its values take. */
  readonly room: number;
  /** @param base where in `bytes` its values begin */
  column(numeric: boolean, bytes: Uint8Array, base: number): FieldColumn;
}

function partOf(segment: SegmentBytes, scratch: Scratch): Part {
  const words = wordsOf(segment);
  const { encoding, records, faulty, hasNumbers } = headOf(segment);
  const body = bodyAt(faulty);
  scratch.reserve(records);
  switch (encoding) {
    case Encoding.Decimals: {
      const head = decimalHeadOf(words, body);
      const slot = longestDecimal(head);
      return {
        room: slot * records,
        column: (numeric, bytes, base) =>
          new DecimalColumn({ words, head, count: records, numeric, bytes, base, slot, scratch }),
      };
    }
    case Encoding.Dictionary: {
      const head = dictionaryHeadOf(words, body, hasNumbers);
      return {
        room: head.size,
        column: (numeric, bytes, base) =>
          new DictionaryColumn({ words, head, count: records, numeric, bytes, base, scratch, hasNumbers }),
      };
    }
    case Encoding.Places:
    case Encoding.None:
      throw new Error('A segment without values was asked for them.');
  }
}

const noWords = new Uint32Array(0);
const noBytes = new Uint8Array(0);
const noNumbers = new Float64Array(0);

interface Stored<Head> {
  readonly words: Uint32Array;
  readonly head: Head;
  readonly count: number;
  readonly numeric: boolean;
  /** Where the values are put, from `base` on. */
  readonly bytes: Uint8Array;
  readonly base: number;
  readonly scratch: Scratch;
}

/** A column whose arrays are made when they are asked for. */
class DecimalColumn extends FieldColumn {
  readonly #stored: Stored<DecimalHead> & { readonly slot: number };
  #kinds: Uint8Array | undefined;
  #numbers: Float64Array | undefined;
  #ends: Uint32Array | undefined;

  constructor(stored: Stored<DecimalHead> & { readonly slot: number }) {
    super(noBytes, noWords, noWords, noNumbers);
    this.#stored = stored;
  }

  override get kinds(): Uint8Array {
    if (this.#kinds === undefined) {
      const { words, head, count, scratch } = this.#stored;
      this.#kinds = scratch.kinds.subarray(0, count);
      decimalKinds(words, head, count, this.#kinds);
    }
    return this.#kinds;
  }

  override get numbers(): Float64Array {
    return this.#stored.numeric ? this.#doubles() : noNumbers;
  }

  override get starts(): Uint32Array {
    this.#write();
    return this.#stored.scratch.starts.subarray(0, this.#stored.count);
  }

  override get ends(): Uint32Array {
    return this.#write();
  }

  override inRange(
    low: number,
    high: number,
    inside: boolean,
  ): { readonly records: Uint32Array; readonly exact: boolean } | undefined {
    const { words, head, count, numeric, scratch } = this.#stored;
    if (!numeric) return undefined;
    const range = { low, high, inside };
    const found = decimalsInRange(words, head, count, range, () => this.kinds, scratch.found);
    return found === undefined ? undefined : { records: scratch.found.subarray(0, found), exact: true };
  }

  #doubles(): Float64Array {
    if (this.#numbers === undefined) {
      const { words, head, count, scratch } = this.#stored;
      this.#numbers = scratch.numbers.subarray(0, count);
      decimalNumbers(words, head, count, this.#numbers, scratch.words);
      if (head.hasOthers) {
        const { kinds } = this;
        for (let i = 0; i < count; i++) if (kinds[i] !== head.kind) this.#numbers[i] = NaN;
      }
    }
    return this.#numbers;
  }

  /** Writes the texts, one after the other. */
  #write(): Uint32Array {
    if (this.#ends === undefined) {
      const { head, count, bytes, base, slot, scratch } = this.#stored;
      const { kinds } = this;
      const numbers = this.#doubles();
      const { starts, ends } = scratch;
      for (let i = 0; i < count; i++) {
        const at = base + i * slot;
        starts[i] = at;
        ends[i] = kinds[i] === head.kind ? writeDecimal(numbers[i], head, bytes, at) : at;
      }
      this.#ends = ends.subarray(0, count);
    }
    return this.#ends;
  }
}

class DictionaryColumn extends FieldColumn {
  readonly #stored: Stored<DictionaryHead> & { readonly hasNumbers: boolean };
  #coded: CodedValues | undefined;
  #kinds: Uint8Array | undefined;
  #numbers: Float64Array | undefined;
  #starts: Uint32Array | undefined;
  #ends: Uint32Array | undefined;

  constructor(stored: Stored<DictionaryHead> & { readonly hasNumbers: boolean }) {
    super(noBytes, noWords, noWords, noNumbers);
    this.#stored = stored;
  }

  override get coded(): CodedValues {
    this.#coded ??= this.#decode();
    return this.#coded;
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

  #gathered<Numbers extends Uint8Array | Uint32Array | Float64Array>(
    values: Numbers,
    scratch: Numbers,
  ): Numbers {
    const { count } = this.#stored;
    const { codes } = this.coded;
    for (let i = 0; i < count; i++) scratch[i] = values[codes[i]];
    return scratch.subarray(0, count) as Numbers;
  }

  #decode(): CodedValues {
    const { words, head, count, numeric, bytes, base, scratch, hasNumbers } = this.#stored;
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
      numeric && hasNumbers
        ? new Float64Array(words.buffer, words.byteOffset + head.numbersAt * 4, distinct)
        : noNumbers;
    const codes = scratch.codes.subarray(0, count);
    unpack(words.subarray(head.codesAt), count, width, codes);
    return { values: new FieldColumn(kinds, starts, ends, numbers), bytes, count: distinct, codes };
  }
}

function bytesAt(words: Uint32Array, at: number, length: number): Uint8Array {
  return new Uint8Array(words.buffer, words.byteOffset + at * 4, length);
}

/** Whether a segment answers what is asked of its column. */
export function answers(segment: SegmentBytes, { numeric }: FieldRequest): boolean {
  const { encoding, hasNumbers } = headOf(segment);
  const isColumn = encoding === Encoding.Decimals || encoding === Encoding.Dictionary;
  return isColumn && (hasNumbers || !numeric);
}
