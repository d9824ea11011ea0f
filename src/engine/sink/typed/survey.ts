import { notFinite } from '../../../protocol/jsonValue.ts';
import { Decimal, numberOf, type Numeric } from '../../query/value/decimal.ts';
import { readTime } from '../../query/value/time.ts';
import { maxPrecision, type ColumnType } from './columnType.ts';
import { isList, isObject, membersOf, type Json, type JsonMembers } from './json.ts';

/** Objects with more different members than this are used as maps: a column for each would be of no use. */
const maxMembers = 1000;
/** Values nested deeper than this are written as text. */
const maxNesting = 32;

const [booleans, numbers, texts, lists, objects] = [1, 2, 4, 8, 16];

/** @param path the keys that lead to a text inside an object */
type InMembers = (path: readonly string[]) => boolean;

/** Looks at the values of a column one by one, and says what type holds all of them without loss. */
export class Survey {
  readonly #typesInText: boolean;
  readonly #inMembers: InMembers;
  readonly #depth: number;
  #kinds = 0;
  #numbers: NumberSurvey | undefined;
  #times: TimeSurvey | undefined;
  /** Texts of numbers that JSON has no words for: they are numbers among others, and texts where there are none. */
  #notFinite = false;
  /** Texts that read as neither number nor boolean nor time. */
  #plainTexts = false;
  #textBooleans = false;
  #items: Survey | undefined;
  #members: Map<string, Survey> | undefined;
  #tooMany = false;

  /**
   * @param typesInText whether a text that reads as a number, boolean or time is one, and an empty one is null
   * @param inMembers the same of texts inside objects
   */
  constructor(typesInText: boolean, inMembers: InMembers = () => false, depth = 0) {
    this.#typesInText = typesInText;
    this.#inMembers = inMembers;
    this.#depth = depth;
  }

  add(value: Json | undefined): void {
    if (value === null || value === undefined) return;
    if (typeof value === 'string') this.#text(value);
    else if (typeof value === 'number' || value instanceof Decimal) this.#number(value);
    else if (typeof value === 'boolean') this.#kinds |= booleans;
    else if (isList(value)) this.#list(value);
    else if (isObject(value)) this.#object(value);
  }

  type(): ColumnType {
    const kinds = this.#kinds | (this.#textBooleans ? booleans : 0);
    if (this.#notFinite) return this.#typeWithNotFinite(kinds);
    return this.#typeOf(kinds);
  }

  #typeWithNotFinite(kinds: number): ColumnType {
    if (kinds === numbers && this.#numbers?.areDoubles) return { kind: 'double' };
    this.#plainTexts = true;
    return this.#typeOf(kinds | texts);
  }

  #typeOf(kinds: number): ColumnType {
    switch (kinds) {
      case 0:
        return text;
      case booleans:
        return { kind: 'boolean' };
      case numbers:
        return this.#numbers?.type() ?? text;
      case texts:
        return this.#plainTexts ? text : (this.#times?.type() ?? text);
      case lists:
        return this.#tooMany ? mixed : { kind: 'list', items: this.#items?.type() ?? text };
      case objects:
        return this.#struct();
      default:
        // Cells of a delimited text are texts, whatever they look like.
        return this.#typesInText && kinds < lists ? text : mixed;
    }
  }

