import assert from 'node:assert/strict';
import { findArrays, findRows } from '../../../../../src/engine/format/json/document/find.ts';
import { Outline } from '../../../../../src/engine/format/json/document/outline.ts';
import { parseRowsPath, printRowsPath } from '../../../../../src/engine/format/json/document/rows.ts';
import { maxDepth } from '../../../../../src/engine/format/record.ts';
import { english } from '../../../../../src/said/said.ts';
import { countReads } from '../../../../support/countedSource.ts';
import { memorySource } from '../../../../support/memory.ts';

const paths = (text: string) => findArrays(Buffer.from(text)).map(({ path }) => path);
const find = (text: string, path?: string) => findRows(memorySource(Buffer.from(text)), path);

describe('documents one after the other', () => {
  it('are rows, however long the first one is', async () => {
    const second = { id: 2, items: [{ a: 1, t: '} {' }] };
    for (const size of [100, 60_000, 70_000, 1_100_000, 5_000_000]) {
      const items = Array.from({ length: size / 50 }, (_, a) => ({ a, t: `}{ ${'x'.repeat(27)}` }));
      for (const indent of [undefined, 2]) {
        const [first, next] = [{ id: 1, items }, second].map((value) => JSON.stringify(value, null, indent));
        for (const text of [`${first}\n${next}\n`, `${first}\r\n\r\n${next}`, `${first}\n${first}\n`])
          assert.equal((await find(text)).rows?.path, '$', `${size} ${indent}`);
        assert.equal((await find(first)).rows?.path, '$.items[*]', `${size} ${indent}`);
      }
    }
    const long = JSON.stringify({
      items: Array.from({ length: 200_000 }, (_, a) => ({ a, t: 'x'.repeat(40) })),
    });
    assert.equal((await find(`${long}\n{"id":2}\n`)).rows?.path, '$', 'seen at the end');
    assert.equal((await find(`[${long}]\n{"id":2}\n`)).rows?.path, '$[*]', 'a list of records has the rows');
  });
});

