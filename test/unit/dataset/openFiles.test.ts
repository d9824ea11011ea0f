import assert from 'node:assert/strict';
import { appendFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Dataset, DatasetOptions } from '../../../src/engine/dataset/dataset.ts';
import { openFiles } from '../../../src/engine/dataset/openFiles.ts';
import { filesAt } from '../../../src/engine/source/files/search.ts';
import { IndexStore } from '../../../src/engine/index/store.ts';
import { countTo } from '../../../src/engine/run/count.ts';
import { exportTo } from '../../../src/engine/run/export.ts';
import { memorySink } from '../../support/memorySink.ts';

const signal = new AbortController().signal;
const context = { signal, progress: () => undefined };

describe('files as one table', () => {
  let folder: string;
  beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'rowriver-table-'))));
  afterEach(() => rm(folder, { recursive: true }));

  /** Writes files by their names, and opens them in that order. */
  async function open(
    files: Readonly<Record<string, string | Buffer>>,
    options: Partial<DatasetOptions> = {},
  ): Promise<Dataset> {
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
    return again(Object.keys(files), options);
  }

  function again(names: readonly string[], options: Partial<DatasetOptions> = {}): Promise<Dataset> {
    const paths = names.map((name) => join(folder, name));
    return openFiles('the files', filesAt(paths), { signal, ...options });
  }

  async function rowsOf(
    dataset: Dataset,
    query = '',
    to: 'jsonl' | 'csv' | 'same' = 'jsonl',
  ): Promise<string[]> {
    const sink = memorySink();
    await exportTo(dataset, { query, to, sink }, context);
    return sink.text().trimEnd().split(/\r?\n/);
  }

  const inFolder = (text: string): string => text.replaceAll(folder, '');

  it('reads JSON Lines one after the other, whose columns may differ', async () => {
    const dataset = await open({
      'a.jsonl': '{"a":1}\n{"a":2}',
      'b.jsonl': '',
      'c.jsonl': '\ufeff{"b":3}\n',
    });
    try {
      assert.deepEqual(await rowsOf(dataset), ['{"a":1}', '{"a":2}', '{"b":3}']);
      assert.deepEqual(await rowsOf(dataset, '', 'csv'), ['a,b', '1,', '2,', ',3']);
      const places = await rowsOf(dataset, '|> SELECT _file, _record, _file_offset, a');
      assert.deepEqual(places.map(inFolder), [
        '{"_file":"/a.jsonl","_record":1,"_file_offset":0,"a":1}',
        '{"_file":"/a.jsonl","_record":2,"_file_offset":8,"a":2}',
        '{"_file":"/c.jsonl","_record":3,"_file_offset":3,"a":null}',
      ]);
    } finally {
      await dataset.close();
    }
  });

  it('reads the header of delimited text once, however its lines end', async () => {
    const dataset = await open({
      'a.csv': 'id;name\n1;x\n2;"y\nz"\n',
      'b.csv': '\ufeffid;name\r\n3;w\r\n',
      'c.csv': 'id;name',
      'd.csv': 'id;name\n4;v',
    });
    try {
      assert.deepEqual(await rowsOf(dataset), [
        '{"id":"1","name":"x"}',
        '{"id":"2","name":"y\\nz"}',
        '{"id":"3","name":"w"}',
        '{"id":"4","name":"v"}',
      ]);
      assert.equal((await countTo(dataset, { query: 'id >= 2' }, context)).matched, 3);
      assert.deepEqual((await rowsOf(dataset, '|> AGGREGATE count(*) AS n GROUP BY _file')).map(inFolder), [
        '{"_file":"/a.csv","n":2}',
        '{"_file":"/b.csv","n":1}',
        '{"_file":"/d.csv","n":1}',
      ]);
    } finally {
      await dataset.close();
    }
  });

  it('refuses delimited text with other columns, and JSON documents', async () => {
    await assert.rejects(open({ 'a.csv': 'a,b\n1,2\n', 'b.csv': 'b,a\n1,2\n' }), {
      name: 'SourceError',
      failure: 'unsupported',
      message: `${folder}/b.csv cannot be read as one table with ${folder}/a.csv: its first line is not the same header.`,
    });
    await assert.rejects(open({ 'a.json': '[{"a":1},{"a":2}]', 'b.json': '[]' }), {
      failure: 'unsupported',
      message: /^.*\/a\.json is a JSON document\. Several files can be read as one table where/,
    });
  });

  it('leaves out what cannot be read, and says why', async () => {
    await writeFile(join(folder, 'b.jsonl'), '{"a":1}\n');
    await mkdir(join(folder, 'sub'));
    const dataset = await again(['missing.jsonl', 'b.jsonl', 'sub']);
    try {
      assert.deepEqual(
        dataset.unread.map(({ path, reason }) => [inFolder(path), inFolder(reason)]),
        [
          ['/missing.jsonl', 'There is no file /missing.jsonl.'],
          ['/sub', '/sub is a folder, not a file.'],
        ],
      );
      assert.deepEqual(await rowsOf(dataset), ['{"a":1}']);
    } finally {
      await dataset.close();
    }
    await assert.rejects(again(['missing.jsonl', 'lost.jsonl']), {
      failure: 'not-found',
      message: /missing\.jsonl/,
    });
  });

  it('counts malformed records, and says of each where it is', async () => {
    const dataset = await open({ 'a.jsonl': '{"a":1}\n', 'b.jsonl': '{"a":2}\n{"a":\n' });
    try {
      const rejects = memorySink();
      const { malformed } = await countTo(dataset, { query: '', rejects }, context);
      assert.equal(malformed, 1);
      const [reject] = rejects.text().split('\n');
      const { file, file_offset, record, offset } = JSON.parse(reject) as Record<string, unknown>;
      assert.deepEqual([inFolder(String(file)), file_offset, record, offset], ['/b.jsonl', 8, 3, 16]);
    } finally {
      await dataset.close();
    }
  });

  it('uses what is kept of them, and never of what one of them was before', async () => {
    const cache = join(folder, 'cache');
    const line = (id: number): string => `{"id":${id},"status":${id % 7}}\n`;
    const text = (from: number, to: number): string =>
      Array.from({ length: to - from }, (_, i) => line(from + i)).join('');
    const names = ['a.jsonl', 'b.jsonl', 'c.jsonl'];
    const options = () => ({ blockSize: 4096, store: new IndexStore(cache, 1e9), restMs: 0 });
    const count = async (dataset: Dataset): Promise<number> => {
      try {
        return (await countTo(dataset, { query: 'status = 3' }, context)).matched;
      } finally {
        await dataset.close();
      }
    };
    const [a, b, c] = [text(0, 3000), text(3000, 3500), text(3500, 9000)];
    const expected = (count: number): number =>
      Array.from({ length: count }, (_, id) => id % 7).filter((s) => s === 3).length;
    assert.equal(
      await count(await open({ 'a.jsonl': a, 'b.jsonl': b, 'c.jsonl': c }, options())),
      expected(9000),
    );
    assert.equal(await count(await again(names, options())), expected(9000), 'from what is kept');
    await appendFile(join(folder, 'a.jsonl'), '{"status":3}\n');
    assert.equal(await count(await again(names, options())), expected(9000) + 1, 'after the first has grown');
    await writeFile(join(folder, 'b.jsonl'), b.replaceAll('"status":3', '"status":4'));
    const inB = b.split('"status":3').length - 1;
    assert.equal(
      await count(await again(names, options())),
      expected(9000) + 1 - inB,
      'after one has changed',
    );
    assert.equal(
      await count(await again(['b.jsonl', 'a.jsonl'], options())),
      expected(3000) + 1,
      'in another order',
    );
  });
});
