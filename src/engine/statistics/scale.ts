import { canonical, numericText } from '../query/value/decimal.ts';
import { Timestamp, utc } from '../query/value/time.ts';

/**
 * Round figures that divide an axis, on levels: the bars of a level are each made of whole bars of the level below, so
 * that counts by a fine level can be added up to those of a coarse one. A bar is [edge(i), edge(i + 1)).
 */
export interface Scale {
  readonly kind: 'number' | 'time';
  /** The finest level on which `low` to `high`, which differ, take no more than `most` bars; no finer than `least`. */
  levelFor(low: number, high: number, most: number, least: number): number;
  /** The bar that a value is in. */
  barOf(level: number, value: number): number;
  /** The nearest double of where a bar begins. */
  edge(level: number, bar: number): number;
  /** The level whose bars are as wide as the last digit of a value. */
  levelOf(value: number): number;
  /** The bar of the next level that a bar is part of. */
  parent(level: number, bar: number): number;
  /** Where a bar begins, as a query may write it. */
  text(level: number, bar: number): string;
  /**
   * How many bars of a level to show as one, at least `least` of them to a bar, and how many the first of those lies
   * behind bar 0: the smallest round number by which `count` bars come to no more than `most`. Undefined where only a coarser level
   * has one.
   */
  grouping(level: number, count: number, most: number, least: number): Grouping | undefined;
  /** The smallest number of bars of a level to which whole numbers can be told apart. */
  wholeBars(level: number): number;
}

export interface Grouping {
  readonly size: number;
  readonly offset: number;
}

/** Level 2k has bars of 10^k, level 2k + 1 of 5 times that. */
class NumberScale implements Scale {
  readonly kind = 'number';

  levelOf(value: number): number {
    const [digits, power = '0'] = String(Math.abs(value)).split('e');
    const exponent = Number(power) - (digits.split('.').at(1)?.length ?? 0);
    return Math.max(2 * Math.min(0, exponent), finestLevel(value));
  }
  levelFor(low: number, high: number, most: number, least: number): number {
    let level = Math.max(least, finestLevel(low), finestLevel(high));
    const range = Math.min(high - low, Number.MAX_VALUE);
    const guess = 2 * Math.floor(Math.log10(range) - Math.log10(most)) - 2;
    if (guess > level) level = guess;
    while (this.barOf(level, high) - this.barOf(level, low) >= most) level++;
    return level;
  }

  barOf(level: number, value: number): number {
    let bar = Math.floor(value / widthOf(level));
    while (value < this.edge(level, bar)) bar--;
    while (value >= this.edge(level, bar + 1)) bar++;
    return bar;
  }

  edge(level: number, bar: number): number {
    const exponent = Math.floor(level / 2);
    const whole = isEven(level) ? bar : 5 * bar;
    // Either way one correct rounding; numbers this large are rare.
    if (exponent >= 0 && exponent <= 22) return whole * 10 ** exponent;
    if (exponent < 0 && exponent >= -22) return whole / 10 ** -exponent;
    return Number(`${whole}e${exponent}`);
  }

  parent(level: number, bar: number): number {
    return Math.floor(bar / (isEven(level) ? 5 : 2));
  }

  text(level: number, bar: number): string {
    return numericText(canonical(BigInt(isEven(level) ? bar : 5 * bar), Math.floor(level / 2)));
  }

  grouping(level: number, count: number, most: number, least: number): Grouping {
    const unit = isEven(level) ? 1 : 5;
    for (let power = 1; ; power *= 10) {
      for (const round of [1, 2, 5]) {
        const size = (round * power) / unit;
        if (!Number.isInteger(size) || size < least) continue;
        if (Math.ceil((count - 1) / size) + 1 <= most || size >= count) return { size, offset: 0 };
      }
    }
  }

  wholeBars(level: number): number {
    return level >= 0 ? 1 : Math.round(1 / widthOf(level));
  }
}

