import { type Said, said } from '../../../said/said.ts';
/** A function of the values of many rows. */
export interface AggregateFunction {
  readonly name: string;
  readonly signature: string;
  readonly summary: Said;
  /** Gives one of its values as it stands, so that CSV fields stay without a type. */
  readonly keepsLoose?: boolean;
}

const table: readonly AggregateFunction[] = [
  {
    name: 'count',
    signature: 'count(value?)',
    summary: said`The number of rows, or of rows where the value is not NULL.`,
  },
  { name: 'sum', signature: 'sum(number)', summary: said`The exact sum.` },
  { name: 'avg', signature: 'avg(number)', summary: said`The mean.` },
  { name: 'min', signature: 'min(value)', summary: said`The smallest value.`, keepsLoose: true },
  { name: 'max', signature: 'max(value)', summary: said`The largest value.`, keepsLoose: true },
  {
    name: 'count_if',
    signature: 'count_if(condition)',
    summary: said`The number of rows that meet the condition.`,
  },
  {
    name: 'approx_count_distinct',
    signature: 'approx_count_distinct(value)',
    summary: said`The approximate number of distinct values, computed in a few kilobytes.`,
  },
  {
    name: 'quantile_cont',
    signature: 'quantile_cont(number, fraction)',
    summary: said`The value below which the given fraction of the numbers lies, interpolated.`,
  },
  { name: 'median', signature: 'median(number)', summary: said`The middle value.` },
  { name: 'stddev', signature: 'stddev(number)', summary: said`The standard deviation of a sample.` },
  {
    name: 'mode',
    signature: 'mode(value)',
    summary: said`The most frequent value. Of several, the one seen first.`,
    keepsLoose: true,
  },
  { name: 'list', signature: 'list(value)', summary: said`All values as a list, NULL included.` },
  { name: 'string_agg', signature: 'string_agg(text, separator?)', summary: said`All texts, joined.` },
  {
    name: 'any_value',
    signature: 'any_value(value)',
    summary: said`The first value that is not NULL.`,
    keepsLoose: true,
  },
];

/** By name, in lower case. */
export const aggregates: ReadonlyMap<string, AggregateFunction> = new Map(
  table.map((entry) => [entry.name, entry]),
);

export const aggregateNames: ReadonlySet<string> = new Set(aggregates.keys());
