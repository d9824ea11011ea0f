import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Preview } from '../../support/preview.ts';
import { randomFrom } from '../../support/sample.ts';

const rows = 30_000;
const began = Date.UTC(2024, 4, 1);
const padding = '.'.repeat(60);

/** What a record holds for its time, written into a line of its file. */
interface Shape {
  readonly name: string;
  readonly file: string;
  readonly header?: string;
  readonly line: (ms: number, row: number) => string;
  readonly falling?: true;
}

const iso = (ms: number): string => new Date(ms).toISOString();

const shapes: readonly Shape[] = [
  {
    name: 'ISO 8601 texts, some records without and some malformed',
    file: 'iso.jsonl',
    line: (ms, row) =>
      row % 7 === 3
        ? `{"id":${row},"text":"${padding}"}`
        : row % 501 === 9
          ? '{"id":'
          : `{"id":${row},"at":{"ts":"${iso(ms)}"},"text":"${padding}"}`,
  },
  {
    name: 'falling texts',
    file: 'falling.jsonl',
    falling: true,
    line: (ms, row) => `{"id":${rows - row},"ts":"${iso(ms)}","text":"${padding}"}`,
  },
  {
    name: 'seconds since 1970 with a fraction',
    file: 'seconds.csv',
    header: 'id,time,text',
    line: (ms, row) => `${row},${ms / 1000},${padding}`,
  },
  {
    name: 'milliseconds since 1970 beside an identifier that rises as well',
    file: 'milliseconds.jsonl',
    line: (ms, row) => `{"id":${1_700_000_000 + row},"created_at":${ms},"text":"${padding}"}`,
  },
  {
    name: 'local times with a space',
    file: 'space.csv',
    header: 'day,n',
    line: (ms, row) => `${iso(ms).replace('T', ' ').slice(0, 23)},${row}${padding}`,
  },
];

