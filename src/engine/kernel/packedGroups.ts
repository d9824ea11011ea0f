import type { KernelExports } from './memory.ts';
import { packedKernel, type Marks, type PackedKernel, type PackedNumbers } from './packed.ts';

/** Of more groups than this in a block, going through the records one by one is as fast. */
const mostGroups = 4096;
/** The same for the different values in each group. */
const mostPairs = 16384;
/** The tables that the kernel counts and adds up in. */
const tables = 4;
/** Records of which 32 bits each add up to less than 2^53. */
const mostRecords = 2 ** 20;

/** The groups that a block's records are in. Arrays are by the groups' codes. */
export interface CountedGroups {
  /** The codes that some record has, by the first of them. */
  readonly codes: Uint32Array;
  /** Records of each. */
  readonly counts: Uint32Array;
  /** The first record of each. */
  readonly firsts: Uint32Array;
}

/**
 * In which group each record of a block is, by packed columns: a code for each, `size` for those that are in none. Void once
 * the next block is begun.
 */
export class PackedGroups {
  readonly #kernel: PackedKernel;
  readonly #exports: KernelExports;
  readonly #count: number;
  readonly #codes: number;
  #size = 1;
  #isSet = false;
  #counted: CountedGroups | undefined;

  private constructor(kernel: PackedKernel, count: number) {
    this.#kernel = kernel;
    this.#exports = kernel.exports;
    this.#count = count;
    this.#codes = kernel.hold(2 * count);
  }

  /** All records of a block in one group; undefined where they are too many. */
  static of(count: number): PackedGroups | undefined {
    return count > mostRecords ? undefined : new PackedGroups(packedKernel(), count);
  }

  /** How many groups there may be. */
  get size(): number {
    return this.#size;
  }

