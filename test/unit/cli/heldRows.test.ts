import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { finished, runCli, startCli, type CliResult } from '../../support/cli.ts';

describe('rowriver -, as a table', () => {
  let folder = '';
  const at = (name: string): string => join(folder, name);
  const records = '{"a":1}\n{bad\n{"a":2,"b":[1,{"c":2}]}\n[1]\n';

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rowriver-held-'));
    await writeFile(at('a.jsonl'), records);
  });
  after(() => rm(folder, { recursive: true }));

  async function piped(
    text: string,
    args: readonly string[],
    env: Record<string, string> = {},
  ): Promise<CliResult> {
    const child = startCli(['-', ...args], { env });
    child.stdin.end(text);
    return finished(child);
  }

  it('writes the columns that the rows turn out to have, as from a file', async () => {
    for (const args of [
      ['--to', 'csv'],
      ['--to', 'md'],
      ['a = 2', '--to', 'tsv'],
      ['a > 99', '--to', 'csv'],
      ['|> EXTEND a + 1 AS k |> ORDER BY k DESC', '--to', 'csv'],
      ['--to', 'csv', '--rejects', at('rejects.jsonl')],
    ]) {
      const { stdout, stderr, code } = await piped(records, args);
      const fromFile = await runCli([at('a.jsonl'), ...args, '--no-cache']);
      assert.equal(stdout.toString(), fromFile.stdout.toString(), args.join(' '));
      assert.deepEqual([stderr, code], [fromFile.stderr, fromFile.code], args.join(' '));
    }
  });

  it('writes several of them, and many files, in the one pass', async () => {
    const outputs = ['-o', at('all.csv'), '--also', `${at('some.md')}: a = 2`];
    assert.equal((await piped(records, outputs)).code, 0);
    assert.equal(
      await readFile(at('all.csv'), 'utf8'),
      'a,b,_value\r\n1,,\r\n2,"[1,{""c"":2}]",\r\n,,[1]\r\n',
    );
    assert.match(await readFile(at('some.md'), 'utf8'), /^\| a \| b\s+\|\n.*\n\| 2 \|/);
    assert.equal((await piped('{"a":1}\n{"a":2,"b":3}\n', ['-o', at('split/{a}.csv')])).code, 0);
    assert.equal(await readFile(at('split/2.csv'), 'utf8'), 'a,b\r\n2,3\r\n');
  });

  it('keeps rows that memory does not hold in a temporary file, and leaves none', async () => {
    const temporary = at('temporary');
    const row = (n: number): string => `{"n":${n},"text":"${'x'.repeat(1000)}"}\n`;
    const rows = Array.from({ length: 40_000 }, (_, n) => row(n)).join('');
    await mkdir(temporary);
    const { stdout, code } = await piped(rows, ['--to', 'csv'], { TMPDIR: temporary });
    assert.equal(code, 0);
    const lines = stdout.toString().split('\r\n');
    assert.deepEqual([lines.length, lines[0], lines[40_000].slice(0, 8)], [40_002, 'n,text', '39999,xx']);
    assert.deepEqual(await readdir(temporary), []);
  });
});
