/** Numbers, shares and times of plots in words. */
import { count, t } from '../l10n.ts';
import { visible } from '../visible.ts';
import type { Bar, Part, Share } from './shape.ts';

const percents = new Intl.NumberFormat(undefined, { style: 'percent', maximumSignificantDigits: 2 });
const ticks = new Intl.NumberFormat(undefined, { maximumSignificantDigits: 6 });
/** As the values of a file are written, beside which these stand. */
const figures = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 6, useGrouping: false });
const largeFigures = new Intl.NumberFormat('en-US', { maximumFractionDigits: 2, useGrouping: false });

/** "12 %" of a whole; less than nothing that there is never shows as 0 %, and never as all. */
export function share(part: number, of: number): string {
  if (of === 0 || part === 0) return percents.format(0);
  const exact = part / of;
  if (part < of && exact > 0.995) return t('more than {0}', percents.format(0.99));
  return exact < 0.0001 ? t('less than {0}', percents.format(0.0001)) : percents.format(exact);
}

/** "first 3 %" of a pass that is under way. */
export function partial(done: number): string {
  return t('first {0}', percents.format(done < 0.01 ? 0.01 : Math.floor(done * 100) / 100));
}

/** A rounded figure; of large ones, whole digits are kept. */
export function figure(value: number): string {
  if (isExtreme(value)) return value.toPrecision(4);
  const size = Math.abs(value);
  return size < 1e5 ? figures.format(value) : largeFigures.format(value);
}

/** A number on an axis. */
export function tickWords(value: number): string {
  return isExtreme(value) ? value.toPrecision(4) : ticks.format(value);
}

/** Whether an exponent says more than so many digits or zeros. */
function isExtreme(value: number): boolean {
  const size = Math.abs(value);
  return size !== 0 && (size >= 1e15 || size < 1e-4);
}

const compactNumbers = new Intl.NumberFormat('en-US', { notation: 'compact', maximumSignificantDigits: 3 });

/** Numbers where there is no room for their digits: `2.43M`, `9.54e+300`. */
export function compactNumber(text: string): string {
  const value = Number(text.replaceAll('_', ''));
  if (!Number.isFinite(value)) return text;
  return isExtreme(value) ? value.toPrecision(3) : compactNumbers.format(value);
}

/** A number of the file, short enough for a caption: long ones are rounded. */
export function shortNumber(text: string): string {
  const value = Number(text.replaceAll('_', ''));
  if (!Number.isFinite(value)) return text.length > 12 ? `${text.slice(0, 11)}\u2026` : text;
  return text.length <= 10 ? text : figure(value);
}

/** A time without what it has no need to say: seconds and midnight that are zero, and what fills up a year beyond 9999. */
export function shortTime(text: string): string {
  return text
    .replace(/^\+0*/, '')
    .replace('T', ' ')
    .replace(/(?:\.0+)?Z$/, '')
    .replace(/ 00:00(?::00)?$/, '')
    .replace(/( \d\d:\d\d):00$/, '$1');
}

/** Two times, with no more of each than tells them apart at a glance. */
export function spanWords(from: string, to: string): [string, string] {
  const [low, high] = [shortTime(from), shortTime(to)];
  const [day, begin = ''] = low.split(' ');
  const [last, end = ''] = high.split(' ');
  if (day !== last) return [day, last];
  const hours = end.replace(/\.\d+$/, '');
  return [`${day} ${begin.slice(0, 5)}`.trimEnd(), hours === '' ? high : hours];
}

export function edgeWords(of: 'number' | 'time', text: string): string {
  return of === 'time' ? shortTime(text) : shortNumber(text);
}

/** The ends of an axis. */
export function limitWords(of: 'number' | 'time', min: string, max: string): [string, string] {
  return of === 'time' ? spanWords(min, max) : apartWords(min, max);
}

/** Two numbers, rounded unless they would be the same. */
function apartWords(low: string, high: string): [string, string] {
  const short: [string, string] = [shortNumber(low), shortNumber(high)];
  return short[0] === short[1] && low !== high ? [low, high] : short;
}

export function rangeWords(of: 'number' | 'time', { from, to }: Pick<Bar, 'from' | 'to'>): string {
  const [low, high] = of === 'time' ? [shortTime(from), shortTime(to)] : apartWords(from, to);
  return t('{0} to {1}', low, high);
}

export function rows(number: number): string {
  return number === 1 ? t('1 row') : t('{0} rows', count(number));
}

/** "1,234 rows (12 %)", with those of the filter where there is one. */
export function countWords(whole: number, filtered: number, all: number, isFiltered: boolean): string {
  const words = t('{0} ({1})', rows(whole), share(whole, all));
  return isFiltered ? t('{0}, {1} match', words, count(filtered)) : words;
}

/** What bars that are chosen together are of. */
export function acrossWords(of: 'number' | 'time', bars: readonly Bar[], all: number, isFiltered: boolean) {
  return (from: number, to: number): string[] => {
    const chosen = bars.slice(from, to + 1);
    const sum = (counts: 'whole' | 'filtered') => chosen.reduce((total, bar) => total + bar[counts], 0);
    const ends = { from: chosen.at(0)?.from ?? '', to: chosen.at(-1)?.to ?? '' };
    return [rangeWords(of, ends), countWords(sum('whole'), sum('filtered'), all, isFiltered)];
  };
}

export function valueWords(value: Part['value']): string {
  if (!value) return t('other values');
  if (value.text === '') return t('empty text');
  return value.cut ? `${visible(value.text)}\u2026` : visible(value.text);
}

export function shareName(of: Share['of']): string {
  switch (of) {
    case 'values':
      return t('values');
    case 'other':
      return t('other types');
    case 'null':
      return t('null');
    case 'missing':
      return t('missing');
    case 'malformed':
      return t('malformed');
  }
}
