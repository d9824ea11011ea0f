import { Kind } from '../format/record.ts';
import { readValue } from '../query/cell.ts';
import { fieldText, rawText } from '../query/fieldText.ts';
import { ColumnKernel, type KindTotals, type RowList } from '../kernel/columnKernel.ts';
import { numberOf, numericText, readNumber, type Numeric } from '../query/value/decimal.ts';
import { JsonList } from '../query/value/json.ts';
import { readTime, type Timestamp } from '../query/value/time.ts';
import type { ByteReader, ByteWriter } from '../stage/bytes.ts';
import { CellColumn } from './cellColumn.ts';
import type { ByteInput, FieldInput } from './fieldInput.ts';
import type { ColumnLimits } from './limits.ts';
import { RangeAccumulator, type TextAt } from './range.ts';
import { numberScale, timeScale } from './scale.ts';
import { TextAccumulator } from './texts.ts';
import { countTimes, rowsOf, timesOf, TimesOfValues, totalsIn } from './times.ts';
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

/** One for all columns of the thread: it is used up at once. */
const kernel = new ColumnKernel();
/** What stands in the kernel's memory. */
let placed: ByteInput | undefined;

/** What a column holds, of any number of rows. Parts can be written, and merged in the order of the file. */
export class ColumnAccumulator {
  readonly kinds: Kinds = noKinds();
  trues = 0;
  /** Objects whose members are columns of their own: only their number is known. */
  #parted = 0;
  readonly values: ValueTable;
  readonly texts = new TextAccumulator();
  readonly #limits: ColumnLimits;
  readonly #deep: boolean;
  #numbers: RangeAccumulator | undefined;
  #times: RangeAccumulator | undefined;
  #items: ColumnAccumulator | undefined;
  #itemCells: CellColumn | undefined;
  #minItems = Infinity;
  #maxItems = -1;
  #allItems = 0;

  /** @param deep whether to look inside lists */
  constructor(limits: ColumnLimits, deep: boolean) {
    this.#limits = limits;
    this.#deep = deep;
    this.values = new ValueTable(limits);
  }

  get numbers(): RangeAccumulator | undefined {
    return this.#numbers?.count ? this.#numbers : undefined;
  }

  get times(): RangeAccumulator | undefined {
    return this.#times?.count ? this.#times : undefined;
  }

  /** Rows with an object whose members are columns of their own. */
  get parted(): number {
    return this.#parted;
  }

  /** Whether any of all `rows` rows has a value, or NULL; else the column is missing, or only its members are columns. */
  hasValues(rows: number): boolean {
    return this.kinds.missing + this.#parted < rows;
  }

