import type { Marks } from '../../format/record.ts';
import { PackedGroups, type CountedGroups } from '../../kernel/packedGroups.ts';
import type { Call } from '../../query/syntax/tree.ts';
import type { Batch } from '../batch.ts';
import type { ByteWriter } from '../bytes.ts';
import type { BatchExpression } from '../expression.ts';
import type { Accumulator, AddPacked } from './accumulator.ts';
import { KeyColumn } from './keyColumn.ts';
import { noRow, packedKeyOf, type PackedKey } from './packedKey.ts';
import { PairTable } from './pairTable.ts';
import { writeCell } from '../codec.ts';
import { jsonOfCell, type Cell } from '../vector.ts';

/** A slot for each grouping expression and each aggregate. */
export interface GroupingPlan {
  readonly keys: readonly { readonly slot: number; readonly expression: BatchExpression }[];
  readonly aggregates: readonly {
    readonly slot: number;
    readonly call: Pick<Call, 'name' | 'distinct'>;
    readonly accumulator: Accumulator;
  }[];
  /** Everything that is asked of whole batches: kept for the batch that it was asked of last. */
  readonly inputs: readonly BatchExpression[];
}

/**
 * Groups the rows of batches by the values of some expressions, and holds what the aggregates have gathered for
 * each group. Groups are numbered in the order in which they were first seen.
 */
export class Groups {
  readonly #plan: GroupingPlan;
  readonly #columns: readonly KeyColumn[];
  /** From the second key on: the group of the keys before, and the code of this one. */
  readonly #pairs: readonly PairTable[];
  /** For a single key: the group of a code, plus one. */
  #groupOfCode = new Uint32Array(1 << 10);
  /** Codes of each group's keys, one after the other. */
  #codes = new Uint32Array(1 << 10);
  /** Of several keys, by their place in `#codes`, those that the first row of their group has written otherwise. */
  readonly #written = new Map<number, Cell>();
  /** Number of the row that began each group. */
  #firsts = new Float64Array(1 << 8);
  #count = 0;
  #rows = 0;
  #scratch = new Uint32Array(0);
  #groups = new Uint32Array(0);

  constructor(plan: GroupingPlan) {
    this.#plan = plan;
    this.#columns = plan.keys.map(() => new KeyColumn());
    this.#pairs = plan.keys.slice(1).map(() => new PairTable());
  }

  get count(): number {
    return this.#count;
  }

  /** Bytes held, roughly. */
  get size(): number {
    const parts = [
      ...this.#columns,
      ...this.#pairs,
      ...this.#plan.aggregates.map(({ accumulator }) => accumulator),
    ];
    return parts.reduce((sum, part) => sum + part.size, this.#fixedSize);
  }

  get #fixedSize(): number {
    return this.#codes.byteLength + this.#firsts.byteLength + this.#written.size * 150;
  }

