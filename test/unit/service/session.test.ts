import assert from 'node:assert/strict';
import {
  appendFile,
  mkdtemp,
  readFile,
  readdir,
  rename,
  rm,
  stat,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Page, ViewState } from '../../../src/protocol/preview.ts';
import { cellsOf, Preview } from '../../support/preview.ts';
import { english } from '../../../src/said/said.ts';
import { told } from '../../support/said.ts';

interface Row {
  readonly id: number;
  readonly status: number;
  readonly user: { readonly country: string };
  readonly text: string;
}

/** About 12 MiB, so that several blocks are scanned by several workers; line 5 and the middle are malformed. */
const rows = 90_000;
const broken = new Set([4, 45_000]);

function lineOf(id: number): string {
  if (broken.has(id)) return `{"id":${id},"status":`;
  const row: Row = {
    id,
    status: id % 40 === 0 ? 503 : 200,
    user: { country: ['DE', 'US', 'FR'][id % 3] },
    text: `row ${id} ${'.'.repeat(id % 150)}`,
  };
  return JSON.stringify(row);
}

describe('dataset/session', () => {
  let folder: string;
  let path: string;
  let lines: string[];
  let preview: Preview | undefined;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rowriver-test-'));
    path = join(folder, 'log.jsonl');
    lines = Array.from({ length: rows }, (_, id) => lineOf(id));
    await writeFile(path, `${lines.join('\n')}\n`);
  });

  afterEach(async () => {
    await preview?.close();
    preview = undefined;
  });

  after(() => rm(folder, { recursive: true }));

  function matching(): number[] {
    return lines.flatMap((line, id) =>
      !broken.has(id) && (JSON.parse(line) as Row).status >= 500 ? [id] : [],
    );
  }

  it('shows first rows with their columns before anything is indexed', async () => {
    preview = await Preview.open(path);
    const { name, format, columns, state } = preview.info;
    assert.equal(name, basename(path));
    assert.equal(format, 'jsonl');
    assert.deepEqual(
      columns.map((column) => column.path),
      ['id', 'status', 'user.country', 'text'],
    );
    assert.equal(state.indexed, 0);
    assert.equal(state.exact, false);
    assert.ok(state.records > rows / 2 && state.records < rows * 2, `guessed ${state.records} of ${rows}`);
    const cells = await preview.page.call('rows', { view: 0, first: 0, count: 6, columns: [0, 2] });
    assert.deepEqual(cellsOf(cells).slice(0, 5), [
      ['0', 'DE'],
      ['1', 'US'],
      ['2', 'FR'],
      ['3', 'DE'],
      ['{"id":4,"status":', '(missing)'],
    ]);
    assert.deepEqual([...cells.records], [1, 2, 3, 4, 5, 6]);
    assert.deepEqual(
      cells.faults.map((fault) => fault !== null),
      [false, false, false, false, true, false],
    );
  });

  it('indexes in the background and pages anywhere', async () => {
    preview = await Preview.open(path);
    await preview.page.call('rows', { view: 0, first: 0, count: 1, columns: [] });
    await preview.file((state) => state.exact);
    assert.equal(preview.files.at(-1)?.records, rows);
    assert.equal(preview.files.at(-1)?.malformed, broken.size);
    for (const first of [0, 44_990, rows - 20, rows - 5, rows]) {
      const page: Page = await preview.page.call('rows', { view: 0, first, count: 20, columns: [0] });
      const expected = lines.slice(first, first + 20).map((_, i) => first + i);
      assert.deepEqual(
        Array.from(page.records, (record) => record - 1),
        expected,
      );
    }
  });

  it('tells what a file is compressed with, and both sizes', async () => {
    const zipped = join(folder, 'log.jsonl.gz');
    const text = `${lines.slice(0, 4).join('\n')}\n`;
    await writeFile(zipped, gzipSync(text));
    preview = await Preview.open(zipped);
    assert.deepEqual([preview.info.containers, english(preview.info.dialect)], [['gzip'], 'JSON Lines']);
    await preview.page.call('rows', { view: 0, first: 0, count: 1, columns: [] });
    await preview.file((state) => state.exact);
    const state = preview.files.at(-1);
    assert.deepEqual([state?.fileSize, state?.storedSize], [text.length, (await stat(zipped)).size]);
  });

  it('waits for the index where a page lies past it', async () => {
    preview = await Preview.open(path);
    await preview.page.call('rows', { view: 0, first: 0, count: 1, columns: [] });
    const page = await preview.page.call('rows', { view: 0, first: rows - 3, count: 3, columns: [0] });
    assert.deepEqual([...page.records], [rows - 2, rows - 1, rows]);
  });

  it('never tells of less than nothing read, where columns answer', async () => {
    preview = await Preview.open(path, {}, 2, join(folder, 'cache'));
    await preview.page.call('run', { query: 'status >= 500' });
    for (const query of ['status + 1 >= 501', '|> ORDER BY status |> LIMIT 3', '|> SELECT status']) {
      const steps: ViewState[] = [];
      const onProgress = (step: ViewState): void => void steps.push(step);
      const last = await preview.page.call('run', { query }, { onProgress });
      assert.ok(last.skipped > last.scanned, `${query}: columns answer`);
      for (const { scanned, skipped } of [...steps, last]) {
        assert.ok(scanned >= 0, `${query}: ${scanned} read beside ${skipped}`);
      }
    }
  });

  it('says that no record has a column once a query has looked for it in all of them', async () => {
    const cache = join(folder, 'cache');
    preview = await Preview.open(path, {}, 2, cache);
    const { page } = preview;
    for (const query of ['stauts >= 500', "user.contry = 'DE'", 'user.contry IS NOT NULL AND id >= 0']) {
      const [before] = await page.call('check', { query });
      assert.match(told(before), /^unknown column \S+ \(not in the sampled records\)/, query);
    }
    assert.equal((await page.call('run', { query: 'stauts >= 500' })).matched, 0);
    const [doubt] = await page.call('check', { query: 'stauts >= 500' });
    assert.equal(told(doubt), 'unknown column stauts (not in any record); did you mean status?');
    await page.call('run', { query: 'user.contry IS NOT NULL' });
    const [inner] = await page.call('check', { query: "user.contry = 'DE'" });
    assert.match(told(inner), /^unknown column user\.contry \(not in any record\)/);
    // One record that has it, far from the sampled ones, is enough.
    await writeFile(join(folder, 'late.jsonl'), `${lines.join('\n')}\n{"stauts":"x"}\n`);
    const late = await Preview.open(join(folder, 'late.jsonl'), {}, 2, cache);
    try {
      assert.equal((await late.page.call('run', { query: 'stauts >= 500' })).matched, 0);
      const [still] = await late.page.call('check', { query: 'stauts >= 500' });
      assert.match(told(still), /not in the sampled records/);
    } finally {
      await late.close();
    }
  });

  it('filters with progress, and pages and records of the view are those that match', async () => {
    preview = await Preview.open(path);
    const expected = matching();
    const steps: ViewState[] = [];
    const state = await preview.page.call(
      'run',
      { query: 'status >= 500' },
      { onProgress: (step) => steps.push(step) },
    );
    assert.equal(state.phase, 'done');
    assert.deepEqual([state.matched, state.records, state.malformed], [expected.length, rows, broken.size]);
    assert(steps.length > 0 && steps[0].view === state.view);
    assert.equal(state.scanned, state.total);

    for (const first of [0, 1000, expected.length - 7]) {
      const page: Page = await preview.page.call('rows', { view: state.view, first, count: 10, columns: [] });
      assert.deepEqual(
        Array.from(page.records, (record) => record - 1),
        expected.slice(first, first + 10),
      );
    }
    const detail = await preview.page.call('record', { view: state.view, row: 1234 });
    const id = expected[1234];
    const offset = lines.slice(0, id).reduce((sum, line) => sum + line.length + 1, 0);
    assert.deepEqual(detail, {
      record: id + 1,
      line: id + 1,
      offset,
      length: lines[id].length,
      format: 'json',
      loose: false,
      text: lines[id],
      cut: false,
      fields: [],
      fault: undefined,
    });
  });

  it('answers a query whose rows it still has at once, with the same view', async () => {
    preview = await Preview.open(path);
    for (const query of ['status >= 500', '|> ORDER BY status DESC']) {
      assert.equal(await preview.page.call('kept', { query }), false);
      const first: ViewState = await preview.page.call('run', { query });
      assert.equal(await preview.page.call('kept', { query }), true);
      assert.deepEqual(await preview.page.call('run', { query }), first);
      const page: Page = await preview.page.call('rows', {
        view: first.view,
        first: 0,
        count: 3,
        columns: [],
      });
      assert.equal(page.rows, 3);
    }
    // What depends on the time is asked anew.
    const now = 'now() IS NOT NULL AND status >= 500';
    const before = await preview.page.call('run', { query: now });
    assert.notEqual((await preview.page.call('run', { query: now })).view, before.view);
  });

  it('reads the other file of a JOIN anew each time the query is run', async () => {
    const other = join(folder, 'countries.csv');
    const query = "id < 3 |> SEMI JOIN 'countries.csv' AS c ON user.country = c.code |> SELECT id";
    preview = await Preview.open(path);
    for (const [code, id] of [
      ['DE', '0'],
      ['FR', '2'],
    ]) {
      await writeFile(other, `code\n${code}\n`);
      assert.equal(await preview.page.call('kept', { query }), false, 'whether the rows are still those');
      const { view } = await preview.page.call('run', { query });
      const page: Page = await preview.page.call('rows', { view, first: 0, count: 3, columns: [0] });
      assert.deepEqual(cellsOf(page), [[id]], `users of ${code}`);
    }
  });

  describe('has the columns of the other file of a JOIN', () => {
    const others = {
      'people.csv': 'id,name.full,age\n1,Ann,31\n2,Bob,\n',
      'people.jsonl': '{"id":1,"name":{"full":"Ann"},"age":31}\n{"id":2,"name":{"full":"Bob"},"age":null}\n',
    };
    for (const [file, text] of Object.entries(others)) {
      it(`in a row of a table with ${file}`, async () => {
        const orders = join(folder, 'orders.csv');
        await writeFile(orders, 'n,who\n10,2\n11,1\n12,3\n');
        await writeFile(join(folder, file), text);
        const opened = await Preview.open(orders);
        preview = opened;
        const shown = async (query: string): Promise<[string[], (string | undefined)[][]]> => {
          const { view, columns = [], said } = await opened.page.call('run', { query });
          assert.equal(told({ said }), '');
          const ids = columns.map((_, id) => id);
          const page = await opened.page.call('rows', { view, first: 0, count: 3, columns: ids });
          return [columns.map(({ path }) => path), cellsOf(page)];
        };
        const name = file.endsWith('.csv') ? 'u."name.full"' : 'u.name.full';
        const query = `|> JOIN '${file}' AS u ON who = u.id`;
        const columns = ['n', 'who', 'u.id', name, 'u.age'];
        assert.deepEqual(await shown(query), [
          columns,
          [
            ['10', '2', '2', 'Bob', '(null)'],
            ['11', '1', '1', 'Ann', '31'],
          ],
        ]);
        // A column is asked for by the path that the page has of it.
        assert.deepEqual(await shown(`${query} |> WHERE ${name} = 'Ann' |> SELECT u, n`), [
          ['u.id', name, 'u.age', 'n'],
          [['1', 'Ann', '31', '11']],
        ]);
        // As in an export: where its JOIN stands, ahead of what comes after it.
        assert.deepEqual(await shown(`${query} |> EXTEND n * 2 AS twice |> WHERE n = 10`), [
          [...columns, 'twice'],
          [['10', '2', '2', 'Bob', '(null)', '20']],
        ]);
        assert.deepEqual((await shown(`${query} |> WHERE n > 99`))[0], columns, 'columns of no rows');
        const [left, rows] = await shown(`${query.replace('JOIN', 'LEFT JOIN')} |> ORDER BY n DESC`);
        assert.deepEqual(left, columns);
        assert.deepEqual(rows[0], ['12', '3', '(missing)', '(missing)', '(missing)']);
        assert.deepEqual((await shown(query.replace('JOIN', 'ANTI JOIN')))[0], ['n', 'who']);
        assert.deepEqual((await shown(`${query} |> AGGREGATE count(*) AS c GROUP BY u.age AS u`))[0], [
          'u',
          'c',
        ]);
      });
    }
  });

  it('keeps the rows that a cancelled filter found', async () => {
    preview = await Preview.open(path);
    const controller = new AbortController();
    let seen: ViewState | undefined;
    const run = preview.page.call(
      'run',
      { query: 'status >= 500' },
      {
        signal: controller.signal,
        onProgress: (state) => {
          seen = state;
          controller.abort();
        },
      },
    );
    await assert.rejects(run, { name: 'AbortError' });
    assert(seen && seen.matched > 0);
    const page = await preview.page.call('rows', { view: seen.view, first: 0, count: 5, columns: [] });
    assert.deepEqual(
      Array.from(page.records, (record) => record - 1),
      matching().slice(0, 5),
    );
  });

  it('keeps the last four views, and says that the one before them is gone', async () => {
    preview = await Preview.open(path);
    const views: number[] = [];
    for (let id = 0; id < 5; id++) {
      views.push((await preview.page.call('run', { query: `id = ${id + 10} |> LIMIT 1` })).view);
    }
    const { page } = preview;
    const rowsOf = (view: number) => page.call('rows', { view, first: 0, count: 5, columns: [0] });
    await assert.rejects(rowsOf(views[0]), /no longer available/);
    for (const [i, view] of views.entries()) {
      if (i > 0) assert.deepEqual(cellsOf(await rowsOf(view)), [[`${i + 10}`]]);
    }
  });

  it('takes LIMIT and OFFSET, and reads no further than they need', async () => {
    preview = await Preview.open(path);
    const state = await preview.page.call('run', { query: 'WHERE status >= 500 |> LIMIT 5 OFFSET 3' });
    assert.equal(state.matched, 5);
    assert(state.scanned < (state.total ?? 0));
    const page = await preview.page.call('rows', { view: state.view, first: 0, count: 50, columns: [] });
    assert.deepEqual(
      Array.from(page.records, (record) => record - 1),
      matching().slice(3, 8),
    );
  });

  it('shows rows that a query computes from records, with the numbers of their records', async () => {
    preview = await Preview.open(path);
    const state = await preview.page.call('run', {
      query: 'WHERE status >= 500 |> SELECT id * 2 AS twice, user.country AS country',
    });
    assert.deepEqual(
      state.columns?.map(({ name }) => name),
      ['twice', 'country'],
    );
    const expected = matching();
    assert.equal(state.matched, expected.length);
    const page = await preview.page.call('rows', {
      view: state.view,
      first: 1000,
      count: 3,
      columns: [0, 1],
    });
    assert.deepEqual(
      cellsOf(page),
      expected.slice(1000, 1003).map((id) => [String(id * 2), ['DE', 'US', 'FR'][id % 3]]),
    );
    assert.deepEqual(
      Array.from(page.records, (record) => record - 1),
      expected.slice(1000, 1003),
    );
    const detail = await preview.page.call('record', { view: state.view, row: 1000 });
    assert.equal(detail.text, lines[expected[1000]]);
  });

  it('tells of a row of any order which record of the file it is, or comes from', async () => {
    preview = await Preview.open(path);
    const { view } = await preview.page.call('run', {
      query: 'status >= 500 |> EXTEND id * 2 AS twice |> ORDER BY id DESC',
    });
    const known = matching();
    const id = known[known.length - 5];
    const detail = await preview.page.call('record', { view, row: 4 });
    const offset = lines.slice(0, id).reduce((sum, line) => sum + line.length + 1, 0);
    assert.deepEqual(
      [detail.record, detail.line, detail.offset, detail.length],
      [id + 1, id + 1, offset, lines[id].length],
    );
    assert.equal((JSON.parse(detail.text) as { twice: number }).twice, 2 * id);
    const groups = await preview.page.call('run', { query: '|> AGGREGATE count(*) GROUP BY status' });
    assert.equal((await preview.page.call('record', { view: groups.view, row: 0 })).record, 0);
  });

  it('shows the record itself for a row of a sorted delimited file', async () => {
    const csv = join(folder, 'sorted.csv');
    await writeFile(csv, 'name,n\nb,2\n"a ""x""",10\nc,1\n');
    const sorted = await Preview.open(csv);
    try {
      const { view } = await sorted.page.call('run', { query: '|> ORDER BY n DESC' });
      const { record, line, offset, format, loose, text, fields } = await sorted.page.call('record', {
        view,
        row: 0,
      });
      assert.deepEqual([record, line, offset, format, loose], [2, 3, 11, 'fields', true]);
      assert.equal(text, '"a ""x""",10');
      assert.deepEqual(fields, [
        { name: 'name', value: 'a "x"' },
        { name: 'n', value: '10' },
      ]);
    } finally {
      await sorted.close();
    }
  });

  it('shows rows that a query computes from many records, and finds texts in them', async () => {
    preview = await Preview.open(path);
    const state = await preview.page.call('run', {
      query:
        '|> AGGREGATE count(*) AS n, max(id) AS last GROUP BY user.country AS country |> ORDER BY country',
    });
    assert.equal(told(state), '');
    assert.deepEqual([state.phase, state.matched], ['done', 3]);
    const ids = (state.columns ?? []).map(({ id }) => id);
    const page = await preview.page.call('rows', { view: state.view, first: 0, count: 10, columns: ids });
    const groups = ['DE', 'FR', 'US'].map((country) => {
      const own = lines.flatMap((_, id) =>
        !broken.has(id) && ['DE', 'US', 'FR'][id % 3] === country ? [id] : [],
      );
      return [country, String(own.length), String(own.at(-1))];
    });
    assert.deepEqual(cellsOf(page), groups);
    assert.deepEqual([...page.records], [0, 0, 0]);
    const found = await preview.page.call('find', {
      view: state.view,
      text: 'US',
      matchCase: true,
      from: 0,
      backward: false,
    });
    assert.deepEqual(found, { row: 2 });
    const target = join(folder, 'groups.csv');
    await preview.host.call('export', { session: 1, query: state.query, target, to: 'csv' });
    const text = ['country,n,last', ...groups.map((group) => group.join(','))]
      .map((line) => `${line}\r\n`)
      .join('');
    assert.equal(await readFile(target, 'utf8'), text);
  });

  it('knows the number, line and place of every record that a query asks for by them', async () => {
    preview = await Preview.open(path);
    const place = lines.slice(0, 70_000).reduce((sum, line) => sum + line.length + 1, 0);
    for (const query of ['_record = 70001', '_line = 70001', `_offset = ${place}`]) {
      const state: ViewState = await preview.page.call('run', { query });
      const { view } = state;
      assert.equal(state.matched, 1, query);
      const page: Page = await preview.page.call('rows', { view, first: 0, count: 5, columns: [] });
      assert.deepEqual([...page.records], [70_001], query);
    }
    const { view } = await preview.page.call('run', {
      query: '|> WHERE _line > 89999 |> SELECT _record AS r',
    });
    assert.deepEqual(cellsOf(await preview.page.call('rows', { view, first: 0, count: 5, columns: [0] })), [
      ['90000'],
    ]);
  });

  it('goes to a record, a line, an offset and a share of the file, in the file and in a view', async () => {
    preview = await Preview.open(path);
    const { view } = await preview.page.call('run', { query: 'status >= 500' });
    const locate = (inView: number, by: 'record' | 'line' | 'offset' | 'percent', value: number) =>
      preview?.page.call('locate', { view: inView, place: { by, value } });
    assert.deepEqual(await locate(0, 'record', 45_001), { row: 45_000, exact: true });
    assert.deepEqual(await locate(0, 'line', 45_001), { row: 45_000, exact: true });
    const offset = lines.slice(0, 300).reduce((sum, line) => sum + line.length + 1, 0);
    assert.deepEqual((await locate(0, 'offset', offset))?.row, 300);
    assert.deepEqual((await locate(0, 'offset', offset - 1))?.row, 299);
    assert.deepEqual((await locate(0, 'percent', 100))?.row, rows - 1);
    const expected = matching();
    assert.deepEqual(await locate(view, 'record', expected[100] + 1), { row: 100, exact: true });
    assert.deepEqual(await locate(view, 'record', expected[100] + 2), { row: 101, exact: false });
    assert.deepEqual(await locate(view, 'record', rows), { row: expected.length - 1, exact: false });
  });

  it('says why sorted records and computed rows are not gone to by a place in the file', async () => {
    preview = await Preview.open(path);
    const reasons = new Map([
      ['|> ORDER BY status', /^These records are sorted/],
      ['status >= 500 |> ORDER BY id DESC', /^These records are sorted/],
      ['|> AGGREGATE count(*) AS n GROUP BY status', /^These rows are computed/],
    ]);
    for (const [query, message] of reasons) {
      const { view } = await preview.page.call('run', { query });
      const place = { by: 'record', value: 1 } as const;
      await assert.rejects(preview.page.call('locate', { view, place }), { message });
    }
  });

  it('goes to a row, and to a share of the rows, where they are not in the order of the file', async () => {
    preview = await Preview.open(path);
    const { view, matched } = await preview.page.call('run', { query: 'status >= 500 |> ORDER BY id DESC' });
    const locate = (by: 'row' | 'percent', value: number) =>
      preview?.page.call('locate', { view, place: { by, value } });
    assert.deepEqual(await locate('row', 1), { row: 0, exact: true });
    assert.deepEqual(await locate('row', matched), { row: matched - 1, exact: true });
    assert.deepEqual(await locate('row', matched + 1), { row: matched - 1, exact: false });
    assert.deepEqual(await locate('percent', 0), { row: 0, exact: true });
    assert.deepEqual(await locate('percent', 50), { row: Math.ceil(matched / 2) - 1, exact: true });
    assert.deepEqual(await locate('percent', 100), { row: matched - 1, exact: true });
    const { view: empty } = await preview.page.call('run', { query: 'status > 9999 |> ORDER BY id' });
    const place = { by: 'percent', value: 50 } as const;
    assert.deepEqual(await preview.page.call('locate', { view: empty, place }), { row: 0, exact: false });
  });

  it('offers the values that a column holds, the most frequent first', async () => {
    preview = await Preview.open(path);
    const offered = async (query: string) => {
      const found = await preview?.page.call('complete', { query, position: query.length });
      return found?.items.filter(({ kind }) => kind === 'value').map(({ insert }) => insert);
    };
    await preview.page.call('rows', { view: 0, first: 0, count: 1, columns: [0] });
    await preview.file(({ phase }) => phase === 'ready');
    assert.deepEqual((await offered('user.country = '))?.toSorted(), ["'DE'", "'FR'", "'US'"]);
    assert.deepEqual(await offered("user.country = 'F"), ["'FR'"]);
    assert.deepEqual(await offered('status = '), ['200', '503']);
    assert.deepEqual(await offered('nowhere = '), []);
    assert.deepEqual(await offered('status '), []);
    assert.equal((await offered('id IN (1, '))?.length, 50);
  });

  it('finds a text forwards and backwards, in the file and in a view', async () => {
    preview = await Preview.open(path);
    const { view } = await preview.page.call('run', { query: 'status >= 500' });
    const expected = matching();
    const find = (inView: number, text: string, from: number, backward = false) =>
      preview?.page.call('find', { view: inView, text, matchCase: false, from, backward });
    const needle = `ROW ${expected[2000]} `;
    assert.deepEqual(await find(0, needle, 0), { row: expected[2000] });
    assert.deepEqual(await find(0, needle, rows - 1, true), { row: expected[2000] });
    assert.equal(await find(0, needle, expected[2000]), null);
    assert.deepEqual(await find(view, needle, 0), { row: 2000 });
    assert.deepEqual(await find(view, needle, expected.length - 1, true), { row: 2000 });
    assert.equal(await find(view, `row ${expected[2000] + 1} `, 0), null);
    const count = await preview.page.call('findCount', { view, text: '503', matchCase: true });
    assert.equal(count.count, expected.length);
    const { page } = preview;
    const before = (inView: number, text: string, row: number) =>
      page.call('findCount', { view: inView, text, matchCase: true, before: row });
    for (const row of [0, 1, 2000, expected.length - 1]) {
      const inFile = expected[row] - [...broken].filter((id) => id < expected[row]).length;
      assert.deepEqual(await before(view, '503', row), { count: row });
      assert.deepEqual(await before(0, 'row ', expected[row]), { count: inFile });
    }
  });

  it('lists the malformed records with place, reason and bytes', async () => {
    preview = await Preview.open(path);
    await preview.page.call('run', { query: 'status >= 500' });
    const { items, total, complete } = await preview.page.call('problems', { first: 0, count: 10 });
    assert.deepEqual([total, complete], [2, true]);
    assert.deepEqual(
      items.map(({ record, line, reason, raw }) => [
        record,
        line,
        english(reason),
        new TextDecoder().decode(raw),
      ]),
      [...broken].map((id) => [id + 1, id + 1, 'The record ends in the middle of a value.', lines[id]]),
    );
  });

  it('exports the bytes of what matches, and nothing else', async () => {
    preview = await Preview.open(path);
    const target = join(folder, 'out.jsonl');
    const summary = await preview.host.call('export', {
      session: 1,
      query: 'status >= 500',
      target,
      to: 'same',
    });
    const expected = matching();
    assert.equal(summary.matched, expected.length);
    assert.equal(await readFile(target, 'utf8'), expected.map((id) => `${lines[id]}\n`).join(''));
    const rejects = join(folder, 'rejects.jsonl');
    await preview.host.call('exportRejects', { session: 1, target: rejects });
    const rejected = (await readFile(rejects, 'utf8'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { record: number });
    assert.deepEqual(
      rejected.map(({ record }) => record - 1),
      [...broken],
    );
  });

  it('leaves nothing behind of an export that is under way when it is closed', async () => {
    const source = join(folder, 'long.jsonl');
    await writeFile(source, `${lines.join('\n')}\n`.repeat(6));
    const target = join(folder, 'half.jsonl');
    await writeFile(target, 'old');
    const before = await readdir(folder);
    preview = await Preview.open(source);
    const request = { session: 1, query: 'status < 500', target, to: 'same' } as const;
    let told: () => void = () => undefined;
    const begun = new Promise<void>((resolve) => (told = resolve));
    const done = preview.host.call('export', request, { onProgress: told }).catch(() => undefined);
    await begun;
    assert.equal((await readdir(folder)).length, before.length + 1);
    await preview.close();
    assert.deepEqual(await readdir(folder), before);
    assert.equal(await readFile(target, 'utf8'), 'old');
    preview.host.close();
    await done;
  });

  it('finishes an export whose preview is closed', async () => {
    preview = await Preview.open(path);
    const target = join(folder, 'all.jsonl');
    const request = { session: 1, query: 'status >= 500', target, to: 'same' } as const;
    const exported = preview.host.call('export', request);
    await preview.host.call('close', { session: 1 });
    await exported;
    const expected = matching().map((id) => `${lines[id]}\n`);
    assert.equal(await readFile(target, 'utf8'), expected.join(''));
  });

  it('reads a file as it is told, and otherwise when the session is opened anew', async () => {
    const table = join(folder, 'table.csv');
    await writeFile(table, "a;b\n'1';2\n'3';4\n");
    preview = await Preview.open(table, { delimiter: ',', headerRows: 0, quote: '' });
    const cells = async (width: number) => {
      const columns = Array.from({ length: width }, (_, i) => i);
      const page = await preview?.page.call('rows', { view: 0, first: 0, count: 2, columns });
      return page && cellsOf(page);
    };
    assert.deepEqual(await cells(1), [['a;b'], ["'1';2"]]);
    const { delimiter, quote, headerLines } = preview.info.reading ?? {};
    assert.deepEqual({ delimiter, quote, headerLines }, { delimiter: ',', quote: '', headerLines: 0 });
    const file = { location: table, options: { quote: "'" } } as const;
    const { reading, columns } = await preview.host.call('open', { session: 1, file });
    assert.equal(reading?.delimiter, ';');
    assert.ok(reading.score > 0.3 && reading.score <= 1);
    assert.deepEqual(
      columns.map(({ name }) => name),
      ['a', 'b'],
    );
    assert.deepEqual(await cells(2), [
      ['1', '2'],
      ['3', '4'],
    ]);
  });

  it('never exports onto its own source', async () => {
    preview = await Preview.open(path);
    const before = await readFile(path);
    await assert.rejects(
      preview.host.call('export', { session: 1, query: 'status >= 500', target: path, to: 'same' }),
      /is the file that is being read/,
    );
    assert.deepEqual(await readFile(path), before);
  });

  it('says that the file has grown, was replaced or is gone, and reloads it', async () => {
    const other = join(folder, 'small.jsonl');
    await writeFile(other, '{"a":1}\n');
    preview = await Preview.open(other);
    await appendFile(other, '{"a":2}\n');
    await preview.file((state) => state.phase === 'changed');
    assert.equal(preview.files.at(-1)?.grownBy, 8);
    await preview.page.call('reload', null);
    const page = await preview.page.call('rows', { view: 0, first: 0, count: 10, columns: [] });
    assert.equal(page.rows, 2);
    await rename(other, join(folder, 'elsewhere.jsonl'));
    await preview.file((state) => state.phase === 'gone');
    await assert.rejects(preview.page.call('reload', null), /There is no file/);
  });

  it('says that a file was written over, also when its time was set back', async () => {
    const other = join(folder, 'rewritten.jsonl');
    const time = new Date(1_700_000_000_000);
    await writeFile(other, '{"a":1}\n');
    await utimes(other, time, time);
    preview = await Preview.open(other);
    assert.equal((await preview.page.call('run', { query: 'a = 1' })).matched, 1);
    await writeFile(other, '{"a":2}\n');
    await utimes(other, time, time);
    await preview.file((state) => state.phase === 'changed');
    assert.equal(preview.files.at(-1)?.grownBy, undefined);
  });

  it('says that a file was written anew, and not that it has grown, where it is longer then', async () => {
    const other = join(folder, 'longer.jsonl');
    for (const [before, after] of [
      ['{"a":1}\n{"a":2}\n', '{"a":1}\n{"other":2}\n{"a":3}\n'],
      ['{"a":1}\n', '{"a":22}\n'],
    ]) {
      await writeFile(other, before);
      const opened = await Preview.open(other);
      preview = opened;
      await writeFile(other, after);
      await opened.file((state) => state.phase === 'changed');
      assert.equal(opened.files.at(-1)?.grownBy, undefined, after);
      await opened.page.call('reload', null);
      const page = await opened.page.call('rows', { view: 0, first: 0, count: 10, columns: [] });
      assert.equal(page.rows, after.split('\n').length - 1);
      await opened.close();
    }
  });

  it('says how large the file is, in its own encoding and with all of its tables', async () => {
    const latin = Buffer.from('name;price\n' + 'Größe;1\n'.repeat(50), 'latin1');
    const tables = Buffer.from('sku,qty\nA,1\nB,2\n\n\nname,price,city\nX,1.5,Rome\nY,2.5,Oslo\nZ,3,Bern\n');
    for (const [name, content] of [
      ['latin.csv', latin],
      ['tables.csv', tables],
    ] as const) {
      const file = join(folder, name);
      await writeFile(file, content);
      preview = await Preview.open(file);
      assert.equal(preview.info.state.fileSize, content.length);
      assert.notEqual(preview.info.state.size, content.length, name);
      await preview.close();
    }
    preview = undefined;
  });

  it('opens an empty file, and says why a folder and a missing file cannot be opened', async () => {
    const empty = join(folder, 'empty.jsonl');
    await writeFile(empty, '');
    preview = await Preview.open(empty);
    const page = await preview.page.call('rows', { view: 0, first: 0, count: 10, columns: [] });
    assert.equal(page.rows, 0);
    assert.equal((await preview.page.call('info', null)).state.exact, true);
    assert.equal((await preview.page.call('run', { query: 'a = 1' })).matched, 0);
    await preview.close();
    await assert.rejects(Preview.open(folder), /is a folder/);
    await assert.rejects(Preview.open(join(folder, 'none.jsonl')), /There is no file/);
  });
});
