/** Picks in plots: which bars and values they mean, and what they become with a click. */
import type { PickedValue, ValuePick } from '../../protocol/queryText.ts';
import { keyOf, type Bar, type Part } from './shape.ts';

export const nothing: ValuePick = { ranges: [], values: [], nulls: false };

export function isNothing({ ranges, values, nulls }: ValuePick): boolean {
  return ranges.length + values.length === 0 && !nulls;
}

function placeOf(kind: 'number' | 'time', text: string): number {
  if (kind === 'number') return Number(text.replaceAll('_', ''));
  const iso = text.trim().replace(' ', 'T');
  return Date.parse(/^\d{4}-\d\d-\d\d$/.test(iso) || /(?:Z|[+-]\d\d:?\d\d)$/.test(iso) ? iso : `${iso}Z`);
}

export function holdsBar(pick: ValuePick, { fromPlace, toPlace }: Bar): boolean {
  return pick.ranges.some(({ kind, from, to }) => {
    const low = from === undefined ? -Infinity : placeOf(kind, from);
    const high = to === undefined ? Infinity : placeOf(kind, to);
    return fromPlace >= low && toPlace <= high;
  });
}

export function holdsPart(pick: ValuePick, { value }: Part): boolean {
  return value !== undefined && pick.values.some((picked) => keyOf(asPicked(value)) === keyOf(picked));
}

/** Values from the first to the last bar of each unbroken row of bars. */
export function pickBars(of: 'number' | 'time', bars: readonly Bar[], picked: readonly number[]): ValuePick {
  const sorted = [...new Set(picked)].sort((a, b) => a - b);
  const ranges: { kind: 'number' | 'time'; from: string; to: string }[] = [];
  let before = -2;
  for (const index of sorted) {
    const bar = bars.at(index);
    const last = ranges.at(-1);
    if (!bar) continue;
    if (last && index === before + 1) ranges[ranges.length - 1] = { ...last, to: bar.to };
    else ranges.push({ kind: of, from: bar.from, to: bar.to });
    before = index;
  }
  return { ...nothing, ranges };
}

export function asPicked({ text, kind, cut }: NonNullable<Part['value']>): PickedValue {
  // A time is compared as the text that a cell shows.
  return { text, kind: kind === 'time' ? 'text' : kind, cut };
}

/** The values picked with one more, or without it where it is picked already. */
export function toggled(pick: ValuePick, value: PickedValue): ValuePick {
  const key = keyOf(value);
  const others = pick.values.filter((known) => keyOf(known) !== key);
  return {
    ...nothing,
    values: others.length < pick.values.length ? others : [...others, value],
    nulls: pick.nulls,
  };
}

/** As a click picks without Ctrl: this alone, or nothing where it was this alone. */
export function only(pick: ValuePick, next: ValuePick): ValuePick {
  return signOf(pick) === signOf(next) ? nothing : next;
}

/** The same text for the same pick, in whatever order it was made. */
function signOf({ ranges, values, nulls }: ValuePick): string {
  const edges = ranges.map(({ kind, from, to }) =>
    [from, to].map((edge) => (edge === undefined ? '' : placeOf(kind, edge))).join(),
  );
  return JSON.stringify([edges.sort(), values.map(keyOf).sort(), nulls]);
}
