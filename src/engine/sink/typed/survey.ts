import { notFinite } from '../../../protocol/jsonValue.ts';
import { Decimal, numberOf, type Numeric } from '../../query/value/decimal.ts';
import { bigI, bigN, dot, isDigit, minus, zero } from '../../ascii.ts';
import { Kind } from '../../format/record.ts';
import { unescapeJson } from '../../query/value/json.ts';
import type { SurveyedCells } from '../../kernel/cellKernel.ts';
import type { CellRun, CellTaker } from './cellRun.ts';
import { cellText, eachItem, ObjectReader, textOf, type TakeCell } from './cells.ts';
import { maxPrecision, type ColumnType } from './columnType.ts';
import { itemCells, memberCells } from './innerCells.ts';
import { IsoReader, type TimeForm } from './isoTime.ts';
import { exactJson, isList, isObject, membersOf, type Json, type JsonMembers } from './json.ts';

/** Objects with more different members than this are used as maps: a column for each would be of no use. */
const maxMembers = 1000;
/** Values nested deeper than this are written as text. */
const maxNesting = 32;

const [booleans, numbers, texts, lists, objects] = [1, 2, 4, 8, 16];

/** What a survey has seen. Plain data. */
export interface SurveyPart {
  readonly kinds: number;
  readonly numbers: NumbersSeen | undefined;
  readonly times: TimesSeen | undefined;
  readonly notFinite: boolean;
  readonly plainTexts: boolean;
  readonly textBooleans: boolean;
  readonly items: SurveyPart | undefined;
  /** In order of first appearance. */
  readonly members: readonly (readonly [key: string, member: SurveyPart])[] | undefined;
  readonly tooMany: boolean;
}

interface NumbersSeen {
  integers: boolean;
  in64Bits: boolean;
  /** Whether each is what its double's shortest decimal form says. */
  doubles: boolean;
  digits: number;
  scale: number;
}

interface TimesSeen {
  form: TimeForm | undefined;
  nanos: boolean;
  farAway: boolean;
}

/** @param path the keys that lead to a text inside an object */
type InMembers = (path: readonly string[]) => boolean;

/** Looks at the values of a column one by one, and says what type holds all of them without loss. */
export class Survey implements CellTaker {
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
  /** Reads objects that come as bytes, of which it knows the surveys of the members by their numbers. */
  #reader: ObjectReader | undefined;
  readonly #read: Survey[] = [];
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

