/**
 * How long plots take, of the engine's own time: the first ones after opening, all of the file, and those of a changed
 * filter once the columns are kept. `npm run build && node dist/sample.js FILE 1000000000 && node test/bench/plots.mjs FILE [FILTERS]`.
 */
import type { StatisticsAnswer } from '../../src/protocol/statistics.ts';
import { Preview } from '../support/preview.ts';
import { randomFrom } from '../support/sample.ts';

const path = process.argv[2];
const random = randomFrom(7);
const filters = Number(process.argv[3] ?? 40);
/** As many as are seen at once. */
const seen = 8;

function report(what: string, times: readonly number[], target: number | undefined): void {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number): string => (sorted[Math.floor(share * (sorted.length - 1))] ?? NaN).toFixed(0);
  const all = times.length === 1 ? at(0) : `p50 ${at(0.5)}, p95 ${at(0.95)}, most ${at(1)}`;
  console.log(`${what}: ${all} ms${target === undefined ? '' : ` (${target} ms)`}`);
}

const began = performance.now();
const preview = await Preview.open(path);
try {
  const columns = preview.info.columns.slice(0, seen).map(({ id }) => id);
  let first = NaN;
  const onProgress = ({ columns: [column] }: StatisticsAnswer): void => {
    if (column.whole && Number.isNaN(first)) first = performance.now() - began;
  };
  const whole = await preview.page.call('statistics', { view: 0, columns, depth: 'header' }, { onProgress });
  report('first plots after opening', [first], 200);
  report(`plots of all ${whole.whole.rows} records`, [performance.now() - began], undefined);

  // The first filters find out what is worth keeping.
  const times: number[] = [];
  for (let filter = 0; filter < filters + 3; filter++) {
    const from = performance.now();
    const query = `bytes > ${Math.floor(random() * 60_000)} AND status >= ${random() < 0.5 ? 300 : 400}`;
    const { view } = await preview.page.call('run', { query });
    await preview.page.call('statistics', { view, columns, depth: 'header' });
    if (filter >= 3) times.push(performance.now() - from);
  }
  report('plots of a changed filter', times, 100);
} finally {
  await preview.close();
}
