import { givesInterval, mayGiveTimes } from '../givesTimes.ts';
import { said, type Said } from '../../../said/said.ts';
import type { Call, CastType, Expression } from '../syntax/tree.ts';
import { Timestamp } from '../value/time.ts';
import { writeText } from '../write.ts';
import { decimalType, type PrintOptions, type SqlDialect } from './dialect.ts';
import type { SqlOperators } from './sqlQuery.ts';

const types: Record<CastType, string> = {
  boolean: 'BOOLEAN',
  integer: 'BIGINT',
  number: 'DOUBLE',
  double: 'DOUBLE',
  text: 'VARCHAR',
  timestamp: 'TIMESTAMP',
  date: 'DATE',
  interval: 'INTERVAL',
  json: 'JSON',
};

function name(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}

/** Of decimals it would round a quantile to their digits. */
function doubleOrTime(value: string, { arguments: [given] }: Call): string {
  return mayGiveTimes(given) ? value : `CAST(${value} AS DOUBLE)`;
}

/** Whether it is printed without the zone that it has. */
function isZoned(given: Expression): boolean {
  if (given.kind === 'cast') return given.zoned === true;
  if (given.kind === 'call') return given.name.name.toLowerCase() === 'now';
  return given.kind === 'literal' && given.value instanceof Timestamp && given.value.zoned;
}

function isOfKnownZone(given: Expression): boolean {
  if (given.kind === 'cast') return given.type === 'timestamp' || given.type === 'date';
  if (given.kind === 'call')
    return ['now', 'timezone', 'to_timestamp'].includes(given.name.name.toLowerCase());
  return given.kind === 'literal' && given.value instanceof Timestamp;
}

function bigint(value: string): string {
  return `CAST(${value} AS BIGINT)`;
}

/** Sums and quantiles of intervals it has not, or other ones; and it reads a part of one as a part of a time. */
function refusalOfIntervals({ name, arguments: given }: Call): Said | undefined {
  const called = name.name.toLowerCase();
  const of = called === 'date_part' ? given.at(1) : given.at(0);
  const isAnother = ['sum', 'median', 'quantile_cont', 'date_part', 'epoch'].includes(called);
  return isAnother && of !== undefined && givesInterval(of)
    ? said`DuckDB has no ${called} of intervals that is the same`
    : undefined;
}

