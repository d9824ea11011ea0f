import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Dataset } from '../../../src/engine/dataset/dataset.ts';
import { countTo } from '../../../src/engine/run/count.ts';
import { exportTo } from '../../../src/engine/run/export/export.ts';
import { stageTable } from '../../../src/engine/run/stageTable.ts';
import type { ByteSink } from '../../../src/engine/sink/byteSink.ts';
import type { ExportFormat, ExportSummary } from '../../../src/protocol/engine.ts';
import type { StageReport } from '../../../src/protocol/stages.ts';
import { ScanPools } from '../../support/pool.ts';

const context = { signal: new AbortController().signal, progress: () => undefined };
const blockSize = 16 * 1024;

/** Takes bytes and forgets them. */
function nowhere(): ByteSink {
  const done = (): Promise<void> => Promise.resolve();
  return { name: 'nowhere', write: done, commit: done, discard: done };
}

function reportOf({ stages }: ExportSummary): StageReport {
  assert.ok(stages, 'it was measured');
  return stages;
}

type Rows = readonly [name: string, rowsIn: number | undefined, rowsOut: number | undefined];

/** Of each line. */
function rowsOf(summary: ExportSummary): Rows[] {
  return reportOf(summary).lines.map(({ name, rowsIn, rowsOut }) => [name, rowsIn, rowsOut]);
}

describe('what the stages of a run took', () => {
  const count = 4000;
  const pools = new ScanPools();
  let folder = '';
  let size = 0;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rowriver-test-'));
    const lines = Array.from({ length: count }, (_, n) =>
      n % 1000 === 999
        ? '{"n":\n'
        : `{"n":${n},"even":${n % 2 === 0},"tags":["a","b"],"pad":"${'x'.repeat(n % 50)}"}\n`,
    );
    size = Buffer.byteLength(lines.join(''));
    await writeFile(join(folder, 'data.jsonl'), lines.join(''));
    // Lines inside quotes look like records, so that guesses of where a record begins go wrong.
    const rows = Array.from({ length: count }, (_, n) => `${n},"${'1,2\n'.repeat(n % 40)}"\n`);
    await writeFile(join(folder, 'data.csv'), `n,text\n${rows.join('')}`);
  });
  after(async () => {
    await pools.close();
    await rm(folder, { recursive: true });
  });

  async function measured(
    workers: number,
    query: string,
    {
      name = 'data.jsonl',
      to = 'jsonl',
      rejects,
      counts = false,
      measure = true,
    }: {
      readonly name?: string;
      readonly to?: ExportFormat;
      readonly rejects?: ByteSink;
      readonly counts?: boolean;
      readonly measure?: boolean;
    } = {},
  ): Promise<ExportSummary> {
    const dataset = await Dataset.open(
      { kind: 'file', path: join(folder, name) },
      { signal: context.signal, blockSize, pool: pools.of(workers) },
    );
    try {
      return counts
        ? await countTo(dataset, { query, rejects, measure }, context)
        : await exportTo(dataset, { query, to, sink: nowhere(), rejects, measure }, context);
    } finally {
      await dataset.close();
    }
  }

  const scan = ['scan', 4000, 3996] as const;
  const expected: [string, Rows[]][] = [
    ['', [scan, ['write', 3996, 3996]]],
    ['even', [scan, ['WHERE', 3996, 2000], ['write', 2000, 2000]]],
    [
      'even |> SELECT n |> WHERE n < 1000',
      [scan, ['WHERE', 3996, 500], ['SELECT', 500, 500], ['write', 500, 500]],
    ],
    ['|> EXTEND n * 2 AS m |> AS t', [scan, ['EXTEND', 3996, 3996], ['write', 3996, 3996]]],
    [
      "|> UNNEST tags AS tag |> WHERE tag = 'a' OR even |> SELECT n, tag",
      [scan, ['UNNEST', 3996, 7992], ['WHERE', 7992, 5996], ['SELECT', 5996, 5996], ['write', 5996, 5996]],
    ],
    [
      '|> AGGREGATE count(*) + 1 AS c GROUP BY n % 7 AS k |> WHERE k > 0',
      [scan, ['AGGREGATE', 3996, 7], ['WHERE', 7, 6], ['write', 6, 6]],
    ],
    [
      'even |> ORDER BY n DESC |> DROP tags |> LIMIT 5 OFFSET 2',
      [scan, ['WHERE', 3996, 2000], ['ORDER BY', 2000, 7], ['DROP', 7, 7], ['LIMIT', 7, 5], ['write', 5, 5]],
    ],
    ['|> ORDER BY n', [scan, ['ORDER BY', 3996, 3996], ['write', 3996, 3996]]],
    [
      '|> SELECT n % 10 AS k |> DISTINCT',
      [scan, ['SELECT', 3996, 3996], ['DISTINCT', 3996, 10], ['write', 10, 10]],
    ],
    ['|> TABLESAMPLE 50 ROWS', [scan, ['TABLESAMPLE', 3996, 50], ['write', 50, 50]]],
    [
      '|> EXTEND sum(n) OVER (ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS s',
      [scan, ['EXTEND', 3996, 3996], ['write', 3996, 3996]],
    ],
  ];
  for (const [query, lines] of expected) {
    it(`is told a stage, and what goes in is what came out before: ${query}`, async () => {
      for (const workers of [1, 2]) {
        const summary = await measured(workers, query);
        assert.deepEqual(rowsOf(summary), lines, `on ${workers}`);
        const [first] = reportOf(summary).lines;
        assert.equal(first.bytes, size);
        assert.equal(first.malformed, 4);
        assert.equal(summary.matched, lines.at(-1)?.[2]);
        assert.equal(reportOf(summary).lines.at(-1)?.bytes, summary.written);
        assert.ok(reportOf(summary).lines.every(({ ms }) => ms >= 0));
        assert.ok(reportOf(summary).threads <= workers);
      }
    });
  }

  it('counts rows once where stretches had to be scanned again', async () => {
    for (const workers of [1, 2, 4]) {
      assert.deepEqual(rowsOf(await measured(workers, 'n % 2 = 0', { name: 'data.csv' })), [
        ['scan', 4000, 4000],
        ['WHERE', 4000, 2000],
        ['write', 2000, 2000],
      ]);
      assert.deepEqual(
        rowsOf(await measured(workers, '|> AGGREGATE sum(n) AS s GROUP BY n % 3', { name: 'data.csv' })),
        [
          ['scan', 4000, 4000],
          ['AGGREGATE', 4000, 3],
          ['write', 3, 3],
        ],
      );
    }
  });

  it('shows how little LIMIT reads', async () => {
    for (const workers of [1, 2]) {
      for (const query of ['even |> LIMIT 3 OFFSET 1', '|> UNNEST tags AS tag |> LIMIT 3']) {
        const summary = await measured(workers, query);
        const { lines } = reportOf(summary);
        assert.ok((lines[0].bytes ?? 0) < size / 2, `${lines[0].bytes} of ${size} bytes`);
        assert.equal(lines.at(-1)?.rowsOut, 3);
        for (let i = 1; i < lines.length; i++)
          assert.equal(lines[i].rowsIn, lines[i - 1].rowsOut, lines[i].name);
      }
    }
  });

  it('is told of a count, which has no output', async () => {
    for (const [query, lines] of expected) {
      const summary = await measured(2, query, { counts: true });
      assert.deepEqual(rowsOf(summary), lines.slice(0, -1), query);
      assert.equal(reportOf(summary).lines.at(-1)?.rowsOut, summary.matched);
    }
  });

  it('has the malformed records that are put aside', async () => {
    for (const counts of [false, true]) {
      const summary = await measured(2, 'even |> LIMIT 5000 OFFSET 10', { rejects: nowhere(), counts });
      const written = [['write', 1990, 1990]].slice(counts ? 1 : 0);
      assert.deepEqual(rowsOf(summary), [
        scan,
        ['WHERE', 3996, 2000],
        ['LIMIT', 2000, 1990],
        ...written,
        ['rejects', 4, 4],
      ]);
      assert.ok((reportOf(summary).lines.at(-1)?.bytes ?? 0) > 0);
    }
  });

  it('names the pass in which columns are looked for', async () => {
    for (const query of ['even', '|> ORDER BY n']) {
      const names = reportOf(await measured(2, query, { to: 'csv' })).lines.map(({ name }) => name);
      assert.deepEqual(names.slice(0, 2), ['columns', 'scan']);
      assert.equal(names.filter((name) => name === 'scan').length, 1);
    }
  });

  it('is not asked for unasked', async () => {
    assert.equal((await measured(2, 'even', { measure: false })).stages, undefined);
    assert.equal((await measured(2, '|> ORDER BY n', { measure: false, counts: true })).stages, undefined);
    const dataset = await Dataset.open({ kind: 'file', path: join(folder, 'data.jsonl') }, context);
    try {
      const request = { query: undefined, output: { kind: 'count' } } as const;
      for await (const { result } of dataset.scan(request, context.signal))
        assert.equal(result?.work, undefined);
      let works = 0;
      for await (const { result } of dataset.scan({ ...request, measure: 'stages' }, context.signal))
        if (result?.work) works++;
      assert.ok(works > 0);
    } finally {
      await dataset.close();
    }
  });
});

