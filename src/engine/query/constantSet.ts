import { asBoolean, asNumber } from './value/compare.ts';
import { readNumber, type Numeric } from './value/decimal.ts';
import { isNumeric, type Value } from './value/value.ts';

/** A number as a key of a set: the form of a number is canonical, so that equal numbers and no others have equal keys. */
type NumberKey = number | string;

function keyOf(value: Numeric): NumberKey {
  return typeof value === 'number' ? value : `${value.coefficient}e${value.exponent}`;
}

/**
 * Numbers, texts and booleans that a value is sought among, without comparing it with each: what `compareValues` says
 * of the value and every one of them, as one answer.
 */
export class ConstantSet {
  readonly #texts = new Set<string>();
  readonly #numbers = new Set<NumberKey>();
  readonly #booleans = new Set<boolean>();
  /** What the texts are beside a number, and beside a boolean. */
  readonly #textNumbers = new Set<NumberKey>();
  readonly #textBooleans = new Set<boolean>();
  /** Whether a text cannot be compared with a number, or with a boolean. */
  #textWithoutNumber = false;
  #textWithoutBoolean = false;

  /** False, and nothing is added, for a value of another type. */
  add(value: Value): boolean {
    if (typeof value === 'string') {
      this.#texts.add(value);
      const number = readNumber(value);
      if (number === undefined) this.#textWithoutNumber = true;
      else this.#textNumbers.add(keyOf(number));
      const boolean = asBoolean(value);
      if (boolean === undefined) this.#textWithoutBoolean = true;
      else this.#textBooleans.add(boolean);
      return true;
    }
    if (typeof value === 'boolean') {
      this.#booleans.add(value);
      return true;
    }
    if (value === null || !isNumeric(value)) return false;
    this.#numbers.add(keyOf(value));
    return true;
  }

  /**
   * Whether the value equals one of them; null where it equals none and cannot be compared with some. Undefined for a
   * value of another type, about which the set says nothing.
   * @param read what a text is beside numbers and booleans
   */
  has(value: Value, read = value): boolean | null | undefined {
    if (typeof value === 'string') {
      if (this.#texts.has(value)) return true;
      const number = this.#numbers.size > 0 ? asNumber(read) : undefined;
      if (number !== undefined && this.#numbers.has(keyOf(number))) return true;
      const boolean = this.#booleans.size > 0 ? asBoolean(read) : undefined;
      if (boolean !== undefined && this.#booleans.has(boolean)) return true;
      const comparable =
        (number !== undefined || this.#numbers.size === 0) &&
        (boolean !== undefined || this.#booleans.size === 0);
      return comparable ? false : null;
    }
    if (typeof value === 'boolean') {
      if (this.#booleans.has(value) || this.#textBooleans.has(value)) return true;
      return this.#textWithoutBoolean || this.#numbers.size > 0 ? null : false;
    }
    if (value === null || !isNumeric(value)) return undefined;
    const key = keyOf(value);
    if (this.#numbers.has(key) || this.#textNumbers.has(key)) return true;
    return this.#textWithoutNumber || this.#booleans.size > 0 ? null : false;
  }
}
