import { instantiate, pageSize, type KernelExports } from './memory.ts';

/** Whole numbers of `width` bits each, one behind the other from the lowest bit of `words[at]` on. */
export interface PackedNumbers {
  readonly words: Uint32Array;
  readonly at: number;
  readonly count: number;
  readonly width: number;
}

/** What records without a number hold instead, two bits a record: see `engine/columns/decimals.ts`. */
export interface PackedOthers {
  readonly words: Uint32Array;
  readonly at: number;
  readonly count: number;
}

/** Bytes that the kernel may touch behind what it is given. */
const slack = 160;

/**
 * Asks packed columns, in a kernel of its own. Its memory is a stack: marks that are held lie below, and above them what is
 * looked at for the next ones.
 */
export class PackedKernel {
  readonly #exports: KernelExports = instantiate();
  readonly #base = align(this.#exports.heapBase());
  /** Where what is held ends, and where what is used for one question does. */
  #top = this.#base;
  #free = this.#base;
  #generation = 0;

  /** Begins with another block: marks made before are void. */
  restart(): void {
    this.#top = this.#base;
    this.#generation++;
  }

  /** The records whose number is in [from, to] (`inside`) or outside. */
  inRange(numbers: PackedNumbers, from: number, to: number, inside: boolean): Marks {
    const { count, width } = numbers;
    const marks = this.#marks(count);
    const words = this.put(numbers);
    this.#exports.markRange(words, count, width, from, to - from, inside ? 0 : 1, marks.at);
    return marks;
  }

