import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { Dataset, type DatasetOptions } from '../../../src/engine/dataset/dataset.ts';
import { diffFiles, type DiffOptions } from '../../../src/engine/diff/diff.ts';
import { DiffFile } from '../../../src/engine/diff/diffFile.ts';
import type { DiffPiece } from '../../../src/engine/diff/diffRows.ts';
import { keyColumns } from '../../../src/engine/diff/keyColumns.ts';
import { DiffKeyError, likelyKeys } from '../../../src/engine/diff/keys.ts';
import { rowNatures } from '../../../src/engine/diff/rowNatures.ts';
import type { DiffSummary } from '../../../src/protocol/comparison.ts';
import { runs } from '../../support/long.ts';
import { ScanPools } from '../../support/pool.ts';
import { diffOf, type Form, type Line, type Row, type Value } from './oracle.ts';

const signal = new AbortController().signal;
const context = { signal, progress: () => undefined };

/** How a table is read, so that no guess at what little there is decides. */
const asTable = {
  delimiter: ',',
  quote: '"',
  headerRows: 1,
  firstLine: 1,
  comment: '',
  tables: 1,
  decimal: 'none',
  dates: 'none',
} satisfies Partial<DatasetOptions>;

const roomy = { hashes: 1 << 20, records: 1 << 20, rows: 1 << 20 };
const tight = { hashes: 1, records: 1500, rows: 200 };

const id = fc.oneof(
  fc.nat(40),
  fc.nat(40).map((n) => `k${n}`),
  fc.nat(40).map(String),
  fc.constant(null),
);
const value = fc.oneof(
  fc.integer({ min: -3, max: 3 }),
  fc.constantFrom(
    '',
    'x',
    '1',
    '1.0',
    '007',
    'true',
    'say "hi", ok',
    'two\nlines',
    'Zürich',
    '🎉',
    'y'.repeat(90),
  ),
  fc.boolean(),
  fc.constant(null),
  fc.constant(undefined),
);
const record = fc.record({ id, p: value, q: value, r: value });
const line: fc.Arbitrary<Line> = fc.oneof(
  { weight: 20, arbitrary: record },
  { weight: 1, arbitrary: fc.constant('{bad') },
);

/** Two lists of lines that have much in common, in another order. */
const pair = fc
  .record({
    before: fc.array(line, { maxLength: 60 }),
    more: fc.array(line, { maxLength: 10 }),
    fates: fc.array(fc.constantFrom('keep', 'keep', 'keep', 'drop', 'change', 'twice'), { minLength: 1 }),
    changed: value,
    seed: fc.nat(),
  })
  .map(({ before, more, fates, changed, seed }) => {
    const kept = before.flatMap((item, at): Line[] => {
      const fate = fates[at % fates.length];
      if (typeof item === 'string' || fate === 'keep') return [item];
      if (fate === 'drop') return [];
      return fate === 'change' ? [{ ...item, q: changed }] : [item, item];
    });
    return { before, after: shuffled([...kept, ...more], seed) };
  });

/** Two longer lists that differ in a few lines. */
const similar = fc
  .record({
    count: fc.integer({ min: 100, max: 300 }),
    values: fc.array(value, { minLength: 3, maxLength: 8 }),
    fates: fc.array(
      fc.tuple(fc.nat(299), fc.constantFrom<Line>('drop', 'twice', { id: null, p: 1, q: 2, r: 3 }, '{bad')),
      { maxLength: 3 },
    ),
    changes: fc.array(fc.tuple(fc.nat(299), value), { maxLength: 3 }),
    seed: fc.option(fc.nat(), { nil: undefined }),
  })
  .map(({ count, values, fates, changes, seed }) => {
    const of = (n: number): Value => values[n % values.length];
    const before = Array.from({ length: count }, (_, n): Line => ({
      id: n,
      p: of(n),
      q: of(n + 1),
      r: of(n * 7),
    }));
    const fateAt = new Map(fates);
    const changeAt = new Map(changes);
    const after = before.flatMap((item, at): Line[] => {
      const fate = fateAt.get(at);
      if (fate === 'drop' || typeof item === 'string') return [];
      if (fate === 'twice') return [item, item];
      const now = changeAt.has(at) ? { ...item, q: changeAt.get(at) } : item;
      return fate === undefined ? [now] : [fate, now];
    });
    return { before, after: seed === undefined ? after : shuffled(after, seed) };
  });

