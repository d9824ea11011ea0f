import type { CellArrays, TakenMembers } from '../../kernel/cellKernel.ts';
import type { CellRun } from './cellRun.ts';
import { eachItem, type ObjectReader } from './cells.ts';

/** The items of the lists of a run. */
export interface ItemCells {
  readonly items: CellArrays;
  /** Of each row how many items there are up to its end. */
  readonly ends: Uint32Array;
  readonly present: Uint8Array;
  readonly nulls: number;
  /** Cells that are there and no lists. */
  readonly others: number;
}

/** The items of the lists among the cells of the column that is given. */
export function itemCells(run: CellRun): ItemCells {
  const { count } = run;
  const [ends, present] = [new Uint32Array(count), new Uint8Array(count)];
  const items = new Cells();
  let [nulls, others] = [0, 0];
  for (let row = 0; row < count;) {
    const taken = run.kernel.items(row);
    for (const [at, end] of taken.ends.entries()) ends[row + at] = items.length + end;
    present.set(taken.present, row);
    items.addAll(taken.items);
    nulls += taken.nulls;
    others += taken.others;
    row += taken.ends.length;
    if (row === count || taken.ends.length > 0) continue;
    // The list is longer than what is taken at a time.
    run.giveRow(row, {
      addCell: (_, bytes, start, end) =>
        eachItem(bytes, start, end, (...[kind, , from, to]) => items.add(kind, from, to)),
    });
    present[row] = 1;
    ends[row++] = items.length;
  }
  return { items: items.arrays, ends, present, nulls, others };
}

/**
 * The members of the objects among the cells of the column that is given, a column for each key of the reader; those of the
 * objects that are left only if they are `taken`. Undefined where there are too many keys.
 */
export function memberCells(run: CellRun, reader: ObjectReader, isTaken: boolean): TakenMembers | undefined {
  const members = run.kernel.members(reader.spellings);
  if (!members || !isTaken) return members;
  for (const row of members.left) {
    run.giveRow(row, { addCell: (_, bytes, start, end) => reader.read(bytes, start, end) });
    for (const [key, { kinds, starts, ends }] of members.columns.entries()) {
      kinds[row] = reader.kinds[key];
      starts[row] = reader.starts[key];
      ends[row] = reader.ends[key];
    }
  }
  return members;
}

/** Any number of cells. */
class Cells {
  #kinds = new Uint8Array(1024);
  #starts = new Uint32Array(1024);
  #ends = new Uint32Array(1024);
  length = 0;

  add(kind: number, start: number, end: number): void {
    this.#reserve(1);
    this.#kinds[this.length] = kind;
    this.#starts[this.length] = start;
    this.#ends[this.length++] = end;
  }

  addAll({ kinds, starts, ends }: CellArrays): void {
    this.#reserve(kinds.length);
    this.#kinds.set(kinds, this.length);
    this.#starts.set(starts, this.length);
    this.#ends.set(ends, this.length);
    this.length += kinds.length;
  }

  get arrays(): CellArrays {
    const { length } = this;
    return {
      kinds: this.#kinds.subarray(0, length),
      starts: this.#starts.subarray(0, length),
      ends: this.#ends.subarray(0, length),
    };
  }

  #reserve(count: number): void {
    const length = this.length + count;
    if (length <= this.#kinds.length) return;
    const room = Math.max(length, 2 * this.#kinds.length);
    const kinds = new Uint8Array(room);
    const [starts, ends] = [new Uint32Array(room), new Uint32Array(room)];
    kinds.set(this.#kinds);
    starts.set(this.#starts);
    ends.set(this.#ends);
    [this.#kinds, this.#starts, this.#ends] = [kinds, starts, ends];
  }
}
