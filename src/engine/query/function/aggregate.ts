import { type Said, said } from '../../../said/said.ts';
/** A function of the values of many rows. */
export interface AggregateFunction {
  readonly name: string;
  readonly signature: string;
  readonly summary: Said;
  /** Gives one of its values as it stands, so that CSV fields stay without a type. */
  readonly keepsLoose?: boolean;
  /** Gives a list of its values as they stand. */
  readonly listsThem?: boolean;
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
    name: 'bool_and',
    signature: 'bool_and(condition)',
    summary: said`Whether the condition is true of all rows for which it is not NULL.`,
  },
  {
    name: 'bool_or',
    signature: 'bool_or(condition)',
    summary: said`Whether the condition is true of any row.`,
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
  {
    name: 'quantile_disc',
    signature: 'quantile_disc(value, fraction)',
    summary: said`The first of the values, in their order, that the given fraction of them does not lie above.`,
    keepsLoose: true,
  },
  { name: 'median', signature: 'median(number)', summary: said`The middle value.` },
  { name: 'stddev', signature: 'stddev(number)', summary: said`The standard deviation of a sample.` },
  {
    name: 'stddev_pop',
    signature: 'stddev_pop(number)',
    summary: said`The standard deviation of a whole population.`,
  },
  { name: 'variance', signature: 'variance(number)', summary: said`The variance of a sample.` },
  { name: 'var_pop', signature: 'var_pop(number)', summary: said`The variance of a whole population.` },
  {
    name: 'mode',
    signature: 'mode(value)',
    summary: said`The most frequent value. Of several, the one seen first.`,
    keepsLoose: true,
  },
  {
    name: 'list',
    signature: 'list(value)',
    summary: said`All values as a list, NULL included.`,
    listsThem: true,
  },
  { name: 'string_agg', signature: 'string_agg(text, separator?)', summary: said`All texts, joined.` },
  {
    name: 'any_value',
    signature: 'any_value(value)',
    summary: said`The first value that is not NULL.`,
    keepsLoose: true,
  },
  {
    name: 'first',
    signature: 'first(value)',
    summary: said`The value in the first row, NULL included.`,
    keepsLoose: true,
  },
  {
    name: 'last',
    signature: 'last(value)',
    summary: said`The value in the last row, NULL included.`,
    keepsLoose: true,
  },
  {
    name: 'arg_max',
    signature: 'arg_max(value, by)',
    summary: said`The value in the row in which \`by\` is largest: of several the first one. Rows in which one of the two is NULL are left out.`,
    keepsLoose: true,
  },
  {
    name: 'arg_min',
    signature: 'arg_min(value, by)',
    summary: said`The value in the row in which \`by\` is smallest: of several the first one. Rows in which one of the two is NULL are left out.`,
    keepsLoose: true,
  },
];

/** By name, in lower case. */
export const aggregates: ReadonlyMap<string, AggregateFunction> = new Map(
  table.map((entry) => [entry.name, entry]),
);

export const aggregateNames: ReadonlySet<string> = new Set(aggregates.keys());
