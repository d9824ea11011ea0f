import { createKernelMemory, type Arena, type KernelMemory } from './memory.ts';

/** A column's arrays, one place for each row. */
export interface ColumnArrays {
  readonly kinds: Uint8Array;
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
  /** Empty where there are none. */
  readonly numbers: Float64Array;
}

/** Some of the rows. */
export interface RowList {
  readonly address: number;
  /** Has room for all rows; the first `count` are those of the list. */
  readonly rows: Uint32Array;
  count: number;
}

/** How many of the sorted rows hold what has no list. */
export interface KindTotals {
  readonly missing: number;
  readonly nulls: number;
  readonly trues: number;
  readonly falses: number;
}

/** What numbers are like. */
export interface MeasuredNumbers {
  readonly low: number;
  readonly high: number;
  /** Index of the first that is the lowest, and of the first that is the highest. */
  readonly lowAt: number;
  readonly highAt: number;
  readonly mean: number;
  /** Sum of the squared differences from the mean. */
  readonly squares: number;
  readonly negative: number;
  readonly zero: number;
  readonly areWhole: boolean;
}

export interface MeasuredTexts {
  readonly characters: number;
  readonly empty: number;
  /** Rows of the shortest, the longest, the least and the greatest text, of equal ones the first. */
  readonly outermost: readonly number[];
}

/** The different ones among some values, in the order in which they came. */
export interface DistinctValues {
  readonly count: number;
  /** Of each the index of the first. */
  readonly firsts: Uint32Array;
  readonly counts: Uint32Array;
  /** Of each of all values the two words of its hash, the low one first. */
  readonly hashes: Int32Array;
}

const registerBytes = 1 << 12;
/** Buckets by which numbers are counted. */
export const mostBuckets = 8192;
/** Room for bytes: columns that are counted by value have few, now more and now less. */
const leastRoom = 64 * 1024;
/** Rows that there is room for at first. */
const firstRows = 1024;

/** The arrays, with room for so many rows each. */
interface Layout {
  readonly generation: number;
  readonly capacity: number;
  readonly at: Readonly<
    Record<'kinds' | 'starts' | 'ends' | 'numbers' | 'selection' | 'values' | 'nanos', number> &
      Record<'hashes' | 'table' | 'firsts' | 'counts' | 'registers' | 'buckets', number>
  >;
  readonly kinds: Uint8Array;
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
  readonly numbers: Float64Array;
  readonly selection: Uint32Array;
  readonly values: Float64Array;
  readonly nanos: Uint32Array;
  readonly hashes: Int32Array;
  readonly firsts: Uint32Array;
  readonly counts: Uint32Array;
  readonly registers: Uint8Array;
  readonly buckets: Float64Array;
  readonly lists: Readonly<Record<ListName, RowList>>;
}

const listNames = ['numbers', 'texts', 'lists', 'objects', 'odd', 'times', 'plain', 'unusual'] as const;
type ListName = (typeof listNames)[number];

/**
 * Looks through columns with SIMD, one after the other, in a memory of its own: the bytes of a block are copied there once,
 * and the arrays of each of its columns. Everything that it shows is void after the next `place` or `sort`.
 */
export class ColumnKernel {
  readonly #memory: KernelMemory = createKernelMemory();
  #layout: Layout | undefined;
  #room = 0;
  /** How many bytes were placed, and where those begin that are looked at. */
  #placed = 0;
  #from = 0;

