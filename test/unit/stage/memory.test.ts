import assert from 'node:assert/strict';
import {
  createReadStream,
  createWriteStream,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pipeline } from 'node:stream/promises';
import { runCli } from '../../support/cli.ts';
import { peakIn, reportsPeak } from '../../support/peak.mjs';
import { sampleText } from '../../support/sample.ts';

/** What `test/bench/memory.mjs` shows of 2 GB, small: a file that does not fit into what the stages may hold. */
const size = 60e6;
const mostResident = 256 * 1024;

describe('a query that cannot hold its rows', () => {
  let folder: string;
  let input: string;
  let output: string;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'rowriver-test-'));
    [input, output] = [join(folder, 'input.jsonl'), join(folder, 'output.jsonl')];
    await pipeline(sampleText('jsonl', size), createWriteStream(input));
  });
  after(() => rmSync(folder, { recursive: true }));

  /** The rows that came out, with no more memory than they may take and nothing left behind. */
  async function run(query: string): Promise<Row[]> {
    const { code, stderr } = await runCli([input, query, '-o', output, '--no-cache'], {
      env: { ...reportsPeak, ROWRIVER_WORKERS: '2', TMPDIR: folder },
    });
    assert.equal(code, 0, stderr);
    const peak = peakIn(stderr);
    assert.ok(peak <= mostResident, `${peak} KB`);
    assert.deepEqual(readdirSync(folder).sort(), ['input.jsonl', 'output.jsonl']);
    return rowsIn(output);
  }

  it('sorts by a text within 256 MB, workers and all, in order', async () => {
    const [rows, sorted] = [await rowsIn(input), await run('ORDER BY path DESC')];
    // Paths are compared by their UTF-8 bytes; equal ones stay as they came.
    const expected = rows.toSorted((a, b) => Buffer.compare(b.path, a.path) || a.id - b.id);
    assert.deepEqual(
      sorted.map(({ id }) => id),
      expected.map(({ id }) => id),
    );
  });

  it('makes a group of every row within 256 MB, in their order', async () => {
    const query =
      "AGGREGATE median(id) AS m, list(id) AS l, any_value(id) AS id GROUP BY path || '/' || id AS path";
    const [rows, groups] = [await rowsIn(input), await run(query)];
    assert.deepEqual(
      groups.map(({ id }) => id),
      rows.map(({ id }) => id),
    );
  });

  it('finds that all rows are different within 256 MB, in their order', async () => {
    const query = "SELECT id, path || '/' || id AS path |> DISTINCT";
    const [rows, distinct] = [await rowsIn(input), await run(query)];
    assert.deepEqual(
      distinct.map(({ id }) => id),
      rows.map(({ id }) => id),
    );
  });
});

describe('a query on a file with one very long line', () => {
  const lineLength = 70e6;
  let folder: string;
  let input: string;
  /** The peak of a filter, in bytes. */
  let filtered: number;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'rowriver-test-'));
    input = join(folder, 'input.jsonl');
    const ordinary = Array.from({ length: 200 }, (_, id) =>
      JSON.stringify({ id: 199 - id, t: `text ${id}` }),
    );
    const long = `{"id":500,"t":"${'x'.repeat(lineLength)}"}`;
    writeFileSync(input, [...ordinary.slice(0, 100), long, ...ordinary.slice(100), ''].join('\n'));
    filtered = (await run('id >= 0')).peak;
  });
  after(() => rmSync(folder, { recursive: true }));

  /** What it held at most, in bytes, and what came out. */
  async function run(query: string): Promise<{ peak: number; code: number | null; stderr: string }> {
    // What was changed a moment before is read once more at the end: that must not take the line along either.
    const now = new Date();
    utimesSync(input, now, now);
    const { code, stderr } = await runCli([input, query, '-o', join(folder, 'output.jsonl'), '--no-cache'], {
      env: { ...reportsPeak, ROWRIVER_WORKERS: '1', TMPDIR: folder },
    });
    return { peak: peakIn(stderr) * 1024, code, stderr };
  }

  it('sorts with hardly more memory than a filter takes', async () => {
    const sorted = await run('ORDER BY id');
    assert.equal(sorted.code, 0, sorted.stderr);
    assert.ok(sorted.peak < filtered + 1.5 * lineLength, `${sorted.peak} beside ${filtered}`);
    const lines = readFileSync(join(folder, 'output.jsonl'), 'latin1').split('\n');
    assert.deepEqual(
      lines.map((line) => line.slice(0, 8)).slice(-4),
      ['{"id":198', '{"id":199', '{"id":500', ''].map((line) => line.slice(0, 8)),
    );
    assert.ok(lines.some((line) => line.length > lineLength));
  });

  it('finds equal texts with hardly more memory than a filter takes', async () => {
    const { code, peak, stderr } = await run('SELECT t |> DISTINCT');
    assert.equal(code, 0, stderr);
    assert.ok(peak < filtered + 1.5 * lineLength, `${peak} beside ${filtered}`);
  });

  for (const query of [
    'AGGREGATE count(*) AS n GROUP BY t',
    'AGGREGATE list(t) AS l',
    'AGGREGATE max(t) AS m',
    'ORDER BY t',
  ]) {
    it(`refuses before the line is copied: ${query}`, async () => {
      const { code, peak, stderr } = await run(query);
      assert.equal(code, 1);
      assert.match(stderr, /more than 64 MB/);
      assert.ok(peak < filtered + 0.5 * lineLength, `${peak} beside ${filtered}`);
    });
  }
});

interface Row {
  readonly id: number;
  readonly path: Buffer;
}

async function rowsIn(file: string): Promise<Row[]> {
  const rows: Row[] = [];
  for await (const line of createInterface({ input: createReadStream(file) })) {
    const { id, path } = JSON.parse(line) as { id: number; path: string };
    rows.push({ id, path: Buffer.from(path) });
  }
  return rows;
}