describe('the table of stages', () => {
  it('is aligned, with rates and what is out of the ordinary', () => {
    const lines = [
      {
        name: 'scan',
        rowsIn: 1_234_567,
        rowsOut: 1_234_560,
        ms: 2000,
        bytes: 5e8,
        skipped: 2e9,
        malformed: 7,
      },
      { name: 'ORDER BY', rowsIn: 1_234_560, rowsOut: 1_234_560, ms: 31.25, spilled: 65_000_000 },
      { name: 'write', rowsIn: 1_234_560, rowsOut: 1_234_560, ms: 0.04, bytes: 999, waitedMs: 12_000 },
    ];
    assert.deepEqual(stageTable({ lines, threads: 2, elapsedMs: 13_500 }).split('\n'), [
      '13,500 ms in total; stage times are summed over 2 threads',
      '              rows in   rows out     ms',
      '  scan      1,234,567  1,234,560  2,000  500.0 MB, 250 MB/s per thread, 2.0 GB skipped by the index, 7 malformed',
      '  ORDER BY  1,234,560  1,234,560   31.3  65.0 MB in temporary files',
      '  write     1,234,560  1,234,560    0.0  999 B, 12,000 ms waiting for the output',
    ]);
    assert.equal(stageTable({ lines: [], threads: 1, elapsedMs: 1 }).split('\n')[0], '1.0 ms in total');
  });
});