const dialect: SqlDialect = {
  engine: 'DuckDB',
  name,
  text: writeText,
  member: (base, key) => `${base}[${writeText(key)}]`,
  calls: new Map<string, (values: readonly string[], call: Call) => string>([
    // Its count_if is NULL where nothing was counted.
    ['count_if', ([condition]) => `count(CASE WHEN ${condition} THEN 1 END)`],
    // Of two values whose types it does not know it cannot say which contains is meant.
    [
      'contains',
      ([value, part]) =>
        part.startsWith("'")
          ? `contains(${value}, ${part})`
          : `contains(CAST(${value} AS VARCHAR), CAST(${part} AS VARCHAR))`,
    ],
    ['date_part', ([part, time]) => `date_part(${part}, TRY_CAST(${time} AS TIMESTAMP))`],
    ['date_trunc', ([unit, time]) => `date_trunc(${unit}, TRY_CAST(${time} AS TIMESTAMP))`],
    [
      'date_diff',
      ([unit, from, to]) =>
        `date_diff(${unit}, TRY_CAST(${from} AS TIMESTAMP), TRY_CAST(${to} AS TIMESTAMP))`,
    ],
    ['strftime', ([time, format]) => `strftime(TRY_CAST(${time} AS TIMESTAMP), ${format})`],
    ['strptime', ([value, format]) => `try_strptime(CAST(${value} AS VARCHAR), ${format})`],
    ['now', () => "(now() AT TIME ZONE 'UTC')"],
    [
      'timezone',
      ([zone, time], { arguments: [, given] }) =>
        `timezone(${zone}, ${isZoned(given) ? `timezone('UTC', ${time})` : time})`,
    ],
    ['today', () => "CAST(now() AT TIME ZONE 'UTC' AS DATE)"],
    ['median', ([value], call) => `median(${doubleOrTime(value, call)})`],
    [
      'quantile_cont',
      ([value, fraction], call) => `quantile_cont(${doubleOrTime(value, call)}, ${fraction})`,
    ],
    // A fraction with an exponent is a DOUBLE, of which it takes the product with the number of values for more than it is.
    ['quantile_disc', ([value, fraction]) => `quantile_disc(${value}, ${fraction.replace(/e0$/, '')})`],
    ['bool_and', ([condition]) => `bool_and(TRY_CAST(${condition} AS BOOLEAN))`],
    ['bool_or', ([condition]) => `bool_or(TRY_CAST(${condition} AS BOOLEAN))`],
    ['mod', ([a, b]) => `(${a} % nullif(${b}, 0))`],
    ['sqrt', ([value]) => `CASE WHEN ${value} >= 0 THEN sqrt(${value}) END`],
    ['ln', ([value]) => `CASE WHEN ${value} > 0 THEN ln(${value}) END`],
    ['log2', ([value]) => `CASE WHEN ${value} > 0 THEN log2(${value}) END`],
    ['string_split', ([value, separator]) => `string_split(CAST(${value} AS VARCHAR), ${separator})`],
    ['last_day', ([time]) => `last_day(TRY_CAST(${time} AS TIMESTAMP))`],
    ['chr', ([value]) => `TRY(chr(CAST(${value} AS INTEGER)))`],
    // What is no day, or no time, is an error there.
    ['make_date', (values) => `TRY(make_date(${values.map(bigint).join(', ')}))`],
    [
      'make_timestamp',
      (values) =>
        `TRY(make_timestamp(${values.map((value, at) => (at < 5 ? bigint(value) : value)).join(', ')}))`,
    ],
    ['log10', ([value]) => `CASE WHEN ${value} > 0 THEN log10(${value}) END`],
  ]),
  missing: new Set(),
  // Of a column it depends on each value whether it has an offset, and there on the type.
  refusal: (call) =>
    call.name.name.toLowerCase() === 'timezone' && !isOfKnownZone(call.arguments[1])
      ? said`DuckDB may take this time for what clocks show where it is a point in time, or the other way round; write ::timestamp or ::timestamptz behind it`
      : refusalOfIntervals(call),
  cast: (value, { type, size }) =>
    `TRY_CAST(${value} AS ${size === undefined ? types[type] : decimalType(size)})`,
  // ~ of DuckDB must match the whole text, as it must not here.
  matches: (value, pattern, insensitive) =>
    `regexp_matches(${value}, ${pattern}${insensitive ? ", 'i'" : ''})`,
  like: (value, pattern, insensitive, negated) =>
    `${value} ${negated ? 'NOT ' : ''}${insensitive ? 'ILIKE' : 'LIKE'} ${pattern}`,
  distinct: (a, b, negated) => `${a} IS ${negated ? 'NOT ' : ''}DISTINCT FROM ${b}`,
  divide: (a, b) => `(${a} / nullif(${b}, 0))`,
  divideWhole: (a, b) => `trunc(${a} / nullif(${b}, 0))`,
  remainder: (a, b) => `(${a} % nullif(${b}, 0))`,
  list: (items) => `[${items.join(', ')}]`,
  item: (base, index) => `${base}[${index}]`,
  interval: (months, days, micros) =>
    `(to_months(${months}) + to_days(${days}) + to_microseconds(${micros}))`,
  timestamp: (text, date) => `${date ? 'DATE' : 'TIMESTAMP'} ${writeText(text)}`,
};

export function duckdbOperators({ file, format, hive = false, nulls = [] }: PrintOptions): SqlOperators {
  const reader = format === 'csv' ? 'read_csv' : format === 'json' ? 'read_json' : 'read_ndjson';
  const options = [
    ...(hive ? ['hive_partitioning = true'] : []),
    ...(nulls.length > 0
      ? [
          `nullstr = [${['', ...nulls].map((text) => writeText(text)).join(', ')}]`,
          'allow_quoted_nulls = false',
        ]
      : []),
  ];
  return {
    dialect,
    table: `${reader}(${[writeText(file), ...options].join(', ')})`,
    star({ except = [], replace = [], rename = [] }) {
      const list = (word: string, items: readonly string[]): string =>
        items.length === 0 ? '' : ` ${word} (${items.join(', ')})`;
      return `*${list('EXCLUDE', except.map(name))}${list(
        'REPLACE',
        replace.map((item) => `${item.value} AS ${name(item.name)}`),
      )}${list(
        'RENAME',
        rename.map(({ from, to }) => `${name(from)} AS ${name(to)}`),
      )}`;
    },
    unnest: (list) => `unnest(${list})`,
    joins: true,
    samplePercent: (percent) => `USING SAMPLE ${percent} PERCENT (bernoulli)`,
  };
}
