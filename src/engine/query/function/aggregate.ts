/** A function of the values of many rows. */
export interface AggregateFunction {
  readonly name: string;
  readonly signature: string;
  readonly summary: string;
  /** Gives one of its values as it stands, so that CSV fields stay without a type. */
  readonly keepsLoose?: boolean;
}

const table: readonly AggregateFunction[] = [
  {
    name: 'count',
    signature: 'count(value?)',
    summary: 'How many rows there are, or how many have the value.',
  },
  { name: 'sum', signature: 'sum(number)', summary: 'The sum, exact.' },
  { name: 'avg', signature: 'avg(number)', summary: 'The mean.' },
  { name: 'min', signature: 'min(value)', summary: 'The smallest value.', keepsLoose: true },
  { name: 'max', signature: 'max(value)', summary: 'The largest value.', keepsLoose: true },
  { name: 'count_if', signature: 'count_if(condition)', summary: 'How many rows meet the condition.' },
  {
    name: 'approx_count_distinct',
    signature: 'approx_count_distinct(value)',
    summary: 'About how many different values there are, in a few kilobytes.',
  },
  {
    name: 'quantile_cont',
    signature: 'quantile_cont(number, fraction)',
    summary: 'The value below which the fraction of the numbers lies, interpolated.',
  },
  { name: 'median', signature: 'median(number)', summary: 'The middle value.' },
  { name: 'stddev', signature: 'stddev(number)', summary: 'The standard deviation of a sample.' },
  {
    name: 'mode',
    signature: 'mode(value)',
    summary: 'The most frequent value; of several, the one seen first.',
    keepsLoose: true,
  },
  { name: 'list', signature: 'list(value)', summary: 'All values as a list.' },
  { name: 'string_agg', signature: 'string_agg(text, separator?)', summary: 'All texts, joined.' },
  {
    name: 'any_value',
    signature: 'any_value(value)',
    summary: 'The first value that is not NULL.',
    keepsLoose: true,
  },
];

/** By name, in lower case. */
export const aggregates: ReadonlyMap<string, AggregateFunction> = new Map(
  table.map((entry) => [entry.name, entry]),
);

export const aggregateNames: ReadonlySet<string> = new Set(aggregates.keys());
