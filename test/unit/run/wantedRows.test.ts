import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import { ByteWriter } from 'hyparquet-writer';
import { writeMetadata } from 'hyparquet-writer/src/metadata.js';
import assert from 'node:assert/strict';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Dataset } from '../../../src/engine/dataset/dataset.ts';
import { plannedFor } from '../../../src/engine/dataset/plan.ts';
import { exportTo } from '../../../src/engine/run/export/export.ts';
import { TableRun } from '../../../src/engine/run/tableRun.ts';
import { wantedRows } from '../../../src/engine/run/wantedRows.ts';
import type { ExportProgress } from '../../../src/protocol/engine.ts';
import { bytesRead } from '../../support/bytesRead.ts';
import { memorySink } from '../../support/memorySink.ts';
import { parquetTextFrom } from '../../support/parquetText.ts';
import { Preview } from '../../support/preview.ts';

const { signal } = new AbortController();
const rows = 10_000;

describe('the rows that a query wants of a Parquet file', () => {
  let connection: DuckDBConnection;
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rowriver-test-'));
    const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
    connection = await instance.connect();
    await connection.run(
      `CREATE TABLE t AS SELECT i AS id, (hash(i) % 500)::INTEGER AS n,
        CASE WHEN i % 3 = 0 THEN NULL ELSE (hash(i) % 90)::DECIMAL(9,2) / 4 END AS price,
        md5('a' || i) || md5('b' || i) || md5('c' || i) || md5('d' || i) AS pad,
        {'x': i % 3, 'y': ['a' || i, NULL]} AS user, [{'k': i, 'l': [i % 5]}] AS items FROM range(${rows}) r(i)`,
    );
  });

  after(async () => {
    connection.closeSync();
    await rm(folder, { recursive: true });
  });

  /** Writes the table, and opens the file. */
  async function opened(options: string): Promise<{ readonly path: string; readonly file: Dataset }> {
    const path = join(folder, 'data.parquet');
    await connection.run(`COPY (SELECT * FROM t ORDER BY id) TO '${path}' (FORMAT parquet${options})`);
    return { path, file: await Dataset.open({ kind: 'file', path }, { signal }) };
  }

  async function exported(file: Dataset, query: string) {
    const sink = memorySink();
    const asked = { query, to: 'jsonl', sink } as const;
    const { matched, records } = await exportTo(file, asked, { signal, progress: () => undefined });
    return { text: sink.text(), matched, records };
  }

  /** The rows of each query are whole records, in the order of those that SQL gives. */
  const queries: readonly (readonly [query: string, sql: string])[] = [
    ['n = 7', 'WHERE n = 7 ORDER BY id'],
    ['n = 7 |> ORDER BY price', 'WHERE n = 7 ORDER BY price NULLS LAST, id'],
    ['|> ORDER BY n |> LIMIT 9', 'ORDER BY n, id LIMIT 9'],
    ['|> ORDER BY price DESC, n |> LIMIT 30', 'ORDER BY price DESC NULLS LAST, n, id LIMIT 30'],
    ['|> ORDER BY price DESC |> LIMIT 30 OFFSET 5', 'ORDER BY price DESC NULLS LAST, id LIMIT 30 OFFSET 5'],
    ['price IS NULL AND n < 20 |> LIMIT 12', 'WHERE price IS NULL AND n < 20 ORDER BY id LIMIT 12'],
    ["user.x = 1 AND user.y[1] LIKE '%99'", "WHERE user.x = 1 AND user.y[1] LIKE '%99' ORDER BY id"],
    [
      '|> ORDER BY n |> LIMIT 40 |> ORDER BY price DESC |> WHERE id % 2 = 0',
      'JOIN (SELECT id FROM t ORDER BY n, id LIMIT 40) USING (id) WHERE id % 2 = 0 ORDER BY price DESC NULLS LAST, n, id',
    ],
    ['n < 490 |> ORDER BY n DESC |> LIMIT 3', 'WHERE n < 490 ORDER BY n DESC, id LIMIT 3'],
    ['n < 490', 'WHERE n < 490 ORDER BY id'],
    ['n = 1000', 'WHERE false'],
  ];
  for (const options of [', ROW_GROUP_SIZE 4096', ", PARQUET_VERSION 'V2', CODEC 'zstd'"]) {
    it(`are those that DuckDB gives${options}`, async () => {
      const { path, file } = await opened(options);
      try {
        const lines = (await parquetTextFrom(path, 0)).split('\n');
        for (const [query, sql] of queries) {
          const { text, matched } = await exported(file, query);
          const ids = (await connection.runAndReadAll(`SELECT id FROM t ${sql}`)).getRows().map(([id]) => id);
          assert.equal(text, ids.map((id) => `${lines[Number(id)]}\n`).join(''), query);
          assert.equal(matched, ids.length, query);
        }
      } finally {
        await file.close();
      }
    });
  }

  it('are given to what follows, and numbers of records are those of the file', async () => {
    const { file } = await opened(', ROW_GROUP_SIZE 4096');
    try {
      const found = [
        await exported(file, 'id = 9000 |> SELECT id, user.x AS x, items[1].k AS k'),
        await exported(file, 'id > 9000 |> SELECT _record AS r, user.x AS x |> LIMIT 1'),
        await exported(file, '|> ORDER BY id DESC |> LIMIT 2 |> AGGREGATE sum(items[1].k) AS s'),
        await exported(file, 'SELECT user.x AS x, id WHERE n = 7 AND id < 5000 ORDER BY id DESC LIMIT 1'),
      ];
      const [[last]] = (
        await connection.runAndReadAll('SELECT max(id) FROM t WHERE n = 7 AND id < 5000')
      ).getRows();
      assert.deepEqual(
        found.map(({ text }) => text),
        [
          '{"id":9000,"x":0,"k":9000}\n',
          '{"r":9002,"x":1}\n',
          `{"s":${2 * rows - 3}}\n`,
          `{"x":${Number(last) % 3},"id":${Number(last)}}\n`,
        ],
      );
      assert.equal(found[0].records, rows);
    } finally {
      await file.close();
    }
  });

  it('are none of a file without row groups', async () => {
    const path = join(folder, 'none.parquet');
    const names = ['id', 'note'];
    const writer = new ByteWriter();
    writer.appendBytes(Buffer.from('PAR1'));
    writeMetadata(writer, {
      version: 2,
      schema: [
        { name: 'root', num_children: names.length },
        ...names.map((name) => ({ name, type: 'INT64', repetition_type: 'OPTIONAL' }) as const),
      ],
      num_rows: 0n,
      row_groups: [],
      metadata_length: 0,
    });
    writer.appendBytes(Buffer.from('PAR1'));
    await writeFile(path, writer.getBytes());
    const file = await Dataset.open({ kind: 'file', path }, { signal });
    try {
      for (const query of ['id > 3', '|> ORDER BY id LIMIT 2']) {
        assert.deepEqual(await exported(file, query), { text: '', matched: 0, records: 0 });
      }
      const run = new TableRun(1, plannedFor('|> ORDER BY id', file.recognised.format), file);
      const { phase, matched } = await run.run(signal, () => undefined);
      await run.close();
      assert.deepEqual([phase, matched], ['done', 0]);
    } finally {
      await file.close();
    }
  });

  it('are not looked for where a program is told of records by their numbers', async () => {
    const { file } = await opened('');
    try {
      const wants = async (query: string): Promise<boolean> => {
        const planned = plannedFor(query, file.recognised.format, { calls: true });
        return (await wantedRows(file, planned, signal, () => undefined)) !== undefined;
      };
      assert.deepEqual([await wants('id = 9000'), await wants("id = 9000 |> CALL 'a.mjs'")], [true, false]);
    } finally {
      await file.close();
    }
  });

  it('are looked for in the time and among the bytes of their export', async () => {
    const { file } = await opened(', ROW_GROUP_SIZE 2048');
    try {
      const states: ExportProgress[] = [];
      const progress = (state: ExportProgress): void => void states.push(state);
      const asked = { query: 'n = 7', to: 'jsonl', sink: memorySink() } as const;
      states.push(await exportTo(file, asked, { signal, progress }));
      assert.ok(states.length > 1);
      for (const key of ['scanned', 'elapsedMs'] as const) {
        const all = states.map((state) => state[key]);
        assert.deepEqual(
          all,
          all.toSorted((a, b) => a - b),
        );
      }
    } finally {
      await file.close();
    }
  });

  it('are all that is read of the other columns', async () => {
    const { path, file } = await opened(', ROW_GROUP_SIZE 2048');
    const { size } = await stat(path);
    try {
      for (const query of ['id = 9000', '|> ORDER BY id DESC |> LIMIT 5', 'n = 3 |> LIMIT 1']) {
        const { bytes, result } = await bytesRead(() => exported(file, query));
        assert.ok(result.matched > 0);
        assert.ok(bytes * 3 < size, `${bytes} of ${size} bytes for ${query}`);
      }
      const query = 'id = 9000 |> AGGREGATE max(pad) AS pad, count(*) AS n';
      const run = new TableRun(1, plannedFor(query, file.recognised.format), file);
      const { bytes, result } = await bytesRead(() => run.run(signal, () => undefined));
      await run.close();
      assert.deepEqual([result.phase, result.matched, result.records], ['done', 1, rows]);
      assert.ok(bytes * 3 < size, `${bytes} of ${size} bytes for ${query}`);
    } finally {
      await file.close();
    }
  });

  it('are made as they are looked at where a preview sorts them', async () => {
    const { path, file } = await opened(', ROW_GROUP_SIZE 2048');
    const { size } = await stat(path);
    const lines = (await parquetTextFrom(path, 0)).split('\n');
    try {
      for (const [order, isNear] of [
        ['price DESC', false],
        ['id DESC', true],
      ] as const) {
        const sql = `SELECT id FROM t WHERE n < 490 ORDER BY ${order} NULLS LAST, id`;
        const ids = (await connection.runAndReadAll(sql)).getRows().map(([id]) => Number(id));
        const expected = (first: number, count: number): string =>
          ids
            .slice(first, first + count)
            .map((id) => lines[id])
            .join('\n');
        const query = plannedFor(`n < 490 |> ORDER BY ${order}`, file.recognised.format);
        const run = new TableRun(1, query, file);
        const pageOf = async (first: number, count: number): Promise<string> => {
          const { text, ends } = await run.page(first, count, { kind: 'raw', limit: 1000 }, signal);
          const cells = [...ends].map((end, at) => text.subarray(at === 0 ? 0 : ends[at - 1], end));
          return cells.map((cell) => Buffer.from(cell).toString()).join('\n');
        };
        try {
          const sort = await bytesRead(() => run.run(signal, () => undefined));
          const { phase, matched, records, scanned, skipped, total } = sort.result;
          assert.equal(scanned + skipped, total);
          assert.deepEqual([phase, matched, records], ['done', ids.length, rows]);
          const page = await bytesRead(() => pageOf(5000, 3));
          assert.equal(page.result, expected(5000, 3));
          // All rows are more than what a page is asked for at first.
          assert.equal(await pageOf(0, ids.length), expected(0, ids.length));
          assert.equal(run.records?.[5000], ids[5000]);
          if (!isNear) continue;
          assert.ok(sort.bytes * 2 < size, `${sort.bytes} of ${size} bytes for the sort`);
          assert.ok(page.bytes * 2 < size, `${page.bytes} of ${size} bytes for a page`);
        } finally {
          await run.close();
        }
      }
    } finally {
      await file.close();
    }
  });

  it('are found and counted before and behind a row where a preview sorts them, whatever was read of them', async () => {
    const { path, file } = await opened(', ROW_GROUP_SIZE 2048');
    await file.close();
    const shuffled = (
      await connection.runAndReadAll('SELECT id FROM t WHERE n < 490 ORDER BY n, id')
    ).getRows();
    for (const [query, ids] of [
      ['|> ORDER BY id DESC', Array.from({ length: rows }, (_, i) => rows - 1 - i)],
      ['n < 490 |> ORDER BY n', shuffled.map(([id]) => Number(id))],
    ] as const) {
      const holding = ids.flatMap((id, row) => (`${id}`.endsWith('77') ? [row] : []));
      const preview = await Preview.open(path);
      try {
        const { view } = await preview.page.call('run', { query });
        // Of each member `items[1].k`, as the list is written.
        const asked = { view, text: `77,"l"`, matchCase: true };
        const counted = async (before?: number): Promise<number> =>
          (await preview.page.call('findCount', { ...asked, ...(before !== undefined && { before }) })).count;
        const find = (from: number, backward: boolean) =>
          preview.page.call('find', { ...asked, from, backward });
        const middle = 9000;
        const isBefore = (row: number): boolean => row < middle;
        assert.equal(await counted(middle), holding.filter(isBefore).length);
        assert.equal(await counted(0), 0);
        assert.deepEqual(await find(ids.length, true), { row: holding.at(-1) });
        assert.deepEqual(await find(middle, true), { row: holding.findLast(isBefore) });
        assert.deepEqual(await find(middle, false), { row: holding.find((row) => row > middle) ?? -1 });
        assert.deepEqual(await find(holding[0], true), null);
        assert.equal(await counted(), holding.length);
        // None of the rows near it.
        const last = ids.at(-1) ?? 0;
        const far = { view, text: `"a${last}"`, matchCase: true, from: -1, backward: false };
        assert.deepEqual(await preview.page.call('find', far), { row: ids.length - 1 });
      } finally {
        await preview.close();
      }
    }
  });

  it('are looked for no longer than a table may take', async () => {
    const { file } = await opened(', ROW_GROUP_SIZE 2048');
    try {
      const query = plannedFor('id >= 0 AND n = 7 |> AGGREGATE max(pad) AS pad', file.recognised.format);
      const run = new TableRun(1, query, file);
      const state = await run.run(signal, () => undefined, AbortSignal.abort());
      await run.close();
      assert.ok(state.phase === 'done' && state.records < rows, `${state.records} records`);
    } finally {
      await file.close();
    }
  });

  it('are found, and shown as records of the file, where a preview sorts them', async () => {
    const { path, file } = await opened('');
    await file.close();
    const lines = (await parquetTextFrom(path, 0)).split('\n');
    const preview = await Preview.open(path);
    try {
      const { view } = await preview.page.call('run', { query: '|> ORDER BY id DESC' });
      const asked = { view, text: `["a${rows - 7}"`, matchCase: true };
      const find = (from: number, backward: boolean) =>
        preview.page.call('find', { ...asked, from, backward });
      assert.deepEqual([await find(0, false), await find(rows - 1, true)], [{ row: 6 }, { row: 6 }]);
      const { record, offset, text } = await preview.page.call('record', { view, row: 6 });
      const at = rows - 7;
      const before = lines.slice(0, at).reduce((sum, line) => sum + Buffer.byteLength(line) + 1, 0);
      assert.deepEqual([record, offset, text], [at + 1, before, lines[at]]);
    } finally {
      await preview.close();
    }
  });
});
