import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readArguments, UsageError } from '../../../src/cli/arguments/arguments.ts';
import { runCli, type CliResult } from '../../support/cli.ts';

describe('rowriver --merge-by', () => {
  let folder = '';
  const run = (...args: string[]): Promise<CliResult> => runCli([...args, '--no-cache'], { cwd: folder });

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rowriver-merge-'));
    const rows = (...times: number[]): string => times.map((t) => `{"t":${t}}\n`).join('');
    await writeFile(join(folder, 'a.jsonl'), rows(1, 4, 3, 6));
    await writeFile(join(folder, 'b.jsonl'), rows(2, 5));
  });
  after(() => rm(folder, { recursive: true }));

  it('writes the records of all files in order, and says which file is not', async () => {
    const { stdout, stderr, code } = await run('*.jsonl', 't != 5', '--merge-by', 't');
    assert.equal(stdout.toString(), '{"t":1}\n{"t":2}\n{"t":4}\n{"t":3}\n{"t":6}\n');
    assert.equal(
      stderr,
      [
        'rowriver: a.jsonl is not in order of t: 1 record comes after a later one (record 3). It stays behind it.',
        'rowriver: 6 records read, 5 written, 0 malformed',
        '',
      ].join('\n'),
    );
    assert.equal(code, 0);
  });

  it('reads the columns from the first file that is not empty', async () => {
    await mkdir(join(folder, 'tables'));
    for (const [name, text] of [
      ['0.csv', ''],
      ['1.csv', 't,v\n2,b\n'],
      ['2.csv', 't,v\n1,a\n'],
    ])
      await writeFile(join(folder, 'tables', name), text);
    const { stdout, code } = await run('tables', '--merge-by', 't');
    assert.deepEqual([stdout.toString(), code], ['t,v\n1,a\n2,b\n', 0]);
  });

  it('writes to files and counts as a run without it does', async () => {
    const { code, stderr } = await run('b.jsonl', 'a.jsonl', '--merge-by', 't', '-o', 'out.csv');
    assert.equal(code, 0, stderr);
    const { stdout } = await run('out.csv', '--to', 'jsonl');
    assert.equal(stdout.toString(), [1, 2, 4, 3, 5, 6].map((t) => `{"t":"${t}"}\n`).join(''));
    const counted = await run('b.jsonl', 'a.jsonl', 't > 2', '--count', '--merge-by', 't');
    assert.equal(counted.stdout.toString(), '4\n');
    const one = await run('a.jsonl', '|> LIMIT 1', '--merge-by', 't');
    assert.equal(one.stdout.toString(), '{"t":1}\n');
  });

  it('is refused where there is nothing to put in order, or no way to', async () => {
    const none = await run('*.jsonl', '--merge-by', 'time');
    assert.equal(none.code, 1);
    assert.match(none.stderr, /No record of .* has a time or a number in time\. Columns: t\./);
    for (const [args, message] of [
      [
        ['a', '--merge-by', 't DESC'],
        /--merge-by takes a column, such as time, or another expression of one record/,
      ],
      [['-', '--merge-by', 't'], /--merge-by is for files/],
      [['https://example.org/a.jsonl', '--merge-by', 't'], /--merge-by is for files/],
      [['a', '--follow', '--merge-by', 't'], /--follow .* cannot be combined with --merge-by/],
      [['a', '--on', 'sc://h', '--merge-by', 't'], /--merge-by/],
      [['serve', 'a', '--merge-by', 't'], /does not take --merge-by/],
    ] as const)
      assert.throws(
        () => readArguments(args),
        (error) => error instanceof UsageError && message.test(error.message),
      );
  });
});
