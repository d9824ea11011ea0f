import { createKernelMemory, type KernelMemory } from './memory.ts';

/** A column of a block: an array's place for each of its records. */
export interface CellArrays {
  readonly kinds: Uint8Array;
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
}

/** What `survey` has seen of cells. */
export interface SurveyedCells {
  /** 1 for booleans, 2 for numbers, 4 for texts. */
  readonly kinds: number;
  /** Whether there are numbers without and with a fraction; of the latter the most digits before and after the point. */
  readonly wholes: boolean;
  readonly fractions: boolean;
  readonly digits: number;
  readonly scale: number;
  /** 1 for dates, 2 for times without an offset, 4 for times with one; whether these have nanoseconds, or have no place in 64 bits of them. */
  readonly forms: number;
  readonly nanos: boolean;
  readonly farAway: boolean;
  /** Whether there are texts that read as nothing else, and such that read as booleans. */
  readonly plainTexts: boolean;
  readonly textBooleans: boolean;
  /** Rows of the cells that were not looked at. */
  readonly left: Uint32Array;
}

/** The values of cells: of those that are null and those that are left, anything. */
export interface TakenCells<Values> {
  readonly values: Values;
  /** 1 where there is a value, 0 where it is null. */
  readonly present: Uint8Array;
  readonly nulls: number;
  /** Rows of the cells whose values the caller is to make. */
  readonly left: Uint32Array;
}

/** Texts of the rows from one on. */
export interface TakenTexts {
  readonly bytes: Uint8Array;
  /** Where the text of each row ends in `bytes`. */
  readonly ends: Uint32Array;
  readonly present: Uint8Array;
  readonly nulls: number;
}

/** Columns of the members of objects, each as long as there are rows. */
export interface TakenMembers {
  readonly columns: readonly CellArrays[];
  readonly present: Uint8Array;
  readonly nulls: number;
  /** Rows of the objects whose members the caller is to find. */
  readonly left: readonly number[];
  /** Cells that are there and no objects. */
  readonly others: number;
}

/** The items of the lists of the rows from one on. */
export interface TakenItems {
  readonly items: CellArrays;
  /** Of each row how many items there are up to its end. */
  readonly ends: Uint32Array;
  readonly present: Uint8Array;
  readonly nulls: number;
  /** Cells that are there and no lists. */
  readonly others: number;
}

interface Layout {
  readonly generation: number;
  readonly capacity: number;
  readonly at: Readonly<
    Record<'kinds' | 'starts' | 'ends' | 'present' | 'values' | 'left' | 'texts' | 'keys' | 'inner', number>
  >;
  readonly kinds: Uint8Array;
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
  readonly present: Uint8Array;
  readonly left: Uint32Array;
  readonly buffer: ArrayBuffer;
}

/** Bytes of texts that are taken at a time. A longer text is left. */
const textRoom = 256 * 1024;
/** Values inside of cells that are taken at a time. */
const innerRoom = 32 * 1024;
/** Among more keys, one is found quicker by a hash. */
const mostKeys = 64;
/** Bytes of the keys of members, with their places. */
const keysRoom = 16 * 1024;
/** Bytes past what it takes that the kernel may write. */
const slack = 64;
const [firstRoom, firstRows] = [64 * 1024, 4096];

/**
 * Makes values of the cells of a column, in a memory of its own: the bytes of a block are copied there once, and the arrays of
 * each of its columns. Everything that it shows is void after the next call.
 */
export class CellKernel {
  readonly #memory: KernelMemory = createKernelMemory();
  #layout: Layout | undefined;
  #room = 0;
  #from = 0;
  /** Cells of the column at hand. */
  count = 0;

  /** Takes in the bytes [from, to), in which the values of columns stand. */
  place(bytes: Uint8Array, from: number, to: number): void {
    const length = to - from;
    // Blocks are not all of one size, and growing means to lay everything out anew.
    if (length > this.#room || (this.#room > firstRoom && length < this.#room / 16)) {
      this.#room = Math.max(firstRoom, length + (length >> 2));
      this.#memory.reserve(this.#room, 0);
    }
    this.#memory.bytes().set(bytes.subarray(from, to));
    this.#from = from;
  }

