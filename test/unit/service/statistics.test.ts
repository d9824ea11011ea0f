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
  return JSON.stringify({
    id,
    status,
    at,
    tags: id % 2 ? ['a'] : ['a', 'b'],
    text: '.'.repeat(id % 150),
    key: `k${id}`,
  });
}

describe('service/statistics', () => {
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

  it('tells what columns hold that are computed from each record', async () => {
    const { view } = await preview.page.call('run', {
      query: 'status = 503 |> EXTEND id * 2 AS twice |> LIMIT 500',
    });
    const page = await preview.page.call('rows', { view, first: 0, count: 1, columns: [] });
    const { columns } = await preview.page.call('run', {
      query: 'status = 503 |> EXTEND id * 2 AS twice |> LIMIT 500',
    });
    assert.ok(page.rows === 1 && columns);
    const ids = ['twice', 'status'].map((name) => columns.findIndex((column) => column.name === name));
    const answer = await ask({ view, columns: ids });
    assert.deepEqual([answer.whole, answer.filtered], [{ share: 1, rows: 500, exact: true }, undefined]);
    const [twice, status] = answer.columns.map(({ whole }) => whole);
    assert.deepEqual([twice?.numbers?.max, twice?.numbers?.sum], [String(499 * 80), String(80 * 124_750)]);
    assert.deepEqual(
      status?.top.values.map(({ text, count }) => [text, count]),
      [['503', 500]],
    );
  });

  it('tells of named columns that are computed as of any, and of lists for the panel', async () => {
    const { view } = await preview.page.call('run', {
      query: 'SELECT upper(text) AS big, tags, id % 7 AS rest',
    });
    const { columns } = await ask({ view, columns: [0, 1, 2], depth: 'panel' });
    const [big, tags, rest] = columns.map(({ whole }) => whole);
    assert.equal(big?.texts?.maxLength, 149);
    assert.equal(tags?.lists?.items?.top.values[0].count, rows - 1);
    assert.deepEqual([rest?.numbers?.min, rest?.numbers?.max], ['0', '6']);
    assert.equal(
      columns[2].histogram?.whole.reduce((sum, count) => sum + count, 0),
      rows - 1,
    );
  });

  it('tells of sorted rows what their filter holds, and the file', async () => {
    const sorted = await preview.page.call('run', { query: 'status = 503 |> ORDER BY text DESC' });
    const column = sorted.columns?.findIndex(({ name }) => name === 'id') ?? -1;
    const answer = await ask({ view: sorted.view, columns: [column] });
    assert.deepEqual([answer.whole.rows, answer.filtered?.rows], [rows, 1500]);
    const [{ whole, filtered, histogram }] = answer.columns;
    assert.deepEqual([whole?.numbers?.max, filtered?.numbers?.max], ['59999', '59960']);
    assert.equal(histogram?.whole.length, histogram?.filtered?.length);
    const all = await preview.page.call('run', { query: '|> ORDER BY text' });
    const { filtered: none, columns } = await ask({ view: all.view, columns: [column] });
    assert.deepEqual([none, columns[0].whole?.numbers?.max], [undefined, '59999']);
  });

  it('takes what a query makes of a CSV for the numbers that its texts are', async () => {
    const path = join(folder, 'table.csv');
    await writeFile(
      path,
      `kind,size\n${Array.from({ length: 900 }, (_, id) => `k${id % 3},${id}`).join('\n')}`,
    );
    const csv = await Preview.open(path);
    try {
      const query = 'AGGREGATE max(size) AS most, count(*) AS n GROUP BY kind, size |> LIMIT 50';
      const { view, columns = [] } = await csv.page.call('run', { query });
      const size = columns.findIndex(({ name }) => name === 'size');
      const answer = await csv.page.call('statistics', { view, columns: [size], depth: 'header' });
      assert.deepEqual(
        [answer.columns[0].whole?.kinds.number, answer.columns[0].whole?.numbers?.max],
        [50, '49'],
      );
    } finally {
      await csv.close();
    }
  });

  it('estimates no more different values than there are, and lists none as frequent that may not be', async () => {
    const path = join(folder, 'prices.csv');
    const count = 40_000;
    const lines = Array.from({ length: count }, (_, id) => {
      const day = new Date(Date.UTC(2020, 0, 1 + (id % 900))).toISOString().slice(0, 10);
      const price = `${Math.floor(id / 1000) || ''}${id > 999 ? '.' : ''}${String(id % 1000).padStart(id > 999 ? 3 : 1, '0')},5`;
      return `${price};${day.split('-').reverse().join('.')};${id % 10 < 3 ? 'same' : `text ${id}`}`;
    });
    await writeFile(path, ['price;day;text', ...lines].join('\n'));
    const csv = await Preview.open(path);
    try {
      const { columns } = await csv.page.call('statistics', { view: 0, columns: [0, 1, 2], depth: 'panel' });
      const [price, day, text] = columns.map(({ whole }) => whole);
      assert.ok(price && !price.distinct.exact && !price.top.exact, 'there are too many for exact counts');
      assert.ok(price.distinct.count <= count, `${price.distinct.count} of ${count}`);
      assert.deepEqual(price.top.values, []);
      // As the language writes them, which is how quartiles, mean and edges are written.
      assert.deepEqual([price.numbers?.min, price.numbers?.max], ['0.5', '39999.5']);
      assert.deepEqual([day?.times?.min, day?.times?.max], ['2020-01-01', '2022-06-18']);
      assert.deepEqual(
        text?.top.values.map(({ text }) => text),
        ['same'],
      );
      // What a filter has of the days that are frequent in the file is told, whichever days are frequent in the filter.
      const { view } = await csv.page.call('run', { query: 'price >= 450' });
      const later = await csv.page.call('statistics', { view, columns: [1], depth: 'panel' });
      const { whole, filtered } = later.columns[0];
      const counted = new Map(
        [...(filtered?.top.values ?? []), ...(filtered?.top.asked ?? [])].map(({ text, count }) => [
          text,
          count,
        ]),
      );
      assert.deepEqual(
        whole?.top.values.slice(0, 2).map(({ text, count }) => [text, count, counted.get(text)]),
        [
          ['01.01.2020', 45, 44],
          ['02.01.2020', 45, 44],
        ],
      );
      assert.equal(counted.size, 100);
    } finally {
      await csv.close();
    }
    const answer = await ask({ view: 0, columns: [2], depth: 'panel' });
    const at = answer.columns[0].whole;
    assert.ok(at && !at.distinct.exact && at.distinct.count <= rows - 1);
    assert.match(at.times?.q50 ?? '', /^2024-01-01T08:\d\d:\d\d(\.\d+)?Z$/);
    assert.match(at.times?.mean ?? '', /^2024-01-01T08:\d\d:\d\d(\.\d+)?Z$/);
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

  it('shows a new filter beside what was found of the whole before the pass was cancelled', async () => {
    const stop = new AbortController();
    let known = 0;
    const onProgress = ({ columns, whole }: StatisticsAnswer) => {
      known = columns[0].whole?.kinds.number ?? 0;
      if (!whole.exact && known > 0) stop.abort();
    };
    const call = preview.page.call(
      'statistics',
      { view: 0, columns: [1], depth: 'panel' },
      { signal: stop.signal, onProgress },
    );
    await assert.rejects(call);
    const { view } = await preview.page.call('run', { query: 'id < 40000' });
    const steps: StatisticsAnswer[] = [];
    const done = await ask({ view, columns: [1], depth: 'panel' }, (step) => steps.push(step));
    assert.ok(known > 0 && known < rows, 'the pass was cut short');
    const least = Math.min(...steps.map(({ columns }) => columns[0].whole?.kinds.number ?? 0));
    assert.ok(least >= known, `the whole is known with ${known} numbers or more, not ${least}`);
    assert.equal(done.columns[0].whole?.kinds.number, rows - 1);
    assert.deepEqual(done.whole, { share: 1, rows, exact: true });
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
      ],
    );
  });

  it('shows sorted, computed and cut rows over time, each row once', async () => {
    const hours = { column: 2, by: 1, bars: 5 };
    for (const [query, count, odd] of [
      ['id < 7200 |> ORDER BY id DESC', 7199, 180],
      ['id >= 0 |> ORDER BY status, at', rows - 1, rows / 40],
      ['id < 7200 |> ORDER BY id |> LIMIT 100', 100, 3],
      ['id >= 100 |> LIMIT 100', 100, 2],
      ['|> SELECT id * 2 AS twice, status, at |> WHERE twice < 200', 99, 3],
      ['|> SELECT id AS key, status, at |> WHERE key < 100 |> ORDER BY key DESC', 99, 3],
      ['id < 7200 |> TABLESAMPLE (50 ROWS)', 50, undefined],
    ] as const) {
      const { view } = await preview.page.call('run', { query });
      const { series, without } = await preview.page.call('timeline', { view, ...hours });
      const sums = series.map(({ value, counts }) => [
        value?.text,
        counts.reduce((all, one) => all + one, 0),
      ]);
      const total = sums.reduce((all, [, one]) => all + Number(one), 0);
      assert.deepEqual([total, without], [count, 0], query);
      if (odd !== undefined) assert.deepEqual(sums.find(([text]) => text === '503')?.[1], odd, query);
    }
  });

  it('stacks by values of every kind, long numbers and lists too, and never counts a row twice', async () => {
    const values = [
      '1',
      '1.5',
      '["a", "b"]',
      '"007"',
      '12345678901234567890',
      '12345678901234567891',
      'null',
    ];
    const times = ['"2024-01-01T00:00:00Z"', '"2024-01-02T12:00:00.5Z"', '1704067200', '"1704067200"', '"x"'];
    const lines = Array.from(
      { length: 3500 },
      (_, id) => `{"v":${values[id % 7]},"t":${times[id % 5]},"w":"${'long '.repeat(300)}${id % 2}"}\n`,
    );
    const path = join(folder, 'kinds.jsonl');
    await writeFile(path, lines.join(''));
    const kinds = await Preview.open(path);
    try {
      const columnOf = new Map(kinds.info.columns.map(({ name, id }) => [name, id]));
      const request = { view: 0, column: columnOf.get('t') ?? -1, bars: 40 };
      const sumsBy = async (name: string) => {
        const { series, without } = await kinds.page.call('timeline', { ...request, by: columnOf.get(name) });
        assert.equal(without, 2100, 'numbers and other texts are no times');
        return series.map(({ value, isNull, counts }) => {
          return [isNull ? 'NULL' : value?.text, counts.reduce((all, one) => all + one, 0)] as const;
        });
      };
      const each = 200;
      assert.deepEqual(
        new Map(await sumsBy('v')),
        new Map([
          ...['1', '1.5', '["a", "b"]', '007', '12345678901234567890', '12345678901234567891'].map(
            (v) => [v, each] as const,
          ),
          ['NULL', each],
        ]),
      );
      assert.deepEqual(await sumsBy('w'), [[undefined, 1400]], 'texts that are too long are not told apart');
    } finally {
      await kinds.close();
    }
  });

  it('counts by the bars of the whole what a filter holds, and tells it again when asked again', async () => {
    const own = await Preview.open(join(folder, 'log.jsonl'), {}, 2, join(folder, 'cache-bars'));
    try {
      const columns = [1, 0];
      const header = (view: number) => own.page.call('statistics', { view, columns, depth: 'header' });
      const { columns: before } = await header(0);
      const { view } = await own.page.call('run', { query: 'status = 503 AND id < 30000' });
      const first = await header(view);
      assert.deepEqual(first.filtered, { share: 1, rows: 750, exact: true });
      const [status, id] = first.columns;
      assert.deepEqual([status.counted?.number, id.counted?.number], [750, 750]);
      assert.deepEqual(
        [status.whole, id.whole],
        before.map(({ whole }) => whole),
      );
      assert.deepEqual(id.histogram?.edges, before[1].histogram?.edges);
      const counts = [...(id.histogram?.filtered ?? [])];
      const { places } = id.histogram ?? {};
      assert.equal(
        counts.reduce((sum, count) => sum + count, 0),
        750,
      );
      assert.ok(counts.every((count, bar) => count === 0 || (places?.[bar] ?? NaN) < 30_000));
      const again = await header(view);
      assert.deepEqual(again, first);
      const panel = await own.page.call('statistics', { view, columns: [0], depth: 'panel' });
      assert.equal(panel.columns[0].filtered?.numbers?.max, '29960');
    } finally {
      await own.close();
    }
  });

  it('refuses more columns than can be looked at', async () => {
    await assert.rejects(ask({ view: 0, columns: Array.from({ length: 1001 }, (_, id) => id) }));
  });

  it('tells of columns that are kept before it reads the text for the others', async () => {
    const own = await Preview.open(join(folder, 'log.jsonl'), {}, 2, join(folder, 'cache'));
    try {
      const [status, key] = [1, 5];
      await own.page.call('statistics', { view: 0, columns: [key, status], depth: 'header' });
      const { view } = await own.page.call('run', { query: 'status >= 500' });
      const steps: StatisticsAnswer[] = [];
      const asked = { view, columns: [key, status], depth: 'header' } as const;
      const answer = await own.page.call('statistics', asked, { onProgress: (step) => steps.push(step) });
      const told = steps.map(({ columns, filtered }) => ({
        columns: columns.map(({ column }) => column),
        exact: filtered?.exact,
      }));
      const done = told.findIndex(({ exact }) => exact);
      assert.deepEqual(told[done], { columns: [status], exact: true });
      assert.ok(
        told.slice(0, done).every(({ columns }) => !columns.includes(key)),
        'nothing is told of the other column before',
      );
      assert.ok(
        told.slice(done + 1).every(({ columns }) => !columns.includes(status)),
        'nor of this one afterwards',
      );
      assert.deepEqual(
        answer.columns.map(({ column, filtered, counted }) => {
          const { number, text } = counted ?? filtered?.kinds ?? {};
          return [column, filtered === undefined, number, text];
        }),
        [
          [key, false, 0, rows / 40],
          [status, true, rows / 40, 0],
        ],
      );
      assert.ok(answer.filtered?.exact);
    } finally {
      await own.close();
    }
  });
});
