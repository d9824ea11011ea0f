import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StatisticsAnswer, StatisticsRequest } from '../../../src/protocol/statistics.ts';
import { Preview } from '../../support/preview.ts';

/** About 9 MiB, so that several workers scan several blocks; line 5 is malformed. */
const rows = 60_000;

function lineOf(id: number): string {
  if (id === 4) return '{"id":4,';
  const status = id % 40 === 0 ? 503 : 200;
  const at = new Date(Date.UTC(2024, 0, 1) + id * 1000).toISOString();
  return JSON.stringify({ id, status, at, tags: id % 2 ? ['a'] : ['a', 'b'], text: '.'.repeat(id % 150) });
}

describe('service/statistics', function () {
  this.timeout(60_000);
  let folder: string;
  let preview: Preview;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rowriver-test-'));
    const path = join(folder, 'log.jsonl');
    await writeFile(path, Array.from({ length: rows }, (_, id) => lineOf(id)).join('\n'));
    preview = await Preview.open(path);
  });
  after(async () => {
    await preview.close();
    await rm(folder, { recursive: true });
  });

  function ask(
    request: Omit<StatisticsRequest, 'depth'> & Partial<StatisticsRequest>,
    onProgress?: (answer: StatisticsAnswer) => void,
  ): Promise<StatisticsAnswer> {
    return preview.page.call('statistics', { depth: 'header', ...request }, { onProgress });
  }

  it('tells what the first blocks hold, then more, and in the end everything exactly', async () => {
    const steps: StatisticsAnswer[] = [];
    const answer = await ask({ view: 0, columns: [1, 0] }, (step) => steps.push(step));
    const [first] = steps;
    assert.ok(first.whole.share > 0 && first.whole.share < 1 && !first.whole.exact, 'the first is partial');
    assert.ok((first.columns[0].whole?.kinds.number ?? 0) > 0);
    assert.deepEqual(answer.whole, { share: 1, rows, exact: true });
    assert.deepEqual(
      answer.columns.map(({ column }) => column),
      [1, 0],
    );
    const [status, id] = answer.columns;
    assert.deepEqual(
      status.whole?.top.values.map(({ text, count }) => [text, count]),
      [
        ['200', rows - rows / 40 - 1],
        ['503', rows / 40],
      ],
    );
    assert.deepEqual([id.whole?.numbers?.min, id.whole?.numbers?.max], ['0', String(rows - 1)]);
    assert.equal(id.whole?.kinds.malformed, 1);
    assert.equal(
      id.histogram?.whole.reduce((sum, count) => sum + count, 0),
      rows - 1,
    );
    assert.equal(answer.filtered, undefined);
  });

  it('answers what it has told once without reading again', async () => {
    await ask({ view: 0, columns: [0] });
    let told = 0;
    const answer = await ask({ view: 0, columns: [0] }, () => told++);
    assert.equal(told, 0);
    assert.deepEqual(answer.whole, { share: 1, rows, exact: true });
  });

  it('tells of a filter what it holds, by the edges of the whole', async () => {
    const { view } = await preview.page.call('run', { query: 'status = 503 AND id < 30000' });
    const answer = await ask({ view, columns: [0] });
    assert.deepEqual(answer.filtered, { share: 1, rows: 750, exact: true });
    const [{ whole, filtered, histogram }] = answer.columns;
    assert.deepEqual([whole?.numbers?.max, filtered?.numbers?.max], ['59999', '29960']);
    assert.equal(histogram?.whole.length, histogram?.filtered?.length);
    assert.equal(
      histogram?.filtered?.reduce((sum, count) => sum + count, 0),
      750,
    );
  });

  it('tells of a table that a query makes what its own columns hold', async () => {
    const { view } = await preview.page.call('run', { query: 'AGGREGATE count(*) AS n GROUP BY status' });
    const answer = await ask({ view, columns: [1] });
    assert.equal(answer.columns[0].whole?.numbers?.sum, String(rows - 1));
  });

  it('says that it has no figures of what is computed from each record, and how to get them', async () => {
    for (const query of ['|> EXTEND id * 2 AS twice', 'SELECT id, text']) {
      const { view } = await preview.page.call('run', { query });
      await assert.rejects(ask({ view, columns: [0] }), /Add \|> DESCRIBE to see them/, query);
    }
  });

  it('looks inside lists for the panel', async () => {
    const answer = await ask({ view: 0, columns: [3], depth: 'panel' });
    assert.deepEqual(
      answer.columns[0].whole?.lists?.items?.top.values.map(({ text, count }) => [text, count]),
      [
        ['a', rows - 1],
        ['b', rows / 2 - 1],
      ],
    );
  });

  it('stops when it is cancelled', async () => {
    const stop = new AbortController();
    const call = preview.page.call(
      'statistics',
      { view: 0, columns: [4], depth: 'header' },
      { signal: stop.signal, onProgress: () => stop.abort() },
    );
    await assert.rejects(call);
    const answer = await ask({ view: 0, columns: [4] });
    assert.equal(answer.columns[0].whole?.texts?.maxLength, 149);
  });

  it('shows the rows of a view over time, stacked by the values of a column', async () => {
    const { view } = await preview.page.call('run', { query: 'id < 7200' });
    const plain = await preview.page.call('timeline', { view, column: 2, bars: 10 });
    assert.deepEqual(plain.edges.slice(0, 2), ['2024-01-01', '2024-01-01 00:15:00']);
    assert.deepEqual([...plain.series[0].counts], [899, 900, 900, 900, 900, 900, 900, 900]);
    const { series, coverage } = await preview.page.call('timeline', { view, column: 2, by: 1, bars: 5 });
    assert.equal(coverage.exact, true);
    assert.deepEqual(
      series.map(({ value, counts }) => [value?.text, [...counts]]),
      [
        ['200', [1754, 1755, 1755, 1755]],
        ['503', [45, 45, 45, 45]],
        [undefined, [0, 0, 0, 0]],
      ],
    );
  });

  it('refuses more columns than can be looked at', async () => {
    await assert.rejects(ask({ view: 0, columns: Array.from({ length: 1001 }, (_, id) => id) }));
  });
});
