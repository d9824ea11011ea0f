// Runs queries that cannot hold their rows with the built command line, checks the results and prints time and
// peak memory:
// `node esbuild.mjs && node test/bench/memory.mjs 2000` for a file of 2,000 MB, which is what is made if
// nothing is said.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream, createWriteStream, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { peakIn, reportsPeak } from '../support/peak.mjs';

const megabytes = Number(process.argv[2] ?? 2000);
const folder = mkdtempSync(join(tmpdir(), 'rowriver-memory-'));
const input = join(folder, 'input.jsonl');
const output = join(folder, 'output.jsonl');

try {
  const rows = await generate();
  const size = Math.round(statSync(input).size / 1e6);
  console.log(`${rows.toLocaleString('en')} rows, ${size} MB`);
  for (const [query, check] of [
    ['ORDER BY name', inOrder(rows)],
    ['AGGREGATE count(*) AS count GROUP BY name', countsOf(rows)],
    ['AGGREGATE count(*) AS count, avg(id) AS mean, median(level) AS middle GROUP BY name', countsOf(rows)],
    ['SELECT name, level |> DISTINCT |> EXTEND 1 AS count', countsOf(rows)],
  ]) {
    const begun = performance.now();
    const peak = await run(query);
    const seconds = (performance.now() - begun) / 1000;
    for await (const line of createInterface({ input: createReadStream(output) }))
      check.take(JSON.parse(line));
    check.end();
    console.log(`${query}: ${seconds.toFixed(1)} s; peak memory ${Math.round(peak / 1024)} MB`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Rows with a text key in no order, the same ones for the same size. */
async function generate() {
  const out = createWriteStream(input);
  let seed = 42;
  const random = () => (seed = (Math.imul(seed, 1103515245) + 12345) >>> 0);
  let bytes = 0;
  let id = 0;
  while (bytes < megabytes * 1e6) {
    let chunk = '';
    for (let row = 0; row < 500; row++) {
      const name = `${random().toString(36)}${random().toString(36)}`;
      chunk += `${JSON.stringify({ id: id++, name, level: random() % 5, message: `request ${random()} took ${random() % 1000} ms` })}\n`;
    }
    bytes += chunk.length;
    if (!out.write(chunk)) await once(out, 'drain');
  }
  out.end();
  await once(out, 'close');
  return id;
}

/** Peak resident memory of the process and its workers, in kilobytes. */
async function run(query) {
  const env = { ...process.env, ...reportsPeak, TMPDIR: folder };
  const child = spawn(process.execPath, ['dist/cli.js', input, query, '-o', output], { env });
  let errors = '';
  child.stderr.on('data', (text) => (errors += text));
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(errors);
  const left = readdirSync(folder).filter((name) => !name.endsWith('.jsonl'));
  if (left.length > 0) throw new Error(`${left.join()} was left behind`);
  return peakIn(errors);
}

/** Every row is there, and none comes before one that is smaller. */
function inOrder(rows) {
  let last = '';
  let count = 0;
  let sum = 0;
  return {
    take({ id, name }) {
      if (name < last) throw new Error(`row ${count}: ${name} comes after ${last}`);
      last = name;
      count++;
      sum += id;
    },
    end() {
      if (count !== rows || sum !== (rows * (rows - 1)) / 2) throw new Error(`${count} of ${rows} rows`);
    },
  };
}

/** Every row is in a group, and hardly any two are in the same one. */
function countsOf(rows) {
  let sum = 0;
  let groups = 0;
  return {
    take({ count }) {
      groups++;
      sum += count;
    },
    end() {
      if (sum !== rows || groups < 0.9 * rows) throw new Error(`${sum} of ${rows} rows in ${groups} groups`);
    },
  };
}
