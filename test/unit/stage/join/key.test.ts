import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StageMetrics } from '../../../../src/engine/stage/context.ts';
import { run, runInParts, type TestData } from '../run.ts';

/** As JSON writes them: what equals another of them in one way or another, and what nearly does. */
const values = [
  ...['7', '"7"', '7.0', '"7.0"', '"7e0"', '700e-2', '" 7"', '"07"', '"+7"', '0', '-0', '"-0"', '1', '"1"'],
  ...['-7', '"-7"', '"--7"', '"-"', '123456789012345', '"123456789012345"', '-123456789012345'],
  ...['1234567890123456', '"1234567890123456"', '0.5', '-0.5', '4294967297', '"4294967297"'],
  ...['9007199254740993', '9007199254740992', '"9007199254740993"', '9007199254740993.0', '1e400', '"1e400"'],
  ...[
    'true',
    '"true"',
    '"TRUE"',
    '" True"',
    'false',
    '"false"',
    'null',
    '"null"',
    '""',
    '"NaN"',
    '0.1',
    '"0.10"',
  ],
  ...['"2024-01-01"', '"2024-01-01T00:00:00Z"', '"2024-01-01T01:00:00+01:00"', '"2024-01-01 00:00:00.000"'],
  ...[
    '1704067200',
    '1704067200000',
    '"1704067200"',
    '"1704067200000"',
    '1704067200.0',
    '20240101',
    '"20240101"',
  ],
  ...[
    '"a"',
    '"A"',
    '"x\\u0000"',
    '"x"',
    '[1]',
    '[1.0]',
    '"[1]"',
    '{"a":1,"b":2}',
    '{"b":2.0,"a":1}',
    '{"a":1}',
    '{}',
  ],
];
const fields = values
  .map((value) => {
    const read: unknown = JSON.parse(value);
    return typeof read === 'string' ? read : value;
  })
  .filter((field) => !/[[{\0]/.test(field));

type Format = TestData['format'];

const data: Record<Format, { readonly one: TestData; readonly pairs: TestData }> = {
  jsonl: {
    one: { format: 'jsonl', text: lines(values.map((value, at) => `{"i":${at},"k":${value}}`)) },
    pairs: {
      format: 'jsonl',
      text: lines(pairsOf(values, (i, l, j, r) => `{"i":${i},"l":${l},"j":${j},"r":${r}}`)),
    },
  },
  csv: {
    one: { format: 'csv', text: lines(['i,k', ...fields.map((field, at) => `${at},"${field}"`)]) },
    pairs: {
      format: 'csv',
      text: lines(['i,l,j,r', ...pairsOf(fields, (i, l, j, r) => `${i},"${l}",${j},"${r}"`)]),
    },
  },
};

function lines(all: readonly string[]): string {
  return all.map((line) => `${line}\n`).join('');
}

function pairsOf(
  of: readonly string[],
  written: (i: number, left: string, j: number, right: string) => string,
): string[] {
  return of.flatMap((left, i) => of.map((right, j) => written(i, left, j, right)));
}

/** Expressions of the key of each file. */
const keys: readonly (readonly [string, string])[] = [
  ['k', 'k'],
  ['lower(k)', 'k'],
  ['TRY_CAST(k AS number)', 'k'],
  ['k', 'TRY_CAST(k AS boolean)'],
  ['TRY_CAST(k AS timestamp)', 'k'],
  ['k', 'TRY_CAST(k AS date)'],
  ["TRY_CAST(k AS timestamp) + INTERVAL '0 day'", 'k'],
  ['k', 'coalesce(TRY_CAST(k AS timestamp), k)'],
  ['CASE WHEN k > 5 THEN TRY_CAST(k AS timestamp) ELSE k END', "date_trunc('day', k)"],
];

describe('the key of a JOIN', () => {
  for (const format of ['jsonl', 'csv'] as const) {
    const { one, pairs } = data[format];
    for (const [left, right] of keys) {
      const inPairs = (key: string, name: string): string => key.replaceAll(/\bk\b/g, name);
      const equals = (): Promise<string[]> =>
        run(`WHERE ${inPairs(left, 'l')} = ${inPairs(right, 'r')} |> SELECT i, j`, pairs);
      const joined = (key: string): string =>
        `JOIN 'same' AS o ON ${key} = ${inPairs(right, 'o.k')} |> SELECT i, o.j AS j`;
      const other: TestData = { ...one, text: one.text.replaceAll('"i":', '"j":').replace('i,', 'j,') };

      it(`finds what = finds: ${format}, ${left} and ${right}`, async () => {
        const expected = await equals();
        assert.deepEqual(await run(joined(left), one, { other }), expected);
        assert.deepEqual(await runInParts(joined(left), one, { other, blockSize: 300 }), expected);
      });

      it(`finds it in a column that was computed before: ${format}, ${left} and ${right}`, async () => {
        const query = `EXTEND ${left} AS made |> ${joined('made')}`;
        const expected = await equals();
        assert.deepEqual(await run(query, one, { other }), expected);
        assert.deepEqual(await runInParts(query, one, { other, blockSize: 300 }), expected);
      });
    }
  }

  it('is found in temporary files as in memory', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'rowriver-test-'));
    try {
      for (const format of ['jsonl', 'csv'] as const) {
        const { one } = data[format];
        const metrics: StageMetrics[] = [];
        for (const [left, right] of keys) {
          const query = `LEFT JOIN 'same' AS o ON ${left} = ${right.replaceAll(/\bk\b/g, 'o.k')}`;
          const spilled = await run(query, one, { budget: 2000, metrics, tempFolder: folder });
          assert.ok(
            metrics.some((stage) => stage.spilled > 0),
            'something was written',
          );
          assert.deepEqual(spilled, await run(query, one), query);
        }
        assert.ok(metrics.filter((stage) => stage.spilled > 0).length > 3, 'something was written');
      }
      assert.deepEqual(readdirSync(folder), []);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
