import { ByteReader, ByteWriter } from '../bytes.ts';
import { writeCell } from '../codec.ts';
import { copyCellKey } from '../held/key.ts';
import { KeySet } from '../held/keySet.ts';
import { hashBytes } from '../held/partition.ts';
import { grownDoubles } from './accumulator.ts';
import { ByteLists } from './byteLists.ts';
import type { GroupingPlan } from './groups.ts';

/** Bytes of a record before the cells of its keys: its length and the number of the group's first row. */
const header = 12;

/**
 * Puts together what was written of groups: records, each its length in four bytes, the number of the group's
 * first row, the cells of its keys and what each aggregate knows. Keys stay bytes: they are compared, parted
 * and written on as such.
 */
export class MergedGroups {
  readonly #plan: GroupingPlan;
  readonly #keys = new KeySet();
  readonly #cells = new ByteLists();
  /** Number of the row that was each group's first. */
  #firsts: Float64Array = new Float64Array(16);
  readonly #key = new ByteWriter(64);
  readonly #empty: number;
  #bytes: Uint8Array = new Uint8Array(0);
  #reader = new ByteReader(this.#bytes);

  constructor(plan: GroupingPlan) {
    this.#plan = plan;
    this.#empty = this.#allocated();
  }

  get count(): number {
    return this.#keys.count;
  }

  /** Bytes held for the groups there are, roughly. */
  get size(): number {
    return Math.max(0, this.#allocated() - this.#empty);
  }

  /** The aggregate that holds most; undefined where there is none. */
  largest(): GroupingPlan['aggregates'][number]['call'] | undefined {
    const { aggregates } = this.#plan;
    return aggregates.toSorted((a, b) => b.accumulator.size - a.accumulator.size).at(0)?.call;
  }

  /**
   * Takes in a record. A group that is not known is begun only where `mayBegin`.
   * @returns undefined; of a record that was not taken in a hash of its key, by which it is to be parted
   */
  take(bytes: Uint8Array, record: number, mayBegin: boolean): number | undefined {
    const { aggregates } = this.#plan;
    const reader = this.#readerOf(bytes);
    const { bytes: key, length } = this.#keyOf(reader, record);
    const hash = hashBytes(key, 0, length, 0);
    const known = this.#keys.count;
    const group = mayBegin ? this.#keys.number(key, 0, length, hash) : this.#keys.find(key, length, hash);
    if (group === -1) return hash;
    const states = reader.at;
    reader.at = record + 4;
    const first = reader.double();
    if (group === known) {
      this.#firsts = grownDoubles(this.#firsts, known + 1);
      this.#firsts[group] = first;
      this.#cells.add(group, bytes, record + header, states);
      for (const { accumulator } of aggregates) accumulator.reserve(known + 1);
    } else if (first < this.#firsts[group]) {
      this.#firsts[group] = first;
    }
    reader.at = states;
    for (const { accumulator } of aggregates) accumulator.merge(group, reader);
    return undefined;
  }

  /** Without GROUP BY there is one group, even where there are no rows. */
  ensureOne(): void {
    if (this.#plan.keys.length > 0 || this.#keys.count > 0) return;
    this.#keys.number(this.#bytes, 0, 0);
    for (const { accumulator } of this.#plan.aggregates) accumulator.reserve(1);
  }

  /** Number of the row that was the group's first. */
  first(group: number): number {
    return this.#firsts[group];
  }

  /** Groups in the order of their first rows: what was parted does not come in it. */
  inOrder(): Uint32Array {
    const order = Uint32Array.from({ length: this.count }, (_, group) => group);
    const firsts = this.#firsts;
    const isSorted = order.every((group) => group === 0 || firsts[group - 1] <= firsts[group]);
    return isSorted ? order : order.sort((a, b) => firsts[a] - firsts[b]);
  }

  hashOfRecord(bytes: Uint8Array, record: number): number {
    const { bytes: key, length } = this.#keyOf(this.#readerOf(bytes), record);
    return hashBytes(key, 0, length, 0);
  }

  hashOf(group: number): number {
    const key = this.#keys.key(group);
    return hashBytes(key, 0, key.length, 0);
  }

  /** Writes what is known of a group, as `take` takes it in. */
  write(group: number, out: ByteWriter): void {
    const start = out.beginBlock();
    out.double(this.#firsts[group]);
    this.#writeKeys(group, out);
    for (const { accumulator } of this.#plan.aggregates) accumulator.write(group, out);
    out.endBlock(start);
  }

  /** Writes the row that the group becomes, as a `RowCodec` of the plan's slots would. */
  writeRow(group: number, out: ByteWriter): void {
    this.#writeKeys(group, out);
    for (const { accumulator } of this.#plan.aggregates) writeCell(out, accumulator.result(group));
  }

  clear(): void {
    this.#keys.clear();
    this.#cells.clear();
    for (const { accumulator } of this.#plan.aggregates) accumulator.reset();
  }

  /** The key of a record; the reader then stands before what the aggregates know. */
  #keyOf(reader: ByteReader, record: number): ByteWriter {
    reader.at = record + header;
    this.#key.clear();
    for (let left = this.#plan.keys.length; left > 0; left--) copyCellKey(this.#key, reader);
    return this.#key;
  }

  #writeKeys(group: number, out: ByteWriter): void {
    this.#cells.visit(group, (bytes, start, end) => out.copy(bytes, start, end));
  }

  #allocated(): number {
    const held = this.#keys.size + this.#cells.size + this.#firsts.byteLength;
    return this.#plan.aggregates.reduce((sum, { accumulator }) => sum + accumulator.size, held);
  }

  #readerOf(bytes: Uint8Array): ByteReader {
    if (bytes !== this.#bytes) {
      this.#bytes = bytes;
      this.#reader = new ByteReader(bytes);
    }
    return this.#reader;
  }
}
