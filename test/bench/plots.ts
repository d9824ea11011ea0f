/**
 * How long plots take, of the engine's own time: the first ones after opening, all of the file, and those of a changed
 * filter once the columns are kept. `npm run build && node dist/sample.js FILE 1000000000 && node test/bench/plots.mjs FILE [FILTERS [COLUMN,COLUMN]]`.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StatisticsAnswer } from '../../src/protocol/statistics.ts';
import { Preview } from '../support/preview.ts';
import { randomFrom } from '../support/sample.ts';

const path = process.argv[2];
const random = randomFrom(7);
const filters = Number(process.argv[3] ?? 40);
/** As many as are seen at once. */
const seen = 8;
const named = process.argv.at(4)?.split(',');

function report(what: string, times: readonly number[], target: number | undefined): void {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number): string => (sorted[Math.floor(share * (sorted.length - 1))] ?? NaN).toFixed(0);
  const all = times.length === 1 ? at(0) : `p50 ${at(0.5)}, p95 ${at(0.95)}, most ${at(1)}`;
  console.log(`${what}: ${all} ms${target === undefined ? '' : ` (${target} ms)`}`);
}

function cpuSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

const began = performance.now();
const begun = process.cpuUsage();
// Without one, nothing is kept of columns.
const cache = await mkdtemp(join(tmpdir(), 'rowriver-plots-'));
const preview = await Preview.open(path, {}, 2, cache);
try {
  const shown = named
    ? preview.info.columns.filter(({ path }) => named.includes(path))
    : preview.info.columns.slice(0, seen);
  const columns = shown.map(({ id }) => id);
  let first = NaN;
  const onProgress = ({ columns: [column] }: StatisticsAnswer): void => {
    if (column.whole && Number.isNaN(first)) first = performance.now() - began;
  };
  const whole = await preview.page.call('statistics', { view: 0, columns, depth: 'header' }, { onProgress });
  report('first plots after opening', [first], 200);
  report(`plots of all ${whole.whole.rows} records`, [performance.now() - began], undefined);
  report('processor time of all threads for that', [cpuSince(begun)], undefined);

  // The first filters find out what is worth keeping.
  const times: number[] = [];
  const cpuTimes: number[] = [];
  for (let filter = 0; filter < filters + 3; filter++) {
    const from = performance.now();
    const cpu = process.cpuUsage();
    const query = `bytes > ${Math.floor(random() * 60_000)} AND status >= ${random() < 0.5 ? 300 : 400}`;
    const { view } = await preview.page.call('run', { query });
    await preview.page.call('statistics', { view, columns, depth: 'header' });
    if (filter < 3) continue;
    times.push(performance.now() - from);
    cpuTimes.push(cpuSince(cpu));
  }
  report('plots of a changed filter', times, 100);
  report('processor time of all threads for that', cpuTimes, undefined);
} finally {
  await preview.close();
  await rm(cache, { recursive: true });
}
