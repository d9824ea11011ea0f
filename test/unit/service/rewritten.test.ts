import assert from 'node:assert/strict';
import { appendFile, mkdir, mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { DuckDBInstance } from '@duckdb/node-api';
import type { OpenFile } from '../../../src/protocol/engine.ts';
import { RemoteError } from '../../../src/protocol/rpc.ts';
import { english } from '../../../src/said/said.ts';
import { cellsOf, Preview } from '../../support/preview.ts';

interface Row {
  readonly id: number;
  readonly name: string;
}

const rows: readonly Row[] = Array.from({ length: 3000 }, (_, id) => ({ id, name: `name ${id}` }));
const jsonl = (of: readonly Row[]): string => of.map((row) => `${JSON.stringify(row)}\n`).join('');
const csv = (of: readonly Row[]): string =>
  `id,name\n${of.map(({ id, name }) => `${id},${name}\n`).join('')}`;
const first = (name: string): Row[] => [{ id: 0, name }, ...rows.slice(1)];
const inserted = [rows[0], { id: 77, name: 'typed' }, ...rows.slice(1)];

/** What somebody may do to a file in an editor that saves in place. */
const edits: Readonly<Record<string, readonly Row[]>> = {
  'as long': first('NAME 0'),
  'longer by a row': inserted,
  'longer in its first row': first('a name that is longer than it was'),
  'longer at its end as well': [...first('NAME 0'), { id: 3000, name: 'typed' }],
  shorter: rows.slice(0, 2000),
};

describe('service/a file that is written anew in place while it is shown', () => {
  let top = '';
  let folder = '';
  let preview: Preview | undefined;
  const long = new Date(1_700_000_000_000);

  beforeEach(async () => {
    top = await mkdtemp(join(tmpdir(), 'rowriver-rewritten-'));
    folder = join(top, 'data');
    await mkdir(folder);
  });
  afterEach(async () => {
    await preview?.close();
    preview = undefined;
    await rm(top, { recursive: true });
  });

  async function put(name: string, bytes: string | Buffer): Promise<void> {
    await writeFile(join(folder, name), bytes);
  }

  const kinds: Readonly<Record<string, { file: string; write: (of: readonly Row[]) => Promise<void> }>> = {
    'JSON Lines': { file: 'a.jsonl', write: (of) => put('a.jsonl', jsonl(of)) },
    CSV: { file: 'a.csv', write: (of) => put('a.csv', csv(of)) },
    'a JSON array': { file: 'a.json', write: (of) => put('a.json', JSON.stringify(of)) },
    gzip: { file: 'a.jsonl.gz', write: (of) => put('a.jsonl.gz', gzipSync(jsonl(of))) },
    'UTF-16': { file: 'a.csv', write: (of) => put('a.csv', Buffer.from(`\ufeff${csv(of)}`, 'utf16le')) },
    Parquet: { file: 'a.parquet', write: writeParquet },
    'one of several files': { file: 'a.jsonl', write: (of) => put('a.jsonl', jsonl(of)) },
  };

  async function writeParquet(of: readonly Row[]): Promise<void> {
    const text = join(top, 'text.jsonl');
    await writeFile(text, jsonl(of));
    const duckdb = await (await DuckDBInstance.create()).connect();
    const made = join(top, 'made.parquet');
    await duckdb.run(`COPY (FROM read_json('${text}', format = 'nd')) TO '${made}' (FORMAT parquet)`);
    duckdb.closeSync();
    await put('a.parquet', await readFile(made));
  }

  async function open(kind: string): Promise<Preview> {
    const { file, write } = kinds[kind];
    await write(rows);
    await utimes(join(folder, file), long, long);
    const isOne = kind !== 'one of several files';
    if (!isOne) await put('b.jsonl', jsonl([{ id: 9, name: 'of b' }]));
    const options = {};
    const opened: OpenFile = isOne
      ? { location: join(folder, file), options }
      : { location: 'files', files: { folder, names: [''] }, options };
    preview = await Preview.openFile(opened, 2, join(top, 'cache'));
    return preview;
  }

  const page = { view: 0, first: 10, count: 20, columns: [] } as const;

  for (const kind of Object.keys(kinds)) {
    for (const [edit, now] of Object.entries(edits)) {
      it(`gives nothing of another version: ${kind}, ${edit}`, async () => {
        const opened = await open(kind);
        const asked = opened.page;
        const sorted = await asked.call('run', { query: '|> ORDER BY id DESC' });
        const filtered = await asked.call('run', { query: 'id > 5' });
        assert.deepEqual([sorted.phase, filtered.phase], ['done', 'done']);
        await kinds[kind].write(now);
        const isChanged = (error: unknown): boolean =>
          error instanceof RemoteError && error.kind === 'changed';
        const { view } = filtered;
        await assert.rejects(asked.call('rows', page), isChanged);
        await assert.rejects(asked.call('rows', { ...page, view }), isChanged);
        await assert.rejects(asked.call('record', { view, row: 20 }), isChanged);
        // Sorted rows were all read before; those of Parquet are read when they are looked at.
        const kept = asked.call('rows', { view: sorted.view, first: 0, count: 2, columns: [0, 1] });
        if (kind === 'Parquet') await assert.rejects(kept, isChanged);
        else assert.equal((await kept).rows, 2);
        for (const query of ['id > 990', '|> ORDER BY name', '|> AGGREGATE count(*) AS n GROUP BY name']) {
          const { phase, said, matched } = await asked.call('run', { query });
          assert.equal(phase, 'failed', `${query}: ${matched}`);
          assert.match(said ? english(said) : '', /has changed since it was opened|became shorter/);
        }
        const text = { view: 0, text: 'typed', matchCase: false } as const;
        await assert.rejects(asked.call('find', { ...text, from: 0, backward: false }), isChanged);
        await assert.rejects(asked.call('findCount', text), isChanged);
        const statistics = { view: 0, columns: [0, 1], depth: 'panel' } as const;
        await assert.rejects(asked.call('statistics', statistics), isChanged);
        await opened.file(({ phase, grownBy }) => phase === 'changed' && grownBy === undefined);
        await asked.call('reload', null);
        const anew = await asked.call('run', { query: "name = 'typed' OR id > 0" });
        assert.equal(anew.phase, 'done');
      });
    }
  }

  it('is read on up to where it ended when something is appended to it, or its mode is changed', async () => {
    for (const kind of ['JSON Lines', 'CSV', 'gzip', 'one of several files']) {
      const { page: asked } = await open(kind);
      const more = kind === 'CSV' ? '3000,more\n' : '{"id":3000,"name":"more"}\n';
      await appendFile(join(folder, kinds[kind].file), kind === 'gzip' ? gzipSync(more) : more);
      const { phase, matched, view } = await asked.call('run', { query: 'id >= 2990' });
      assert.deepEqual([phase, matched], ['done', 10], kind);
      const rowsOf = await asked.call('rows', { view, first: 0, count: 10, columns: [] });
      assert.equal(rowsOf.rows, 10, kind);
      const found = await asked.call('findCount', { view: 0, text: 'more', matchCase: false });
      assert.deepEqual(found, { count: 0 }, kind);
      assert.equal(cellsOf(await asked.call('rows', page)).length, 20);
      await preview?.close();
      preview = undefined;
      for (const { file } of Object.values(kinds)) await rm(join(folder, file), { force: true });
      await rm(join(folder, 'b.jsonl'), { force: true });
    }
  });
});
