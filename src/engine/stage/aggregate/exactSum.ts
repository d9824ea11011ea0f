import { zero } from '../../ascii.ts';
import {
  addExactly,
  canonical,
  cutSum,
  negate,
  numberOf,
  toDouble,
  type Numeric,
} from '../../query/value/decimal.ts';
import type { ByteReader, ByteWriter } from '../bytes.ts';
import { emptiedDoubles, grownDoubles } from './accumulator.ts';

/** Powers of ten that are exact doubles. */
const powers = Array.from({ length: 16 }, (_, exponent) => 10 ** exponent);
/** Every decimal of 15 digits is the only one for its double. */
const maxDigits = 1e15;

/** Bytes that a `LongSum` takes, roughly: most doubles of a column have few exponents. */
const longSumSize = 600;

/**
 * The exact sum of doubles as their shortest decimals, which have up to 17 digits: these are cut after nine, and the parts
 * added up as whole numbers by the place of their last digit.
 */
class LongSum {
  /** By the exponent of ten that the whole numbers are times. */
  readonly #wholes = new Map<number, number>();
  /** What was taken off those before they reached 2^53. */
  readonly #carried = new Map<number, bigint>();

  add(value: number): void {
    const text = String(value);
    const power = text.indexOf('e');
    const end = power < 0 ? text.length : power;
    const sign = value < 0 ? -1 : 1;
    let exponent = power < 0 ? 0 : Number(text.slice(power + 1));
    let first = 0;
    let rest = 0;
    let digits = 0;
    for (let at = value < 0 ? 1 : 0; at < end; at++) {
      const digit = text.charCodeAt(at) - zero;
      if (digit < 0) {
        exponent -= end - 1 - at;
        continue;
      }
      if (digits > 0 || digit > 0) digits++;
      if (digits <= 9) first = first * 10 + digit;
      else rest = rest * 10 + digit;
    }
    this.#add(exponent + Math.max(0, digits - 9), sign * first);
    if (rest > 0) this.#add(exponent, sign * rest);
  }

  get sum(): Numeric {
    const least = Math.min(...this.#wholes.keys());
    let sum = 0n;
    for (const [exponent, whole] of this.#wholes) {
      const all = (this.#carried.get(exponent) ?? 0n) + BigInt(whole);
      sum += all * 10n ** BigInt(exponent - least);
    }
    return canonical(sum, least);
  }

  #add(exponent: number, whole: number): void {
    const before = this.#wholes.get(exponent) ?? 0;
    const sum = before + whole;
    if (Number.isSafeInteger(sum)) {
      this.#wholes.set(exponent, sum);
    } else {
      this.#carried.set(exponent, (this.#carried.get(exponent) ?? 0n) + BigInt(before));
      this.#wholes.set(exponent, whole);
    }
  }
}

/** In the place of a scale: the sum follows as a text. */
const written = 0xff;

/**
 * Exact sums of decimals, by group. A double stands for its shortest decimal: scaled by a power of ten that all
 * summands share it is a whole number, and those are added as doubles while they stay below 2^53, then as big
 * integers. The order of the summands makes no difference.
 */
export class ExactSums {
  #scale = 0;
  /** Whole numbers at the scale, below 2^53 in size. */
  #small: Float64Array = new Float64Array(16);
  /** What has been carried over, at the scale. */
  readonly #large = new Map<number, bigint>();
  /** Sums of doubles that do not fit: of more than 15 digits, or with more than 15 after the point. */
  readonly #long = new Map<number, LongSum>();
  /** Sums of numbers that no double stands for. */
  readonly #odd = new Map<number, Numeric>();
  /** Sums that overflowed. */
  readonly #lost = new Set<number>();

  get size(): number {
    return this.#small.byteLength + (this.#large.size + this.#odd.size) * 100 + this.#long.size * longSumSize;
  }

  reserve(groups: number): void {
    this.#small = grownDoubles(this.#small, groups);
  }