  /** Takes in a column, of the first `count` records of `selection`: these are the rows. */
  column({ kinds, starts, ends }: CellArrays, selection: Uint32Array, count: number): void {
    const layout = this.#layoutFor(count);
    if (count === kinds.length) {
      layout.kinds.set(kinds);
      layout.starts.set(starts);
      layout.ends.set(ends);
    } else {
      for (let row = 0; row < count; row++) {
        const record = selection[row];
        layout.kinds[row] = kinds[record];
        layout.starts[row] = starts[record];
        layout.ends[row] = ends[record];
      }
    }
    const { at } = layout;
    this.count = count;
    const { exports, bufferAt } = this.#memory;
    exports.beginCells(at.kinds, at.starts, at.ends, bufferAt - this.#from, count);
  }

  /** Whether all cells are well-formed ones of delimited text whose quotes are doubled. */
  areOfTable(quote: number): boolean {
    return this.#memory.exports.areTableCells(quote) !== 0;
  }

  /**
   * Looks at the types of the cells.
   * @param typesInText whether a text that reads as a number or boolean is one, and an empty one is null
   * @param isText whether what texts are does not matter
   */
  survey(typesInText: boolean, isText: boolean): SurveyedCells {
    const { at, left } = this.#laidOut;
    const { exports } = this.#memory;
    const others = exports.surveyCells(typesInText ? 1 : 0, isText ? 1 : 0, at.left);
    return {
      kinds: exports.seenKinds.value,
      wholes: exports.seenWholes.value !== 0,
      fractions: exports.seenFractions.value !== 0,
      digits: exports.seenDigits.value,
      scale: exports.seenScale.value,
      forms: exports.seenForms.value,
      nanos: exports.seenNanos.value !== 0,
      farAway: exports.seenFarAway.value !== 0,
      plainTexts: exports.seenPlain.value !== 0,
      textBooleans: exports.seenTrue.value !== 0,
      left: left.subarray(0, others),
    };
  }

  integers(): TakenCells<BigInt64Array> {
    const { at, buffer } = this.#laidOut;
    const left = this.#memory.exports.takeIntegers(at.values, at.present, at.left);
    return this.#taken(new BigInt64Array(buffer, at.values, this.count), left);
  }

  /** Points in time, since 1970. @param nanos else in microseconds */
  times(nanos: boolean): TakenCells<BigInt64Array> {
    const { at, buffer } = this.#laidOut;
    const left = this.#memory.exports.takeTimes(nanos ? 1 : 0, at.values, at.present, at.left);
    return this.#taken(new BigInt64Array(buffer, at.values, this.count), left);
  }

  doubles(): TakenCells<Float64Array> {
    const { at, buffer } = this.#laidOut;
    const left = this.#memory.exports.takeDoubles(at.values, at.present, at.left);
    return this.#taken(new Float64Array(buffer, at.values, this.count), left);
  }

  /** Days since 1970. */
  dates(): TakenCells<Int32Array> {
    const { at, buffer } = this.#laidOut;
    const left = this.#memory.exports.takeDates(at.values, at.present, at.left);
    return this.#taken(new Int32Array(buffer, at.values, this.count), left);
  }

  booleans(): TakenCells<Uint8Array> {
    const { at, buffer } = this.#laidOut;
    const left = this.#memory.exports.takeBooleans(at.values, at.present, at.left);
    return this.#taken(new Uint8Array(buffer, at.values, this.count), left);
  }

  #taken<Values>(values: Values, left: number): TakenCells<Values> {
    const layout = this.#laidOut;
    return {
      values,
      present: layout.present.subarray(0, this.count),
      nulls: this.#memory.exports.nullCells.value,
      left: layout.left.subarray(0, left),
    };
  }

  /**
   * The texts of the rows from one on, up to the first whose text the caller is to make.
   * @param quote of delimited text, in which each is doubled; 0 of JSON
   */
  texts(from: number, quote: number): TakenTexts {
    const { at, buffer, present } = this.#laidOut;
    const { exports } = this.#memory;
    const end = exports.takeTexts(from, quote, at.texts, textRoom, at.values, at.present);
    return {
      bytes: new Uint8Array(buffer, at.texts, exports.textBytes.value),
      ends: new Uint32Array(buffer, at.values + 4 * from, end - from),
      present: present.subarray(from, end),
      nulls: exports.nullCells.value,
    };
  }

