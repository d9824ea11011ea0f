import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { onAbort } from '../../../src/protocol/abort.ts';

describe('protocol/onAbort', () => {
  it('calls all that wait, in order, and each once', () => {
    const controller = new AbortController();
    const called: string[] = [];
    const act = (): number => called.push('same');
    onAbort(controller.signal, () => called.push('first'));
    onAbort(controller.signal, act);
    onAbort(controller.signal, act);
    controller.abort();
    controller.abort();
    assert.deepEqual(called, ['first', 'same', 'same']);
  });

  it('has one listener however many wait, and none once nobody does', () => {
    const { signal } = new AbortController();
    for (let round = 0; round < 2; round++) {
      const stops = Array.from({ length: 30 }, () => onAbort(signal, () => assert.fail()));
      assert.equal(getEventListeners(signal, 'abort').length, 1);
      for (const stop of stops) stop();
      // Twice does no harm.
      for (const stop of stops) stop();
      assert.equal(getEventListeners(signal, 'abort').length, 0);
    }
  });

  it('does not call one that has stopped waiting, also where another has stopped it', () => {
    const controller = new AbortController();
    const called: string[] = [];
    onAbort(controller.signal, () => called.push('kept'));
    const gone = onAbort(controller.signal, () => called.push('gone'));
    onAbort(controller.signal, () => late());
    const late = onAbort(controller.signal, () => called.push('late'));
    gone();
    controller.abort();
    assert.deepEqual(called, ['kept']);
  });
});
