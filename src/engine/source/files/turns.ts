import { partitionPoint } from '../../partitionPoint.ts';
/** Records of one file that come one after the other, where several files are read in another order than one by one. */
export interface Turn {
  /** The file, by its number among the parts. */
  readonly file: number;
  /** Its first byte in that file. */
  readonly from: number;
  readonly length: number;
  /** Whether its last record would go on in what follows: a quote was opened and not closed. */
  readonly isOpen: boolean;
}

/** Numbers of a turn: where it begins in the run of bytes, the file, where it begins there, and whether it is open. */
const width = 4;

/** The turns of files as plain bytes that threads share: there may be as many as records. */
export class Turns {
  readonly #numbers: Float64Array;
  /** Bytes of all turns. */
  readonly size: number;
  readonly count: number;
  /** Where the turns end that are open. */
  readonly #open: readonly number[];

  constructor(shared: SharedArrayBuffer) {
    this.#numbers = new Float64Array(shared);
    this.count = this.#numbers.length / width - 1;
    this.size = this.#numbers[this.count * width];
    const open: number[] = [];
    for (let turn = 0; turn < this.count; turn++)
      if (this.#numbers[turn * width + 3] === 1) open.push(this.start(turn + 1));
    this.#open = open;
  }

  /** The turn that a position is of: the last one for what lies behind all. */
  at(position: number): number {
    const behind = partitionPoint(0, this.count, (turn) => this.start(turn) <= position);
    return Math.max(0, behind - 1);
  }

  /** One past the last turn, it is where all end. */
  start(turn: number): number {
    return this.#numbers[turn * width];
  }

  file(turn: number): number {
    return this.#numbers[turn * width + 1];
  }

  from(turn: number): number {
    return this.#numbers[turn * width + 2];
  }

  /** The first place after a position that no record goes on over. */
  openAfter(position: number): number | undefined {
    return this.#open.find((end) => end > position);
  }
}

/** Takes turns down as they are found: those of one file that follow each other in it are one. */
export class TurnWriter {
  #numbers = new Float64Array(1024 * width);
  #count = 0;
  #size = 0;
  #last: Turn | undefined;

  /** How many there are. */
  get count(): number {
    return this.#count + (this.#last ? 1 : 0);
  }

  add(turn: Turn): void {
    const last = this.#last;
    if (last && !last.isOpen && last.file === turn.file && last.from + last.length === turn.from) {
      this.#last = { ...turn, from: last.from, length: last.length + turn.length };
      return;
    }
    this.#push();
    this.#last = turn;
  }

  finish(): SharedArrayBuffer {
    this.#push();
    const shared = new SharedArrayBuffer((this.#count + 1) * width * Float64Array.BYTES_PER_ELEMENT);
    const numbers = new Float64Array(shared);
    numbers.set(this.#numbers.subarray(0, this.#count * width));
    numbers[this.#count * width] = this.#size;
    return shared;
  }

  #push(): void {
    if (!this.#last) return;
    const { file, from, length, isOpen } = this.#last;
    this.#last = undefined;
    const at = this.#count++ * width;
    if (at + width > this.#numbers.length) {
      const larger = new Float64Array(2 * this.#numbers.length);
      larger.set(this.#numbers);
      this.#numbers = larger;
    }
    this.#numbers.set([this.#size, file, from, isOpen ? 1 : 0], at);
    this.#size += length;
  }
}
