import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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

  it('is silent unless it is asked for', async () => {
    const { stdout, stderr } = await runCli([file, 'a > 1']);
    assert.equal(stdout.toString(), '{"a":3}\n{"a":3}\n');
    assert.equal(stderr.split('\n').length, 2, stderr);
  });
});
