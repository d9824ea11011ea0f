import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { Dataset } from '../../../src/engine/dataset/dataset.ts';
import { IndexStore } from '../../../src/engine/index/store.ts';
import { countTo } from '../../../src/engine/run/count.ts';
import { exportToFile } from '../../../src/engine/run/export/export.ts';
import type { ExportFormat } from '../../../src/protocol/engine.ts';
import type { FormatOptions } from '../../../src/protocol/formatOptions.ts';
import { finished, startCli } from '../../support/cli.ts';
import { scanPool } from '../../support/pool.ts';
import { cellsOf, Preview } from '../../support/preview.ts';
import { told } from '../../support/said.ts';

const { signal } = new AbortController();
const context = { signal, progress: () => undefined };

describe('tables one below the other', () => {
  let folder = '';
  let path = '';
  const pool = scanPool(2);

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rowriver-tables-'));
    path = join(folder, 'all.csv');
    await writeFile(path, text);
    for (const [index, table] of tables.entries()) await writeFile(join(folder, `${index + 1}.csv`), table);
  });

  after(async () => {
    await pool.close();
    await rm(folder, { recursive: true, force: true });
  });

  const rows = (count: number, row: (at: number) => string) =>
    Array.from({ length: count }, (_, at) => `${row(at)}\n`).join('');
  const tables = [
    `date;city;value\n${rows(20, (at) => `2020-01-${at + 10};"Leeds; ${at % 3}";${at}.5`)}1;2\n`,
    `id;n\n${rows(15, (at) => `${at};${at * 3}`)}x;"y\nz";3\n`,
    // Longer than the head, and than several blocks.
    `k;l;m;n\n${rows(15_000, (at) => `${at};é${at % 7};${at % 100};`)}`,
  ];
  const text = `${tables[0]}\nBy number\n${tables[1]}\n\n${tables[2]}`;
  /** Lines and bytes that stand before each table in the file. */
  const starts = tables.map((table) => text.indexOf(table));
  const linesBefore = starts.map((start) => text.slice(0, start).split('\n').length - 1);

  /** What a query over a file comes to, and what is counted. */
  async function asked(
    file: string,
    query: string,
    to: ExportFormat | 'count',
    options: FormatOptions & {
      readonly blockSize?: number | undefined;
      readonly pool?: typeof pool;
      readonly store?: IndexStore;
      readonly restMs?: number;
    },
  ): Promise<[string, number, number, number]> {
    const dataset = await Dataset.open({ kind: 'file', path: file }, { signal, ...options });
    const target = join(folder, 'out');
    try {
      const { matched, records, malformed } =
        to === 'count'
          ? await countTo(dataset, { query }, context)
          : await exportToFile(dataset, { query, to, target }, context);
      const out = to === 'count' ? '' : await readFile(target, 'utf8');
      return [out, matched, records, malformed];
    } finally {
      await dataset.close();
    }
  }

  const queries = [
    ['', 'csv'],
    ['', 'count'],
    ['|> ORDER BY n DESC |> LIMIT 2', 'jsonl'],
    ['|> SELECT _record, *', 'csv'],
    ['_error IS NOT NULL', 'jsonl'],
    ['|> AGGREGATE count(*)', 'csv'],
  ] as const;

  for (const [query, to] of queries) {
    it(`answer ${query || 'everything'} to ${to} as if each was a file of its own`, async () => {
      for (const table of [1, 2, 3]) {
        const alone = await asked(join(folder, `${table}.csv`), query, to, {});
        for (const blockSize of table === 3 ? [64 * 1024, undefined] : [64, 1000, undefined]) {
          assert.deepEqual(
            await asked(path, query, to, { table, blockSize }),
            alone,
            `${table} ${blockSize}`,
          );
        }
        const small = { blockSize: 32 * 1024, pool };
        assert.deepEqual(await asked(path, query, to, { table, ...small }), alone, `${table}, workers`);
      }
    });
  }

  it('are told apart by what is kept of them', async () => {
    const store = new IndexStore(join(folder, 'cache'), 1e7);
    const ways: FormatOptions[] = [{}, { tables: 1 }, { table: 2 }, { tables: 2 }, { table: 3 }];
    for (const blockSize of [1000, undefined]) {
      for (const options of [...ways, ...ways.toReversed(), ...ways]) {
        const kept = await asked(path, '', 'count', { ...options, blockSize, store, restMs: -Infinity });
        const anew = await asked(path, '', 'count', { ...options, blockSize });
        assert.deepEqual(kept, anew, JSON.stringify(options));
      }
    }
  });

  it('are said by their lines and bytes in the file', async () => {
    for (const table of [1, 2, 3]) {
      const [out] = await asked(path, '|> LIMIT 1 |> SELECT _line, _offset', 'csv', { table });
      const header = tables[table - 1].indexOf('\n') + 1;
      const [line, offset] = [
        linesBefore[table - 1] + 2,
        Buffer.byteLength(text.slice(0, starts[table - 1])) + header,
      ];
      assert.equal(out, `_line,_offset\r\n${line},${offset}\r\n`);
    }
  });

  it('keep their bytes, with what stands above them', async () => {
    assert.equal((await asked(path, '', 'same', {}))[0], tables[0]);
    assert.equal((await asked(path, '', 'same', { table: 2 }))[0], `By number\n${tables[1]}`);
    const lines = text.replace(/\n+/g, '\n');
    assert.equal((await asked(path, '', 'same', { tables: 1 }))[0], lines);
  });

  it('keep the bytes of their encoding', async () => {
    const utf16 = (part: string) => Buffer.from(`\ufeff${part}`, 'utf16le');
    const file = join(folder, 'wide.csv');
    await writeFile(file, utf16(text));
    for (const [table, expected] of [tables[0], `By number\n${tables[1]}`].entries()) {
      await asked(file, '', 'same', { table: table + 1 });
      assert.deepEqual(await readFile(join(folder, 'out')), utf16(expected));
    }
  });

  it('are read from compressed files and pipes as well, and those left out are said', async () => {
    const packed = join(folder, 'all.csv.gz');
    await writeFile(packed, gzipSync(text));
    for (const table of [1, 2, 3]) {
      const [alone] = await asked(join(folder, `${table}.csv`), '', 'csv', {});
      assert.equal((await asked(packed, '', 'csv', { table, pool, blockSize: 32 * 1024 }))[0], alone);
      const child = startCli(['-', '--from', 'csv', '--to', 'csv', '--table', String(table)]);
      child.stdin.on('error', () => undefined);
      child.stdin.end(text);
      const { stdout, stderr, code } = await finished(child);
      assert.deepEqual([stdout.toString(), code], [alone, 0]);
      const others = [1, 2, 3].filter((other) => other !== table).map((other) => linesBefore[other - 1] + 1);
      const places = others.map((line) => `line ${line} \\(([\\d,]+) records?\\)`).join(' and ');
      assert.match(stderr, new RegExp(`skipped: 2 other tables, from ${places} \\(--table`));
    }
  });

  it('are not waited for where a query has stopped on its way through a pipe', async () => {
    const child = startCli(['-', 'LIMIT 1', '--from', 'csv', '--to', 'csv']);
    child.stdin.on('error', () => undefined);
    child.stdin.write(text);
    const { stderr, code } = await finished(child);
    child.stdin.end();
    assert.equal(code, 0);
    assert.match(stderr, /1 written.*skipped: 2 other tables/);
  });

  it('are counted apart where the file can be read again', async () => {
    const counts: string[] = [];
    for (const table of [1, 2, 3]) {
      const { stdout } = await finished(startCli([join(folder, `${table}.csv`), '--count']));
      counts.push(
        `line ${linesBefore[table - 1] + 1} (${Number(stdout.toString()).toLocaleString('en')} records)`,
      );
    }
    const { stderr } = await finished(startCli([path, '--count', '--table', '2']));
    const expected = `skipped: 2 other tables, from ${counts[0]} and ${counts[2]} (`;
    assert.ok(stderr.includes(expected), stderr);
    for (const input of [text, gzipSync(text)]) {
      const child = startCli(['-', '--from', 'csv', '--count', '--table', '2']);
      child.stdin.on('error', () => undefined);
      child.stdin.end(input);
      const piped = await finished(child);
      assert.ok(piped.stderr.includes(expected), piped.stderr);
    }
    const preview = await Preview.open(path);
    try {
      const others = await preview.page.call('otherTables', null);
      assert.deepEqual(
        others?.map(
          ({ line, records }) =>
            `line ${line} (${records.toLocaleString('en')} ${records === 1 ? 'record' : 'records'})`,
        ),
        counts.slice(1),
      );
    } finally {
      await preview.close();
    }
  });

  it('are shown one at a time', async () => {
    const preview = await Preview.open(path);
    try {
      const request = { view: 0, first: 19, count: 10, columns: [0] };
      assert.deepEqual(cellsOf(await preview.page.call('rows', request)), [['2020-01-29'], ['1']]);
      await preview.file(({ exact }) => exact);
      const state = preview.files.at(-1);
      assert.deepEqual([state?.records, state?.malformed], [21, 1]);
      const { reading, dialect } = preview.info;
      const lines = linesBefore.map((line) => line + 1);
      assert.deepEqual([reading?.tables, reading?.table], [lines, 1]);
      assert.equal(told({ said: dialect }), 'semicolon, quoted, header');
      const find = { view: 0, text: 'By number', matchCase: true, from: 0, backward: false };
      assert.equal(await preview.page.call('find', find), null);
      const place = { by: 'line', value: lines[1] + 5 } as const;
      const there = await preview.page.call('locate', { view: 0, place });
      assert.equal(there.row, 20);
    } finally {
      await preview.close();
    }
  });
});
