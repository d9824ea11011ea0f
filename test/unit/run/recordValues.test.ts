import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExportFormat } from '../../../src/protocol/engine.ts';
import { CellKind } from '../../../src/protocol/preview.ts';
import { Preview } from '../../support/preview.ts';

/** Records that are not objects, and some that are. */
const some = [5, 'a', [1, 2], { x: 1 }, true, null, 7, 'é\n', [], 'ab', [[3], 'b'], 1.5];
const records = Array.from({ length: 2400 }, (_, i) => some[i % some.length]);

const layouts: readonly (readonly [name: string, text: string])[] = [
  ['lines.jsonl', records.map((record) => `${JSON.stringify(record)}\n`).join('')],
  ['array.json', JSON.stringify(records)],
  ['pretty.json', JSON.stringify(records, undefined, 2)],
];

type Test = (record: unknown) => boolean;
const isText: (record: unknown) => record is string = (record) => typeof record === 'string';
const isNumber: (record: unknown) => record is number = (record) => typeof record === 'number';

const conditions: readonly (readonly [condition: string, test: Test])[] = [
  ['_value > 4', (record) => isNumber(record) && record > 4],
  ['_value BETWEEN 1 AND 5', (record) => isNumber(record) && record >= 1 && record <= 5],
  ["_value = 'a'", (record) => record === 'a'],
  ["_value = 'é\n'", (record) => record === 'é\n'],
  ["_value LIKE 'a%'", (record) => isText(record) && record.startsWith('a')],
  ["_value IN (7, 'ab')", (record) => record === 7 || record === 'ab'],
  ['_value', (record) => record === true || (isNumber(record) && record !== 0)],
  ['_value IS NULL', (record) => record === null],
  ['_value[1] = 1', (record) => Array.isArray(record) && record[0] === 1],
  ['_value[1][1] = 3', (record) => Array.isArray(record) && Array.isArray(record[0])],
  ['_value.x = 1', (record) => JSON.stringify(record) === '{"x":1}'],
  ['len(_value) = 0', (record) => Array.isArray(record) && record.length === 0],
  ['|> AS d |> WHERE d._value > 4', (record) => isNumber(record) && record > 4],
  ['|> EXTEND _value * 2 AS twice |> WHERE twice > 8', (record) => isNumber(record) && record > 4],
  ['|> RENAME _value AS n |> WHERE n > 4', (record) => isNumber(record) && record > 4],
  ['|> ORDER BY _record DESC |> WHERE _value > 4', (record) => isNumber(record) && record > 4],
];

describe('records that are no objects', () => {
  const lines = ['null', '1.0', '"a"', '[1, 2]', '{ "b" : 1e2 }', 'true', '{}', '1E1', 'null'];
  let folder: string;
  let preview: Preview;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rowriver-test-'));
    await writeFile(join(folder, 'values.jsonl'), `${lines.join('\n')}\n`);
    preview = await Preview.open(join(folder, 'values.jsonl'));
  });
  after(async () => {
    await preview.close();
    await rm(folder, { recursive: true });
  });

  async function exported(query: string, to: ExportFormat): Promise<string[]> {
    const target = join(folder, 'out');
    await preview.host.call('export', { session: 1, query, to, target });
    return (await readFile(target, 'utf8')).replace(/\r?\n$/, '').split(/\r?\n/);
  }

  const reversed = '|> ORDER BY _record DESC';

  it('stay as they are in sorted rows', async () => {
    assert.deepEqual(await exported(reversed, 'same'), lines.toReversed());
    assert.deepEqual(await exported('|> TABLESAMPLE (100 ROWS)', 'jsonl'), lines);
    assert.deepEqual(await exported('|> DISTINCT', 'jsonl'), lines.slice(0, -1));
    const elements = (await exported(reversed, 'json')).slice(1, -1).map((line) => line.replace(/,$/, ''));
    assert.deepEqual(elements, lines.toReversed());
  });

  it('are tables as their records are', async () => {
    for (const to of ['csv', 'tsv', 'md'] as const) {
      const [head, ...rows] = await exported('', to);
      const under = to === 'md' ? [rows.shift()] : [];
      assert.deepEqual(await exported(reversed, to), [head, ...under, ...rows.toReversed()], to);
    }
    assert.deepEqual(await exported('_value = 7 |> ORDER BY _record', 'csv'), ['_value,b']);
  });

  it('have their value as a column of computed rows', async () => {
    assert.deepEqual(await exported('|> EXTEND 1 AS x', 'same'), [
      '{"_value":null,"x":1}',
      '{"_value":1.0,"x":1}',
      '{"_value":"a","x":1}',
      '{"_value":[1, 2],"x":1}',
      '{"b":1e2,"x":1}',
      '{"_value":true,"x":1}',
      '{"x":1}',
      '{"_value":1E1,"x":1}',
      '{"_value":null,"x":1}',
    ]);
    const [sorted] = await exported('|> EXTEND 1 AS x |> ORDER BY _record DESC |> LIMIT 1', 'same');
    assert.equal(sorted, '{"_value":null,"x":1}');
    assert.deepEqual((await exported('|> RENAME _value AS v', 'same')).slice(0, 3), [
      '{"v":null}',
      '{"v":1.0}',
      '{"v":"a"}',
    ]);
  });

  it('are no rows of members where a column is NULL', async () => {
    const query = '|> SELECT _value AS v |> SELECT v.* |> LIMIT 2';
    assert.deepEqual(await exported(query, 'same'), ['{}', '{"_value":1.0}']);
  });
});

