import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc, { type GeneratorValue } from 'fast-check';
import { Dataset } from '../../../src/engine/dataset/dataset.ts';
import { parseQuery, printQuery } from '../../../src/engine/query/index.ts';
import { exportTo } from '../../../src/engine/run/export/export.ts';
import { runs } from '../../support/long.ts';
import { memorySink } from '../../support/memorySink.ts';
import { told } from '../../support/said.ts';
import { run, runInParts, type TestData } from '../stage/run.ts';
import { comparable, rowsOf } from './answers.ts';

const { signal } = new AbortController();

/** Times of the table, and texts that a query writes: each time in ways that the table does not write it in. */
const times = ['2024-01-31 10:20:30', '2024-02-29 00:00:00', '1999-12-31 23:59:59', '2024-01-31 10:20:30.25'];
const texts = [...times, '2024-02-29', '2024-01-31 10:20', '2024-01-31 10:20:30.5', '2024-01-30 23:00:00'];

/** Queries that ask times of Parquet for rows, by texts of times, through what hands the times on. */
class TimeQuery {
  readonly #g: GeneratorValue;
  /** Whether some of the values are texts of the query: to groups, these are other values than the same times of the file. */
  readonly #isMixed: boolean;

  constructor(g: GeneratorValue) {
    this.#g = g;
    this.#isMixed = this.#draw(0, 1) === 1;
  }

  text(): string {
    const steps = [`EXTEND ${this.#time(2)} AS x`];
    for (let left = this.#draw(0, 2); left > 0; left--) steps.push(...this.#step());
    steps.push(`WHERE ${this.#condition()}`, 'SELECT id', 'ORDER BY id');
    return steps.join(' |> ');
  }

  /** Rows have `id`, `k`, `x` and `y` before and behind them. */
  #step(): readonly string[] {
    const of = this.#pick([
      ...['min(x)', 'max(x)', 'any_value(x)', 'first(x)', 'last(x)', 'arg_max(x, id)', 'arg_min(x, x)'],
      ...['quantile_disc(x, 0.5)', 'list(x)[1]', 'list_max(list(x))', 'list_sort(list(x))[1]'],
    ]);
    const over = this.#pick([
      ...['lag(x) OVER (ORDER BY id)', 'lead(x, 2) OVER (PARTITION BY k ORDER BY id)'],
      ...['max(x) OVER (PARTITION BY k)', 'any_value(x) OVER ()'],
      'first_value(x) OVER (ORDER BY id ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)',
    ]);
    const grouped = [
      ['AGGREGATE min(id) AS id, min(k) AS k GROUP BY x'],
      ['AGGREGATE mode(x) AS x, min(id) AS id GROUP BY k'],
      ['UNNEST [x, NULL] AS w', 'SELECT id, k, w AS x', 'DISTINCT'],
      ['TOP 9 OF coalesce(x, x) AS x', "SELECT count AS id, 'a' AS k, x"],
    ];
    return this.#pick<readonly string[]>([
      [`AGGREGATE ${of} AS x, count(*) AS id GROUP BY k`, 'SELECT id * 10 + length(k) AS id, k, x'],
      ['ORDER BY x, id', 'LIMIT 6'],
      [`SELECT id, k, ${over} AS x`],
      ['UNNEST [x, NULL] AS w', 'SELECT id, k, w AS x'],
      ['FILL x'],
      ['RENAME x AS w', 'SELECT id, k, w AS x'],
      ...(this.#isMixed ? [] : grouped),
    ]);
  }

  #condition(): string {
    const [one, other] = [this.#text(), this.#text()];
    const x = this.#pick(['x', 'x', 'coalesce(x, NULL)', '[x][1]', 'CASE WHEN id > 0 THEN x END']);
    return this.#pick([
      `${x} ${this.#pick(['=', '<>', '<', '<=', '>', '>='])} ${one}`,
      `${one} ${this.#pick(['=', '<', '>='])} ${x}`,
      `${x} BETWEEN ${one} AND ${other}`,
      `${x} IN (${one}, ${other}, ${this.#text()}, ${this.#text()})`,
      `${x} IS DISTINCT FROM ${one}`,
      `nullif(${x}, ${one}) IS NULL`,
      `greatest(${x}, ${one}) = ${x}`,
      `CASE ${x} WHEN ${one} THEN TRUE WHEN ${other} THEN FALSE ELSE id > 2 END`,
      `list_contains([${x}], ${one})`,
      `[${x}] >= [TIMESTAMP ${one}]`,
    ]);
  }

  #time(depth: number): string {
    if (depth === 0) return this.#pick(['t', 'v', 'o.since', 'l[1]', 'o.list[2]']);
    const [a, b] = [this.#time(depth - 1), this.#time(depth - 1)];
    const mixed = [
      ...[`ifnull(${a}, ${this.#text()})`, `least(${a}, ${this.#text()})`],
      `coalesce(${a}, TIMESTAMP ${this.#text()})`,
    ];
    return this.#pick([
      ...[a, a, `coalesce(${a}, ${b})`, `nullif(${a}, ${b})`, `nullif(${a}, ${this.#text()})`],
      ...[`CASE WHEN id % 2 = 0 THEN ${a} ELSE ${b} END`, `if(id > 3, ${a}, ${b})`, `greatest(${a}, ${b})`],
      ...[`[${a}, ${b}][2]`, `list_min([${a}, ${b}])`],
      ...[`list_concat([${a}], [${b}])[2]`, `list_distinct([${a}])[1]`],
      ...(this.#isMixed ? mixed : [`list_sort([${a}, ${b}])[1:1][1]`]),
    ]);
  }

  #text(): string {
    return `'${this.#pick(texts)}'`;
  }

  #draw(min: number, max: number): number {
    return this.#g(fc.integer, { min, max });
  }

  #pick<T>(items: readonly T[]): T {
    return items[this.#draw(0, items.length - 1)];
  }
}