function shuffled<T>(items: readonly T[], seed: number): T[] {
  return items
    .map((item, at) => ({ item, order: Math.imul(at + seed, 0x9e3779b1) >>> 7 }))
    .sort((a, b) => a.order - b.order)
    .map(({ item }) => item);
}

function textOf(lines: readonly Line[], form: Form): string {
  if (form === 'csv') {
    const cell = (given: Value): string => {
      const text = given === null || given === undefined ? '' : String(given);
      return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
    };
    const rows = lines.filter((item) => typeof item !== 'string');
    return `id,p,q,r\n${rows.map(({ id, p, q, r }) => `${[id, p, q, r].map(cell).join(',')}\n`).join('')}`;
  }
  if (form === 'json') {
    const rows = lines.filter((item) => typeof item !== 'string');
    return `[\n${rows.map((item) => JSON.stringify(item, null, 1)).join(',\n')}\n]\n`;
  }
  return lines.map((item) => `${typeof item === 'string' ? item : JSON.stringify(item)}\n`).join('');
}

/** The lines that are records of a file of that form. */
function recordsOf(lines: readonly Line[], form: Form): readonly Line[] {
  return form === 'jsonl' ? lines : lines.filter((one) => typeof one !== 'string');
}

function idAt(records: readonly Line[], place: number): string {
  const found = records[place];
  return typeof found === 'string' ? found : String(found.id);
}

