import { said } from '../../../said/said.ts';
import { compileRegex } from '../../regex/regex.ts';
import type { CastType, Expression } from '../syntax/tree.ts';
import { UnprintableError, type PrintOptions, type SqlDialect } from './dialect.ts';
import type { SqlOperators } from './sqlQuery.ts';

function name(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

function text(value: string): string {
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

/** Its accurateCastOrNull fails at texts that have a space before them. */
function toNumber(value: string): string {
  return `toFloat64OrNull(trimBoth(toString(${value})))`;
}

const casts: Record<Exclude<CastType, 'interval' | 'json'>, (value: string) => string> = {
  boolean: (value) => `accurateCastOrNull(${value}, 'Bool')`,
  integer: (value) => `toInt64(round(${toNumber(value)}))`,
  number: toNumber,
  double: toNumber,
  text: (value) => `toString(${value})`,
  timestamp: (value) => `parseDateTime64BestEffortOrNull(toString(${value}), 6, 'UTC')`,
  date: (value) => `toDate32(parseDateTime64BestEffortOrNull(toString(${value}), 6, 'UTC'))`,
};

/** Function names that differ, the arguments being the same. */
const renamed = {
  lower: 'lowerUTF8',
  upper: 'upperUTF8',
  left: 'leftUTF8',
  right: 'rightUTF8',
  reverse: 'reverseUTF8',
  lpad: 'leftPadUTF8',
  rpad: 'rightPadUTF8',
  replace: 'replaceAll',
  starts_with: 'startsWith',
  ends_with: 'endsWith',
  regexp_matches: 'match',
  ln: 'log',
  mod: 'modulo',
  count_if: 'countIf',
  approx_count_distinct: 'uniq',
  stddev: 'stddevSampOrNull',
  stddev_pop: 'stddevPopOrNull',
  variance: 'varSampOrNull',
  var_pop: 'varPopOrNull',
  any_value: 'anyOrNull',
  // Of no rows the plain ones give 0, or an empty text.
  sum: 'sumOrNull',
  avg: 'avgOrNull',
  min: 'minOrNull',
  max: 'maxOrNull',
};

/** Whether every match is replaced, and there can be one of an empty text. */
function replacesNothing([, pattern, , options]: readonly (Expression | undefined)[]): boolean {
  if (pattern?.kind !== 'literal' || options?.kind !== 'literal') return false;
  const [text, flags] = [pattern.value, options.value];
  if (typeof text !== 'string' || typeof flags !== 'string' || !flags.includes('g')) return false;
  return /\\b/i.test(text) || compileRegex(text).test('');
}

const missingUnits = new Set(['decade', 'century', 'decades', 'centuries']);

const counts = new Set(['count', 'count_if', 'approx_count_distinct', 'date_diff']);

const time = casts.timestamp;

/** Unsigned and 64 bits long it could not be compared with a fraction; of a text it would count bytes. */
function length([value]: readonly string[]): string {
  return `toInt32(${value.startsWith('[') ? 'length' : 'lengthUTF8'}(${value}))`;
}

/** It has no place 0, which is one before the first. */
function substring([value, start, length]: readonly string[]): string {
  if (start !== '0') return `substringUTF8(${[value, start, ...(length ? [length] : [])].join(', ')})`;
  // The greatest of NULL and a number is the number.
  return `substringUTF8(${value}, 1${length ? `, if(${length} < 1, 0, ${length} - 1)` : ''})`;
}

const dialect: SqlDialect = {
  engine: 'ClickHouse',
  name,
  text,
  member: (base, key) => `tupleElement(${base}, ${text(key)})`,
  calls: new Map<string, (values: readonly string[]) => string>([
    ...Object.entries(renamed).map(([from, to]): [string, (values: readonly string[]) => string] => [
      from,
      (values) => `${to}(${values.join(', ')})`,
    ]),
    ['substr', substring],
    ['substring', substring],
    ['list_contains', ([list, value]) => `if(isNull(${value}), NULL, has(${list}, ${value}))`],
    // Where there is no such row its own give 0 or an empty text.
    [
      'lag',
      ([value, rows = '1', otherwise = '']) =>
        `lag(toNullable(${value}), ${rows}${otherwise === '' ? '' : `, toNullable(${otherwise})`})`,
    ],
    [
      'lead',
      ([value, rows = '1', otherwise = '']) =>
        `lead(toNullable(${value}), ${rows}${otherwise === '' ? '' : `, toNullable(${otherwise})`})`,
    ],
    ['now', () => "now64(6, 'UTC')"],
    ['today', () => "toDate(now('UTC'))"],
    ['contains', ([value, part]) => `(position(${value}, ${part}) > 0)`],
    ['trim', ([value, set = "' '"]) => `trimBoth(${value}, ${set})`],
    ['ltrim', ([value, set = "' '"]) => `trimLeft(${value}, ${set})`],
    ['rtrim', ([value, set = "' '"]) => `trimRight(${value}, ${set})`],
    [
      'split_part',
      ([value, separator, index]) =>
        `if(isNull(${value}), NULL, ${index === '0' ? "''" : `splitByString(${separator}, ${value})[${index}]`})`,
    ],
    [
      'regexp_replace',
      ([value, pattern, by, flags = "''"]) =>
        `${flags.includes('g') ? 'replaceRegexpAll' : 'replaceRegexpOne'}(${value}, ${flags.includes('i') ? `concat('(?i)', ${pattern})` : pattern}, ${by})`,
    ],
    // Its own rounds halves to the even number.
    [
      'round',
      ([value, digits = '0']) =>
        digits === '0'
          ? `(sign(${value}) * floor(abs(${value}) + 0.5) + 0)`
          : `(sign(${value}) * floor(abs(${value}) * exp10(${digits}) + 0.5) / exp10(${digits}) + 0)`,
    ],
    // Unsigned and 64 bits long they could not be compared with a fraction.
    ['length', length],
    ['len', length],
    ['strpos', ([value, part]) => `toInt32(positionUTF8(${value}, ${part}))`],
    ['concat', (values) => `concat(${values.map((value) => `ifNull(toString(${value}), '')`).join(', ')})`],
    ['regexp_extract', ([value, pattern, group = '0']) => `regexpExtract(${value}, ${pattern}, ${group})`],
    ['date_trunc', ([unit, value]) => `dateTrunc(${unit}, ${time(value)})`],
    ['date_diff', ([unit, from, to]) => `dateDiff(${unit}, ${time(from)}, ${time(to)})`],
    ['epoch', ([value]) => `(toUnixTimestamp64Micro(${time(value)}) / 1000000)`],
    ['log2', ([value]) => `if(${value} > 0, log2(${value}), NULL)`],
    ['bool_and', ([condition]) => `minOrNull(${casts.boolean(condition)})`],
    ['bool_or', ([condition]) => `maxOrNull(${casts.boolean(condition)})`],
    ['median', ([value]) => `quantileExactInclusiveOrNull(0.5)(${value})`],
    ['quantile_cont', ([value, fraction]) => `quantileExactInclusiveOrNull(${fraction})(${value})`],
    [
      'string_agg',
      ([value, separator = "','"]) =>
        `if(count(${value}) = 0, NULL, arrayStringConcat(groupArray(${value}), ${separator}))`,
    ],
  ]),
  // Unsigned and 64 bits long they could not be compared with a fraction.
  result: (name, call) => (counts.has(name) ? `toFloat64(${call})` : undefined),
  refusal: ({ name, arguments: values, orderBy, filter }) => {
    const called = name.name.toLowerCase();
    if (called === 'string_agg' && filter !== undefined)
      return said`ClickHouse does not support FILTER with string_agg`;
    if (orderBy.length > 0) return said`ClickHouse has no ORDER BY inside an aggregate`;
    if (called === 'regexp_replace' && replacesNothing(values)) {
      return said`ClickHouse splits characters when it replaces an empty match`;
    }
    const [unit] = values;
    const isTime = called === 'date_trunc' || called === 'date_diff';
    if (isTime && unit.kind === 'literal' && typeof unit.value === 'string') {
      if (missingUnits.has(unit.value.toLowerCase()))
        return said`ClickHouse does not support the time unit ${unit.value}`;
    }
    return undefined;
  },
  comparesApart: true,
  numericConditions: true,
  missing: new Set([
    ...[
      'mode',
      'typeof',
      'list',
      'json_extract',
      'json_extract_string',
      'date_part',
      'to_timestamp',
      'row_number',
    ],
    ...['strftime', 'strptime', 'first', 'last', 'arg_max', 'arg_min', 'quantile_disc'],
    // Its lists cannot be NULL.
    ...[
      'string_split',
      'regexp_extract_all',
      'list_sum',
      'list_avg',
      'list_min',
      'list_sort',
      'list_distinct',
      ...['list_reverse', 'list_position', 'flatten', 'timezone'],
      ...['chr', 'ascii', 'unicode', 'md5', 'sha256'],
      'list_max',
      'array_to_string',
    ],
    ...['concat_ws', 'epoch_ms', 'time_bucket', 'last_day', 'make_date', 'make_timestamp'],
  ]),
  cast(value, { type, size }) {
    if (type === 'interval' || type === 'json') {
      throw new UnprintableError({ from: 0, to: 0 }, said`ClickHouse does not support this cast to ${type}`);
    }
    if (size !== undefined)
      throw new UnprintableError({ from: 0, to: 0 }, said`ClickHouse does not support this cast to decimal`);
    return casts[type](value);
  },
  matches: (value, pattern, insensitive) =>
    insensitive ? `match(${value}, concat('(?i)', ${pattern}))` : `match(${value}, ${pattern})`,
  like: (value, pattern, insensitive, negated) =>
    `${value} ${negated ? 'NOT ' : ''}${insensitive ? 'ILIKE' : 'LIKE'} ${pattern}`,
  distinct: (a, b, negated) => `${negated ? '' : 'NOT '}ifNull(${a} = ${b}, ${a} IS NULL AND ${b} IS NULL)`,
  divide: (a, b) => `(${a} / nullIf(${b}, 0))`,
  divideWhole: (a, b) => `trunc(${a} / nullIf(${b}, 0))`,
  remainder: (a, b) => `(${a} % nullIf(${b}, 0))`,
  list: (items) => `[${items.join(', ')}]`,
  // Its own gives 0 or an empty text where there is no such item, and fails at 0.
  item: (base, index) => (index === '0' ? 'NULL' : `arrayElementOrNull(${base}, ${index})`),
  interval: (months, days, micros) =>
    `(toIntervalMonth(${months}) + toIntervalDay(${days}) + toIntervalMicrosecond(${micros}))`,
  timestamp: (value, date) => (date ? `toDate32(${text(value)})` : `toDateTime64(${text(value)}, 6, 'UTC')`),
};

export function clickhouseOperators({ file, format }: PrintOptions): SqlOperators {
  return {
    dialect,
    table: `file(${text(file)}, ${format === 'csv' ? "'CSVWithNames'" : "'JSONEachRow'"})`,
    star({ except = [], replace = [], rename = [] }) {
      const left = [...except, ...rename.map(({ from }) => from)];
      const without = left.length === 0 ? '' : ` EXCEPT (${left.map(name).join(', ')})`;
      const anew = replace.map((item) => `${item.value} AS ${name(item.name)}`);
      const replaced = anew.length === 0 ? '' : ` REPLACE (${anew.join(', ')})`;
      return [`*${without}${replaced}`, ...rename.map(({ from, to }) => `${name(from)} AS ${name(to)}`)].join(
        ', ',
      );
    },
    unnest: (list) => `arrayJoin(${list})`,
    samplePercent: undefined,
    aliasesInWhere: true,
  };
}
