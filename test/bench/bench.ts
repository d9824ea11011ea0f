/**
 * Rowriver beside the engines that a user could pick instead, on the same files in the same run. Prints a table of
 * medians and ratios and writes it as JSON. `--size MB`, `--rounds N`, `--only TEXT`.
 */
import { mkdir, stat, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { rgPath } from '@vscode/ripgrep';
import { folder, sampleFile, warm } from './data.ts';
import { DuckDb, readCsv, readJson } from './duckdb.ts';
import { isThere, numberFrom, race, type Contender, type Timing } from './measure.ts';
import { Ours } from './ours.ts';
import { pipelineJobs, sendingSpeed } from './pipeline.ts';

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

interface Job {
  readonly work: string;
  readonly ours: Contender;
  /** With how many times as fast as it we want to be. */
  readonly peers: readonly (Contender & { readonly target: number })[];
}

interface Row {
  readonly work: string;
  readonly peer: string;
  readonly ours: number;
  readonly theirs: number;
  readonly ratio: number;
  readonly target: number;
  readonly timings: readonly Timing[];
}

/** The next question about columns that a question before it has read, with the file open. The first round reads them. */
function nextJobs(kept: Ours, duck: DuckDb, jsonl: string, csv: string): Job[] {
  const target = join(folder, 'export.out');
  const json = (columns: Record<string, string>): string => readJson(jsonl, columns);
  const count = (from: string, where: string) => () =>
    duck.number(`SELECT count(*) FROM ${from} WHERE ${where}`);
  const slow = 'status >= 500';
  const both = "user.country = 'DE' AND latency_ms > 900";
  const again = (work: string, run: Contender['run'], peers: Job['peers']): Job => ({
    work: `next: ${work}`,
    ours: { name: 'rowriver', run },
    peers,
  });
  return [
    again(`JSONL, ${slow}, count`, () => kept.count(jsonl, slow), [
      { name: 'duckdb', target: 100, run: count(json({ status: 'INTEGER' }), slow) },
    ]),
    again(`CSV, ${slow}, count`, () => kept.count(csv, slow), [
      { name: 'duckdb', target: 100, run: count(readCsv(csv, { status: 'INTEGER' }), slow) },
    ]),
    again(`JSONL, ${both}, count`, () => kept.count(jsonl, both), [
      {
        name: 'duckdb',
        target: 60,
        run: count(json({ user: 'STRUCT(country VARCHAR)', latency_ms: 'DOUBLE' }), both),
      },
    ]),
    again(
      'JSONL, count and mean by level',
      () => kept.rows(jsonl, 'AGGREGATE count(*), avg(latency_ms) GROUP BY level'),
      [
        {
          name: 'duckdb',
          target: 40,
          run: () =>
            duck.rows(
              `SELECT level, count(*), avg(latency_ms) FROM ${json({ level: 'VARCHAR', latency_ms: 'DOUBLE' })} GROUP BY level`,
            ),
        },
      ],
    ),
    again('JSONL, the 100 slowest', () => kept.rows(jsonl, 'ORDER BY latency_ms DESC |> LIMIT 100'), [
      {
        name: 'duckdb',
        target: 60,
        run: () => duck.rows(`SELECT * FROM read_ndjson('${jsonl}') ORDER BY latency_ms DESC LIMIT 100`),
      },
    ]),
    again(`JSONL, export of ${slow}`, () => kept.export(jsonl, slow, target), [
      {
        name: 'duckdb COPY',
        target: 12,
        run: () =>
          duck.copy(
            `COPY (SELECT * FROM read_ndjson('${jsonl}') WHERE ${slow}) TO '${target}' (FORMAT json)`,
            target,
          ),
      },
    ]),
  ];
}

function jobs(ours: Ours, duck: DuckDb, jsonl: string, csv: string, jq: boolean): Job[] {
  const slow = 'status >= 500';
  const grouped = 'level';
  const both = "user.country = 'DE' AND latency_ms > 900";
  const target = join(folder, 'export.out');
  const json = (columns: Record<string, string>): string => readJson(jsonl, columns);
  const count = (from: string, where: string) => () =>
    duck.number(`SELECT count(*) FROM ${from} WHERE ${where}`);
  const withJq = (filter: string): Job['peers'] =>
    jq
      ? [
          {
            name: 'jq',
            target: 30,
            run: () => numberFrom('sh', ['-c', `jq -c '${filter}' "${jsonl}" | wc -l`]),
          },
        ]
      : [];
  const rg = (pattern: string, path: string) => () => numberFrom(rgPath, ['-c', pattern, path]);
  return [
    {
      work: `JSONL, ${slow}, count`,
      ours: { name: 'rowriver', run: () => ours.count(jsonl, slow) },
      peers: [
        { name: 'duckdb', target: 4, run: count(json({ status: 'INTEGER' }), slow) },
        ...withJq('select(.status >= 500)'),
      ],
    },
    {
      work: `JSONL, ${both}, count`,
      ours: { name: 'rowriver', run: () => ours.count(jsonl, both) },
      peers: [
        {
          name: 'duckdb',
          target: 4,
          run: count(json({ user: 'STRUCT(country VARCHAR)', latency_ms: 'DOUBLE' }), both),
        },
        ...withJq('select(.user.country == "DE" and .latency_ms > 900)'),
      ],
    },
    {
      work: `CSV, ${slow}, count`,
      ours: { name: 'rowriver', run: () => ours.count(csv, slow) },
      peers: [{ name: 'duckdb', target: 3, run: count(readCsv(csv, { status: 'INTEGER' }), slow) }],
    },
    {
      work: "CSV, message LIKE '%timeout%', count",
      ours: { name: 'rowriver', run: () => ours.count(csv, "message LIKE '%timeout%'") },
      peers: [
        { name: 'duckdb', target: 4, run: count(readCsv(csv, {}), "message LIKE '%timeout%'") },
        { name: 'ripgrep', target: 0.5, run: rg('timeout', csv) },
      ],
    },
    {
      work: `JSONL, export of ${slow}`,
      ours: { name: 'rowriver', run: () => ours.export(jsonl, slow, target) },
      peers: [
        {
          name: 'duckdb COPY',
          target: 6,
          run: () =>
            duck.copy(
              `COPY (SELECT * FROM read_ndjson('${jsonl}') WHERE ${slow}) TO '${target}' (FORMAT json)`,
              target,
            ),
        },
      ],
    },
    {
      work: `CSV, export of ${slow}`,
      ours: { name: 'rowriver', run: () => ours.export(csv, slow, target) },
      peers: [
        {
          name: 'duckdb COPY',
          target: 6,
          run: () =>
            duck.copy(
              `COPY (SELECT * FROM ${readCsv(csv, { status: 'INTEGER' })} WHERE ${slow}) TO '${target}' (FORMAT csv, HEADER)`,
              target,
            ),
        },
      ],
    },
    {
      work: 'JSONL, index',
      ours: { name: 'rowriver', run: () => ours.count(jsonl, '') },
      peers: [{ name: 'wc -l', target: 0.6, run: () => numberFrom('wc', ['-l', jsonl]) }],
    },
    {
      work: 'CSV with quoted line ends, index',
      ours: { name: 'rowriver', run: () => ours.count(csv, '') },
      peers: [{ name: 'wc -l', target: 0.4, run: () => numberFrom('wc', ['-l', csv]) }],
    },
    {
      work: `JSONL, count and mean by ${grouped}`,
      ours: {
        name: 'rowriver',
        run: () => ours.rows(jsonl, `AGGREGATE count(*), avg(latency_ms) GROUP BY ${grouped}`),
      },
      peers: [
        {
          name: 'duckdb',
          target: 2,
          run: () =>
            duck.rows(
              `SELECT ${grouped}, count(*), avg(latency_ms) FROM ${json({ [grouped]: 'VARCHAR', latency_ms: 'DOUBLE' })} GROUP BY ${grouped}`,
            ),
        },
      ],
    },
    {
      work: 'CSV, DESCRIBE of all columns',
      ours: { name: 'rowriver', run: () => ours.describe(csv) },
      peers: [
        { name: 'duckdb', target: 3, run: () => duck.rows(`SUMMARIZE SELECT * FROM read_csv('${csv}')`) },
      ],
    },
    {
      work: 'JSONL, DESCRIBE of all columns',
      ours: { name: 'rowriver', run: () => ours.describe(jsonl) },
      peers: [
        {
          name: 'duckdb',
          target: 3,
          run: () => duck.rows(`SUMMARIZE SELECT * FROM read_ndjson('${jsonl}')`),
        },
      ],
    },
    {
      work: 'JSONL, the 100 slowest',
      ours: { name: 'rowriver', run: () => ours.rows(jsonl, 'ORDER BY latency_ms DESC |> LIMIT 100') },
      peers: [
        {
          name: 'duckdb',
          target: 2,
          run: () => duck.rows(`SELECT * FROM read_ndjson('${jsonl}') ORDER BY latency_ms DESC LIMIT 100`),
        },
      ],
    },
    {
      work: "CSV, message ~ 'time.?out', count",
      ours: { name: 'rowriver', run: () => ours.count(csv, "message ~ 'time.?out'") },
      peers: [
        {
          name: 'duckdb',
          target: 1.5,
          run: count(readCsv(csv, {}), "regexp_matches(message, 'time.?out')"),
        },
      ],
    },
  ];
}

const [jsonl, csv] = [await sampleFile('jsonl', megabytes), await sampleFile('csv', megabytes)];
await Promise.all([warm(jsonl), warm(csv)]);
const ours = new Ours(threads);
const kept = await Ours.keeping(threads);
const duck = await DuckDb.start(threads);
const jq = await isThere('jq');
if (!jq) console.log('jq is not there: its rows are left out.');
const rows: Row[] = [];
try {
  const own = await pipelineJobs(ours, jsonl);
  for (const job of [...jobs(ours, duck, jsonl, csv, jq), ...nextJobs(kept, duck, jsonl, csv), ...own]) {
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
          `(${job.peers[i].target} x)`.padStart(8),
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
  await ours.close();
  await kept.close();
}
const machine = `${cpus()[0]?.model ?? 'unknown'}, ${threads} threads, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`;
await mkdir('out', { recursive: true });
await writeFile(values.out, `${JSON.stringify({ machine, megabytes, rounds, rows }, null, 2)}\n`);
console.log(`${machine}; ${megabytes} MB a file, median of ${rounds}. Written to ${values.out}.`);
