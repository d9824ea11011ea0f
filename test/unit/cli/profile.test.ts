import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { columns as widthOf } from '../../../src/cli/message.ts';
import { profileTable } from '../../../src/cli/profile.ts';
import { Dataset } from '../../../src/engine/dataset/dataset.ts';
import { profile, type Profile } from '../../../src/engine/run/profile.ts';
import { runCli } from '../../support/cli.ts';

const rows = Array.from(
  { length: 200 },
  (_, n) =>
    `${n},${n % 3 ? 'info' : 'error'},2024-05-${String((n % 28) + 1).padStart(2, '0')},${n % 10 ? 'x' : ''},日本語のテキスト\n`,
);
const csv = `n,level,day,gap,text\n${rows.join('')}`;

describe('cli/profile', () => {
  let folder: string;
  let path: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rowriver-test-'));
    path = join(folder, 'data.csv');
    await writeFile(path, csv);
  });
  after(() => rm(folder, { recursive: true }));

  async function found(): Promise<Profile> {
    const { signal } = new AbortController();
    const dataset = await Dataset.open({ kind: 'file', path }, { signal });
    try {
      return await profile(dataset, undefined, signal, () => undefined);
    } finally {
      await dataset.close();
    }
  }

  it('prints a plain table where nobody looks at a terminal', async () => {
    const { code, stdout, stderr } = await runCli([path, '--profile']);
    assert.equal(stderr, '');
    assert.equal(code, 0);
    assert.equal(
      stdout.toString(),
      [
        '200 rows, 5 columns',
        '',
        'Column  Type     NULL  Distinct               Min               Max  Mean or most frequent',
        '------  ------  -----  --------  ----------------  ----------------  -------------------------',
        'n       number      0       200                 0               199  99.5',
        'level   text        0         2             error              info  info (66.5%)',
        'day     time        0        28        2024-05-01        2024-05-28  2024-05-14 06:14:24',
        'gap     text    10.0%         1                 x                 x  x (90.0%)',
        'text    text        0         1  日本語のテキスト  日本語のテキスト  日本語のテキスト (100.0%)',
        '',
      ].join('\n'),
    );
  });

  it('fits into a terminal of any width, and draws what is distributed how', async () => {
    const all = await found();
    for (const width of [20, 40, 60, 80, 120, 200]) {
      const lines = profileTable(all, { width, plots: true }).split('\n');
      for (const line of lines) assert.ok(widthOf(line) <= width, `${width}: ${line}`);
      assert.equal(lines.length, 2 + 2 + 5 + 1);
    }
    const wide = profileTable(all, { width: 200, plots: true });
    assert.match(wide, /^n .*█/m);
    assert.match(wide, /^level .*█+▓+/m);
  });

  it('writes all figures as JSON for programs, of the records of a query as well', async () => {
    const { stdout } = await runCli([path, 'n < 50', '--profile', '--to', 'json']);
    const { rows: count, columns } = JSON.parse(stdout.toString()) as {
      rows: number;
      columns: { name: string; numbers?: { max: string; sum: string }; histogram?: { counts: number[] } }[];
    };
    assert.equal(count, 50);
    assert.deepEqual(
      [columns[0].name, columns[0].numbers?.max, columns[0].numbers?.sum],
      ['n', '49', '1225'],
    );
    assert.equal(
      columns[0].histogram?.counts.reduce((sum, one) => sum + one, 0),
      50,
    );
  });

  it('refuses what it cannot show, and says what to write', async () => {
    const grouped = await runCli([path, 'AGGREGATE count(*) GROUP BY level', '--profile']);
    assert.equal(grouped.code, 2);
    assert.match(grouped.stderr, /DESCRIBE/);
    assert.equal((await runCli([path, '--profile', '--count'])).code, 2);
    assert.equal((await runCli([path, '--profile', '--to', 'csv'])).code, 2);
  });
});
