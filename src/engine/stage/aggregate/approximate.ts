import type { Value } from '../../query/value/value.ts';
import type { Batch } from '../batch.ts';
import { ByteWriter, type ByteReader } from '../bytes.ts';
import type { BatchExpression } from '../expression.ts';
import { writeKey } from '../key.ts';
import { hashBytes } from '../partition.ts';
import { addEach, type ValueAccumulator } from './accumulator.ts';

/** 2^12 registers: a standard error of 1.04 / sqrt(4096) = 1.6 %. */
const registerBits = 12;
const registers = 1 << registerBits;
/** Below this many different hashes a group keeps the hashes, and counts them. */
const maxHashes = 256;

/** approx_count_distinct(value): HyperLogLog, with linear counting for small numbers. */
export class ApproximateDistinct implements ValueAccumulator {
  readonly #input: BatchExpression;
  readonly #key = new ByteWriter(64);
  #groups: (Set<number> | Uint8Array | undefined)[] = [];
  #bytes = 0;

  constructor(input: BatchExpression) {
    this.#input = input;
  }

  get size(): number {
    return this.#bytes;
  }

  reserve(): void {
    // Groups get their registers with their values.
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
    const state = this.#groups[group];
    if (state instanceof Uint8Array) {
      out.count(maxHashes + 1);
      out.copy(state);
      return;
    }
    out.count(state?.size ?? 0);
    for (const hash of state ?? []) out.double(hash);
  }

  merge(group: number, from: ByteReader): void {
    const count = from.count();
    if (count <= maxHashes) {
      for (let left = count; left > 0; left--) this.#addHash(group, from.double());
      return;
    }
    const other = from.bytes(registers);
    const own = this.#dense(group);
    for (let at = 0; at < registers; at++) own[at] = Math.max(own[at], other[at]);
  }

  result(group: number): number {
    const state = this.#groups[group];
    if (!(state instanceof Uint8Array)) return state?.size ?? 0;
    return Math.round(estimate(state));
  }

  reset(): void {
    this.#groups = [];
    this.#bytes = 0;
  }

  #addHash(group: number, hash: number): void {
    const state = (this.#groups[group] ??= new Set<number>());
    if (state instanceof Uint8Array) {
      note(state, hash);
      return;
    }
    const known = state.size;
    state.add(hash);
    this.#bytes += (state.size - known) * 40;
    if (state.size > maxHashes) this.#dense(group);
  }

  #dense(group: number): Uint8Array {
    const state = this.#groups[group];
    if (state instanceof Uint8Array) return state;
    const dense = new Uint8Array(registers);
    for (const hash of state ?? []) note(dense, hash);
    this.#groups[group] = dense;
    this.#bytes += registers;
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