  /** Takes in the bytes that the values of columns stand in. */
  place(bytes: Uint8Array): void {
    // Blocks are not all of one size, and growing means to lay everything out anew.
    if (bytes.length > this.#room || (this.#room > leastRoom && bytes.length < this.#room / 16)) {
      this.#room = Math.max(leastRoom, bytes.length + (bytes.length >> 2));
      this.#memory.reserve(this.#room, 0);
    }
    this.#memory.bytes().set(bytes);
    [this.#placed, this.#from] = [bytes.length, 0];
  }

  /**
   * Looks at other bytes until `goBack`, and keeps those that were placed: copying a block back for each of thousands of
   * columns would take longer than looking at them.
   * @returns false where there is no room for them
   */
  placeBeside(bytes: Uint8Array): boolean {
    if (bytes.length > this.#room - this.#placed) return false;
    this.#memory.bytes().set(bytes, this.#placed);
    this.#from = this.#placed;
    return true;
  }

  /** Looks at the bytes again that were placed. */
  goBack(): void {
    this.#from = 0;
  }

  get #bytesAt(): number {
    return this.#memory.bufferAt + this.#from;
  }

  /**
   * Takes in a column of the bytes, and sorts the selected rows by what they hold. Numbers with an exact double are the
   * `values` of `lists.numbers`; what has to be decoded to be known is in `lists.odd`.
   */
  sort({ kinds, starts, ends, numbers }: ColumnArrays, selection: Uint32Array, count: number): KindTotals {
    const all = kinds.length;
    const layout = this.#layoutFor(all);
    const { at, lists } = layout;
    const { exports } = this.#memory;
    layout.kinds.set(kinds);
    layout.starts.set(starts);
    layout.ends.set(ends);
    if (numbers.length > 0) layout.numbers.set(numbers);
    const isAll = count === all;
    if (!isAll) layout.selection.set(selection.length === count ? selection : selection.subarray(0, count));
    exports.sortRows(
      count,
      isAll ? 0 : at.selection,
      at.kinds,
      numbers.length > 0 ? at.numbers : 0,
      at.values,
      lists.numbers.address,
      lists.texts.address,
      lists.lists.address,
      lists.objects.address,
      lists.odd.address,
    );
    lists.numbers.count = exports.numberRows.value;
    lists.texts.count = exports.textRows.value;
    lists.lists.count = exports.listRows.value;
    lists.objects.count = exports.objectRows.value;
    lists.odd.count = exports.oddRows.value;
    return {
      missing: exports.missingRows.value,
      nulls: exports.nullRows.value,
      trues: exports.trueRows.value,
      falses: exports.falseRows.value,
    };
  }

  /** What the last step has left. */
  get lists(): Readonly<Record<ListName, RowList>> {
    return this.#laidOut.lists;
  }

  /** Of `lists.numbers`; once texts are divided, of `lists.times` their milliseconds since 1970. */
  get values(): Float64Array {
    return this.#laidOut.values;
  }

  /** Of `lists.times` the nanoseconds within the milliseconds. */
  get nanos(): Uint32Array {
    return this.#laidOut.nanos;
  }

  /** Takes in other numbers than those of a column. */
  setValues(values: Float64Array): void {
    this.#layoutFor(values.length).values.set(values);
  }

  /** Looks through the first `count` values, which are one or more. */
  measureNumbers(count: number): MeasuredNumbers {
    const { exports } = this.#memory;
    exports.measureNumbers(this.#laidOut.at.values, count);
    return {
      low: exports.lowNumber.value,
      high: exports.highNumber.value,
      lowAt: exports.lowAt.value,
      highAt: exports.highAt.value,
      mean: exports.meanNumber.value,
      squares: exports.squares.value,
      negative: exports.negatives.value,
      zero: exports.zeros.value,
      areWhole: exports.areWhole.value === 1,
    };
  }

  /**
   * Adds up values from `from` on while they are whole numbers at a scale: `power` times as large. `next` is the first one
   * that is not, or with which the sum may be no exact double.
   */
  addScaled(from: number, count: number, power: number): { readonly sum: number; readonly next: number } {
    const { exports } = this.#memory;
    const next = exports.addScaled(this.#laidOut.at.values, from, count, power);
    return { sum: exports.scaledSum.value, next };
  }

  /**
   * Divides `lists.texts` into `times` in the usual form, `unusual` ones that another reader may take for a time or a number,
   * and `plain` ones. Answers whether times have nanoseconds.
   * @param loose whether there are numbers among the texts
   */
  splitTexts(loose: boolean): boolean {
    const { at, lists } = this.#laidOut;
    const { exports } = this.#memory;
    exports.splitTexts(
      lists.texts.count,
      lists.texts.address,
      at.starts,
      at.ends,
      this.#bytesAt,
      loose ? 1 : 0,
      at.values,
      at.nanos,
      lists.times.address,
      lists.plain.address,
      lists.unusual.address,
    );
    lists.times.count = exports.timeRows.value;
    lists.plain.count = exports.plainRows.value;
    lists.unusual.count = exports.unusualRows.value;
    return exports.nanoRows.value > 0;
  }

  /** Hashes what stands in the rows: for `measureTexts`, `distinct` and `noteIn`. */
  hash({ address, count }: RowList, seed: number): void {
    const { at } = this.#laidOut;
    this.#memory.exports.hashRows(...[count, address, at.starts, at.ends, this.#bytesAt, seed, at.hashes]);
  }

  /** Hashes the first `count` values. Minus zero is zero. */
  hashNumbers(count: number, seed: number): void {
    const { at } = this.#laidOut;
    this.#memory.exports.hashNumbers(count, at.values, seed, at.hashes);
  }

  /**
   * Looks through texts that are hashed, which are one or more.
   * @param distinct where the different ones among them were found last: then no others are looked at
   */
  measureTexts({ address, count }: RowList, distinct?: DistinctValues): MeasuredTexts {
    const { at } = this.#laidOut;
    const { exports } = this.#memory;
    exports.measureTexts(
      distinct?.count ?? count,
      address,
      at.starts,
      at.ends,
      this.#bytesAt,
      at.hashes,
      distinct ? at.firsts : 0,
      at.counts,
    );
    const { characters, emptyRows, shortestRow, longestRow, leastRow, greatestRow } = exports;
    const outermost: number[] = [shortestRow.value, longestRow.value, leastRow.value, greatestRow.value];
    return { characters: characters.value, empty: emptyRows.value, outermost };
  }

  /** The different ones among `count` hashed values: those of `rows` by their first 256 bytes, numbers by their hashes. */
  distinct(count: number, rows?: RowList): DistinctValues {
    const { at, firsts, counts, hashes } = this.#laidOut;
    const found = this.#memory.exports.groupRows(
      count,
      at.hashes,
      rows?.address ?? 0,
      at.starts,
      at.ends,
      this.#bytesAt,
      at.table,
      slotsFor(count),
      at.firsts,
      at.counts,
    );
    return { count: found, firsts, counts, hashes };
  }

  /** Notes `count` hashed values in a HyperLogLog sketch of 4,096 registers. */
  noteIn(registers: Uint8Array, count: number): void {
    const { at, registers: own } = this.#laidOut;
    own.set(registers);
    this.#memory.exports.noteHashes(count, at.hashes, at.registers);
    registers.set(own);
  }

  /** The smallest size of the first `count` values of a sign; infinite where none has it. */
  leastSize(count: number, sign: 1 | -1): number {
    return this.#memory.exports.leastSize(this.#laidOut.at.values, count, sign);
  }

  /**
   * Counts the first `count` values of a sign by buckets: by their sizes as doubles, of which the high word without `shift` bits
   * is the key. `counts` and `smallest`, of no more than `mostBuckets`, begin with the bucket of the key `first` and have all
   * buckets of these values.
   */
  countSizes(
    count: number,
    sign: 1 | -1,
    shift: number,
    first: number,
    counts: Float64Array,
    smallest: Float64Array,
  ): void {
    const { at, buckets } = this.#laidOut;
    const { length } = counts;
    buckets.set(counts);
    buckets.set(smallest, length);
    this.#memory.exports.countSizes(
      ...[at.values, count, sign, shift, first, at.buckets, at.buckets + 8 * length],
    );
    counts.set(buckets.subarray(0, length));
    smallest.set(buckets.subarray(length, 2 * length));
  }

  get #laidOut(): Layout {
    return this.#layoutFor(0);
  }

