// What must not change an answer, or must be said: a connection that is lost, a worker that is killed, a server that is.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { startLine } from './engines.mjs';
import { previewed, rowsOf, run } from './ask.mjs';

/** Several tasks of Spark, which takes up to 128 MB for one. */
const records = 4_000_000;
const grouped = '|> AGGREGATE count(*) AS n, sum(id) AS s GROUP BY status';

/**
 * @param {import('./engines.mjs').Engine} engine which does not live through the last of them
 * @param {string} folder for the file that is asked
 * @returns {Promise<[string, () => Promise<void>][]>}
 */
export async function faults({ address, workers, fail }, folder) {
  const path = join(folder, 'large.jsonl');
  await write(path);
  return [
    [
      'a connection that is lost again and again leaves every row, once',
      async () => {
        const line = await startLine(address, 5, 2e6);
        try {
          const out = join(folder, 'out.jsonl');
          const query = 'status = 503 |> SELECT id, text';
          const { code, stderr } = await run(path, query, '--on', `sc://${line.address}`, '-o', out);
          assert.equal(code, 0, stderr);
          assert.equal(line.cuts, 5, 'the connection was cut five times');
          const here = join(folder, 'here.jsonl');
          await run(path, query, '-o', here);
          assert.deepEqual(await sumOf(out), await sumOf(here));
        } finally {
          await line.close();
        }
      },
    ],
    ...workers.slice(0, 1).map((end) => [
      'a worker that is killed while it works leaves the answer as it is',
      async () => {
        let killedAt;
        const { state, rows } = await previewed(address, path, grouped, {
          watch({ remote: { cluster } }) {
            if (killedAt !== undefined || !cluster || cluster.tasksDone === 0) return;
            killedAt = cluster;
            end();
          },
        });
        assert.ok(killedAt, 'it was killed after the first task');
        assert.ok(killedAt.tasksDone < killedAt.tasks, 'it was killed before the last task');
        assert.equal(state.remote.phase, 'done');
        const here = (await rowsOf(path, grouped, 'jsonl')).map((row) => JSON.parse(row));
        const there = rows.map(([status, n, s]) => ({ n: Number(n), s: Number(s), status: Number(status) }));
        const inOrder = (groups) => groups.toSorted((a, b) => a.status - b.status);
        assert.deepEqual(inOrder(there), inOrder(here));
      },
    ]),
    [
      'a server that is killed while rows come is said, and the rows stay',
      async () => {
        let isKilled = false;
        const { state } = await previewed(address, path, 'status >= 404', {
          watch({ remote }) {
            if (isKilled || remote.rows < 10_000) return;
            isKilled = true;
            fail();
          },
        });
        assert.ok(isKilled);
        assert.equal(state.phase, 'failed');
        assert.equal(state.remote.phase, 'failed');
        assert.ok(state.records >= 10_000);
        assert.match(JSON.stringify(state.said), /does not answer/);
      },
    ],
  ];
}

/** Some 400 MB. */
async function write(path) {
  const file = createWriteStream(path);
  for (let id = 0; id < records; id += 10_000) {
    const lines = Array.from({ length: 10_000 }, (_, at) => {
      const n = id + at;
      return `{"id":${n},"status":${[200, 404, 503][(n * 7) % 3]},"text":"${String(n * 2654435761).padStart(60, 'x')}"}\n`;
    });
    if (!file.write(lines.join(''))) await once(file, 'drain');
  }
  file.end();
  await once(file, 'close');
}

/** Of lines in any order: how many, and a sum that any other, missing or doubled line would change. */
async function sumOf(path) {
  let lines = 0;
  let sum = 0n;
  let rest = '';
  for await (const chunk of createReadStream(path, { encoding: 'utf8' })) {
    const parts = (rest + chunk).split('\n');
    rest = parts.pop();
    for (const line of parts) {
      lines++;
      sum += createHash('sha256').update(line).digest().readBigUInt64LE();
    }
  }
  return { lines, sum };
}
