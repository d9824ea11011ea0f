import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import type { Dataset, DatasetOptions } from '../../../../src/engine/dataset/dataset.ts';
import { MergeBy } from '../../../../src/engine/dataset/merge/mergeBy.ts';
import { mostAtOnce } from '../../../../src/engine/dataset/merge/mergeOrder.ts';
import { openFiles } from '../../../../src/engine/dataset/files/openFiles.ts';
import { countTo } from '../../../../src/engine/run/count.ts';
import { exportTo } from '../../../../src/engine/run/export/export.ts';
import { exportAll } from '../../../../src/engine/run/export/also.ts';
import { filesAt } from '../../../../src/engine/source/files/search.ts';
import { SourceError } from '../../../../src/engine/source/source.ts';
import { english } from '../../../../src/said/said.ts';
import { runs } from '../../../support/long.ts';
import { memorySink } from '../../../support/memorySink.ts';
import { openFilesIn } from '../../../support/openFiles.ts';

const signal = new AbortController().signal;
const context = { signal, progress: () => undefined };

describe('files in order of time', () => {
  let folder: string;
  beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'rowriver-merge-'))));
  afterEach(() => rm(folder, { recursive: true }));

  function mergeBy(text: string): MergeBy {
    const merge = MergeBy.of(text);
    assert.ok(merge, text);
    return merge;
  }

  /** Writes files by their names, and opens them as one in order of a column. */
  async function open(
    files: Readonly<Record<string, string | Buffer>>,
    by: string,
    options: Partial<DatasetOptions> = {},
  ): Promise<{ readonly dataset: Dataset; readonly merge: MergeBy }> {
    for (const [name, text] of Object.entries(files)) {
      await mkdir(join(folder, dirname(name)), { recursive: true });
      await writeFile(join(folder, name), text);
    }
    const merge = mergeBy(by);
    const paths = Object.keys(files).map((name) => join(folder, name));
    return {
      dataset: await openFiles('the files', filesAt(paths), { signal, merge, ...options }),
      merge,
    };
  }

  type To = 'jsonl' | 'csv' | 'same';

  async function textOf(dataset: Dataset, query = '', to: To = 'jsonl'): Promise<string> {
    const sink = memorySink();
    await exportTo(dataset, { query, to, sink }, context);
    return sink.text().replaceAll(folder, '');
  }

  async function rowsOf(
    files: Readonly<Record<string, string | Buffer>>,
    by: string,
    query = '',
    to: To = 'jsonl',
    options: Partial<DatasetOptions> = {},
  ): Promise<{ readonly rows: string[]; readonly sentences: string[] }> {
    const { dataset, merge } = await open(files, by, options);
    try {
      const rows = (await textOf(dataset, query, to)).trimEnd().split(/\r?\n/);
      return { rows, sentences: merge.sentences().map((text) => english(text).replaceAll(folder, '')) };
    } finally {
      await dataset.close();
    }
  }

  const lines = (...rows: readonly object[]): string =>
    rows.map((row) => `${JSON.stringify(row)}\n`).join('');

  it('come by their points in time, those of the first file first where they are equal', async () => {
    const { rows, sentences } = await rowsOf(
      {
        'b.jsonl': lines({ t: '2026-01-01T01:00:02+01:00', n: 1 }, { t: '2026-01-01 00:00:05Z', n: 4 }),
        'a.jsonl': lines({ t: '2026-01-01T00:00:01Z', n: 0 }, { t: '2026-01-01T00:00:05.000', n: 5 }),
        'empty.jsonl': '',
        // Without a last line end.
        'c.jsonl': lines(
          { t: '2026-01-01T00:00:02.000000001', n: 2 },
          { t: '2026-01-01T00:00:03', n: 3 },
        ).trim(),
        'd.jsonl': lines({ t: '2026-01-02', n: 6 }, { t: '20260103', n: -1 }),
      },
      't',
      '|> SELECT n',
    );
    assert.deepEqual(
      rows,
      [0, 1, 2, 3, 4, 5, 6, -1].map((n) => `{"n":${n}}`),
    );
    assert.deepEqual(sentences, [
      '/d.jsonl: 1 record has a t that cannot be compared with the first one of all files (record 2). It stays behind the record before.',
    ]);
  });

  it('have the numbers and places that they have in their files', async () => {
    const files = {
      'a.jsonl': '\n{"t":1}\n{"t":4}\n',
      'b.jsonl': '\ufeff{"t":2}\n\n{"t":3}\n{broken\n{"t":5}\n',
    };
    const { rows } = await rowsOf(files, 't', '|> SELECT t, _file, _record, _line, _offset, _file_offset');
    assert.deepEqual(rows, [
      '{"t":1,"_file":"/a.jsonl","_record":1,"_line":2,"_offset":1,"_file_offset":1}',
      '{"t":2,"_file":"/b.jsonl","_record":1,"_line":1,"_offset":3,"_file_offset":3}',
      '{"t":3,"_file":"/b.jsonl","_record":2,"_line":3,"_offset":12,"_file_offset":12}',
      '{"t":4,"_file":"/a.jsonl","_record":2,"_line":3,"_offset":9,"_file_offset":9}',
      '{"t":5,"_file":"/b.jsonl","_record":4,"_line":5,"_offset":28,"_file_offset":28}',
    ]);
    const { rows: found } = await rowsOf(files, 't', '_record = 2 AND _line = 3 |> SELECT t');
    assert.deepEqual(found, ['{"t":3}', '{"t":4}']);
    const whole = await rowsOf(files, 't', '_record = 1', 'same');
    assert.deepEqual(whole.rows, ['{"t":1}', '{"t":2}']);
    const { dataset } = await open(files, 't');
    const [rejects, sink] = [memorySink(), memorySink()];
    try {
      await exportTo(dataset, { query: '', to: 'jsonl', sink, rejects }, context);
    } finally {
      await dataset.close();
    }
    const { record, line, offset, file } = JSON.parse(rejects.text()) as Readonly<Record<string, unknown>>;
    assert.deepEqual([record, line, offset, file], [3, 4, 20, join(folder, 'b.jsonl')]);
  });

  it('say which is not in order, whose records come where they stand', async () => {
    const { rows, sentences } = await rowsOf(
      {
        'a.jsonl': lines({ t: 10 }, { t: 30 }, { t: 12 }, { t: 11 }, { t: 31 }),
        'b.jsonl': lines({ t: 20 }, { t: 25 }, { t: 30 }),
      },
      't',
    );
    assert.deepEqual(
      rows.map((row) => (JSON.parse(row) as { readonly t: number }).t),
      [10, 20, 25, 30, 12, 11, 30, 31],
    );
    assert.deepEqual(sentences, [
      '/a.jsonl is not in order of t: 2 records come after a later one (the first is record 3). They stay behind it.',
    ]);
  });

  it('keep what has no time behind the record before it, and before the first with one', async () => {
    const log = (...rows: string[]): string => `${rows.join('\n')}\n`;
    const { rows, sentences } = await rowsOf(
      {
        'a.log': log(
          'rest of a trace',
          '2026-01-01 10:00:01 ERROR a1',
          '  at f',
          '',
          '  at g',
          '2026-01-01 10:00:04 INFO a2',
        ),
        'b.log': log('2026-01-01 10:00:00 INFO b0', '2026-01-01 10:00:02 ERROR b1', '  at h'),
        'none.log': log('nothing here', 'has a time'),
      },
      'time',
      '_error IS NULL OR _error IS NOT NULL',
      'same',
      { format: 'log', pattern: 'levels' },
    );
    assert.deepEqual(rows, [
      ...['nothing here', 'has a time', '2026-01-01 10:00:00 INFO b0', 'rest of a trace'],
      ...['2026-01-01 10:00:01 ERROR a1', '  at f', '  at g', '2026-01-01 10:00:02 ERROR b1', '  at h'],
      '2026-01-01 10:00:04 INFO a2',
    ]);
    assert.deepEqual(sentences, []);
  });

  it('compare numbers as numbers, whatever their digits are', async () => {
    const nanos = (n: number): string => `{"t":17328000000000000${n},"n":${n}}\n`;
    const { rows } = await rowsOf(
      { 'a.jsonl': nanos(13) + nanos(15) + nanos(16), 'b.jsonl': nanos(12) + nanos(14) + nanos(17) },
      't',
      '|> SELECT n',
    );
    assert.deepEqual(
      rows,
      [12, 13, 14, 15, 16, 17].map((n) => `{"n":${n}}`),
    );
    const csv = await rowsOf(
      { 'a.csv': 't,n\n9,1\n10.5,3\n', 'b.csv': 't,n\n1e1,2\n100,4\n' },
      't',
      '',
      'same',
    );
    assert.deepEqual(csv.rows, ['t,n', '9,1', '1e1,2', '10.5,3', '100,4']);
  });

  it('read tables whose columns differ, and dates as they are written there', async () => {
    const { rows } = await rowsOf(
      { 'a.csv': 'day,n\n31.01.2026,1\n02.02.2026,3\n', 'b.csv': 'x,day\ny,01.02.2026\nz,03.02.2026\n' },
      'day',
      '|> SELECT day, n, x, _line, _file_offset',
      'csv',
    );
    assert.deepEqual(rows, [
      'day,n,x,_line,_file_offset',
      '31.01.2026,1,,2,',
      '01.02.2026,,y,2,',
      '02.02.2026,3,,3,',
      '03.02.2026,,z,3,',
    ]);
  });

  it('do not let a quote that one file opens reach into another', async () => {
    const { rows } = await rowsOf(
      {
        'a.csv': 't,x\n1,"open\n4,a\n',
        'b.csv': 't,x\n2,", closed"\n3,"two\nlines"\n',
        'c.csv': 't,x\n5,"at the end',
        'd.csv': 't,x\n0,"d"\n6,"e"\n',
      },
      't',
      "|> SELECT t, replace(x, '\n', '/') AS x",
    );
    assert.deepEqual(
      rows.map((row): unknown[] => Object.values(JSON.parse(row) as object)),
      [
        ...[
          ['0', 'd'],
          ['1', '"open'],
          ['2', ', closed'],
          ['3', 'two/lines'],
          ['4', 'a'],
        ],
        ...[
          ['5', '"at the end'],
          ['6', 'e'],
        ],
      ],
    );
  });

  it('may be compressed, and be only one', async () => {
    const { rows } = await rowsOf(
      {
        'a.jsonl.gz': gzipSync(lines({ t: 1 }, { t: 3 })),
        'b.jsonl': lines({ t: 2 }),
        'c.jsonl.gz': gzipSync(''),
      },
      't',
      '|> SELECT t, _record',
    );
    assert.deepEqual(rows, ['{"t":1,"_record":1}', '{"t":2,"_record":1}', '{"t":3,"_record":2}']);
    const one = await rowsOf({ 'one.jsonl': lines({ t: 2 }, { t: 1 }) }, 't');
    assert.deepEqual(one.rows, ['{"t":2}', '{"t":1}']);
    assert.equal(one.sentences.length, 1);
    const empty = await open({ 'empty.jsonl': '' }, 't');
    assert.equal(await textOf(empty.dataset), '');
    await empty.dataset.close();
  });

  it('are ordered by an expression of a record as well, and by the times of web servers', async () => {
    const entry = (clock: string): string => `h - - [01/Feb/2026:${clock}] "GET / HTTP/1.1" 200 5\n`;
    const { rows } = await rowsOf(
      { 'a.log': entry('10:00:00 +0100') + entry('08:00:02 -0100'), 'b.log': entry('09:00:01 +0000') },
      'coalesce(time, request)',
      '|> SELECT _file',
    );
    assert.deepEqual(rows, ['{"_file":"/a.log"}', '{"_file":"/b.log"}', '{"_file":"/a.log"}']);
    for (const text of ['t DESC', 't, u', 't NULLS FIRST', 't |> LIMIT 1', 'sum(t) OVER ()', '(', ''])
      assert.equal(MergeBy.of(text), undefined, text);
  });

  it('are refused where nothing has a time, or it is not that of a record', async () => {
    for (const [by, message] of [
      ['u', /^No record of the files has a time or a number in u\. Columns: t, s\.$/],
      ['s', /^No record of the files has a time or a number in s\./],
      ['_record', /only the fields of each record/],
      ['_file', /only the fields of each record/],
    ] as const) {
      const { dataset } = await open({ 'a.jsonl': lines({ t: 1, s: 'x' }), 'b.jsonl': lines({ t: 2 }) }, by);
      await assert.rejects(
        textOf(dataset),
        (error) => error instanceof SourceError && message.test(error.message),
      );
      await dataset.close();
    }
  });

  it('are the rows of every kind of run', async () => {
    const files = {
      'k=1/a.jsonl': lines({ t: 1, s: 'a' }, { t: 4, s: 'b' }),
      'k=2/b.jsonl': lines({ t: 2, s: 'b' }, { t: 3, s: 'c', z: 1 }),
    };
    const pruned = await open({ ...files, 'k=3/c.jsonl': lines({ t: 0 }) }, 't');
    assert.equal(await textOf(pruned.dataset, 'k < 3 |> SELECT t |> LIMIT 2'), '{"t":1}\n{"t":2}\n');
    await pruned.dataset.close();
    const { dataset, merge } = await open(files, 't');
    try {
      assert.equal(await textOf(dataset, 't > 1 |> SELECT t, k |> LIMIT 2', 'csv'), 't,k\r\n2,2\r\n3,2\r\n');
      assert.equal(
        await textOf(dataset, '|> LIMIT 2 OFFSET 1'),
        '{"t":2,"s":"b","k":2}\n{"t":3,"s":"c","z":1,"k":2}\n',
      );
      assert.equal(await textOf(dataset, 'k = 2 |> SELECT t'), '{"t":2}\n{"t":3}\n');
      const groups = await textOf(dataset, '|> AGGREGATE count(*) AS n, sum(t) AS t GROUP BY s');
      assert.equal(groups, '{"s":"a","n":1,"t":1}\n{"s":"b","n":2,"t":6}\n{"s":"c","n":1,"t":3}\n');
      assert.equal(
        await textOf(dataset, '|> SELECT t |> EXTEND lag(t) OVER () AS b |> WHERE t = 4'),
        '{"t":4,"b":3}\n',
      );
      const counted = await countTo(dataset, { query: 'k = 1' }, context);
      assert.deepEqual([counted.records, counted.matched], [2, 2]);
      const [sink, other] = [memorySink(), memorySink()];
      const also = [{ query: 'k = 1 |> SELECT t', to: 'jsonl', sink: other } as const];
      await exportAll(dataset, { query: '|> SELECT t', to: 'jsonl', sink }, also, context);
      assert.equal(sink.text(), '{"t":1}\n{"t":2}\n{"t":3}\n{"t":4}\n');
      assert.equal(other.text(), '{"t":1}\n{"t":4}\n');
      assert.deepEqual(merge.sentences(), []);
    } finally {
      await dataset.close();
    }
  });

  it('come in the order of a stable merge by the greatest time so far', async () => {
    const record = fc.record({
      t: fc.oneof(
        { arbitrary: fc.integer({ min: 0, max: 40 }), weight: 8 },
        { arbitrary: fc.constantFrom(null, 'no time', undefined), weight: 1 },
      ),
      // Some make a file several pieces.
      pad: fc.constantFrom(0, 0, 0, 0, 40_000),
    });
    const files = fc.array(fc.tuple(fc.array(record, { maxLength: 30 }), fc.boolean()), {
      minLength: 1,
      maxLength: 7,
    });
    await fc.assert(
      fc.asyncProperty(files, fc.nat({ max: 60 }), async (all, limit) => {
        let id = 0;
        const written = all.map(([rows, isSorted]) => {
          const sorted = isSorted ? rows.toSorted((a, b) => Number(a.t ?? -1) - Number(b.t ?? -1)) : rows;
          return sorted.map((row) => ({ ...row, id: id++ }));
        });
        const first = written.flat().find(({ t }) => typeof t === 'number');
        if (first === undefined) return;
        const keyed = written.flatMap((rows) => {
          let greatest = rows.find(({ t }) => typeof t === 'number')?.t ?? -1;
          return rows.map((row) => {
            if (typeof row.t === 'number' && row.t > Number(greatest)) greatest = row.t;
            return { id: row.id, key: Number(greatest) };
          });
        });
        const expected = keyed.sort((a, b) => a.key - b.key).map((row) => row.id);
        const late = written.map((rows) => {
          let greatest = -1;
          return rows.filter(({ t }) => {
            const isLate = typeof t === 'number' && t < greatest;
            if (typeof t === 'number') greatest = Math.max(greatest, t);
            return isLate;
          }).length;
        });
        const texts = written.map((rows) =>
          rows
            .map(
              ({ t, pad, id }) =>
                `${JSON.stringify({ t: typeof t === 'number' ? timeOf(t) : t, id, pad: 'x'.repeat(pad) })}\n`,
            )
            .join(''),
        );
        const { dataset, merge } = await open(
          Object.fromEntries(texts.map((text, i) => [`${i}.jsonl`, text])),
          't',
        );
        try {
          const idsOf = async (query: string): Promise<number[]> =>
            (await textOf(dataset, query))
              .split('\n')
              .slice(0, -1)
              .map((row) => (JSON.parse(row) as { readonly id: number }).id);
          assert.deepEqual(await idsOf('|> SELECT id'), expected);
          assert.deepEqual(
            merge.notes.filter((note) => note.late > 0).map((note) => note.late),
            late.filter((count) => count > 0),
          );
          const even = expected.filter((of) => of % 2 === 0);
          assert.deepEqual(await idsOf(`id % 2 = 0 |> LIMIT ${limit}`), even.slice(0, limit));
        } finally {
          await dataset.close();
        }
      }),
      { numRuns: runs(40, 400) },
    );
  });

  /** The same second in one of several ways. */
  function timeOf(seconds: number): string {
    const zone = [0, 1, -2][seconds % 3];
    const text = new Date(Date.UTC(2026, 0, 1, zone, 0, seconds)).toISOString();
    const offset = zone === 0 ? 'Z' : `${zone < 0 ? '-' : '+'}0${Math.abs(zone)}:00`;
    return `${text.slice(0, 10)}${seconds % 2 === 0 ? 'T' : ' '}${text.slice(11, 19)}${offset}`;
  }

  it('are open one after the other where their times are', async () => {
    const files: Record<string, string> = {};
    for (let file = 0; file < mostAtOnce + 20; file++)
      files[`${file}.jsonl`] = lines({ t: 2 * file }, { t: 2 * file + 2 });
    const { dataset, merge } = await open(files, 't');
    try {
      const before = await openFilesIn(folder);
      const { matched } = await exportTo(dataset, { query: '', to: 'jsonl', sink: memorySink() }, context);
      assert.equal(matched, 2 * mostAtOnce + 40);
      assert.ok(merge.mostOpen <= 2, `${merge.mostOpen} at a time`);
      assert.deepEqual(await openFilesIn(folder), before);
    } finally {
      await dataset.close();
    }
  });

  it('are refused where too many have the same times', async () => {
    const files: Record<string, string> = {};
    for (let file = 0; file <= mostAtOnce; file++) files[`${file}.jsonl`] = lines({ t: 1 }, { t: 2 });
    const { dataset } = await open(files, 't');
    try {
      await assert.rejects(
        textOf(dataset),
        (error) =>
          error instanceof SourceError && error.message.startsWith(`More than ${mostAtOnce} of the files`),
      );
    } finally {
      await dataset.close();
    }
  });

  it('are closed when the run is cancelled, has failed, or has enough', async function () {
    if ((await openFilesIn(folder)) === undefined) this.skip();
    const rows = Array.from({ length: 4000 }, (_, t) => ({ t, pad: 'x'.repeat(100) }));
    const { dataset } = await open({ 'a.jsonl': lines(...rows), 'b.jsonl': lines(...rows) }, 't');
    const openNow = async (): Promise<number> => (await openFilesIn(folder))?.length ?? NaN;
    try {
      const before = await openNow();
      await textOf(dataset, '|> LIMIT 3');
      assert.equal(await openNow(), before);
      const stop = new AbortController();
      const seen: number[] = [];
      const sink = memorySink();
      const stopping = {
        ...sink,
        write: async (bytes: Uint8Array): Promise<void> => {
          seen.push(await openNow());
          stop.abort(new Error('enough'));
          await sink.write(bytes);
        },
      };
      const run = exportTo(
        dataset,
        { query: '', to: 'jsonl', sink: stopping },
        { ...context, signal: stop.signal },
      );
      await assert.rejects(run, /enough/);
      assert.deepEqual([seen[0] > before, await openNow()], [true, before]);
    } finally {
      await dataset.close();
    }
  });
});
