import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { Dataset } from '../../../src/engine/dataset/dataset.ts';
import { plannedFor } from '../../../src/engine/dataset/plan.ts';
import { TableRun } from '../../../src/engine/run/tableRun.ts';

const { signal } = new AbortController();

describe('a table of what was read until the time was over', () => {
  let folder: string;
  before(async () => (folder = await mkdtemp(join(tmpdir(), 'rowriver-test-'))));
  after(() => rm(folder, { recursive: true }));

  /** Whether the rows are of a part of a file, and how many bytes they are of. */
  async function made(path: string, query: string, until?: AbortSignal) {
    const dataset = await Dataset.open({ kind: 'file', path }, { signal });
    const run = new TableRun(1, plannedFor(query, dataset.recognised.format), dataset);
    try {
      const { phase, scanned } = await run.run(signal, () => undefined, until);
      assert.equal(phase, 'done');
      return { isPart: run.isPart, scanned };
    } finally {
      await run.close();
      await dataset.close();
    }
  }

  const over = AbortSignal.abort();
  // Of what is compressed there is a guess of the size at most, and of a LIMIT nobody knows when it is reached.
  for (const name of ['rows.jsonl', 'rows.jsonl.gz']) {
    for (const query of ['|> AGGREGATE count(*) AS n', '|> ORDER BY a DESC |> LIMIT 3']) {
      it(`is of a part of ${name}: ${query}`, async () => {
        const text = Buffer.from(`${JSON.stringify({ a: 1, text: 'x'.repeat(1000) })}\n`.repeat(40_000));
        const path = join(folder, name);
        await writeFile(path, name.endsWith('.gz') ? gzipSync(text) : text);
        const part = await made(path, query, over);
        assert.deepEqual([part.isPart, part.scanned < text.length], [true, true]);
        assert.deepEqual(await made(path, query), { isPart: false, scanned: text.length });
      });
    }
  }

  it('is of all of a file that was read to its end', async () => {
    const path = join(folder, 'short.jsonl');
    await writeFile(path, '{"a":1}\n{"a":2}\n');
    assert.deepEqual(await made(path, '|> AGGREGATE count(*) AS n', over), { isPart: false, scanned: 16 });
  });
});
