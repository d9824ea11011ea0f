// Sorts a file by a text column with the built command line, checks the result and prints time and peak memory:
// `node esbuild.mjs && node test/bench/sort.mjs 2000` for 2,000 MB, which is what is made if nothing is said.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream, createWriteStream, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { peakIn, reportsPeak } from '../support/peak.mjs';

const megabytes = Number(process.argv[2] ?? 2000);
const folder = mkdtempSync(join(tmpdir(), 'rowriver-sort-'));
const input = join(folder, 'input.jsonl');
const output = join(folder, 'output.jsonl');

try {
  const rows = await generate();
  const begun = performance.now();
  const peak = await sort();
  const seconds = (performance.now() - begun) / 1000;
  await check(rows);
  const size = Math.round(statSync(input).size / 1e6);
  console.log(
    `${rows.toLocaleString('en')} rows, ${size} MB, sorted in ${seconds.toFixed(1)} s; peak memory ${Math.round(peak / 1024)} MB`,
  );
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
async function sort() {
  const env = { ...process.env, ...reportsPeak };
  const child = spawn(process.execPath, ['dist/cli.js', input, 'ORDER BY name', '-o', output], { env });
  let errors = '';
  child.stderr.on('data', (text) => (errors += text));
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(errors);
  return peakIn(errors);
}

/** Every row is there, and none comes before one that is smaller. */
async function check(rows) {
  let last = '';
  let count = 0;
  let sum = 0;
  for await (const line of createInterface({ input: createReadStream(output) })) {
    const { id, name } = JSON.parse(line);
    if (name < last) throw new Error(`row ${count}: ${name} comes after ${last}`);
    last = name;
    count++;
    sum += id;
  }
  if (count !== rows || sum !== (rows * (rows - 1)) / 2) throw new Error(`${count} of ${rows} rows came out`);
}
