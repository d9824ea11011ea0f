import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { Dataset } from '../../../src/engine/dataset/dataset.ts';
import { plannedFor } from '../../../src/engine/dataset/plan.ts';
import type { WorkerPool } from '../../../src/engine/pool/pool.ts';
import type { Result, Task } from '../../../src/engine/pool/task.ts';
import { scanPool } from '../../support/pool.ts';

const signal = new AbortController().signal;
const decoder = new TextDecoder();

interface Scanned {
  readonly matched: number;
  readonly records: number;
  readonly lines: number;
  readonly malformed: number;
  readonly bytes: string;
  readonly starts: readonly number[];
}

async function scan(
  path: string,
  query: string,
  blockSize: number,
  pool?: WorkerPool<Task, Result>,
): Promise<Scanned> {
  const dataset = await Dataset.open(
    { kind: 'file', path },
    { signal, blockSize, pool, headerRows: 1, delimiter: ',' },
  );
  try {
    let [matched, records, lines, malformed] = [0, 0, 0, 0];
    let bytes = '';
    const request = {
      query: plannedFor(query, dataset.recognised.format),
      output: { kind: 'bytes', to: 'same', columns: [] },
    } as const;
    for await (const found of dataset.scan(request, signal)) {
      for (const block of found.blocks) {
        matched += block.matched;
        records += block.records;
        lines += block.lines;
        malformed += block.malformed;
      }
      bytes += decoder.decode(found.result?.bytes);
    }
    assert.equal(dataset.index.records, records);
    assert.equal(dataset.index.length, dataset.blocks);
    return { matched, records, lines, malformed, bytes, starts: [...dataset.index.columns()[0]] };
  } finally {
    await dataset.close();
  }
}

const jsonLine = fc.oneof(
  fc.nat(1000).map((n) => `{"n":${n},"text":"${'x'.repeat(n % 37)}"}`),
  fc.constant(''),
  fc.constant('{"n":'),
);
const csvCell = fc.oneof(
  fc.nat(1000).map(String),
  fc.constantFrom('', '"a,b"', '"line\nbreak"', '"say ""hi"""', '"\n\n"', 'plain'),
);
const csvLine = fc.tuple(csvCell, csvCell, csvCell).map((cells) => cells.join(','));

describe('dataset/scan', () => {
  let folder: string;
  let pools: WorkerPool<Task, Result>[];

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rowriver-test-'));
    pools = [1, 2, 4].map(scanPool);
  });

  after(async () => {
    await Promise.all(pools.map((pool) => pool.close()));
    await rm(folder, { recursive: true });
  });

  for (const [name, lines] of [
    ['t.jsonl', fc.array(jsonLine, { maxLength: 60 })],
    ['t.csv', fc.array(csvLine, { maxLength: 60 }).map((rows) => ['a,b,n', ...rows])],
  ] as const) {
    it(`gives the same for ${name} in one block, in many, and on 1, 2 and 4 workers`, async () => {
      const path = join(folder, name);
      await fc.assert(
        fc.asyncProperty(
          lines,
          fc.boolean(),
          fc.integer({ min: 1, max: 200 }),
          async (list, ended, blockSize) => {
            await writeFile(path, list.join('\n') + (ended ? '\n' : ''));
            const whole = await scan(path, 'n >= 500', 1 << 20);
            const inline = await scan(path, 'n >= 500', blockSize);
            assert.deepEqual({ ...inline, starts: whole.starts }, whole);
            for (const pool of pools) assert.deepEqual(await scan(path, 'n >= 500', blockSize, pool), inline);
          },
        ),
        { numRuns: 60 },
      );
    });
  }
});