  #number(value: Numeric): void {
    this.#kinds |= numbers;
    this.#numbers ??= new NumberSurvey();
    this.#numbers.add(value);
  }

  #text(value: string): void {
    if (notFinite.test(value)) {
      this.#notFinite = true;
      return;
    }
    if (this.#typesInText) {
      if (value === '') return;
      const number = numberInText(value);
      if (number !== undefined) {
        this.#number(number);
        return;
      }
      if (isBooleanText(value)) {
        this.#textBooleans = true;
        return;
      }
    }
    this.#kinds |= texts;
    if (this.#plainTexts) return;
    this.#times ??= new TimeSurvey();
    if (!this.#times.add(value)) this.#plainTexts = true;
  }

  #list(items: readonly Json[]): void {
    this.#kinds |= lists;
    if (this.#depth === maxNesting) this.#tooMany = true;
    if (this.#tooMany) return;
    this.#items ??= new Survey(false, undefined, this.#depth + 1);
    for (const item of items) this.#items.add(item);
  }

  #object(value: JsonMembers): void {
    this.#kinds |= objects;
    if (this.#depth === maxNesting) this.#tooMany = true;
    if (this.#tooMany) return;
    this.#members ??= new Map();
    for (const [key, inner] of membersOf(value)) {
      let member = this.#members.get(key);
      if (member === undefined) {
        if (this.#members.size === maxMembers) {
          this.#tooMany = true;
          this.#members = undefined;
          return;
        }
        const below: InMembers = (path) => this.#inMembers([key, ...path]);
        member = new Survey(below([]), below, this.#depth + 1);
        this.#members.set(key, member);
      }
      member.add(inner);
    }
  }

  /** Parquet has no group without members, and most readers of Arrow no struct. */
  #struct(): ColumnType {
    const members = this.#members ?? new Map<string, Survey>();
    if (this.#tooMany || members.size === 0) return mixed;
    return { kind: 'struct', members: new Map([...members].map(([key, member]) => [key, member.type()])) };
  }
}

const text: ColumnType = { kind: 'text', mixed: false };
const mixed: ColumnType = { kind: 'text', mixed: true };

/** The number that a cell of a delimited text is: as JSON writes it, so that 007 stays a text. */
export function numberInText(value: string): Numeric | undefined {
  return jsonNumber.test(value) ? numberOf(value) : undefined;
}

/** What a text is in a column of doubles. */
export function doubleInText(value: string): Numeric | undefined {
  return notFinite.test(value) ? Number(value) : numberInText(value);
}

const jsonNumber = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

export function isBooleanText(value: string): boolean {
  return /^(?:true|false)$/i.test(value);
}

/** Which type holds all numbers of a column by value. */
class NumberSurvey {
  #integers = true;
  #in64Bits = true;
  /** Whether each is what its double's shortest decimal form says. */
  #doubles = true;
  #digits = 0;
  #scale = 0;

  add(value: Numeric): void {
    if (typeof value === 'number') {
      if (Number.isSafeInteger(value)) {
        this.#digits = Math.max(this.#digits, safeDigits);
        return;
      }
      this.#parts(String(value));
      return;
    }
    this.#doubles = false;
    this.#parts(value.toString());
  }

  #parts(written: string): void {
    const { integer, fraction } = plainParts(written);
    this.#digits = Math.max(this.#digits, integer.length);
    this.#scale = Math.max(this.#scale, fraction.length);
    if (fraction !== '') this.#integers = false;
    else if (!isIn64Bits(BigInt(written.startsWith('-') ? `-${integer}` : integer || '0')))
      this.#in64Bits = false;
  }

  get areDoubles(): boolean {
    return this.#doubles;
  }

  type(): ColumnType {
    if (this.#integers && this.#in64Bits) return { kind: 'int64' };
    if (this.#doubles) return { kind: 'double' };
    const precision = this.#digits + this.#scale;
    return precision <= maxPrecision ? { kind: 'decimal', precision, scale: this.#scale } : mixed;
  }
}

/** Digits of the greatest integer that every one up to it is a double. */
const safeDigits = 16;
const [min64, max64] = [-(2n ** 63n), 2n ** 63n - 1n];

function isIn64Bits(value: bigint): boolean {
  return value >= min64 && value <= max64;
}

/** Digits before and after the point of a number as JavaScript or `Decimal` writes it, without sign and exponent. */
export function plainParts(written: string): { integer: string; fraction: string } {
  const [mantissa, exponent = '0'] = written.replace(/^-/, '').split(/[eE]/);
  const [integer, fraction = ''] = mantissa.split('.');
  const shift = Number(exponent);
  if (shift === 0) return { integer, fraction };
  // Beyond what any type holds, so that how far does not matter.
  if (Math.abs(shift) > 400) return { integer: '9'.repeat(400), fraction };
  if (shift > 0) {
    const moved = fraction.padEnd(shift, '0');
    return {
      integer: (integer + moved.slice(0, shift)).replace(/^0+(?=\d)/, ''),
      fraction: moved.slice(shift),
    };
  }
  const padded = integer.padStart(1 - shift, '0');
  return { integer: padded.slice(0, shift), fraction: padded.slice(shift) + fraction };
}

/** Years whose nanoseconds since 1970 have 64 bits. */
const [firstNanoYear, lastNanoYear] = [1678, 2261];

/** Whether all texts of a column are times of one form by ISO 8601, and of which. */
class TimeSurvey {
  #form: 'date' | 'zoned' | 'local' | undefined;
  #nanos = false;
  #farAway = false;

  /** @returns false where the text is no time, or one of another form than those before */
  add(value: string): boolean {
    const form = formOf(value);
    if (form === undefined || (this.#form !== undefined && form !== this.#form)) return false;
    this.#form = form;
    if (form === 'date') return true;
    const time = readTime(value);
    if (time === undefined) return false;
    if (time.nanos % 1000 !== 0) this.#nanos = true;
    const year = Number(value.slice(0, 4));
    if (year < firstNanoYear || year > lastNanoYear) this.#farAway = true;
    return !(this.#nanos && this.#farAway);
  }

  type(): ColumnType | undefined {
    if (this.#form === undefined) return undefined;
    if (this.#form === 'date') return { kind: 'date' };
    return { kind: 'timestamp', unit: this.#nanos ? 'NANOS' : 'MICROS', zoned: this.#form === 'zoned' };
  }
}

/** Hours to 23 and seconds to 59 only: another way to write a time must not become the text's own. */
const isoTime =
  /^\d{4}-\d\d-\d\d(?:([Tt ])(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,9})?)?(Z|z|[+-]\d\d(?::?\d\d)?)?)?$/;

function formOf(value: string): 'date' | 'zoned' | 'local' | undefined {
  if (value.length < 10) return undefined;
  const match = isoTime.exec(value);
  if (match === null || readTime(value) === undefined) return undefined;
  if (match.at(1) === undefined) return 'date';
  return match.at(2) === undefined ? 'local' : 'zoned';
}
