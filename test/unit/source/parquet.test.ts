import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { Dataset } from '../../../src/engine/dataset/dataset.ts';
import { countTo } from '../../../src/engine/run/count.ts';
import { exportTo } from '../../../src/engine/run/export/export.ts';
import { IndexStore } from '../../../src/engine/index/store.ts';
import { plannedFor } from '../../../src/engine/dataset/plan.ts';
import { TableRun } from '../../../src/engine/run/tableRun.ts';
import { ViewRun } from '../../../src/engine/run/viewRun.ts';
import { openSource } from '../../../src/engine/source/open.ts';
import { readFully } from '../../../src/engine/source/read.ts';
import type { SourceError } from '../../../src/engine/source/source.ts';
import { bytesRead } from '../../support/bytesRead.ts';
import { finished, runCli, startCli } from '../../support/cli.ts';
import { contentOf, serve, TestServer } from '../../support/httpServer.ts';
import { runs } from '../../support/long.ts';
import { parquetTextFrom } from '../../support/parquetText.ts';
import { memorySink } from '../../support/memorySink.ts';
import { cellsOf, Preview } from '../../support/preview.ts';
import { told } from '../../support/said.ts';
import { sourceTextOf } from '../../support/sourceText.ts';

describe('a Parquet file', () => {
  let connection: DuckDBConnection;
  let folder: string;
  let file: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rowriver-test-'));
    file = join(folder, 'data.parquet');
    const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
    connection = await instance.connect();
    await connection.run("SET TimeZone = 'UTC'");
  });

  after(async () => {
    connection.closeSync();
    await rm(folder, { recursive: true });
  });

  /** Writes a query's rows by DuckDB. */
  async function written(query: string, options = ''): Promise<void> {
    await connection.run(`COPY (${query}) TO '${file}' (FORMAT parquet${options})`);
  }

  const textOf = (path = file): Promise<string> => sourceTextOf(path);

  async function failure(bytes: Uint8Array): Promise<SourceError> {
    const path = join(folder, 'bad.parquet');
    await writeFile(path, bytes);
    try {
      await textOf(path);
    } catch (error) {
      assert.equal((error as Error).name, 'SourceError', String((error as Error).stack));
      return error as SourceError;
    }
    return assert.fail('it was read');
  }

  const values: readonly (readonly [sql: string, json: string])[] = [
    ['9223372036854775807::BIGINT', '9223372036854775807'],
    ['18446744073709551615::UBIGINT', '18446744073709551615'],
    ['4294967295::UINTEGER', '4294967295'],
    ['(-128)::TINYINT', '-128'],
    ['12345678901234567890123.4567::DECIMAL(38,4)', '12345678901234567890123.4567'],
    ['-0.05::DECIMAL(4,2)', '-0.05'],
    ['-12345678.9::DECIMAL(18,1)', '-12345678.9'],
    ['7::DECIMAL(4,0)', '7'],
    ['0.1::FLOAT', '0.1'],
    ['16777216::FLOAT', '16777216'],
    ['1e-300::DOUBLE', '1e-300'],
    ["'nan'::DOUBLE", '"NaN"'],
    ["'-infinity'::DOUBLE", '"-Infinity"'],
    ['true', 'true'],
    ['\'Zoë "x"\n\'', '"Zoë \\"x\\"\\n"'],
    ["'\\xFF\\x00'::BLOB", '"/wA="'],
    ["'abc'::BLOB", '"abc"'],
    ["DATE '0001-01-01'", '"0001-01-01"'],
    ["DATE '2026-02-28'", '"2026-02-28"'],
    ["TIMESTAMP '1969-12-31 23:59:59.999999'", '"1969-12-31T23:59:59.999999"'],
    ["TIMESTAMPTZ '2026-01-02 03:04:05+02'", '"2026-01-02T01:04:05Z"'],
    ["TIMESTAMP_NS '2026-01-02 03:04:05.123456789'", '"2026-01-02T03:04:05.123456789"'],
    ["TIMESTAMP_MS '2026-01-02 03:04:05.120'", '"2026-01-02T03:04:05.12"'],
    ["TIME '23:59:59.5'", '"23:59:59.5"'],
    ["INTERVAL '14 months 3 days 1.5 seconds'", '"P14M3DT1.5S"'],
    ["'0b3ad3c1-6a3c-4c1c-8a3e-0123456789ab'::UUID", '"0b3ad3c1-6a3c-4c1c-8a3e-0123456789ab"'],
    [`'{"a": 12345678901234567890}'::JSON`, '{"a": 12345678901234567890}'],
    [
      `('{"b": 12345678901234567890,' || chr(13) || chr(10) || '  "7": "x  y",' || chr(10) || '"3": []}')::JSON`,
      '{"b": 12345678901234567890,"7": "x  y","3": []}',
    ],
    ['[1, NULL, 3]', '[1,null,3]'],
    ['[]::INTEGER[]', '[]'],
    ['[[1.5], [], NULL]', '[[1.5],[],null]'],
    ['[[1, NULL, 3], NULL, [4, 5, 6]]::INTEGER[3][]', '[[1,null,3],null,[4,5,6]]'],
    ['[[[1, 2], NULL], NULL]::INTEGER[2][2][2]', '[[[1,2],null],null]'],
    ["{'a': NULL::INTEGER[3], 'b': [{'c': NULL::INTEGER[2]}, NULL]}", '{"a":null,"b":[{"c":null},null]}'],
    ["{'a': 1, 'b c': {'d': ['x']}}", '{"a":1,"b c":{"d":["x"]}}'],
    ["[{'a': 1}, NULL]", '[{"a":1},null]'],
    ["MAP {'k': 1, 'l': NULL}", '{"k":1,"l":null}'],
    ['MAP {7: [1]}', '{"7":[1]}'],
    ["{'2021': 1, 'name': 2, '2020': {'9': 3, '1': 4}}", '{"2021":1,"name":2,"2020":{"9":3,"1":4}}'],
    ['NULL::STRUCT(a INTEGER)', 'null'],
    ['NULL::INTEGER[]', 'null'],
  ];
  for (const [sql, json] of values) {
    it(`that holds ${sql} has the row ${json}`, async () => {
      await written(`SELECT ${sql} AS v UNION ALL SELECT NULL`);
      assert.equal(await textOf(), `{"v":${json}}\n{"v":null}\n`);
    });
  }

  for (const codec of ['uncompressed', 'snappy', 'gzip', 'zstd', 'brotli']) {
    for (const version of ['V1', 'V2']) {
      it(`is read where it was written with ${codec}, ${version}`, async () => {
        // DuckDB takes its time for brotli.
        const count = codec === 'brotli' ? 5000 : 100_000;
        const query = `SELECT i AS id, 's' || (i % 7) AS few, 'text ' || i AS text, i / 7 AS d, [i] AS l FROM range(${count}) t(i)`;
        await written(query, `, CODEC '${codec}', PARQUET_VERSION '${version}', ROW_GROUP_SIZE 40960`);
        const text = await textOf();
        const expected = await connection.runAndReadAll(
          `SELECT md5(string_agg(concat('{"id":', i, ',"few":"s', i % 7, '","text":"text ', i, '","l":[', i, ']}'), chr(10))) FROM range(${count}) t(i)`,
        );
        const found = text.trimEnd().replaceAll(/"d":[^,]*,/g, '');
        assert.equal(createHash('md5').update(found).digest('hex'), expected.getRowsJson()[0][0]);
        // In the middle of a page that holds a row group.
        const row = Math.floor(count * 0.7);
        const rest = text.slice(text.indexOf(`{"id":${row},`));
        assert.ok((await parquetTextFrom(file, row)) === rest, `the rows from ${row} on`);
      });
    }
  }

  // As pyarrow writes `[None] * 3`: a dictionary without entries, whose page of 0 bytes is compressed, or left out.
  const allNull = {
    'with pages of version 1':
      'UEFSMRUEFQAVAkwVABUEEgAABhUAFQ4VFiwVBhUEFQYVBhwAAAALA4ACAAAABgAAAxUCGSw1ABgGc2NoZW1hFQIAFQwlAhgBYSUATBwAAAAWBhkcGRwmABwVDBklBAYZGAFhFQgWBhZQFlomJiYIKSwVBBUEFQIAFQAVBBUCADwWABkGGSYGAAAAABZQFgYmCBZaACggcGFycXVldC1jcHAtYXJyb3cgdmVyc2lvbiAyNi4wLjEZHBwAAACLAAAAUEFSMQ==',
    'with pages of version 2':
      'UEFSMRUEFQAVAkwVABUAEgAABhUGFQYVBlwVBhUGFQYVEBUEFQASHAAAAAYAABUEGSw1ABgGc2NoZW1hFQIAFQwlAhgBYSUATBwAAAAWBhkcGRwmABwVDBk1AAYQGRgBYRUIFgYWUhZUJiYmCCksFQQVABUCABUAFRAVAgA8FgAZBhkmBgAAAAAWUhYGJggWVAAoIHBhcnF1ZXQtY3BwLWFycm93IHZlcnNpb24gMjYuMC4xGRwcAAAAjAAAAFBBUjE=',
  };
  for (const [how, base64] of Object.entries(allNull)) {
    it(`that has a column of Brotli without any value is read, ${how}`, async () => {
      await writeFile(file, Buffer.from(base64, 'base64'));
      assert.equal(await textOf(), '{"a":null}\n'.repeat(3));
    });
  }

  it('of arrays of a fixed size has NULL where there is none, whatever entries DuckDB writes for it', async () => {
    const vector = '(CASE WHEN i % 7 < 3 THEN NULL ELSE [i, NULL, i + 1] END)::INTEGER[3]';
    await written(`SELECT i AS id, ${vector} AS v FROM range(50000) t(i)`, ', ROW_GROUP_SIZE 20000');
    const expected = Array.from({ length: 50_000 }, (_, id) =>
      JSON.stringify({ id, v: id % 7 < 3 ? null : [id, null, id + 1] }),
    );
    assert.deepEqual((await textOf()).trimEnd().split('\n'), expected);
  });

  it('without rows has the columns of its schema', async () => {
    await written("SELECT 1 AS id, 'x' AS note, {'a': 1, 'b': [2]} AS s WHERE false");
    const ask = async (...args: string[]) =>
      (await runCli([file, ...args, '--to', 'csv'])).stdout.toString().replaceAll('\r\n', '\n');
    assert.equal(await ask(), 'id,note,s.a,s.b\n');
    assert.equal(await ask('id > 1'), 'id,note,s.a,s.b\n');
    assert.equal(
      await ask('|> DESCRIBE |> SELECT column_name, count'),
      'column_name,count\nid,0\nnote,0\ns.a,0\ns.b,0\n',
    );
  });

  it('that uses LZ4 is refused with a sentence', async () => {
    await written('SELECT 1 AS a', `, CODEC 'lz4_raw'`);
    const error = await failure(await readFile(file));
    assert.equal(error.failure, 'unsupported');
    assert.match(
      error.message,
      /cannot be read \(unsupported compression codec: LZ4_RAW; row group 1, column a\)\.$/,
    );
  });

  it('that is cut off, changed or encrypted is refused with a sentence, whatever the byte', async () => {
    await written("SELECT i AS a, 'text ' || i AS b, [i, i] AS c FROM range(1000) t(i)");
    const bytes = await readFile(file);
    for (let length = 8; length < bytes.length; length += 101) {
      assert.match((await failure(bytes.subarray(0, length))).message, /cut off|damaged/);
    }
    assert.match(
      (await failure(Buffer.concat([bytes.subarray(0, -4), Buffer.from('PARE')]))).message,
      /encrypted/,
    );
    const lying = Buffer.from(bytes);
    lying.writeUInt32LE(0x7fffffff, lying.length - 8);
    assert.match((await failure(lying)).message, /its footer would be 2147483647 bytes long/);
  });

  // By the built program: what a changed byte did once was to end the process.
  it('of which any byte is changed ends in rows, or in a sentence', async () => {
    await written("SELECT i AS a, 'text ' || i AS b, [i, i] AS c FROM range(1000) t(i)");
    const bytes = await readFile(file);
    const path = join(folder, 'changed.parquet');
    const step = runs(1201, 37);
    // At 14,988 a column chunk is said to be in another file.
    const places = Array.from(
      { length: Math.floor(bytes.length / step) },
      (_, i) => i * step + (8884 % step),
    );
    for (const at of [14_988, ...places]) {
      const changed = Buffer.from(bytes);
      changed[at] ^= 0xff;
      await writeFile(path, changed);
      const { code, stderr } = await runCli([path, '--count', '--no-cache']);
      assert.ok(code === 0 || code === 1, `byte ${at}: ${stderr}`);
      assert.doesNotMatch(stderr, /bug in Rowriver/, `byte ${at}`);
    }
  });

  it('inside of gzip, or from a pipe, is refused with a sentence', async () => {
    await written('SELECT 1 AS a');
    const bytes = await readFile(file);
    assert.match(
      (await failure(gzipSync(bytes))).message,
      /is a Parquet file, and these are read from their end: save it/,
    );
    const child = startCli(['-', '--count']);
    child.stdin.end(bytes);
    const { code, stderr } = await finished(child);
    assert.deepEqual([code, stderr.includes('read from their end')], [1, true], stderr);
  });

  it('is no text that begins with PAR1', async () => {
    const path = join(folder, 'text.csv');
    await writeFile(path, 'PAR1,PAR2\n1,2\n');
    assert.equal(await textOf(path), 'PAR1,PAR2\n1,2\n');
  });

  it('without rows is empty', async () => {
    await written('SELECT 1 AS a WHERE false');
    assert.equal(await textOf(), '');
    assert.equal((await runCli([file, '--count'])).stdout.toString(), '0\n');
  });

  it('answers what JSON Lines of the same rows answer', async () => {
    await written(
      "SELECT i AS id, i % 97 AS n, 'name ' || (i % 1000) AS name, {'x': i % 3} AS user, [i % 5] AS tags, repeat('-', 300) AS pad FROM range(100000) t(i)",
      ', ROW_GROUP_SIZE 20480',
    );
    const lines = join(folder, 'data.jsonl');
    await writeFile(lines, await textOf());
    const queries = [
      ["name LIKE '%99' AND user.x = 1", '--to', 'jsonl'],
      ['|> AGGREGATE count(*) AS c, sum(id) AS s GROUP BY n |> ORDER BY n'],
      ['_record > 99990 |> ORDER BY id DESC'],
    ];
    for (const query of queries) {
      const [found, expected] = [await runCli([file, ...query]), await runCli([lines, ...query])];
      assert.equal(found.code, 0, found.stderr);
      assert.equal(found.stdout.toString(), expected.stdout.toString(), query.join(' '));
    }
  });

  it('answers the same where only some columns and row groups are read', async () => {
    await written(
      "SELECT i AS id, i / 7.0 AS d, (i / 7.0)::FLOAT AS f, 'name ' || lpad((i // 10)::VARCHAR, 6, '0') AS name, CASE WHEN i % 3 = 0 THEN NULL ELSE i END AS gaps, i::DECIMAL(18,2) AS dec, i::UBIGINT + 9223372036854775000 AS u, 9007199254740900 + i AS big, DATE '2020-01-01' + (i // 100)::INTEGER AS day, {'x': i % 3} AS user, [i % 5] AS tags FROM range(20000) t(i)",
      ', ROW_GROUP_SIZE 2048',
    );
    const lines = join(folder, 'data.jsonl');
    await writeFile(lines, await textOf());
    const queries = [
      ['id = 5000'],
      ['id = 5000', 'csv'],
      ['id = -1', 'csv'],
      ['id = -1 |> SELECT id, *', 'csv'],
      ['id >= 19990 |> SELECT id, user.x AS x, tags[1] AS t'],
      ['id BETWEEN 4000 AND 4100 |> SELECT name, _record, _line |> LIMIT 20'],
      ["name >= 'name 0019' |> SELECT id", 'csv'],
      ["name = 'name 000500' |> SELECT *"],
      ['d = 1000 OR f > 2857'],
      ['f = 0.142857149 |> SELECT f, id'],
      ['f > 2800 |> AGGREGATE count(*) AS n, min(f) AS least'],
      ['d < 10 |> AGGREGATE count(*) AS n, max(id) AS most'],
      ['dec = 5000 |> SELECT id'],
      ['u > 9223372036854775100 |> AGGREGATE count(*) AS n'],
      ['big >= 9007199254740993 |> AGGREGATE count(*) AS n, min(big) AS least'],
      ["day = '2020-03-01' |> AGGREGATE count(*) AS n"],
      ['gaps IS NULL |> AGGREGATE count(*) AS n, sum(id) AS s'],
      ['NOT (id > 100) |> SELECT id, gaps'],
      ['gaps > 19000 AND id < 19010 |> SELECT gaps'],
      ['user.x = 2 AND id < 30 |> SELECT id, user'],
      ['|> AGGREGATE count(*) AS n'],
      ['|> AGGREGATE count(*) AS n, max(user.x) AS x'],
      ['|> SELECT name |> DISTINCT |> ORDER BY name DESC |> LIMIT 3'],
      ['id > 19000 |> TABLESAMPLE (5 PERCENT) REPEATABLE (3) |> SELECT id'],
      ['id > 19000 |> SELECT id, _offset |> LIMIT 2'],
      ['id > 19990 |> DISTINCT'],
      ['nothing = 1', 'csv'],
      ['|> SELECT nothing |> LIMIT 2'],
    ];
    const { signal } = new AbortController();
    const rowsOf = async (path: string, query: string, to: string | undefined): Promise<string> => {
      const dataset = await Dataset.open({ kind: 'file', path }, { signal });
      try {
        const sink = memorySink();
        const asked = { query, to: to === 'csv' ? 'csv' : 'jsonl', sink } as const;
        const { matched } = await exportTo(dataset, asked, { signal, progress: () => undefined });
        const count = await countTo(dataset, { query }, { signal, progress: () => undefined });
        assert.equal(count.matched, matched, query);
        return sink.text();
      } finally {
        await dataset.close();
      }
    };
    for (const [query, to] of queries) {
      assert.equal(await rowsOf(file, query, to), await rowsOf(lines, query, to), query);
    }
  });

  for (const codec of ['uncompressed', 'snappy']) {
    it(`is read as far as the first rows need it, also of pages with all rows (${codec})`, async () => {
      await written(
        "SELECT i AS id, hash(i) || '-' || hash(i + 1) AS pad, i % 10 AS n FROM range(300000) t(i)",
        `, CODEC '${codec}', ROW_GROUP_SIZE 300000`,
      );
      const { size } = await stat(file);
      const into = Buffer.alloc(1000);
      const read = await bytesRead(async () => {
        const source = await openSource({ kind: 'file', path: file });
        try {
          return await readFully(source, into, 0);
        } finally {
          await source.close();
        }
      });
      assert.match(into.toString(), /^\{"id":0,"pad":"\d+-\d+","n":0\}\n\{"id":1,/);
      assert.ok(read.bytes * 10 < size, `${read.bytes} of ${size} bytes for the first rows`);
    });
  }

  it('is read by the columns that a query asks for, and by the row groups that can match', async () => {
    await written(
      "SELECT i AS id, hash(i) || '-' || hash(i + 1) || '-' || hash(i + 2) AS pad, i % 10 AS n FROM range(100000) t(i)",
      ', ROW_GROUP_SIZE 10240',
    );
    const countOf = (query: string) =>
      bytesRead(async () => {
        const { signal } = new AbortController();
        const dataset = await Dataset.open({ kind: 'file', path: file }, { signal });
        try {
          const { matched } = await countTo(dataset, { query }, { signal, progress: () => undefined });
          return matched;
        } finally {
          await dataset.close();
        }
      });
    const [all, column, groups] = [
      await countOf('_offset >= 0 AND id < 10'),
      await countOf('n = 3'),
      await countOf("id = 99999 AND pad LIKE '%-%'"),
    ];
    assert.deepEqual([all.result, column.result, groups.result], [10, 10_000, 1]);
    assert.ok(column.bytes * 3 < all.bytes, `${column.bytes} of ${all.bytes} bytes for one column`);
    assert.ok(groups.bytes * 2 < all.bytes, `${groups.bytes} of ${all.bytes} bytes for one row group`);
  });

  it('is read by the columns that a table in a preview asks for, unless these are kept', async () => {
    await written(
      "SELECT i AS id, hash(i) || '-' || hash(i + 1) || '-' || hash(i + 2) AS pad, i % 10 AS n FROM range(100000) t(i)",
      ', ROW_GROUP_SIZE 10240',
    );
    const { signal } = new AbortController();
    const store = new IndexStore(join(folder, 'cache'), 1e9);
    const dataset = await Dataset.open({ kind: 'file', path: file }, { signal, store });
    const tableOf = (query: string) =>
      bytesRead(async () => {
        const run = new TableRun(1, plannedFor(query, dataset.recognised.format), dataset);
        try {
          const { phase, matched, records, malformed, said } = await run.run(signal, () => undefined);
          assert.equal(phase, 'done', told({ said }));
          const offset = await run.offsetOf(0);
          const page = await run.page(0, 2, { kind: 'raw', limit: 200 }, signal);
          return { matched, records, malformed, offset, text: Buffer.from(page.text).toString() };
        } finally {
          await run.close();
        }
      });
    try {
      const { size } = await stat(file);
      const groups = await tableOf('id >= 20000 |> AGGREGATE count(*) AS c GROUP BY n |> ORDER BY n');
      const expected = { matched: 10, records: 100_000, malformed: 0, offset: undefined };
      assert.deepEqual(groups.result, { ...expected, text: '{"n":0,"c":8000}{"n":1,"c":8000}' });
      assert.ok(groups.bytes * 3 < size, `${groups.bytes} of ${size} bytes for two columns`);

      // Where a row's record begins is asked of all its columns.
      const sorted = await tableOf('id >= 50000 |> SELECT id |> ORDER BY id');
      const before = (await textOf()).split('\n').slice(0, 50_000);
      assert.equal(sorted.result.offset, before.join('\n').length + 1);

      const sum = '|> AGGREGATE sum(id) AS s GROUP BY n |> ORDER BY n';
      const first = await tableOf(sum);
      const query = plannedFor('id >= 0 AND n >= 0', dataset.recognised.format);
      for await (const _ of dataset.scan({ query, output: { kind: 'count' } }, signal));
      // Only what is open already is there to be asked.
      await rm(file);
      assert.deepEqual((await tableOf(sum)).result, first.result);
    } finally {
      await dataset.close();
    }
  });

  it('is filtered in a preview by the columns of the filter, also where its rows are shown and exported', async () => {
    await written(
      "SELECT i AS id, hash(i) || '-' || hash(i + 1) || '-' || hash(i + 2) AS pad, hash(i) % 1000 AS n FROM range(100000) t(i)",
      ', ROW_GROUP_SIZE 10240',
    );
    const { size } = await stat(file);
    const { signal } = new AbortController();
    const dataset = await Dataset.open({ kind: 'file', path: file }, { signal });
    const count = async (query: string): Promise<number[]> => {
      const planned = plannedFor(query, dataset.recognised.format);
      const counts: number[] = [];
      for await (const { blocks } of dataset.scan({ query: planned, output: { kind: 'count' } }, signal))
        counts.push(...blocks.map(({ matched }) => matched));
      return counts;
    };
    try {
      const queries = [
        'n = 3',
        'n < 7 AND id % 2 = 0',
        'n = 1000',
        "pad LIKE '%1-2%'",
        'id >= 99990',
        '_offset < 1000',
      ];
      for (const query of queries) {
        const expected = await count(query);
        const run = new ViewRun(1, plannedFor(query, dataset.recognised.format), dataset);
        const { phase, matched, records } = await run.run(signal, () => undefined);
        const total = expected.reduce((sum, one) => sum + one, 0);
        assert.deepEqual([phase, matched, records], ['done', total, 100_000], query);
        assert.deepEqual(
          expected.map((_, block) => run.view.matchesBefore(block + 1) - run.view.matchesBefore(block)),
          expected,
          query,
        );
      }

      const run = new ViewRun(1, plannedFor('n = 4', dataset.recognised.format), dataset);
      const filter = await bytesRead(() => run.run(signal, () => undefined));
      assert.ok(filter.bytes * 5 < size, `${filter.bytes} of ${size} bytes for the filter`);
      const last = run.view.rows - 1;
      const page = await bytesRead(() => run.page(last, 1, { kind: 'raw', limit: 200 }, signal));
      const [shown] = (await textOf())
        .split('\n')
        .filter((line) => line.endsWith('"n":4}'))
        .slice(-1);
      assert.equal(Buffer.from(page.result.text).toString(), shown);
      assert.ok(page.bytes * 4 < size, `${page.bytes} of ${size} bytes for a row that is shown`);

      const sink = memorySink();
      const asked = { query: 'n = 4 |> SELECT id', to: 'csv', sink } as const;
      const exported = await bytesRead(() => exportTo(dataset, asked, { signal, progress: () => undefined }));
      assert.equal(exported.result.matched, last + 1);
      assert.ok(exported.bytes * 3 < size, `${exported.bytes} of ${size} bytes for an export`);
    } finally {
      await dataset.close();
    }
  });

  it('is shown by a preview, at any place, over HTTP as well, of which only what is needed is asked for', async () => {
    await written("SELECT i AS id, 'name ' || i AS name FROM range(400000) t(i)", ', ROW_GROUP_SIZE 40000');
    const content = contentOf(await readFile(file));
    const server = await TestServer.start((request, response) => {
      serve(request, response, content, { etag: '"1"' });
    });
    for (const location of [file, server.url('/data.parquet')]) {
      const preview = await Preview.open(location);
      try {
        assert.deepEqual(
          preview.info.columns.map(({ name }) => name),
          ['id', 'name'],
        );
        const first = await preview.page.call('rows', { view: 0, first: 0, count: 3, columns: [0, 1] });
        assert.deepEqual(cellsOf(first), [
          ['0', 'name 0'],
          ['1', 'name 1'],
          ['2', 'name 2'],
        ]);
        const { view } = await preview.page.call('run', { query: 'id = 333333' });
        const found = await preview.page.call('rows', { view, first: 0, count: 1, columns: [0, 1] });
        assert.deepEqual(cellsOf(found), [['333333', 'name 333333']]);
        const deep = await preview.page.call('rows', { view: 0, first: 222_222, count: 1, columns: [0, 1] });
        assert.deepEqual(cellsOf(deep), [['222222', 'name 222222']]);
      } finally {
        await preview.close();
      }
    }
    await server.close();
  });
});
