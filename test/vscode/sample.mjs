// Large files of made-up web requests, the same ones on every machine.
import { createWriteStream, existsSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';

/** A folder with `requests.jsonl` and `requests.csv` of about `bytes` each; made once. */
export async function sample(folder, bytes = 300e6) {
  const file = join(folder, 'requests.jsonl');
  await mkdir(join(folder, '.vscode'), { recursive: true });
  await writeFile(
    join(folder, '.vscode/settings.json'),
    `${JSON.stringify({ 'workbench.editorAssociations': { '*.{jsonl,csv}': 'rowriver.preview' } }, null, 2)}\n`,
  );
  await generate(file, bytes, jsonLines);
  await generate(join(folder, 'requests.csv'), bytes, csvLines);
  return { folder, file };
}

/** Writes a file of at least `bytes`, which lies under its name only when it is whole. */
export async function generate(file, bytes, lines) {
  if (existsSync(file)) return;
  console.log(`Generating ${file} (${(bytes / 1e6).toFixed(0)} MB)`);
  const out = createWriteStream(`${file}.partial`);
  let written = 0;
  for (const chunk of lines()) {
    if (!out.write(chunk)) await once(out, 'drain');
    written += chunk.length;
    if (written >= bytes) break;
  }
  await finished(out.end());
  await rename(`${file}.partial`, file);
}

/** JSON Lines without end, thousands a chunk; now and then one is broken. */
export function* jsonLines() {
  for (const records of batches()) {
    yield records
      .map((r) =>
        r.id % 250_000 === 77_777 ? `${JSON.stringify(r).slice(0, -20)}\n` : `${JSON.stringify(r)}\n`,
      )
      .join('');
  }
}

/** The same records as CSV with a header. */
export function* csvLines() {
  yield 'id,time,method,url,status,ms,bytes,country,plan,agent\n';
  for (const records of batches()) {
    yield records
      .map(
        ({ id, time, method, url, status, ms, bytes, user, agent }) =>
          `${id},${time},${method},${url},${status},${ms},${bytes},${user.country},${user.plan ?? ''},"${agent}"\n`,
      )
      .join('');
  }
}

function* batches() {
  const random = mulberry32(42);
  const pick = (list) => list[Math.floor(random() * list.length)];
  for (let id = 1; ;) {
    const records = [];
    for (let i = 0; i < 4096; i++, id++) {
      const slow = random() < 0.02;
      records.push({
        id,
        time: new Date(1_760_000_000_000 + id * 137).toISOString(),
        method: pick(['GET', 'GET', 'GET', 'GET', 'POST', 'PUT', 'DELETE']),
        url: `/api/${pick(['orders', 'users', 'items', 'search', 'cart'])}/${Math.floor(random() * 1e6)}`,
        status: random() < 0.03 ? pick([500, 502, 503]) : pick([200, 200, 200, 200, 201, 204, 301, 404]),
        ms: Number((slow ? 500 + random() * 5000 : 1 + random() * 90).toFixed(2)),
        bytes: Math.floor(random() * 60_000),
        user: {
          country: pick(['DE', 'FR', 'IN', 'US', 'BR', 'JP', 'NG']),
          plan: pick(['free', 'pro', null]),
        },
        agent: pick(['Firefox, desktop', 'Chrome, desktop', 'Safari, phone', 'curl']),
      });
    }
    yield records;
  }
}

/** Tommy Ettinger's mulberry32: 32 bits of state, uniform in [0, 1). */
function mulberry32(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
