import assert from 'node:assert/strict';
import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import type { Dataset } from '../../../../src/engine/dataset/dataset.ts';
import { canGrow } from '../../../../src/engine/dataset/follow/growth.ts';
import { MergeBy } from '../../../../src/engine/dataset/merge/mergeBy.ts';
import { openFiles } from '../../../../src/engine/dataset/files/openFiles.ts';
import { exportTo } from '../../../../src/engine/run/export/export.ts';
import { filesAt } from '../../../../src/engine/source/files/search.ts';
import { english } from '../../../../src/said/said.ts';
import { runs } from '../../../support/long.ts';
import { memorySink } from '../../../support/memorySink.ts';

const signal = new AbortController().signal;
const context = { signal, progress: () => undefined };

describe('several files as one table in order of a column', () => {
  let folder: string;
  beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'rowriver-order-'))));
  afterEach(() => rm(folder, { recursive: true }));

  type Files = Readonly<Record<string, string | Buffer>>;

  async function put(files: Files): Promise<ReturnType<typeof filesAt>> {
    const paths = Object.keys(files).map((name) => join(folder, name));
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
    return filesAt(paths);
  }

  const shown = async (files: Files, mergeBy: string): Promise<Dataset> =>
    openFiles('the files', await put(files), { signal, mergeBy });

  async function textOf(dataset: Dataset, query: string, to: 'jsonl' | 'same' = 'jsonl'): Promise<string> {
    const sink = memorySink();
    await exportTo(dataset, { query, to, sink }, context);
    return sink.text().replaceAll(folder, '');
  }

  const notesOf = ({ files }: Dataset): string[] =>
    (files?.order?.notes ?? []).map((note) => english(note).replaceAll(folder, ''));

  const line = (values: object): string => `${JSON.stringify(values)}\n`;

  it('has the records that a merge of them writes, in its order', async () => {
    const time = fc.oneof(
      { arbitrary: fc.integer({ min: 0, max: 30 }).map(String), weight: 8 },
      { arbitrary: fc.constantFrom('', 'none'), weight: 1 },
    );
    // Quotes that are not closed, and lines in quotes, are of their own file.
    const word = fc.constantFrom('a', 'b', '"two\nlines"', '"open', 'x'.repeat(30_000));
    const files = fc.array(
      fc.tuple(fc.array(fc.tuple(time, word), { maxLength: 20 }), fc.boolean(), fc.boolean()),
      {
        minLength: 1,
        maxLength: 6,
      },
    );
    await fc.assert(
      fc.asyncProperty(files, async (all) => {
        const rows = all.map(([some, isSorted]) =>
          isSorted ? some.toSorted(([a], [b]) => Number(a) - Number(b)) : some,
        );
        if (!rows.flat().some(([at]) => /^\d/.test(at))) return;
        const texts = rows.map((some, i) => {
          const text = `t,word\n${some.map((cells) => `${cells.join(',')}\n`).join('')}`;
          return all[i][2] ? text.slice(0, -1) : text;
        });
        const given = await put(Object.fromEntries(texts.map((text, i) => [`${i}.csv`, text])));
        const merge = MergeBy.of('t');
        const merged = await openFiles('the files', given, { signal, merge });
        const ordered = await openFiles('the files', given, { signal, mergeBy: 't' });
        try {
          const query = '|> SELECT t, word, _file, _file_offset';
          assert.equal(await textOf(ordered, query), await textOf(merged, query));
          assert.deepEqual(
            notesOf(ordered),
            merge?.sentences().map((note) => english(note).replaceAll(folder, '')),
          );
          assert.equal(await textOf(ordered, '', 'same'), await textOf(merged, '', 'same'));
        } finally {
          await merged.close();
          await ordered.close();
        }
      }),
      { numRuns: runs(40, 400) },
    );
  });

  it('has the header of the first file that is not empty above all', async () => {
    const files = { '0.csv': '', '1.csv': 't,v\n2,b\n4,d\n', '2.csv': 't,v\n3,c\n' };
    const dataset = await shown(files, 't');
    try {
      assert.equal(await textOf(dataset, '', 'same'), 't,v\n2,b\n3,c\n4,d\n');
    } finally {
      await dataset.close();
    }
  });

  it('counts its records through all files', async () => {
    const dataset = await shown(
      {
        'a.jsonl': line({ t: 1 }) + line({ t: 4 }),
        'b.jsonl': `${line({ t: 2 })}\n${line({ t: 3 }).trim()}`,
      },
      't',
    );
    try {
      assert.equal(
        await textOf(dataset, '|> SELECT t, _record, _file_offset'),
        [
          { t: 1, _record: 1, _file_offset: 0 },
          { t: 2, _record: 2, _file_offset: 0 },
          { t: 3, _record: 3, _file_offset: 9 },
          { t: 4, _record: 4, _file_offset: 8 },
        ]
          .map(line)
          .join(''),
      );
      assert.equal(
        await textOf(dataset, "_file LIKE '%b.jsonl' |> SELECT t"),
        line({ t: 2 }) + line({ t: 3 }),
      );
    } finally {
      await dataset.close();
    }
  });

  it('is not kept beside the index of the files one after the other, and does not grow', async () => {
    const dataset = await shown(
      { 'a.jsonl': line({ t: 1 }) + line({ t: 3 }), 'b.jsonl': line({ t: 2 }) },
      't',
    );
    try {
      assert.equal(dataset.identity, undefined);
      assert.equal(canGrow(dataset), false);
      await appendFile(join(folder, 'a.jsonl'), line({ t: 4 }));
      assert.equal(await textOf(dataset, '|> SELECT t'), [1, 2, 3].map((t) => line({ t })).join(''));
    } finally {
      await dataset.close();
    }
  });

  it('is refused where nothing has a time, and where the files cannot be read anywhere', async () => {
    // More than is decoded when it is opened.
    const more = 'x'.repeat(2_000_000);
    await assert.rejects(
      shown({ 'a.jsonl': line({ n: 1 }), 'b.jsonl': line({ n: 2 }) }, 't'),
      /No record of the files has a time/,
    );
    await assert.rejects(
      shown({ 'a.jsonl': line({ t: 1 }), 'b.jsonl.gz': gzipSync(line({ t: 2, more })) }, 't'),
      /compressed/,
    );
    await assert.rejects(
      shown({ 'a.csv': 't,n\n1,2\n', 'b.csv': 'n,t,x\n1,2,3\n' }, 't'),
      /columns that differ/,
    );
    await assert.rejects(
      shown({ 'a.jsonl': line({ t: 1 }), 'b.jsonl': line({ t: 2 }) }, 't DESC'),
      /in order of a column/,
    );
  });
});
