import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { Dataset, type DatasetOptions } from '../../../src/engine/dataset/dataset.ts';
import { diffFiles } from '../../../src/engine/diff/diff.ts';
import { exportTo } from '../../../src/engine/run/export/export.ts';
import type { DiffSummary } from '../../../src/protocol/comparison.ts';
import { runs } from '../../support/long.ts';
import { memorySink } from '../../support/memorySink.ts';

const signal = new AbortController().signal;
const context = { signal, progress: () => undefined };

type Row = Record<string, unknown>;

describe('diff: beside Parquet', () => {
  let folder = '';

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rowriver-beside-'));
  });

  after(async () => {
    await rm(folder, { recursive: true });
  });

  async function written(name: string, text: string | Uint8Array): Promise<string> {
    const path = join(folder, name);
    await writeFile(path, text);
    return path;
  }

  const opened = (path: string, options: Partial<DatasetOptions> = {}): Promise<Dataset> =>
    Dataset.open({ kind: 'file', path }, { signal, ...options });

  /** The same records as Parquet, its types those of the values. */
  async function asParquet(name: string, from: string): Promise<string> {
    const file = await opened(from);
    try {
      const sink = memorySink();
      await exportTo(file, { query: '', to: 'parquet', sink }, context);
      return await written(name, sink.bytes());
    } finally {
      await file.close();
    }
  }

  async function diffed(
    before: string,
    after: string,
    ...keys: string[]
  ): Promise<{ rows: Row[]; summary: DiffSummary }> {
    const files: Dataset[] = [];
    const chunks: Buffer[] = [];
    try {
      for (const path of [before, after]) files.push(await opened(path));
      const summary = await diffFiles(
        files[0],
        files[1],
        {
          keys,
          write: ({ lines }) => {
            chunks.push(Buffer.from(lines));
            return Promise.resolve();
          },
        },
        context,
      );
      const lines = Buffer.concat(chunks).toString().split('\n').slice(0, -1);
      return { rows: lines.map((line) => JSON.parse(line) as Row), summary };
    } finally {
      for (const file of files) await file.close();
    }
  }

  /** In both directions, with the older value first in what is expected. */
  async function bothWays(
    before: string,
    after: string,
    keys: readonly string[],
    expected: readonly Row[],
  ): Promise<void> {
    assert.deepEqual((await diffed(before, after, ...keys)).rows, expected);
    const back = expected.map((row) =>
      Object.fromEntries(
        Object.entries(row).map(([name, value]) => [
          name,
          typeof value === 'object' && value !== null && 'old' in value && 'new' in value
            ? { old: value.new, new: value.old }
            : value,
        ]),
      ),
    );
    assert.deepEqual((await diffed(after, before, ...keys)).rows, back);
  }

  it('finds a table the same as its own export, times and dates included', async () => {
    const csv = await written(
      'own.csv',
      'id,at,day,note\nk1,2024-05-31 18:30:00,2024-05-31,x\nk2,2024-06-01 00:00:00,2024-06-01,2024-06-01\n',
    );
    const parquet = await asParquet('own.parquet', csv);
    await bothWays(csv, parquet, ['id'], []);
    await bothWays(csv, parquet, ['at'], []);
    const later = await written(
      'later.csv',
      'id,at,day,note\nk1,2024-05-31 18:30:01,2024-05-31,x\nk2,soon,2024-06-02,2024-06-01T00:00\n',
    );
    await bothWays(
      later,
      parquet,
      ['id'],
      [
        { _change: 'changed', id: 'k1', at: { old: '2024-05-31 18:30:01', new: '2024-05-31T18:30:00' } },
        {
          _change: 'changed',
          id: 'k2',
          at: { old: 'soon', new: '2024-06-01T00:00:00' },
          day: { old: '2024-06-02', new: '2024-06-01' },
          // A text that looks like a time is none.
          note: { old: '2024-06-01T00:00', new: '2024-06-01' },
        },
      ],
    );
  });

  it('compares times wherever they are by value, also those of a key, whatever zone a text is of', async () => {
    const lines = await written(
      'zones.jsonl',
      [
        '{"at":"2024-05-31T18:30:00+02:00","u":{"at":"2024-05-31T18:30:00+02:00"},"l":[{"at":"2024-05-31T18:30:00+02:00"}]}',
        '{"at":"2024-06-01T00:30:00+02:00","u":{"at":"2024-06-01T18:30:00+02:00"},"l":[]}',
        '',
      ].join('\n'),
    );
    const parquet = await asParquet('zones.parquet', lines);
    await bothWays(lines, parquet, ['at'], []);
    const csv = await written(
      'zones.csv',
      'at,u.at,l\n' +
        '2024-05-31 16:30:00Z,2024-05-31 16:30,"[{""at"":""2024-05-31 16:30Z""}]"\n' +
        '2024-05-31 22:30,2024-06-01T17:30:00+01:00,[]\n',
    );
    await bothWays(csv, parquet, ['at'], []);
    const other = await written(
      'others.jsonl',
      '{"at":"2024-05-31T16:30:00Z","u":{"at":"2024-05-31T18:30:00Z"},"l":[{"at":"2024-05-31T18:30:00Z"}]}\n' +
        '{"at":"2024-05-31T22:30:00Z","u":{"at":"2024-06-01T16:30:00Z"},"l":[]}\n',
    );
    const { rows, summary } = await diffed(other, parquet, 'at');
    assert.equal(summary.same, 1);
    assert.deepEqual(Object.keys(rows[0]), ['_change', 'at', 'u', 'l']);
  });

  it('takes a cell that is the JSON text of an object for the object, and shows both where they differ', async () => {
    const lines = await written(
      'objects.jsonl',
      [
        '{"id":"a","o":{"k":"p","v":3,"t":"2024-05-31T18:30:00Z"},"u":{"in":{"n":1},"x":7}}',
        '{"id":"b","o":{"k":"q","v":4,"t":"2024-05-31T18:30:00Z"},"u":{"in":{"n":2},"x":8}}',
        '{"id":"c","o":null,"u":null}',
        '',
      ].join('\n'),
    );
    const parquet = await asParquet('objects.parquet', lines);
    const row = (id: string, o: string, inner: string, x: string): string =>
      `${[id, o, inner, x].map((cell) => `"${cell.replaceAll('"', '""')}"`).join(',')}\n`;
    const head = 'id,o,u.in,u.x\n';
    const c = 'c,,,\n';
    const same = await written(
      'objects.csv',
      head +
        row('a', '{ "v": 3.0, "k": "p", "t": "2024-05-31T18:30:00Z" }', '{"n":1}', '7') +
        row('b', '{"t":"2024-05-31T18:30:00Z","k":"q","v":4,"w":null}', '{"n":2.0}', '8') +
        c,
    );
    for (const typed of [lines, parquet]) await bothWays(same, typed, ['id'], []);
    const clocks = await written(
      'clocks.csv',
      head +
        row('a', '{"k":"p","v":3,"t":"2024-05-31 20:30+02:00"}', '{"n":1}', '7') +
        row('b', '{"k":"q","v":4,"t":"2024-05-31 18:30:00"}', '{"n":2}', '8') +
        c,
    );
    await bothWays(clocks, parquet, ['id'], []);
    const object = { k: 'q', v: 4, t: '2024-05-31T18:30:00Z' };
    const other = '{"k":"q","v":5,"t":"2024-05-31T18:30:00Z"}';
    const differs = await written(
      'differs.csv',
      head + row('a', '', '{"n":2}', '7') + row('b', other, 'x', '8') + c,
    );
    for (const typed of [lines, parquet])
      await bothWays(
        differs,
        typed,
        ['id'],
        [
          {
            ...{ _change: 'changed', id: 'a', o: { old: '', new: { ...object, k: 'p', v: 3 } } },
            'u.in': { old: '{"n":2}', new: { n: 1 } },
          },
          {
            ...{ _change: 'changed', id: 'b', o: { old: other, new: object } },
            'u.in': { old: 'x', new: { n: 2 } },
          },
        ],
      );
  });

  it('takes an object apart where the table has columns for its members, or a key in it', async () => {
    const lines = await written('mixed.jsonl', '{"id":"a","o":{"k":1}}\n{"id":"b","o":5}\n');
    await bothWays(await written('mixed.csv', 'id,o,o.k\na,,1\nb,5,\n'), lines, ['id'], []);
    const keyed = await written('keyed.jsonl', '{"o":{"k":"a","v":1}}\n');
    await bothWays(await written('keyed.csv', 'o.k,o.v\na,1\n'), keyed, ['o.k'], []);
  });

  it('finds two texts of times the same where they are the same moment', async () => {
    const moment = fc.integer({ min: -3, max: 3 });
    const zone = fc.constantFrom(-5, 0, 2);
    const text = (minutes: number, hours: number, blank: boolean): string => {
      const clock = new Date(Date.UTC(2024, 4, 31, 0, minutes) + hours * 3_600_000)
        .toISOString()
        .slice(0, 19);
      const offset = `${hours < 0 ? '-' : '+'}0${Math.abs(hours)}:00`;
      return `${blank ? clock.replace('T', ' ') : clock}${hours === 0 && blank ? '' : offset}`;
    };
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(moment, zone, moment, zone, fc.boolean()), { minLength: 1, maxLength: 12 }),
        fc.constantFrom('csv', 'jsonl'),
        async (all, form) => {
          const typed = all.map(
            ([, , at, hours], id) => `${JSON.stringify({ id, at: text(at, hours, false) })}\n`,
          );
          const parquet = await asParquet('m.parquet', await written('m.jsonl', typed.join('')));
          const texts = all.map(([at, hours, , , blank], id) => ({ id, at: text(at, hours, blank) }));
          const other = await written(
            `o.${form}`,
            form === 'csv'
              ? `id,at\n${texts.map(({ id, at }) => `${id},${at}\n`).join('')}`
              : texts.map((one) => `${JSON.stringify(one)}\n`).join(''),
          );
          const { rows } = await diffed(other, parquet, 'id');
          const changed = all.flatMap(([a, , b], id) => (a === b ? [] : [id]));
          assert.deepEqual(
            rows.map(({ id }) => id),
            changed,
          );
        },
      ),
      { numRuns: runs(15, 300) },
    );
  });
});
