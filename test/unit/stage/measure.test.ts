import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import type { Batch } from '../../../src/engine/stage/batch.ts';
import type { StageContext, StageMetrics } from '../../../src/engine/stage/context.ts';
import { measuredParts } from '../../../src/engine/stage/measure.ts';
import { SpillFolder } from '../../../src/engine/stage/held/spill.ts';

describe('what a stage has taken so far', () => {
  it('is known while it takes in all rows before it gives one', async () => {
    const metrics: StageMetrics[] = [];
    const folder = new SpillFolder(tmpdir());
    const signal = new AbortController().signal;
    const context: StageContext = { signal, budget: 1, tempFolder: tmpdir(), metrics };
    const seen: { readonly spilled: number; readonly ms: number }[] = [];
    async function* parts(): AsyncGenerator<Uint8Array> {
      for (let part = 0; part < 3; part++) {
        // It waits while this runs, and what others write meanwhile is theirs.
        folder.written += 1000;
        const [{ spilled, ms }] = metrics;
        seen.push({ spilled, ms });
        yield await Promise.resolve(new Uint8Array(1));
      }
    }
    async function* sorts(input: AsyncIterable<Uint8Array>): AsyncGenerator<Batch> {
      for await (const part of input) folder.written += 10 * part.length;
      yield* [];
    }
    for await (const _ of measuredParts({ name: 'sort', step: 0 }, parts(), context, folder, sorts));
    assert.deepEqual(
      seen.map(({ spilled }) => spilled),
      [0, 10, 20],
    );
    assert.ok(seen.every(({ ms }) => ms >= 0));
    assert.equal(metrics[0].spilled, 30);
  });
});
