import assert from 'node:assert/strict';
import {
  appendFile,
  chmod,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHash } from 'node:crypto';
import { deserialize, serialize } from 'node:v8';
import { Dataset } from '../../../src/engine/dataset/dataset.ts';
import { plannedFor } from '../../../src/engine/dataset/plan.ts';
import { ViewRun } from '../../../src/engine/run/viewRun.ts';
import { IndexStore } from '../../../src/engine/index/store.ts';
import { told } from '../../support/said.ts';

const signal = new AbortController().signal;
const blockSize = 512;
/** Files that were written a moment ago are taken for old ones. */
const longAgo = -Infinity;

describe('index/IndexStore', () => {
  let folder: string;
  let cache: string;
  let path: string;
  let lines: string[];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rowriver-test-'));
    cache = join(folder, 'cache');
    path = join(folder, 'data.jsonl');
    lines = Array.from(
      { length: 1000 },
      (_, n) => `{"n":${n},"at":"2026-01-01T00:${String(n).padStart(5, '0')}"}\n`,
    );
    await writeFile(path, lines.join(''));
  });

  afterEach(() => rm(folder, { recursive: true }));

  async function using<T>(
    work: (dataset: Dataset) => Promise<T>,
    limit = 1e6,
    options: { readonly path?: string; readonly blockSize?: number; readonly restMs?: number } = {},
  ): Promise<T> {
    const store = new IndexStore(cache, limit);
    const source = { kind: 'file', path: options.path ?? path } as const;
    const dataset = await Dataset.open(source, { signal, store, blockSize, restMs: longAgo, ...options });
    try {
      return await work(dataset);
    } finally {
      await dataset.close();
    }
  }

  async function count(dataset: Dataset, query: string) {
    const run = new ViewRun(1, plannedFor(query, dataset.recognised.format), dataset);
    const { matched, records, scanned, skipped, total, phase, said } = await run.run(signal, () => undefined);
    assert.equal(phase, 'done', told({ said }));
    assert.ok(scanned + skipped <= (total ?? 0));
    return { matched, records, skipped };
  }

  /** Names of the indexes in the cache, which has columns as well. */
  const indexes = async (): Promise<string[]> =>
    (await readdir(cache)).filter((name) => name.endsWith('.rowindex'));

  async function size(): Promise<number> {
    return (await stat(path)).size;
  }

  it('knows an unchanged file and its views at once', async () => {
    const first = await using((dataset) => count(dataset, 'n >= 900'));
    assert.deepEqual(first, { matched: 100, records: 1000, skipped: 0 });
    await using(async (dataset) => {
      assert.equal(dataset.indexed, true);
      assert.equal(dataset.index.records, 1000);
      assert.deepEqual(await count(dataset, 'n >= 900'), { ...first, skipped: await size() });
    });
  });

  it('skips the blocks whose zones rule a later filter out, by number and by text', async () => {
    await using((dataset) => count(dataset, 'n >= 900'));
    const { matched, skipped } = await using((dataset) => count(dataset, 'n BETWEEN 100 AND 110'));
    assert.equal(matched, 11);
    assert(skipped > 0.9 * (await size()), `skipped ${skipped}`);
    await using((dataset) => count(dataset, `at >= '2026-01-01T00:00990'`));
    const second = await using((dataset) => count(dataset, `at < '2026-01-01T00:00010'`));
    assert.equal(second.matched, 10);
    assert(second.skipped > 0.9 * (await size()), `skipped ${second.skipped}`);
  });

  it('extends what it knows of a file that has grown', async () => {
    await using((dataset) => count(dataset, 'n >= 900'));
    const before = await size();
    await appendFile(path, '{"n":5000}\n'.repeat(100));
    await using(async (dataset) => {
      assert.equal(dataset.index.length, 0);
      // Blocks that were ruled out are compared, the others are scanned.
      const { matched, skipped } = await count(dataset, 'n >= 900');
      assert.equal(matched, 200);
      assert(skipped > 0.8 * before && skipped < before, `skipped ${skipped}`);
      assert.equal(dataset.index.records, 1100);
      assert.equal((await count(dataset, 'n >= 900')).skipped, await size());
    });
  });

  it('leaves what it has in its place while that may still hold', async () => {
    await using((dataset) => count(dataset, 'n >= 900'));
    await appendFile(path, '{"n":5000}\n');
    await using((dataset) => count(dataset, 'n = 0 |> LIMIT 1'));
    const { skipped } = await using((dataset) => count(dataset, 'n >= 900'));
    assert(skipped > 0.8 * (await size()), `skipped ${skipped}`);
  });

  it('uses nothing of a file whose old rows have changed when it has grown', async () => {
    const dump = (changed: (n: number) => boolean, rows: number): string =>
      Array.from({ length: rows }, (_, n) => `{"n":${n + 1e6},"s":"${changed(n) ? 'paid' : 'open'}"}\n`).join(
        '',
      );
    await writeFile(
      path,
      dump(() => false, 8000),
    );
    assert.equal((await using((dataset) => count(dataset, "s = 'paid'"))).matched, 0);
    const next = dump((n) => n >= 4000 && n < 5000, 8100);
    // Into the same file; what has changed is found by a query on another column, by which nothing may be ruled out.
    await writeFile(path, next);
    await using(async (dataset) => {
      assert.equal((await count(dataset, `n = ${1e6 + 4500}`)).matched, 1);
      assert.equal((await count(dataset, "s = 'paid'")).matched, 1000);
    });
    assert.equal((await using((dataset) => count(dataset, "s = 'paid'"))).matched, 1000);
    // In the place of the file.
    await writeFile(
      `${path}.new`,
      dump((n) => n >= 2000 && n < 2500, 8200),
    );
    await rename(`${path}.new`, path);
    assert.equal((await using((dataset) => count(dataset, "s = 'paid'"))).matched, 500);
  });

  it('indexes a file anew that has its old size and time', async () => {
    await writeFile(path, lines.join('').repeat(4));
    const time = new Date(1_700_000_000_000);
    await utimes(path, time, time);
    await using((dataset) => count(dataset, 'n = 77'));
    const text = await readFile(path, 'utf8');
    await writeFile(path, text.replaceAll('"n":500,', '"n": 77,'));
    await utimes(path, time, time);
    assert.equal((await using((dataset) => count(dataset, 'n = 77'))).matched, 8);
  });

  it('compares the blocks of a file that was changed a moment before it was opened', async () => {
    await using((dataset) => count(dataset, 'n = 77'), 1e6, { restMs: 5000 });
    await using(
      async (dataset) => {
        assert.equal(dataset.index.length, 0);
        const { matched, skipped } = await count(dataset, 'n = 77');
        assert.equal(matched, 1);
        assert(skipped > 0.9 * (await size()), `skipped ${skipped}`);
      },
      1e6,
      { restMs: longAgo },
    );
    // It is known now, and was old when it was opened.
    await using((dataset) => Promise.resolve(assert.equal(dataset.indexed, true)));
  });

  it('indexes a link anew that leads elsewhere', async () => {
    const link = join(folder, 'link.jsonl');
    await writeFile(join(folder, 'other.jsonl'), lines.join('').replaceAll('"n":9', '"n":1'));
    await symlink(path, link);
    await using((dataset) => count(dataset, 'n >= 900'), 1e6, { path: link });
    await rm(link);
    await symlink(join(folder, 'other.jsonl'), link);
    assert.equal((await using((dataset) => count(dataset, 'n >= 900'), 1e6, { path: link })).matched, 0);
  });

  it('reads a quoted field anew that was never closed until the file grew', async () => {
    const csv = join(folder, 'quoted.csv');
    await writeFile(csv, `n,s\n${'1,x\n'.repeat(300)}2,"open\n${'1,x\n'.repeat(300)}`);
    const all = (dataset: Dataset) => count(dataset, 'n = 1');
    assert.equal((await using(all, 1e6, { path: csv })).matched, 600);
    await appendFile(csv, '3,x"\n');
    assert.equal((await using(all, 1e6, { path: csv })).matched, 300);
  });

  it('extends what it knows of UTF-16 by nothing', async () => {
    const encoded = join(folder, 'utf16.jsonl');
    await writeFile(encoded, Buffer.from(`\ufeff${lines.join('')}`, 'utf16le'));
    await using((dataset) => count(dataset, 'n >= 900'), 1e6, { path: encoded });
    await appendFile(encoded, Buffer.from('{"n":900}\n'.repeat(100), 'utf16le'));
    assert.equal((await using((dataset) => count(dataset, 'n >= 900'), 1e6, { path: encoded })).matched, 200);
  });

  it('reads a file anew that was cut in the middle of a line and then grew', async () => {
    await truncate(path, (await size()) - 5);
    await using((dataset) => count(dataset, 'n >= 900'));
    await appendFile(path, '"}\n{"n":901}\n');
    assert.equal((await using((dataset) => count(dataset, 'n >= 900'))).matched, 101);
  });

  it('forgets a file that was changed in place, also of the same size', async () => {
    await using((dataset) => count(dataset, 'n >= 900'));
    await writeFile(path, lines.join('').replaceAll('"n":9', '"n":1'));
    await utimes(path, new Date(), new Date(Date.now() + 5000));
    assert.equal((await using((dataset) => count(dataset, 'n >= 900'))).matched, 0);
  });

  for (const [what, line, later] of [
    ['in the middle', 4000, true],
    ['at its beginning, and has its old time', 0, false],
    ['at its end, and has its old time', 7999, false],
  ] as const) {
    it(`forgets a long file that was changed ${what}`, async () => {
      const time = new Date(1_700_000_000_000);
      const long = Array.from(
        { length: 8000 },
        (_, n) => `{"n":${n},"pad":"${'.'.repeat(40)}"}
`,
      );
      await writeFile(path, long.join(''));
      await utimes(path, time, time);
      assert.equal((await using((dataset) => count(dataset, 'n = -1'))).matched, 0);
      // As long as it was.
      long[line] = `{"n":-1,"pad":"${'.'.repeat(38 + String(line).length)}"}\n`;
      await writeFile(path, long.join(''));
      await utimes(path, time, later ? new Date(time.getTime() + 1000) : time);
      assert.equal((await using((dataset) => count(dataset, 'n = -1'))).matched, 1);
    });
  }

  it('forgets what it knew of the last block of a file that has grown', async () => {
    await using((dataset) => count(dataset, 'n >= 900'));
    await appendFile(path, '{"n":5000,"at":"x"}\n'.repeat(100));
    await using(async (dataset) => {
      // This makes the index whole, and learns nothing of `n`.
      await count(dataset, "at = 'x'");
      assert.equal((await count(dataset, 'n = 5000')).matched, 100);
    });
  });

  it('keeps apart what was read otherwise', async () => {
    await using((dataset) => count(dataset, 'n >= 900'));
    await using(
      async (dataset) => {
        assert.equal(dataset.index.length, 0);
        await count(dataset, 'n >= 900');
      },
      1e6,
      { blockSize: 2 * blockSize },
    );
    assert.equal((await indexes()).length, 2);
  });

  it('throws a snapshot of another version away', async () => {
    await using((dataset) => count(dataset, 'n >= 900'));
    const [name] = await indexes();
    const stored = deserialize((await readFile(join(cache, name))).subarray(32)) as { version: number };
    const body = serialize({ ...stored, version: stored.version + 1 });
    await writeFile(join(cache, name), Buffer.concat([createHash('sha256').update(body).digest(), body]));
    await using((dataset) => Promise.resolve(assert.equal(dataset.index.length, 0)));
  });

  it('gives up what was used longest ago', async () => {
    const use = (name: string, limit = 1e6) =>
      // No column is kept of a question that reads none.
      using((dataset) => count(dataset, ''), limit, { path: join(folder, name) });
    const names: string[] = [];
    for (const [i, file] of ['a', 'b', 'c'].entries()) {
      await writeFile(join(folder, file), lines.join(''));
      if (file === 'c') continue;
      await use(file);
      const [kept] = (await readdir(cache)).filter((name) => !names.includes(name));
      names.push(kept);
      const time = new Date(1_700_000_000_000 + i * 1000);
      await utimes(join(cache, kept), time, time);
    }
    const size = (await stat(join(cache, names[0]))).size;
    // Looking into `a` makes it the newer one, though nothing is saved of it anew.
    await using((dataset) => Promise.resolve(assert(dataset.indexed)), 1e6, { path: join(folder, 'a') });
    await use('c', 2.5 * size);
    const left = await readdir(cache);
    assert.deepEqual([left.length, left.includes(names[0]), left.includes(names[1])], [2, true, false]);
  });

  it('keeps what it has from others, also in a folder that was open to them', async () => {
    const mode = async (name: string) => (await stat(name)).mode & 0o777;
    if (process.platform === 'win32') return;
    await using((dataset) => count(dataset, 'n >= 900'));
    const [name] = await readdir(cache);
    assert.deepEqual([await mode(cache), await mode(join(cache, name))], [0o700, 0o600]);
    await chmod(cache, 0o755);
    await using((dataset) => count(dataset, 'n < 900'));
    assert.deepEqual([await mode(cache), await mode(join(cache, name))], [0o700, 0o600]);
  });

  it('throws a damaged snapshot away', async () => {
    await using((dataset) => count(dataset, 'n >= 900'));
    const [name] = await indexes();
    const file = join(cache, name);
    const bytes = await readFile(file);
    bytes[bytes.length >> 1] ^= 1;
    await writeFile(file, bytes);
    await using(async (dataset) => {
      assert.equal(dataset.index.length, 0);
      assert.deepEqual(await indexes(), []);
      await count(dataset, 'n >= 900');
    });
    assert.deepEqual(await indexes(), [name]);
  });

  it('keeps within its size, and is cleared on demand', async () => {
    await using((dataset) => count(dataset, 'n >= 900'), 10);
    assert.deepEqual(await readdir(cache), []);
    await using((dataset) => count(dataset, 'n >= 900'));
    const store = new IndexStore(cache, 1e6);
    assert((await store.clear()) > 100);
    assert.deepEqual(await readdir(cache), []);
    assert.equal(await store.clear(), 0);
  });

  it('takes up a view of a query with LIMIT where it ended', async () => {
    const query = 'WHERE n >= 10 |> LIMIT 20 OFFSET 5';
    assert.equal((await using((dataset) => count(dataset, query))).matched, 20);
    assert.equal((await using((dataset) => count(dataset, query))).matched, 20);
  });
});
