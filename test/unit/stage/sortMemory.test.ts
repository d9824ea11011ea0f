import assert from 'node:assert/strict';
import { createReadStream, createWriteStream, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pipeline } from 'node:stream/promises';
import { runCli } from '../../support/cli.ts';
import { sampleText } from '../../support/sample.ts';

/** What `test/bench/sort.mjs` shows of 2 GB, small: a file that does not fit into what a sort may hold. */
const size = 60e6;
const mostResident = 256 * 1024;

describe('sorting a file by a text column', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'rowriver-test-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  it('stays within 256 MB with its workers, in order, and leaves nothing behind', async () => {
    const [input, output] = [join(folder, 'input.jsonl'), join(folder, 'output.jsonl')];
    await pipeline(sampleText('jsonl', size), createWriteStream(input));
    // What else the machine does delays collections and so adds to the peak, never takes away: the least of three counts.
    let least = Infinity;
    for (let attempt = 0; attempt < 3 && least > mostResident; attempt++) {
      least = Math.min(least, await peakOfSorting(input, output, folder));
    }
    assert.ok(least <= mostResident, `the least peak was ${least} KB`);
    const [rows, text] = [await rowsIn(input), await rowsIn(output)];
    assert.equal(text.length, rows.length);
    // Paths are compared by their UTF-8 bytes; equal ones stay as they came.
    const expected = rows.toSorted((a, b) => Buffer.compare(b.path, a.path) || a.id - b.id);
    assert.deepEqual(
      text.map(({ id }) => id),
      expected.map(({ id }) => id),
    );
    assert.deepEqual(readdirSync(folder).sort(), ['input.jsonl', 'output.jsonl']);
  });
});

/** The most KB that were resident at once. */
async function peakOfSorting(input: string, output: string, temporary: string): Promise<number> {
  const report = `process.on('exit', () => process.stderr.write(\`\\npeak \${process.resourceUsage().maxRSS}\\n\`))`;
  const { code, stderr } = await runCli([input, 'ORDER BY path DESC', '-o', output, '--no-cache'], {
    env: {
      ROWRIVER_WORKERS: '2',
      TMPDIR: temporary,
      NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(report)}`,
    },
  });
  assert.equal(code, 0, stderr);
  const peaks = Array.from(stderr.matchAll(/peak (\d+)/g), ([, peak]) => Number(peak));
  assert.ok(peaks.length > 0, stderr);
  return Math.max(...peaks);
}

async function rowsIn(file: string): Promise<{ readonly id: number; readonly path: Buffer }[]> {
  const rows: { id: number; path: Buffer }[] = [];
  for await (const line of createInterface({ input: createReadStream(file) })) {
    const { id, path } = JSON.parse(line) as { id: number; path: string };
    rows.push({ id, path: Buffer.from(path) });
  }
  return rows;
}
