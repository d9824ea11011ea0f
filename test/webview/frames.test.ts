/** What a frame costs while a billion rows, or 5,000 columns, are scrolled through. */
import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { startBed, type BedServer } from './bed/server.ts';

const frames = 150;
/**
 * Milliseconds of the main thread's own time, which a busy machine stretches less than the clock's: of a frame on
 * average, and of the longest task.
 */
const mostPerFrame = 16;
const longestTask = 50;

describe('webview/frames', () => {
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
      const { result: clock, tasks } = await watchTasks(page, () => scrollThrough(page, down, right));
      const work = tasks.reduce((sum, ms) => sum + ms, 0) / frames;
      const hardest = Math.max(...tasks);
      const slow = clock.filter((ms) => ms > 50).length;
      const [median = 0, p95 = 0, longest = 0] = [0.5, 0.95, 1].map((share) =>
        clock.toSorted((a, b) => a - b).at(Math.ceil(share * clock.length) - 1),
      );
      console.log(
        `      ${work.toFixed(1)} ms of work a frame, ${hardest.toFixed(1)} ms in the longest task; by the clock median ${median.toFixed(0)} ms, ` +
          `95th percentile ${p95.toFixed(0)} ms, longest ${longest.toFixed(0)} ms, ${slow} over 50 ms`,
      );
      assert(work > 0 && work < mostPerFrame, `${work} ms a frame`);
      assert(hardest < longestTask, `${hardest} ms in one task`);
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

interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  /** Microseconds of the thread's own time. */
  readonly tdur?: number;
  readonly args: { readonly name?: string };
}

/** Does something, and answers how many milliseconds each task took of the page's main thread meanwhile. */
async function watchTasks<T>(page: Page, work: () => Promise<T>): Promise<{ result: T; tasks: number[] }> {
  const browser = page.context().browser();
  assert(browser);
  await browser.startTracing(page, { categories: ['-*', 'toplevel'] });
  const result = await work();
  const trace = (await browser.stopTracing()).toString();
  const { traceEvents } = JSON.parse(trace) as { readonly traceEvents: readonly TraceEvent[] };
  const threadOf = ({ pid, tid }: TraceEvent) => `${pid} ${tid}`;
  const main = new Set(
    traceEvents
      .filter(({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain')
      .map(threadOf),
  );
  const tasks = traceEvents
    .filter((event) => event.name === 'ThreadControllerImpl::RunTask' && main.has(threadOf(event)))
    .map(({ tdur = 0 }) => tdur / 1000);
  return { result, tasks };
}
