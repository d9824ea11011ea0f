import { barOf } from '../barOf.ts';
import { Kind, type Marks } from '../format/record.ts';
import { packedKernel } from '../kernel/packed.ts';
import { countBars } from '../kernel/packedBars.ts';
import { firstWholeFrom, type DecimalHead } from './decimals.ts';
import { doublesOf } from './doubles.ts';
import type { ValuesHead } from './storedSegment.ts';
import { firstFromTime, type TimeHead } from './times.ts';
import { othersIn, unpackWholes, type WholesHead } from './wholes.ts';

/** The bars of a histogram. */
export interface CountedBars {
  /** What is counted by them: values of the other kind are only counted. */
  readonly kind: 'number' | 'time';
  /** Where each bar begins, and the last one ends: numbers, or whole milliseconds since 1970. Every value is in one. */
  readonly edges: Float64Array;
}

/** Counts numbers and times by the bars of a histogram as they are kept, block by block. */
export class BarCounter {
  /** How many values each bar has. */
  readonly counts: Float64Array;
  /** Numbers of JSON, and texts that read as numbers. */
  numbers = 0;
  texts = 0;
  times = 0;
  nulls = 0;
  missing = 0;
  readonly #bars: CountedBars;
  /** By scale, the least whole number of each bar. */
  readonly #wholes = new Map<number, Float64Array>();
  /** Where the bars begin in the numbers of the block at hand. */
  readonly #starts: Float64Array;
  #values = new Float64Array(0);
  #words = new Uint32Array(0);

  constructor(bars: CountedBars) {
    this.#bars = bars;
    this.counts = new Float64Array(bars.edges.length - 1);
    this.#starts = new Float64Array(this.counts.length);
  }

  /** Takes in the records of a block that match. */
  add(words: Uint32Array, values: Exclude<ValuesHead, { kind: 'dictionary' }>, matches: Marks): void {
    const { kind, head } = values;
    const own = this.#withValues(words, head, matches);
    const { marked } = own;
    if (kind === 'times') this.times += marked;
    else if (head.kind === Kind.Number) this.numbers += marked;
    else this.texts += marked;
    if (marked === 0 || (kind === 'times') !== (this.#bars.kind === 'time')) return;
    if (kind === 'doubles') {
      this.#starts.set(this.#bars.edges.subarray(0, this.#starts.length));
      this.#starts[0] = -Infinity;
      this.#countEach(doublesOf(words, head, own.count), own);
      return;
    }
    if (kind === 'times') this.#placeTimes(head);
    else this.#placeNumbers(head);
    this.#count(words, head, head.high - head.low, own);
  }

  /** Those that have a value; the others are counted. */
  #withValues(words: Uint32Array, head: WholesHead, matches: Marks): Marks {
    const others = othersIn(words, head, matches.count);
    if (!others) return matches;
    const kernel = packedKernel();
    const own = kernel.keep(matches.copy(), others, true, false, false);
    this.nulls += kernel.keep(matches.copy(), others, false, true, false).marked;
    this.missing += kernel.keep(matches.copy(), others, false, false, true).marked;
    return own;
  }

  #count(words: Uint32Array, head: WholesHead, most: number, marks: Marks): void {
    const { at, width, widthHigh } = head;
    const { count } = marks;
    const isNarrow = widthHigh === 0;
    if (isNarrow && countBars({ words, at, count, width }, most, marks, this.#starts, this.counts)) return;
    if (this.#values.length < count) this.#values = new Float64Array(2 * count);
    const values = this.#values;
    unpackWholes(words, head, count, { low: 0, power: 1 }, values, this.#scratch(count));
    this.#countEach(values, marks);
  }

  #countEach(values: Float64Array, marks: Marks): void {
    const records = this.#scratch(marks.count);
    const found = marks.list(records);
    const bars = this.counts.length;
    for (let i = 0; i < found; i++) this.counts[barOf(this.#starts, bars, values[records[i]])]++;
  }

  #scratch(count: number): Uint32Array {
    if (this.#words.length < count) this.#words = new Uint32Array(2 * count);
    return this.#words;
  }

  #placeTimes(head: TimeHead): void {
    const { edges } = this.#bars;
    for (let bar = 0; bar < this.#starts.length; bar++)
      this.#starts[bar] = bar === 0 ? -Infinity : firstFromTime({ ms: edges[bar], nanos: 0 }, head);
  }

  #placeNumbers({ scale, low }: DecimalHead): void {
    const wholes = this.#wholesFor(scale);
    for (let bar = 0; bar < wholes.length; bar++) this.#starts[bar] = wholes[bar] - low;
  }

  #wholesFor(scale: number): Float64Array {
    let wholes = this.#wholes.get(scale);
    if (wholes === undefined) {
      wholes = Float64Array.from(this.counts, (_, bar) =>
        bar === 0 ? -Infinity : firstWholeFrom(this.#bars.edges[bar], scale),
      );
      this.#wholes.set(scale, wholes);
    }
    return wholes;
  }
}
