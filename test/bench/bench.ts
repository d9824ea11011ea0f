/**
 * Rowriver beside the engines that a user could pick instead, on the same files in the same run. Prints a table of
 * medians and ratios and writes it as JSON. `--size MB`, `--rounds N`, `--only TEXT`.
 */
import { mkdir, stat, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { parquetFile, sampleFile, warm } from './data.ts';
import { DuckDb } from './duckdb.ts';
import { exportJobs } from './jobs/exports.ts';
import { fileJobs } from './jobs/files.ts';
import { firstJobs } from './jobs/first.ts';
import { nextJobs } from './jobs/next.ts';
import { parquetJobs } from './jobs/parquet.ts';
import { pipelineJobs, sendingSpeed } from './jobs/pipeline.ts';
import { ServedFile, servedJobs } from './jobs/served.ts';
import { isThere, race, type Timing } from './measure.ts';
import { Ours } from './ours.ts';

const { values } = parseArgs({
  options: {
    size: { type: 'string', default: '1000' },
    rounds: { type: 'string', default: '5' },
    only: { type: 'string', default: '' },
    out: { type: 'string', default: 'out/bench.json' },
  },
});
const megabytes = Number(values.size);
const rounds = Number(values.rounds);
const threads = Math.min(2, availableParallelism());

interface Row {
  readonly work: string;
  readonly peer: string;
  readonly ours: number;
  readonly theirs: number;
  readonly ratio: number;
  readonly target: number;
  readonly timings: readonly Timing[];
}

const [jsonl, csv] = [await sampleFile('jsonl', megabytes), await sampleFile('csv', megabytes)];
await Promise.all([warm(jsonl), warm(csv)]);
const ours = new Ours(threads);
const kept = await Ours.keeping(threads);
const duck = await DuckDb.start(threads);
const parquet = await parquetFile(duck, jsonl);
const served = { jsonl: new ServedFile(jsonl), csv: new ServedFile(csv) };
const jq = await isThere('jq');
if (!jq) console.log('jq is not there: its rows are left out.');
const rows: Row[] = [];
try {
  const jobs = [
    ...firstJobs(ours, duck, jsonl, csv, jq),
    ...nextJobs(kept, duck, jsonl, csv),
    ...exportJobs(ours, duck, jsonl, csv),
    ...servedJobs(ours, served, { jsonl, csv }),
    ...parquetJobs(ours, duck, parquet),
    ...fileJobs(ours, duck, jsonl, megabytes),
    ...(await pipelineJobs(ours, jsonl)),
  ];
  for (const job of jobs) {
    if (!job.work.includes(values.only)) continue;
    const [own, ...theirs] = await race([job.ours, ...job.peers], rounds);
    theirs.forEach((timing, i) => {
      const ratio = timing.median / own.median;
      const row = { work: job.work, peer: timing.name, ours: own.median, theirs: timing.median, ratio };
      rows.push({ ...row, target: job.peers[i].target, timings: [own, timing] });
      console.log(
        [
          job.work.padEnd(58),
          timing.name.padEnd(12),
          `${own.median.toFixed(0)} ms`.padStart(8),
          `${timing.median.toFixed(0)} ms`.padStart(9),
          `${ratio.toFixed(2)} x`.padStart(9),
          `(${Number(job.peers[i].target.toFixed(2))} x)`.padStart(8),
          ratio >= job.peers[i].target ? 'met' : 'not met',
        ].join(' '),
      );
    });
  }
  for (const [format, file] of Object.entries({ JSONL: jsonl, CSV: csv })) {
    const work = `${format}, POST in batches of 500`;
    if (!work.includes(values.only)) continue;
    console.log(`${work}: ${(await sendingSpeed(ours, file, rounds)).toFixed(0)} MB/s (150 MB/s)`);
  }
  if ('second filter on a sorted column'.includes(values.only)) {
    const last = Math.floor(((await stat(jsonl)).size / 300) * 0.99);
    const pairs = [];
    for (let round = 0; round < rounds; round++) {
      pairs.push(await ours.secondCount(jsonl, `id >= ${last}`, `id < 1000`));
    }
    const ratios = pairs.map(({ first, second }) => first / second).sort((a, b) => a - b);
    console.log(
      `second filter on a sorted column: ${ratios[rounds >> 1].toFixed(1)} x as fast as the first (20 x)`,
    );
  }
} finally {
  duck.close();
  for (const file of Object.values(served)) await file.close();
  await ours.close();
  await kept.close();
}
const machine = `${cpus()[0]?.model ?? 'unknown'}, ${threads} threads, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`;
await mkdir('out', { recursive: true });
await writeFile(values.out, `${JSON.stringify({ machine, megabytes, rounds, rows }, null, 2)}\n`);
console.log(`${machine}; ${megabytes} MB a file, median of ${rounds}. Written to ${values.out}.`);
