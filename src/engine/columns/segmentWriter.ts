import { Kind, type FieldColumn, type RecordBlock } from '../format/record.ts';
import { DecimalEncoder } from './decimals.ts';
import { DoubleEncoder, shortestDouble } from './doubles.ts';
import { DictionaryEncoder } from './dictionary.ts';
import { PlaceEncoder } from './places.ts';
import { TimeEncoder } from './times.ts';
import { Encoding, Flag, headerWords, segmentVersion } from './segment.ts';
import type { WordWriter } from './wordWriter.ts';

/** Records that are looked at to see what a column holds. */
const looked = 64;
/** Of a block's records, so many may have a fault for its columns to be kept. */
const faultShare = 1 / 16;

/** Makes segments of the columns that a scan has found, one after the other. Keeps scratch memory. */
export class SegmentWriter {
  readonly #json: boolean;
  readonly #decimals = new DecimalEncoder();
  readonly #dictionary = new DictionaryEncoder();
  readonly #doubles = new DoubleEncoder();
  readonly #times = new TimeEncoder();
  readonly #places = new PlaceEncoder();

  /** @param json whether the records are JSON, where numbers are known by their kind */
  constructor(json: boolean) {
    this.#json = json;
  }

  /** Writes the segment of a column of a block, which may be one that says that there is none. */
  write(block: RecordBlock, field: FieldColumn, out: WordWriter): void {
    out.align();
    const start = out.length;
    const hasNumbers = this.#json || field.numbers.length > 0;
    const faults = faultsOf(block);
    if (faults !== undefined) {
      writeHead(block.count, faults, Encoding.Decimals, hasNumbers, out);
      const kind = this.#numbersAs(block, field);
      if (kind !== undefined && this.#decimals.encode(block, field, kind, out)) return;
      out.length = start;
      writeHead(block.count, faults, Encoding.Dictionary, hasNumbers, out);
      if (this.#dictionary.encode(block, field, this.#json, out)) return;
      out.length = start;
      writeHead(block.count, faults, Encoding.Doubles, hasNumbers, out);
      if (kind !== undefined && this.#doubles.encode(block, field, kind, out)) return;
      out.length = start;
      // No time is a number.
      writeHead(block.count, faults, Encoding.Times, true, out);
      if (this.#times.encode(block, field, out)) return;
      out.length = start;
    }
    writeHead(block.count, noFaults, Encoding.None, true, out);
  }

  /**
   * Writes where the records of a block are, which have no fault.
   * @param from index of the block's first byte
   */
  writePlaces(block: RecordBlock, from: number, out: WordWriter): void {
    out.align();
    writeHead(block.count, noFaults, Encoding.Places, false, out);
    this.#places.encode(block, from, out);
  }

  /** The kind that the numbers have in a column of numbers; undefined for another column. */
  #numbersAs({ bytes, count }: RecordBlock, field: FieldColumn): Kind | undefined {
    const kind = this.#json ? Kind.Number : Kind.Text;
    const { kinds, numbers } = field;
    const isNumber = (i: number): boolean =>
      this.#json ||
      (numbers.length > 0 &&
        (!Number.isNaN(numbers[i]) || shortestDouble(bytes, field.starts[i], field.ends[i]) !== undefined));
    let seen = 0;
    for (let i = 0; i < count && seen < looked; i++) {
      if (kinds[i] <= Kind.Null) continue;
      if (kinds[i] !== kind || !isNumber(i)) return undefined;
      seen++;
    }
    return seen > 0 ? kind : undefined;
  }
}

interface Faults {
  readonly records: readonly number[];
  readonly codes: Uint8Array;
}

const noFaults: Faults = { records: [], codes: new Uint8Array(0) };

/** Undefined where they are too many. */
function faultsOf({ count, faulty, faults }: RecordBlock): Faults | undefined {
  if (faulty === 0) return noFaults;
  if (faulty > count * faultShare) return undefined;
  const records: number[] = [];
  for (let record = 0; record < count; record++) if (faults[record] !== 0) records.push(record);
  if (records.length !== faulty) return undefined;
  return { records, codes: Uint8Array.from(records, (record) => faults[record]) };
}

function writeHead(
  count: number,
  { records, codes }: Faults,
  encoding: Encoding,
  hasNumbers: boolean,
  out: WordWriter,
): void {
  const head = out.take(headerWords);
  out.words[head] = segmentVersion | (encoding << 8) | ((hasNumbers ? Flag.Numbers : 0) << 16);
  out.words[head + 1] = count;
  out.words[head + 2] = records.length;
  out.words[head + 3] = 0;
  const at = out.take(records.length);
  out.words.set(records, at);
  out.copy(codes);
}