describe('rows of a JSON document', () => {
  it('are the lists outside of other lists, biggest first', () => {
    assert.deepEqual(paths('[{"a":[1,2]},{"a":[3]}]'), ['$[*]', '$']);
    assert.deepEqual(paths('{"type":"FeatureCollection","bbox":[1,2],"features":[{"p":[1]},{"p":[2]}]}'), [
      '$.features[*]',
      '$.bbox[*]',
      '$',
    ]);
    assert.deepEqual(paths('{"data":{"total":2,"items":[{"a":1},{"a":2},{"a":3}]},"log":["x"]}'), [
      '$.data.items[*]',
      '$.log[*]',
      '$',
    ]);
    assert.deepEqual(paths('{"a b":[{"c":1}],"ünï":[1]}'), ['$["a b"][*]', '$.ünï[*]', '$']);
    assert.deepEqual(paths('\ufeff // no\n [1, 2]'), ['$[*]', '$']);
  });

  it('are the members of an object of objects', () => {
    assert.deepEqual(paths('{"AAPL":{"p":1},"MSFT":{"p":2},"XOM":{"p":3,"l":[1]}}'), [
      '$.*',
      '$.XOM.l[*]',
      '$',
    ]);
    assert.deepEqual(paths('{"meta":{"n":2},"data":[{"a":1},{"a":2}]}'), ['$.data[*]', '$']);
    assert.deepEqual(paths('{"n":1,"by":{"x":{"v":1},"y":{"v":2}}}'), ['$.by.*', '$']);
  });

  it('are the one record that a file of settings is, and not its details', () => {
    const first = (value: unknown) => paths(JSON.stringify(value, null, 2))[0];
    assert.equal(first({ user: { name: 'ann', age: 3 }, settings: { theme: 'dark', x: [1, 2] } }), '$');
    assert.equal(
      first({ database: { host: 'a', port: 1 }, cache: { host: 'b', ttl: 60 }, logging: { level: 'info' } }),
      '$',
    );
    assert.equal(first({ name: 'a', tags: ['p', 'q'], more: { k: 1 } }), '$');
    assert.equal(first({ name: 'a', tags: [] }), '$');
    assert.equal(first({ items: [] }), '$.items[*]');
    assert.equal(first({ took: 3, hits: { total: 0, hits: [] } }), '$.hits.hits[*]');
    assert.equal(first({ count: 1, next: 'x'.repeat(500), results: [{ id: 1 }] }), '$.results[*]');
    const longer = Array.from({ length: 30 }, (_, k) => ({ k }));
    assert.equal(first({ results: [], facets: longer }), '$.results[*]');
    assert.equal(first({ schema: { fields: longer }, data: [{ a: 1 }] }), '$.data[*]');
    assert.equal(
      first({ hits: { hits: [{ a: 1 }] }, aggregations: { x: { buckets: longer } } }),
      '$.hits.hits[*]',
    );
    assert.equal(first({ users: longer, config: { items: [{ a: 1 }] } }), '$.users[*]');
    assert.equal(first({ events: [], logs: longer }), '$.logs[*]');
    assert.equal(first({ name: 'a', text: 'x'.repeat(500), plugins: [{ id: 1 }, { id: 2 }] }), '$');
    assert.equal(first({ a: {}, b: {} }), '$');
    assert.equal(first({ a: { b: { x: 1, y: 2 }, c: { x: 1, y: 3 } }, d: { e: 'x'.repeat(200) } }), '$');
    assert.equal(first({ values: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10] }), '$.values[*]');
    assert.equal(first({ en: { hi: 'hi', bye: 'bye' }, de: { hi: 'hallo' } }), '$.*');
    const many = Array.from({ length: 50 }, (_, i) => [
      `id${i}`,
      { id: i, [`own${i}`]: 1, [`k${i % 8}`]: 2 },
    ]);
    assert.equal(first(Object.fromEntries(many)), '$.*');
    const images = [{ id: 1, file_name: 'a.jpg' }];
    const annotations = [{ id: 1, image_id: 1, bbox: [1, 2, 3, 4] }];
    assert.equal(first({ info: { year: 2024 }, images, annotations, categories: [] }), '$.annotations[*]');
  });

  it('are documents one after the other, or the one there is', () => {
    assert.deepEqual(paths('{"a":[1]}\n{"a":[2]}'), ['$']);
    assert.deepEqual(paths('[1,\n2]\n[3,\n4]'), ['$']);
    assert.deepEqual(paths('{"a":1}'), ['$']);
    assert.deepEqual(paths('"text"'), ['$']);
    assert.deepEqual(paths(' '), []);
  });

  it('are those of the first list of objects, whether the head shows what comes after it or not', async () => {
    for (const count of [1, 20_000]) {
      const text = `[${Array.from({ length: count }, (_, a) => JSON.stringify({ a })).join(',\n')}]`;
      for (const after of ['', '\n[{"a":9}]', '\n[1]\n{"b":2}', ' x']) {
        const { rows } = await find(text + after);
        assert.deepEqual([rows?.path, rows?.layout], ['$[*]', 'elements'], `${count} ${after}`);
      }
    }
    assert.deepEqual(paths('[{"a":1},{"a":2}]\n[{"a":9}]'), ['$[*]', '$']);
  });

  it('counts what it has seen of a head that is cut', () => {
    const text = '{"version":"1.0","features":[{"a":"]"},{"a":"\\"["},{"a":';
    assert.deepEqual(findArrays(Buffer.from(text)), [
      { path: '$.features[*]', rows: 3, bytes: text.length - 29 + 0, whole: false, isTable: true },
      { path: '$', rows: 1, bytes: text.length, whole: false, isTable: false },
    ]);
  });

  it('are found where the path leads, however far', async () => {
    const filler = '{"a":[1,2,"]}"]},'.repeat(100_000);
    const text = `{"first":[${filler}0],\n"x":{"y":[[0],\n[{"id":1,"n":2},{"id":3}]]}}`;
    const { rows } = await find(text, 'x.y[1]');
    assert.ok(rows);
    assert.equal(text.slice(rows.start, rows.start + 9), '{"id":1,"');
    assert.deepEqual([rows.path, rows.line, rows.opening, rows.separator], ['$.x.y[1][*]', 2, '{"id":', ',']);
    const { rows: none, candidates, ...rest } = await find(text, '$.x.z');
    assert.equal(none, undefined);
    assert.equal('reason' in rest ? english(rest.reason) : '', 'There is no list at $.x.z[*].');
    assert.deepEqual(
      candidates.map(({ path }) => path),
      ['$.first[*]', '$'],
    );
    const wrong = await find('{}', '$..a');
    assert.match('reason' in wrong ? english(wrong.reason) : '', /is not a path/);
  });

  it('follows brackets no deeper than records may be nested, and goes on behind them', async () => {
    const outline = new Outline({});
    const deep = 100_000;
    outline.push(Buffer.from('['.repeat(deep)));
    assert.equal(outline.state.open.length, maxDepth);
    outline.push(Buffer.from(']'.repeat(deep - 1)));
    assert.equal(outline.state.open.length, 1);

    const text = `{"a":${'[{"b":'.repeat(deep)}1${'}]'.repeat(deep)},"rows":[{"id":1}]}`;
    const { rows } = await find(text, 'rows');
    assert.equal(rows?.start, text.length - '{"id":1}]}'.length);
    assert.deepEqual(paths('['.repeat(deep)), ['$[*]', '$']);
  });

  it('are the biggest hundred where there are very many', () => {
    const names = 'abcdefgh'.repeat(25);
    const lists = Array.from({ length: 5000 }, (_, i) => `"${i}":[${'1,'.repeat(i % 7)}1]`).join();
    const text = `${`{"${names}":`.repeat(1000)}{${lists}}${'}'.repeat(1000)}`;
    const found = findArrays(Buffer.from(text));
    assert.equal(found.length, 101);
    const biggest = found.filter(({ path }) => path !== '$');
    assert.deepEqual([...new Set(biggest.map(({ rows }) => rows))], [7]);
  });

  it('takes little of a large document', async () => {
    const text = `[${'{"id":1},'.repeat(300_000)}{}]`;
    const source = countReads(memorySource(Buffer.from(text)));
    const { rows } = await findRows(source, undefined);
    assert.equal(rows?.path, '$[*]');
    assert.ok(source.bytes < 500_000, `${source.bytes} bytes`);
  });

  it('knows rows by what they begin with, where most of them do', async () => {
    const spaced = await find('[\n  { "id" : 1 },\n  { "id" : 2 },\n  { "id" : 3 }\n]');
    assert.deepEqual([spaced.rows?.opening, spaced.rows?.separator], ['{ "id" :', ',\n  ']);
    const mixed = await find('[{"a":1},{"b":2}, {"c":3},{"d":3}]');
    assert.deepEqual([mixed.rows?.opening, mixed.rows?.separator], ['', undefined]);
    const members = await find('{"x":{"p":1},"y":{"p":2},"z":{"p":2}}');
    assert.deepEqual([members.rows?.layout, members.rows?.opening], ['members', '{"p":']);
    const texts = await find('{"a":1}\n{"a":2}\n');
    assert.deepEqual([texts.rows?.layout, texts.rows?.start, texts.rows?.opening], ['values', 0, '{"a":']);
    assert.deepEqual((await find('\ufeff{"a":1}')).rows?.start, 3);
  });

  it('have paths that people write in many ways', () => {
    for (const [text, printed] of [
      ['$', '$'],
      ['$[*]', '$[*]'],
      ['', '$[*]'],
      ['$.*', '$.*'],
      ['data.items', '$.data.items[*]'],
      ['$.data.items[*]', '$.data.items[*]'],
      ["$['a b'].c", '$["a b"].c[*]'],
      ['$["a\\"b"][0].*', '$["a\\"b"][0].*'],
      ['[2][*]', '$[2][*]'],
      ['@graph', '$["@graph"][*]'],
      ['a-b.日本', '$.a-b.日本[*]'],
    ] as const) {
      const path = parseRowsPath(text);
      assert.ok(path, text);
      assert.equal(printRowsPath(path), printed);
      assert.deepEqual(parseRowsPath(printed), path);
    }
    for (const text of ['$.', '$..a', '$.a[', '$[1', 'a..b', '$.a[*].b', '$[-1]']) {
      assert.equal(parseRowsPath(text), undefined, text);
    }
  });
});
