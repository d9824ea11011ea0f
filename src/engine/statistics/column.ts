import { Kind } from '../format/record.ts';
import { readValue } from '../query/cell.ts';
import { fieldText, rawText } from '../query/fieldText.ts';
import { numberOf, numericText, readNumber } from '../query/value/decimal.ts';
import { JsonList } from '../query/value/json.ts';
import { readTime } from '../query/value/time.ts';
import { DayCache, readMs, readNanos } from '../query/value/timeBytes.ts';
import type { ByteReader, ByteWriter } from '../stage/bytes.ts';
import { CellColumn } from './cellColumn.ts';
import type { FieldInput } from './fieldInput.ts';
import type { ColumnLimits } from './limits.ts';
import { RangeAccumulator } from './range.ts';
import { numberScale, timeScale } from './scale.ts';
import { TextAccumulator } from './texts.ts';
import { ValueKind, ValueTable } from './valueTable.ts';

/** How many rows hold what: see the protocol's `KindCounts`. */
export interface Kinds {
  number: number;
  text: number;
  boolean: number;
  time: number;
  list: number;
  object: number;
  null: number;
  missing: number;
}

const kindNames = ['number', 'text', 'boolean', 'time', 'list', 'object', 'null', 'missing'] as const;

function noKinds(): Kinds {
  return { number: 0, text: 0, boolean: 0, time: 0, list: 0, object: 0, null: 0, missing: 0 };
}

/** Rows of one kind, and their numbers where they have some. One set for all columns: it is used up at once. */
class Rows {
  rows = new Uint32Array(0);
  values = new Float64Array(0);
  nanos = new Uint32Array(0);
  count = 0;

  reserve(count: number): void {
    if (this.rows.length < count) {
      this.rows = new Uint32Array(count * 2);
      this.values = new Float64Array(count * 2);
      this.nanos = new Uint32Array(count * 2);
    }
    this.count = 0;
  }

  add(row: number): void {
    this.rows[this.count++] = row;
  }
}

class Scratch {
  readonly numbers = new Rows();
  readonly texts = new Rows();
  readonly times = new Rows();
  readonly plain = new Rows();
  readonly odd = new Rows();
  readonly lists = new Rows();
  readonly objects = new Rows();

  reserve(count: number): void {
    for (const rows of [
      this.numbers,
      this.texts,
      this.times,
      this.plain,
      this.odd,
      this.lists,
      this.objects,
    ]) {
      rows.reserve(count);
    }
  }
}

/** By depth: the items of lists are columns of their own. */
const scratches: Scratch[] = [];
const days = new DayCache();

/** What a column holds, of any number of rows. Parts can be written, and merged in the order of the file. */
export class ColumnAccumulator {
  readonly kinds: Kinds = noKinds();
  trues = 0;
  readonly values: ValueTable;
  readonly texts = new TextAccumulator();
  readonly #limits: ColumnLimits;
  readonly #deep: boolean;
  readonly #depth: number;
  #numbers: RangeAccumulator | undefined;
  #times: RangeAccumulator | undefined;
  #items: ColumnAccumulator | undefined;
  #itemCells: CellColumn | undefined;
  #minItems = Infinity;
  #maxItems = -1;
  #allItems = 0;

  /** @param deep whether to look inside lists */
  constructor(limits: ColumnLimits, deep: boolean, depth = 0) {
    this.#limits = limits;
    this.#deep = deep;
    this.#depth = depth;
    this.values = new ValueTable(limits);
  }

  get numbers(): RangeAccumulator | undefined {
    return this.#numbers?.count ? this.#numbers : undefined;
  }

  get times(): RangeAccumulator | undefined {
    return this.#times?.count ? this.#times : undefined;
  }