  add(batch: Batch): void {
    const { count } = batch;
    // What is too much for the batch's room must be known before the first row is taken in.
    for (const input of this.#plan.inputs) input.vector(batch);
    if (this.#groups.length < count) {
      this.#groups = new Uint32Array(count);
      this.#scratch = new Uint32Array(count);
    }
    const groups = this.#groups;
    this.#assign(batch, groups);
    for (const { accumulator } of this.#plan.aggregates) {
      accumulator.reserve(this.#count);
      accumulator.addBatch(batch, groups);
    }
    this.#rows += count;
  }

  /** As `Reducer.addPacked`. */
  addPacked(batch: Batch, marks: Marks | boolean): boolean {
    const { keys, aggregates } = this.#plan;
    const packed = PackedGroups.of(batch.rows);
    if (packed === undefined) return false;
    const packedKeys: PackedKey[] = [];
    for (const { expression } of keys) {
      const key = packedKeyOf(expression.field(batch));
      if (key === undefined || !packed.divide(key.numbers, key.size, key.known)) return false;
      packedKeys.push(key);
    }
    packed.keep(marks);
    const adders: AddPacked[] = [];
    for (const { accumulator } of aggregates) {
      const add = accumulator.packed?.(batch, packed);
      if (add === undefined) return false;
      adders.push(add);
    }
    const groupOf = this.#groupsOf(packed.counted, packedKeys);
    for (const { accumulator } of aggregates) accumulator.reserve(this.#count);
    for (const add of adders) add(packed.counted.codes, groupOf);
    this.#rows += batch.rows;
    return true;
  }

  /** The group of each code, in their order. */
  #groupsOf({ codes, firsts }: CountedGroups, keys: readonly PackedKey[]): Uint32Array {
    const rest = codes.slice();
    const vectors = keys
      .toReversed()
      .map((key) => {
        const numbers = rest.map((code) => code % key.size);
        for (let i = 0; i < rest.length; i++) rest[i] = Math.floor(rest[i] / key.size);
        return key.vector(numbers);
      })
      .toReversed();
    const all = vectors.map(({ field, rows }, at) =>
      rows.map((row) =>
        row === noRow ? this.#columns[at].code(null) : this.#columns[at].codeIn(field, row),
      ),
    );
    const cell = (at: number, i: number): Cell => {
      const { field, rows } = vectors[at];
      return rows[i] === noRow ? null : field.cell(rows[i]);
    };
    return codes.map((code, i) => {
      const first = this.#rows + firsts[code];
      if (all.length === 0) return this.#count === 0 ? this.#begin(first) : 0;
      if (all.length === 1) return this.#groupOfOne(all[0][i], first);
      let group = all[0][i];
      for (let at = 1; at < all.length; at++) group = this.#pairs[at - 1].number(group, all[at][i]);
      if (group === this.#count) this.#beginOfMany(first, all, i, cell);
      return group;
    });
  }

  /**
   * Begins a group of several keys. What one of them is equal to may have been written otherwise in the row that had it
   * first; the group has it as its own first row has.
   */
  #beginOfMany(
    first: number,
    codes: readonly Uint32Array[],
    i: number,
    cell: (at: number, i: number) => Cell,
  ): void {
    const columns = this.#columns;
    const start = this.#begin(first) * columns.length;
    for (let at = 0; at < columns.length; at++) {
      const code = codes[at][i];
      this.#codes[start + at] = code;
      if (!columns[at].mayDiffer(code)) continue;
      const own = cell(at, i);
      const known = columns[at].cell(code);
      if (own !== known && jsonOfCell(own) !== jsonOfCell(known)) this.#written.set(start + at, own);
    }
  }

  /** Writes what is known of a group, as `MergedGroups` takes it in. */
  write(group: number, out: ByteWriter): void {
    const columns = this.#columns;
    const start = out.beginBlock();
    out.double(this.#firsts[group]);
    for (let at = 0; at < columns.length; at++) {
      const place = group * columns.length + at;
      const own = this.#written.get(place);
      if (own === undefined) columns[at].writeCell(this.#codes[place], out);
      else writeCell(out, own);
    }
    for (const { accumulator } of this.#plan.aggregates) accumulator.write(group, out);
    out.endBlock(start);
  }

  /** Forgets all groups, and counts rows from 0 again. */
  clear(): void {
    for (const column of this.#columns) column.clear();
    for (const pairs of this.#pairs) pairs.clear();
    for (const { accumulator } of this.#plan.aggregates) accumulator.reset();
    this.#groupOfCode.fill(0);
    this.#written.clear();
    this.#count = 0;
    this.#rows = 0;
  }

  /** The group of every selected row. */
  #assign(batch: Batch, groups: Uint32Array): void {
    const { keys } = this.#plan;
    const { count } = batch;
    if (keys.length === 0) {
      if (this.#count === 0) this.#begin(0);
      groups.fill(0, 0, count);
      return;
    }
    this.#columns[0].codes(batch, keys[0].expression.vector(batch), groups);
    if (keys.length === 1) {
      let known = this.#groupOfCode;
      for (let i = 0; i < count; i++) {
        const code = groups[i];
        if (code < known.length && known[code] !== 0) {
          groups[i] = known[code] - 1;
        } else {
          groups[i] = this.#groupOfOne(code, this.#rows + i);
          known = this.#groupOfCode;
        }
      }
      return;
    }
    const scratch = this.#scratch;
    const all: Uint32Array[] = [groups.slice(0, count)];
    const vectors = keys.map(({ expression }) => expression.vector(batch));
    const cell = (at: number, i: number): Cell => vectors[at].cell(batch.selection[i]);
    for (let at = 1; at < keys.length; at++) {
      this.#columns[at].codes(batch, vectors[at], scratch);
      all.push(scratch.slice(0, count));
      const pairs = this.#pairs[at - 1];
      for (let i = 0; i < count; i++) groups[i] = pairs.number(groups[i], scratch[i]);
    }
    for (let i = 0; i < count; i++) {
      if (groups[i] === this.#count) this.#beginOfMany(this.#rows + i, all, i, cell);
    }
  }

  #groupOfOne(code: number, first: number): number {
    if (code >= this.#groupOfCode.length) {
      const larger = new Uint32Array(Math.max(code + 1, this.#groupOfCode.length * 2));
      larger.set(this.#groupOfCode);
      this.#groupOfCode = larger;
    }
    const known = this.#groupOfCode[code];
    if (known !== 0) return known - 1;
    const group = this.#begin(first);
    this.#codes[group] = code;
    this.#groupOfCode[code] = group + 1;
    return group;
  }

  #begin(first: number): number {
    const group = this.#count++;
    const needed = this.#count * Math.max(1, this.#columns.length);
    if (needed > this.#codes.length) {
      const larger = new Uint32Array(needed * 2);
      larger.set(this.#codes);
      this.#codes = larger;
    }
    if (group === this.#firsts.length) {
      const larger = new Float64Array(group * 2);
      larger.set(this.#firsts);
      this.#firsts = larger;
    }
    this.#firsts[group] = first;
    return group;
  }
}
