import { Kind } from '../../format/record.ts';
import { holdsTimes, readValue, type CellNature } from '../../query/cell.ts';
import { valueComparer } from '../../query/evaluate.ts';
import { plainWhole } from '../../query/fieldText.ts';
import { asBoolean, asTime } from '../../query/value/compare.ts';
import { readNumber } from '../../query/value/decimal.ts';
import { timeOfEpoch } from '../../query/value/time.ts';
import { isNumeric, type Value } from '../../query/value/value.ts';
import type { ByteWriter } from '../bytes.ts';
import { tag, writeCell } from '../codec.ts';
import { CodedVector } from '../codedVector.ts';
import { writeKey, writeNumberKey } from '../held/key.ts';
import { FieldVector, type Vector } from '../vector.ts';

/** The file whose values they are: that of the rows, or the other one of the JOIN. */
export type JoinSide = 'left' | 'right';

/**
 * How the values of a key of both files are found and compared. All that `=` takes for equal has equal bytes in a key:
 * a text stands there for the number, the boolean or the time that it is, and a number for a time where there may be
 * one. Of values with equal bytes that are not all equal, those that stand for something else are kept to be compared.
 */
export class KeyPair {
  readonly #natures: { readonly left: CellNature; readonly right: CellNature };
  /** Whether one of them may be a time, which texts and numbers are then compared with as such. */
  readonly #times: boolean;
  /** Whether both are fields of CSV files, of which two texts are compared as numbers. */
  readonly #loose: boolean;
  /** Whether a text equals the number or boolean that it stands for, so that only two texts are to be compared. */
  readonly #isPlain: boolean;
  readonly #compare: (a: Value, b: Value) => number | undefined;

  constructor(left: CellNature, right: CellNature, times: boolean) {
    this.#natures = { left, right };
    this.#loose = left.loose && right.loose;
    const isDate = left.reading?.kind === 'date' || right.reading?.kind === 'date';
    // Beside a text that is none of a table, a date is one if the text is.
    this.#times = times || holdsTimes(left) || holdsTimes(right) || isDate;
    this.#isPlain = !this.#times && left.reading === undefined && right.reading === undefined;
    this.#compare = valueComparer(left, right);
  }

  /** The value as it stands in a key. */
  inKey(value: Value, side: JoinSide): Value {
    const read = this.#read(value, side);
    if (this.#times) {
      const time = asTime(read);
      if (time !== undefined) return time;
    }
    if (typeof read !== 'string') return read;
    const number = readNumber(read);
    if (number !== undefined) return this.#times ? (timeOfEpoch(number) ?? number) : number;
    return asBoolean(read) ?? read;
  }

  /** What must be compared where it has the bytes of another value; NULL where it is equal to all of those. */
  kept(value: Value, side: JoinSide): Value {
    const isNumber = isNumeric(value);
    if (typeof value !== 'string' && !(isNumber && this.#times)) return null;
    const inKey = this.inKey(value, side);
    if (inKey === value || (this.#loose && this.#isPlain && isNumeric(inKey))) return null;
    return value;
  }

  /**
   * Whether two values with equal bytes are equal.
   * @param left,right what is kept of them
   */
  isEqual(left: Value, right: Value): boolean {
    if (left === null && right === null) return true;
    if (left !== null && right !== null) return this.#compare(left, right) === 0;
    if (this.#isPlain) return true;
    // What is not kept is what stands in the key, and that is the same for both.
    if (left !== null) return this.#compare(left, this.inKey(left, 'left')) === 0;
    return this.#compare(this.inKey(right, 'right'), right) === 0;
  }

  /**
   * Whether a value is equal to all that have its bytes.
   * @param left what is kept of it
   */
  isCertain(left: Value): boolean {
    return left === null && this.#isPlain;
  }

  /** Whether it is seen at a glance that a value is equal to all that have its bytes. */
  isCertainAt(vector: Vector, row: number): boolean {
    return this.#isPlain && this.#keepsNothing(vector, row);
  }

  /** The number that stands in a key for what is one at a glance; NaN where the value must be read. */
  numberInKey(vector: Vector, row: number): number {
    return this.#isPlain ? wholeNumberAt(vector, row) : NaN;
  }

  /** `kept` of the value of a row, which is not decoded where nothing is kept of it. */
  keptOf(vector: Vector, row: number, side: JoinSide): Value {
    if (this.#isPlain && this.#keepsNothing(vector, row)) return null;
    return this.kept(vector.value(row), side);
  }

  /** Writes `keptOf` as a cell. */
  writeKept(out: ByteWriter, vector: Vector, row: number, side: JoinSide): void {
    // A text that is a number is kept as it stands.
    if (
      this.#isPlain &&
      vector instanceof CodedVector &&
      !this.#loose &&
      !Number.isNaN(vector.wholeNumber(row))
    ) {
      if (vector.kind(row) === tag.text) vector.copyTo(out, row);
      else out.byte(tag.null);
      return;
    }
    writeCell(out, this.keptOf(vector, row, side));
  }

  /** Where nothing else is compared than what stands in the key. */
  #keepsNothing(vector: Vector, row: number): boolean {
    return !mayBeText(vector, row) || (this.#loose && !Number.isNaN(wholeNumberAt(vector, row)));
  }

  #read(value: Value, side: JoinSide): Value {
    const { left, right } = this.#natures;
    // A text beside a field with a reading is compared with what stands in the file: both must have equal bytes.
    const reading = this.#loose ? this.#natures[side].reading : (left.reading ?? right.reading);
    return reading === undefined ? value : (readValue(value, reading) ?? value);
  }
}

/** The number that a cell, or the text in it, is where its bytes say that at a glance; NaN for all others. */
function wholeNumberAt(vector: Vector, row: number): number {
  if (vector instanceof CodedVector) return vector.wholeNumber(row);
  if (!(vector instanceof FieldVector)) return NaN;
  const kind = vector.column.kinds[row];
  return kind === Kind.Number || kind === Kind.Text ? plainWhole(vector.bytes, vector.column, row) : NaN;
}

/** Whether a cell is a text, as far as that is known without decoding it. */
function mayBeText(vector: Vector, row: number): boolean {
  if (vector instanceof CodedVector) return vector.kind(row) === tag.text;
  if (!(vector instanceof FieldVector)) return true;
  const kind = vector.column.kinds[row];
  return kind === Kind.Text || kind === Kind.EscapedText || kind === Kind.OddText;
}

/**
 * Writes the values of a row by which it is found.
 * @returns false where a value is NULL, which equals nothing
 */
export function writeJoinKey(
  out: ByteWriter,
  vectors: readonly Vector[],
  row: number,
  pairs: readonly KeyPair[],
  side: JoinSide,
): boolean {
  for (let at = 0; at < vectors.length; at++) {
    const vector = vectors[at];
    const number = pairs[at].numberInKey(vector, row);
    if (!Number.isNaN(number)) {
      writeNumberKey(out, number);
      continue;
    }
    const value = vector.value(row);
    if (value === null) return false;
    writeKey(out, pairs[at].inKey(value, side));
  }
  return true;
}
