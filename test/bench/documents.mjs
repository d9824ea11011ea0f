/**
 * What filtering JSON documents costs beside the same records as JSON Lines, in processor time of the whole command:
 * `npm run build && node test/bench/documents.mjs [MEGABYTES]`.
 */
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const rounds = 3;
const query = 'status >= 500';
const folder = await mkdtemp(join(tmpdir(), 'rowriver-bench-'));
const at = (name) => join(folder, name);

const pretty = (record) => JSON.stringify(record, null, 2).replaceAll('\n', '\n  ');
/** How a document begins, what each record is with what comes before it, and how it ends. */
const documents = {
  'lines.jsonl': ['', (text, i) => (i > 0 ? '\n' : '') + text, '\n'],
  'one-line.json': ['[', (text, i) => (i > 0 ? ',' : '') + text, ']\n'],
  'pretty.json': ['[\n  ', (_, i, record) => (i > 0 ? ',\n  ' : '') + pretty(record), '\n]\n'],
  'inside.json': ['{"data":{"items":[', (text, i) => (i > 0 ? ',' : '') + text, ']}}\n'],
  'members.json': ['{', (text, i) => `${i > 0 ? ',' : ''}"k${i}":${text}`, '}\n'],
  'one-after-the-other.json': ['', (text) => text, ''],
  'comments.jsonc': [
    '// head\n[\n',
    (text, i) => (i > 0 ? ',\n' : '') + (i % 1000 === 0 ? `// "${i}" {\n` : '') + text,
    '\n]\n',
  ],
};

async function write(source) {
  const files = Object.entries(documents).map(([name, [begin, print, end]]) => {
    const stream = createWriteStream(at(name));
    stream.write(begin);
    return { stream, print, end, pieces: [] };
  });
  const flush = async ({ stream, pieces }) => {
    const ready = stream.write(pieces.join(''));
    pieces.length = 0;
    if (!ready) await once(stream, 'drain');
  };
  let count = 0;
  for await (const line of createInterface({ input: createReadStream(source) })) {
    let record;
    try {
      record = JSON.parse(line);
    } catch {
      continue;
    }
    for (const file of files) file.pieces.push(file.print(line, count, record));
    if (++count % 5000 === 0) for (const file of files) await flush(file);
  }
  for (const file of files) {
    await flush(file);
    file.stream.end(file.end);
    await once(file.stream, 'finish');
  }
}

/** What the command answers, and the least seconds of processor time that it took; by bash's `time`. */
function measure(path) {
  const command = 'TIMEFORMAT="%U %S"; time "$0" dist/cli.js --no-cache --count "$1" "$2"';
  const runs = Array.from({ length: rounds }, () => {
    const { stdout, stderr } = spawnSync('bash', ['-c', command, process.execPath, path, query], {
      encoding: 'utf8',
    });
    const [user, system] = stderr.trim().split('\n').at(-1).split(' ').map(Number);
    return { answer: stdout.trim(), seconds: user + system };
  });
  return runs.reduce((best, run) => (run.seconds < best.seconds ? run : best));
}

try {
  const bytes = 1e6 * Number(process.argv[2] ?? 500);
  spawnSync(process.execPath, ['dist/sample.js', at('sample.jsonl'), String(bytes)], { stdio: 'inherit' });
  await write(at('sample.jsonl'));
  let first;
  for (const name of Object.keys(documents)) {
    const { answer, seconds } = measure(at(name));
    const rate = (await stat(at(name))).size / seconds / 1e9;
    first ??= rate;
    console.log(
      `${name.padEnd(26)} ${answer} match, ${seconds.toFixed(2)} s, ${rate.toFixed(2)} GB/s, ${(rate / first).toFixed(2)} of JSON Lines`,
    );
  }
} finally {
  await rm(folder, { recursive: true });
}