  /**
   * The members of the objects that cells are. Undefined where there are too many keys.
   * @param keys as they are written, each with the quote that closes it
   */
  members(keys: readonly Uint8Array[]): TakenMembers | undefined {
    if (!this.#placeKeys(keys)) return undefined;
    const { count } = this;
    const columns = keys.map(() => ({
      kinds: new Uint8Array(count),
      starts: new Uint32Array(count),
      ends: new Uint32Array(count),
    }));
    const { at, left: leftRows, present } = this.#laidOut;
    const { exports } = this.#memory;
    const room = Math.floor(innerRoom / Math.max(1, keys.length));
    const left: number[] = [];
    let [nulls, others] = [0, 0];
    for (let from = 0; from < count; from += room) {
      const to = Math.min(count, from + room);
      const inner = this.#inner;
      const places = [inner.at.kinds, inner.at.starts, inner.at.ends, at.present, at.left];
      const leftCount = exports.takeMembers(from, to, at.keys, keys.length, room, ...places);
      for (const row of leftRows.subarray(0, leftCount)) left.push(row);
      for (const [key, { kinds, starts, ends }] of columns.entries()) {
        const [first, last] = [key * room, key * room + to - from];
        kinds.set(inner.kinds.subarray(first, last), from);
        starts.set(inner.starts.subarray(first, last), from);
        ends.set(inner.ends.subarray(first, last), from);
      }
      nulls += exports.nullCells.value;
      others += exports.otherCells.value;
    }
    return { columns, present: present.slice(0, count), nulls, left, others };
  }

  #placeKeys(keys: readonly Uint8Array[]): boolean {
    const { at, buffer } = this.#laidOut;
    const size = keys.reduce((sum, key) => sum + key.length + 8, slack);
    if (size > keysRoom || keys.length > mostKeys) return false;
    const table = new Uint32Array(buffer, at.keys, keys.length * 2);
    const bytes = new Uint8Array(buffer, at.keys, keysRoom);
    let place = table.byteLength;
    for (const [index, key] of keys.entries()) {
      table.set([key.length, at.keys + place], index * 2);
      bytes.set(key, place);
      place += key.length;
    }
    return true;
  }

  /** The items of lists, of the rows from one on up to the first for whose items there is no room: these the caller is to find. */
  items(from: number): TakenItems {
    const { at, buffer, present } = this.#laidOut;
    const { exports } = this.#memory;
    const inner = this.#inner;
    const places = [inner.at.kinds, inner.at.starts, inner.at.ends, at.values, at.present];
    const end = exports.takeItems(from, innerRoom, ...places);
    const count = exports.itemCount.value;
    return {
      items: {
        kinds: inner.kinds.subarray(0, count),
        starts: inner.starts.subarray(0, count),
        ends: inner.ends.subarray(0, count),
      },
      ends: new Uint32Array(buffer, at.values + 4 * from, end - from),
      present: present.subarray(from, end),
      nulls: exports.nullCells.value,
      others: exports.otherCells.value,
    };
  }

  get #inner(): CellArrays & { readonly at: Readonly<Record<'kinds' | 'starts' | 'ends', number>> } {
    const { at, buffer } = this.#laidOut;
    const [kinds, starts, ends] = [at.inner, at.inner + innerRoom, at.inner + 5 * innerRoom];
    return {
      at: { kinds, starts, ends },
      kinds: new Uint8Array(buffer, kinds, innerRoom),
      starts: new Uint32Array(buffer, starts, innerRoom),
      ends: new Uint32Array(buffer, ends, innerRoom),
    };
  }

  get #laidOut(): Layout {
    return this.#layoutFor(0);
  }

  #layoutFor(rows: number): Layout {
    const { generation } = this.#memory;
    if (this.#layout?.generation !== generation || this.#layout.capacity < rows) {
      const capacity = Math.max(firstRows, rows + (rows >> 1), this.#layout?.capacity ?? 0);
      this.#layout = layOut(this.#memory, Math.ceil(capacity / 64) * 64);
    }
    return this.#layout;
  }
}

function layOut(memory: KernelMemory, capacity: number): Layout {
  const arena = memory.arena();
  const at = {
    kinds: arena.take(capacity),
    starts: arena.take(capacity * 4),
    ends: arena.take(capacity * 4),
    present: arena.take(capacity),
    values: arena.take(capacity * 8),
    left: arena.take(capacity * 4),
    texts: arena.take(textRoom + slack),
    keys: arena.take(keysRoom),
    inner: arena.take(innerRoom * 9),
  };
  const { buffer } = memory.exports.memory;
  return {
    generation: memory.generation,
    capacity,
    at,
    kinds: new Uint8Array(buffer, at.kinds, capacity),
    starts: new Uint32Array(buffer, at.starts, capacity),
    ends: new Uint32Array(buffer, at.ends, capacity),
    present: new Uint8Array(buffer, at.present, capacity),
    left: new Uint32Array(buffer, at.left, capacity),
    buffer,
  };
}
