import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Dataset, DatasetOptions } from '../../../../src/engine/dataset/dataset.ts';
import { openFiles } from '../../../../src/engine/dataset/files/openFiles.ts';
import { filesAt } from '../../../../src/engine/source/files/search.ts';
import { IndexStore } from '../../../../src/engine/index/store.ts';
import { countTo } from '../../../../src/engine/run/count.ts';
import { exportTo } from '../../../../src/engine/run/export/export.ts';
import { memorySink } from '../../../support/memorySink.ts';
import { openFilesIn } from '../../../support/openFiles.ts';

const signal = new AbortController().signal;
const context = { signal, progress: () => undefined };
const count = 1010;
/** So many of them may be opened before the first rows. */
const first = 256;

describe('very many files as one table', () => {
  let folder: string;
  let paths: readonly string[];
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rowriver-many-'));
    paths = Array.from({ length: count }, (_, file) => join(folder, `${file}.jsonl`));
    for (const [file, path] of paths.entries()) await writeFile(path, textOf(file));
  });
  after(() => rm(folder, { recursive: true }));

  /** Records of two lines a file, the last of which has no end. */
  function textOf(file: number): string {
    return [0, 1].map((row) => JSON.stringify({ file, n: 2 * file + row })).join('\n');
  }

  async function withFiles<T>(
    files: readonly string[],
    options: Partial<DatasetOptions>,
    work: (dataset: Dataset) => Promise<T>,
  ): Promise<T> {
    const dataset = await openFiles('the files', filesAt(files), { signal, ...options });
    try {
      return await work(dataset);
    } finally {
      await dataset.close();
    }
  }

  async function rowsOf(dataset: Dataset, query: string): Promise<string[]> {
    const sink = memorySink();
    await exportTo(dataset, { query, to: 'jsonl', sink }, context);
    return sink.text().trimEnd().split('\n');
  }

  /** Where all but the first files are gone, one that is opened is one that cannot be read. */
  const mostlyGone = (): string[] => paths.map((path, file) => (file < first ? path : `${path}.gone`));

  it('opens a few of them for the first rows, and all for more', async () => {
    for (const query of ['|> LIMIT 300', 'n >= 100 |> SELECT n |> LIMIT 300']) {
      await withFiles(mostlyGone(), { early: true }, async (dataset) => {
        assert.equal(dataset.files?.count, count);
        const rows = await rowsOf(dataset, query);
        assert.equal(rows.length, Number(query.split(' ').at(-1)));
        assert.deepEqual([dataset.isWhole, dataset.unread], [false, []], query);
      });
    }
    await withFiles(mostlyGone(), { early: true }, async (dataset) => {
      assert.equal((await rowsOf(dataset, '|> LIMIT 513')).length, 2 * first);
      assert.equal(dataset.unread.length, count - first);
      assert.equal(dataset.files?.count, first);
    });
  });

  it('answers of all, whether its rows are taken before all were looked at or not', async () => {
    const numbers = Array.from({ length: 2 * count }, (_, n) => n);
    const picked = (test: (n: number) => boolean): { readonly n: number }[] =>
      numbers.filter(test).map((n) => ({ n }));
    const length = '{"file":255,"n":510}\n'.length;
    for (const [query, expected] of [
      ['|> SELECT n', picked(() => true)],
      ['n % 500 = 7 |> SELECT n', picked((n) => n % 500 === 7)],
      ['n % 500 = 7 |> SELECT n |> LIMIT 2 OFFSET 2', [{ n: 1007 }, { n: 1507 }]],
      [
        'n >= 511 |> SELECT _record, _file_offset, n |> LIMIT 3',
        [511, 512, 513].map((n) => ({ _record: n + 1, _file_offset: (n % 2) * length, n })),
      ],
      ['|> AGGREGATE count(*) AS n', [{ n: 2 * count }]],
      ['n > 100000', []],
    ] as const) {
      const rows = await withFiles(paths, { early: true }, (dataset) => rowsOf(dataset, query));
      const found = rows.filter((row) => row !== '').map((row): unknown => JSON.parse(row));
      assert.deepEqual(found, expected, query);
    }
  });

  it('keeps few of them open, and none when it is closed on its way', async function () {
    const stop = new AbortController();
    const dataset = await openFiles('the files', filesAt(paths), { signal, early: true });
    try {
      let most = 0;
      for await (const _ of dataset.scan(
        { query: undefined, output: { kind: 'stages', asRecords: true } },
        signal,
      ))
        most = Math.max(most, (await openFilesIn(folder))?.length ?? 0);
      assert.ok(most <= 32, `${most} files are open`);
    } finally {
      await dataset.close();
    }
    const other = await openFiles('the files', filesAt(paths), { signal, early: true });
    const completed = other.complete(stop.signal);
    stop.abort();
    await assert.rejects(completed, { name: 'AbortError' });
    await other.close();
    if ((await openFilesIn(folder)) === undefined) this.skip();
    assert.deepEqual(await openFilesIn(folder), []);
  });

  it('overwrites none of them, and counts by what is kept of all', async () => {
    const store = new IndexStore(await mkdtemp(join(folder, 'kept-')), 1e8);
    const counted = (early: boolean): Promise<number> =>
      withFiles(paths, { early, store, restMs: -1e9 }, async (dataset) => {
        assert.deepEqual(new Set(dataset.location.paths), new Set(paths));
        await dataset.complete(signal);
        const known = dataset.index.length;
        assert.equal((await countTo(dataset, { query: 'n >= 2010' }, context)).matched, 10);
        return known;
      });
    const known = [await counted(true), await counted(true), await counted(false)];
    assert.deepEqual(known, [0, 1, 1]);
  });

  it('leaves out those that cannot be read, wherever they stand', async () => {
    const files = [...paths];
    const packed = join(folder, 'folder.jsonl');
    await mkdir(packed);
    files.splice(100, 0, packed);
    files.splice(1000, 0, packed, `${paths[0]}.gone`);
    await withFiles(files, { early: true }, async (dataset) => {
      assert.equal(dataset.unread.length, 1);
      assert.equal((await rowsOf(dataset, '')).length, 2 * count);
      assert.deepEqual(
        dataset.unread.map(({ path }) => path),
        [packed, packed, `${paths[0]}.gone`],
      );
    });
  });
});