  /** The same as `add` of the value that stands in `bytes[start, end)`: most values are not made for it. */
  addCell(kind: Kind, bytes: Uint8Array, start: number, end: number): void {
    switch (kind) {
      case Kind.Missing:
      case Kind.Null:
        return;
      case Kind.True:
      case Kind.False:
        this.#kinds |= booleans;
        return;
      case Kind.Number:
        if (plainNumber.read(bytes, start, end)) this.#plainNumber();
        else this.add(exactJson(cellText(kind, bytes, start, end)));
        return;
      case Kind.Text:
        this.#textCell(bytes, start, end);
        return;
      case Kind.EscapedText:
        if (!this.#isText) this.#text(unescapeJson(textOf(bytes, start, end)));
        return;
      case Kind.OddText:
        this.#notFinite = true;
        return;
      case Kind.List:
        if (!this.#begins(lists)) return;
        this.#items ??= this.#surveyOfItems();
        eachItem(bytes, start, end, this.#items.#addItem);
        return;
      case Kind.Object:
        if (this.#begins(objects)) this.#objectCell(bytes, start, end);
    }
  }

  /** The same as `addCell` of each. */
  addRun(run: CellRun): void {
    const seen = run.kernel.survey(this.#typesInText, this.#isText);
    this.merge(partOf(seen));
    const objectRows: number[] = [];
    let hasLists = false;
    for (const row of seen.left) {
      const kind = run.kindOf(row);
      if (kind === Kind.List) hasLists = true;
      else if (kind === Kind.Object) objectRows.push(row);
      else run.giveRow(row, this);
    }
    // All is found before what is inside takes the place of the column.
    const items = hasLists && this.#begins(lists) ? itemCells(run).items : undefined;
    if (objectRows.length > 0 && this.#begins(objects)) this.#addObjects(run, objectRows);
    if (items) run.giveInner(items, (this.#items ??= this.#surveyOfItems()));
  }

  #addObjects(run: CellRun, rows: readonly number[]): void {
    const [first] = rows;
    // The keys of the first are those of most.
    run.giveRow(first, this);
    const members = this.#reader && memberCells(run, this.#reader, false);
    for (const row of members?.left ?? rows) if (row !== first) run.giveRow(row, this);
    for (const [key, column] of (members?.columns ?? []).entries())
      if (!this.#tooMany) run.giveInner(column, this.#read[key]);
  }

  readonly #addItem: TakeCell = (kind, bytes, start, end) => this.addCell(kind, bytes, start, end);

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

  /** What was seen so far. */
  part(): SurveyPart {
    const members = this.#members && [...this.#members];
    return {
      kinds: this.#kinds,
      numbers: this.#numbers?.seen,
      times: this.#times?.seen,
      notFinite: this.#notFinite,
      plainTexts: this.#plainTexts,
      textBooleans: this.#textBooleans,
      items: this.#items?.part(),
      members: members?.map(([key, member]) => [key, member.part()]),
      tooMany: this.#tooMany,
    };
  }

  /** Takes in what another survey of the column has seen of the values that come next. */
  merge(part: SurveyPart): void {
    this.#kinds |= part.kinds;
    if (part.numbers) (this.#numbers ??= new NumberSurvey()).merge(part.numbers);
    if (part.notFinite) this.#notFinite = true;
    if (part.plainTexts) this.#plainTexts = true;
    if (part.textBooleans) this.#textBooleans = true;
    if (part.times && !this.#plainTexts && !(this.#times ??= new TimeSurvey()).merge(part.times))
      this.#plainTexts = true;
    if (part.items) (this.#items ??= this.#surveyOfItems()).merge(part.items);
    if (part.tooMany) this.#leaveMembers();
    for (const [key, seen] of part.members ?? []) {
      const member = this.#tooMany ? undefined : this.#member(key);
      if (member === undefined) return;
      member.merge(seen);
    }
  }

  #number(value: Numeric): void {
    this.#kinds |= numbers;
    this.#numbers ??= new NumberSurvey();
    this.#numbers.add(value);
  }

  #plainNumber(): void {
    this.#kinds |= numbers;
    this.#numbers ??= new NumberSurvey();
    this.#numbers.addPlain(plainNumber);
  }

  /** Whether further texts do not matter: of a delimited text there is nothing else. */
  get isSettled(): boolean {
    return this.#typesInText && this.#isText;
  }

  /** Whether there is a text that is nothing else: then what other texts are does not matter. */
  get #isText(): boolean {
    return this.#plainTexts && (this.#kinds & texts) !== 0;
  }

  #textCell(bytes: Uint8Array, start: number, end: number): void {
    if (this.#isText || (this.#typesInText && start === end)) return;
    const first = start === end ? 0 : bytes[start];
    if (isDigit(first)) {
      if (this.#typesInText && plainNumber.read(bytes, start, end)) {
        this.#plainNumber();
        return;
      }
      if (isoReader.read(bytes, start, end)) {
        this.#time();
        return;
      }
    }
    if (this.#typesInText && isBooleanAt(bytes, start, end)) {
      this.#textBooleans = true;
      return;
    }
    if (this.#mayBeOther(first)) {
      this.#text(textOf(bytes, start, end));
      return;
    }
    this.#kinds |= texts;
    this.#plainTexts = true;
  }

  /** Whether a text that begins so, and is neither plain number nor time, may be something else. */
  #mayBeOther(first: number): boolean {
    if (first === minus || first === bigN || first === bigI) return true;
    return this.#typesInText && isDigit(first);
  }

  #time(): void {
    this.#kinds |= texts;
    if (this.#plainTexts) return;
    this.#times ??= new TimeSurvey();
    if (!this.#times.add(isoReader)) this.#plainTexts = true;
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
    const bytes = value.length < 10 ? undefined : encoder.encode(value);
    if (bytes && isoReader.read(bytes, 0, bytes.length)) {
      this.#time();
      return;
    }
    this.#kinds |= texts;
    this.#plainTexts = true;
  }

  #list(items: readonly Json[]): void {
    if (!this.#begins(lists)) return;
    this.#items ??= this.#surveyOfItems();
    for (const item of items) this.#items.add(item);
  }

  #surveyOfItems(): Survey {
    return new Survey(false, undefined, this.#depth + 1);
  }

  /** Notes that there are values of a kind that holds others; answers whether to look into them. */
  #begins(kind: number): boolean {
    this.#kinds |= kind;
    if (this.#depth === maxNesting) this.#tooMany = true;
    return !this.#tooMany;
  }

  #object(value: JsonMembers): void {
    if (!this.#begins(objects)) return;
    for (const [key, inner] of membersOf(value)) {
      const member = this.#member(key);
      if (member === undefined) return;
      member.add(inner);
    }
  }

  #objectCell(bytes: Uint8Array, start: number, end: number): void {
    const reader = (this.#reader ??= new ObjectReader([], maxMembers + 1));
    reader.read(bytes, start, end);
    for (let key = 0; key < reader.keys.length; key++) {
      if (key === this.#read.length) {
        const member = this.#member(reader.keys[key]);
        if (member === undefined) return;
        this.#read.push(member);
      }
      if (reader.kinds[key] !== Kind.Missing)
        this.#read[key].addCell(reader.kindOf(key), bytes, reader.starts[key], reader.ends[key]);
    }
  }

  /** Undefined where there are too many. */
  #member(key: string): Survey | undefined {
    const members = (this.#members ??= new Map<string, Survey>());
    const known = members.get(key);
    if (known !== undefined) return known;
    if (members.size === maxMembers) {
      this.#leaveMembers();
      return undefined;
    }
    const below: InMembers = (path) => this.#inMembers([key, ...path]);
    const member = new Survey(below([]), below, this.#depth + 1);
    members.set(key, member);
    return member;
  }

  #leaveMembers(): void {
    this.#tooMany = true;
    this.#members = undefined;
    this.#reader = undefined;
    this.#read.length = 0;
  }

  /** Parquet has no group without members, and most readers of Arrow no struct. */
  #struct(): ColumnType {
    const members = this.#members ?? new Map<string, Survey>();
    if (this.#tooMany || members.size === 0) return mixed;
    return { kind: 'struct', members: new Map([...members].map(([key, member]) => [key, member.type()])) };
  }
}

/** What the kernel has seen of cells. */
function partOf(seen: SurveyedCells): SurveyPart {
  const { wholes, fractions, digits, scale, forms, nanos, farAway } = seen;
  const form = timeForms.get(forms);
  return {
    kinds: seen.kinds,
    numbers:
      wholes || fractions
        ? {
            integers: !fractions,
            in64Bits: true,
            doubles: true,
            digits: wholes ? Math.max(safeDigits, digits) : digits,
            scale,
          }
        : undefined,
    times: form && { form, nanos, farAway },
    notFinite: false,
    // Times of several forms are no times.
    plainTexts: seen.plainTexts || (forms !== 0 && form === undefined),
    textBooleans: seen.textBooleans,
    items: undefined,
    members: undefined,
    tooMany: false,
  };
}

const timeForms: ReadonlyMap<number, TimeForm> = new Map([
  [1, 'date'],
  [2, 'local'],
  [4, 'zoned'],
]);

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

function isBooleanAt(bytes: Uint8Array, start: number, end: number): boolean {
  const word = end - start === 4 ? 'true' : end - start === 5 ? 'false' : undefined;
  if (word === undefined) return false;
  for (let at = 0; at < word.length; at++)
    if ((bytes[start + at] | 0x20) !== word.charCodeAt(at)) return false;
  return true;
}

function isBooleanText(value: string): boolean {
  return /^(?:true|false)$/i.test(value);
}

/** Which type holds all numbers of a column by value. */
class NumberSurvey {
  readonly seen: NumbersSeen = { integers: true, in64Bits: true, doubles: true, digits: 0, scale: 0 };

  add(value: Numeric): void {
    if (typeof value === 'number') {
      if (Number.isSafeInteger(value)) this.#note(safeDigits, 0);
      else this.#parts(String(value));
      return;
    }
    this.seen.doubles = false;
    this.#parts(value.toString());
  }

  /** The same of a number with few digits, where it stands. */
  addPlain({ digits, scale }: PlainNumber): void {
    if (scale === 0) {
      this.#note(safeDigits, 0);
      return;
    }
    this.seen.integers = false;
    this.#note(digits, scale);
  }

  merge({ integers, in64Bits, doubles, digits, scale }: NumbersSeen): void {
    const { seen } = this;
    seen.integers &&= integers;
    seen.in64Bits &&= in64Bits;
    seen.doubles &&= doubles;
    this.#note(digits, scale);
  }

  #parts(written: string): void {
    const { integer, fraction } = plainParts(written);
    this.#note(integer.length, fraction.length);
    if (fraction !== '') this.seen.integers = false;
    else if (!isIn64Bits(BigInt(written.startsWith('-') ? `-${integer}` : integer || '0')))
      this.seen.in64Bits = false;
  }

  #note(digits: number, scale: number): void {
    const { seen } = this;
    if (digits > seen.digits) seen.digits = digits;
    if (scale > seen.scale) seen.scale = scale;
  }

  get areDoubles(): boolean {
    return this.seen.doubles;
  }

  type(): ColumnType {
    const { integers, in64Bits, doubles, digits, scale } = this.seen;
    if (integers && in64Bits) return { kind: 'int64' };
    if (doubles) return { kind: 'double' };
    const precision = digits + scale;
    return precision <= maxPrecision ? { kind: 'decimal', precision, scale } : mixed;
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

/** Reads numbers of so few digits that their doubles stand for them, without an exponent. */
class PlainNumber {
  /** Digits before the point, and those behind it but for zeros at the end. */
  digits = 0;
  scale = 0;

  /** @returns false where `bytes[start, end)` is none, or not as JSON writes numbers */
  read(bytes: Uint8Array, start: number, end: number): boolean {
    if (end - start > plainLength) return false;
    let at = bytes[start] === minus ? start + 1 : start;
    const first = at;
    while (at < end && isDigit(bytes[at])) at++;
    this.digits = at - first;
    this.scale = 0;
    if (this.digits === 0 || (this.digits > 1 && bytes[first] === zero)) return false;
    if (at === end) return true;
    if (bytes[at] !== dot || at + 1 === end) return false;
    const fraction = ++at;
    for (; at < end; at++) {
      if (!isDigit(bytes[at])) return false;
      if (bytes[at] !== zero) this.scale = at + 1 - fraction;
    }
    return true;
  }
}

/** Characters of a decimal that is always what its double's shortest form says. */
const plainLength = 15;

/** Years whose nanoseconds since 1970 have 64 bits. */
const [firstNanoYear, lastNanoYear] = [1678, 2261];

/** Whether all texts of a column are times of one form by ISO 8601, and of which. */
class TimeSurvey {
  readonly seen: TimesSeen = { form: undefined, nanos: false, farAway: false };

  /** @returns false where the time is of another form than those before */
  add({ form, nanos, year }: IsoReader): boolean {
    const { seen } = this;
    if (seen.form !== undefined && form !== seen.form) return false;
    seen.form = form;
    if (form === 'date') return true;
    if (nanos % 1000 !== 0) seen.nanos = true;
    if (year < firstNanoYear || year > lastNanoYear) seen.farAway = true;
    return !(seen.nanos && seen.farAway);
  }

  /** @returns as `add` */
  merge({ form, nanos, farAway }: TimesSeen): boolean {
    const { seen } = this;
    if (seen.form !== undefined && form !== seen.form) return false;
    seen.form = form;
    seen.nanos ||= nanos;
    seen.farAway ||= farAway;
    return !(seen.nanos && seen.farAway);
  }

  type(): ColumnType | undefined {
    const { form, nanos } = this.seen;
    if (form === undefined) return undefined;
    if (form === 'date') return { kind: 'date' };
    return { kind: 'timestamp', unit: nanos ? 'NANOS' : 'MICROS', zoned: form === 'zoned' };
  }
}

const plainNumber = new PlainNumber();
const isoReader = new IsoReader();
const encoder = new TextEncoder();
