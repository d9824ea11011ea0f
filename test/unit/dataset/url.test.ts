import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import {
  contentOf,
  rangeOf,
  recordLine,
  recordsOf,
  serve,
  TestServer,
  type Served,
} from '../../support/httpServer.ts';
import { cellsOf, Preview } from '../../support/preview.ts';
import { told } from '../../support/said.ts';

describe('a preview of an address', () => {
  let server: TestServer;
  let preview: Preview | undefined;
  let folder = '';
  const content = recordsOf(60_000);
  const bytes = Buffer.from(content.slice(0, content.size));
  const failing = [...Array(60_000).keys()].filter((id) => id % 40 === 0);

  before(async () => {
    server = await TestServer.start((_, response) => response.end());
    folder = await mkdtemp(join(tmpdir(), 'rowriver-url-'));
  });

  beforeEach(() => {
    server.requests.length = 0;
    server.handler = serving({ etag: '"a"' });
  });

  afterEach(async () => {
    await preview?.close();
    preview = undefined;
    await server.deserted();
  });

  after(async () => {
    await server.close();
    await rm(folder, { recursive: true });
  });

  /** A handler that gives no byte past 4,000,050 while `isBroken`. */
  const breakingOff =
    (isBroken: () => boolean): TestServer['handler'] =>
    (request, response) => {
      const [from] = rangeOf(request, content.size) ?? [0];
      serve(request, response, content, {
        etag: '"a"',
        cutAfter: isBroken() ? Math.max(0, 4_000_050 - from) : undefined,
      });
    };

  const serving =
    (options?: Served, served = content): TestServer['handler'] =>
    (request, response) =>
      serve(request, response, served, options);

  /** Bytes that were asked for so far. */
  function asked(size: number): number {
    return server.requests
      .map((request) => rangeOf(request, size) ?? [0, size])
      .reduce((sum, [from, to]) => sum + to - from, 0);
  }

  async function open(path = '/data.jsonl', userinfo = ''): Promise<Preview> {
    return (preview = await Preview.open(server.url(path, userinfo)));
  }

  async function ids(of: Preview, view: number, first: number, count: number): Promise<number[]> {
    const page = await of.page.call('rows', { view, first, count, columns: [0] });
    return cellsOf(page).map(([id]) => Number(id));
  }

  it('costs what is looked at', async () => {
    const huge = recordsOf(2_000_000);
    server.handler = serving({ etag: '"a"' }, huge);
    const opened = await open();
    assert.equal(opened.info.size, 200_000_000);
    assert.deepEqual(await ids(opened, 0, 0, 200), [...Array(200).keys()]);
    // The background pass of a file would begin after 250 ms.
    await new Promise((resolve) => setTimeout(resolve, 600));
    const first = asked(huge.size);
    assert.ok(first < 2_000_000, `${first} bytes for the first rows`);
    assert.deepEqual(await ids(opened, 0, 20_000, 3), [20_000, 20_001, 20_002]);
    const further = asked(huge.size) - first;
    assert.ok(further < 8_000_000, `${further} bytes for what is 2 MB further down`);
  });

  it('filters by several workers and exports the same bytes as a file', async () => {
    const opened = await open();
    const state = await opened.page.call('run', { query: 'status >= 500' });
    assert.equal(state.phase, 'done');
    assert.equal(state.matched, failing.length);
    assert.deepEqual(await ids(opened, state.view, 700, 4), failing.slice(700, 704));
    const target = join(folder, 'out.jsonl');
    const progress: number[] = [];
    const summary = await opened.host.call(
      'export',
      { session: 1, query: 'status >= 500', target, to: 'same' },
      { onProgress: (step) => progress.push(step.scanned) },
    );
    assert.equal(summary.matched, failing.length);
    assert.ok(progress.length > 0);
    assert.equal(await readFile(target, 'utf8'), failing.map(recordLine).join(''));
  });

  it('asks once for each stretch that a scan reads, not for each block', async () => {
    const long = recordsOf(600_000);
    server.handler = serving({ etag: '"a"' }, long);
    const opened = await open();
    server.requests.length = 0;
    assert.equal((await opened.page.call('run', { query: 'status >= 500' })).matched, 15_000);
    // 58 blocks: short stretches at both ends, long ones between.
    assert.ok(server.requests.length < 40, `${server.requests.length} requests`);
  });

  for (const [what, served, path] of [
    ['no ranges', content, '/data.jsonl'],
    ['no ranges, compressed', contentOf(gzipSync(bytes)), '/data.jsonl.gz'],
  ] as const) {
    it(`goes back and forth where there are ${what}`, async () => {
      server.handler = serving({ ranges: false, etag: '"a"' }, served);
      const opened = await open(path);
      assert.deepEqual(await ids(opened, 0, 0, 3), [0, 1, 2]);
      assert.deepEqual(await ids(opened, 0, 50_000, 3), [50_000, 50_001, 50_002]);
      assert.deepEqual(await ids(opened, 0, 10, 2), [10, 11]);
      const state = await opened.page.call('run', { query: 'status >= 500' });
      assert.deepEqual([state.phase, state.matched], ['done', failing.length]);
      assert.deepEqual(await ids(opened, state.view, 3, 2), failing.slice(3, 5));
      assert.equal(server.requests.length, 1);
    });
  }

  it('asks only once for what is given in one piece, also where workers could divide it', async () => {
    const large = recordsOf(500_000);
    const members = [0, 20e6, 40e6].map((from) =>
      gzipSync(large.slice(from, Math.min(large.size, from + 20e6)), { level: 1 }),
    );
    const packed = contentOf(Buffer.concat(members));
    server.handler = serving({ ranges: false, etag: '"a"' }, packed);
    const opened = await open('/data.jsonl.gz');
    for (const [query, matched] of [
      ['status >= 500', 12_500],
      ['status < 500', 487_500],
    ] as const) {
      assert.equal((await opened.page.call('run', { query })).matched, matched);
    }
    assert.equal(server.requests.length, 1);
  });

  it('shows the rows up to where the source fails, says where that is, and goes on from there', async () => {
    let broken = true;
    server.handler = breakingOff(() => broken);
    const opened = await open();
    const before = failing.filter((id) => id < 40_000);
    const failed = await opened.page.call('run', { query: 'status >= 500' });
    assert.equal(failed.phase, 'failed');
    assert.match(told(failed), /data\.jsonl was interrupted at byte 4,000,050 of 6,000,000/);
    assert.equal(failed.failedAt, 4_000_050);
    assert.deepEqual([failed.matched, failed.records], [before.length, 40_000]);
    assert.deepEqual(await ids(opened, failed.view, 0, 2000), before);

    const again = await opened.page.call('retry', { view: failed.view });
    assert.deepEqual([again.phase, again.failedAt, again.matched], ['failed', 4_000_050, before.length]);
    assert.equal(opened.files.at(-1)?.phase, 'failed');
    assert.equal(opened.files.at(-1)?.failedAt, 4_000_050);
    assert.equal(opened.files.at(-1)?.records, 40_000);
    assert.deepEqual(
      await ids(opened, 0, 39_990, 10),
      [...Array(10).keys()].map((i) => 39_990 + i),
    );

    broken = false;
    server.requests.length = 0;
    const done = await opened.page.call('retry', { view: failed.view });
    assert.deepEqual(
      [done.phase, done.view, done.matched, told(done)],
      ['done', failed.view, failing.length, ''],
    );
    assert.ok(asked(content.size) < 5_000_000, 'What came before the failure is not read again.');
    assert.deepEqual(await ids(opened, failed.view, 0, 2000), failing);
    assert.equal(opened.files.at(-1)?.phase, 'ready');
  });

  it('forgets what it knew of a block that a failing source had cut short', async () => {
    let broken = true;
    server.handler = breakingOff(() => broken);
    const opened = await open();
    // No row of the block's part that has come is like this, but those that have not are.
    assert.equal((await opened.page.call('run', { query: 'id >= 40000' })).phase, 'failed');
    broken = false;
    await opened.page.call('retry', { view: 0 });
    const state = await opened.page.call('run', { query: 'id BETWEEN 40000 AND 40009' });
    assert.deepEqual([state.phase, state.matched], ['done', 10]);
  });

  it('shows the first rows of what fails among them, and the rest on retry', async () => {
    let broken = true;
    server.handler = (request, response) =>
      serve(request, response, content, { ranges: false, etag: '"a"', cutAfter: broken ? 2_050 : undefined });
    const opened = await open();
    assert.equal(opened.info.state.phase, 'failed');
    assert.equal(opened.info.state.records, 20);
    assert.deepEqual(await ids(opened, 0, 0, 100), [...Array(20).keys()]);
    broken = false;
    const state = await opened.page.call('retry', { view: 0 });
    assert.equal(state.phase, 'done');
    assert.deepEqual(await ids(opened, 0, 0, 100), [...Array(100).keys()]);
  });

  it('writes credentials down nowhere', async () => {
    const cache = join(folder, 'cache');
    const path = '/data.jsonl?token=s3cret';
    const run = async (query: string) => {
      preview = await Preview.open(server.url(path, 'me:pw123@'), {}, 2, cache);
      const state = await preview.page.call('run', { query });
      const info = await preview.page.call('info', null);
      await preview.close();
      return JSON.stringify([state, info, preview.files]);
    };
    const first = await run('status >= 500');
    assert.equal(server.requests[0].headers.authorization?.startsWith('Basic '), true);
    assert.ok(server.requests.every(({ url }) => url === path));
    const read = asked(content.size);
    const second = await run('status >= 500');
    assert.ok(asked(content.size) - read < 1_000_000, 'The index is kept.');
    assert.ok(first.includes('"data.jsonl"'), 'The preview is named by the path alone.');
    const kept = await Promise.all(
      (await readdir(cache)).map(async (name) => name + (await readFile(join(cache, name), 'latin1'))),
    );
    assert.ok(kept.length > 0);
    assert.doesNotMatch([first, second, ...kept].join('\n'), /s3cret|pw123/);
  });

  it('takes an index for nothing that has another ETag', async () => {
    const cache = join(folder, 'cache2');
    preview = await Preview.open(server.url(), {}, 2, cache);
    await preview.page.call('run', { query: 'status >= 500' });
    await preview.close();
    const other = recordsOf(50_000);
    server.handler = serving({ etag: '"b"' }, other);
    preview = await Preview.open(server.url(), {}, 2, cache);
    assert.equal(preview.info.state.indexed, 0);
    const state = await preview.page.call('run', { query: 'status >= 500' });
    assert.equal(state.records, 50_000);
  });

  it('notices that what is there has changed, and shows it after a reload', async () => {
    const opened = await open();
    await ids(opened, 0, 0, 10);
    server.handler = serving({ etag: '"b"' }, recordsOf(50_000));
    const state = await opened.page.call('run', { query: 'status >= 500' });
    assert.equal(state.phase, 'failed');
    assert.match(told(state), /has changed since it was opened/);
    const info = await opened.page.call('reload', null);
    assert.equal(info.size, 5_000_000);
  });
});