describe('dataset/locateTime', () => {
  let folder: string;
  let preview: Preview | undefined;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rowriver-test-'));
  });
  afterEach(async () => {
    await preview?.close();
    preview = undefined;
  });
  after(() => rm(folder, { recursive: true }));

  async function open(name: string, text: string): Promise<Preview> {
    const path = join(folder, name);
    await writeFile(path, text);
    preview = await Preview.open(path);
    return preview;
  }

  /** Times that rise by 0 to 3 seconds a row, so that some rows share theirs. */
  function risingTimes(): number[] {
    const random = randomFrom(11);
    let ms = began;
    return Array.from({ length: rows }, () => (ms += random() < 0.2 ? 0 : Math.floor(random() * 3000)));
  }

  for (const shape of shapes) {
    it(`finds the row that a plain scan finds: ${shape.name}`, async () => {
      const times = risingTimes();
      if (shape.falling) times.reverse();
      const lines = times.map((ms, row) => shape.line(ms, row));
      const head = shape.header === undefined ? [] : [shape.header];
      const { page } = await open(shape.file, `${[...head, ...lines].join('\n')}\n`);
      const has = (row: number): boolean => shape.file !== 'iso.jsonl' || lines[row].includes('ts');
      const reached = (row: number, target: number): boolean =>
        has(row) && (shape.falling ? times[row] <= target : times[row] >= target);
      const random = randomFrom(7);
      const last = Math.max(...times);
      const targets = [began - 5, last, last + 1, times[0], times[1], times[rows - 2]];
      for (let i = 0; i < 60; i++) {
        const row = Math.floor(random() * rows);
        targets.push(times[row] + Math.floor(random() * 3) - 1);
      }
      for (const target of targets) {
        const expected = times.findIndex((_, row) => reached(row, target));
        const found = await page.call('locate', { view: 0, place: { by: 'time', text: iso(target) } });
        assert.deepEqual(
          { row: found.row, exact: found.exact },
          expected === -1
            ? { row: rows - 1, exact: false }
            : { row: expected, exact: times[expected] === target },
          iso(target),
        );
      }
    });
  }

  it('tells the time of a row however its column writes it, and none of a number', async () => {
    const time = new Date('2026-03-04T15:06:07Z');
    const texts = [
      ['a.jsonl', '{"n":1}\n{"n":2,"t":"2026-03-04 15:06:07"}\n', 1],
      ['b.csv', 't;n\n25.02.2026 10:00:00;1,5\n04.03.2026 15:06:07;2,5\n', 0],
      ['c.csv', 't,n\n"Feb 25, 2026 10:00 AM",1\n"Mar 4, 2026 3:06:07 PM",2\n', 0],
      [
        'd.log',
        ['25/Feb/2026:10:00:00', '04/Mar/2026:15:06:07']
          .map((t) => `h - - [${t} +0000] "GET / HTTP/1.1" 200 1\n`)
          .join(''),
        undefined,
      ],
    ] as const;
    for (const [name, text, at] of texts) {
      const { page } = await open(name, text);
      await page.call('rows', { view: 0, first: 0, count: 2, columns: [0, 1] });
      const { columns } = await page.call('info', null);
      const column = at ?? columns.findIndex((one) => one.name === 'time');
      assert.equal(await page.call('timeOf', { view: 0, row: 1, column }), time.getTime(), name);
      const other = columns.findIndex((one) => one.name === 'n' || one.name === 'status');
      assert.equal(await page.call('timeOf', { view: 0, row: 1, column: other }), null, name);
      await preview?.close();
      preview = undefined;
    }
  });

  it('finds a row in what a filter shows, and in rows that a query has put in order', async () => {
    const times = risingTimes();
    const lines = times.map((ms, row) => `{"n":${row % 10},"ts":"${iso(ms)}","text":"${padding}"}\n`);
    const { page } = await open('view.jsonl', lines.join(''));
    const { view } = await page.call('run', { query: 'n = 3' });
    const matching = times.filter((_, row) => row % 10 === 3);
    const text = iso(matching[1234]);
    const first = matching.indexOf(matching[1234]);
    const inView = await page.call('locate', { view, place: { by: 'time', text } });
    assert.deepEqual(inView, { row: first, exact: true, column: 1 });
    const ordered = await page.call('run', { query: 'SELECT n, ts |> ORDER BY ts DESC' });
    const inOrder = await page.call('locate', { view: ordered.view, place: { by: 'time', text } });
    assert.equal(inOrder.row, times.toReversed().indexOf(matching[1234]));
    // Of a stretch of time, the first row that is in it, whichever way the times go.
    const until = iso(matching[1500]);
    const stretch = { by: 'time', text, until } as const;
    const falling = await page.call('locate', { view: ordered.view, place: stretch });
    assert.equal(
      falling.row,
      times.toReversed().findIndex((ms) => ms < matching[1500]),
    );
    const rising = await page.call('locate', { view, place: stretch });
    assert.equal(rising.row, first);
  });

  it('takes a month, a time of day, and a number for a time', async () => {
    const lines = Array.from({ length: 5000 }, (_, row) => `{"ts":"${iso(began + row * 60_000)}"}\n`);
    const { page } = await open('words.jsonl', lines.join(''));
    const rowOf = async (text: string) =>
      (await page.call('locate', { view: 0, place: { by: 'time', text } })).row;
    assert.equal(await rowOf('2024-05'), 0);
    assert.equal(await rowOf('2024-05-02'), 24 * 60);
    assert.equal(await rowOf('01:30'), 90);
    assert.equal(await rowOf(String((began + 3_600_000) / 1000)), 60);
    assert.equal(await rowOf('2024-05-01T02:00+01:00'), 60);
    await assert.rejects(rowOf('2024-02-31'), {
      message: '"2024-02-31" is not a time. Write it as 2024-05-01 or 2024-05-01T12:00:00.',
    });
  });

  it('looks in the column that is meant, where its times are in order', async () => {
    const lines = Array.from(
      { length: 5000 },
      (_, row) =>
        `{"seen":"${iso(began + row * 1000)}","sent":"${iso(began + row * 2000)}","odd":"${iso(began + ((row * 7919) % 5000))}"}\n`,
    );
    const { page } = await open('two.jsonl', lines.join(''));
    const text = iso(began + 1_000_000);
    const locate = (column?: number) => page.call('locate', { view: 0, place: { by: 'time', text, column } });
    assert.deepEqual(await locate(), { row: 1000, exact: true, column: 0 });
    assert.deepEqual(await locate(1), { row: 500, exact: true, column: 1 });
    assert.deepEqual(await locate(2), { row: 1000, exact: true, column: 0 });
  });

  it('takes other numbers for times only where a number is asked for in them', async () => {
    const lines = Array.from(
      { length: 5000 },
      (_, row) => `{"id":${row},"ts":"${iso(began + row * 1000)}"}\n`,
    );
    const { page } = await open('numbered.jsonl', lines.join(''));
    const locate = (text: string) => page.call('locate', { view: 0, place: { by: 'time', text, column: 0 } });
    assert.deepEqual(await locate(iso(began + 1_000_000)), { row: 1000, exact: true, column: 1 });
    assert.deepEqual(await locate('1200'), { row: 1200, exact: true, column: 0 });
  });

  it('says so where no column holds times, or none is in order', async () => {
    const go = (page: Preview['page']) =>
      page.call('locate', { view: 0, place: { by: 'time', text: '2024-05-01' } });
    const none = await open('none.jsonl', '{"id":1,"name":"a"}\n{"id":2,"name":"b"}\n');
    await assert.rejects(go(none.page), {
      message: 'No column contains times such as 2024-05-01T12:00:00Z.',
    });
    await none.close();
    const lines = Array.from(
      { length: 5000 },
      (_, row) => `{"ts":"${iso(began + ((row * 7919) % 5000))}"}\n`,
    );
    const mixed = await open('mixed.jsonl', lines.join(''));
    await assert.rejects(go(mixed.page), {
      message: 'The times in ts are not in order, so you cannot go to a time. Filter by it instead.',
    });
  });
});
