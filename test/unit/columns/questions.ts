import fc from 'fast-check';

/** Random questions to the records of the tests beside this file: those that packed columns may answer. */

type Pick = (...texts: string[]) => string;

function picker(g: fc.GeneratorValue): Pick {
  return (...texts) => g(() => fc.constantFrom(...texts));
}

/** The first records of an order: what a kept column says of them decides whose text is read. */
export function top(g: fc.GeneratorValue): string {
  const pick = picker(g);
  const key = pick('i', 'd', 's', 'u', 'id', 'b, i', 'd DESC, s', 'lower(s)');
  const where = pick('', 'i > 0 |> ', "s LIKE '%a%' OR d < 3 |> ");
  const order = pick('', ' DESC', ' NULLS FIRST');
  const rest = pick('', ' OFFSET 3', ' |> SELECT _offset, s, d', ' |> SELECT _line, i');
  const limit = `LIMIT ${pick('1', '5', '40')}`;
  if (g(fc.boolean)) return `${where}ORDER BY ${key}${order} |> ${limit}${rest}`;
  // What passes columns on, or adds some, before the order.
  const [before, by] = g(() =>
    fc.constantFrom(
      ['SELECT i, s', 'i'],
      ['SELECT s, d AS n, d', 'n'],
      ['EXTEND u AS n', 'n'],
      ['EXTEND lower(s) AS n', 'd'],
      ['SELECT id, i + d AS n, i AS m', 'm'],
      ['RENAME d AS n', 'n'],
      ['DROP s', 'i'],
      ['SET b = d', 'b'],
      ['SELECT * REPLACE (i AS b)', 'b'],
      ['AS t', 't.d'],
    ),
  );
  return `${where}${before} |> ORDER BY ${by}${order} |> ${limit}`;
}

/** Where texts and times may be cut: of several lengths and forms, and some that are no times. */
const times = [
  ...[
    '2024-01-01',
    '2024-01-02',
    '2024-01-01T12:00:00',
    '2024-01-01 12:00:00.000',
    '2024-01-01T12:00:00.000Z',
  ],
  ...[
    '2024-01-02T00:00:00+02:00',
    '2024-03-01T10:20:30.123456789',
    '2024',
    '2031-06',
    '2024-01-3',
    '1',
    '',
    'a',
  ],
  // What the columns of times mostly begin with.
  ...['2024-01-01T00:00:00.000Z', '2024-01-01T00:00:00+02:00', '2024-01-01T00:00:00.000000000'],
  ...['2024-01-01T0', '2024-01-02T03:04:05.678Zz', '9', '2024-02-30', '2024-01-01T00:00:00.0000000000'],
];

/** Conditions, joined in any way. */
export function condition(g: fc.GeneratorValue, depth: number): string {
  const pick = picker(g);
  if (depth > 0 && g(fc.boolean)) {
    const [one, other] = [condition(g, depth - 1), condition(g, depth - 1)];
    return pick(
      `(${one} AND ${other})`,
      `(${one} OR ${other})`,
      `NOT (${one} OR ${other})`,
      // Of what no column says alone, each record is asked.
      `(${one} AND ${other} AND d < i)`,
    );
  }
  const column = pick('i', 'd', 's', 'u', 'b', 'id');
  const number = (): string => pick('-3', '0', '1', '2.5', '7', '50', '112.25', '1e5', '-1e3');
  const not = pick('', '', 'NOT ');
  const time = (): string => g(() => fc.constantFrom(...times));
  const compared = pick('=', '<>', '<', '<=', '>', '>=');
  if (g(fc.nat, { max: 2 }) === 0)
    return pick(
      `${column} ${compared} '${time()}'`,
      `${column} ${not}BETWEEN '${time()}' AND '${time()}'`,
      `${column} ${not}IN ('${time()}', '${time()}', 'a')`,
      `${column} ${not}LIKE '${time()}%'`,
      `${column} ${compared} ${pick('TIMESTAMP', 'DATE')} '${pick('2024-01-01', '2024-01-02', '2024-01-01T12:00:00.5Z', '1990-01-01', '2024-03-01 10:20:30+02:00')}'`,
      `date_trunc('month', ${column}) = TIMESTAMP '2024-01-01'`,
    );
  return pick(
    `${column} ${pick('=', '<>', '<', '<=', '>', '>=')} ${number()}`,
    `${column} ${not}BETWEEN ${number()} AND ${number()}`,
    `${column} ${not}IN (${number()}, ${number()}, ${number()})`,
    `${column} IS ${not}NULL`,
    `${column} ${pick('=', '<>', '<', '>=')} ${pick("'a'", "'ab'", "'1'")}`,
    `${column} ${not}LIKE ${pick("'%a%'", "'a%'", "'_b'", "'%'")}`,
    `${column} ${not}IN ('a', 'b', 'ab')`,
    pick('true', 'false', `${column} > NULL`),
  );
}

/** Aggregates of groups, of which most are of packed columns alone. */
export function groups(g: fc.GeneratorValue): string {
  const pick = picker(g);
  const column = (): string => pick('i', 'd', 's', 'u', 'b', 'id');
  const aggregate = (): string =>
    pick(
      'count(*)',
      `count(${column()})`,
      `${pick('count', 'sum', 'max')}(DISTINCT ${column()})`,
      `${pick('any_value', 'mode', 'count_if')}(${column()})`,
      ...['sum', 'avg', 'min', 'max'].flatMap((name) => [`${name}(${column()})`, `${name}(${column()})`]),
    );
  // Others are made record by record, in the same blocks.
  const other = (): string =>
    pick(`count(*) FILTER (WHERE ${condition(g, 0)})`, 'min(lower(s))', `median(${column()})`, 'sum(i + d)');
  const made = Array.from({ length: 1 + g(fc.nat, { max: 2 }) }, aggregate);
  if (g(fc.nat, { max: 5 }) === 0) made.push(other());
  const keys = Array.from({ length: g(fc.nat, { max: 3 }) }, column);
  if (g(fc.nat, { max: 9 }) === 0) keys.push('lower(s)');
  const items = made.map((text, at) => `${text} AS a${at}`).join(', ');
  const where = g(fc.boolean) ? `${condition(g, 1)} |> ` : '';
  const by = [...new Set(keys)].join(', ');
  return `${where}AGGREGATE ${items}${by === '' ? '' : ` GROUP BY ${by}`}`;
}
