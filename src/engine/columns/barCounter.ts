import { barOf } from '../barOf.ts';
import { Kind, type Marks } from '../format/record.ts';
import { packedKernel } from '../kernel/packed.ts';
import { countBars } from '../kernel/packedBars.ts';
import { decimalNumbers, firstWholeFrom, type DecimalHead } from './decimals.ts';
import type { StoredSegment } from './storedSegment.ts';
import { othersIn } from './wholes.ts';

/** Counts numbers by the bars of a histogram as they are kept, block by block. */
export class BarCounter {
  /** How many numbers each bar has. */
  readonly counts: Float64Array;
  /** Numbers of JSON, and texts that read as numbers. */
  numbers = 0;
  texts = 0;
  nulls = 0;
  missing = 0;
  readonly #edges: Float64Array;
  /** By scale, the least whole number of each bar. */
  readonly #wholes = new Map<number, Float64Array>();
  readonly #starts: Float64Array;
  #values = new Float64Array(0);
  #words = new Uint32Array(0);

  /** @param edges where each bar begins, and the last one ends; every number is in one. None: numbers are only counted. */
  constructor(edges: Float64Array) {
    this.#edges = edges;
    this.counts = new Float64Array(Math.max(0, edges.length - 1));
    this.#starts = new Float64Array(this.counts.length);
  }

  /** Takes in the records of a block that match. */
  add({ words }: StoredSegment, head: DecimalHead, matches: Marks): void {
    const { count } = matches;
    const others = othersIn(words, head, count);
    let own = matches;
    if (others) {
      const kernel = packedKernel();
      own = kernel.keep(matches.copy(), others, true, false, false);
      this.nulls += kernel.keep(matches.copy(), others, false, true, false).marked;
      this.missing += kernel.keep(matches.copy(), others, false, false, true).marked;
    }
    const { marked } = own;
    if (head.kind === Kind.Number) this.numbers += marked;
    else this.texts += marked;
    if (marked > 0 && this.counts.length > 0) this.#count(words, head, own);
  }

  #count(words: Uint32Array, head: DecimalHead, marks: Marks): void {
    const { at, width, widthHigh, low, high } = head;
    const { count } = marks;
    const wholes = this.#wholesFor(head.scale);
    for (let bar = 0; bar < wholes.length; bar++) this.#starts[bar] = wholes[bar] - low;
    const isNarrow = widthHigh === 0;
    if (isNarrow && countBars({ words, at, count, width }, high - low, marks, this.#starts, this.counts))
      return;
    if (this.#values.length < count) {
      this.#values = new Float64Array(2 * count);
      this.#words = new Uint32Array(2 * count);
    }
    const values = this.#values;
    decimalNumbers(words, head, count, values, this.#words);
    const records = this.#words;
    const found = marks.list(records);
    for (let i = 0; i < found; i++) this.counts[barOf(this.#edges, this.counts.length, values[records[i]])]++;
  }

  #wholesFor(scale: number): Float64Array {
    let wholes = this.#wholes.get(scale);
    if (wholes === undefined) {
      wholes = Float64Array.from(this.counts, (_, bar) =>
        bar === 0 ? -Infinity : firstWholeFrom(this.#edges[bar], scale),
      );
      this.#wholes.set(scale, wholes);
    }
    return wholes;
  }
}