  /** Different values, without objects that are parted. An estimate is no more than there are values. */
  get distinct(): { readonly count: number; readonly exact: boolean; readonly error: number } {
    const { number, text, boolean, time, list, object } = this.kinds;
    const { count, ...how } = this.values.distinct;
    const booleans = (this.trues > 0 ? 1 : 0) + (boolean > this.trues ? 1 : 0);
    return { count: Math.min(count, number + text + time + list + object - this.#parted) + booleans, ...how };
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
    if (count === 0) return;
    const { counts } = field;
    const totals = sorted(field, selection, count);
    this.#countKinds(counts ? totalsIn(field.column.kinds, counts) : totals);
    const { numbers, texts, lists, objects, odd } = kernel.lists;
    this.kinds.list += rowsOf(lists, counts);
    this.kinds.object += rowsOf(objects, counts);
    if (numbers.count > 0) this.#addNumbers(field, numbers);
    if (texts.count > 0) this.#addTexts(field, texts.count);
    if (objects.count > 0) this.#addValues(ValueKind.Object, field, objects);
    if (lists.count > 0) this.#addValues(ValueKind.List, field, lists);
    if (odd.count === 0 && (lists.count === 0 || !this.#deep)) return;
    // The last, since the kernel is used for other columns then.
    const [oddRows, listRows] = [odd, lists].map((list) => list.rows.slice(0, list.count));
    if (this.#deep && listRows.length > 0) this.#addLists(field, listRows);
    if (oddRows.length > 0) this.#addOdd(field, oddRows);
  }

  write(out: ByteWriter): void {
    for (const name of kindNames) out.count(this.kinds[name]);
    out.count(this.trues);
    out.count(this.#parted);
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
    this.#parted += from.count();
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
    this.#parted = 0;
    this.#numbers?.reset();
    this.#times?.reset();
    this.texts.reset();
    this.values.reset(many);
    this.#items?.reset();
    this.#minItems = Infinity;
    this.#maxItems = -1;
    this.#allItems = 0;
  }

  /** Gives up what is more than the limits allow, which have become lower. */
  settle(): void {
    this.#numbers?.settle();
    this.#times?.settle();
    this.values.settle();
    this.#items?.settle();
  }

  /** Notes rows in which the column is missing. */
  addMissing(count: number): void {
    this.kinds.missing += count;
  }

  /** Notes rows with an object whose members are columns of their own. */
  addParted(count: number): void {
    this.kinds.object += count;
    this.#parted += count;
  }

  #countKinds({ missing, nulls, trues, falses }: KindTotals): void {
    const { kinds } = this;
    kinds.missing += missing;
    kinds.null += nulls;
    this.trues += trues;
    kinds.boolean += trues + falses;
  }

  #addNumbers(field: FieldInput, list: RowList): void {
    const { nature, counts } = field;
    const { rows, count } = list;
    const times = timesOf(list, counts);
    this.kinds.number += rowsOf(list, counts);
    const textAt: TextAt = (index) => writtenText(field, rows[index]);
    this.#numberRange().add(kernel, count, textAt, undefined, times);
    // In a CSV, values are their texts; elsewhere numbers are their value.
    if (nature.loose) this.#addValues(ValueKind.NumberText, field, list);
    else this.#addDoubles(count, times);
  }

  /** Parts texts into times, long numbers of a CSV and other texts. */
  #addTexts(field: FieldInput, count: number): void {
    const { nature, counts } = field;
    const { texts, times, plain, unusual } = kernel.lists;
    let hasNanos = true;
    if (nature.reading === undefined) {
      hasNanos = kernel.splitTexts(nature.loose);
      if (unusual.count > 0) hasNanos = this.#readUnusual(field, unusual) || hasNanos;
    } else {
      times.count = plain.count = unusual.count = 0;
      for (let i = 0; i < count; i++) this.#readCell(field, texts.rows[i]);
    }
    if (unusual.count > 0) this.#addValues(ValueKind.NumberText, field, unusual);
    if (times.count > 0) {
      this.kinds.time += rowsOf(times, counts);
      const textAt: TextAt = (index) => writtenText(field, times.rows[index]);
      const nanos = hasNanos ? kernel.nanos : undefined;
      this.#timeRange().add(kernel, times.count, textAt, nanos, timesOf(times, counts));
      this.#addValues(ValueKind.Time, field, times);
    }
    if (plain.count === 0) return;
    this.kinds.text += rowsOf(plain, counts);
    this.#addValues(ValueKind.Text, field, plain);
  }

  /**
   * Texts that begin as a time or a number does, and are none in the usual form. Numbers are left in the list; answers whether
   * there are times with nanoseconds.
   */
  #readUnusual(field: FieldInput, unusual: RowList): boolean {
    const { plain } = kernel.lists;
    const before = plain.count;
    let hasNanos = false;
    let numbers = 0;
    for (let i = 0; i < unusual.count; i++) {
      const row = unusual.rows[i];
      const text = rawText(field.input.bytes, field.column, row);
      const time = readTime(text);
      const number = time === undefined && field.nature.loose ? readNumber(text) : undefined;
      if (time !== undefined) {
        takeTime(row, time);
        if (time.nanos > 0) hasNanos = true;
      } else if (number !== undefined) {
        this.#addNumber(number, text.trim(), field.counts?.[row]);
        unusual.rows[numbers++] = row;
      } else {
        plain.rows[plain.count++] = row;
      }
    }
    unusual.count = numbers;
    // Values are counted in the order of the file, wherever blocks begin.
    if (plain.count > before) plain.rows.subarray(0, plain.count).sort();
    return hasNanos;
  }

  /** A cell of a column whose cells are not written as the language writes numbers and times. */
  #readCell({ input, column, nature, counts }: FieldInput, row: number): void {
    const { plain, unusual } = kernel.lists;
    const text = rawText(input.bytes, column, row);
    const value = readValue(text, nature.reading);
    const read = typeof value === 'string' ? value : '';
    const time = readTime(read);
    const number = time === undefined ? readNumber(read) : undefined;
    if (time !== undefined) {
      takeTime(row, time);
    } else if (number !== undefined) {
      this.#addNumber(number, read.trim(), counts?.[row]);
      unusual.rows[unusual.count++] = row;
    } else {
      plain.rows[plain.count++] = row;
    }
  }

  #addNumber(number: Numeric, text: string, times = 1): void {
    this.kinds.number += times;
    this.#numberRange().addNumber(number, text, times);
  }