  /**
   * Divides each group by a number that its records have, below `size`; the code of a part is that of the group times `size`
   * plus the number. Before anything is asked.
   * @param known the records that have one; the others have `size` - 1
   * @returns false, and nothing done, where there may be too many groups
   */
  divide(numbers: PackedNumbers, size: number, known: Marks | boolean): boolean {
    if (this.#size * size > mostGroups) return false;
    const count = this.#count;
    this.#kernel.free();
    const own = this.#isSet ? this.#kernel.take(2 * count) : this.#codes;
    this.#unpack(numbers, size, known, own);
    if (this.#isSet) this.#exports.joinCodes(this.#codes, own, size, count);
    this.#isSet = true;
    this.#size *= size;
    return true;
  }

  /** Leaves only those records in their groups that are marked. Before anything is asked. */
  keep(marks: Marks | boolean): void {
    this.#begin();
    if (typeof marks === 'object')
      this.#exports.codeMarked(this.#codes, this.#count, marks.at, this.#size, this.#codes);
    else if (!marks) this.#fill(this.#codes, this.#size);
  }

  get counted(): CountedGroups {
    if (this.#counted === undefined) {
      this.#begin();
      this.#kernel.free();
      this.#counted = this.#countIn(this.#codes, this.#size, this.#size + 1);
    }
    return this.#counted;
  }

  /** How many of the marked records each group has. */
  countsOf(marks: Marks | boolean): Uint32Array {
    if (marks === true) return this.counted.counts;
    return this.#countIn(this.#codesOf(marks), this.#size, this.#size + 1).counts;
  }

  /** As `divide`, for this answer alone; undefined where there may be too many parts. */
  parts(numbers: PackedNumbers, size: number, known: Marks | boolean): CountedGroups | undefined {
    const most = (this.#size + 1) * size;
    if (most > mostPairs) return undefined;
    const count = this.#count;
    this.#begin();
    this.#kernel.free();
    const codes = this.#kernel.take(2 * count);
    this.#bytes(codes, 2 * count).set(this.#bytes(this.#codes, 2 * count));
    const own = this.#kernel.take(2 * count);
    this.#unpack(numbers, size, known, own);
    this.#exports.joinCodes(codes, own, size, count);
    return this.#countIn(codes, this.#size * size, most);
  }

  /**
   * The sum of the numbers in each group.
   * @param known the records that have one
   */
  sums(numbers: PackedNumbers, known: Marks | boolean): Float64Array {
    const { codes, values } = this.#values(numbers, known);
    const most = this.#size + 1;
    const sums = this.#kernel.take(tables * 8 * most);
    this.#bytes(sums, tables * 8 * most).fill(0);
    this.#exports.sumGroups(codes, values, this.#count, most, sums);
    const words = new Uint32Array(this.#exports.memory.buffer, sums, 2 * this.#size);
    const found = new Float64Array(this.#size);
    for (let at = 0; at < found.length; at++) found[at] = words[2 * at] + words[2 * at + 1] * 2 ** 32;
    return found;
  }

  /** The least and the greatest number of each group that has one. */
  bounds(
    numbers: PackedNumbers,
    known: Marks | boolean,
  ): { readonly least: Uint32Array; readonly most: Uint32Array } {
    const { codes, values } = this.#values(numbers, known);
    const bytes = 4 * (this.#size + 1);
    const least = this.#kernel.take(bytes);
    const most = this.#kernel.take(bytes);
    this.#bytes(least, bytes).fill(0xff);
    this.#bytes(most, bytes).fill(0);
    this.#exports.boundGroups(codes, values, this.#count, least, most);
    const { buffer } = this.#exports.memory;
    return {
      least: new Uint32Array(buffer, least, this.#size).slice(),
      most: new Uint32Array(buffer, most, this.#size).slice(),
    };
  }

  /** Writes the numbers, `size` - 1 for the records that have none. */
  #unpack(numbers: PackedNumbers, size: number, known: Marks | boolean, codes: number): void {
    this.#exports.unpackCodes(this.#kernel.put(numbers), this.#count, numbers.width, codes);
    if (typeof known === 'object') this.#exports.codeMarked(codes, this.#count, known.at, size - 1, codes);
    else if (!known) this.#fill(codes, size - 1);
  }

  #begin(): void {
    if (!this.#isSet) this.#fill(this.#codes, 0);
    this.#isSet = true;
  }

  /**
   * Counts records by codes below `most`, of which those below `size` are codes of groups.
   */
  #countIn(codesAt: number, size: number, most: number): CountedGroups {
    const countsAt = this.#kernel.take(tables * 4 * most);
    const firstsAt = this.#kernel.take(4 * most);
    this.#bytes(countsAt, tables * 4 * most).fill(0);
    this.#exports.countGroups(codesAt, this.#count, most, countsAt, firstsAt);
    const { buffer } = this.#exports.memory;
    const counts = new Uint32Array(buffer, countsAt, size).slice();
    const firsts = new Uint32Array(buffer, firstsAt, size).slice();
    const found = new Uint32Array(size);
    let length = 0;
    for (let code = 0; code < size; code++) if (counts[code] > 0) found[length++] = code;
    const codes = found.subarray(0, length).sort((a, b) => firsts[a] - firsts[b]);
    return { codes, counts, firsts };
  }

  #values(numbers: PackedNumbers, known: Marks | boolean): { codes: number; values: number } {
    const codes = this.#codesOf(known);
    const values = this.#kernel.take(4 * this.#count);
    this.#exports.unpackWords(this.#kernel.put(numbers), this.#count, numbers.width, values);
    return { codes, values };
  }

  /** The codes of the marked records; the others are in no group. */
  #codesOf(marks: Marks | boolean): number {
    this.#begin();
    this.#kernel.free();
    if (marks === true) return this.#codes;
    const codes = this.#kernel.take(2 * this.#count);
    if (marks === false) this.#fill(codes, this.#size);
    else this.#exports.codeMarked(this.#codes, this.#count, marks.at, this.#size, codes);
    return codes;
  }

  #fill(codes: number, code: number): void {
    new Uint16Array(this.#exports.memory.buffer, codes, this.#count).fill(code);
  }

  #bytes(at: number, length: number): Uint8Array {
    return new Uint8Array(this.#exports.memory.buffer, at, length);
  }
}