  #layoutFor(rows: number): Layout {
    const { generation } = this.#memory;
    if (this.#layout?.generation !== generation || this.#layout.capacity < rows) {
      const capacity = Math.max(firstRows, rows + (rows >> 1), this.#layout?.capacity ?? 0);
      this.#layout = layOut(this.#memory, generation, Math.ceil(capacity / 64) * 64);
    }
    return this.#layout;
  }
}

function layOut(memory: KernelMemory, generation: number, capacity: number): Layout {
  const arena: Arena = memory.arena();
  const words = (): number => arena.take(capacity * 4);
  const doubles = (): number => arena.take(capacity * 8);
  const at = {
    kinds: arena.take(capacity),
    starts: words(),
    ends: words(),
    numbers: doubles(),
    selection: words(),
    values: doubles(),
    nanos: words(),
    hashes: doubles(),
    table: arena.take(slotsFor(capacity) * 4),
    firsts: words(),
    counts: words(),
    registers: arena.take(registerBytes),
    buckets: arena.take(2 * mostBuckets * 8),
  };
  const addresses = listNames.map((name) => ({ name, address: words() }));
  // The kernel reads some bytes past what it looks at.
  arena.take(64);
  const { buffer } = arena.view();
  const wordsAt = (address: number): Uint32Array => new Uint32Array(buffer, address, capacity);
  const lists = Object.fromEntries(
    addresses.map(({ name, address }) => [name, { address, rows: wordsAt(address), count: 0 }]),
  ) as Record<ListName, RowList>;
  return {
    generation,
    capacity,
    at,
    kinds: new Uint8Array(buffer, at.kinds, capacity),
    starts: wordsAt(at.starts),
    ends: wordsAt(at.ends),
    numbers: new Float64Array(buffer, at.numbers, capacity),
    selection: wordsAt(at.selection),
    values: new Float64Array(buffer, at.values, capacity),
    nanos: wordsAt(at.nanos),
    hashes: new Int32Array(buffer, at.hashes, capacity * 2),
    firsts: wordsAt(at.firsts),
    counts: wordsAt(at.counts),
    registers: new Uint8Array(buffer, at.registers, registerBytes),
    buckets: new Float64Array(buffer, at.buckets, 2 * mostBuckets),
    lists,
  };
}

/** A power of two that is twice as many. */
function slotsFor(count: number): number {
  return 1 << (33 - Math.clz32(Math.max(1, count - 1)));
}
