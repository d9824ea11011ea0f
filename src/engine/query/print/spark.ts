import { said, type Said } from '../../../said/said.ts';
import { windowFunctions } from '../function/index.ts';
import { givesInterval } from '../givesTimes.ts';
import { sqlOf } from '../operator/operators.ts';
import { columnLabel } from '../syntax/columns.ts';
import type { Call, CastType, NamedExpression, Operator } from '../syntax/tree.ts';
import { decimalType, unprintable, UnprintableError, type PrintOptions, type SqlDialect } from './dialect.ts';
import { SqlExpressions } from './sqlExpression.ts';
import { printSql, type SqlOperators } from './sqlQuery.ts';

/** A name as Spark SQL writes it, whatever is in it. */
export function sparkName(text: string): string {
  return `\`${text.replaceAll('`', '``')}\``;
}

function text(value: string): string {
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

const types: Record<Exclude<CastType, 'json'>, string> = {
  boolean: 'BOOLEAN',
  integer: 'BIGINT',
  number: 'DOUBLE',
  double: 'DOUBLE',
  text: 'STRING',
  timestamp: 'TIMESTAMP',
  date: 'DATE',
  interval: 'INTERVAL DAY TO SECOND',
};

function time(value: string): string {
  return `try_cast(${value} AS TIMESTAMP)`;
}

/** Parts of a time that have another name there, or are counted otherwise. */
const timeParts: ReadonlyMap<string, (time: string) => string> = new Map([
  ['dow', (value) => `(dayofweek(${value}) - 1)`],
  ['isodow', (value) => `(weekday(${value}) + 1)`],
  ['isoyear', (value) => `date_part('YEAROFWEEK', ${value})`],
  ['second', (value) => `second(${value})`],
  ['epoch', (value) => `(unix_micros(${value}) / 1000000D)`],
]);
const sameParts: ReadonlySet<string> = new Set([
  ...['year', 'quarter', 'month', 'week', 'day', 'doy', 'hour', 'minute'],
]);
const missingUnits: ReadonlySet<string> = new Set(['decade', 'century']);

function unitIn({ arguments: given }: Call): string | undefined {
  const unit = given.at(0);
  return unit?.kind === 'literal' && typeof unit.value === 'string' ? unit.value.toLowerCase() : undefined;
}

function datePart([, value]: readonly string[], call: Call): string {
  const part = unitIn(call) ?? '';
  return timeParts.get(part)?.(time(value)) ?? `date_part('${part}', ${time(value)})`;
}

function doubleOf(value: string, { arguments: [given], distinct }: Call): string {
  if (givesInterval(given)) return value;
  const [prefix, operand] = distinct ? ['DISTINCT ', value.slice('DISTINCT '.length)] : ['', value];
  return `${prefix}try_cast(${operand} AS DOUBLE)`;
}

function areWhole(...values: readonly string[]): string {
  return values.map((value) => `typeof(${value}) IN ('tinyint', 'smallint', 'int', 'bigint')`).join(' AND ');
}

/** Of whole numbers, whose digits a double may not have room for. */
function quotientOfWhole(a: string, b: string): string {
  return `(try_cast(${a} AS BIGINT) div nullif(try_cast(${b} AS BIGINT), 0))`;
}

/** DIV takes no numbers with a fraction. */
function cutQuotient(a: string, b: string): string {
  return `try_cast((${a} / nullif(try_cast(${b} AS DOUBLE), 0)) AS BIGINT)`;
}

const wholeNumber = /^-?\d+$/;

/** What a call with a number of characters is, where that is none below zero, and where it is. */
function ofCount(count: string, usual: string, negative: string): string {
  if (wholeNumber.test(count)) return count.startsWith('-') ? negative : usual;
  return `CASE WHEN ${count} < 0 THEN ${negative} ELSE ${usual} END`;
}

/** The part 0 is an empty one. */
function partAt([value, separator, place]: readonly string[]): string {
  const [part, none] = [`split_part(${value}, ${separator}, ${place})`, `left(${value}, 0)`];
  if (wholeNumber.test(place)) return Number(place) === 0 ? none : part;
  return `CASE WHEN ${place} = 0 THEN ${none} ELSE ${part} END`;
}

/** Before the first character there is one that is none, and counts, as in DuckDB. */
function partOfText([value, start, ...rest]: readonly string[]): string {
  const length = rest.at(0);
  if (length === undefined) return `substr(${value}, ${start})`;
  // The greatest of NULL and a number is the number.
  const others = wholeNumber.test(length)
    ? String(Math.max(Number(length) - 1, 0))
    : `CASE WHEN ${length} < 1 THEN 0 ELSE ${length} - 1 END`;
  const [usual, first] = [`substr(${value}, ${start}, ${length})`, `substr(${value}, 1, ${others})`];
  if (wholeNumber.test(start)) return Number(start) === 0 ? first : usual;
  return `CASE WHEN ${start} = 0 THEN ${first} ELSE ${usual} END`;
}

/** Of these, rows of a window without an order have any there. */
const ofOrder: ReadonlySet<string> = new Set(['lag', 'lead', 'row_number', 'rank', 'dense_rank']);

function refusalOfWindow({ name, filter, over }: Call): Said | undefined {
  if (!over) return undefined;
  if (filter) return said`Spark does not support FILTER with OVER`;
  const called = name.name.toLowerCase();
  const isPlace = ofOrder.has(called) || windowFunctions.has(called);
  const isWhole = over.preceding === Infinity && over.following === Infinity;
  return over.orderBy.length === 0 && (isPlace || (over.hasFrame && !isWhole))
    ? said`Spark needs ORDER BY in OVER for ${called}, as the records of a file have no order there`
    : undefined;
}

const dialect: SqlDialect = {
  engine: 'Spark',
  name: sparkName,
  text,
  member: (base, key) => `${base}.${sparkName(key)}`,
  calls: new Map<string, (values: readonly string[], call: Call) => string>([
    ['now', () => 'current_timestamp()'],
    ['today', () => 'current_date()'],
    ['length', ([value]) => `char_length(${value})`],
    ['mod', ([value, divisor]) => `(${value} % nullif(${divisor}, 0))`],
    ['substr', partOfText],
    [
      'left',
      ([value, count]) =>
        ofCount(
          count,
          `left(${value}, ${count})`,
          `substr(${value}, 1, greatest(char_length(${value}) + ${count}, 0))`,
        ),
    ],
    [
      'right',
      ([value, count]) => ofCount(count, `right(${value}, ${count})`, `substr(${value}, 1 - ${count})`),
    ],
    ['split_part', partAt],
    ['starts_with', ([value, part]) => `startswith(${value}, ${part})`],
    ['ends_with', ([value, part]) => `endswith(${value}, ${part})`],
    ['strpos', ([value, part]) => `locate(${part}, ${value})`],
    ['trim', ([value, set = "' '"]) => `trim(BOTH ${set} FROM ${value})`],
    ['ltrim', ([value, set = "' '"]) => `trim(LEADING ${set} FROM ${value})`],
    ['rtrim', ([value, set = "' '"]) => `trim(TRAILING ${set} FROM ${value})`],
    ['concat', (values) => `concat(${values.map((value) => `coalesce(string(${value}), '')`).join(', ')})`],
    ['regexp_matches', ([value, pattern]) => `regexp_like(${value}, ${pattern})`],
    ['regexp_extract', ([value, pattern, group = '0']) => `regexp_extract(${value}, ${pattern}, ${group})`],
    // Where NULL is in the list, it does not know there.
    [
      'list_contains',
      ([list, value]) =>
        `CASE WHEN ${list} IS NOT NULL AND ${value} IS NOT NULL THEN coalesce(array_contains(${list}, ${value}), FALSE) END`,
    ],
    ['count_if', ([condition]) => `count_if(try_cast(${condition} AS BOOLEAN))`],
    // That of decimals has few digits there.
    ['avg', ([value], call) => `avg(${doubleOf(value, call)})`],
    ['epoch', ([value]) => `(unix_micros(${time(value)}) / 1000000D)`],
    ['date_part', datePart],
    ['date_trunc', ([unit, value]) => `date_trunc(${unit}, ${time(value)})`],
    ['last_day', ([value]) => `last_day(${time(value)})`],
    ['quantile_cont', ([value, fraction]) => `percentile(${value}, ${fraction})`],
    ['bool_and', ([condition]) => `bool_and(try_cast(${condition} AS BOOLEAN))`],
    ['bool_or', ([condition]) => `bool_or(try_cast(${condition} AS BOOLEAN))`],
    ['arg_max', ([value, by]) => `max_by(${value}, CASE WHEN ${value} IS NOT NULL THEN ${by} END)`],
    ['arg_min', ([value, by]) => `min_by(${value}, CASE WHEN ${value} IS NOT NULL THEN ${by} END)`],
    ['any_value', ([value]) => `any_value(${value}, true)`],
    ['string_agg', ([value, separator = "','"]) => `listagg(${value}, ${separator})`],
  ]),
  missing: new Set([
    'typeof',
    'list',
    'json_extract',
    'json_extract_string',
    'date_diff',
    'to_timestamp',
    'strftime',
    'strptime',
    'regexp_replace',
    'trunc',
    'len',
    // Its rows have no order that is certain, and its percentiles are between values or approximate.
    'first',
    'last',
    'quantile_disc',
    // Its separators and patterns are regular expressions of Java, and what is no day is an error.
    ...['string_split', 'regexp_extract_all', 'make_date', 'make_timestamp'],
    ...[
      'list_sum',
      'list_avg',
      'list_min',
      'list_max',
      'list_sort',
      'list_distinct',
      ...['list_reverse', 'list_position', 'flatten', 'timezone'],
      ...['chr', 'ascii', 'unicode', 'md5', 'sha256'],
      'array_to_string',
      'concat_ws',
    ],
    ...['epoch_ms', 'time_bucket'],
  ]),
  refusal(call) {
    const called = call.name.name.toLowerCase();
    const unit = unitIn(call);
    if (called === 'date_trunc' && (unit === undefined || missingUnits.has(unit)))
      return said`Spark does not support the time unit ${unit ?? ''}`;
    if (called === 'date_part' && (unit === undefined || !(timeParts.has(unit) || sameParts.has(unit))))
      return said`Spark does not support the time unit ${unit ?? ''}`;
    const of = call.arguments.at(called === 'date_part' ? 1 : 0);
    if ((called === 'date_part' || called === 'epoch') && of && givesInterval(of))
      return said`Spark has no ${called} of intervals that is the same`;
    if (call.orderBy.length > 0) return said`Spark has no ORDER BY inside an aggregate`;
    return refusalOfWindow(call);
  },
  cast(value, { type, size }) {
    if (type === 'json')
      throw new UnprintableError({ from: 0, to: 0 }, said`Spark does not support this cast to json`);
    return `try_cast(${value} AS ${size === undefined ? types[type] : decimalType(size)})`;
  },
  matches: (value, pattern, insensitive) =>
    insensitive ? `(${value} RLIKE concat('(?i)', ${pattern}))` : `(${value} RLIKE ${pattern})`,
  like: (value, pattern, insensitive, negated) =>
    `${value} ${negated ? 'NOT ' : ''}${insensitive ? 'ILIKE' : 'LIKE'} ${pattern}`,
  distinct: (a, b, negated) => `${negated ? '' : 'NOT '}(${a} <=> ${b})`,
  // Decimals would have few digits there.
  divide: (a, b) => `(${a} / nullif(try_cast(${b} AS DOUBLE), 0))`,
  divideWhole: (a, b) =>
    `CASE WHEN ${areWhole(a, b)} THEN ${quotientOfWhole(a, b)} ELSE ${cutQuotient(a, b)} END`,
  remainder: (a, b) => `(${a} % nullif(${b}, 0))`,
  list: (items) => `array(${items.join(', ')})`,
  item: (base, index) =>
    `try_element_at(${base}, ${/^-?[1-9]\d*$/.test(index) ? index : `nullif(${index}, 0)`})`,
  interval: (months, days, micros) => `make_interval(0, ${months}, 0, ${days}, 0, 0, ${micros / 1_000_000})`,
  timestamp: (value, date) => `${date ? 'DATE' : 'TIMESTAMP'} ${text(value)}`,
};

/** The view has a column of that name, where it is asked for. */
const dialectOfView: SqlDialect = { ...dialect, attributes: new Set(['_error']) };

/** Without the pipe syntax, of which not every engine that speaks Spark SQL knows. */
const select: SqlOperators = {
  dialect: dialectOfView,
  table: 'data',
  star({ except, replace, rename }) {
    if (replace !== undefined || rename !== undefined) return undefined;
    return except === undefined ? '*' : `* EXCEPT (${except.map(sparkName).join(', ')})`;
  },
  unnest: (list) => `explode(${list})`,
  samplePercent: undefined,
};

/**
 * The query over a view `data`: as SELECT where that can say it, and else in the pipe syntax, which Spark has from version 4 on.
 * @throws UnprintableError
 */
export function printSparkOverView(operators: readonly Operator[]): { text: string; isPiped: boolean } {
  try {
    return { text: printSql(operators, select), isPiped: false };
  } catch (error) {
    if (!(error instanceof UnprintableError)) throw error;
    return { text: pipeline(operators, dialectOfView), isPiped: true };
  }
}

/** Spark 4 has the pipe syntax itself: nearly every operator stays what it is. @throws UnprintableError */
export function printSpark(operators: readonly Operator[], { file, format }: PrintOptions): string {
  const source = format === 'csv' ? 'csv' : 'json';
  const csvOptions = format === 'csv' ? ", header 'true', inferSchema 'true'" : '';
  const view = `CREATE OR REPLACE TEMPORARY VIEW data USING ${source} OPTIONS (path ${text(file)}${csvOptions});`;
  return `${view}\n${pipeline(operators, dialect)}`;
}

function pipeline(operators: readonly Operator[], own: SqlDialect): string {
  const expressions = new SqlExpressions(own);
  const lines = operators.flatMap((operator) => lineOf(operator, expressions));
  return ['FROM data', ...lines.map((line) => `|> ${line}`)].join('\n');
}

function lineOf(operator: Operator, expressions: SqlExpressions): string[] {
  const named = (items: readonly NamedExpression[]): string =>
    items.map((item) => `${expressions.write(item.expression)} AS ${sparkName(item.name)}`).join(', ');
  switch (operator.kind) {
    case 'as':
      expressions.aliases.add(operator.alias.name);
      return [];
    case 'where':
      return [`WHERE ${expressions.write(operator.condition)}`];
    case 'select':
      return [`SELECT ${operator.items.map((item) => selectItem(item, expressions)).join(', ')}`];
    case 'extend':
      return [`EXTEND ${named(operator.items)}`];
    case 'set':
      return [
        `SET ${operator.items.map((item) => `${sparkName(item.column.name)} = ${expressions.write(item.expression)}`).join(', ')}`,
      ];
    case 'drop':
      return [`DROP ${operator.columns.map((column) => sparkName(columnLabel(column))).join(', ')}`];
    case 'rename':
      if (
        operator.columns.some(({ to }) => operator.columns.some(({ from }) => columnLabel(from) === to.name))
      ) {
        throw new UnprintableError(operator, said`Spark cannot exchange the names of columns`);
      }
      return operator.columns.flatMap(({ from, to }) => [
        `EXTEND ${expressions.column(from)} AS ${sparkName(to.name)}`,
        `DROP ${sparkName(columnLabel(from))}`,
      ]);
    case 'distinct':
      return ['SELECT DISTINCT *'];
    case 'aggregate': {
      const by = operator.groupBy.length === 0 ? '' : ` GROUP BY ${named(operator.groupBy)}`;
      return [`AGGREGATE ${named(operator.aggregates)}${by}`];
    }
    case 'order by': {
      const keys = expressions.orderKeys(operator.keys);
      return keys === '' ? [] : [`ORDER BY ${keys}`];
    }
    case 'limit': {
      const limit = operator.count === Infinity ? [] : [`LIMIT ${operator.count}`];
      return operator.offset === 0 ? limit : [`OFFSET ${operator.offset}`, ...limit];
    }
    case 'tablesample':
      return [`TABLESAMPLE (${operator.size} ${operator.unit === 'percent' ? 'PERCENT' : 'ROWS'})`];
    case 'unnest': {
      if (operator.position !== undefined || !operator.expression.explicit) {
        throw new UnprintableError(operator, said`Spark does not support this UNNEST`);
      }
      const { expression, name: column } = operator.expression;
      return [`SELECT *, explode(${expressions.write(expression)}) AS ${sparkName(column)}`];
    }
    default: {
      const items = sqlOf(operator, {
        engine: dialect.engine,
        name: sparkName,
        expression: (expression) => expressions.write(expression),
        replaced: () => undefined,
      });
      if (items === undefined) throw unprintable(operator, dialect.engine);
      return [`SELECT ${items}`];
    }
  }
}

function selectItem(
  item: Extract<Operator, { kind: 'select' }>['items'][number],
  expressions: SqlExpressions,
): string {
  if (item.kind === 'named') return `${expressions.write(item.expression)} AS ${sparkName(item.name)}`;
  if (item.replace.length > 0) throw new UnprintableError(item, said`Spark has no REPLACE in SELECT`);
  const star = item.base === undefined ? '*' : `${expressions.write(item.base)}.*`;
  return item.except.length === 0
    ? star
    : `${star} EXCEPT (${item.except.map((column) => sparkName(column.name)).join(', ')})`;
}
