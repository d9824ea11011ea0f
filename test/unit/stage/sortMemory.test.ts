import assert from 'node:assert/strict';
import { createReadStream, createWriteStream, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pipeline } from 'node:stream/promises';
import { runCli } from '../../support/cli.ts';
import { peakIn, reportsPeak } from '../../support/peak.mjs';
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
    const { code, stderr } = await runCli([input, 'ORDER BY path DESC', '-o', output, '--no-cache'], {
      env: { ...reportsPeak, ROWRIVER_WORKERS: '2', TMPDIR: folder },
    });
    assert.equal(code, 0, stderr);
    const peak = peakIn(stderr);
    assert.ok(peak <= mostResident, `${peak} KB`);
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

async function rowsIn(file: string): Promise<{ readonly id: number; readonly path: Buffer }[]> {
  const rows: { id: number; path: Buffer }[] = [];
  for await (const line of createInterface({ input: createReadStream(file) })) {
    const { id, path } = JSON.parse(line) as { id: number; path: string };
    rows.push({ id, path: Buffer.from(path) });
  }
  return rows;
}
