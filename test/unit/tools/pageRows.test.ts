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
