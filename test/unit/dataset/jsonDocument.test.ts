import assert from 'node:assert/strict';
import { english } from '../../../src/said/said.ts';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { cellsOf, Preview } from '../../support/preview.ts';
import { told } from '../../support/said.ts';

const cars = resolve('node_modules/vega-datasets/data/cars.json');

interface Car {
  readonly Name: string;
  readonly Horsepower: number | null;
}

async function temporaryFolders(): Promise<string[]> {
  return (await readdir(tmpdir())).filter((name) => new RegExp(`^rowriver-\\w+-${process.pid}-`).test(name));
}

describe('dataset, of a JSON document', () => {
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

  it('shows, filters and exports the elements of a real list', async () => {
    const all = JSON.parse(await readFile(cars, 'utf8')) as Car[];
    const strong = all.filter(({ Horsepower }) => Horsepower !== null && Horsepower > 200);
    preview = await Preview.open(cars);
    assert.equal(preview.info.format, 'json');
    const first = await preview.page.call('rows', { view: 0, first: 0, count: 5, columns: [] });
    assert.equal(first.rows, 5);
    const { columns } = await preview.page.call('info', null);
    const name = columns.find((column) => column.name === 'Name')?.id ?? -1;
    const { view, matched } = await preview.page.call('run', { query: 'Horsepower > 200' });
    assert.equal(matched, strong.length);
    const page = await preview.page.call('rows', { view, first: 0, count: 100, columns: [name] });
    assert.deepEqual(
      cellsOf(page).flat(),
      strong.map(({ Name }) => Name),
    );
    const target = join(folder, 'strong.json');
    await preview.host.call('export', { session: 1, query: 'Horsepower > 200', target, to: 'same' });
    assert.deepEqual(JSON.parse(await readFile(target, 'utf8')), strong);
  });

  it('finds the list inside of a document, also one of many blocks on one line', async () => {
    const path = join(folder, 'inside.json');
    const items = Array.from({ length: 60_000 }, (_, n) => ({
      n,
      text: 'x'.repeat(n % 200),
      list: [n, '],{'],
    }));
    await writeFile(path, JSON.stringify({ meta: { version: 1 }, data: { items }, after: [1, 2] }));
    preview = await Preview.open(path);
    assert.match(english(preview.info.dialect), /\$\.data\.items\[\*\]/);
    const state = await preview.page.call('run', { query: 'n >= 59990' });
    assert.deepEqual([state.matched, state.records, state.malformed, told(state)], [10, 60_000, 0, '']);
    const detail = await preview.page.call('record', { view: state.view, row: 9 });
    assert.deepEqual([detail.record, detail.text], [60_000, JSON.stringify(items[59_999])]);
  });

  it('follows a path through several lists, and leaves no file behind', async () => {
    const path = join(folder, 'nested.json');
    const text =
      '{"groups":[{"items":[{"n":1.10},{"n":2}]},{"items":[]},{"items":[{"n":12345678901234567890}]}]}';
    await writeFile(path, text);
    const before = await temporaryFolders();
    preview = await Preview.open(path, { rows: '$.groups[*].items[*]' });
    await preview.page.call('rows', { view: 0, first: 0, count: 9, columns: [] });
    const page = await preview.page.call('rows', { view: 0, first: 0, count: 9, columns: [0] });
    assert.deepEqual(cellsOf(page), [['1.10'], ['2'], ['12345678901234567890']]);
    assert.equal((await temporaryFolders()).length, before.length + 1);
    await preview.close();
    assert.deepEqual(await temporaryFolders(), before);
  });

  it('says so where there are no such rows', async () => {
    await assert.rejects(Preview.open(cars, { rows: '$.cars[*]' }), /There is no list at \$\.cars/);
  });
});
