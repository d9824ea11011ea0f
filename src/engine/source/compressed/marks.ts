import { partitionPoint } from '../../partitionPoint.ts';
import { type BlockAlignment } from './deflate.ts';

/**
 * A place where a decoder can begin: the start of a gzip member, a zstd frame, a run of text, a DEFLATE block, or a row of
 * a Parquet file.
 */
export interface Mark {
  /** Position in the decoded bytes. */
  readonly position: number;
  /** Position in the encoded bytes. */
  readonly at: number;
  /** What a DEFLATE block in the middle of a member needs besides. */
  readonly block?: BlockMark | undefined;
  /** Of a Parquet file: rows before it. */
  readonly row?: number | undefined;
  /** Decoded bytes that are made in vain where decoding begins here, about. */
  readonly waste?: number | undefined;
}

export interface BlockMark extends BlockAlignment {
  /** The decoded bytes before it, up to 32 KiB, themselves deflated. */
  readonly window: Uint8Array;
}

/** What has been learnt of an encoded source. Plain data, for another thread or a cache. */
export interface Learnt {
  readonly marks: readonly Mark[];
  /** Decoded bytes in all; undefined while the end has not been seen. */
  readonly size: number | undefined;
  /** Everything before this position has been decoded once. */
  readonly reach: number;
}

/** Marks kept at most. Each takes the room of its window, a few KiB. */
const most = 2048;
/** Where work is divided, what is decoded in vain is at most one byte in so many. */
const mostWaste = 4;
/** Places kept besides, of what was decoded last. */
const mostPassed = 256;

/**
 * The marks of one source, in order. Where they become too many, every second one goes and the rest is farther
 * apart.
 */
export class Marks {
  readonly #marks: Mark[] = [{ position: 0, at: 0 }];
  #spacing: number;
  readonly #apart: number;
  #size: number | undefined;
  #reach = 0;
  /** Places that were passed last, a ring. */
  readonly #passed: Mark[] = [];
  #next = 0;
  /** Encoded bytes before the first decoded one: a byte-order mark. */
  lead = 0;

  /**
   * @param spacing decoded bytes from a mark to the next, at least
   * @param apart the same between places where work is divided, where that is more
   */
  constructor(spacing: number, apart = 0) {
    this.#spacing = spacing;
    this.#apart = apart;
  }

  get size(): number | undefined {
    return this.#size;
  }

  get reach(): number {
    return this.#reach;
  }

  /** Whether a mark at `position` is worth finding. */
  wants(position: number): boolean {
    return position >= this.last.position + this.#spacing;
  }

  get last(): Mark {
    return this.#marks.at(-1) ?? { position: 0, at: 0 };
  }

  add(mark: Mark): void {
    if (!this.wants(mark.position)) return;
    this.#marks.push(mark);
    this.reached(mark.position);
    if (this.#marks.length <= most) return;
    this.#spacing *= 2;
    const thinned = this.#marks.filter((_, i) => i % 2 === 0);
    this.#marks.splice(0, this.#marks.length, ...thinned);
  }

  /** Notes a place on the way: near ones are known for what was decoded lately. */
  pass(mark: Mark): void {
    this.#passed[this.#next] = mark;
    this.#next = (this.#next + 1) % mostPassed;
  }

  /** The last place that is known and of which `holds` is true, as it is of all before that. */
  lastOf(holds: (mark: Mark) => boolean): Mark {
    let last = this.#marks[partitionPoint(1, this.#marks.length, (at) => holds(this.#marks[at])) - 1];
    for (const mark of this.#passed) if (mark.position > last.position && holds(mark)) last = mark;
    return last;
  }

  /** Notes that everything before `position` has been decoded. */
  reached(position: number): void {
    if (position > this.#reach) this.#reach = position;
  }

  /** Notes where the decoded bytes end. */
  ended(size: number): void {
    this.reached(size);
    this.#size = size;
  }

  /** The nearest mark at or before `position`. */
  before(position: number): Mark {
    const marks = this.#marks;
    const behind = partitionPoint(1, marks.length, (at) => marks[at].position <= position);
    return marks[behind - 1] ?? { position: 0, at: 0 };
  }

  /** What was learnt, without the marks up to `since`, which the other side has. */
  learnt(since = 0): Learnt {
    const marks = this.#marks.filter((mark) => mark.position > since);
    return { marks, size: this.#size, reach: this.#reach };
  }

  learn(learnt: Learnt): void {
    for (const mark of learnt.marks) this.add(mark);
    this.reached(learnt.reach);
    if (learnt.size !== undefined) this.ended(learnt.size);
  }

  /** Positions in (from, to) where decoding can begin, and where little is decoded in vain for what follows. */
  between(from: number, to: number): number[] {
    const found: number[] = [];
    let last = 0;
    for (const { position, waste = 0 } of this.#marks) {
      if (position === 0 || position - last < Math.max(this.#apart, mostWaste * waste)) continue;
      last = position;
      if (position > from && position < to) found.push(position);
    }
    return found;
  }
}
