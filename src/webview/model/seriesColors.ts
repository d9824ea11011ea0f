/** Which color each value has of the column that rows over time are stacked by: the same one under every filter. */
import type { TimelineAnswer, TimelineSeries } from '../../protocol/statistics.ts';

export interface ColoredSeries extends TimelineSeries {
  /** The name of its color: a number for a value, `rest` for all others, `null` for none. */
  readonly color: string;
}

export interface ColoredAnswer extends TimelineAnswer {
  readonly series: readonly ColoredSeries[];
}

/** So many values have colors of their own. */
const mostColors = 6;

export class SeriesColors {
  readonly #known = new Map<string, number>();

  /** The values in the order of their colors, which are those that they have had, before what is no value. */
  of(answer: TimelineAnswer): ColoredAnswer {
    const listed = answer.series.flatMap(({ value }) => (value ? [keyOf(value)] : []));
    for (const key of listed) if (!this.#known.has(key)) this.#known.set(key, this.#free(listed));
    const colored = answer.series.map((one): ColoredSeries => ({ ...one, color: this.#colorOf(one) }));
    const values = colored.filter(({ value }) => value);
    const others = colored.filter(({ value }) => !value);
    return {
      ...answer,
      series: [...values.sort((one, other) => Number(one.color) - Number(other.color)), ...others],
    };
  }

  #colorOf({ value, isNull }: TimelineSeries): string {
    if (isNull) return 'null';
    return value ? String(this.#known.get(keyOf(value)) ?? 0) : 'rest';
  }

  /** A color that nothing has had, else one that no value of these has. */
  #free(listed: readonly string[]): number {
    const had = new Set(this.#known.values());
    const shown = new Set(listed.map((key) => this.#known.get(key)));
    const colors = Array.from({ length: Math.max(mostColors, listed.length) }, (_, color) => color);
    const free = colors.find((color) => !had.has(color)) ?? colors.find((color) => !shown.has(color)) ?? 0;
    for (const [key, color] of this.#known) if (color === free) this.#known.delete(key);
    return free;
  }
}

function keyOf({ kind, text }: NonNullable<TimelineSeries['value']>): string {
  return `${kind} ${text}`;
}
