import type { ByteReader, ByteWriter } from '../stage/bytes.ts';
import type { Grouping, Scale } from './scale.ts';
import { sumOf } from './times.ts';

/** Bars of a histogram as they are shown. */
export interface Bars {
  readonly edges: readonly string[];
  readonly places: Float64Array;
  readonly counts: readonly Float64Array[];
}

/** What is empty has this: nothing is written to it. */
const none = new Float64Array(0);

/** Finer than any level. */
const finest = -1_000_000;

/**
 * Counts of values by the fine bars of a scale. They begin with the finest level on which all values take no more than
 * the given number of bars, and go to coarser ones as values come further apart; so what they are in the end depends on
 * the values alone, and not on their order.
 */
export class Bins {
  readonly #scale: Scale;
  #most: number;
  /** While all values are the same one, there is no level. */
  #only = NaN;
  #onlyCount = 0;
  #level = finest;
  #first = 0;
  #counts: Float64Array = none;
  /** Where each bar begins, and the last one ends. */
  #edges: Float64Array = none;
  #low = Infinity;
  #high = -Infinity;

  /** @param most bars; 0: none is counted */
  constructor(scale: Scale, most: number) {
    this.#scale = scale;
    this.#most = most;
  }

  /**
   * @param low the smallest of the values, @param high the largest; they are finite
   * @param times how often each is there; undefined: once
   */
  add(values: Float64Array, count: number, low: number, high: number, times?: Uint32Array): void {
    if (count === 0 || this.#most === 0) return;
    if (this.#takeOnly(low, high, times ? sumOf(times) : count)) return;
    this.#cover(low, high);
    const edges = this.#edges;
    const counts = this.#counts;
    const last = counts.length - 1;
    const from = edges[0];
    const perBar = (last + 1) / (edges[last + 1] - from);
    for (let i = 0; i < count; i++) {
      const value = values[i];
      let bar = Math.floor((value - from) * perBar);
      // Where bars reach beyond every double, it is no number.
      bar = bar > 0 ? Math.min(bar, last) : 0;
      while (bar > 0 && value < edges[bar]) bar--;
      while (bar < last && value >= edges[bar + 1]) bar++;
      counts[bar] += times ? times[i] : 1;
    }
  }

  write(out: ByteWriter): void {
    const isLevelled = this.#level !== finest;
    out.byte(isLevelled ? 2 : this.#onlyCount > 0 ? 1 : 0);
    if (!isLevelled) {
      if (this.#onlyCount > 0) {
        out.double(this.#only);
        out.count(this.#onlyCount);
      }
      return;
    }
    out.double(this.#level);
    out.double(this.#low);
    out.double(this.#high);
    out.double(this.#first);
    out.count(this.#counts.length);
    for (const count of this.#counts) out.count(count);
  }

  merge(from: ByteReader): void {
    const state = from.byte();
    if (state === 0) return;
    if (state === 1) {
      const only = from.double();
      this.#addMany(only, from.count());
      return;
    }
    let level = from.double();
    const low = from.double();
    const high = from.double();
    let first = from.double();
    let counts: Float64Array = new Float64Array(from.count());
    for (let at = 0; at < counts.length; at++) counts[at] = from.count();
    this.#cover(low, high);
    while (level < this.#level) {
      ({ first, counts } = coarser(this.#scale, level, first, counts));
      level++;
    }
    // Its level is the finest for its own values alone, so it cannot be the coarser one.
    for (let at = 0; at < counts.length; at++) this.#counts[first + at - this.#first] += counts[at];
  }

  /** Goes over to coarser bars, where there are more than `most`. */
  limit(most: number): void {
    this.#most = most;
    if (this.#counts.length > most) this.#spanTo(this.#low, this.#high);
  }

  reset(): void {
    this.#only = NaN;
    this.#onlyCount = 0;
    this.#level = finest;
    this.#first = 0;
    this.#counts = none;
    this.#edges = none;
    this.#low = Infinity;
    this.#high = -Infinity;
  }

  /** The value where all are the same. */
  get only(): number | undefined {
    return this.#level === finest && this.#onlyCount > 0 ? this.#only : undefined;
  }

  get isEmpty(): boolean {
    return this.#level === finest && this.#onlyCount === 0;
  }

  get low(): number {
    return this.#level === finest ? this.#only : this.#low;
  }

  get high(): number {
    return this.#level === finest ? this.#only : this.#high;
  }

  get total(): number {
    return this.#level === finest ? this.#onlyCount : this.#counts.reduce((sum, count) => sum + count, 0);
  }

  /** Width of the widest bar; 0 where there is none. */
  get widest(): number {
    let widest = 0;
    for (let at = 1; at < this.#edges.length; at++) {
      widest = Math.max(widest, this.#edges[at] - this.#edges[at - 1]);
    }
    return widest;
  }

  /** Where the bar begins that a quantile is in, but no less than the smallest value. */
  quantile(fraction: number): number | undefined {
    if (this.#level === finest) return this.only;
    let left = Math.floor(fraction * (this.total - 1));
    for (let at = 0; at < this.#counts.length; at++) {
      if (this.#counts[at] > left) return Math.max(this.#low, this.#edges[at]);
      left -= this.#counts[at];
    }
    return undefined;
  }

  /** A copy to which others can be added. */
  copy(): Bins {
    const copied = new Bins(this.#scale, this.#most);
    copied.#only = this.#only;
    copied.#onlyCount = this.#onlyCount;
    copied.#level = this.#level;
    copied.#first = this.#first;
    copied.#counts = this.#counts.slice();
    copied.#edges = this.#edges.slice();
    copied.#low = this.#low;
    copied.#high = this.#high;
    return copied;
  }

  /**
   * The bars of one or several, by the same edges.
   * @param most bars
   * @param whole whether the values are whole numbers, which have no bar for fractions
   */
  static show(all: readonly Bins[], scale: Scale, most: number, whole: boolean): Bars | undefined {
    const filled = all.filter((bins) => !bins.isEmpty);
    if (filled.length === 0) return undefined;
    const low = Math.min(...filled.map((bins) => bins.low));
    const high = Math.max(...filled.map((bins) => bins.high));
    if (low === high) return onlyBar(all, scale, low);
    const covering = filled.map((bins) => {
      const copied = bins.copy();
      copied.#cover(low, high);
      return copied;
    });
    // Those that may have more bars are finer.
    let level = Math.max(...covering.map((bins) => bins.#level));
    let fine = covering.map((bins) => {
      let { first, counts } = { first: bins.#first, counts: bins.#counts };
      for (let at = bins.#level; at < level; at++) ({ first, counts } = coarser(scale, at, first, counts));
      return { first, counts };
    });
    const grouped = (): Grouping | undefined =>
      scale.grouping(level, fine[0].counts.length, most, whole ? scale.wholeBars(level) : 1);
    let grouping = grouped();
    for (; grouping === undefined; grouping = grouped()) {
      fine = fine.map(({ first, counts }) => coarser(scale, level, first, counts));
      level++;
    }
    const { size, offset } = grouping;
    const [
      {
        first,
        counts: { length: count },
      },
    ] = fine;
    const start = Math.floor((first - offset) / size) * size + offset;
    const bars = Math.ceil((first + count - start) / size);
    const edges: string[] = [];
    const places = new Float64Array(bars + 1);
    for (let bar = 0; bar <= bars; bar++) {
      edges.push(scale.text(level, start + bar * size));
      places[bar] = scale.edge(level, start + bar * size);
    }
    const counts = all.map((bins) => {
      const shown = new Float64Array(bars);
      const own = fine.at(filled.indexOf(bins));
      if (bins.isEmpty || own === undefined) return shown;
      for (let at = 0; at < count; at++) shown[Math.floor((first + at - start) / size)] += own.counts[at];
      return shown;
    });
    return { edges, places, counts };
  }

  /** Whether the values are only more of the one that there is. */
  #takeOnly(low: number, high: number, count: number): boolean {
    if (this.#level !== finest || low !== high) return false;
    if (this.#onlyCount > 0 && this.#only !== low) return false;
    this.#only = low;
    this.#onlyCount += count;
    return true;
  }

  #addMany(value: number, count: number): void {
    if (this.#takeOnly(value, value, count)) return;
    this.#cover(value, value);
    this.#counts[this.#scale.barOf(this.#level, value) - this.#first] += count;
  }

  /** Makes the bars reach from `low` to `high` as well. */
  #cover(low: number, high: number): void {
    const only = this.only;
    const from = Math.min(low, this.low === this.low ? this.low : low);
    const to = Math.max(high, this.high === this.high ? this.high : high);
    if (this.#level !== finest && from >= this.#low && to <= this.#high) return;
    this.#spanTo(from, to, only);
  }

  /** @param only the value that all have been so far, where there is no level yet */
  #spanTo(from: number, to: number, only?: number): void {
    const level = this.#scale.levelFor(from, to, this.#most, this.#level);
    let { first, counts } = { first: this.#first, counts: this.#counts };
    if (this.#level !== finest) {
      for (let at = this.#level; at < level; at++)
        ({ first, counts } = coarser(this.#scale, at, first, counts));
    }
    const start = this.#scale.barOf(level, from);
    const length = this.#scale.barOf(level, to) - start + 1;
    const grown = new Float64Array(length);
    for (let at = 0; at < counts.length; at++) if (counts[at] > 0) grown[first + at - start] += counts[at];
    this.#level = level;
    this.#first = start;
    this.#counts = grown;
    this.#low = from;
    this.#high = to;
    this.#edges = new Float64Array(length + 1);
    for (let at = 0; at <= length; at++) this.#edges[at] = this.#scale.edge(level, start + at);
    if (only !== undefined) {
      this.#counts[this.#scale.barOf(level, only) - start] += this.#onlyCount;
      this.#onlyCount = 0;
    }
  }
}

/** Counts by the bars of the next level. */
function coarser(
  scale: Scale,
  level: number,
  first: number,
  counts: Float64Array,
): { readonly first: number; readonly counts: Float64Array } {
  const start = scale.parent(level, first);
  const joined = new Float64Array(scale.parent(level, first + counts.length - 1) - start + 1);
  for (let at = 0; at < counts.length; at++) joined[scale.parent(level, first + at) - start] += counts[at];
  return { first: start, counts: joined };
}

/** One value alone stands in a bar as wide as its last digit. */
function onlyBar(all: readonly Bins[], scale: Scale, value: number): Bars {
  const level = scale.levelOf(value);
  const bar = scale.barOf(level, value);
  return {
    edges: [scale.text(level, bar), scale.text(level, bar + 1)],
    places: Float64Array.of(scale.edge(level, bar), scale.edge(level, bar + 1)),
    counts: all.map((bins) => Float64Array.of(bins.total)),
  };
}