  /** The records whose double is in [low, high] (`inside`) or outside; NaN is outside. */
  doublesIn(doubles: Float64Array, low: number, high: number, inside: boolean): Marks {
    const marks = this.#marks(doubles.length);
    const at = this.take(doubles.byteLength);
    new Float64Array(this.#exports.memory.buffer, at, doubles.length).set(doubles);
    this.#exports.markDoubles(at, doubles.length, low, high, inside ? 0 : 1, marks.at);
    return marks;
  }

  /** The records whose number has a byte other than 0 in `taken`, which has one for each there is. */
  among(numbers: PackedNumbers, taken: Uint8Array): Marks {
    const { count, width } = numbers;
    const marks = this.#marks(count);
    const words = this.put(numbers);
    // What stands behind the last record may be any number of that width.
    const size = align(2 ** width);
    const table = this.take(size);
    const bytes = new Uint8Array(this.#exports.memory.buffer, table, size);
    bytes.fill(0);
    for (let code = 0; code < taken.length; code++) if (taken[code] !== 0) bytes[code] = 0xff;
    this.#exports.markCodes(words, count, width, table, taken.length, marks.at);
    return marks;
  }

  /** All records of a block. */
  all(count: number): Marks {
    const marks = this.#marks(count);
    this.#exports.markAll(count, 1, marks.at);
    return marks;
  }

  copied({ at, count }: Marks): Marks {
    const marks = this.#marks(count);
    const bytes = align(Math.ceil(count / 8));
    new Uint8Array(this.#exports.memory.buffer).copyWithin(marks.at, at, at + bytes);
    return marks;
  }

  /** Leaves those marked that have a number, NULL, or nothing. */
  keep(marks: Marks, others: PackedOthers, numbers: boolean, nulls: boolean, missing: boolean): Marks {
    this.#free = this.#top;
    const words = this.put({ ...others, width: 2 });
    const wanted = [numbers, nulls, missing].map(Number);
    this.#exports.keepKinds(words, others.count, ...wanted, marks.at);
    return marks;
  }

  /** Fills in the kinds of such records, given that of the numbers. */
  kinds(others: PackedOthers, kind: number, kinds: Uint8Array): void {
    this.#free = this.#top;
    const { count } = others;
    const words = this.put({ ...others, width: 2 });
    const target = this.take(count);
    this.#exports.unpackKinds(words, count, kind, target);
    kinds.set(new Uint8Array(this.#exports.memory.buffer, target, count));
  }

  /** Fills in (number + low) / power. */
  numbers(packed: PackedNumbers, low: number, power: number, numbers: Float64Array): void {
    this.#free = this.#top;
    const { count, width } = packed;
    const words = this.put(packed);
    const target = this.take(8 * count);
    this.#exports.unpackNumbers(words, count, width, low, power, target);
    numbers.set(new Float64Array(this.#exports.memory.buffer, target, count));
  }

  /** Fills in numbers of 16 bits at most. */
  codes(packed: PackedNumbers, codes: Uint16Array): void {
    this.#free = this.#top;
    const { count, width } = packed;
    const words = this.put(packed);
    const target = this.take(2 * count);
    this.#exports.unpackCodes(words, count, width, target);
    codes.set(new Uint16Array(this.#exports.memory.buffer, target, count));
  }

  /** Writes the marked records; answers how many there are. */
  list(at: number, count: number, records: Uint32Array): number {
    this.#free = this.#top;
    const target = this.take(4 * count);
    const found = this.#exports.listMarks(at, count, target) >>> 0;
    records.set(new Uint32Array(this.#exports.memory.buffer, target, found));
    return found;
  }

  /** For `Marks`, which were made in this generation: what the kernel exports. Those at `dropped` or above are given up. */
  exportsFor(generation: number, dropped?: number): KernelExports {
    if (generation !== this.#generation) throw new TypeError('Marks were used after those of another block.');
    if (dropped !== undefined) this.#top = dropped;
    return this.#exports;
  }

  get exports(): KernelExports {
    return this.#exports;
  }

  /** Takes room that is held until the next block. */
  hold(bytes: number): number {
    this.#free = this.#top;
    const place = this.take(bytes);
    this.#top = this.#free;
    return place;
  }

  /** Gives up what was taken and is not held. */
  free(): void {
    this.#free = this.#top;
  }

  /** Takes room for numbers, and puts them there. */
  put({ words, at, count, width }: PackedNumbers): number {
    const length = Math.ceil((count * width) / 32);
    const place = this.take(length * 4);
    new Uint32Array(this.#exports.memory.buffer, place, length).set(words.subarray(at, at + length));
    return place;
  }

  /** Takes room, the kernel's own slack behind it. */
  take(bytes: number): number {
    const place = this.#free;
    this.#free = align(place + bytes + slack);
    const { memory } = this.#exports;
    const missing = this.#free + slack - memory.buffer.byteLength;
    if (missing > 0) memory.grow(Math.ceil(missing / pageSize));
    return place;
  }

  /** Marks that hold nothing in particular yet. */
  #marks(count: number): Marks {
    return new Marks(this, this.hold(Math.ceil(count / 8)), count, this.#generation);
  }
}

/** A set of a block's records. Void once the next block is begun. */
export class Marks {
  readonly #kernel: PackedKernel;
  readonly #generation: number;
  readonly at: number;
  /** Records of the block. */
  readonly count: number;

  constructor(kernel: PackedKernel, at: number, count: number, generation: number) {
    this.#kernel = kernel;
    this.#generation = generation;
    this.at = at;
    this.count = count;
  }

  /** How many records are in it. */
  get marked(): number {
    return this.#kernel.exportsFor(this.#generation).countMarks(this.at, this.count) >>> 0;
  }

  /** The same set once more. */
  copy(): Marks {
    return this.#kernel.copied(this);
  }

  /** Leaves what is in both; the other set, which was made later, is given up. */
  and(other: Marks): this {
    this.#kernel.exportsFor(this.#generation, other.at).andMarks(this.at, other.at, this.count);
    return this;
  }

  /** Adds the other set, which was made later and is given up. */
  or(other: Marks): this {
    this.#kernel.exportsFor(this.#generation, other.at).orMarks(this.at, other.at, this.count);
    return this;
  }

  /** Takes a record out. */
  remove(record: number): void {
    const { buffer } = this.#kernel.exportsFor(this.#generation).memory;
    new Uint8Array(buffer, this.at + (record >>> 3), 1)[0] &= ~(1 << (record & 7));
  }

  /** Writes the records of the set, ascending; answers how many there are. */
  list(records: Uint32Array): number {
    this.#kernel.exportsFor(this.#generation);
    return this.#kernel.list(this.at, this.count, records);
  }
}

let kernel: PackedKernel | undefined;

/** That of this thread. */
export function packedKernel(): PackedKernel {
  return (kernel ??= new PackedKernel());
}

/** A multiple of 16, at which marks and words begin. */
function align(address: number): number {
  return Math.ceil(address / 16) * 16;
}
