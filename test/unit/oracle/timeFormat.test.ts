import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { runs } from '../../support/long.ts';
import { run } from '../stage/run.ts';
import { comparable, type Answer } from './answers.ts';

/** Without `n`, of which DuckDB 1.5 writes too few digits and fills up what follows. */
const letters = [
  ...Array.from('YGymdHIMSjUVWwufgaAbBhpcxXTz%'),
  ...Array.from('mdyHIMSj', (letter) => `-${letter}`),
];
const between = fc.constantFrom('', ' ', '-', '/', '.', ':', 'T', ', ', 'ä');
const format = fc
  .array(fc.tuple(between, fc.constantFrom(...letters)), { minLength: 1, maxLength: 6 })
  .map((pieces) => pieces.map(([text, letter]) => `${text}%${letter}`).join(''));
const time = fc
  .date({ min: new Date('0001-01-01T00:00:00Z'), max: new Date('9999-12-31T23:59:59Z'), noInvalidDate: true })
  .map((date) => date.toISOString().replace('T', ' ').replace('Z', ''));

/** Of such a format in which nothing is said twice, or of which DuckDB reads less. */
const readable = fc
  .tuple(
    fc.constantFrom('%Y', '%y', '%-y'),
    fc.constantFrom('%m', '%-m', '%b', '%B', '%h'),
    fc.constantFrom('%d', '%-d'),
    fc.constantFrom('', '%H:%M:%S', ' %-H.%-M', ' %I:%M %p', 'T%H:%M:%S.%f', ' %H:%M:%S.%g', ' %A %H %%'),
    fc.constantFrom(' ', '-', '/', '. '),
    fc.boolean(),
  )
  .map(([year, month, day, clock, mark, dayFirst]) =>
    [(dayFirst ? [day, month, year] : [year, month, day]).join(mark), clock].join(' '),
  );

function itOf(row: string): Answer {
  return (JSON.parse(row) as { readonly it: Answer }).it;
}

describe('times by a format', () => {
  let connection: DuckDBConnection;

  before(async () => {
    connection = await (await DuckDBInstance.create(':memory:', { threads: '1' })).connect();
  });

  after(() => connection.closeSync());

  async function agree(expression: string, duckdb = expression): Promise<void> {
    const [[expected]] = (await connection.runAndReadAll(`SELECT CAST(${duckdb} AS VARCHAR)`)).getRows();
    const [row] = await run(`SELECT ${expression} AS it`, { format: 'jsonl', text: '{}' });
    assert.deepEqual(comparable(itOf(row)), comparable(expected), expression);
  }

  const text = (value: string): string => `'${value.replaceAll("'", "''")}'`;

  it('are written as DuckDB writes them', () =>
    fc.assert(
      fc.asyncProperty(time, format, (time, format) =>
        agree(`strftime(TIMESTAMP ${text(time)}, ${text(format)})`),
      ),
      { numRuns: runs(500, 5000) },
    ));

  it('are read as DuckDB reads them', () =>
    fc.assert(
      fc.asyncProperty(time, readable, readable, fc.boolean(), (time, format, other, isOther) => {
        const [row] = [`strftime(TIMESTAMP ${text(time)}, ${text(isOther ? other : format)})`];
        return agree(
          `strptime(${row}, ${text(format)})::timestamp::text`,
          `try_strptime(${row}, ${text(format)})::timestamp::text`,
        );
      }),
      { numRuns: runs(500, 5000) },
    ));

  const texts: readonly (readonly [string, string])[] = [
    ['3.2.24', '%d.%m.%y'],
    ['3.2.69', '%d.%m.%y'],
    ['3.2.68', '%d.%m.%y'],
    [' 2024-01-01 ', '%Y-%m-%d'],
    ['2024-01-01x', '%Y-%m-%d'],
    ['12:30 PM', '%I:%M %p'],
    ['2024-1', '%Y-%m'],
    ['fri 5 january 2024', '%a %d %B %Y'],
    ['20240131', '%Y%m%d'],
    ['2024-02-30', '%Y-%m-%d'],
    ['2024-13-01', '%Y-%m-%d'],
    ['2024-060', '%Y-%j'],
    ['2024-01-01  10', '%Y-%m-%d %H'],
    ['24', '%Y'],
    ['20241', '%Y'],
    ['2024-01-02 25', '%Y-%m-%d %H'],
    ['2024-01-02 13 PM', '%Y-%m-%d %I %p'],
    ['2024-01-02 12 AM', '%Y-%m-%d %I %p'],
    ['2024-01-02 10:00:60', '%Y-%m-%d %H:%M:%S'],
    ['2024-01-02 10.1', '%Y-%m-%d %H.%g'],
    ['Sept 2024', '%b %Y'],
    ['%5', '%%%d'],
    ['', '%Y'],
  ];
  for (const [value, format] of texts) {
    it(`are read as DuckDB reads them: ${value} by ${format}`, () =>
      agree(
        `strptime(${text(value)}, ${text(format)})::text`,
        `try_strptime(${text(value)}, ${text(format)})::text`,
      ));
  }

  const calls = [
    ...['year', 'quarter', 'month', 'week', 'day', 'hour', 'minute', 'second', 'millisecond', 'microsecond'],
    ...['decade', 'century', 'isodow', 'isoyear', 'dayofmonth', 'dayofweek', 'weekday', 'dayofyear'],
    ...['weekofyear', 'dayname', 'monthname', 'date'],
  ].map((name) => `${name}(TIMESTAMP '2024-12-29 16:17:18.195')`);
  const others = [
    "date_add(DATE '2024-01-31', INTERVAL 1 month)",
    "datediff('day', DATE '2024-01-31', DATE '2024-03-01')",
    "datetrunc('month', TIMESTAMP '2024-03-05 10:00:00')",
    "datepart('month', TIMESTAMP '2024-03-05 10:00:00')",
    ...["instr('abc', 'c')", 'power(2, 3)', 'ceiling(1.2)', "prefix('abc', 'ab')", "suffix('abc', 'bc')"],
    ...['array_length([1, 2])', 'list_has([1, 2], 2)', "array_contains(['a'], 'b')", "char_length('añ')"],
    ...["ucase('a')", "lcase('A')", 'log(1000)', "character_length('')"],
  ];
  for (const call of [...calls, ...others]) {
    it(`are what DuckDB calls them, as other functions are: ${call}`, () =>
      agree(`CAST(${call} AS text)`, call));
  }

  for (const call of [
    'mean(x)',
    'stddev_samp(x)',
    "group_concat(x, '-')",
    'len(array_agg(x))',
    'countif(x > 1)',
  ]) {
    it(`are what DuckDB calls them, as aggregates are: ${call}`, async () => {
      const rows = await connection.runAndReadAll(
        `SELECT CAST(${call} AS VARCHAR) FROM (VALUES (1), (2), (4)) t(x)`,
      );
      const [row] = await run(`|> AGGREGATE ${call} AS it |> SELECT it::text AS it`, {
        format: 'jsonl',
        text: '{"x":1}\n{"x":2}\n{"x":4}',
      });
      const [[expected]] = rows.getRows();
      assert.deepEqual(comparable(itOf(row)), comparable(expected));
    });
  }
});
