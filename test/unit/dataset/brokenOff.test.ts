import assert from 'node:assert/strict';
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { recordsOf } from '../../support/httpServer.ts';
import { cellsOf, Preview } from '../../support/preview.ts';
import { told } from '../../support/said.ts';

describe('a file that gives out in the middle', () => {
  const text = Buffer.from(recordsOf(60_000).slice(0, 6_000_000));
  let folder = '';
  let preview: Preview | undefined;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rowriver-broken-'));
  });

  afterEach(async () => {
    await preview?.close();
    preview = undefined;
  });

  after(() => rm(folder, { recursive: true }));

  for (const [what, share] of [
    ['in its first rows', 0.0012],
    ['further down', 0.6],
  ] as const) {
    it(`shows every row of a compressed file that is cut off ${what}`, async () => {
      const packed = gzipSync(text);
      const path = join(folder, 'cut.jsonl.gz');
      await writeFile(path, packed.subarray(0, packed.length * share));
      preview = await Preview.open(path);
      await preview.page.call('rows', { view: 0, first: 0, count: 1, columns: [0] });
      if (preview.info.state.phase !== 'failed') await preview.file(({ phase }) => phase === 'failed');
      const { state } = await preview.page.call('info', null);
      const { failedAt = -1, records } = state;
      assert.match(told(state), /is truncated: its compressed data ends at byte/);
      assert.ok(failedAt > 0 && failedAt < text.length);
      // Not the row that was cut, but all before it.
      assert.equal(records, Math.floor(failedAt / 100));
      const page = await preview.page.call('rows', { view: 0, first: records - 1, count: 9, columns: [0] });
      assert.deepEqual(cellsOf(page), [[String(records - 1)]]);

      const { view, matched } = await preview.page.call('run', { query: 'id % 2 = 1' });
      for (const [shown, rows] of [
        [0, records],
        [view, matched],
      ]) {
        const find = (from: number, backward: boolean) =>
          preview?.page.call('find', { view: shown, text: '...', matchCase: true, from, backward });
        const last = { row: rows - 1 };
        assert.deepEqual(await find(rows, true), last);
        assert.deepEqual(await find(rows - 1, true), { row: rows - 2 });
        assert.deepEqual(await find(rows - 2, false), last);
        // Past the last row of a view there is none; past that of the file there may be.
        if (shown === 0) await assert.rejects(async () => find(rows - 1, false), /is truncated/);
        else assert.equal(await find(rows - 1, false), null);
        const locate = (by: 'record' | 'line' | 'offset', value: number) =>
          preview?.page.call('locate', { view: shown, place: { by, value } });
        assert.deepEqual(await locate('record', records), {
          row: rows - 1,
          exact: records % 2 === 0 || shown === 0,
        });
        assert.equal((await locate('offset', 100 * (records - 1)))?.row, rows - 1);
        assert.equal((await locate('record', records + 5000))?.row, rows - 1);
      }
    });
  }

  it('says that a file was cut while it was shown, and has all of it again when it is opened anew', async () => {
    const path = join(folder, 'shrinks.jsonl');
    await writeFile(path, text);
    preview = await Preview.open(path);
    await truncate(path, 3_000_050);
    const failed = await preview.page.call('run', { query: 'id >= 29000' });
    assert.deepEqual([failed.phase, failed.matched], ['failed', 0]);
    assert.match(told(failed), /has changed since it was opened/);
    await preview.file(({ phase }) => phase === 'changed');
    await writeFile(path, text, { flag: 'r+' });
    await preview.page.call('reload', null);
    const whole = await preview.page.call('run', { query: 'id >= 29000' });
    assert.deepEqual([whole.phase, whole.matched], ['done', 31_000]);
  });
});