  /** How many times as large as summands the whole numbers are that are added up. */
  get power(): number {
    return powers[this.#scale];
  }

  /** Adds a whole number below 2^53 in size that is `power` times as large as what it stands for. */
  addScaled(group: number, whole: number): void {
    const sum = this.#small[group] + whole;
    if (sum >= -9007199254740991 && sum <= 9007199254740991) {
      this.#small[group] = sum;
    } else {
      this.#carry(group);
      this.#small[group] = whole;
    }
  }

  addDouble(group: number, value: number): void {
    const power = powers[this.#scale];
    const whole = Math.round(value * power);
    if (whole / power !== value || whole > maxDigits || whole < -maxDigits) {
      this.#addSlowly(group, value);
      return;
    }
    this.addScaled(group, whole);
  }

  /** Adds a double several times. */
  addTimes(group: number, value: number, times: number): void {
    for (let left = times; left > 0; left--) {
      const { power } = this;
      const whole = Math.round(value * power);
      const all = whole * left;
      if (whole / power === value && Math.abs(whole) <= maxDigits && Number.isSafeInteger(all)) {
        this.addScaled(group, all);
        return;
      }
      // With the first one, the scale may come to fit.
      this.addDouble(group, value);
    }
  }

  /**
   * Adds `sum` and `count` times `low`, whole numbers below 2^53 in size that stand for what is 10 to the `scale` times as
   * small.
   */
  addWholes(group: number, sum: number, count: number, low: number, scale: number): void {
    const all = sum + count * low;
    const isExact = Number.isSafeInteger(count * low) && Number.isSafeInteger(all);
    if (isExact) this.#addAt(group, all, scale);
    else this.add(group, canonical(BigInt(sum) + BigInt(count) * BigInt(low), -scale));
  }

  add(group: number, value: Numeric): void {
    if (typeof value === 'number') this.addDouble(group, value);
    else this.#addOdd(group, value);
  }

  subtract(group: number, value: Numeric): void {
    this.add(group, negate(value));
  }

  /** Undefined where the sum is beyond every double. */
  sum(group: number): Numeric | undefined {
    const sum = this.#sum(group);
    return sum === undefined ? undefined : cutSum(sum);
  }

  #sum(group: number): Numeric | undefined {
    if (this.#lost.has(group)) return undefined;
    const large = (this.#large.get(group) ?? 0n) + BigInt(this.#small[group]);
    let sum: Numeric | undefined = canonical(large, -this.#scale);
    for (const part of [this.#long.get(group)?.sum, this.#odd.get(group)])
      if (sum !== undefined && part !== undefined) sum = addExactly(sum, part);
    return sum;
  }

  toDouble(group: number): number | undefined {
    const sum = this.sum(group);
    return sum === undefined ? undefined : toDouble(sum);
  }

  write(group: number, out: ByteWriter): void {
    if (![this.#large, this.#long, this.#odd, this.#lost].some((sums) => sums.has(group))) {
      out.byte(this.#scale);
      out.double(this.#small[group]);
      return;
    }
    const sum = this.#sum(group);
    out.byte(written);
    out.text(sum === undefined ? '' : String(sum));
  }

  merge(group: number, from: ByteReader): void {
    const scale = from.byte();
    if (scale !== written) {
      const small = from.double();
      this.#addAt(group, small, scale);
      return;
    }
    const text = from.text();
    if (text === '') this.#lost.add(group);
    else this.add(group, numberOf(text));
  }

  reset(): void {
    this.#small = emptiedDoubles(this.#small);
    this.#large.clear();
    this.#long.clear();
    this.#odd.clear();
    this.#lost.clear();
  }

  clear(group: number): void {
    this.#small[group] = 0;
    this.#large.delete(group);
    this.#long.delete(group);
    this.#odd.delete(group);
    this.#lost.delete(group);
  }

  #addAt(group: number, whole: number, scale: number): void {
    if (whole === 0) return;
    if (scale > this.#scale) this.#rescale(scale);
    const sum = this.#small[group] + whole;
    if (scale === this.#scale && Number.isSafeInteger(sum)) this.#small[group] = sum;
    else this.add(group, canonical(BigInt(whole), -scale));
  }

  #carry(group: number): void {
    this.#large.set(group, (this.#large.get(group) ?? 0n) + BigInt(this.#small[group]));
    this.#small[group] = 0;
  }

  #addSlowly(group: number, value: number): void {
    for (let scale = this.#scale + 1; scale < powers.length; scale++) {
      const whole = Math.round(value * powers[scale]);
      if (whole > maxDigits || whole < -maxDigits) break;
      if (whole / powers[scale] !== value) continue;
      this.#rescale(scale);
      this.addDouble(group, value);
      return;
    }
    let sum = this.#long.get(group);
    if (sum === undefined) this.#long.set(group, (sum = new LongSum()));
    sum.add(value);
  }

  #addOdd(group: number, value: Numeric): void {
    const sum = addExactly(this.#odd.get(group) ?? 0, value);
    if (sum === undefined) this.#lost.add(group);
    else this.#odd.set(group, sum);
  }

  #rescale(scale: number): void {
    const factor = powers[scale - this.#scale];
    const bigFactor = BigInt(factor);
    for (const [group, large] of this.#large) this.#large.set(group, large * bigFactor);
    for (let group = 0; group < this.#small.length; group++) {
      const small = this.#small[group];
      if (small === 0) continue;
      if (Math.abs(small * factor) <= 2 ** 52) {
        this.#small[group] = small * factor;
      } else {
        this.#large.set(group, (this.#large.get(group) ?? 0n) + BigInt(small) * bigFactor);
        this.#small[group] = 0;
      }
    }
    this.#scale = scale;
  }
}
