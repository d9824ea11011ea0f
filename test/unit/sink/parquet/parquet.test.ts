import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { Dataset } from '../../../../src/engine/dataset/dataset.ts';
import { exportTo } from '../../../../src/engine/run/export/export.ts';
import { openTarget } from '../../../../src/engine/sink/openTarget.ts';
import type { ExportSummary } from '../../../../src/protocol/engine.ts';
import { runs } from '../../../support/long.ts';

describe('an export to Parquet', () => {
  let connection: DuckDBConnection;
  let folder: string;
  const signal = new AbortController().signal;

  before(async () => {
    const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
    connection = await instance.connect();
    await connection.run("SET TimeZone = 'UTC'");
  });

  after(() => {
    connection.closeSync();
  });

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rowriver-test-'));
  });

  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  async function exported(
    name: string,
    text: string | Uint8Array,
    query = '',
    blockSize?: number,
  ): Promise<ExportSummary> {
    const path = join(folder, name);
    await writeFile(path, text);
    const dataset = await Dataset.open(
      { kind: 'file', path },
      { signal, ...(blockSize !== undefined && { blockSize }) },
    );
    try {
      const sink = await openTarget(join(folder, 'out.parquet'), { sources: [] });
      return await exportTo(dataset, { query, to: 'parquet', sink }, { signal, progress: () => undefined });
    } finally {
      await dataset.close();
    }
  }

  /** What DuckDB reads: columns with their types, and rows as JSON. */
  async function read(): Promise<{ types: Record<string, string>; rows: unknown[] }> {
    const file = `'${join(folder, 'out.parquet')}'`;
    const described = await connection.runAndReadAll(`DESCRIBE FROM ${file}`);
    const types = described
      .getRowObjectsJson()
      .map(({ column_name, column_type }) => [column_name, column_type]);
    const read = await connection.runAndReadAll(`SELECT to_json(t)::VARCHAR AS row FROM ${file} AS t`);
    return {
      types: Object.fromEntries(types) as Record<string, string>,
      rows: read
        .getRowObjectsJson()
        .map(({ row }): unknown => JSON.parse(typeof row === 'string' ? row : '')),
    };
  }

  it('writes the same rows from fields that the scanner finds, in many groups, as from rows that are computed', async () => {
    const broken = Buffer.concat([
      Buffer.from('40,"'),
      Buffer.of(0xff, 0x41),
      Buffer.from('",0.5,2026-01-02,\n'),
    ]);
    const cells = (row: number): string =>
      row % 7 === 0 ? `"a ""b"" ${row}"` : row % 11 === 0 ? '""' : row % 5 === 0 ? '' : `"x\n\\${row}"`;
    const table = Array.from(
      { length: 400 },
      (_, row) =>
        `${row},${cells(row)},${row / 8},2026-01-${10 + (row % 20)},${row === 300 ? 'é' : 'true'}\n`,
    );
    const csv = (some: readonly Uint8Array[]): Uint8Array =>
      Buffer.concat([Buffer.from('id,text,half,day,flag\n'), Buffer.from(table.join('')), ...some]);
    const lines = Array.from({ length: 400 }, (_, row) =>
      row % 50 === 49
        ? `${row}\n`
        : `${row % 9 === 0 ? ' ' : ''}{"id":${row},"s":${JSON.stringify(cells(row))},"id":${row / 2},"o":{"k":[${row},null]}${row > 200 ? `,"late":${row % 3 === 0 ? 'null' : '"2026-01-02T03:04:05Z"'}` : ''}}\n`,
    ).join('');
    const files: [string, Uint8Array][] = [
      ['data.csv', csv([])],
      ['data.csv', csv([Buffer.from('1,short\n'), broken])],
      ['data.jsonl', Buffer.from(lines)],
      ['data.jsonl', Buffer.from(`${lines}{"id":NaN}\n{"id":\n`)],
    ];
    const groups = `SELECT count(DISTINCT row_group_id) > 2 AS many FROM parquet_metadata('${join(folder, 'out.parquet')}')`;
    const rows = `FROM '${join(folder, 'out.parquet')}'`;
    for (const [name, bytes] of files) {
      await exported(name, bytes, '', 512);
      assert.deepEqual((await connection.runAndReadAll(groups)).getRowsJson(), [[true]], name);
      const whole = await connection.runAndReadAll(rows);
      // Rows that a query makes are written from their JSON.
      await exported(name, bytes, '|> SELECT *', 512);
      const computed = await connection.runAndReadAll(rows);
      assert.deepEqual(whole.columnTypes(), computed.columnTypes());
      assert.deepEqual(whole.getRowsJson(), computed.getRowsJson());
    }
  });

  it('writes cells of delimited text that are written in unusual ways as rows that are computed have them', async () => {
    const columns = [
      ['0.0', '5', '-0.0', '+7', '1e3', '-0'],
      ['9007199254740993', '-9223372036854775808', '9223372036854775807', '1', '', '2'],
      ['9007199254740990', '9223372036854775808', '1', '2', '3', '4'],
      ['1.5', 'NaN', 'Infinity', '-Infinity', 'inf', 'nan'],
      ['0.30000000000000004', '12345678901234567.25', '0.1', '1e-7', '1E400', ''],
      [
        '2020-01-01T00:00:00.123456789Z',
        '2020-01-01T00:00:00+02:00',
        '1969-12-31T23:59:59.9999999Z',
        '',
        '',
        '',
      ],
      ['0001-01-01', '9999-12-31', '2024-02-29', '', '1970-01-01', '1582-10-10'],
      ['true', 'TRUE', 'f', '', 'false', 'False'],
      ['12345678901234567.25', '0.5', '-0.0', '', '1', '.5'],
    ];
    const rows = `FROM '${join(folder, 'out.parquet')}'`;
    for (const delimiter of [',', '\t', '|']) {
      for (const cells of columns) {
        for (const place of [0, 1, 2]) {
          const line = (cell: string, at: number): string =>
            ['x', `y${at}`, '"z"'].map((other, index) => (index === place ? cell : other)).join(delimiter);
          const text = `${['a', 'b', 'c'].join(delimiter)}\n${cells.map(line).join('\n')}\n`;
          await exported('data.csv', text);
          const whole = await connection.runAndReadAll(rows);
          await exported('data.csv', text, '|> SELECT *');
          const computed = await connection.runAndReadAll(rows);
          assert.deepEqual(whole.columnTypes(), computed.columnTypes(), text);
          assert.deepEqual(whole.getRowsJson(), computed.getRowsJson(), text);
        }
      }
    }
  });

  for (const place of ['first', 'last']) {
    it(`writes a column that only the ${place} row has, as it is longer than the header`, async () => {
      const rows = Array.from({ length: 300 }, (_, row) => `${row},${row / 2}\n`);
      const long = '-1,-0.5,"a ""third"""\n';
      const text = place === 'first' ? [long, ...rows] : [...rows, long];
      await exported('data.csv', `a,b\n${text.join('')}`, '', 512);
      const written = await read();
      assert.deepEqual(written.types, { a: 'BIGINT', b: 'DOUBLE', column3: 'VARCHAR' });
      const expected = rows.map((_, row) => ({ a: row, b: row / 2, column3: null }));
      const longer = { a: -1, b: -0.5, column3: 'a "third"' };
      assert.deepEqual(written.rows, place === 'first' ? [longer, ...expected] : [...expected, longer]);
    });
  }

  it('writes few rows of many into one group', async () => {
    const lines = Array.from({ length: 2000 }, (_, row) => `{"id":${row},"n":"${row % 7}"}\n`).join('');
    await exported('data.jsonl', lines, 'id % 100 = 7', 512);
    const metadata = `SELECT count(DISTINCT row_group_id), max(row_group_num_rows) FROM parquet_metadata('${join(folder, 'out.parquet')}')`;
    assert.deepEqual((await connection.runAndReadAll(metadata)).getRowsJson(), [['1', '20']]);
    assert.deepEqual((await read()).rows.at(-1), { id: 1907, n: '3' });
  });

  it('keeps values and types of JSON, nested ones too', async () => {
    const lines = [
      '{"id":9223372036854775807,"price":0.1,"exact":12345678901234567.25,"at":"2026-01-02T03:04:05.678901+02:00","day":"0001-01-01","ok":true,"tags":["a",null],"user":{"name":"Zoë","ids":[1,2]},"mixed":1}',
      '{"id":-1,"price":2,"exact":0.5,"at":"1969-12-31T23:59:59.999999Z","day":"9999-12-31","ok":null,"tags":[],"user":null,"mixed":"x","late":[{"k":{"v":1.5}}]}',
      '{}',
    ];
    const { asText, matched } = await exported('data.jsonl', `${lines.join('\n')}\n`);
    assert.deepEqual([asText, matched], [['mixed'], 3]);
    const { types, rows } = await read();
    assert.deepEqual(types, {
      id: 'BIGINT',
      price: 'DOUBLE',
      exact: 'DECIMAL(19,2)',
      at: 'TIMESTAMP WITH TIME ZONE',
      day: 'DATE',
      ok: 'BOOLEAN',
      tags: 'VARCHAR[]',
      user: 'STRUCT("name" VARCHAR, ids BIGINT[])',
      mixed: 'VARCHAR',
      late: 'STRUCT(k STRUCT(v DOUBLE))[]',
    });
    const text = await connection.runAndReadAll(
      `SELECT id::VARCHAR AS id, exact::VARCHAR AS exact, "at"::VARCHAR AS at_text, day::VARCHAR AS day FROM '${join(folder, 'out.parquet')}'`,
    );
    assert.deepEqual(text.getRowsJson(), [
      ['9223372036854775807', '12345678901234567.25', '2026-01-02 01:04:05.678901+00', '0001-01-01'],
      ['-1', '0.50', '1969-12-31 23:59:59.999999+00', '9999-12-31'],
      [null, null, null, null],
    ]);
    assert.deepEqual(
      rows.map((row) => {
        const { tags, user, mixed, late } = row as Record<string, unknown>;
        return [tags, user, mixed, late];
      }),
      [
        [['a', null], { name: 'Zoë', ids: [1, 2] }, '1', null],
        [[], null, 'x', [{ k: { v: 1.5 } }]],
        [null, null, null, null],
      ],
    );
  });

  it('keeps the order of columns and members, also of those whose names are whole numbers', async () => {
    const lines = [
      '{"name":"a","2021":{"10":1,"2":2},"2020":2,"mixed":{"7":[{"5":1,"3":2}],"1":9007199254740993}}',
      '{"name":"b","0":3,"mixed":"x"}',
    ];
    await exported('data.jsonl', `${lines.join('\n')}\n`);
    const file = `'${join(folder, 'out.parquet')}'`;
    const described = await connection.runAndReadAll(
      `SELECT column_name, column_type FROM (DESCRIBE FROM ${file})`,
    );
    assert.deepEqual(described.getRowsJson(), [
      ['name', 'VARCHAR'],
      ['2021', 'STRUCT("10" BIGINT, "2" BIGINT)'],
      ['2020', 'BIGINT'],
      ['mixed', 'VARCHAR'],
      ['0', 'BIGINT'],
    ]);
    const read = await connection.runAndReadAll(`SELECT mixed, "2021"."10"::INT, "0"::INT FROM ${file}`);
    assert.deepEqual(read.getRowsJson(), [
      ['{"7":[{"5":1,"3":2}],"1":9007199254740993}', 1, null],
      ['x', null, 3],
    ]);
  });

  it('reads types in the cells of a delimited text, and keeps texts that look like numbers', async () => {
    await exported(
      'data.csv',
      'id,zip,n,day,note,"a.b"\n1,01234,1.5,2026-01-02,"x, y",\n2,99999,,2026-01-03,,7\n',
    );
    const { types, rows } = await read();
    assert.deepEqual(types, {
      id: 'BIGINT',
      zip: 'VARCHAR',
      n: 'DOUBLE',
      day: 'DATE',
      note: 'VARCHAR',
      'a.b': 'BIGINT',
    });
    assert.deepEqual(rows, [
      { id: 1, zip: '01234', n: 1.5, day: '2026-01-02', note: 'x, y', 'a.b': null },
      { id: 2, zip: '99999', n: null, day: '2026-01-03', note: null, 'a.b': 7 },
    ]);
  });

  it('has the rows of any query, in order', async () => {
    const lines = Array.from({ length: 300 }, (_, index) => `{"n":${index % 7},"s":"s${index}"}\n`);
    await exported(
      'data.jsonl',
      lines.join(''),
      '|> AGGREGATE count(*) AS c, list(s) AS l, avg(n) AS a GROUP BY n |> ORDER BY n DESC',
    );
    const { types, rows } = await read();
    assert.deepEqual(types, { n: 'BIGINT', c: 'BIGINT', l: 'VARCHAR[]', a: 'BIGINT' });
    assert.deepEqual(
      rows.map((row) => (row as { n: number }).n),
      [6, 5, 4, 3, 2, 1, 0],
    );
    await exported('data.jsonl', lines.join(''), '|> ORDER BY s DESC |> LIMIT 2');
    assert.deepEqual((await read()).rows, [
      { n: 1, s: 's99' },
      { n: 0, s: 's98' },
    ]);
  });

  it('has the columns of a result without rows', async () => {
    await exported('data.jsonl', '{"a":1,"b":{"c":2}}\n', 'a > 5');
    assert.deepEqual(await read(), { types: { a: 'VARCHAR', b: 'VARCHAR' }, rows: [] });
    await exported('data.jsonl', '{"a":1,"b":{"c":2}}\n', 'a > 5 |> SELECT a + 1 AS x');
    assert.deepEqual(await read(), { types: { x: 'VARCHAR' }, rows: [] });
    await exported('data.csv', 'a,b\n1,2\n', 'a > 5');
    assert.deepEqual(await read(), { types: { a: 'VARCHAR', b: 'VARCHAR' }, rows: [] });
  });

  it('has a column for values that are no objects', async () => {
    await exported('data.json', '[1,2,null]');
    assert.deepEqual(await read(), {
      types: { _value: 'BIGINT' },
      rows: [{ _value: 1 }, { _value: 2 }, { _value: null }],
    });
  });

  it('has numbers without a value in JSON among doubles, and no statistics that hide rows', async () => {
    const values = Array.from({ length: 9000 }, (_, index) =>
      index % 1000 === 0 ? ['NaN', 'Infinity', '-Infinity'][(index / 1000) % 3] : String(index / 2),
    );
    const { asText } = await exported('data.jsonl', values.map((value) => `{"v":${value}}\n`).join(''));
    assert.deepEqual(asText, []);
    const file = join(folder, 'out.parquet');
    const counts = await connection.runAndReadAll(
      `SELECT any_value(typeof(v)), count(*) FILTER (isnan(v)), count(*) FILTER (v = 'inf'), count(*) FILTER (v = '-inf'), (SELECT count(*) FROM '${file}' WHERE v < 5), (SELECT count(*) FROM '${file}' WHERE v > 4495 AND v < 'inf') FROM '${file}'`,
    );
    assert.deepEqual(counts.getRowsJson(), [['DOUBLE', '3', '3', '3', '12', '9']]);
  });

  it('takes a type that the last of many rows decides, from a temporary file and over several row groups', async () => {
    const count = 260_000;
    const pad = 'x'.repeat(150);
    const lines = Array.from(
      { length: count },
      (_, index) => `{"n":${index === count - 1 ? '"end"' : index},"pad":"${pad}"}\n`,
    );
    const { asText } = await exported('data.jsonl', lines.join(''));
    assert.deepEqual(asText, ['n']);
    const file = join(folder, 'out.parquet');
    const sums = await connection.runAndReadAll(
      `SELECT count(*), sum(try_cast(n AS BIGINT)), max(n), count(DISTINCT pad), (SELECT count(DISTINCT row_group_id) > 1 FROM parquet_metadata('${file}')) FROM '${file}'`,
    );
    const last = count - 1;
    assert.deepEqual(sums.getRowsJson(), [
      [String(count), String(((last - 1) * last) / 2), 'end', '1', true],
    ]);
  });

  it('names what is written as text inside of lists and objects', async () => {
    const lines = [
      '{"l":[1,"a"],"o":{"m":1,"k":[[1],[true]]},"n":[1]}\n',
      '{"l":[],"o":{"m":"x"},"n":[2.5]}\n',
    ];
    const { asText } = await exported('data.jsonl', lines.join(''));
    assert.deepEqual(asText, ['l[*]', 'o.m', 'o.k[*][*]']);
  });

  it('leaves nothing behind where it is cancelled', async () => {
    const path = join(folder, 'data.jsonl');
    await writeFile(path, '{"a":1}\n');
    const dataset = await Dataset.open({ kind: 'file', path }, { signal });
    const controller = new AbortController();
    try {
      const file = await openTarget(join(folder, 'out.parquet'), { sources: [] });
      const sink = {
        ...file,
        write: async (bytes: Uint8Array): Promise<void> => {
          await file.write(bytes);
          controller.abort();
        },
      };
      await assert.rejects(
        exportTo(
          dataset,
          { query: '', to: 'parquet', sink },
          { signal: controller.signal, progress: () => undefined },
        ),
        { name: 'AbortError' },
      );
    } finally {
      await dataset.close();
    }
    assert.deepEqual(await readdir(folder), ['data.jsonl']);
  });

  it('refuses more columns than Parquet readers can take', async () => {
    const members = Array.from({ length: 16_385 }, (_, index) => `"c${index}":1`);
    await assert.rejects(exported('data.jsonl', `{${members.join(',')}}\n`), {
      name: 'SinkError',
      message:
        'The rows have more than 16,384 columns, too many for Parquet. Choose some of them with SELECT.',
    });
  });

  it('is read back by DuckDB value by value', async () => {
    const key = fc.constantFrom('a', 'b.c', 'ä "q"', '__proto__', '7');
    // Each column has one shape, so that what DuckDB gives for it can be compared.
    const shape = fc.constantFrom('number', 'text', 'boolean', 'numbers', 'group');
    const columns = fc.uniqueArray(fc.tuple(key, shape), {
      minLength: 1,
      maxLength: 4,
      selector: ([name]) => name,
    });
    const valueOf = (kind: string): fc.Arbitrary<unknown> => {
      const orNull = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> =>
        fc.option(arbitrary, { freq: 4 });
      const number = fc.oneof(
        fc.integer(),
        fc
          .double({ noNaN: true, noDefaultInfinity: true })
          .map((value) => (Object.is(value, -0) ? 0 : value)),
      );
      const text = fc.string({ unit: 'grapheme' }).map((value) => `t${value}`);
      if (kind === 'number') return orNull(number);
      if (kind === 'text') return orNull(text);
      if (kind === 'boolean') return orNull(fc.boolean());
      if (kind === 'numbers') return orNull(fc.array(orNull(number), { maxLength: 3 }));
      return orNull(fc.record({ x: orNull(number), 'y z': orNull(text) }));
    };
    const table = columns.chain((list) =>
      fc.array(fc.record(Object.fromEntries(list.map(([name, kind]) => [name, valueOf(kind)]))), {
        minLength: 1,
        maxLength: 30,
      }),
    );
    await fc.assert(
      fc.asyncProperty(table, async (rows) => {
        await exported('data.jsonl', rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
        const { rows: found } = await read();
        assert.deepEqual(comparable(found), comparable(rows));
      }),
      { numRuns: runs(60, 2000) },
    );
  });
});

/** DuckDB fills members that are not there with null, and writes doubles in its own way. */
function comparable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(comparable);
  if (value === null || typeof value !== 'object') return value;
  const members = Object.entries(value).map(([key, member]): [string, unknown] => [key, comparable(member)]);
  return Object.fromEntries(members.sort(([a], [b]) => (a < b ? -1 : 1)));
}
