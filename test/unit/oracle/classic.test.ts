import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc, { type GeneratorValue } from 'fast-check';
import { parseQuery } from '../../../src/engine/query/index.ts';
import { runs } from '../../support/long.ts';
import { run, type TestData } from '../stage/run.ts';
import { comparable, rowsOf } from './answers.ts';

const queries = runs(400, 5000);
const seed = Number(process.env.ROWRIVER_ORACLE_SEED ?? runs(1, Math.floor(Math.random() * 2 ** 31)));

const rows = Array.from({ length: 40 }, (_, id) => ({
  id,
  a: ['x', 'X', 'y', null, 'Y'][(id * 7) % 5],
  b: ['p', 'q', 'x'][(id * 5) % 3],
  n: [1, 2, null, 3][(id * 11) % 4],
  m: ((id * 13) % 7) - 3,
}));
const data: TestData = { format: 'jsonl', text: rows.map((row) => JSON.stringify(row)).join('\n') };

interface Item {
  readonly expression: string;
  readonly name: string;
}

/**
 * A query in the order of SQL, whose items often have the name of a column that they use. The order is that of all
 * items in the end, so that both engines have only one to give.
 */
function classicQuery(g: GeneratorValue): string {
  const pick = <T>(...of: readonly T[]): T => of[g(fc.nat, { max: of.length - 1 })];
  const flip = (times = 2): boolean => pick(...Array.from({ length: times }, (_, at) => at === 0));
  const value = (): string =>
    pick('a', 'b', 'n', 'm', 'lower(a)', 'upper(b)', 'a || b', 'n + m', 'm * 2', 'abs(m)', 'id % 3');
  const aggregate = (): string =>
    pick(
      ...[
        'count(*)',
        `count(${value()})`,
        `min(${value()})`,
        `max(${value()})`,
        'sum(m * 2)',
        'sum(n + m) + 1',
      ],
      ...[`count(DISTINCT ${value()})`, 'max(n) - min(m)', 'count(*) FILTER (WHERE m > 0)'],
    );
  const window = (): string =>
    pick(
      `row_number() OVER (PARTITION BY ${value()} ORDER BY ${value()}, id)`,
      `rank() OVER (ORDER BY ${value()} DESC)`,
      `lag(${value()}) OVER (ORDER BY id)`,
      `sum(m) OVER (PARTITION BY ${value()})`,
      `count(*) OVER ()`,
    );
  const groupWindow = (): string =>
    pick('rank() OVER (ORDER BY count(*) DESC)', 'sum(count(*)) OVER ()', 'max(sum(m)) OVER ()');
  const grouped = flip();
  const keys = grouped ? Array.from({ length: pick(0, 1, 2) }, value) : [];
  const expressions = grouped
    ? [...keys.filter(() => !flip(5)), ...Array.from({ length: pick(1, 2) }, aggregate)]
    : Array.from({ length: pick(1, 2, 3) }, value);
  if (flip(4)) expressions.push(grouped ? groupWindow() : window());
  const used = expressions.join(' ').match(/\b[abnm]\b/g) ?? [];
  const taken = new Set<string>();
  const items: Item[] = expressions.map((expression) => {
    const wanted = pick('', 'k1', 'k2', ...used);
    const isFree = wanted !== '' && !taken.has(wanted) && !expressions.includes(wanted);
    if (isFree) taken.add(wanted);
    return { expression, name: isFree ? wanted : '' };
  });
  const given = items.filter(({ name }) => name !== '').map(({ name }) => name);
  const grouping = keys.map((key) => {
    const at = items.findIndex(({ expression }) => expression === key);
    const name = items.at(at)?.name ?? '';
    const own = name.startsWith('k') ? name : key;
    return at === -1 ? key : pick(key, String(at + 1), own);
  });
  const hasWindow = expressions.some((expression) => expression.includes('OVER'));
  const qualify = pick(
    `${grouped ? groupWindow() : window()} ${pick('<', '>=')} 3`,
    ...(hasWindow ? given.map((name) => `${name} > 1`) : []),
  );
  const having = pick('count(*) > 2', 'sum(m) > 0', ...given.map((name) => `${name} > 1`), ...keys);
  const fresh = given.filter((name) => name.startsWith('k')).map((name) => `${name} || ''`);
  const sorting = pick(...items.map(({ expression }) => expression), ...given, ...fresh);
  const isDistinct = flip(4);
  const lines = [
    `SELECT ${isDistinct ? 'DISTINCT ' : ''}${items.map(({ expression, name }) => `${expression}${name && ` AS ${name}`}`).join(', ')} FROM data`,
    ...(flip(3) ? [pick('WHERE m > 0', "WHERE b <> 'q' OR n = 1")] : []),
    ...(keys.length > 0 ? [`GROUP BY ${grouping.join(', ')}`] : []),
    ...(grouped && flip(3) ? [`HAVING ${having}`] : []),
    ...(flip(4) ? [`QUALIFY ${qualify}`] : []),
    `ORDER BY ${flip(6) ? 'ALL' : [...(flip() ? [`${sorting}${pick('', ' DESC')}`] : []), ...items.map((_, at) => at + 1)].join(', ')}`,
    ...(flip(5)
      ? [
          pick(
            'FETCH FIRST 5 ROWS ONLY',
            'OFFSET 2 ROWS FETCH NEXT ROW ONLY',
            'OFFSET 1 LIMIT 4',
            'LIMIT ALL',
          ),
        ]
      : []),
  ];
  return lines.join(' ');
}

