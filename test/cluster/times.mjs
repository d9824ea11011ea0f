// `npm run test:cluster -- --times`: the same questions of the same folder of JSON Lines here, on Sail and on Spark, as a table of
// seconds of the whole command, the best of `--rounds`. The answers must be the same. `--size` is in megabytes.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { bundle } from '../support/bundle.mjs';
import { peakIn, reportsPeak } from '../support/peak.mjs';
import { root } from '../vscode/project.mjs';
import { stable } from './ask.mjs';

const questions = [
  ['`status >= 500`, count', 'status >= 500', '--count'],
  [
    "`user.country = 'DE' AND latency_ms > 900`, count",
    "user.country = 'DE' AND latency_ms > 900",
    '--count',
  ],
  ["`message LIKE '%timeout%'`, count", "message LIKE '%timeout%'", '--count'],
  ["`message ~ 'time.?out'`, count", "message ~ 'time.?out'", '--count'],
  ['`status >= 500`, rows', 'status >= 500'],
  [
    'count and mean by `level`',
    '|> AGGREGATE count(*) AS n, round(avg(latency_ms), 3) AS mean GROUP BY level',
  ],
  ['different users by country', '|> AGGREGATE count(DISTINCT user.id) AS users GROUP BY user.country AS c'],
  ['the 100 slowest', '|> ORDER BY latency_ms DESC, id |> LIMIT 100 |> SELECT id, latency_ms'],
  ['different countries and methods', '|> SELECT DISTINCT user.country AS c, method'],
  ['count by tag', '|> UNNEST tags AS tag |> AGGREGATE count(*) AS n GROUP BY tag'],
  [
    'failures by hour',
    'status >= 500 |> EXTEND substr(ts, 1, 13) AS hour |> AGGREGATE count(*) AS n GROUP BY hour',
  ],
  ['four columns of all records, rows', '|> SELECT id, ts, status, path'],
];
/** Rows of an answer that are compared one by one; of more, only how many there are. */
const mostCompared = 10_000;
const part = 100;

/**
 * @param {number} megabytes
 * @param {number} rounds
 * @param {((folder: string) => Promise<import('./engines.mjs').Engine | undefined>)[]} starts
 * @param {string} folder where engines may write
 */
export async function times(megabytes, rounds, starts, folder) {
  const data = await sample(megabytes);
  const [first] = data.paths;
  const names = ['Rowriver'];
  const here = await ask([data.folder], rounds);
  const columns = [here];
  for (const start of starts) {
    const engine = await start(folder);
    if (!engine) continue;
    try {
      names.push(engine.name);
      const there = await ask([first, '--on', `sc://${engine.address}`, '--on-path', data.folder], rounds);
      for (const [at, { lines, rows }] of there.entries()) {
        const [name] = questions[at];
        assert.equal(rows, here[at].rows, `${engine.name}: rows of ${name}`);
        assert.deepEqual(lines, here[at].lines, `${engine.name}: ${name}`);
      }
      columns.push(there);
    } finally {
      await engine.close();
    }
  }
  console.log(
    `\n| question | rows | ${names.join(' | ')} |\n| --- | --- | ${names.map(() => '---').join(' | ')} |`,
  );
  for (const [at, [name]] of questions.entries()) {
    const cells = columns.map((answers) => `${(answers[at].ms / 1000).toFixed(1)} s`);
    console.log(`| ${name} | ${here[at].rows} | ${cells.join(' | ')} |`);
  }
  for (const [at, name] of names.entries()) {
    const { ms, bytes } = columns[at].at(-1);
    const peak = Math.max(...columns[at].map((answer) => answer.peak));
    const speed = `${(bytes / 1e6 / (ms / 1000)).toFixed(0)} MB/s of result rows (${(bytes / 1e6).toFixed(0)} MB)`;
    const firstRow = (columns[at].at(-1).firstMs / 1000).toFixed(1);
    console.log(
      `${name}: ${speed}, the first after ${firstRow} s; the command held at most ${(peak / 1024).toFixed(0)} MB`,
    );
  }
  const { model } = cpus()[0];
  console.log(
    `${cpus().length} x ${model}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${megabytes} MB, best of ${rounds}`,
  );
}

async function ask(args, rounds) {
  const answers = [];
  for (const [, query, ...options] of questions) {
    let best;
    for (let round = 0; round < rounds; round++) {
      const answer = await run([...args, query, ...(options.length > 0 ? options : ['--to', 'jsonl'])]);
      if (best === undefined || answer.ms < best.ms) best = answer;
    }
    answers.push(best);
  }
  return answers;
}

/** The time of a whole command, and of its first byte, in milliseconds; its rows, those of a short answer as they are. */
async function run(args) {
  const begun = performance.now();
  const child = spawn(process.execPath, [join(root, 'dist', 'cli.js'), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...reportsPeak },
  });
  let [rows, bytes, firstMs] = [0, 0, NaN];
  const kept = [];
  let errors = '';
  child.stderr.on('data', (text) => (errors += text));
  child.stdout.on('data', (chunk) => {
    if (bytes === 0) firstMs = performance.now() - begun;
    bytes += chunk.length;
    for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, at + 1)) rows++;
    if (rows <= mostCompared) kept.push(chunk);
  });
  const [code] = await once(child, 'close');
  assert.equal(code, 0, errors);
  const ms = performance.now() - begun;
  const isShort = rows <= mostCompared;
  const lines = isShort ? Buffer.concat(kept).toString().trimEnd().split('\n').map(stable).sort() : [];
  return { ms, firstMs, rows, bytes, lines, peak: peakIn(errors) };
}

/** A folder of files of 100 MB, made once and kept. */
async function sample(megabytes) {
  const { sampleText } = await import(await bundle('support/sample'));
  const folder = join(root, '.vscode-test', 'bench', `folder-${megabytes}`);
  await mkdir(folder, { recursive: true });
  const paths = [];
  for (let seed = 1; (seed - 1) * part < megabytes; seed++) {
    const path = join(folder, `part-${String(seed).padStart(3, '0')}.jsonl`);
    const size = Math.min(part, megabytes - (seed - 1) * part) * 1e6;
    if (!existsSync(path))
      await pipeline(Readable.from(sampleText('jsonl', size, seed)), createWriteStream(path));
    paths.push(path);
  }
  return { folder, paths };
}
