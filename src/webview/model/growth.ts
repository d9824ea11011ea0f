/** What is counted of a file that is followed is asked for again as it grows. */
import { effect, type ReadonlySignal } from '@preact/signals';

/** Between an answer and the next question, so that there is time to look at it. */
const restMs = 1000;
/** As many times as long as the answer took: who follows a file wants to scroll, too. */
const restPerAnswer = 4;

/**
 * Asks again when the file has grown: at once where nothing was asked lately, and one question at a time.
 * @param extent another number whenever there is more
 * @param leastMs at the least between an answer and the next question
 */
export function onGrowth(extent: ReadonlySignal<number>, again: () => Promise<void>, leastMs = restMs): void {
  let asked = extent.peek();
  let nextMs = -Infinity;
  let isAsking = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function look(): void {
    timer = undefined;
    if (isAsking || extent.peek() === asked) return;
    const wait = nextMs - performance.now();
    if (wait > 0) timer = setTimeout(look, wait);
    else void ask();
  }

  async function ask(): Promise<void> {
    asked = extent.peek();
    isAsking = true;
    const began = performance.now();
    await again();
    const ended = performance.now();
    nextMs = ended + Math.max(leastMs, restPerAnswer * (ended - began));
    isAsking = false;
    look();
  }

  effect(() => {
    if (extent.value !== asked && timer === undefined) look();
  });
}
