/**
 * How long a person waits, of the engine's own time: first rows, pages at random places of the file and of a
 * filtered view, first matches, cancelling. `npm run build && node test/bench/latency.mjs FILE`, a JSONL file
 * like those of sample.ts.
 */
import { setTimeout as wait } from 'node:timers/promises';
import type { ViewState } from '../../src/protocol/preview.ts';
import { Preview } from '../support/preview.ts';
import { randomFrom } from '../support/sample.ts';

const path = process.argv[2];
const random = randomFrom(7);
const pages = 300;
const rowsAPage = 100;
const columns = Array.from({ length: 12 }, (_, column) => column);

function report(what: string, times: readonly number[], target: number): void {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number): string => (sorted[Math.floor(share * (sorted.length - 1))] ?? NaN).toFixed(1);
  const all = times.length === 1 ? at(0) : `p50 ${at(0.5)}, p95 ${at(0.95)}, most ${at(1)}`;
  console.log(`${what}: ${all} ms (${target} ms)`);
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

async function randomPages(preview: Preview, view: number, rows: number): Promise<number[]> {
  const times: number[] = [];
  for (let page = 0; page < pages; page++) {
    const first = Math.floor(random() * (rows - rowsAPage));
    times.push(await timed(() => preview.page.call('rows', { view, first, count: rowsAPage, columns })));
  }
  return times;
}

/** From the cancel until the run has ended, and until a page asked for right then is there. */
async function cancels(preview: Preview, query: string, rounds: number): Promise<number[]> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const stop = new AbortController();
    const run = preview.page.call('run', { query }, { signal: stop.signal }).catch(() => undefined);
    await wait(random() * 200);
    const first = Math.floor(random() * 1000);
    stop.abort();
    times.push(
      await timed(() =>
        Promise.all([run, preview.page.call('rows', { view: 0, first, count: rowsAPage, columns })]),
      ),
    );
  }
  return times;
}

let preview: Preview | undefined;
const opened = await timed(async () => {
  preview = await Preview.open(path);
  await preview.page.call('rows', { view: 0, first: 0, count: 200, columns });
});
if (!preview) throw new Error('not opened');
const open = preview;
try {
  report('open and first 200 rows, workers started', [opened], 30);
  await open.file((state) => state.exact);
  const { records } = open.files.at(-1) ?? { records: 0 };
  report(`page of ${rowsAPage} at a random row of ${records}`, await randomPages(open, 0, records), 15);

  let shown = NaN;
  const began = performance.now();
  const onProgress = (state: ViewState): void => {
    if (state.matched > 0 && Number.isNaN(shown)) shown = performance.now() - began;
  };
  const view = await open.page.call('run', { query: 'status >= 500' }, { onProgress });
  report('first matches', [shown], 100);
  report(
    `page of ${rowsAPage} at a random match of ${view.matched}`,
    await randomPages(open, view.view, view.matched),
    30,
  );

  report('cancel of a filter', await cancels(open, "level = 'warn'", 20), 50);
  report("cancel of (a+)+$ against 'path'", await cancels(open, "path ~ '(a+)+$'", 20), 50);
  report('cancel of a sort', await cancels(open, '|> ORDER BY message', 10), 50);
} finally {
  await open.close();
}
