import { ByteBuilder } from '../../byteBuilder.ts';
import { Kind } from '../../format/record.ts';
import { CellKernel, type CellArrays } from '../../kernel/cellKernel.ts';
import type { TakeCell } from './cells.ts';

/** Takes the values of a column. */
export interface CellTaker {
  /** Takes the next one. */
  readonly addCell: TakeCell;
  /** Takes many at once: the same as each of them by `addCell`. */
  addRun?(run: CellRun): void;
  /** Whether the values that come do not matter any more. */
  readonly isSettled?: boolean;
}

/** For fewer rows, making ready would cost more than is gained. */
const fewestRows = 16;
/** Bytes that are copied for the kernel at most. */
const mostBytes = 4 * 1024 * 1024;

/** The first whole numbers, as many as were asked for at most. */
let numbers = new Uint32Array(0);

function ascending(count: number): Uint32Array {
  if (numbers.length < count) numbers = Uint32Array.from({ length: 2 * count }, (_, at) => at);
  return numbers;
}

/** One for the thread: a run is done with before another one begins. */
let kernel: CellKernel | undefined;

/** Selected cells of the columns of a block, column by column. */
export class CellRun {
  /** Of delimited text, where quotes in texts are doubled; 0 of JSON. */
  readonly quote: number;
  readonly #single = new ByteBuilder();
  #bytes: Uint8Array = new Uint8Array(0);
  #selection: Uint32Array = new Uint32Array(0);
  #column: CellArrays = { kinds: this.#bytes, starts: this.#selection, ends: this.#selection };
  #isQuick = false;
  #isPlaced = false;
  #from = 0;
  #to = 0;
  #inner: CellRun | undefined;
  /** Rows. */
  count = 0;

  constructor(quote: number) {
    this.quote = quote;
  }

  /** Makes the first `count` records of `selection` the rows, which stand in `bytes[from, to)`. */
  begin(bytes: Uint8Array, from: number, to: number, selection: Uint32Array, count: number): void {
    this.#bytes = bytes;
    this.#selection = selection;
    this.count = count;
    [this.#from, this.#to] = [from, to];
    this.#isQuick = count >= fewestRows && to - from <= mostBytes;
    this.#isPlaced = false;
  }

  /** Whether all cells of a column are well-formed ones of delimited text whose quotes are doubled. */
  areOfTable(column: CellArrays): boolean {
    if (this.#isQuick) return this.#take(column).areOfTable(this.quote);
    const { kinds, starts, ends } = column;
    for (let row = 0; row < this.count; row++) {
      const record = this.#selection[row];
      const kind = kinds[record];
      if (kind === Kind.Text || kind === Kind.Null) continue;
      if (kind !== Kind.EscapedText || !this.#areDoubled(starts[record], ends[record])) return false;
    }
    return true;
  }

  #areDoubled(start: number, end: number): boolean {
    for (let at = start; at < end; at++)
      if (this.#bytes[at] === this.quote && (++at === end || this.#bytes[at] !== this.quote)) return false;
    return true;
  }

  /** Gives the cells of a column. */
  give(column: CellArrays, taker: CellTaker): void {
    if (taker.isSettled) return;
    this.#column = column;
    if (this.#isQuick && taker.addRun) {
      this.#take(column);
      taker.addRun(this);
    } else {
      this.giveEach(taker);
    }
  }

  #take(column: CellArrays): CellKernel {
    kernel ??= new CellKernel();
    if (!this.#isPlaced) kernel.place(this.#bytes, this.#from, this.#to);
    this.#isPlaced = true;
    kernel.column(column, this.#selection, this.count);
    return kernel;
  }

  /** Has the cells of the column that is given. */
  get kernel(): CellKernel {
    if (!kernel || !this.#isPlaced) throw new TypeError('the cells are not in the kernel');
    return kernel;
  }

  giveEach(taker: CellTaker): void {
    for (let row = 0; row < this.count; row++) this.giveRow(row, taker);
  }

  /**
   * Gives values that stand inside of the cells of this run, each as a row of its own. The column that is given has left the
   * kernel then.
   */
  giveInner(cells: CellArrays, taker: CellTaker): void {
    const count = cells.kinds.length;
    const inner = (this.#inner ??= new CellRun(0));
    inner.#bytes = this.#bytes;
    inner.#selection = ascending(count);
    inner.count = count;
    [inner.#from, inner.#to] = [this.#from, this.#to];
    inner.#isQuick = this.#isPlaced && count >= fewestRows;
    inner.#isPlaced = this.#isPlaced;
    inner.give(cells, taker);
  }

  /** What the cell of a row is, of the column that is given. */
  kindOf(row: number): Kind {
    return this.#column.kinds[this.#selection[row]] as Kind;
  }

  /** Gives a cell of the column that is given. */
  giveRow(row: number, taker: CellTaker): void {
    const record = this.#selection[row];
    const { kinds, starts, ends } = this.#column;
    const kind = kinds[record] as Kind;
    if (kind !== Kind.EscapedText || this.quote === 0) {
      taker.addCell(kind, this.#bytes, starts[record], ends[record]);
      return;
    }
    this.#makeSingle(starts[record], ends[record]);
    taker.addCell(Kind.Text, this.#single.view(), 0, this.#single.length);
  }

  /** A text in which each quote is doubled. */
  #makeSingle(start: number, end: number): void {
    const out = this.#single;
    out.clear();
    const to = out.room(end - start);
    let length = 0;
    for (let at = start; at < end; at++) {
      to[length++] = this.#bytes[at];
      if (this.#bytes[at] === this.quote) at++;
    }
    out.wrote(length);
  }
}
