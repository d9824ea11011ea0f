import assert from 'node:assert/strict';
import { signal } from '@preact/signals';
import { onGrowth } from '../../../src/webview/model/growth.ts';

describe('webview/model/growth', () => {
  /** What is asked while a file grows, and how each question is answered. */
  function asked(leastMs?: number) {
    const extent = signal(1);
    const answers: (() => void)[] = [];
    let [open, mostOpen] = [0, 0];
    let wake = (): void => undefined;
    onGrowth(
      extent,
      async () => {
        mostOpen = Math.max(mostOpen, ++open);
        await new Promise<void>((resolve) => {
          answers.push(resolve);
          wake();
        });
        open--;
      },
      leastMs,
    );
    return {
      extent,
      answers,
      mostOpen: () => mostOpen,
      next: () => new Promise<void>((resolve) => (wake = resolve)),
    };
  }

  it('asks at once, and once more for all that has come while a question was open', async () => {
    const { extent, answers, mostOpen, next } = asked(0);
    assert.equal(answers.length, 0);
    extent.value = 2;
    assert.equal(answers.length, 1);
    for (const size of [3, 4, 5]) extent.value = size;
    assert.equal(answers.length, 1);
    const again = next();
    answers[0]();
    await again;
    assert.equal(answers.length, 2);
    const third = next();
    answers[1]();
    extent.value = 6;
    await third;
    assert.deepEqual([answers.length, mostOpen()], [3, 1]);
    answers[2]();
  });

  it('leaves time between an answer and the next question', async () => {
    const { extent, answers, next } = asked(40);
    extent.value = 2;
    const again = next();
    const answered = performance.now();
    answers[0]();
    extent.value = 3;
    await again;
    // A timer may be a little early by this clock.
    assert.ok(performance.now() - answered >= 38);
    answers[1]();
  });
});
