import assert from 'node:assert/strict';
import { withTimes, type RunTimes, type StageTime } from '../../../src/engine/run/stageTimes.ts';

type Told = readonly [share: number | undefined, waits: string];

function told(names: readonly string[], times: readonly StageTime[], run: RunTimes) {
  const { lines, slowest } = withTimes(
    names.map((name) => ({ name, ms: 0 })),
    times,
    run,
  );
  const stages = lines.map(({ share, waits }): Told => [
    share,
    waits ? `${waits.for} ${Math.round(100 * waits.share)}` : '',
  ]);
  return { slowest: slowest === undefined ? undefined : names[slowest], stages };
}

describe('the times of stages', () => {
  const scans = (ms: number): StageTime => ({ scanning: ms, here: 0 });
  const here = (ms: number): StageTime => ({ scanning: 0, here: ms });

  it('name the scan as the slowest where those behind it wait for it', () => {
    // Four threads scan for 900 ms each; the engine's thread waits 950 ms of 1000 for them.
    const run = { threads: 4, elapsedMs: 1000, scanWaitMs: 950 };
    const { slowest, stages } = told(['scan', 'ORDER BY', 'write'], [scans(3600), here(30), here(20)], run);
    assert.equal(slowest, 'scan');
    assert.deepEqual(stages, [
      [900 / 950, 'output 5'],
      [30 / 950, 'input 95'],
      [20 / 950, 'input 98'],
    ]);
  });

  it('say that all before a slow output wait for it', () => {
    const run = { threads: 2, elapsedMs: 1000, scanWaitMs: 20 };
    const { slowest, stages } = told(
      ['scan', 'WHERE', 'write'],
      [scans(160), scans(40), { scanning: 0, here: 900 }],
      run,
    );
    assert.equal(slowest, 'write');
    // The threads were busy for 100 ms each, and stood still for the rest.
    assert.deepEqual(stages, [
      [80 / 1000, 'output 92'],
      [20 / 1000, 'output 90'],
      [900 / 1000, 'input 10'],
    ]);
  });

  it('leave out a pass that only looks for columns, and what is hardly waited for', () => {
    const run = { threads: 1, elapsedMs: 1500, scanWaitMs: 990 };
    const { slowest, stages } = told(['columns', 'scan', 'write'], [here(500), scans(980), here(10)], run);
    assert.equal(slowest, 'scan');
    assert.deepEqual(
      stages.map(([, waits]) => waits),
      ['', '', 'input 99'],
    );
  });

  it('name no slowest stage where there is one only, or none has taken time', () => {
    assert.equal(told(['scan'], [scans(5)], { threads: 1, elapsedMs: 5, scanWaitMs: 5 }).slowest, undefined);
    const { slowest, stages } = told(['scan', 'write'], [scans(0), here(0)], {
      threads: 0,
      elapsedMs: 0,
      scanWaitMs: 0,
    });
    assert.equal(slowest, undefined);
    assert.deepEqual(stages, [
      [0, ''],
      [0, ''],
    ]);
  });

  it('count a stage that is done in both kinds of threads as one', () => {
    const run = { threads: 2, elapsedMs: 1000, scanWaitMs: 600 };
    const { slowest, stages } = told(
      ['scan', 'AGGREGATE', 'write'],
      [scans(400), { scanning: 1200, here: 390 }, here(10)],
      run,
    );
    assert.equal(slowest, 'AGGREGATE');
    assert.deepEqual(stages[1], [990 / 1200, '']);
  });
});
