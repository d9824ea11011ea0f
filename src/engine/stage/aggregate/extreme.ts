import { said } from '../../../said/said.ts';
import type { PackedGroups } from '../../kernel/packedGroups.ts';
import type { Value } from '../../query/value/value.ts';
import type { Batch } from '../batch.ts';
import { ByteWriter, type ByteReader } from '../bytes.ts';
import { readCell, writeCell } from '../codec.ts';
import { asField, type BatchExpression } from '../expression.ts';
import { compareKeys, writeSortKey } from '../held/key.ts';
import { FieldVector, valueOf, type Cell } from '../vector.ts';
import {
  addEach,
  addEachValue,
  emptiedDoubles,
  grownDoubles,
  type AddPacked,
  type ValueAccumulator,
} from './accumulator.ts';
import { ByteLists } from './byteLists.ts';
import { refuseLong } from './tooLarge.ts';

const order = { descending: false, nullsFirst: false };

const bestValue = said`the best value of a group`;

/**
 * min(value) and max(value), in the order of ORDER BY: numbers before texts, a CSV field by its number where it
 * has one.
 */
export class Extreme implements ValueAccumulator {
  readonly #input: BatchExpression;
  readonly #largest: boolean;
  /** What a group holds: nothing, `plain`, a number that is in `#numbers` alone, or `kept`, what is in `#kept`. */
  #states: Uint8Array = new Uint8Array(0);
  /** The best value so far as a number, where it is one that a double stands for, else NaN. */
  #numbers: Float64Array = new Float64Array(0);
  /** The key's length, the key that it sorts by, the cell; then room that is not used. */
  readonly #kept = new ByteLists();
  readonly #key = new ByteWriter(64);
  readonly #best = new ByteWriter(64);
  readonly #entry = new ByteWriter(64);

  constructor(input: BatchExpression, largest: boolean) {
    this.#input = input;
    this.#largest = largest;
    this.reserve(16);
  }

  get size(): number {
    return this.#numbers.byteLength + this.#states.byteLength + this.#kept.size;
  }

  reserve(groups: number): void {
    const known = this.#numbers.length;
    if (groups <= known) return;
    this.#numbers = grownDoubles(this.#numbers, groups);
    this.#numbers.fill(NaN, known);
    const states = new Uint8Array(this.#numbers.length);
    states.set(this.#states);
    this.#states = states;
  }

  addBatch(batch: Batch, groups: Uint32Array): void {
    const vector = this.#input.vector(batch);
    const field = asField(vector);
    if (field === undefined || field.column.numbers.length === 0) {
      addEach(batch, groups, this.#input, (group, value, from, row) => {
        this.#refuseLong(value);
        this.#take(group, value, from.cell(row));
      });
      return;
    }
    const { numbers } = field.column;
    const best = this.#numbers;
    for (let i = 0; i < batch.count; i++) {
      const row = batch.selection[i];
      const group = groups[i];
      const number = numbers[row];
      // Beside another number, one that is not better is given up at once.
      if (this.#largest ? number <= best[group] : number >= best[group]) continue;
      const value = field.value(row);
      if (value === null) continue;
      this.#refuseLong(value);
      // Of what the scan has left to the text, the value says it.
      this.#take(group, value, field.cell(row), Number.isNaN(number) ? undefined : number);
    }
  }

  packed(batch: Batch, packed: PackedGroups): AddPacked | undefined {
    const field = this.#input.field(batch);
    const wholes = field?.column.wholes;
    if (field === undefined || wholes === undefined) {
      return addEachValue(batch, this.#input, packed, (group, value, vector, row) =>
        this.#take(group, value, vector.cell(row)),
      );
    }
    return (codes, groupOf) => {
      const known = wholes.known();
      const counts = packed.countsOf(known);
      const { least, most } = packed.bounds(wholes.packed, known);
      const best = this.#largest ? most : least;
      const some = codes.filter((code) => counts[code] > 0);
      // Equal numbers of a block have the same text, so it makes no difference which record is the one.
      const { column, bytes } = wholes.values(some.map((code) => best[code]));
      const vector = new FieldVector(bytes, column, field.unescape);
      for (let at = 0, row = 0; at < codes.length; at++) {
        if (counts[codes[at]] === 0) continue;
        const value = vector.value(row);
        if (value !== null) this.#take(groupOf[at], value, vector.cell(row));
        row++;
      }
    };
  }

  addValue(group: number, value: Value): void {
    this.#refuseLong(value);
    this.#take(group, value, value);
  }

  write(group: number, out: ByteWriter): void {
    writeCell(out, this.result(group));
  }

  merge(group: number, from: ByteReader): void {
    const cell = readCell(from);
    const value = valueOf(cell);
    if (value !== null) this.#take(group, value, cell);
  }

  result(group: number): Cell {
    if (this.#states[group] === plain) return this.#numbers[group];
    let cell: Cell = null;
    if (this.#states[group] === kept) {
      this.#kept.visit(group, (_bytes, _start, _end, reader) => {
        reader.skip(reader.count());
        cell = readCell(reader);
      });
    }
    return cell;
  }

  reset(): void {
    this.#numbers = emptiedDoubles(this.#numbers).fill(NaN);
    this.#states = new Uint8Array(this.#numbers.length);
    this.#kept.clear();
  }

  /** Its key and its text are held for as long as it is the best, and copied into what a thread answers. */
  #refuseLong(value: Value): void {
    refuseLong(value, this.#largest ? 'max(…)' : 'min(…)', bestValue);
  }

  /** @param number what the value is as a double by which it can be compared, else NaN */
  #take(group: number, value: Value, cell: Cell, number = typeof value === 'number' ? value : NaN): void {
    const state = this.#states[group];
    const best = this.#numbers[group];
    if (number === number && best === best) {
      if (this.#largest ? number <= best : number >= best) return;
    } else if (state !== 0) {
      this.#writeKey(this.#key, value);
      const difference = compareKeys(this.#key.view(), this.#bestKey(group));
      if (this.#largest ? difference <= 0 : difference >= 0) return;
    }
    this.#numbers[group] = number;
    this.#states[group] = typeof cell === 'number' ? plain : kept;
    if (typeof cell !== 'number') this.#keep(group, value, cell);
  }

  #keep(group: number, value: Value, cell: Cell): void {
    this.#writeKey(this.#key, value);
    const entry = this.#entry;
    entry.clear();
    entry.count(this.#key.length);
    entry.copy(this.#key.view());
    writeCell(entry, cell);
    if (this.#kept.has(group)) {
      if (this.#kept.tryOverwrite(group, entry.view())) return;
      this.#kept.drop(group);
      // Twice the room, so that ever longer texts leave no more behind than they take.
      entry.reserve(entry.length);
      entry.length *= 2;
    }
    this.#kept.add(group, entry.view());
  }

  /** Valid until the next call. */
  #bestKey(group: number): Uint8Array {
    if (this.#states[group] === plain) {
      this.#writeKey(this.#best, this.#numbers[group]);
    } else {
      this.#best.clear();
      this.#kept.visit(group, (_bytes, _start, _end, reader) => {
        this.#best.copy(reader.bytes(reader.count()));
      });
    }
    return this.#best.view();
  }

  #writeKey(out: ByteWriter, value: Value): void {
    out.clear();
    writeSortKey(out, value, order, this.#input);
  }
}

const plain = 1;
const kept = 2;
