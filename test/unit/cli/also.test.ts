import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { finished, runCli, startCli } from '../../support/cli.ts';

describe('--also', () => {
  let cwd: string;
  const lines = ['{"id":1,"level":"error"}', '{"id":2,"level":"info"}', '{bad', '{"id":"x","level":"error"}'];

  beforeEach(async () => {
    cwd = await mkdtemp(join(tmpdir(), 'rowriver-also-'));
    await writeFile(join(cwd, 'in.jsonl'), `${lines.join('\n')}\n`);
  });
  afterEach(() => rm(cwd, { recursive: true }));

  const text = (name: string): Promise<string> => readFile(join(cwd, name), 'utf8');
  const counts = 'counts.json: |> AGGREGATE count(*) AS n GROUP BY level';

  it('writes each output in its own format, and says how many rows each has', async () => {
    const args = [
      'in.jsonl',
      'id = 2',
      '-o',
      'main.jsonl',
      '--also',
      "errors.csv: level = 'error'",
      '--also',
      counts,
    ];
    const { code, stderr } = await runCli([...args, '--rejects', 'rejects.jsonl'], { cwd });
    assert.equal(code, 0, stderr);
    assert.equal(await text('main.jsonl'), `${lines[1]}\n`);
    assert.equal(await text('errors.csv'), 'id,level\r\n1,error\r\nx,error\r\n');
    assert.equal(await text('counts.json'), '[\n{"level":"error","n":2},\n{"level":"info","n":1}\n]\n');
    assert.match(await text('rejects.jsonl'), /^\{"record":3,.*\n$/);
    assert.equal(
      stderr,
      [
        'rowriver: 4 records read, 1 written to main.jsonl, 1 malformed (in rejects.jsonl)',
        'rowriver: 2 written to errors.csv',
        'rowriver: 2 written to counts.json\n',
      ].join('\n'),
    );
  });

  it('reads a pipe once for all outputs', async () => {
    const child = startCli(['-', '--also', "errors.jsonl: level = 'error'", '--also', counts], { cwd });
    child.stdin.end(`${lines.join('\n')}\n`);
    const { code, stdout } = await finished(child);
    assert.equal(code, 0);
    assert.equal(stdout.toString(), `${[lines[0], lines[1], lines[3]].join('\n')}\n`);
    assert.equal(await text('errors.jsonl'), `${lines[0]}\n${lines[3]}\n`);
    assert.match(await text('counts.json'), /"n":2/);
  });

  it('takes what a schema does not allow', async () => {
    await writeFile(join(cwd, 'schema.json'), '{"properties":{"id":{"type":"integer"}}}');
    const also = ['--also', 'invalid.jsonl: _violation IS NOT NULL', '--also', 'ids.csv: |> SELECT id'];
    const { code, stderr } = await runCli(
      ['in.jsonl', '-o', 'ok.jsonl', '--schema', 'schema.json', ...also],
      { cwd },
    );
    assert.equal(code, 0, stderr);
    assert.equal(await text('ok.jsonl'), `${lines[0]}\n${lines[1]}\n`);
    assert.equal(await text('invalid.jsonl'), `${lines[3]}\n`);
    assert.equal(await text('ids.csv'), 'id\r\n1\r\n2\r\n');
  });

  it('says what is wrong with it, and writes nothing then', async () => {
    for (const [also, message] of [
      ['errors.csv', /--also takes a file and a query: a colon behind the file is missing/],
      ['errors:id = 1', /--also takes a file and a query: a blank behind the colon is missing/],
      ['errors.xls: id = 1', /--also: '\.xls' is not a format/],
      ['errors.csv: |> SELEC id', /SELEC is not an operator.*\n {2}\|> SELEC id\n/],
      ['in.jsonl: id = 1', /is the file that is being read/],
      ['main.jsonl: id = 1', /--output and --also are the same file/],
      ['few.jsonl: |> LIMIT 1', /a query cannot limit whole records/],
    ] as const) {
      const { code, stderr } = await runCli(['in.jsonl', '-o', 'main.jsonl', '--also', also], { cwd });
      assert.notEqual(code, 0, also);
      assert.match(stderr, message);
      assert.deepEqual(await readdir(cwd), ['in.jsonl']);
    }
  });
});
