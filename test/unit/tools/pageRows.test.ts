import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Dataset } from '../../../src/engine/dataset/dataset.ts';
import { rowBytesOf, showRows, type PagedRows } from '../../../src/engine/tools/pageRows.ts';

const never = new AbortController().signal;
const limits = { first: 0, count: 8, bytes: 8000, cellBytes: 100, numbered: true };

describe('rows that are shown within a time', () => {
  let folder: string;
  let dataset: Dataset;
  const records = 8;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rowriver-test-'));
    const path = join(folder, 'long.jsonl');
    const line = JSON.stringify({ n: 1, text: 'x'.repeat(3 * 1024 * 1024) });
    await writeFile(path, `${line}\n`.repeat(records));
    dataset = await Dataset.open({ kind: 'file', path }, { signal: never });
    for await (const _ of dataset.scan({ query: undefined, output: { kind: 'count' } }, never));
  });
  after(async () => {
    await dataset.close();
    await rm(folder, { recursive: true });
  });

  /** The rows, and how many of each page that was asked for. */
  function counted(asked: number[], during: () => void): PagedRows {
    return {
      columns: dataset.columns,
      total: records,
      rowBytes: rowBytesOf(dataset),
      page: async (first, count, cells, signal) => {
        asked.push(count);
        during();
        return dataset.page(undefined, dataset.known.parts(first, count), cells, signal);
      },
    };
  }

  it('are those that were read when it ends, and never none', async () => {
    const asked: number[] = [];
    const until = new AbortController();
    const rows = counted(asked, () => until.abort());
    const shown = await showRows(rows, limits, { signal: never, until: until.signal });
    assert.equal(shown.count, 1);
    // The first page is asked for again where it has shown columns that were not known.
    assert.ok(asked.length <= 2 && asked.every((count) => count === 1), asked.join(' '));
  });

  it('are all where it does not end, a few long ones at a time', async () => {
    const asked: number[] = [];
    const shown = await showRows(
      counted(asked, () => undefined),
      limits,
      { signal: never, until: never },
    );
    assert.equal(shown.count, records);
    assert.equal(Math.max(...asked), 1);
  });
});

describe('rows of more columns than have room', () => {
  let folder: string;
  before(async () => (folder = await mkdtemp(join(tmpdir(), 'rowriver-test-'))));
  after(() => rm(folder, { recursive: true }));

  it('show as many as have, with their cells cut short first', async () => {
    const path = join(folder, 'wide.jsonl');
    const row = Object.fromEntries(Array.from({ length: 2000 }, (_, n) => [`c${n}`, 'x'.repeat(n % 60)]));
    const odd = { ...row, c1: '\u202e'.repeat(50), c2: [1, { '</b>': '"' }], c3: 1.5, 'a b': null };
    await writeFile(path, `${JSON.stringify(row)}\n${JSON.stringify(odd)}\n{"c7":\n`);
    const dataset = await Dataset.open({ kind: 'file', path }, { signal: never });
    try {
      for await (const _ of dataset.scan({ query: undefined, output: { kind: 'count' } }, never));
      for (const first of [0, 1]) {
        for (const bytes of [500, 1776, 8000, 40_000]) {
          const rows: PagedRows = {
            columns: dataset.columns,
            total: first + 1,
            rowBytes: rowBytesOf(dataset),
            page: (from, count, cells, signal) =>
              dataset.page(undefined, dataset.known.parts(from, count), cells, signal),
          };
          const asked = { ...limits, first, bytes, cellBytes: 400 };
          const shown = await showRows(rows, asked, { signal: never, until: never });
          const [{ text, value }] = shown.room.lines;
          const used = Math.max(Buffer.byteLength(text), Buffer.byteLength(JSON.stringify(value)));
          // No column needs more than 150 bytes with its cell cut short.
          assert.ok(used < bytes && used > bytes - 150, `${used} of ${bytes}`);
          const named = Object.keys(value as object).length - 1;
          assert.equal(named + shown.hiddenColumns, dataset.columns.all.length);
        }
      }
    } finally {
      await dataset.close();
    }
  });
});
