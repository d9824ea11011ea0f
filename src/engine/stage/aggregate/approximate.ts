import type { Value } from '../../query/value/value.ts';
import type { Batch } from '../batch.ts';
import { ByteWriter, type ByteReader } from '../bytes.ts';
import type { BatchExpression } from '../expression.ts';
import { writeKey } from '../held/key.ts';
import { KeySet } from '../held/keySet.ts';
import { hashBytes } from '../held/partition.ts';
import { addEach, emptiedDoubles, grownDoubles, type ValueAccumulator } from './accumulator.ts';
import { ByteLists } from './byteLists.ts';

/** 2^12 registers: a standard error of 1.04 / sqrt(4096) = 1.6 %. */
const registerBits = 12;
const registers = 1 << registerBits;
/** Below this many different hashes a group keeps the hashes, and counts them. */
const maxHashes = 256;

/** approx_count_distinct(value): HyperLogLog, with linear counting for small numbers. */
export class ApproximateDistinct implements ValueAccumulator {
  readonly #input: BatchExpression;
  readonly #key = new ByteWriter(64);
  /** Of each group the hashes while they are few, and which of them it has had. */
  readonly #hashes = new ByteLists();
  readonly #seen = new KeySet();
  readonly #entry = new ByteWriter(16);
  #counts: Float64Array = new Float64Array(16);
  /** Registers of the groups that have more. */
  readonly #dense = new Map<number, Uint8Array>();

  constructor(input: BatchExpression) {
    this.#input = input;
  }

  get size(): number {
    const few = this.#hashes.size + this.#seen.size + this.#counts.byteLength;
    return few + this.#dense.size * (registers + 100);
  }

  reserve(groups: number): void {
    this.#counts = grownDoubles(this.#counts, groups);
  }

  addBatch(batch: Batch, groups: Uint32Array): void {
    addEach(batch, groups, this.#input, (group, value) => this.addValue(group, value));
  }

  addValue(group: number, value: Value): void {
    this.#key.clear();
    writeKey(this.#key, value);
    const key = this.#key.view();
    const low = hashBytes(key, 0, key.length, 1);
    const high = hashBytes(key, 0, key.length, 2) & 0x1fffff;
    this.#addHash(group, high * 2 ** 32 + low);
  }

  write(group: number, out: ByteWriter): void {
    const dense = this.#dense.get(group);
    out.count(dense === undefined ? this.#counts[group] : maxHashes + 1);
    if (dense === undefined) this.#hashes.visit(group, (bytes, start, end) => out.copy(bytes, start, end));
    else out.copy(dense);
  }

  merge(group: number, from: ByteReader): void {
    const count = from.count();
    if (count <= maxHashes) {
      for (let left = count; left > 0; left--) this.#addHash(group, from.double());
      return;
    }
    const other = from.bytes(registers);
    const own = this.#dense.get(group) ?? this.#makeDense(group);
    for (let at = 0; at < registers; at++) own[at] = Math.max(own[at], other[at]);
  }

  result(group: number): number {
    const dense = this.#dense.get(group);
    return dense === undefined ? this.#counts[group] : Math.round(estimate(dense));
  }

  reset(): void {
    this.#hashes.clear();
    this.#seen.clear();
    this.#counts = emptiedDoubles(this.#counts);
    this.#dense.clear();
  }

  #addHash(group: number, hash: number): void {
    const dense = this.#dense.get(group);
    if (dense !== undefined) {
      note(dense, hash);
      return;
    }
    const entry = this.#entry;
    entry.clear();
    entry.double(hash);
    entry.uint32(group);
    const bytes = entry.view();
    if (!this.#seen.add(bytes)) return;
    this.#hashes.add(group, bytes, 0, 8);
    if (++this.#counts[group] > maxHashes) this.#makeDense(group);
  }

  #makeDense(group: number): Uint8Array {
    const dense = new Uint8Array(registers);
    this.#hashes.visit(group, (_bytes, _start, _end, reader) => note(dense, reader.double()));
    this.#hashes.drop(group);
    this.#dense.set(group, dense);
    return dense;
  }
}

/** The lowest bits choose the register; it keeps the longest run of leading zeros among the other 41. */
function note(state: Uint8Array, hash: number): void {
  const at = hash % registers;
  const rest = Math.floor(hash / registers);
  const zeros = rest === 0 ? 41 : 40 - Math.floor(Math.log2(rest));
  state[at] = Math.max(state[at], zeros + 1);
}

function estimate(state: Uint8Array): number {
  let sum = 0;
  let empty = 0;
  for (const rank of state) {
    sum += 2 ** -rank;
    if (rank === 0) empty++;
  }
  const raw = ((0.7213 / (1 + 1.079 / registers)) * registers * registers) / sum;
  return raw <= 2.5 * registers && empty > 0 ? registers * Math.log(registers / empty) : raw;
}
