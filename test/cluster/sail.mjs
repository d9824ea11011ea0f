// Starts Sail, an engine that speaks Spark Connect, and compares its answers with Rowriver's. Ends with `N passed, M failed`.
// With --at 127.0.0.1:15002, a server that is running there is asked instead, such as Apache Spark's, which sees this computer's files.
// Where Python or Sail cannot be had, it says so and passes: nothing was tested then.
import assert from 'node:assert/strict';
import { execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs, promisify } from 'node:util';
import { Worker } from 'node:worker_threads';

const version = '0.7.2';
const root = join(import.meta.dirname, '..', '..');
const cli = join(root, 'dist', 'cli.js');

const { values } = parseArgs({ options: { at: { type: 'string' } } });
const python = values.at === undefined ? install() : undefined;
if (python === undefined && values.at === undefined) {
  console.log('0 passed, 0 failed');
  process.exit(0);
}
const folder = mkdtempSync(join(tmpdir(), 'rowriver-cluster-'));
const address = values.at ?? `127.0.0.1:${await freePort()}`;
const server = python && startSail(python, address);
const failures = [];
let passed = 0;
try {
  if (server) await started(server);
  for (const [name, test] of tests()) {
    try {
      await test();
      passed++;
      console.log(`  ok ${name}`);
    } catch (error) {
      failures.push(name);
      console.log(`  FAILED ${name}\n${error.stack}`);
    }
  }
} finally {
  server?.kill();
  if (server && server.exitCode === null && server.signalCode === null) await once(server, 'exit');
  rmSync(folder, { recursive: true, force: true });
}
console.log(`${passed} passed, ${failures.length} failed`);
process.exitCode = failures.length === 0 ? 0 : 1;

