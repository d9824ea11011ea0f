import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { either, withSignal } from '../../../src/engine/source/signals.ts';

describe('waiting under a signal', () => {
  it('takes one listener of it, however many wait, and none when they are done', async () => {
    const stop = new AbortController();
    const { signal } = stop;
    const listeners = (): number => getEventListeners(signal, 'abort').length;
    const ends: (() => void)[] = [];
    const waits = Array.from({ length: 60 }, () =>
      withSignal(new Promise<void>((resolve) => ends.push(resolve)), signal),
    );
    const both = Array.from({ length: 60 }, () => either(undefined, signal));
    assert.equal(listeners(), 1);
    for (const end of ends.slice(1)) end();
    await Promise.all(waits.slice(1));
    for (const { release } of both.slice(1)) release();
    assert.equal(listeners(), 1);
    stop.abort(new Error('no more'));
    await assert.rejects(waits[0], /no more/);
    assert.deepEqual([both[0].signal.aborted, both[1].signal.aborted], [true, false]);
    both[0].release();
    assert.equal(listeners(), 0);
  });

  it('takes none once all have been let go', async () => {
    const { signal } = new AbortController();
    await withSignal(Promise.resolve(), signal);
    either(signal, new AbortController().signal).release();
    assert.equal(getEventListeners(signal, 'abort').length, 0);
  });
});
