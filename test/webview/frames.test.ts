/** What a frame costs while a billion rows, or 5,000 columns, are scrolled through. */
import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { startBed, type BedServer } from './bed/server.ts';

const frames = 150;
/** Milliseconds of the main thread's own time, which a busy machine stretches less than the clock's. */
const mostPerFrame = 16;

describe('webview/frames', function () {
  this.timeout(60_000);
  let bed: BedServer;

  before(async () => {
    bed = await startBed();
  });
  after(() => bed.close());

  for (const [name, file, down, right] of [
    ['a wheel over a billion rows', '1000000000', 120, 0],
    ['a thumb over a billion rows', '1000000000', 20_011, 0],
    ['sideways over 5,000 columns', 'wide', 0, 97],
  ] as const) {
    it(`${name}: within a frame's time`, async () => {
      const page = await bed.open({ file });
      await page.locator('.row .cell:not(.pending)').first().waitFor();
      await page.locator('.tree-line').first().waitFor();
      const worked = await watchWork(page);
      const before = await worked();
      const clock = await scrollThrough(page, down, right);
      const cpu = ((await worked()) - before) / frames;
      const slow = clock.filter((ms) => ms > 50).length;
      const [median = 0, p95 = 0, longest = 0] = [0.5, 0.95, 1].map((share) =>
        clock.toSorted((a, b) => a - b).at(Math.ceil(share * clock.length) - 1),
      );
      console.log(
        `      ${cpu.toFixed(1)} ms of work a frame; by the clock median ${median.toFixed(0)} ms, ` +
          `95th percentile ${p95.toFixed(0)} ms, longest ${longest.toFixed(0)} ms, ${slow} over 50 ms`,
      );
      assert(cpu > 0 && cpu < mostPerFrame, `${cpu} ms a frame`);
      await page.context().close();
    });
  }
});

/** Scrolls once a frame; answers how long each frame took by the clock, in milliseconds. */
function scrollThrough(page: Page, down: number, right: number): Promise<number[]> {
  return page.evaluate(
    ({ count, y, x }) =>
      new Promise<number[]>((done) => {
        const scroller = document.querySelector('.scroller');
        const took: number[] = [];
        let last: number | undefined;
        const step = (now: number) => {
          if (last !== undefined) took.push(now - last);
          last = now;
          scroller?.scrollBy(x, y);
          if (took.length < count) requestAnimationFrame(step);
          else done(took);
        };
        requestAnimationFrame(step);
      }),
    { count: frames, y: down, x: right },
  );
}

/** Tells how many milliseconds the page's main thread has worked since it began to watch. */
async function watchWork(page: Page): Promise<() => Promise<number>> {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  return async () => {
    const { metrics } = await session.send('Performance.getMetrics');
    return (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0) * 1000;
  };
}
