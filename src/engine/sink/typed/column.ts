import { ByteBuilder } from '../../byteBuilder.ts';
import { isDigit, minus, smallT, zero } from '../../ascii.ts';
import { exactNumber } from '../../format/number.ts';
import { Kind } from '../../format/record.ts';
import { appendUnescaped } from '../jsonText.ts';
import type { CellArrays, CellKernel, TakenCells } from '../../kernel/cellKernel.ts';
import { cellText, eachItem, ObjectReader, textOf, type TakeCell } from './cells.ts';
import type { CellRun, CellTaker } from './cellRun.ts';
import type { ColumnType } from './columnType.ts';
import { itemCells, memberCells } from './innerCells.ts';
import { IsoReader } from './isoTime.ts';
import { exactJson, jsonText, type Json } from './json.ts';
import type { RowCells } from './rowCells.ts';
import { booleanOf, daysOf, doubleOf, wholeOf, type WholeType } from './values.ts';

/** The values of a column, one for each row or item; those that are null have a place too, where nothing that counts stands. */
export type TypedColumn = ScalarColumn | TextColumn | ListColumn | StructColumn;

interface Values {
  readonly length: number;
  /** 1 where there is a value, 0 where it is null. */
  readonly present: Uint8Array;
  /** How many are null. */
  readonly nulls: number;
}

/** Points in time and decimals are (unscaled) whole numbers, dates are days, booleans 1 and 0. */
export type ScalarColumn = Values &
  (
    | { readonly kind: 'boolean'; readonly values: Uint8Array }
    | { readonly kind: 'int64' | 'timestamp'; readonly values: BigInt64Array }
    | { readonly kind: 'double'; readonly values: Float64Array }
    | { readonly kind: 'date'; readonly values: Int32Array }
    | { readonly kind: 'decimal'; readonly values: readonly bigint[] }
  );

export interface TextColumn extends Values {
  readonly kind: 'text';
  readonly bytes: Uint8Array;
  /** Where each text begins, and where the last one ends. */
  readonly offsets: Int32Array;
}

export interface ListColumn extends Values {
  readonly kind: 'list';
  readonly items: TypedColumn;
  /** Which of the items each list begins with, and how many there are. */
  readonly offsets: Int32Array;
}

export interface StructColumn extends Values {
  readonly kind: 'struct';
  /** Each as long as the column. */
  readonly members: ReadonlyMap<string, TypedColumn>;
}

/** Takes the values of a column, whose type `Survey` has found, one by one. */
export interface ColumnBuilder extends CellTaker {
  /** Takes the value that stands in `bytes[start, end)`. @throws TypeError where it is not of the type: a bug */
  readonly addCell: TakeCell;
  /** What was taken. */
  finish(): TypedColumn;
}

export function columnBuilder(type: ColumnType): ColumnBuilder {
  switch (type.kind) {
    case 'text':
      return new TextBuilder();
    case 'list':
      return new ListBuilder(type.items);
    case 'struct':
      return new StructBuilder(type.members);
    case 'boolean':
      return new BooleanBuilder();
    case 'int64':
      return new Int64Builder({ kind: 'int64' });
    case 'timestamp':
      return new Int64Builder(type);
    case 'double':
      return new DoubleBuilder();
    case 'date':
      return new DateBuilder();
    case 'decimal':
      return new DecimalBuilder(type);
  }
}

/** Which values are there. */
class Presence {
  length = 0;
  #nulls = 0;
  #present = new Uint8Array(firstRoom);

  get room(): number {
    return this.#present.length;
  }