describe('diff', () => {
  let folder: string;
  const pools = new ScanPools();

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rowriver-diff-'));
  });

  after(async () => {
    await pools.close();
    await rm(folder, { recursive: true });
  });

  async function opened(
    name: string,
    lines: readonly Line[] | string,
    form: Form,
    how: { blockSize?: number | undefined; workers?: number; decimal?: ','; dates?: 'dmy' } = {},
  ): Promise<Dataset> {
    const path = join(folder, `${name}.${form}`);
    await writeFile(path, typeof lines === 'string' ? lines : textOf(lines, form));
    const { blockSize, workers = 0, decimal = asTable.decimal, dates = asTable.dates } = how;
    const reading = form === 'csv' ? { ...asTable, decimal, dates } : { format: form };
    return Dataset.open({ kind: 'file', path }, { signal, blockSize, pool: pools.of(workers), ...reading });
  }

  async function diffed(
    [before, after]: readonly [Dataset, Dataset],
    options: DiffOptions,
  ): Promise<{ rows: Row[]; places: number[]; summary: DiffSummary }> {
    const chunks: Buffer[] = [];
    const places: number[] = [];
    try {
      const write = (piece: DiffPiece): Promise<void> => {
        chunks.push(Buffer.from(piece.lines));
        places.push(...piece.places);
        return Promise.resolve();
      };
      const summary = await diffFiles(before, after, { ...options, write }, context);
      const text = Buffer.concat(chunks).toString();
      return {
        rows: text
          .split('\n')
          .slice(0, -1)
          .map((row) => JSON.parse(row) as Row),
        places,
        summary,
      };
    } finally {
      await before.close();
      await after.close();
    }
  }

  it('finds what plain JavaScript finds, in every form, order and division', async () => {
    const form = fc.constantFrom<Form>('jsonl', 'csv', 'json');
    await fc.assert(
      fc.asyncProperty(
        fc.oneof({ weight: 3, arbitrary: pair }, { weight: 1, arbitrary: similar }),
        fc.oneof(
          { weight: 2, arbitrary: fc.tuple(form, form) },
          { weight: 1, arbitrary: form.map((one) => [one, one] as const) },
        ),
        fc.constantFrom(undefined, 64, 200, 1000),
        fc.constantFrom(0, 2),
        fc.boolean(),
        async ({ before, after }, forms, blockSize, workers, isTight) => {
          const how = { blockSize, workers };
          const files = [
            await opened('a', before, forms[0], how),
            await opened('b', after, forms[1], how),
          ] as const;
          const budgets = isTight ? tight : roomy;
          const { rows, places, summary } = await diffed(files, { keys: ['id'], budgets });
          const expected = diffOf(before, after, forms);
          assert.deepEqual(rows, expected.rows);
          assert.equal(places.length, 2 * rows.length);
          for (const [at, { _change, id }] of rows.entries()) {
            for (const [side, lines] of [before, after].entries()) {
              const place = places[2 * at + side];
              if (_change === (side === 0 ? 'added' : 'removed')) assert.equal(place, -1);
              else if (place !== -1 || _change !== 'duplicate')
                assert.equal(idAt(recordsOf(lines, forms[side]), place), String(id));
            }
          }
          const { added, removed, changed, same, duplicates, leftOut } = summary;
          const counted = leftOut.map(({ unreadable, keyless }) => [unreadable, keyless]);
          assert.deepEqual({ added, removed, changed, same, duplicates, leftOut: counted }, expected.sums);
        },
      ),
      { numRuns: runs(100, 3000) },
    );
  });

  it('reports a key that one file has several times, where the other has one of these records', async () => {
    const [one, two] = ['{"id":1,"p":1}\n', '{"id":1,"p":2}\n{"id":1,"p":1}\n'];
    for (const budgets of [roomy, tight]) {
      for (const [before, after] of [
        [one + one, one],
        [two, one],
        [one, one + one],
      ]) {
        const files = [await opened('a', before, 'jsonl'), await opened('b', after, 'jsonl')] as const;
        const { rows, summary } = await diffed(files, { keys: ['id'], budgets });
        const counts = { old: before.length / one.length, new: after.length / one.length };
        assert.deepEqual(rows, [{ _change: 'duplicate', id: 1, _records: counts }]);
        assert.deepEqual([summary.duplicates, summary.same], [1, 0]);
      }
    }
  });

  it('takes keys of several fields and nested ones, and shows only what differs inside an object', async () => {
    const before = `{"day":1,"host":{"name":"a","load":1,"disk":{"free":5,"all":9}}}
{"day":1,"host":{"name":"b"}}
{"day":2,"host":{"name":"a"}}
`;
    const after = `{"host":{"load":2,"disk":{"all":9.0,"free":4},"name":"a"},"day":1}
{"day":2,"host":{"name":"b","up":true}}
{"day":2,"host":{"name":"a"}}
`;
    const files = [await opened('a', before, 'jsonl'), await opened('b', after, 'jsonl')] as const;
    const { rows } = await diffed(files, { keys: ['day', 'host.name'] });
    assert.deepEqual(rows, [
      {
        _change: 'changed',
        day: 1,
        host: { name: 'a', load: { old: 1, new: 2 }, disk: { free: { old: 5, new: 4 } } },
      },
      { _change: 'added', day: 2, host: { name: 'b', up: { old: null, new: true } } },
      { _change: 'removed', day: 1, host: { name: 'b' } },
    ]);
  });

  it('compares a table with nested records by their dotted paths', async () => {
    const table = 'Order ID,user.name,n,tags,ok\n7,Zoë,1.50,"[1, ""x""]",true\n8,,0,,\n';
    const records = `{"Order ID":7.0,"user":{"name":"Zoë"},"n":1.5,"tags":[1,"x"],"ok":true}
{"Order ID":"8","user":{"name":null},"n":0}
`;
    const files = [await opened('a', table, 'csv'), await opened('b', records, 'jsonl')] as const;
    const { rows, summary } = await diffed(files, { keys: ['"Order ID"'] });
    assert.deepEqual(rows, []);
    assert.equal(summary.same, 2);
  });

  it('compares numbers of a table by their value where they are written in another way', async () => {
    const table = 'id,price,note\na,1.234,x\nb,"12,50",y\nc,2.500,2.5\n';
    const records =
      '{"id":"a","price":1234,"note":"x"}\n{"id":"b","price":12.5,"note":"y"}\n{"id":"c","price":2.5,"note":2.5}\n';
    const files = [
      await opened('a', table, 'csv', { decimal: ',' }),
      await opened('b', records, 'jsonl'),
    ] as const;
    const { rows, summary } = await diffed(files, { keys: ['id'] });
    assert.deepEqual(rows, [{ _change: 'changed', id: 'c', price: { old: '2.500', new: 2.5 } }]);
    assert.equal(summary.same, 2);
    const others = [
      await opened('a', records, 'jsonl'),
      await opened('b', table, 'csv', { decimal: ',' }),
    ] as const;
    const { rows: back } = await diffed(others, { keys: ['id'] });
    assert.deepEqual(back, [{ _change: 'changed', id: 'c', price: { old: 2.5, new: '2.500' } }]);
  });

  it('compares dates of a table by their day where they are written in another way, also as keys', async () => {
    const table = 'id,day,at\na,31.05.2024,x\nb,01.06.2024 18:30,y\nc,02.06.2024,31.05.2024\nd,,z\n';
    const records = `{"id":"a","day":"2024-05-31","at":"x"}
{"id":"b","day":"2024-06-01T18:30:00Z","at":"y"}
{"id":"c","day":"2024-06-03","at":"2024-05-31"}
{"id":"d","day":null,"at":"z"}
`;
    const both = async (back: boolean): Promise<readonly [Dataset, Dataset]> => {
      const of = (name: string, isTable: boolean): Promise<Dataset> =>
        isTable ? opened(name, table, 'csv', { dates: 'dmy' }) : opened(name, records, 'jsonl');
      return [await of('a', !back), await of('b', back)];
    };
    for (const back of [false, true]) {
      const pair = (cell: string, text: string): Row =>
        back ? { old: text, new: cell } : { old: cell, new: text };
      const { rows, summary } = await diffed(await both(back), { keys: ['id'] });
      // A column is one of dates where more than half of its cells are.
      assert.deepEqual(rows, [
        {
          _change: 'changed',
          id: 'c',
          day: pair('02.06.2024', '2024-06-03'),
          at: pair('31.05.2024', '2024-05-31'),
        },
      ]);
      assert.equal(summary.same, 3);
      const byDay = await diffed(await both(back), { keys: ['day', 'id'] });
      const changes = byDay.rows.map(({ _change, id, day }) => [_change, id, day]);
      const [cell, text] = back ? ['added', 'removed'] : ['removed', 'added'];
      const expected = [
        [text, 'c', '2024-06-03'],
        [cell, 'c', '02.06.2024'],
      ];
      assert.deepEqual(changes.toSorted(), expected.toSorted());
      assert.equal(byDay.summary.same, 3);
    }
  });

  it('keeps numbers as they are written, and a field that is called as its own', async () => {
    const files = [
      await opened('a', '{"id":1,"n":1.10,"_change":1}\n', 'jsonl'),
      await opened('b', '{"id":1,"n":12345678901234567890.123,"_change":2}\n', 'jsonl'),
    ] as const;
    const chunks: string[] = [];
    const write = ({ lines }: DiffPiece): Promise<void> => {
      chunks.push(Buffer.from(lines).toString());
      return Promise.resolve();
    };
    try {
      await diffFiles(...files, { keys: ['id'], write }, context);
    } finally {
      for (const file of files) await file.close();
    }
    assert.equal(
      chunks.join(''),
      '{"_change":"changed","id":1,"n":{"old":1.10,"new":12345678901234567890.123},"_change_":{"old":1,"new":2}}\n',
    );
  });

  it('takes columns of two tables that differ in letter case alone for the same, under the newer name', async () => {
    const before = 'ID,Name,Both,both,n\n1,a,x,y,"1,5"\n2,b,x,y,"2,5"\n';
    const after = 'both,NAME,id,N\ny,a,1,"1,5"\nz,c,2,"10,5"\n';
    const files = async (): Promise<readonly [Dataset, Dataset]> => [
      await opened('a', before, 'csv', { decimal: ',' }),
      await opened('b', after, 'csv', { decimal: ',' }),
    ];
    const asked = await files();
    const [likely, found, natures] = [
      likelyKeys(...asked),
      await keyColumns(...asked, signal),
      rowNatures(asked, ['id']),
    ];
    for (const file of asked) await file.close();
    assert.deepEqual(likely, ['ID']);
    assert.deepEqual(
      found.map(({ key }) => key),
      ['id', 'NAME', 'N', 'both'],
    );
    for (const key of ['id', 'ID']) {
      const { rows } = await diffed(await files(), { keys: [key] });
      assert.deepEqual(rows, [
        { _change: 'changed', id: '1', Both: { old: 'x', new: null } },
        {
          ...{ _change: 'changed', id: '2', both: { old: 'y', new: 'z' }, NAME: { old: 'b', new: 'c' } },
          ...{ N: { old: '2,5', new: '10,5' }, Both: { old: 'x', new: null } },
        },
      ]);
    }
    const decimal = natures.cells?.filter(({ reading }) => reading?.kind === 'number');
    assert.deepEqual(
      decimal?.map(({ path }) => path.join('.')),
      ['id', 'N.old', 'N.new'],
    );
  });

  it('takes a file without anything in it for one that has none of the records', async () => {
    const table = 'Order ID,n\n1,a\n2,b\n';
    for (const [text, form] of [
      [table, 'csv'],
      ['{"Order ID":1}\n{"Order ID":2}\n', 'jsonl'],
    ] as const)
      for (const key of ['"Order ID"', 'Order ID']) {
        const added = [await opened('empty', '', 'csv'), await opened('full', text, form)] as const;
        assert.equal((await diffed(added, { keys: [key] })).summary.added, 2);
        const removed = [await opened('full', text, form), await opened('empty', '', 'csv')] as const;
        assert.equal((await diffed(removed, { keys: [key] })).summary.removed, 2);
      }
  });

  it('says which field a table lacks, and proposes those that tell records apart', async () => {
    const files = [
      await opened('a', 'name,order_no,id\nx,1,2\n', 'csv'),
      await opened('b', 'id,order_no,note\n2,1,\n', 'csv'),
    ] as const;
    assert.deepEqual(likelyKeys(...files), ['id', 'order_no']);
    await assert.rejects(
      diffed(files, { keys: ['ident'] }),
      (error) =>
        error instanceof DiffKeyError && /no field ident .*: name, order_no, id$/.test(error.message),
    );
  });

  it('leaves nothing behind when it is cancelled, wherever it is', async () => {
    const lines = Array.from({ length: 80 }, (_, at) => ({ id: at, p: at, q: null, r: null }));
    const others = lines.map((item) => ({ ...item, p: -1 }));
    const found = async (): Promise<string[]> =>
      (await readdir(tmpdir())).filter((name) => name.startsWith(`rowriver-${process.pid}`)).sort();
    const before = await found();
    for (const form of ['jsonl', 'csv'] as const) {
      for (let after = 0; after < 8; after++) {
        const [a, b] = [await opened('a', lines, 'jsonl'), await opened('b', others, form)];
        const stop = new AbortController();
        // It is asked for the signal at every step: the one to come is the last.
        let left = 3 * after * after;
        const aborting = new Proxy(stop.signal, {
          get(target, name) {
            if (name === 'throwIfAborted' && left-- === 0) stop.abort();
            const value: unknown = Reflect.get(target, name, target);
            return typeof value === 'function' ? (value.bind(target) as unknown) : value;
          },
        });
        const work = DiffFile.write(a, b, { keys: ['id'], budgets: tight }, { ...context, signal: aborting });
        const outcome = await work.then(
          (made) => made.remove(),
          (error: unknown) => error,
        );
        assert.ok(outcome === undefined || stop.signal.aborted, String(outcome));
        await a.close();
        await b.close();
        assert.deepEqual(await found(), before);
      }
    }
  });
});