/** Bars are numbered, and told apart by the doubles of their edges: a finer level has more bars than there are digits. */
function finestLevel(value: number): number {
  return value === 0 ? lowestLevel : Math.max(lowestLevel, 2 * Math.floor(Math.log10(Math.abs(value)) - 14));
}

const lowestLevel = -640;

function isEven(level: number): boolean {
  return level % 2 === 0;
}

function widthOf(level: number): number {
  const exponent = Math.floor(level / 2);
  return isEven(level) ? Number(`1e${exponent}`) : Number(`5e${exponent}`);
}

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** Milliseconds of the bars on the levels of time below a month. */
const spans = [
  1,
  10,
  100,
  second,
  5 * second,
  15 * second,
  minute,
  5 * minute,
  15 * minute,
  hour,
  3 * hour,
  6 * hour,
  12 * hour,
  day,
];
/** Months of the bars on the levels above. */
const months = [1, 3, 12, 120, 1200, 12_000, 120_000, 1_200_000];
/** What is shown as one bar, in milliseconds and in months. */
const roundSpans = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500],
  ...[1, 2, 5, 10, 15, 30].map((count) => count * second),
  ...[1, 2, 5, 10, 15, 30].map((count) => count * minute),
  ...[1, 2, 3, 6, 12].map((count) => count * hour),
  ...[day, 7 * day],
];
const roundMonths = [1, 3, 6, 12, 24, 60, 120, 240, 600, 1200, 6000, 12_000, 120_000, 1_200_000];

/** Milliseconds since 1970; levels up to a day, then months and years of the calendar. */
class TimeScale implements Scale {
  readonly kind = 'time';

  levelOf(value: number): number {
    const level = spans.findLastIndex((span) => value % span === 0);
    return Math.max(0, level);
  }

  levelFor(low: number, high: number, most: number, least: number): number {
    let level = Math.max(0, least);
    while (
      level < spans.length + months.length - 1 &&
      this.barOf(level, high) - this.barOf(level, low) >= most
    )
      level++;
    return level;
  }

  barOf(level: number, value: number): number {
    if (level < spans.length) return Math.floor(value / spans[level]);
    const date = new Date(value);
    return Math.floor((date.getUTCFullYear() * 12 + date.getUTCMonth()) / months[level - spans.length]);
  }

  edge(level: number, bar: number): number {
    if (level < spans.length) return bar * spans[level];
    const month = bar * months[level - spans.length];
    const year = Math.floor(month / 12);
    const time = utc(year, month - year * 12, 1);
    // Beyond what a date can be there are no times.
    return Number.isNaN(time) ? (year < 0 ? -8.64e15 : 8.64e15) : time;
  }

  parent(level: number, bar: number): number {
    if (level + 1 < spans.length) return Math.floor((bar * spans[level]) / spans[level + 1]);
    if (level + 1 === spans.length) return this.barOf(level + 1, bar * day);
    const at = level - spans.length;
    return Math.floor((bar * months[at]) / months[at + 1]);
  }

  text(level: number, bar: number): string {
    const time = new Timestamp(this.edge(level, bar));
    return (time.ms % day === 0 ? time.toDate() : time).toString();
  }

  grouping(level: number, count: number, most: number, least: number): Grouping | undefined {
    if (level < spans.length) {
      for (const span of roundSpans) {
        const size = span / spans[level];
        if (!Number.isInteger(size) || size < least) continue;
        // 1970 began on a Thursday; weeks begin on Mondays.
        const offset = span === 7 * day ? (4 * day) / spans[level] : 0;
        if (Math.ceil((count - 1) / size) + 1 <= most || size >= count) return { size, offset };
      }
      return undefined;
    }
    for (const span of roundMonths) {
      const size = span / months[level - spans.length];
      if (!Number.isInteger(size) || size < least) continue;
      if (Math.ceil((count - 1) / size) + 1 <= most || size >= count) return { size, offset: 0 };
    }
    return { size: count, offset: 0 };
  }

  wholeBars(): number {
    return 1;
  }
}

export const numberScale: Scale = new NumberScale();
export const timeScale: Scale = new TimeScale();