  /** Notes the next value. */
  add(isPresent: boolean): void {
    if (this.length === this.#present.length) {
      const larger = new Uint8Array(this.length * 2);
      larger.set(this.#present);
      this.#present = larger;
    }
    if (isPresent) this.#present[this.length] = 1;
    else this.#nulls++;
    this.length++;
  }

  /** Has room for `count` values more. */
  reserve(count: number): void {
    if (this.length + count <= this.#present.length) return;
    const larger = new Uint8Array(2 ** Math.ceil(Math.log2(this.length + count)));
    larger.set(this.#present);
    this.#present = larger;
  }

  /** Notes the next values. */
  addAll(present: Uint8Array, nulls: number): void {
    this.reserve(present.length);
    this.#present.set(present, this.length);
    this.#nulls += nulls;
    this.length += present.length;
  }

  get values(): Values {
    return { length: this.length, nulls: this.#nulls, present: this.#present.subarray(0, this.length) };
  }
}

const firstRoom = 1024;

/** Where what each value is made of begins. */
class Offsets {
  #values = new Int32Array(firstRoom);

  set(at: number, offset: number): void {
    if (at === this.#values.length) {
      const larger = new Int32Array(at * 2);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[at] = offset;
  }

  /** Sets as many as there are `ends`, each with `by` added. */
  setAll(at: number, ends: Uint32Array, by: number): void {
    const { length } = ends;
    if (at + length > this.#values.length) {
      const larger = new Int32Array(2 ** Math.ceil(Math.log2(at + length)));
      larger.set(this.#values);
      this.#values = larger;
    }
    for (let next = 0; next < length; next++) this.#values[at + next] = ends[next] + by;
  }

  upTo(length: number): Int32Array {
    return this.#values.subarray(0, length + 1);
  }
}

/** Values that are no texts, and hold none. */
abstract class ScalarBuilder {
  readonly #presence = new Presence();

  addCell(kind: Kind, bytes: Uint8Array, start: number, end: number): void {
    const isPresent = !isNull(kind, start, end);
    const at = this.#presence.length;
    this.#presence.add(isPresent);
    if (isPresent) this.put(at, this.#presence.room, kind, bytes, start, end);
  }

  addRun(run: CellRun): void {
    const presence = this.#presence;
    const at = presence.length;
    presence.reserve(run.count);
    const taken = this.putRun(at, presence.room, run.kernel);
    if (taken === undefined) {
      run.giveEach(this);
      return;
    }
    presence.addAll(taken.present, taken.nulls);
    for (const row of taken.left)
      run.giveRow(row, { addCell: (...cell) => this.put(at + row, presence.room, ...cell) });
  }

  protected get taken(): Values {
    return this.#presence.values;
  }

  /**
   * Takes the values of cells that are in the kernel, but for those that are left. Undefined where each is to be taken by itself.
   * @param at which value the first one is
   * @param room as in `put`
   */
  protected abstract putRun(at: number, room: number, kernel: CellKernel): TakenCells<unknown> | undefined;

  /** @param room of so many values there is to be room, at least */
  protected abstract put(
    at: number,
    room: number,
    ...cell: [kind: Kind, bytes: Uint8Array, start: number, end: number]
  ): void;
}

/** Of columns that are no texts: an empty cell of a delimited text is null as well. */
function isNull(kind: Kind, start: number, end: number): boolean {
  return kind === Kind.Missing || kind === Kind.Null || (start === end && kind === Kind.Text);
}

/**
 * The value, for those that are written in a way that is not frequent. A text without escapes may be a cell of delimited
 * text, which has no quotes around it.
 */
function jsonOf(kind: Kind, bytes: Uint8Array, start: number, end: number): Json {
  return kind === Kind.Text ? textOf(bytes, start, end) : exactJson(cellText(kind, bytes, start, end));
}

class BooleanBuilder extends ScalarBuilder {
  #values = new Uint8Array(firstRoom);

  protected putRun(at: number, room: number, kernel: CellKernel): TakenCells<unknown> {
    this.#reserve(room);
    const taken = kernel.booleans();
    this.#values.set(taken.values, at);
    return taken;
  }

  protected put(at: number, room: number, kind: Kind, bytes: Uint8Array, start: number, end: number): void {
    this.#reserve(room);
    const isPlain = kind === Kind.True || kind === Kind.False || kind === Kind.Text;
    // Of `true` and `false` in any case.
    const value = isPlain ? (bytes[start] | 0x20) === smallT : booleanOf(jsonOf(kind, bytes, start, end));
    this.#values[at] = value ? 1 : 0;
  }

  #reserve(room: number): void {
    if (room <= this.#values.length) return;
    const larger = new Uint8Array(room);
    larger.set(this.#values);
    this.#values = larger;
  }

  finish(): TypedColumn {
    const { taken } = this;
    this.#reserve(taken.length);
    return { kind: 'boolean', ...taken, values: this.#values.subarray(0, taken.length) };
  }
}

type Int64Type = Exclude<WholeType, { readonly kind: 'decimal' }>;

/** Numbers of 64 bits. */
class Int64Builder extends ScalarBuilder {
  readonly #type: Int64Type;
  #values = new BigInt64Array(firstRoom);
  /** The same memory, the lower half of each first: a `bigint` for each would cost more than all the rest. */
  #halves = new Int32Array(this.#values.buffer);

  constructor(type: Int64Type) {
    super();
    this.#type = type;
  }

  protected putRun(at: number, room: number, kernel: CellKernel): TakenCells<unknown> {
    this.#reserve(room);
    const taken = this.#type.kind === 'int64' ? kernel.integers() : kernel.times(this.#type.unit === 'NANOS');
    this.#values.set(taken.values, at);
    return taken;
  }

  protected put(at: number, room: number, kind: Kind, bytes: Uint8Array, start: number, end: number): void {
    this.#reserve(room);
    const value = this.#small(kind, bytes, start, end);
    if (!Number.isSafeInteger(value)) {
      this.#values[at] = wholeOf(this.#type, jsonOf(kind, bytes, start, end));
      return;
    }
    const upper = Math.floor(value / 0x1_0000_0000);
    this.#halves[2 * at] = value - upper * 0x1_0000_0000;
    this.#halves[2 * at + 1] = upper;
  }

  /** The value where a double stands for it; else NaN. */
  #small(kind: Kind, bytes: Uint8Array, start: number, end: number): number {
    const type = this.#type;
    if (type.kind === 'int64')
      return kind === Kind.Number || kind === Kind.Text ? integerIn(bytes, start, end) : NaN;
    if (type.unit === 'NANOS' || kind !== Kind.Text || !isoReader.read(bytes, start, end)) return NaN;
    return isoReader.ms * 1000 + Math.floor(isoReader.nanos / 1000);
  }

  #reserve(room: number): void {
    if (room <= this.#values.length) return;
    const larger = new BigInt64Array(room);
    larger.set(this.#values);
    this.#values = larger;
    this.#halves = new Int32Array(larger.buffer);
  }

  finish(): TypedColumn {
    const { taken } = this;
    this.#reserve(taken.length);
    return { kind: this.#type.kind, ...taken, values: this.#values.subarray(0, taken.length) };
  }
}

class DoubleBuilder extends ScalarBuilder {
  #values = new Float64Array(firstRoom);

  protected putRun(at: number, room: number, kernel: CellKernel): TakenCells<unknown> {
    this.#reserve(room);
    const taken = kernel.doubles();
    this.#values.set(taken.values, at);
    return taken;
  }

  protected put(at: number, room: number, kind: Kind, bytes: Uint8Array, start: number, end: number): void {
    this.#reserve(room);
    const isWritten = kind === Kind.Number || kind === Kind.Text;
    const value = isWritten ? exactNumber(bytes, start, end) : NaN;
    // Minus zero of JSON is one, that of a text none, and here both are zero.
    const isExact = value > 0 || value < 0 || (value === 0 && bytes[start] !== minus);
    this.#values[at] = isExact ? value : doubleOf(jsonOf(kind, bytes, start, end));
  }

  #reserve(room: number): void {
    if (room <= this.#values.length) return;
    const larger = new Float64Array(room);
    larger.set(this.#values);
    this.#values = larger;
  }

  finish(): TypedColumn {
    const { taken } = this;
    this.#reserve(taken.length);
    return { kind: 'double', ...taken, values: this.#values.subarray(0, taken.length) };
  }
}

class DateBuilder extends ScalarBuilder {
  #values = new Int32Array(firstRoom);

  protected putRun(at: number, room: number, kernel: CellKernel): TakenCells<unknown> {
    this.#reserve(room);
    const taken = kernel.dates();
    this.#values.set(taken.values, at);
    return taken;
  }

  protected put(at: number, room: number, kind: Kind, bytes: Uint8Array, start: number, end: number): void {
    this.#reserve(room);
    const isRead = kind === Kind.Text && isoReader.read(bytes, start, end);
    this.#values[at] = isRead ? isoReader.ms / dayMs : daysOf(jsonOf(kind, bytes, start, end));
  }

  #reserve(room: number): void {
    if (room <= this.#values.length) return;
    const larger = new Int32Array(room);
    larger.set(this.#values);
    this.#values = larger;
  }

  finish(): TypedColumn {
    const { taken } = this;
    this.#reserve(taken.length);
    return { kind: 'date', ...taken, values: this.#values.subarray(0, taken.length) };
  }
}

class DecimalBuilder extends ScalarBuilder {
  readonly #type: WholeType;
  readonly #values: bigint[] = [];

  constructor(type: WholeType) {
    super();
    this.#type = type;
  }

  protected putRun(): undefined {
    return undefined;
  }

  protected put(at: number, _: number, kind: Kind, bytes: Uint8Array, start: number, end: number): void {
    this.#fill(at);
    this.#values.push(wholeOf(this.#type, jsonOf(kind, bytes, start, end)));
  }

  #fill(length: number): void {
    while (this.#values.length < length) this.#values.push(0n);
  }

  finish(): TypedColumn {
    const { taken } = this;
    this.#fill(taken.length);
    return { kind: 'decimal', ...taken, values: this.#values };
  }
}

class TextBuilder implements ColumnBuilder {
  readonly #presence = new Presence();
  readonly #offsets = new Offsets();
  readonly #out = new ByteBuilder();

  addCell(kind: Kind, bytes: Uint8Array, start: number, end: number): void {
    const isPresent = kind !== Kind.Missing && kind !== Kind.Null;
    if (isPresent) this.#put(kind, bytes, start, end);
    this.#presence.add(isPresent);
    this.#offsets.set(this.#presence.length, this.#out.length);
  }

  addRun(run: CellRun): void {
    for (let row = 0; row < run.count; row++) {
      const { bytes, ends, present, nulls } = run.kernel.texts(row, run.quote);
      this.#offsets.setAll(this.#presence.length + 1, ends, this.#out.length);
      this.#out.copy(bytes);
      this.#presence.addAll(present, nulls);
      row += ends.length;
      if (row < run.count) run.giveRow(row, this);
    }
  }

  #put(kind: Kind, bytes: Uint8Array, start: number, end: number): void {
    if (kind === Kind.EscapedText) {
      appendUnescaped(this.#out, bytes, start, end);
      return;
    }
    // Minus zero is zero here.
    const isRewritten =
      kind === Kind.Number
        ? bytes[start] === minus || Number.isNaN(integerIn(bytes, start, end))
        : kind === Kind.List || kind === Kind.Object;
    if (isRewritten) this.#out.text(jsonText(jsonOf(kind, bytes, start, end)));
    else this.#out.copy(bytes, start, end);
  }

  finish(): TypedColumn {
    const values = this.#presence.values;
    return { kind: 'text', ...values, bytes: this.#out.take(), offsets: this.#offsets.upTo(values.length) };
  }
}

class ListBuilder {
  readonly #presence = new Presence();
  readonly #offsets = new Offsets();
  readonly #items: ColumnBuilder;
  #count = 0;

  constructor(items: ColumnType) {
    this.#items = columnBuilder(items);
  }

  addCell(kind: Kind, bytes: Uint8Array, start: number, end: number): void {
    const isPresent = !isNull(kind, start, end);
    if (isPresent) {
      if (kind !== Kind.List) throw new TypeError(`${cellText(kind, bytes, start, end)} is not a list`);
      eachItem(bytes, start, end, this.#addItem);
    }
    this.#presence.add(isPresent);
    this.#offsets.set(this.#presence.length, this.#count);
  }

  addRun(run: CellRun): void {
    const { items, ends, present, nulls, others } = itemCells(run);
    if (others > 0) {
      run.giveEach(this);
      return;
    }
    this.#offsets.setAll(this.#presence.length + 1, ends, this.#count);
    this.#presence.addAll(present, nulls);
    this.#count += items.kinds.length;
    run.giveInner(items, this.#items);
  }

  readonly #addItem: TakeCell = (kind, bytes, start, end) => {
    this.#count++;
    this.#items.addCell(kind, bytes, start, end);
  };

  finish(): TypedColumn {
    const values = this.#presence.values;
    return {
      kind: 'list',
      ...values,
      items: this.#items.finish(),
      offsets: this.#offsets.upTo(values.length),
    };
  }
}

class StructBuilder {
  readonly #presence = new Presence();
  readonly #reader: ObjectReader;
  readonly #members: ColumnsBuilder;

  constructor(members: ReadonlyMap<string, ColumnType>) {
    this.#reader = new ObjectReader(members.keys(), 0);
    this.#members = new ColumnsBuilder(members);
  }

  addCell(kind: Kind, bytes: Uint8Array, start: number, end: number): void {
    const isPresent = !isNull(kind, start, end);
    if (isPresent) {
      if (kind !== Kind.Object) throw new TypeError(`${cellText(kind, bytes, start, end)} is not an object`);
      this.#reader.read(bytes, start, end);
      this.#members.add(this.#reader, bytes);
    } else {
      this.#members.addNulls();
    }
    this.#presence.add(isPresent);
  }

  addRun(run: CellRun): void {
    const members = memberCells(run, this.#reader, true);
    if (!members || members.others > 0) {
      run.giveEach(this);
      return;
    }
    this.#presence.addAll(members.present, members.nulls);
    this.#members.addInner(run, members.columns);
  }

  finish(): TypedColumn {
    return { kind: 'struct', ...this.#presence.values, members: this.#members.finish() };
  }
}

/** Takes the values of several columns at once, of one object after the other. */
export class ColumnsBuilder {
  readonly #names: readonly string[];
  readonly #builders: readonly ColumnBuilder[];

  constructor(types: ReadonlyMap<string, ColumnType>) {
    this.#names = [...types.keys()];
    this.#builders = Array.from(types.values(), columnBuilder);
  }

  /** @param object the object that was read last, whose keys are the columns */
  add({ kinds, starts, ends }: ObjectReader, bytes: Uint8Array): void {
    const builders = this.#builders;
    for (let at = 0; at < builders.length; at++)
      builders[at].addCell(kinds[at] as Kind, bytes, starts[at], ends[at]);
  }

  /** Takes the values of rows whose columns are the first ones here: the others are those of longer rows elsewhere. */
  addRows(cells: RowCells): void {
    for (const [at, builder] of this.#builders.entries()) {
      if (at < cells.requests.length) cells.column(at, builder);
      else for (let row = 0; row < cells.count; row++) builder.addCell(Kind.Missing, nothing, 0, 0);
    }
  }

  /** Takes the members of objects, a column of them for each of these. */
  addInner(run: CellRun, columns: readonly CellArrays[]): void {
    for (const [at, builder] of this.#builders.entries()) run.giveInner(columns[at], builder);
  }

  addNulls(): void {
    for (const builder of this.#builders) builder.addCell(Kind.Null, nothing, 0, 0);
  }

  finish(): ReadonlyMap<string, TypedColumn> {
    return new Map(this.#names.map((name, at) => [name, this.#builders[at].finish()]));
  }
}

/** The whole number that up to 15 digits are; NaN where something else stands there. */
function integerIn(bytes: Uint8Array, start: number, end: number): number {
  if (end - start > 15) return NaN;
  const isNegative = bytes[start] === minus;
  let value = 0;
  for (let at = isNegative ? start + 1 : start; at < end; at++) {
    const byte = bytes[at];
    if (!isDigit(byte)) return NaN;
    value = value * 10 + byte - zero;
  }
  return isNegative ? 0 - value : value;
}

const dayMs = 86_400_000;
const nothing = new Uint8Array(0);
const isoReader = new IsoReader();
