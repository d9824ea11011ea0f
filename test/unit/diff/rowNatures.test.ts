import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { Dataset, type DatasetOptions } from '../../../src/engine/dataset/dataset.ts';
import type { CellReading } from '../../../src/engine/format/csv/cellReading.ts';
import { DiffFile } from '../../../src/engine/diff/diffFile.ts';
import { exportTo } from '../../../src/engine/run/export/export.ts';
import { runs } from '../../support/long.ts';
import { memorySink } from '../../support/memorySink.ts';
import { ScanPools } from '../../support/pool.ts';

const signal = new AbortController().signal;
const context = { signal, progress: () => undefined };

type Options = Omit<DatasetOptions, 'signal'>;
type Row = Record<string, unknown>;

/** How a table is read, so that no guess at what little there is decides. */
const asTable = {
  delimiter: ',',
  quote: '"',
  headerRows: 1,
  firstLine: 1,
  comment: '',
  tables: 1,
} satisfies Options;

const plain = fc.oneof(
  fc.integer({ min: -30, max: 1200 }).map(String),
  fc.integer({ min: 0, max: 2000 }).map((n) => String(n / 10)),
  fc.constantFrom('', '1.0', '1', '1e3', '1000', '+5', '.5', ' 7 ', '007', '00123', '-0', 'x', 'n/a', '10%'),
  fc.constantFrom('12345678901234567', '12345678901234568', '0.10000000000000000001', '1e400', 'NaN'),
  fc.constantFrom(
    'true',
    'false',
    'TRUE',
    '2024-01-31',
    '2024-02-01T10:00:00Z',
    '[1, 2]',
    '{"a":1}',
    'Zürich',
  ),
);
const european = fc.oneof(
  fc.integer({ min: -9999, max: 99_999 }).map((n) => {
    const [whole, rest] = (Math.abs(n) / 10).toFixed(1).split('.');
    return `${n < 0 ? '-' : ''}${whole.replace(/\B(?=(\d{3})+$)/g, '.')},${rest}`;
  }),
  fc.constantFrom('', '12', '1.234', 'x'),
);
const day = fc.oneof(
  fc
    .tuple(fc.integer({ min: 1, max: 28 }), fc.integer({ min: 1, max: 12 }))
    .map(([d, m]) => `${d}.${m}.2024`),
  fc.constantFrom('', 'x', '2024-05-31'),
);

/** Queries of rows with two values each of `n`, `p` and `d`. */
const queries = [
  'n.new > n.old',
  'n.new = n.old',
  'n.new <> 1000',
  'n.new >= 5 AND n.old < 900.5',
  'n.old BETWEEN 0 AND 100',
  'n.new IN (1, 5, 1000, 12345678901234567)',
  "n.new IN ('1', '007')",
  "n.new = '1.0'",
  "n.old LIKE '1%' OR n.new = 'true'",
  'n.new = TRUE',
  'n.new IS NULL OR n.old + n.new > 100',
  'p.new > p.old',
  'p.new < 1000.5 AND p.old IS NOT NULL',
  "p.old = '1.234'",
  "d.new >= '2024-05-31'",
  'd.new > d.old',
  "d.old < TIMESTAMP '2024-06-01'",
  '|> ORDER BY n.new, id',
  '|> ORDER BY n.new DESC, id |> LIMIT 5',
  '|> ORDER BY p.old DESC, d.new, id |> LIMIT 7',
  '|> ORDER BY d.new, id',
  '|> AGGREGATE sum(n.new), avg(n.old), min(n.new), max(n.old), count(DISTINCT n.new)',
  '|> AGGREGATE sum(p.new), min(p.new), max(p.new), median(p.old), min(d.new), max(d.old)',
  '|> AGGREGATE count(*) AS c, max(p.new) AS m GROUP BY n.old AS g |> ORDER BY g, c, m',
  '|> SELECT n.new AS v |> DISTINCT |> AGGREGATE count(*)',
  '|> SELECT id, n.new - n.old AS up, p.new * 2 AS twice, d.new::date AS day |> ORDER BY up DESC, id',
  '|> EXTEND rank() OVER (ORDER BY n.new) AS r |> SELECT id, r |> ORDER BY r, id',
  '|> DESCRIBE n.old, n.new, p.old, p.new, d.new |> SELECT * EXCEPT (column_name)',
];