function tests() {
  const jsonl = join(folder, 'events.jsonl');
  const csv = join(folder, 'events.csv');
  const records = Array.from({ length: 5000 }, (_, i) => ({
    id: 9007199254740993n + BigInt(i),
    status: [200, 404, 503][i % 3],
    path: i % 7 === 0 ? null : `/p/${i % 11}`,
    user: { country: ['DE', 'FR', 'JP'][i % 3], score: (i % 100) / 4 },
    tags: i % 5 === 0 ? [] : ['a', `t${i % 4}`],
    ok: i % 2 === 0,
    text: `zeile "${i}"\nümlaut ${i % 13}`,
  }));
  const json = (value) =>
    JSON.stringify(value, (_, of) => (typeof of === 'bigint' ? `#${of}#` : of)).replace(/"#(\d+)#"/g, '$1');
  writeFileSync(jsonl, records.map((record) => `${json(record)}\n`).join(''));
  const cell = (value) => `"${String(value).replaceAll('"', '""')}"`;
  writeFileSync(
    csv,
    `id,status,path,text\n${records.map(({ id, status, path, text }) => `${id},${status},${path ?? ''},${cell(text)}\n`).join('')}`,
  );
  const both = [
    'status >= 500',
    "path = '/p/3' AND status <> 404",
    'path IS NULL',
    "path LIKE '/p/1%' OR status IN (503, 404)",
    "text ~ 'zeile .1[0-9]*'",
    '|> SELECT id, status * 2 AS twice, length(text) AS size',
    '|> AGGREGATE count(*) AS n, sum(status) AS s, min(id) AS first, max(id) AS last GROUP BY path',
    "status BETWEEN 400 AND 499 |> EXTEND concat(path, '!') AS p |> WHERE p <> '!' |> AGGREGATE count(*) AS n GROUP BY p",
    '|> ORDER BY id DESC |> LIMIT 5',
    '|> SELECT DISTINCT status, path',
    'NOT (status = 200)',
    "|> SELECT id, CASE WHEN status = 200 THEN 'ok' ELSE upper(path) END AS c, coalesce(path, 'none') AS d",
    'id = 9007199254740993',
  ];
  const nested = [
    "user.country = 'DE' AND user.score > 10.5",
    '|> AGGREGATE avg(user.score) AS mean, count(*) AS n GROUP BY user.country AS c',
    '|> SELECT id, tags[1] AS first, ok',
    'ok',
    '|> UNNEST tags AS tag |> AGGREGATE count(*) AS n GROUP BY tag',
  ];
  const ofSpark = [
    '|> DROP text',
    '|> SET status = status + 1 |> RENAME path AS p',
    'id > 0 |> SELECT * EXCEPT (tags, ok)',
  ];
  const same = (path, query) => [
    `${path === csv ? 'CSV' : 'JSON Lines'}: ${query}`,
    async () => {
      // A table's cells are text here and have types there: as a table, they are the same.
      const to = path === csv ? 'csv' : 'jsonl';
      const [here, there] = await Promise.all([rows(path, query, to), rows(path, query, to, ...on())]);
      assert.ok(here.length > 0, 'the query selects something');
      assert.deepEqual(there, here);
    },
  ];
  return [
    ...both.flatMap((query) => [same(jsonl, query), same(csv, query)]),
    ...nested.map((query) => same(jsonl, query)),
    // Sail has no words for these.
    ...(values.at === undefined ? [] : ofSpark.map((query) => same(jsonl, query))),
    [
      'counts there',
      async () => assert.equal((await run(jsonl, 'status >= 500', '--count', ...on())).stdout, '1666\n'),
    ],
    [
      'writes CSV with its header, also without rows',
      async () => {
        const { stdout } = await run(csv, 'status = 1', ...on());
        assert.equal(stdout.trimEnd(), 'id,status,path,text');
      },
    ],
    [
      'names what Spark has no words for, with its place, before it connects',
      async () => {
        const { code, stderr } = await run(jsonl, '_line > 3', '--on', 'sc://localhost:1');
        assert.equal(code, 2);
        assert.match(stderr, /Spark has no equivalent of _line\n {2}_line > 3\n {2}\^\^\^\^\^/);
      },
    ],
    [
      'says what the server says against a query, and writes nothing',
      async () => {
        const out = join(folder, 'out.jsonl');
        const { code, stderr } = await run(jsonl, 'nosuch = 1', ...on(), '-o', out);
        assert.equal(code, 1);
        assert.match(stderr, /Spark says: .*nosuch/);
        assert.equal(existsSync(out), false);
      },
    ],
    [
      'fails at a malformed record',
      async () => {
        const path = join(folder, 'broken.jsonl');
        writeFileSync(path, '{"a":1}\nbroken\n');
        const { code, stderr } = await run(path, '', ...on());
        assert.equal(code, 1);
        assert.match(stderr, /Spark says: /);
      },
    ],
    [
      'a preview: shows all rows of a query',
      async () => {
        const query = 'status >= 500 |> SELECT id, path';
        const { state, rows: shown } = await previewed(jsonl, query, { rows: 1e6, bytes: 1e9 });
        assert.equal(state.remote.phase, 'done');
        assert.equal(state.records, 1666);
        const here = (await run(jsonl, query)).stdout.trimEnd().split('\n');
        const paths = here.map((line) => /"id":(\d+)/.exec(line)[1]).sort();
        assert.deepEqual(shown.map(([id]) => id).sort(), paths);
      },
    ],
    [
      'a preview: keeps as many rows as it may, and counts the rest there',
      async () => {
        const { state, counted } = await previewed(jsonl, '', { rows: 100, bytes: 1e9 }, true);
        assert.equal(state.remote.phase, 'limited');
        assert.equal(state.records, 100);
        assert.equal(counted.remote.counted, 5000);
      },
    ],
    [
      'a preview: says what the server says against a query',
      () => assert.rejects(previewed(jsonl, 'nosuch = 1', { rows: 100, bytes: 1e9 }), /Spark says: .*nosuch/),
    ],
    [
      'says that nothing answers, without the token',
      async () => {
        const { code, stderr } = await run(jsonl, '', '--on', 'sc://127.0.0.1:1/;token=topsecret');
        assert.equal(code, 1);
        assert.match(stderr, /127\.0\.0\.1:1 does not answer/);
        assert.doesNotMatch(stderr, /topsecret/);
      },
    ],
  ];
}

function on() {
  return ['--on', `sc://${address}`];
}

/**
 * What a preview has of a query, from the engine's thread as the extension starts it: the state of its rows once all have come,
 * and their cells.
 */