  get lists():
    | {
        readonly min: number;
        readonly max: number;
        readonly mean: number;
        readonly items: ColumnAccumulator | undefined;
      }
    | undefined {
    if (this.#maxItems < 0) return undefined;
    return {
      min: this.#minItems,
      max: this.#maxItems,
      mean: this.#allItems / this.kinds.list,
      items: this.#items,
    };
  }

  /** Takes in the selected rows of a column. */
  add(field: FieldInput, selection: Uint32Array, count: number): void {
    const scratch = (scratches[this.#depth] ??= new Scratch());
    scratch.reserve(count);
    this.#sort(field, selection, count, scratch);
    const { numbers, odd, lists, objects } = scratch;
    if (numbers.count > 0) this.#addNumbers(field, numbers);
    if (scratch.texts.count > 0) this.#addTexts(field, scratch);
    for (const [rows, kind] of [
      [lists, ValueKind.List],
      [objects, ValueKind.Object],
    ] as const) {
      if (rows.count > 0) this.#addValues(kind, field, rows);
    }
    if (lists.count > 0 && this.#deep) this.#addLists(field, lists);
    // The last, since what is decoded is taken in as rows of their own.
    if (odd.count > 0) this.#addOdd(field, odd.rows.slice(0, odd.count));
  }

  write(out: ByteWriter): void {
    for (const name of kindNames) out.count(this.kinds[name]);
    out.count(this.trues);
    for (const range of [this.numbers, this.times]) {
      out.byte(range === undefined ? 0 : 1);
      range?.write(out);
    }
    this.texts.write(out);
    this.values.write(out);
    out.byte(this.#maxItems < 0 ? 0 : 1);
    if (this.#maxItems < 0) return;
    out.count(this.#minItems);
    out.count(this.#maxItems);
    out.count(this.#allItems);
    out.byte(this.#items === undefined ? 0 : 1);
    this.#items?.write(out);
  }

  merge(from: ByteReader): void {
    for (const name of kindNames) this.kinds[name] += from.count();
    this.trues += from.count();
    if (from.byte() === 1) this.#numberRange().merge(from);
    if (from.byte() === 1) this.#timeRange().merge(from);
    this.texts.merge(from);
    this.values.merge(from);
    if (from.byte() === 0) return;
    this.#minItems = Math.min(this.#minItems, from.count());
    this.#maxItems = Math.max(this.#maxItems, from.count());
    this.#allItems += from.count();
    if (from.byte() === 1) this.#itemColumn().merge(from);
  }

  /** @param many see `ValueTable.reset` */
  reset(many = false): void {
    Object.assign(this.kinds, noKinds());
    this.trues = 0;
    this.#numbers?.reset();
    this.#times?.reset();
    this.texts.reset();
    this.values.reset(many);
    this.#items?.reset();
    this.#minItems = Infinity;
    this.#maxItems = -1;
    this.#allItems = 0;
  }

  /** Notes rows in which the column is missing. */
  addMissing(count: number): void {
    this.kinds.missing += count;
  }

  /** Puts the rows where their kinds are counted. */
  #sort({ column }: FieldInput, selection: Uint32Array, count: number, scratch: Scratch): void {
    const { kinds: found, numbers: doubles } = column;
    const { kinds } = this;
    const { numbers, texts, odd, lists, objects } = scratch;
    const hasNumbers = doubles.length > 0;
    for (let i = 0; i < count; i++) {
      const row = selection[i];
      if (hasNumbers) {
        const double = doubles[row];
        if (double === double) {
          numbers.values[numbers.count] = double;
          numbers.rows[numbers.count++] = row;
          continue;
        }
      }
      switch (found[row]) {
        case Kind.Missing:
          kinds.missing++;
          break;
        case Kind.Null:
          kinds.null++;
          break;
        case Kind.True:
          this.trues++;
          kinds.boolean++;
          break;
        case Kind.False:
          kinds.boolean++;
          break;
        case Kind.Text:
          texts.add(row);
          break;
        case Kind.List:
          lists.add(row);
          kinds.list++;
          break;
        case Kind.Object:
          objects.add(row);
          kinds.object++;
          break;
        default:
          odd.add(row);
      }
    }
  }

  #addNumbers(field: FieldInput, { rows, values, count }: Rows): void {
    const { input, column, nature } = field;
    this.kinds.number += count;
    this.#numberRange().add(values, count, (index) => rawText(input.bytes, column, rows[index]).trim());
    // In a CSV, values are their texts; elsewhere numbers are their value.
    if (nature.loose) this.#addValues(ValueKind.NumberText, field, { rows, count });
    else this.values.addDoubles(values, count);
  }

  /** Parts texts into times, long numbers of a CSV and other texts. */
  #addTexts(field: FieldInput, { texts, times, plain }: Scratch): void {
    const { input, column, nature } = field;
    const { bytes } = input;
    const { starts, ends } = column;
    let hasNanos = false;
    for (let i = 0; i < texts.count; i++) {
      const row = texts.rows[i];
      const start = starts[row];
      const end = ends[row];
      if (nature.reading !== undefined) {
        this.#readCell(field, row, times, plain);
        continue;
      }
      const first = bytes[start];
      // What is a time or a number begins with a digit, a sign, a point, or white space.
      if (first > nine || end - start > longestNumber || start === end) {
        plain.add(row);
        continue;
      }
      const ms = readMs(bytes, start, end, days);
      if (ms === ms) {
        times.values[times.count] = ms;
        times.nanos[times.count] = readNanos;
        if (readNanos > 0) hasNanos = true;
        times.rows[times.count++] = row;
      } else if (!this.#addUnusual(field, row, times)) {
        plain.add(row);
      } else if (times.count > 0 && times.nanos[times.count - 1] > 0) {
        hasNanos = true;
      }
    }
    if (times.count > 0) {
      this.kinds.time += times.count;
      this.#timeRange().add(
        times.values,
        times.count,
        (index) => rawText(bytes, column, times.rows[index]).trim(),
        hasNanos || nature.reading !== undefined ? times.nanos : undefined,
      );
      this.#addValues(ValueKind.Time, field, times);
    }
    if (plain.count === 0) return;
    this.kinds.text += plain.count;
    const { isAscii } = input;
    this.texts.addLengths(bytes, starts, ends, plain.rows, plain.count, isAscii);
    this.values.addTexts(
      ValueKind.Text,
      bytes,
      input.view,
      starts,
      ends,
      plain.rows,
      plain.count,
      (from, start, end) => this.texts.note(from, start, end, isAscii),
    );
  }

  /** A text that begins as a time or a number does, and is none in the usual form: answers whether it is one. */
  #addUnusual(field: FieldInput, row: number, times: Rows): boolean {
    const { input, column, nature } = field;
    const { bytes } = input;
    const start = column.starts[row];
    const end = column.ends[row];
    const isSpace = bytes[start] <= space || bytes[end - 1] <= space;
    if (isSpace || (bytes[start + 4] === dash && bytes[start + 7] === dash)) {
      const time = readTime(rawText(bytes, column, row));
      if (time !== undefined) {
        this.#takeTime(times, row, time.ms, time.nanos);
        return true;
      }
    }
    if (!nature.loose || !isNumberLike(bytes, start, end)) return false;
    const text = rawText(bytes, column, row);
    const number = readNumber(text);
    if (number === undefined) return false;
    this.kinds.number++;
    this.#numberRange().addNumber(number, text.trim());
    this.#addValues(ValueKind.NumberText, field, { rows: Uint32Array.of(row), count: 1 });
    return true;
  }

  #takeTime(times: Rows, row: number, ms: number, nanos: number): void {
    times.values[times.count] = ms;
    times.nanos[times.count] = nanos;
    times.rows[times.count++] = row;
  }

  /** A cell of a column whose cells are not written as the language writes numbers and times. */
  #readCell(field: FieldInput, row: number, times: Rows, plain: Rows): void {
    const { input, column, nature } = field;
    const text = rawText(input.bytes, column, row);
    const read = readValue(text, nature.reading);
    const time = typeof read === 'string' ? readTime(read) : undefined;
    const number = typeof read === 'string' && time === undefined ? readNumber(read) : undefined;
    if (time !== undefined) {
      this.#takeTime(times, row, time.ms, time.nanos);
    } else if (number !== undefined) {
      this.kinds.number++;
      this.#numberRange().addNumber(number, text.trim());
      this.#addValues(ValueKind.NumberText, field, { rows: Uint32Array.of(row), count: 1 });
    } else {
      plain.add(row);
    }
  }

  /** What must be decoded: numbers of many digits, and texts whose bytes are not their value. */
  #addOdd({ input, column, unescape, nature }: FieldInput, rows: Uint32Array): void {
    const texts: string[] = [];
    for (const row of rows) {
      if (column.kinds[row] === Kind.Number) this.#addLongNumber(rawText(input.bytes, column, row));
      else texts.push(fieldText(input.bytes, column, row, unescape));
    }
    if (texts.length === 0) return;
    const decoded = CellColumn.ofTexts(texts, nature);
    this.add(decoded, decoded.rows, texts.length);
  }

  #addLongNumber(text: string): void {
    const number = numberOf(text);
    this.kinds.number++;
    this.#numberRange().addNumber(number, text);
    if (typeof number === 'number') {
      this.values.addDoubles(Float64Array.of(number), 1);
    } else {
      const key = CellColumn.ofTexts([numericText(number)]);
      this.#addValues(ValueKind.NumberText, key, { rows: key.rows, count: 1 });
    }
  }

  #addLists({ input, column }: FieldInput, { rows, count }: Rows): void {
    const cells = (this.#itemCells ??= new CellColumn());
    cells.clear();
    for (let i = 0; i < count; i++) {
      const { items } = new JsonList(rawText(input.bytes, column, rows[i]));
      this.#minItems = Math.min(this.#minItems, items.length);
      this.#maxItems = Math.max(this.#maxItems, items.length);
      this.#allItems += items.length;
      for (const item of items) cells.add(item);
    }
    const items = cells.finish();
    this.#itemColumn().add(items, items.rows, items.rows.length);
  }

  #addValues(
    kind: ValueKind,
    { input, column }: FieldInput,
    { rows, count }: Pick<Rows, 'rows' | 'count'>,
  ): void {
    this.values.addTexts(kind, input.bytes, input.view, column.starts, column.ends, rows, count, undefined);
  }

  #numberRange(): RangeAccumulator {
    return (this.#numbers ??= new RangeAccumulator(numberScale, this.#limits));
  }

  #timeRange(): RangeAccumulator {
    return (this.#times ??= new RangeAccumulator(timeScale, this.#limits));
  }

  #itemColumn(): ColumnAccumulator {
    return (this.#items ??= new ColumnAccumulator(this.#limits, false, this.#depth + 1));
  }
}

/** Longer texts than this are taken for texts, although a number may have any number of digits. */
const longestNumber = 4096;

/** Whether every byte may stand in a number. */
function isNumberLike(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) {
    const byte = bytes[at];
    const isPart =
      (byte >= zero && byte <= nine) ||
      byte === dot ||
      byte === dash ||
      byte === plus ||
      (byte | 0x20) === smallE;
    if (!isPart && byte > space) return false;
  }
  return true;
}

const zero = 0x30;
const nine = 0x39;
const dash = 0x2d;
const plus = 0x2b;
const dot = 0x2e;
const space = 0x20;
const smallE = 0x65;
