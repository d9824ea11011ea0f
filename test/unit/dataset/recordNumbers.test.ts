import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Dataset } from '../../../src/engine/dataset/dataset.ts';
import { plannedFor } from '../../../src/engine/dataset/plan.ts';
import { pipeOperators } from '../../../src/engine/query/operator/operators.ts';
import { exportTo } from '../../../src/engine/run/export/export.ts';
import { memorySink } from '../../support/memorySink.ts';
import { scanPool } from '../../support/pool.ts';

const context = { signal: new AbortController().signal, progress: () => undefined };

/** What names a column, of each operator that can; undefined: it names none. */
const naming: Readonly<Record<string, string | undefined>> = {
  WHERE: 'WHERE _line > 1',
  SELECT: 'SELECT _line',
  EXTEND: 'EXTEND n + _line AS k',
  SET: 'SET n = _line',
  DROP: undefined,
  RENAME: undefined,
  DISTINCT: undefined,
  AGGREGATE: 'AGGREGATE count(*) FILTER (WHERE n > _line)',
  'ORDER BY': 'ORDER BY _line DESC',
  LIMIT: undefined,
  OFFSET: undefined,
  TABLESAMPLE: undefined,
  UNNEST: 'UNNEST [_line] AS k',
  JOIN: "JOIN 'other.csv' AS o ON _line = o.line",
  'LEFT JOIN': "LEFT JOIN 'other.csv' AS o ON n = o.n AND o.k < _line",
  'SEMI JOIN': "SEMI JOIN 'other.csv' AS o ON _line = o.line",
  'ANTI JOIN': "ANTI JOIN 'other.csv' AS o ON _line = o.line",
  FILL: 'FILL _line',
  DESCRIBE: 'DESCRIBE _line',
  TOP: 'TOP 2 OF _line',
  // What it is told of a record is looked up where it is asked for.
  CALL: undefined,
  AS: undefined,
  POST: undefined,
  INTO: undefined,
};

describe('numbers of lines and records', () => {
  let folder = '';
  before(async () => (folder = await mkdtemp(join(tmpdir(), 'rowriver-numbers-'))));
  after(() => rm(folder, { recursive: true }));

  it('are known to be asked for, whatever operator names them', () => {
    assert.deepEqual(Object.keys(naming).sort(), [...new Set(pipeOperators.map(({ word }) => word))].sort());
    for (const operator of Object.values(naming)) {
      if (operator === undefined) continue;
      const { plan } = plannedFor(`n > 0 |> ${operator}`, { kind: 'jsonl' });
      assert.equal(plan.needsPosition, true, operator);
      const offsets = plannedFor(operator.replaceAll('_line', '_offset').replace(/^/, '|> '), {
        kind: 'jsonl',
      });
      assert.deepEqual([offsets.plan.needsOffsets, offsets.plan.needsPlaces], [true, true], operator);
      const errors = plannedFor(operator.replaceAll('_line', '_error').replace(/^/, '|> '), {
        kind: 'jsonl',
      });
      assert.equal(errors.plan.needsFaulty, true, operator);
    }
    const { plan } = plannedFor('|> EXTEND 1 AS _line |> WHERE _line = 1', { kind: 'jsonl' });
    assert.equal(plan.needsPosition, false, 'a column of the query that has the name');
  });

  it('are right where workers read a file that nothing is known of', async () => {
    const path = join(folder, 'events.jsonl');
    await writeFile(path, Array.from({ length: 4000 }, (_, i) => `{"n":${i}}\n`).join(''));
    const pool = scanPool(2);
    try {
      for (const [query, found] of [
        ['|> DESCRIBE _line |> SELECT min, max', '{"min":1,"max":4000}\n'],
        ['|> FILL _record |> SELECT * |> LIMIT 1 OFFSET 3998', '{"n":3998,"_record":3999}\n'],
      ] as const) {
        const dataset = await Dataset.open({ kind: 'file', path }, { ...context, pool, blockSize: 1024 });
        try {
          const sink = memorySink();
          await exportTo(dataset, { query, to: 'jsonl', sink }, context);
          assert.equal(sink.text(), found, query);
        } finally {
          await dataset.close();
        }
      }
    } finally {
      await pool.close();
    }
  });
});
