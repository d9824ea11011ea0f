import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StageReport } from '../../../src/protocol/stages.ts';
import { runCli } from '../../support/cli.ts';

describe('rowriver --stages', () => {
  let folder = '';
  let file = '';

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rowriver-cli-'));
    file = join(folder, 'data.jsonl');
    await writeFile(file, '{"a":1}\n{"a":\n{"a":3}\n{"a":3}\n');
  });
  after(() => rm(folder, { recursive: true }));

  /** The table's lines behind the first, each as its cells. */
  async function table(...args: string[]): Promise<string[][]> {
    const { code, stderr } = await runCli([file, ...args, '--stages']);
    assert.equal(code, 0, stderr);
    const [summary, total, heads, ...lines] = stderr.trimEnd().split('\n');
    assert.match(summary, /^rowriver: 4 records read, /);
    assert.match(total, /^rowriver: [\d.,]+ ms in total$/);
    assert.match(heads, /^ +rows in +rows out +ms$/);
    return lines.map((line) => line.trim().split(/ {2,}/).slice(0, 3));
  }

  it('says of each stage what it took, behind the results', async () => {
    assert.deepEqual(await table('a > 1 |> AGGREGATE count(*) AS n GROUP BY a'), [
      ['scan', '4', '3'],
      ['WHERE', '3', '2'],
      ['AGGREGATE', '2', '1'],
      ['write', '1', '1'],
    ]);
    const csv = await table('a > 1', '--to', 'csv', '-o', join(folder, 'out.csv'));
    assert.deepEqual(
      csv.map(([name]) => name),
      ['columns', 'scan', 'WHERE', 'write'],
    );
    assert.deepEqual(await table('a > 1', '--count'), [
      ['scan', '4', '3'],
      ['WHERE', '3', '2'],
    ]);
  });

  it('is a line of JSON where programs want it', async () => {
    const { stderr } = await runCli([file, 'a > 1', '--stats', 'json']);
    const { lines } = JSON.parse(stderr.trimEnd().split('\n')[1]) as StageReport;
    assert.deepEqual(
      lines.map(({ name, rowsIn, rowsOut }) => [name, rowsIn, rowsOut]),
      [
        ['scan', 4, 3],
        ['WHERE', 3, 2],
        ['write', 2, 2],
      ],
    );
  });

  it('counts the bytes of many files, with what is around their rows', async () => {
    for (const ending of ['jsonl', 'csv', 'json']) {
      const metrics = join(folder, 'split.prom');
      const output = join(folder, ending, `{a}.${ending}`);
      const { stderr } = await runCli([file, '-o', output, '--stats', 'json', '--metrics', metrics]);
      let bytes = 0;
      for (const name of await readdir(join(folder, ending)))
        bytes += (await readFile(join(folder, ending, name))).length;
      const { lines } = JSON.parse(stderr.trimEnd().split('\n')[1]) as StageReport;
      assert.deepEqual([lines.at(-1)?.name, lines.at(-1)?.bytes], ['write', bytes], ending);
      const text = await readFile(metrics, 'utf8');
      assert.ok(text.split('\n').includes(`rowriver_written_bytes_total ${bytes}`), `${bytes}: ${text}`);
    }
  });

  it('says in the file of metrics that a file could not be opened, and never takes its place', async () => {
    const metrics = join(folder, 'opened.prom');
    for (const missing of ['missing.jsonl', 'missing-*.jsonl']) {
      assert.equal((await runCli([file, '--count', '--metrics', metrics])).code, 0);
      assert.match(await readFile(metrics, 'utf8'), /^rowriver_run_complete 1$/m);
      assert.equal((await runCli([join(folder, missing), '--metrics', metrics])).code, 1);
      assert.match(await readFile(metrics, 'utf8'), /^rowriver_run_complete 0$/m);
    }
    const book = join(folder, 'book.xlsx');
    await writeFile(book, 'PK\x03\x04');
    for (const named of [book, join(folder, '*.xlsx')]) {
      const { code, stderr } = await runCli([named, '--metrics', book]);
      assert.equal(code, 1);
      assert.doesNotMatch(stderr, /being read/);
      assert.equal(await readFile(book, 'latin1'), 'PK\x03\x04');
    }
  });

  it('goes to a file of metrics, also of a run that fails', async () => {
    const metrics = join(folder, 'run.prom');
    assert.equal((await runCli([file, 'a > 1', '--count', '--metrics', metrics])).code, 0);
    const text = await readFile(metrics, 'utf8');
    for (const line of [
      '# TYPE rowriver_records_read counter',
      'rowriver_records_read_total 4',
      'rowriver_rows_total 2',
      'rowriver_records_malformed_total 1',
      'rowriver_scanned_bytes_total 30',
      '# UNIT rowriver_run_seconds seconds',
      'rowriver_run_complete 1',
      'rowriver_stage_rows_out_total{step="1",stage="WHERE"} 2',
    ]) {
      assert.ok(text.split('\n').includes(line), `${line} is missing in\n${text}`);
    }
    assert.ok(text.endsWith('\n# EOF\n'));
    const { code } = await runCli([file, '-o', join(folder, 'missing', 'o.jsonl'), '--metrics', metrics]);
    assert.equal(code, 1);
    assert.match(await readFile(metrics, 'utf8'), /^rowriver_run_complete 0$/m);
  });

  it('cannot take the place of the file that is read', async () => {
    const { code, stderr } = await runCli([file, '--count', '--metrics', file]);
    assert.equal(code, 1);
    assert.match(stderr, /is the file that is being read/);
  });

  it('is silent unless it is asked for', async () => {
    const { stdout, stderr } = await runCli([file, 'a > 1']);
    assert.equal(stdout.toString(), '{"a":3}\n{"a":3}\n');
    assert.equal(stderr.split('\n').length, 2, stderr);
  });
});
