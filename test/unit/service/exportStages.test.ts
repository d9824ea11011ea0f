import assert from 'node:assert/strict';
import { showingStages } from '../../../src/engine/service/exportStages.ts';
import type { ExportProgress } from '../../../src/protocol/engine.ts';
import type { HandlerContext } from '../../../src/protocol/rpc.ts';
import type { ExportStages } from '../../../src/protocol/stages.ts';

const stages = { lines: [{ name: 'scan', ms: 1 }], threads: 1, elapsedMs: 2 };
const step: ExportProgress = { records: 1, matched: 1, scanned: 5, total: 20, elapsedMs: 2, stages };

describe('an export that shows its stages', () => {
  async function toldOf(
    signal: AbortSignal,
    work: (context: HandlerContext<ExportProgress>) => Promise<never>,
  ): Promise<ExportStages[]> {
    const told: ExportStages[] = [];
    const context = { signal, progress: () => undefined };
    const shown = showingStages('out.csv', context, (one) => told.push(one), work);
    await assert.rejects(shown, /no room/);
    return told;
  }

  it('ends as the export does, with the last figures', async () => {
    const stopped = AbortSignal.abort();
    for (const [signal, phase] of [
      [new AbortController().signal, 'failed'],
      [stopped, 'cancelled'],
    ] as const) {
      const told = await toldOf(signal, ({ progress }) => {
        progress(step);
        return Promise.reject(new Error('no room'));
      });
      const shown = { target: 'out.csv', share: 0.25, stages };
      assert.deepEqual(told, [
        { ...shown, phase: 'running' },
        { ...shown, phase },
      ]);
    }
  });

  it('says nothing where nothing was measured', async () => {
    const { signal } = new AbortController();
    const { stages: _, ...unmeasured } = step;
    const told = await toldOf(signal, ({ progress }) => {
      progress(unmeasured);
      return Promise.reject(new Error('no room'));
    });
    assert.deepEqual(told, []);
  });
});