async function previewed(location, query, limits, counts = false) {
  const worker = new Worker(join(root, 'dist', 'engine.js'));
  const waiting = new Map();
  let told = () => undefined;
  const ended = new Promise((resolve) => (told = ({ exact, ...state }) => exact && resolve(state)));
  worker.on('message', ({ message }) => {
    if (message.name === 'file') told(message.value);
    const { resolve, reject } = waiting.get(message.id) ?? {};
    if (message.type === 'result') resolve(message.value);
    if (message.type === 'error') reject(new Error(message.error.message));
  });
  let id = 0;
  const call = (session, method, params) =>
    new Promise((resolve, reject) => {
      waiting.set(++id, { resolve, reject });
      worker.postMessage({ session, message: { type: 'call', id, method, params } });
    });
  try {
    await call(0, 'configure', { cacheFolder: null, cacheBytes: 0, keepBytes: 0 });
    const of = { location, options: {} };
    const remote = { run: '1', of, query, address: `sc://${address}`, limits };
    const info = await call(0, 'open', { session: 1, file: { location: 'rows', options: {}, remote } });
    told(info.state);
    const columns = info.columns.map(({ id: column }) => column);
    const cells = (first, count) => call(1, 'rows', { view: 0, first, count, columns });
    await cells(0, 1);
    const state = await ended;
    const rows = cellsIn(await cells(0, state.records), columns.length);
    return { state, rows, counted: counts ? await call(1, 'countRemote', null) : undefined };
  } finally {
    worker.postMessage({ session: 0, message: { type: 'event', name: 'stop', value: null } });
    await once(worker, 'exit');
  }
}

function cellsIn({ text, ends, rows }, width) {
  const all = [...ends].map((end, at) =>
    Buffer.from(text.subarray(at === 0 ? 0 : ends[at - 1], end)).toString(),
  );
  return Array.from({ length: rows }, (_, row) => all.slice(row * width, (row + 1) * width));
}

/** Rows in an order of their own, without members that are null. */
async function rows(path, query, to, ...options) {
  const { code, stdout, stderr } = await run(path, query, '--to', to, ...options);
  assert.equal(code, 0, stderr);
  const lines = stdout
    .trimEnd()
    .split(/\r?\n/)
    .filter((line) => line !== '');
  return lines.map((line) => (to === 'csv' ? line : stable(line))).sort();
}

/** The digits of large numbers are kept: they are compared as text. */
function stable(line) {
  const value = JSON.parse(line.replace(/(?<=[:,[])(\d{16,})(?=[,}\]])/g, '"#$1"'));
  return JSON.stringify(value, (_, of) =>
    of !== null && typeof of === 'object' && !Array.isArray(of)
      ? Object.fromEntries(
          Object.entries(of)
            .filter(([, member]) => member !== null)
            .sort(([a], [b]) => (a < b ? -1 : 1)),
        )
      : of,
  );
}

async function run(...args) {
  try {
    const options = { maxBuffer: 2 ** 30 };
    return { code: 0, ...(await promisify(execFile)(process.execPath, [cli, ...args], options)) };
  } catch (error) {
    if (typeof error.code !== 'number') throw error;
    return error;
  }
}

/** Python with Sail, in an ignored folder; undefined, and said, where it cannot be had. */
function install() {
  const target = join(root, '.vscode-test', `sail-${version}`);
  const bin = join(target, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');
  const done = join(target, 'installed');
  if (existsSync(done)) return bin;
  try {
    rmSync(target, { recursive: true, force: true });
    mkdirSync(join(root, '.vscode-test'), { recursive: true });
    execFileSync(process.platform === 'win32' ? 'python' : 'python3', ['-m', 'venv', target], {
      stdio: 'pipe',
    });
    execFileSync(bin, ['-m', 'pip', 'install', '--quiet', '--only-binary', ':all:', `pysail==${version}`], {
      stdio: 'pipe',
    });
    writeFileSync(done, '');
    return bin;
  } catch (error) {
    const [reason] = String(error.stderr || error.message)
      .trim()
      .split('\n')
      .slice(-1);
    console.log(`Not tested with a cluster: Sail cannot be installed (${reason}).`);
    return undefined;
  }
}

function startSail(python, address) {
  const [ip, port] = address.split(':');
  return spawn(python, ['-m', 'pysail', 'spark', 'server', '--ip', ip, '--port', port], {
    stdio: ['ignore', 'inherit', 'pipe'],
  });
}

async function started(server) {
  for await (const line of createInterface({ input: server.stderr })) {
    if (line.includes('Starting the Spark Connect server')) break;
  }
  server.stderr.resume();
}

async function freePort() {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address();
  probe.close();
  await once(probe, 'close');
  return port;
}
