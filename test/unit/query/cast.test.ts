import assert from 'node:assert/strict';
import { run } from '../stage/run.ts';

async function valuesOf(text: string): Promise<unknown> {
  const [row] = await run(`SELECT ${text} AS it`, { format: 'jsonl', text: '{}' });
  const { it } = JSON.parse(row) as { it: unknown };
  return it;
}

describe('a cast', () => {
  // As DuckDB has them: SELECT TRY_CAST(… AS …).
  for (const [text, expected] of [
    ['870.76::decimal(10,1)', 870.8],
    ["CAST('870.76' AS numeric(8, 0))", 871],
    ['(-2.5)::decimal(4)', -3],
    ['2.44999::decimal(10, 1)', 2.4],
    ['true::decimal(3, 1)', 1],
    ['0.05::decimal(1, 1)', 0.1],
    ['0.96::decimal(1, 1)', null],
    ['0::decimal(1, 1)', 0],
    ['12345.6::decimal(4, 0)', null],
    ['9999.4::decimal(4, 0)', 9999],
    ['9999.5::decimal(4, 0)', null],
    ['99.96::decimal(3, 1)', null],
    ["'abc'::decimal(3, 1)", null],
    ['1e37::decimal(38, 0)', 1e37],
    ['1e38::decimal(38, 0)', null],
    ['12.345::decimal', 12.345],
    ["'abcdef'::varchar(3)", 'abcdef'],
    ["'true'::integer", null],
    ["'5'::boolean", null],
    ["' T '::boolean", true],
    ["'yes'::boolean", true],
    ["'n'::boolean", false],
    ["'0'::boolean", false],
    ["'on'::boolean", null],
    ["'t' = TRUE", null],
  ] as const)
    it(`${text} is ${String(expected)}`, async () => assert.equal(await valuesOf(text), expected));

  it('to a decimal of a size rounds before the values are summed', async () => {
    const data = { format: 'csv', text: 'a\n0.5\n1.4\n2.5\n' } as const;
    assert.deepEqual(await run('AGGREGATE sum(a::decimal(10, 0)) AS it', data), ['{"it":5}']);
  });

  it('takes the booleans and the numbers of a table for such, as those of JSON', async () => {
    const query = `SELECT ok::integer AS i, ok::double AS d, ok::decimal(3, 1) AS c, ok::number AS n, ok::boolean AS b,
      ms::boolean AS m, ms::integer AS w`;
    const expected = [
      '{"i":1,"d":1,"c":1,"n":1,"b":true,"m":true,"w":3}',
      '{"i":0,"d":0,"c":0,"n":0,"b":false,"m":false,"w":0}',
    ];
    assert.deepEqual(await run(query, { format: 'csv', text: 'ok,ms\ntrue,2.5\nfalse,0\n' }), expected);
    const text = '{"ok":true,"ms":2.5}\n{"ok":false,"ms":0}\n';
    assert.deepEqual(await run(query, { format: 'jsonl', text }), expected);
  });

  it('of the booleans of a table can be counted with', async () => {
    const data = { format: 'csv', text: 'ok\ntrue\nfalse\ntrue\nTRUE\n\n' } as const;
    assert.deepEqual(await run('AGGREGATE avg(ok::integer) AS it, bool_and(ok) AS all', data), [
      '{"it":0.75,"all":false}',
    ]);
  });
});