describe('diff: what the values of rows are', () => {
  let folder = '';
  const pools = new ScanPools();

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rowriver-natures-'));
  });

  after(async () => {
    await pools.close();
    await rm(folder, { recursive: true });
  });

  async function opened(name: string, text: string | Uint8Array, options: Options = {}): Promise<Dataset> {
    const path = join(folder, name);
    await writeFile(path, text);
    return Dataset.open({ kind: 'file', path }, { signal, ...options });
  }

  async function answer(rows: Dataset, query: string, to: 'jsonl' | 'parquet' = 'jsonl'): Promise<Buffer> {
    const sink = memorySink();
    await exportTo(rows, { query, to, sink }, context);
    return sink.bytes();
  }

  async function rowsOf(rows: Dataset, query: string): Promise<Row[]> {
    const lines = (await answer(rows, query)).toString().split('\n').slice(0, -1);
    return lines.map((line) => JSON.parse(line) as Row);
  }

  async function compared<T>(
    files: readonly [Dataset, Dataset],
    work: (rows: Dataset) => Promise<T>,
    options: Options = {},
  ): Promise<T> {
    let made: DiffFile | undefined;
    let rows: Dataset | undefined;
    try {
      made = await DiffFile.write(...files, { keys: ['id'] }, context);
      rows = await made.open({ signal, ...options });
      return await work(rows);
    } finally {
      await rows?.close();
      await made?.remove();
      for (const file of files) await file.close();
    }
  }

  const asCell = (text: string): string => (/[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const table = (names: readonly string[], rows: readonly (readonly string[])[]): string =>
    [names, ...rows].map((row) => `${row.map(asCell).join(',')}\n`).join('');

  const names = ['n', 'p', 'd'] as const;
  const cells = fc.record({ n: plain, p: european, d: day });
  const both = fc.array(fc.tuple(cells, cells), { minLength: 1, maxLength: 30 });
  const firm = [
    { n: '5', p: '1.234,5', d: '31.5.2024' },
    { n: '6', p: '2.234,5', d: '30.5.2024' },
  ] as const;

  function readingsOf({ layout }: Dataset): (CellReading | undefined)[] {
    return layout.names === 'columns' ? layout.columns.map((_, at) => layout.readings?.at(at)) : [];
  }

  /** Of whole rows, which are written in two ways, their keys. */
  function keysOnly(query: string): string {
    return /SELECT|AGGREGATE/.test(query) ? query : `${query} |> SELECT id`;
  }

  it('answers of two tables what a table of both answers that is opened alone', async () => {
    let compares = 0;
    await fc.assert(
      fc.asyncProperty(
        both,
        fc.constantFrom(undefined, 64, 300),
        fc.constantFrom(0, 2),
        async (pairs, blockSize, workers) => {
          const options = { ...asTable, blockSize, pool: pools.of(workers) };
          // How a column is written is told by most of its cells.
          const all = [...pairs, ...pairs.flatMap(() => [firm, firm, firm]), firm];
          const rows = (side: 0 | 1): string[][] =>
            all.map((pair, id) => [`k${id}`, ...names.map((name) => pair[side][name])]);
          // What is the same is left out.
          const left = all.flatMap((pair, id) => {
            const [old, now] = pair;
            const fields = names.flatMap((name) =>
              old[name] === now[name] ? ['', ''] : [old[name], now[name]],
            );
            return fields.every((text) => text === '') ? [] : [[`k${id}`, ...fields]];
          });
          const files = [
            await opened('a.csv', table(['id', ...names], rows(0)), options),
            await opened('b.csv', table(['id', ...names], rows(1)), options),
          ] as const;
          const beside = names.flatMap((name) => [`${name}.old`, `${name}.new`]);
          const alone = await opened('alone.csv', table(['id', ...beside], left), options);
          try {
            const ways = files.map(readingsOf);
            const isAlike = isDeepStrictEqual(
              readingsOf(alone),
              ways[0].slice(0, 1).concat(names.flatMap((_, at) => [ways[0][at + 1], ways[1][at + 1]])),
            );
            await compared(
              files,
              async (diff) => {
                if (!isAlike) return;
                compares++;
                // What the first round keeps of the file answers the second one.
                for (const round of [1, 2])
                  for (const query of queries) {
                    const asked = keysOnly(query);
                    const [found, wanted] = [await rowsOf(diff, asked), await rowsOf(alone, asked)];
                    assert.deepEqual(found, wanted, `${query}, ${round}`);
                  }
              },
              { blockSize, pool: pools.of(workers) },
            );
          } finally {
            await alone.close();
          }
        },
      ),
      { numRuns: runs(6, 300) },
    );
    assert.ok(compares > 1, 'most tables are read as the two that they are made of');
  });

  it('filters, sorts and adds up numbers of two tables as plain JavaScript does', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.integer({ min: -50, max: 2000 }), fc.integer({ min: -50, max: 2000 })), {
          minLength: 1,
          maxLength: 60,
        }),
        async (pairs) => {
          const rows = (side: 0 | 1): string[][] => pairs.map((pair, id) => [`k${id}`, String(pair[side])]);
          const left = pairs.flatMap(([old, now], id) => (old === now ? [] : [{ id: `k${id}`, old, now }]));
          const files = [
            await opened('a.csv', table(['id', 'n'], rows(0)), asTable),
            await opened('b.csv', table(['id', 'n'], rows(1)), asTable),
          ] as const;
          await compared(files, async (diff) => {
            const ids = async (query: string): Promise<unknown[]> =>
              (await rowsOf(diff, `${query} |> SELECT id`)).map(({ id }) => id);
            const more = left.filter(({ old, now }) => now > old).map(({ id }) => id);
            assert.deepEqual(await ids('n.new > n.old'), more);
            assert.deepEqual(await ids('|> SELECT id, n AS m |> WHERE m.new > m.old'), more);
            assert.deepEqual(
              await ids('|> ORDER BY n.new, n.old DESC'),
              left.toSorted((a, b) => a.now - b.now || b.old - a.old).map(({ id }) => id),
            );
            const sum = left.length === 0 ? null : left.reduce((all, { now }) => all + now, 0);
            assert.deepEqual(await rowsOf(diff, '|> AGGREGATE sum(n.new) AS s'), [{ s: sum }]);
          });
        },
      ),
      { numRuns: runs(15, 300) },
    );
  });

  it('keeps what cells say, and writes their types where a format has some', async () => {
    const before = 'id,n,code,exact,on\n1,1,00123,12345678901234567,true\n2,7,00124,1.10,false\n';
    const after = 'id,n,code,exact,on\n1,1.0,00125,12345678901234568,false\n2,8,00126,1.1,true\n';
    const files = [await opened('a.csv', before), await opened('b.csv', after)] as const;
    await compared(files, async (diff) => {
      const [first] = (await answer(diff, '')).toString().split('\n');
      assert.equal(
        first,
        '{"_change":"changed","id":"1","n":{"old":"1","new":"1.0"},"code":{"old":"00123","new":"00125"},' +
          '"exact":{"old":"12345678901234567","new":"12345678901234568"},"on":{"old":"true","new":"false"}}',
      );
      const parquet = await opened('typed.parquet', await answer(diff, '', 'parquet'));
      try {
        assert.deepEqual(await rowsOf(parquet, '|> SELECT id, n, code, on'), [
          {
            id: 1,
            n: { old: 1, new: 1 },
            code: { old: '00123', new: '00125' },
            on: { old: true, new: false },
          },
          {
            id: 2,
            n: { old: 7, new: 8 },
            code: { old: '00124', new: '00126' },
            on: { old: false, new: true },
          },
        ]);
      } finally {
        await parquet.close();
      }
    });
  });

  async function inParquet(files: readonly [Dataset, Dataset], query: string): Promise<Row[]> {
    return compared(files, async (diff) => {
      const parquet = await opened('typed.parquet', await answer(diff, query, 'parquet'));
      try {
        return await rowsOf(parquet, '');
      } finally {
        await parquet.close();
      }
    });
  }

  it('knows cells by what they are, whatever a query calls them', async () => {
    const before = 'id;name;price\n2;5;2.500\n3;7;3.250\n9;9;1,5\n';
    const after = 'id;name;price\n2;6;3.500\n3;8;4.000\n9;9;1,5\n';
    const one = async (query: string): Promise<unknown> => {
      const files = [await opened('a.csv', before), await opened('b.csv', after)] as const;
      return (await inParquet(files, query))[0];
    };
    const price = { old: '2.500', new: '3.500' };
    const name = { old: 5, new: 6 };
    assert.deepEqual(await one('|> SELECT id, price'), { id: 2, price });
    assert.deepEqual(await one('|> SELECT id, price AS p'), { id: 2, p: price });
    assert.deepEqual(await one('|> SELECT id, price AS name'), { id: 2, name: price });
    assert.deepEqual(await one('|> SELECT name AS price, price AS name'), { price: name, name: price });
    assert.deepEqual(await one('|> SELECT name.new AS a, price.new AS b'), { a: 6, b: '3.500' });
    assert.deepEqual(await one('|> SELECT price.new AS name, coalesce(name.new, name.old) AS c'), {
      name: '3.500',
      c: 6,
    });
    const [_change, id] = ['changed', 2];
    assert.deepEqual(await one('|> RENAME price AS cost'), { _change, id, name, cost: price });
    assert.deepEqual(await one('|> DROP name |> RENAME price AS name'), { _change, id, name: price });
    assert.deepEqual(await one('|> SET name = price |> DROP price'), { _change, id, name: price });
    assert.deepEqual(await one('|> AGGREGATE min(name.new) AS price, min(price.new) AS name'), {
      price: 6,
      name: '3.500',
    });
  });

  it('leaves the texts of JSON beside cells texts, empty ones as well', async () => {
    const cells = 'id,code\n1,5\n2,7\n';
    const values = '{"id":1,"code":""}\n{"id":2,"code":"12"}\n';
    const rows = async (query: string): Promise<Row[]> =>
      inParquet([await opened('a.csv', cells), await opened('b.jsonl', values)], query);
    assert.deepEqual(await rows('|> SELECT id, code.new AS c'), [
      { id: 1, c: '' },
      { id: 2, c: '12' },
    ]);
    assert.deepEqual(await rows('|> SELECT code.old AS o, coalesce(code.new, code.old) AS c'), [
      { o: 5, c: '' },
      { o: 7, c: '12' },
    ]);
    assert.deepEqual(await rows('|> SELECT code AS c'), [
      { c: { old: 5, new: '' } },
      { c: { old: 7, new: '12' } },
    ]);
  });

  it('takes a cell beside a value of JSON, and a key of either, for what it reads as', async () => {
    const cells = 'id,price,eu\n2,9,"1.234,5"\n10,8,"2.234,5"\n11,7,"3.234,5"\n';
    const values =
      '{"id":2,"price":10,"eu":1234.5}\n{"id":9,"price":1,"eu":1}\n{"id":11,"price":7,"eu":20}\n';
    for (const back of [false, true]) {
      const files: [Dataset, Dataset] = [await opened('a.csv', cells), await opened('b.jsonl', values)];
      const [cell, value] = back ? ['new', 'old'] : ['old', 'new'];
      await compared(back ? [files[1], files[0]] : files, async (diff) => {
        const ids = async (query: string): Promise<string[]> =>
          (await rowsOf(diff, `${query} |> SELECT id`)).map(({ id }) => String(id));
        assert.deepEqual(await ids('|> ORDER BY id'), ['2', '9', '10', '11']);
        assert.deepEqual(await ids('id > 9 |> ORDER BY id'), ['10', '11']);
        assert.deepEqual(await ids(`price.${value} > price.${cell}`), ['2']);
        assert.deepEqual(await ids(`eu.${cell} > eu.${value}`), ['11']);
        assert.deepEqual(await ids(`eu.${cell} > 2234.5`), ['11']);
      });
    }
  });

  it('takes for times what the files say are times, wherever they are in a row', async () => {
    const one = '{"id":1,"at":"2024-05-31T10:00:00Z","u":{"at":"2024-05-31T10:00:00Z"}}\n';
    const two = '{"id":1,"at":"2024-05-31T11:00:00Z","u":{"at":"2024-05-31T11:00:00Z"}}\n';
    const three = two + two.replace('1', '2');
    const made: Dataset[] = [];
    for (const [at, text] of [one, three].entries()) {
      const lines = await opened(`${at}.jsonl`, text);
      try {
        made.push(await opened(`${at}.parquet`, await answer(lines, '', 'parquet')));
      } finally {
        await lines.close();
      }
    }
    const [before, after] = made;
    await compared([before, after], async (diff) => {
      const count = async (condition: string): Promise<unknown> =>
        (await rowsOf(diff, `${condition} |> AGGREGATE count(*) AS n`))[0].n;
      // As a text, what is an hour later comes before.
      assert.equal(await count("at.new > '2024-05-31T12:30:00+02:00'"), 2);
      assert.equal(await count("at.old < '2024-05-31T12:30:00+02:00'"), 1);
      assert.equal(await count("u.at.new > '2024-05-31T12:30:00+02:00'"), 1);
      assert.equal(await count("u.new.at > '2024-05-31T12:30:00+02:00'"), 1);
    });
  });
});
