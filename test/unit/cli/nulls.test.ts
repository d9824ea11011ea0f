import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Dataset } from '../../../src/engine/dataset/dataset.ts';
import { printQueries } from '../../../src/engine/service/printQueries.ts';
import { runCli } from '../../support/cli.ts';

describe('rowriver, texts that stand for NULL', () => {
  let folder = '';
  const dumped = 'id,name,v\n1,a,10\n2,\\N,\\N\n3,"\\N",NULL\n4,,n/a\n';
  const run = async (name: string, ...args: string[]): Promise<string> => {
    const { stdout, stderr, code } = await runCli([join(folder, name), '--no-cache', ...args]);
    assert.equal(code, 0, stderr);
    return stdout.toString();
  };
  const cells = async (name: string, ...args: string[]): Promise<unknown[]> => {
    const lines = (await run(name, '--to', 'jsonl', ...args)).trimEnd().split('\n');
    return lines.map((line): unknown => Object.values(JSON.parse(line) as object));
  };

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rowriver-nulls-'));
    await writeFile(join(folder, 'dumped.csv'), dumped);
    await writeFile(join(folder, 'slashes.tsv'), 'a\tb\nx\t"\\"\\N"\n\\N\ty\n');
    await writeFile(join(folder, 'text.csv'), 'a,b\n"\\N",C:\\N\n"x\n\\N\ny",\\n\n');
  });
  after(() => rm(folder, { recursive: true }));

  it('reads \\N without quotes as NULL, and says so', async () => {
    assert.deepEqual(await cells('dumped.csv'), [
      ['1', 'a', '10'],
      ['2', null, null],
      ['3', '\\N', 'NULL'],
      ['4', null, 'n/a'],
    ]);
    const { description, nulls } = JSON.parse(await run('dumped.csv', '--reading')) as Record<
      string,
      unknown
    >;
    assert.deepEqual([description, nulls], ['comma, quoted, header, NULL as \\N', ['\\N']]);
    assert.equal(await run('dumped.csv', '--count', 'name IS NULL'), '2\n');
    assert.deepEqual(await cells('slashes.tsv', 'a IS NULL'), [[null, 'y']]);
    assert.deepEqual(await cells('text.csv'), [
      ['\\N', 'C:\\N'],
      ['x\n\\N\ny', '\\n'],
    ]);
  });

  it('reads other texts as NULL where that is said, and none where that is said', async () => {
    const told = ['--null', 'NULL', '--null', 'n/a'];
    assert.deepEqual(await cells('dumped.csv', ...told, 'v IS NULL |> SELECT id'), [['2'], ['3'], ['4']]);
    assert.deepEqual(await cells('dumped.csv', ...told, '|> AGGREGATE count(v), sum(v), max(v)'), [
      [1, 10, '10'],
    ]);
    assert.deepEqual(await cells('dumped.csv', '--null', '10', '|> AGGREGATE sum(v), count(v)'), [[null, 2]]);
    assert.equal(await run('dumped.csv', '--no-null', '--count', 'name IS NULL'), '1\n');
  });

  it('leaves rows as they stand, and writes what it computes or converts so that it reads as the same', async () => {
    assert.equal(await run('dumped.csv', 'id < 4'), dumped.replace('4,,n/a\n', ''));
    assert.equal(await run('dumped.csv', '|> SELECT name, v'), 'name,v\na,10\n,\n"\\N",NULL\n,n/a\n');
    const told = ['--null', 'NULL', '--null', 'n/a'];
    assert.equal(
      await run('dumped.csv', ...told, "|> EXTEND 'n/a' AS t |> SELECT name, v, t"),
      'name,v,t\na,10,"n/a"\n,,"n/a"\n"\\N",,"n/a"\n,,"n/a"\n',
    );
    assert.equal(
      await run('dumped.csv', ...told, '--to', 'tsv'),
      'id\tname\tv\r\n1\ta\t10\r\n2\t\t\r\n3\t"\\N"\t\r\n4\t\t\r\n',
    );
  });

  it('is NULL in all of several files what is so in one of them', async () => {
    await writeFile(join(folder, 'part1.csv'), 'a,b\n1,x\n');
    await writeFile(join(folder, 'part2.csv'), 'a,b\n2,\\N\n');
    await writeFile(join(folder, 'part3.csv'), 'b,a\n\\N,3\n');
    assert.deepEqual(await cells('part*.csv', 'b IS NULL |> SELECT a'), [['2'], ['3']]);
    assert.equal(await run('part*.csv', '--no-null', '--count', 'b IS NULL'), '0\n');
    assert.deepEqual(await cells('part*.csv', '--null', '3', 'a IS NULL |> SELECT b'), [[null]]);
  });

  it('tells DuckDB what is NULL, and prints nothing for engines that cannot be told', async () => {
    const { signal } = new AbortController();
    const dataset = await Dataset.open({ kind: 'file', path: join(folder, 'dumped.csv') }, { signal });
    try {
      const printed = printQueries(dataset, 'name IS NULL');
      assert.deepEqual(
        printed.map(({ engine }) => engine),
        ['DuckDB'],
      );
      assert.match(printed[0].text, /dumped\.csv', nullstr = \['', '\\N'\], allow_quoted_nulls = false\)/);
    } finally {
      await dataset.close();
    }
  });
});