  /** What must be decoded: numbers of many digits, and texts whose bytes are not their value. */
  #addOdd({ input, column, unescape, nature, counts }: FieldInput, rows: Uint32Array): void {
    const texts = new TimesOfValues<string>(counts);
    const doubles = new TimesOfValues<number>(counts);
    const numbers = new TimesOfValues<string>(counts);
    for (const row of rows) {
      if (column.kinds[row] !== Kind.Number) {
        texts.add(row, fieldText(input.bytes, column, row, unescape));
        continue;
      }
      const text = rawText(input.bytes, column, row);
      const number = numberOf(text);
      this.#addNumber(number, text, counts?.[row]);
      if (typeof number === 'number') doubles.add(row, number);
      else numbers.add(row, numericText(number));
    }
    if (doubles.values.length > 0) {
      kernel.setValues(Float64Array.from(doubles.values));
      this.#addDoubles(doubles.values.length, doubles.times);
    }
    if (numbers.values.length > 0) {
      const keys = { ...CellColumn.ofTexts(numbers.values), counts: numbers.times };
      sorted(keys, keys.rows, keys.rows.length);
      this.#addValues(ValueKind.NumberText, keys, kernel.lists.texts);
    }
    if (texts.values.length > 0) {
      const decoded = { ...CellColumn.ofTexts(texts.values, nature), counts: texts.times };
      this.add(decoded, decoded.rows, decoded.rows.length);
    }
  }

  #addLists({ input, column, counts }: FieldInput, rows: Uint32Array): void {
    const cells = (this.#itemCells ??= new CellColumn());
    const times: number[] = [];
    cells.clear();
    for (const row of rows) {
      const { items } = new JsonList(rawText(input.bytes, column, row));
      this.#minItems = Math.min(this.#minItems, items.length);
      this.#maxItems = Math.max(this.#maxItems, items.length);
      this.#allItems += items.length * (counts?.[row] ?? 1);
      for (const item of items) {
        cells.add(item);
        if (counts) times.push(counts[row]);
      }
    }
    const items = { ...cells.finish(), counts: counts && Uint32Array.from(times) };
    this.#itemColumn().add(items, items.rows, items.rows.length);
  }

  /** The kernel's values as numbers. */
  #addDoubles(count: number, times: Uint32Array | undefined): void {
    kernel.hashNumbers(count, ValueKind.Double);
    const registers = this.values.onlyRegisters;
    if (registers) {
      kernel.noteIn(registers, count);
      return;
    }
    const distinct = kernel.distinct(count);
    if (times) countTimes(distinct, times);
    this.values.addDoubles(distinct, kernel.values);
  }

  #addValues(kind: ValueKind, { input, column, counts }: FieldInput, rows: RowList): void {
    kernel.hash(rows, kind);
    const registers = this.values.onlyRegisters;
    if (registers) kernel.noteIn(registers, rows.count);
    const times = timesOf(rows, counts);
    const distinct = registers && !times ? undefined : kernel.distinct(rows.count, rows);
    if (distinct && times) countTimes(distinct, times);
    if (distinct && !registers) this.values.addTexts(kind, distinct, rows.rows, input, column);
    if (kind !== ValueKind.Text) return;
    this.texts.add(kernel.measureTexts(rows, distinct), rowsOf(rows, counts), input.bytes, column);
  }

  #numberRange(): RangeAccumulator {
    return (this.#numbers ??= new RangeAccumulator(numberScale, this.#limits));
  }

  #timeRange(): RangeAccumulator {
    return (this.#times ??= new RangeAccumulator(timeScale, this.#limits));
  }

  #itemColumn(): ColumnAccumulator {
    return (this.#items ??= new ColumnAccumulator(this.#limits, false));
  }
}

/** Hands a column to the kernel. */
function sorted({ input, column }: FieldInput, selection: Uint32Array, count: number): KindTotals {
  if (placed === input) kernel.goBack();
  else if (!input.isOfOneColumn || !kernel.placeBeside(input.bytes)) {
    kernel.place(input.bytes);
    placed = input;
  }
  return kernel.sort(column, selection, count);
}

/** A number or a time as the file has it, or as the language does where the column's cells are read in another way. */
function writtenText({ input, column, nature, textAt }: FieldInput, row: number): string {
  if (textAt) return textAt(row);
  const text = rawText(input.bytes, column, row).trim();
  const value = readValue(text, nature.reading);
  return typeof value === 'string' ? value : text;
}

function takeTime(row: number, { ms, nanos }: Timestamp): void {
  const { times } = kernel.lists;
  kernel.values[times.count] = ms;
  kernel.nanos[times.count] = nanos;
  times.rows[times.count++] = row;
}
