import assert from 'node:assert/strict';
import fc from 'fast-check';
import { run, runInParts, type TestData } from '../stage/run.ts';
import { QueryWriter, type Row } from './randomQuery.ts';

/** Bytes that are not UTF-8 and that read as one U+FFFD. */
const illFormed = ['ff', 'fe', '80', 'c3', 'e282', 'f09f98'].map((hex) => Buffer.from(hex, 'hex'));

const word = fc.constantFrom(
  '\ufffd',
  'a\ufffd',
  '\ufffdb',
  'b\ufffda',
  'ä\ufffd',
  'a',
  'ab',
  'ä',
  '\uffff',
  '😀',
);
const table = fc
  .array(
    fc.record({
      i: fc.option(fc.integer({ min: -5, max: 9 }), { freq: 5 }),
      d: fc.constant(0.25),
      s: fc.option(word, { freq: 5 }),
      u: fc.option(word, { freq: 5 }),
      b: fc.option(fc.boolean(), { freq: 5 }),
    }),
    { minLength: 5, maxLength: 30 },
  )
  .map((rows) => rows.map((row, at): Row => ({ id: at + 1, ...row })));

/** The same table twice: with U+FFFD, and with bytes that read so. */
function pairOf(rows: readonly Row[], seed: number): readonly [well: TestData, ill: TestData] {
  const cell = (value: string | number | boolean | null, at: number): string =>
    value === null ? '' : typeof value === 'string' && at % 2 === 0 ? `"${value}"` : String(value);
  const lines = rows.map(({ id, i, d, s, u, b }, row) =>
    [id, i, d, s, u, b].map((value, at) => cell(value, at + row)).join(','),
  );
  const text = `id,i,d,s,u,b\n${lines.join('\n')}\n`;
  let next = seed;
  const parts: Buffer[] = [];
  for (const [at, part] of text.split('\ufffd').entries()) {
    if (at > 0) parts.push(illFormed[next++ % illFormed.length]);
    parts.push(Buffer.from(part));
  }
  assert.equal(Buffer.concat(parts).toString(), text);
  return [
    { format: 'csv', text },
    { format: 'csv', text, bytes: Buffer.concat(parts) },
  ];
}

const named = [
  'SELECT id, s',
  'AGGREGATE count(*) AS n GROUP BY s',
  'AGGREGATE count(*) AS n GROUP BY s, u',
  'SELECT s |> DISTINCT',
  'ORDER BY s, u DESC |> SELECT s, u',
  'ORDER BY s DESC |> LIMIT 3 |> SELECT s, id',
  'AGGREGATE min(s) AS l, max(s) AS m, any_value(s) AS a, mode(s) AS o, count(DISTINCT s) AS n',
  "AGGREGATE string_agg(s, '-') AS t, list(s ORDER BY s) AS l, list(DISTINCT u) AS d GROUP BY b",
  'UNNEST [s, u] AS x |> SELECT id, x',
  'SELECT id, lag(s) OVER (PARTITION BY u) AS x, max(s) OVER (ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING) AS m',
  ...['\ufffd', 'a\ufffd', '\uffff', 'ä'].flatMap((text) =>
    ['=', '<>', '<', '<=', '>', '>='].map((operator) => `s ${operator} '${text}' |> SELECT id`),
  ),
  "s IN ('\ufffd', 'b\ufffda', 'a') |> SELECT id",
  "s NOT IN ('\ufffd', 'b\ufffda') |> SELECT id",
  "s BETWEEN '\ufffd' AND '\uffff' |> SELECT id",
  ...["'%\ufffd%'", "'\ufffd%'", "'%\ufffd'", "'_'", "'_\ufffd'", "'%b'", "'a_'"].flatMap((pattern) => [
    `s LIKE ${pattern} |> SELECT id`,
    `s NOT ILIKE ${pattern} |> SELECT id`,
  ]),
  ...["'\ufffd'", "'^.$'", "'^..$'", "'[^a]'", "'\\x{fffd}a'"].flatMap((pattern) => [
    `s ~ ${pattern} |> SELECT id`,
    `s !~* ${pattern} |> SELECT id`,
  ]),
  "SELECT length(s) AS n, reverse(s) AS r, replace(s, '\ufffd', '?') AS p, upper(s) AS u, s || u AS c",
  's = u |> SELECT id',
  's IS NOT NULL AND length(s) = 1 |> SELECT id',
] as const;

describe('bytes that are not UTF-8', () => {
  const [rows] = fc.sample(table, { numRuns: 1, seed: 7 });

  for (const query of named) {
    it(`are U+FFFD to ${query}`, async () => {
      const [well, ill] = pairOf(rows, 0);
      const expected = await run(query, well, { blockSize: 60 });
      assert.deepEqual(await run(query, ill, { blockSize: 60 }), expected);
      assert.deepEqual(await runInParts(query, ill, { blockSize: 60 }), expected);
    });
  }

  it('are U+FFFD to any query', async () => {
    await fc.assert(
      fc.asyncProperty(table, fc.nat({ max: 5 }), fc.gen(), async (rows, first, g) => {
        const { text } = new QueryWriter(g).query();
        g(fc.constant, text);
        const [well, ill] = pairOf(rows, first);
        assert.deepEqual(
          await run(text, ill, { blockSize: 200 }),
          await run(text, well, { blockSize: 200 }),
          text,
        );
        assert.deepEqual(
          await runInParts(text, ill, { blockSize: 200 }),
          await runInParts(text, well, { blockSize: 200 }),
          text,
        );
      }),
      { numRuns: 200 },
    );
  });
});