describe('the value of a record', () => {
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rowriver-test-'));
  });
  after(() => rm(folder, { recursive: true }));

  for (const [name, text] of layouts) {
    describe(`in ${name}`, () => {
      let preview: Preview;
      before(async () => {
        await writeFile(join(folder, name), text);
        preview = await Preview.open(join(folder, name));
      });
      after(() => preview.close());

      it('has a column, which a query names', () => {
        const { name: shown, path, type } = preview.info.columns[0];
        assert.deepEqual([shown, path, type], ['_value', '_value', 'mixed']);
      });

      for (const [condition, test] of conditions) {
        it(`is asked for: ${JSON.stringify(condition)}`, async () => {
          const { matched } = await preview.page.call('run', { query: condition });
          assert.equal(matched, records.filter(test).length);
        });
      }

      it('gets a condition from its cell, before and after an operator', async () => {
        for (const query of ['', '|> EXTEND 1 AS one']) {
          const { view } = await preview.page.call('run', { query });
          // Whoever asks for rows is told which columns they have.
          await preview.page.call('rows', { view, first: 0, count: 1, columns: [] });
          const column = preview.columns.get(view)?.find(({ name: shown }) => shown === '_value');
          assert.ok(column, query);
          const { kinds } = await preview.page.call('rows', {
            view,
            first: 0,
            count: 1,
            columns: [column.id],
          });
          assert.equal(kinds[0], CellKind.Number);
          const value = { text: '5', kind: CellKind.Number };
          const edit = { kind: 'add', path: column.path, test: 'equals', value } as const;
          const edited = await preview.page.call('edit', { query, edit });
          assert.deepEqual(await preview.page.call('check', edited), []);
          assert.equal((await preview.page.call('run', edited)).matched, 200);
        }
      });

      it('is offered, sorted, unnested, grouped and exported', async () => {
        const { items } = await preview.page.call('complete', { query: '_va', position: 3 });
        assert.equal(items[0].insert, '_value');
        const exported = async (query: string) => {
          const target = join(folder, 'out.csv');
          await preview.host.call('export', { session: 1, query, to: 'csv', target });
          return (await readFile(target, 'utf8')).split('\r\n').slice(0, 4);
        };
        assert.deepEqual(await exported('_value > 4'), ['_value', '5', '7', '5']);
        assert.deepEqual(await exported('_value > 0 |> ORDER BY _value LIMIT 1'), ['_value', '1.5', '']);
        assert.deepEqual(await exported('_value[1] = 1 |> SELECT _value |> UNNEST _value |> LIMIT 3'), [
          '_value',
          '1',
          '2',
          '1',
        ]);
        assert.deepEqual(await exported('_value > 0 |> AGGREGATE count(*) AS n GROUP BY _value'), [
          '_value,n',
          '5,200',
          '7,200',
          '1.5,200',
        ]);
      });
    });
  }
});