describe('DuckDB agrees on classic SQL', () => {
  let connection: DuckDBConnection;
  let folder: string;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'rowriver-classic-'));
    const instance = await DuckDBInstance.create(':memory:', {
      threads: '1',
      default_null_order: 'nulls_last',
    });
    connection = await instance.connect();
    const file = join(folder, 'data.jsonl');
    writeFileSync(file, data.text);
    const columns = "{id: 'BIGINT', a: 'VARCHAR', b: 'VARCHAR', n: 'BIGINT', m: 'BIGINT'}";
    await connection.run(`CREATE TABLE data AS FROM read_ndjson('${file}', columns = ${columns})`);
  });

  after(() => {
    connection.closeSync();
    rmSync(folder, { recursive: true, force: true });
  });

  async function expected(query: string): Promise<unknown[][] | undefined> {
    try {
      const answer = await connection.runAndReadAll(query);
      return answer.getRows().map((row) => row.map(comparable));
    } catch {
      return undefined;
    }
  }

  for (const query of [
    // Found by the long run.
    'SELECT abs(m) AS k2, a, count(*) AS m FROM data GROUP BY 1, a HAVING abs(m) ORDER BY k2 DESC, 1, 2, 3',
    'SELECT -m AS m, count(*) AS n FROM data GROUP BY -m HAVING -m > 0 ORDER BY 1',
    'SELECT m AS k2, count(*) AS m FROM data GROUP BY 1 HAVING abs(m) = 1 ORDER BY 1',
    'SELECT -m AS m, count(*) AS n FROM data GROUP BY -m ORDER BY -m',
    'SELECT a, count(*) AS c, b FROM data GROUP BY ALL ORDER BY 1, 3',
    'SELECT abs(m) AS k, n, sum(m) + 1 AS s FROM data WHERE id > 2 GROUP BY all HAVING count(*) > 0 ORDER BY k, n',
    'SELECT count(*) AS c, max(m) AS x FROM data GROUP BY ALL',
    'SELECT DISTINCT m AS a FROM data GROUP BY ALL ORDER BY a',
    // Windows look at the rows before ORDER BY and QUALIFY do.
    'SELECT id, lag(m) OVER () AS p FROM data ORDER BY id DESC',
    'SELECT id, row_number() OVER (PARTITION BY b ORDER BY m, id) AS n FROM data ORDER BY n, 1',
    'SELECT * FROM data QUALIFY row_number() OVER (PARTITION BY b ORDER BY m DESC, id) <= 2 ORDER BY id',
    'SELECT id, count(*) OVER (PARTITION BY a) AS c FROM data QUALIFY rank() OVER (ORDER BY m) = 1 ORDER BY id',
    'SELECT d.*, sum(m) OVER (PARTITION BY b) AS s FROM data AS d WHERE m > 0 QUALIFY s > 5 ORDER BY s DESC, id',
    'SELECT DISTINCT b, count(*) OVER (PARTITION BY b) AS n FROM data QUALIFY n > 2 ORDER BY n DESC, b LIMIT ALL OFFSET 1',
    'SELECT b, count(*) AS c FROM data GROUP BY b HAVING c > 1 QUALIFY rank() OVER (ORDER BY count(*) DESC) = 1 ORDER BY ALL',
    'SELECT b, id FROM data ORDER BY ALL DESC FETCH FIRST 7 ROWS ONLY',
    'SELECT b, id FROM data ORDER BY 2 OFFSET 3 ROWS FETCH NEXT ROW ONLY',
    "SELECT position('x' IN b) AS p, trim(BOTH 'x' FROM b) AS t, trim(LEADING 'p' FROM b) AS l, substring(b || 'yz' FROM 2 FOR 1) AS s, substring(b || 'yz' FOR 2) AS f FROM data ORDER BY id",
    'SELECT b, percentile_cont(0.3) WITHIN GROUP (ORDER BY m) AS c, percentile_disc(0.3) WITHIN GROUP (ORDER BY m) FILTER (WHERE m > 0) AS d FROM data GROUP BY b ORDER BY b',
  ]) {
    it(query, async () => {
      const rows = await expected(query);
      assert(rows);
      assert.deepEqual(rowsOf(await run(query, data, { blockSize: 300 })), rows);
    });
  }

  it('whatever the names of SELECT hide', async () => {
    let compared = 0;
    await fc.assert(
      fc.asyncProperty(fc.gen(), async (g) => {
        const query = classicQuery(g);
        g(fc.constant, query);
        const rows = await expected(query);
        if (rows === undefined || !parseQuery(query).ok) return;
        compared++;
        assert.deepEqual(rowsOf(await run(query, data, { blockSize: 300 })), rows, query);
      }),
      { numRuns: queries, seed, endOnFailure: true },
    );
    assert.ok(compared > queries * 0.7, `${compared} of ${queries} were compared`);
  });
});