describe('DuckDB agrees on times of Parquet', () => {
  let connection: DuckDBConnection;
  let folder: string;
  let dataset: Dataset;
  let data: TestData;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rowriver-times-'));
    connection = await (await DuckDBInstance.create(':memory:', { threads: '1' })).connect();
    const some = (shift: number): string =>
      `[${times.map((time) => `TIMESTAMP '${time}'`).join(', ')}, NULL][(id * ${shift}) % 5 + 1]`;
    await connection.run(`
      CREATE TABLE data AS SELECT id, ['a', 'bb', 'ccc'][id % 3 + 1] AS k, ${some(1)} AS t, ${some(3)} AS v,
        {'since': ${some(2)}, 'list': [NULL, ${some(4)}]} AS o, [${some(3)}] AS l,
        t::DATE AS d, t::TIME AS clock, INTERVAL (id) MONTH + INTERVAL (3 * id) DAY + INTERVAL (7500 * id) SECOND AS i
      FROM (SELECT unnest(range(1, 12))::INTEGER AS id)`);
    const path = join(folder, 'data.parquet');
    await connection.run(`COPY data TO '${path}' (FORMAT parquet)`);
    dataset = await Dataset.open({ kind: 'file', path }, { signal });
    const { layout } = dataset;
    assert.ok(layout.names === 'paths' && layout.times?.length === 6);
    const sink = memorySink();
    await exportTo(dataset, { query: '', to: 'jsonl', sink }, { signal, progress: () => undefined });
    data = { format: 'jsonl', text: sink.text().trimEnd(), times: layout.times };
  });

  after(async () => {
    await dataset.close();
    connection.closeSync();
    await rm(folder, { recursive: true, force: true });
  });

  async function asked(query: string): Promise<unknown[][]> {
    const parsed = parseQuery(query);
    if (!parsed.ok) assert.fail(`${parsed.diagnostics[0].message} in: ${query}`);
    const printed = printQuery(parsed.query, 'duckdb', { file: 'data', format: 'jsonl' });
    if (!printed.ok) assert.fail(`${told(printed)} in: ${query}`);
    return rowsBy(printed.text.replace("read_ndjson('data')", 'data'));
  }

  async function rowsBy(sql: string): Promise<unknown[][]> {
    const result = await connection.runAndReadAll(sql);
    return result.getRows().map((row) => row.map(comparable));
  }

  async function exported(query: string): Promise<string[]> {
    const sink = memorySink();
    await exportTo(dataset, { query, to: 'jsonl', sink }, { signal, progress: () => undefined });
    return sink.text().split('\n').slice(0, -1);
  }

  it('beside texts, whatever hands them on', async () => {
    await fc.assert(
      fc.asyncProperty(fc.gen(), async (g) => {
        const query = new TimeQuery(g).text();
        g(fc.constant, query);
        const expected = await asked(query);
        assert.deepEqual(rowsOf(await exported(query)), expected, query);
        assert.deepEqual(rowsOf(await run(query, data, { blockSize: 300 })), expected, query);
        assert.deepEqual(rowsOf(await runInParts(query, data, { blockSize: 300 })), expected, query);
      }),
      { numRuns: runs(120, 5000), seed: runs(1, Math.floor(Math.random() * 2 ** 31)) },
    );
  });

  const numbers = (...parts: readonly string[]): string =>
    parts.map((part, at) => `${part} AS c${at}`).join(', ');
  const intervals = [
    'year',
    'quarter',
    'month',
    'day',
    'hour',
    'minute',
    'second',
    'millisecond',
    'decade',
    'epoch',
  ];
  for (const items of [
    numbers(
      'd + 30',
      '30 + d',
      'd - 1',
      'd + id',
      'd::date + 7',
      "d - DATE '2000-01-01'",
      "DATE '2024-01-01' + id",
    ),
    numbers(...intervals.map((part) => `date_part('${part}', i)`)),
    numbers(
      ...intervals.map((part) => `EXTRACT(${part} FROM i - INTERVAL '7 months 80 days 9 hours 7.5 seconds')`),
    ),
    numbers('hour(clock)', 'minute(clock)', 'EXTRACT(second FROM clock)', 'epoch(clock)', 'epoch(i)'),
    numbers(
      'day(t - v)',
      'hour(t - v)',
      "EXTRACT(minute FROM t::timestamp - TIMESTAMP '2024-01-01 00:30:00')",
    ),
    numbers(
      "i > INTERVAL '70 days'",
      "i = INTERVAL '1 month 3 days 7500 seconds'",
      'i BETWEEN INTERVAL 2 months AND INTERVAL 4 months',
    ),
    numbers(
      '(t + i)::timestamp',
      '(t - i)::timestamp',
      '(i + INTERVAL 1 day)::text',
      "(t + INTERVAL 1 day) > '2024-02-01'",
    ),
    numbers('epoch(i - i)', 'epoch(i + i)', '(i)::interval > INTERVAL 200 days'),
  ]) {
    it(`on days and intervals: ${items}`, async () => {
      const query = `SELECT id, ${items} |> ORDER BY id`;
      const expected = (await rowsBy(`SELECT id, ${items} FROM data ORDER BY id`)).map((row) =>
        row.map(withoutT),
      );
      assert.ok(expected.every((row) => row.some((cell) => cell !== null)));
      for (const lines of [
        await exported(query),
        await run(query, data),
        await runInParts(query, data, { blockSize: 300 }),
      ])
        assert.deepEqual(
          rowsOf(lines).map((row) => row.map(withoutT)),
          expected,
        );
    });
  }
});

/** A time as either engine writes it. */
function withoutT(cell: unknown): unknown {
  return typeof cell === 'string' ? cell.replace(/(\d)T(\d)/, '$1 $2') : cell;
}
