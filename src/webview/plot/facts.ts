/** The figures of a column as rows of a table, named as DuckDB's SUMMARIZE and pandas' describe name them. */
import type { ColumnSummary, Pattern, RangeSummary, TopValues } from '../../protocol/statistics.ts';
import { count, t } from '../l10n.ts';
import { visible } from '../visible.ts';
import { rowsOf } from './shape.ts';
import { figure, rows, share, shortTime } from './words.ts';

export interface Fact {
  readonly name: string;
  readonly value: string;
  /** A count of rows, which is not listed where it is 0. */
  readonly isCount?: boolean;
}

/** The error is a standard one: of three such numbers, one is farther off. */
function distinctWords({ count: number, exact, error }: ColumnSummary['distinct']): string {
  if (exact) return count(number);
  return t('about {0}, typically within {1}', count(number), `${(error * 100).toFixed(1)}%`);
}

export function factsOf(summary: ColumnSummary): Fact[] {
  const { kinds, distinct, numbers, times, texts, lists } = summary;
  const all = rowsOf(kinds);
  const of = (name: string, number: number): Fact[] =>
    number === 0 ? [] : [{ name, value: `${count(number)} (${share(number, all)})`, isCount: true }];
  return [
    { name: t('count'), value: count(all) },
    ...of(t('numbers'), kinds.number),
    ...of(t('texts'), kinds.text),
    ...of(t('booleans'), kinds.boolean),
    ...of(t('times'), kinds.time),
    ...of(t('lists'), kinds.list),
    ...of(t('objects'), kinds.object),
    ...of(t('null'), kinds.null),
    ...of(t('missing'), kinds.missing),
    ...of(t('malformed'), kinds.malformed),
    { name: t('distinct'), value: distinctWords(distinct) },
    ...(kinds.boolean > 0 ? of(t('true'), summary.trues) : []),
    ...(numbers ? rangeFacts(numbers) : []),
    ...(times ? rangeFacts(times) : []),
    ...(texts
      ? [
          { name: t('characters'), value: span(texts.minLength, texts.maxLength) },
          { name: t('mean characters'), value: figure(texts.meanLength) },
          ...of(t('empty texts'), texts.empty),
        ]
      : []),
    ...(lists
      ? [
          { name: t('items'), value: span(lists.minItems, lists.maxItems) },
          { name: t('mean items'), value: figure(lists.meanItems) },
        ]
      : []),
  ];
}

function span(least: number, most: number): string {
  return least === most ? count(most) : `${count(least)} \u2013 ${count(most)}`;
}

function rangeFacts({ kind, ...range }: RangeSummary): Fact[] {
  const isTime = kind === 'time';
  const write = (text: string) => (isTime ? shortTime(text) : text);
  const rounded = (text: string) => (isTime ? shortTime(text) : roundedNumber(text));
  // A quantile that is not exact says by how much it may be off.
  const about = range.quantileError > 0 ? '~' : '';
  const percentiles = (range.percentiles ?? []).map(({ percent, value }) => ({ percent, value }));
  const quantiles = [
    ...percentiles,
    { percent: 25, value: range.q25 },
    { percent: 50, value: range.q50 },
    { percent: 75, value: range.q75 },
  ].sort((a, b) => a.percent - b.percent);
  return [
    { name: t('min'), value: write(range.min) },
    ...quantiles.map(({ percent, value }) => ({ name: `${percent}%`, value: about + rounded(value) })),
    { name: t('max'), value: write(range.max) },
    { name: t('mean'), value: rounded(range.mean) },
    ...(range.std === undefined
      ? []
      : [{ name: t('std'), value: isTime ? duration(range.std) : figure(range.std) }]),
    ...(range.sum === undefined ? [] : [{ name: t('sum'), value: range.sum }]),
    ...(isTime
      ? []
      : [
          { name: t('zeros'), value: count(range.zero) },
          { name: t('negative'), value: count(range.negative) },
        ]),
  ];
}

/** Seconds in the unit that leaves few digits. */
function duration(seconds: number): string {
  if (seconds >= 2 * 86_400) return t('{0} days', figure(seconds / 86_400));
  if (seconds >= 2 * 3600) return t('{0} h', figure(seconds / 3600));
  return seconds >= 120 ? t('{0} min', figure(seconds / 60)) : t('{0} s', figure(seconds));
}

/** Digits that a double cannot hold are kept. */
function roundedNumber(text: string): string {
  const value = Number(text.replaceAll('_', ''));
  return text.length <= 10 || !Number.isFinite(value) ? text : figure(value);
}

/**
 * What is to be said of values that are not listed, and of approximate counts.
 * @param others rows that hold values which are not listed
 */
export function topWords({ exact, error, values }: TopValues, others: number): string {
  const rest = others === 0 ? '' : t('{0} rows hold other values.', count(others));
  if (exact) return rest;
  if (values.length === 0) {
    if (others === 0) return '';
    return Number.isFinite(error)
      ? t('No frequent values: none is in more than {0}.', rows(2 * error))
      : t('No frequent values.');
  }
  return `${t('Counts may be too low by {0}.', count(error))} ${rest}`.trim();
}

/** `9{4}-A{2} 9`: runs of digits, of letters and of spaces with their lengths. */
export function patternWords({ parts }: Pattern): string {
  const signs = { digits: '9', upper: 'A', lower: 'a', letters: 'x', space: ' ' } as const;
  return parts
    .map(({ kind, text, length }) => {
      if (kind === 'literal') return visible(text);
      return length === 1 ? signs[kind] : `${signs[kind]}{${length}}`;
    })
    .join('');
}

/** Tables as other programs take them. */
export function writeTable(rows: readonly (readonly string[])[], format: 'csv' | 'markdown'): string {
  if (format === 'csv') return rows.map((row) => row.map(csvField).join(',')).join('\n');
  const [head = [], ...body] = rows.map((row) => `| ${row.map(markdownField).join(' | ')} |`);
  const rule = `| ${(rows.at(0) ?? []).map((_, index) => (index === 0 ? '---' : '---:')).join(' | ')} |`;
  return [head, rule, ...body].join('\n');
}

function csvField(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function markdownField(text: string): string {
  return text.replace(/[\\|<&*_`[\]]/g, '\\$&').replace(/\r\n|\r|\n/g, '<br>');
}
