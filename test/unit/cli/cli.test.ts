import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, open, readdir, readFile, rm, symlink, watch, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { makeFifo } from '../../support/fifo.ts';
import { finished, runCli, startCli, type CliResult } from '../../support/cli.ts';

describe('rowriver', () => {
  let folder = '';
  const at = (name: string): string => join(folder, name);
  const text = (name: string): Promise<string> => readFile(at(name), 'utf8');
  const three = '{"a":1}\n{"a":2.50}\r\n{"a":3}\n';

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rowriver-cli-'));
    await writeFile(at('three.jsonl'), three);
    await writeFile(at('three.csv'), 'a;b\r\n1;"x;y"\r\n2;\r\n3;z\r\n');
    await writeFile(at('bad.jsonl'), '{"a":1}\n{"a":\n{"a":3}\n');
  });
  after(() => rm(folder, { recursive: true, force: true }));

  function ends(result: CliResult, code: number, stdout: string, stderr: string | RegExp): void {
    assert.equal(result.stdout.toString(), stdout, result.stderr);
    if (typeof stderr === 'string') assert.equal(result.stderr, stderr);
    else assert.match(result.stderr, stderr);
    assert.equal(result.code, code);
  }

  /** No failure may show where in the program it was. */
  function noTrace(result: CliResult): void {
    assert.doesNotMatch(result.stderr, /^\s+at |\.js:\d|node:/m);
  }

  describe('results', () => {
    it('go to standard output, byte for byte, with a summary for people', async () => {
      ends(
        await runCli([at('three.jsonl'), 'a > 1 AND a < 3']),
        0,
        '{"a":2.50}\r\n',
        'rowriver: 3 records read, 1 written, 0 malformed\n',
      );
    });

    it('are all records without a query', async () => {
      ends(await runCli([at('three.jsonl')]), 0, three, /3 written/);
    });

    it('keep the header of a delimited text', async () => {
      ends(
        await runCli([at('three.csv'), 'a >= 2']),
        0,
        'a;b\r\n2;\r\n3;z\r\n',
        'rowriver: 3 records read, 2 written, 0 malformed\n',
      );
    });

    it('put a record of several lines on one line in the same way whatever the query', async () => {
      await writeFile(at('pretty.json'), JSON.stringify([{ id: 1, u: { a: [1, 2] } }], undefined, 2));
      const lines = ['id > 0', '|> ORDER BY id', '|> SELECT * |> DISTINCT'];
      for (const query of lines) {
        const { stdout } = await runCli([at('pretty.json'), query, '--to', 'jsonl']);
        assert.equal(stdout.toString(), '{"id": 1,"u": {"a": [1,2]}}\n', query);
      }
      const { stdout } = await runCli([at('pretty.json'), '|> SELECT u.a |> ORDER BY u.a', '--to', 'csv']);
      assert.equal(stdout.toString(), 'u.a\r\n"[1,2]"\r\n');
    });

    it('are converted', async () => {
      const csv = at('three.csv');
      ends(await runCli([csv, '--to', 'csv']), 0, 'a,b\r\n1,x;y\r\n2,\r\n3,z\r\n', /3 written/);
      ends(await runCli([csv, "b = 'x;y'", '--to', 'tsv']), 0, 'a\tb\r\n1\tx;y\r\n', /1 written/);
      ends(await runCli([csv, 'a = 2', '--to', 'jsonl']), 0, '{"a":"2","b":null}\n', /1 written/);
      ends(
        await runCli(['--to', 'json', at('three.jsonl'), 'a > 1']),
        0,
        '[\n{"a":2.50},\n{"a":3}\n]\n',
        /2 written/,
      );
      ends(await runCli([at('three.jsonl'), 'a > 1', '--to', 'csv']), 0, 'a\r\n2.50\r\n3\r\n', /2 written/);
    });

    it('are read as the options say', async () => {
      ends(
        await runCli([
          at('three.csv'),
          '--delimiter',
          ',',
          '--no-header',
          '--to',
          'jsonl',
          "column1 LIKE '3%'",
        ]),
        0,
        '{"column1":"3;z"}\n',
        /4 records read/,
      );
    });

    it('are told how they are read, and read otherwise', async () => {
      const latin = at('latin.csv');
      await writeFile(latin, Buffer.from("Titel\n\nname;ort\n'A; B';Köln\nC;Jülich\n", 'latin1'));
      const { stdout } = await runCli([latin, '--reading']);
      const { score, ...reading } = JSON.parse(stdout.toString()) as { score: number };
      assert.ok(score > 0 && score <= 1);
      assert.deepEqual(reading, {
        format: 'csv',
        containers: [],
        encoding: 'windows-1252',
        description: 'semicolon, quoted, header, from line 3',
        firstLine: 3,
        table: 1,
        tables: [{ start: 7, line: 3 }],
        delimiter: ';',
        quote: '"',
        escape: 'double',
        comment: '',
        nulls: ['\\N'],
        lineEnd: 'lf',
        headerLines: 1,
        tableStart: 7,
        columns: ['name', 'ort'],
        dataStart: 16,
        undecided: [],
      });
      ends(
        await runCli([latin, '--quote', "'", '--encoding', 'koi8-r', '--to', 'jsonl', 'LIMIT 1']),
        0,
        '{"name":"A; B","ort":"KЖln"}\n',
        /1 written/,
      );
      const { stdout: lines } = await runCli([at('three.jsonl'), '--reading']);
      assert.deepEqual(JSON.parse(lines.toString()), { format: 'jsonl', containers: [], encoding: 'utf-8' });
    });

    it('are computed', async () => {
      const rows = 'a > 1 |> SELECT a, a * 2 AS double |> ORDER BY a DESC';
      ends(
        await runCli([at('three.jsonl'), rows, '--to', 'csv']),
        0,
        'a,double\r\n3,6\r\n2.50,5\r\n',
        /2 written/,
      );
      ends(
        await runCli([at('three.csv'), '|> SELECT b, a']),
        0,
        'b;a\r\n"x;y";1\r\n;2\r\nz;3\r\n',
        /3 written/,
      );
    });

    it('are computed with the line ends of a delimited text', async () => {
      await writeFile(at('feeds.csv'), 'a,b\n1,x\n2,y\n');
      const query = 'SELECT a * 2 AS c, b';
      assert.equal((await runCli([at('feeds.csv'), query])).stdout.toString(), 'c,b\n2,x\n4,y\n');
      assert.equal(
        (await runCli([at('three.csv'), query])).stdout.toString(),
        'c;b\r\n2;"x;y"\r\n4;\r\n6;z\r\n',
      );
    });

    it('see one time, whatever their number, and whichever worker makes them', async () => {
      const rows = Array.from({ length: 200_000 }, (_, id) => `{"id":${id},"pad":"${'x'.repeat(20)}"}\n`);
      await writeFile(at('rows.jsonl'), rows.join(''));
      const query = 'SELECT now(), today() AS day |> DISTINCT';
      const { stdout } = await runCli([at('rows.jsonl'), query], { env: { ROWRIVER_WORKERS: '2' } });
      assert.match(stdout.toString(), /^\{"now\(\)":"[-\d]+ [:.\d]+","day":"[-\d]+"\}\n$/);
    });

    it('stop at the limit', async () => {
      ends(await runCli([at('three.jsonl'), '|> LIMIT 1 OFFSET 1']), 0, '{"a":2.50}\r\n', /1 written/);
    });

    it('go to a file, whose old content stays until the new one is whole', async () => {
      await writeFile(at('out'), 'old');
      await symlink('out', at('link'));
      const out = at('link');
      ends(
        await runCli([at('three.jsonl'), 'a = 3', '-o', out]),
        0,
        '',
        `rowriver: 3 records read, 1 written to ${out}, 0 malformed\n`,
      );
      assert.equal(await text('out'), '{"a":3}\n');
    });
  });

  it('compresses what goes to a name that asks for it', async () => {
    const done = await runCli([at('three.csv'), 'a >= 2', '--to', 'jsonl', '-o', at('two.jsonl.gz')]);
    ends(done, 0, '', /2 written/);
    assert.equal(
      gunzipSync(await readFile(at('two.jsonl.gz'))).toString(),
      '{"a":"2","b":null}\n{"a":"3","b":"z"}\n',
    );
    const failing = await runCli([at('three.csv'), '-o', at('bad.gz'), '--rejects', at('none/r.jsonl')]);
    assert.equal(failing.code, 1);
    assert.equal(existsSync(at('bad.gz')), false);
  });

  describe('--count', () => {
    it('prints the bare number', async () => {
      ends(
        await runCli([at('three.jsonl'), 'a > 1', '--count']),
        0,
        '2\n',
        'rowriver: 3 records read, 2 matching, 0 malformed\n',
      );
    });
  });

  describe('malformed records', () => {
    it('are left out and counted', async () => {
      ends(
        await runCli([at('bad.jsonl'), 'a > 0']),
        0,
        '{"a":1}\n{"a":3}\n',
        'rowriver: 3 records read, 2 written, 1 malformed (--rejects FILE collects them)\n',
      );
    });

    it('go where they are wanted', async () => {
      const rejects = at('rejects.jsonl');
      ends(
        await runCli([at('bad.jsonl'), 'a = 3', '--rejects', rejects]),
        0,
        '{"a":3}\n',
        `rowriver: 3 records read, 1 written, 1 malformed (in ${rejects})\n`,
      );
      assert.deepEqual(JSON.parse(await text('rejects.jsonl')), {
        record: 2,
        line: 2,
        offset: 8,
        reason: 'The record ends in the middle of a value.',
        raw: '{"a":',
        at: 5,
      });
    });

    it('that can be read are diverted as well', async () => {
      await writeFile(at('ragged.csv'), 'a,b\n1,2\n3\n4,5,6\n7,8\n');
      const plain = await runCli([at('ragged.csv'), 'a > 1']);
      ends(plain, 0, 'a,b\n3\n4,5,6\n7,8\n', /3 written, 2 malformed/);
      const rejects = at('ragged.rejects');
      const diverted = await runCli([at('ragged.csv'), 'a > 1', '--rejects', rejects]);
      ends(diverted, 0, 'a,b\n7,8\n', /1 written, 2 malformed/);
      assert.equal((await text('ragged.rejects')).match(/\n/g)?.length, 2);
      const counted = await runCli([at('ragged.csv'), '--rejects', rejects, '--count']);
      ends(counted, 0, '2\n', /2 matching, 2 malformed/);
    });

    it('are records for a query that asks for them', async () => {
      ends(await runCli([at('bad.jsonl'), '_error IS NOT NULL']), 0, '{"a":\n', /1 written, 1 malformed/);
      ends(
        await runCli([at('bad.jsonl'), '_error IS NOT NULL', '--to', 'json']),
        0,
        '[\n{"_error":"The record ends in the middle of a value.","_raw":"{\\"a\\":"}\n]\n',
        /1 written/,
      );
    });
  });

  describe('what cannot be done', () => {
    it('is said for a query, with the place', async () => {
      const result = await runCli([at('three.jsonl'), 'a > 1 AND AND a < 3']);
      ends(result, 2, '', /^rowriver: .+\n {2}a > 1 AND AND a < 3\n {12}\^\^\^\n$/);
      noTrace(result);
    });

    it('may be that a column is not there', async () => {
      const warning =
        'rowriver: unknown column aa (not in the sampled records); did you mean ab?\n  aa > 1\n  ^^\n';
      await writeFile(at('column.jsonl'), '{"ab":1}\n');
      ends(
        await runCli([at('column.jsonl'), 'aa > 1']),
        0,
        '',
        `${warning}rowriver: 1 record read, 0 written, 0 malformed\n`,
      );
    });

    it('may be that a column is not there in a JSON document, of whatever layout', async () => {
      const documents = {
        'column.list.json': '[{"ab":1},{"b":2}]',
        'column.deep.json': '{"data":{"items":[{"ab":1}]},"count":1}',
        'column.members.json': '{"u0":{"ab":1},"u1":{"ab":2}}',
        'column.values.json': '{"ab":1}{"ab":2}',
        'column.long.json': JSON.stringify(Array.from({ length: 20_000 }, (_, ab) => ({ ab }))),
      };
      for (const [name, text] of Object.entries(documents)) {
        await writeFile(at(name), text);
        const { stderr } = await runCli([at(name), 'aa > 1', '--count']);
        assert.match(
          stderr,
          /^rowriver: unknown column aa \(not in the sampled records\); did you mean ab\?\n/,
          name,
        );
        assert.doesNotMatch((await runCli([at(name), 'ab > 1', '--count'])).stderr, /unknown/, name);
      }
      // More may be in a row that cannot be looked into so far.
      await writeFile(at('column.json5'), '[{"ab":1},\n{"aa":1,/* a */}\n]');
      assert.doesNotMatch((await runCli([at('column.json5'), 'aa > 1', '--count'])).stderr, /unknown/);
    });

    it('is said for a command line, with where to look', async () => {
      ends(await runCli([]), 2, '', /^rowriver: No file given\. .*\nTry: rowriver --help\n$/);
      ends(await runCli(['x', '--sideways']), 2, '', /^rowriver: Unknown option '--sideways'\.\n/);
    });

    it('is said for a file that is not there, or a folder', async () => {
      const absent = await runCli([at('absent.csv')]);
      ends(absent, 1, '', `rowriver: There is no file ${at('absent.csv')}.\n`);
      noTrace(absent);
      await mkdir(at('bare'));
      ends(
        await runCli([at('bare')]),
        1,
        '',
        `rowriver: ${at('bare')} is a folder without files of records.\n`,
      );
    });

    it('is said with what a terminal would obey made visible', async () => {
      ends(
        await runCli([at('\x1b[31mred\u202e.csv')]),
        1,
        '',
        `rowriver: There is no file ${at('\\x1b[31mred\\u{202e}.csv')}.\n`,
      );
    });

    it('is said for a target that cannot be written, before anything is read', async () => {
      await mkdir(at('folder'), { recursive: true });
      const source = at('three.jsonl');
      ends(await runCli([source, '-o', source]), 1, '', /is the file that is being read/);
      ends(await runCli([source, '--rejects', source]), 1, '', /is the file that is being read/);
      ends(await runCli([source, '-o', at('folder')]), 1, '', /is a folder\.\n$/);
      ends(
        await runCli([source, '-o', at('none/x')]),
        1,
        '',
        /^rowriver: The folder of .* does not exist\.\n$/,
      );
      assert.equal(await text('three.jsonl'), three);
    });
  });

  describe('standard input', () => {
    const records = `{"a":1,"text":"${'x'.repeat(1000)}"}\n{"a":2}\n`.repeat(12_000);

    async function piped(input: string | Buffer, ...args: string[]): Promise<CliResult> {
      const child = startCli(['-', ...args]);
      // A run that has enough closes its end.
      child.stdin.on('error', () => undefined);
      child.stdin.end(input);
      return finished(child);
    }

    it('is read as a file is', async () => {
      const result = await piped(records);
      assert.equal(result.stdout.toString(), records);
      assert.match(result.stderr, /24,000 records read, 24,000 written/);
      ends(await piped('a;b\n1;2\n', '--to', 'jsonl'), 0, '{"a":"1","b":"2"}\n', /1 written/);
      ends(await piped('', 'a = 1'), 0, '', /0 records read/);
    });

    it('is read by its path as well, and so is what a shell pipes in under a name', async function () {
      if (process.platform === 'win32') this.skip();
      const child = startCli(['/dev/stdin', 'a = 2', '--count']);
      child.stdin.end(records);
      ends(await finished(child), 0, '12000\n', /12,000 matching/);

      const fifo = join(folder, 'records.jsonl');
      if (!makeFifo(fifo)) this.skip();
      const rejects = join(folder, 'odd.jsonl');
      const writing = writeFile(fifo, `${records}{"a":\n`);
      ends(
        await runCli([fifo, '|> AGGREGATE count(*) AS n', '--to', 'csv', '--rejects', rejects]),
        0,
        'n\r\n24000\r\n',
        /1 malformed/,
      );
      await writing;
      await rm(fifo);
      assert.match(await text('odd.jsonl'), /^\{"record":24001,.*\}\n$/);
    });

    it('is given up while a writer of a pipe writes nothing', async function () {
      if (process.platform === 'win32') this.skip();
      const fifo = join(folder, 'records.jsonl');
      if (!makeFifo(fifo)) this.skip();
      const child = startCli([fifo, '--count']);
      // Opens when the program does.
      const writer = await open(fifo, 'w');
      const ended = finished(child);
      child.kill('SIGINT');
      ends(await ended, 130, '', /Interrupted/);
      await writer.close();
    });

    it('may be compressed', async () => {
      ends(await piped(gzipSync(records), 'a = 2', '--count'), 0, '12000\n', /12,000 matching/);
    });

    it('gives every record before the place where it is cut off, also among the first ones', async () => {
      const lines = Array.from({ length: 30_000 }, (_, i) => JSON.stringify({ i, square: i * i }));
      for (const text of [lines.join('\n'), `[${lines.join(',')}]`]) {
        const packed = gzipSync(text);
        for (const share of [0.003, 0.3, 0.9]) {
          const result = await piped(packed.subarray(0, packed.length * share));
          assert.equal(result.code, 1);
          const [, end = '0'] = /Everything before byte ([\d,]+) was written/.exec(result.stderr) ?? [];
          const given = result.stdout
            .toString()
            .split('\n')
            .filter((line) => line.startsWith('{'));
          const count = given.length;
          assert.ok(count > 20 * share, result.stderr);
          assert.deepEqual(
            given.map((line) => line.replace(/,$/, '')),
            lines.slice(0, count),
          );
          assert.match(result.stderr, /truncated: its compressed data ends at byte \d+ of the file/);
          const expected = Buffer.byteLength(lines.slice(0, count).join('\n'));
          assert.ok(Math.abs(Number(end.replaceAll(',', '')) - expected) <= 2, result.stderr);
        }
      }
    });

    it('is read no further than the limit', async () => {
      const result = await piped(records, 'a = 2 |> LIMIT 2 OFFSET 5');
      ends(result, 0, '{"a":2}\n'.repeat(2), /2 written/);
      assert.doesNotMatch(result.stderr, /24,000/);
    });

    it('gives a table whose columns are named its rows at once', async () => {
      const rows = 'a = 2 |> SELECT a |> LIMIT 1';
      ends(await piped(records, rows, '--to', 'csv'), 0, 'a\r\n2\r\n', /1 written/);
    });

    it('can be interrupted while nothing comes', async () => {
      const child = startCli(['-', '--count']);
      child.stdin.write(records);
      await once(child.stdin, 'drain');
      child.kill('SIGINT');
      ends(await finished(child), 130, '', 'rowriver: Interrupted.\n');
    });
  });

  it('shows its help and its version', async () => {
    ends(await runCli(['--help']), 0, (await runCli(['-h'])).stdout.toString(), '');
    assert.match((await runCli(['--help'])).stdout.toString(), /^Usage: rowriver FILE\.\.\. \[QUERY\]/);
    assert.match((await runCli(['--version'])).stdout.toString(), /^rowriver \d+\.\d+\.\d+\n$/);
  });

  it('keeps no index when told so, and else one that it uses', async () => {
    const env = { XDG_CACHE_HOME: at('cache') };
    await writeFile(at('indexed.jsonl'), '{"a":1}\n'.repeat(700_000));
    const count = ['--count', at('indexed.jsonl'), 'a = 1'];
    ends(await runCli([...count, '--no-cache'], { env }), 0, '700000\n', /700,000 matching/);
    assert.deepEqual(await readdir(at('cache')).catch(() => []), []);
    for (let run = 0; run < 2; run++) ends(await runCli(count, { env }), 0, '700000\n', /700,000 matching/);
    assert.deepEqual(await readdir(at('cache')), ['rowriver']);
  });

  describe('with a large result', () => {
    const record = `{"a":1,"text":"${'x'.repeat(1000)}"}\n`;
    const records = 30_000;

    /** A regular expression that takes longer than anybody waits. */
    const endless = "s ~ '(a+)+$'";

    before(async () => {
      await writeFile(at('large.jsonl'), record.repeat(records));
      await writeFile(at('endless.jsonl'), `{"s":"${'a'.repeat(50)}!"}\n`);
    });

    it('writes all of it through a pipe, in order, with any number of workers', async () => {
      const many = await runCli([at('large.jsonl')], { env: { ROWRIVER_WORKERS: '3' } });
      assert.equal(many.code, 0);
      assert.ok(many.stdout.equals(await readFile(at('large.jsonl'))));
    });

    it('ends quietly when the reader goes away', async () => {
      const child = startCli([at('large.jsonl')]);
      await once(child.stdout, 'readable');
      child.stdout.destroy();
      const result = await finished(child);
      assert.equal(result.stderr, '');
      assert.equal(result.code, 0);
    });

    it('stops when interrupted while it waits for the reader', async () => {
      const child = startCli([at('large.jsonl')]);
      await once(child.stdout, 'readable');
      child.kill('SIGINT');
      const result = await finished(child);
      assert.equal(result.stderr, 'rowriver: Interrupted.\n');
      assert.equal(result.code, 130);
    });

    it('leaves the old target and no other file when interrupted', async () => {
      await mkdir(at('alone'));
      await writeFile(at('alone/out'), 'old');
      const child = startCli([at('endless.jsonl'), endless, '-o', at('alone/out')]);
      for await (const _ of watch(at('alone'))) if ((await readdir(at('alone'))).length > 1) break;
      child.kill('SIGINT');
      const result = await finished(child);
      assert.equal(result.code, 130, result.stderr);
      assert.deepEqual(await readdir(at('alone')), ['out']);
      assert.equal(await text('alone/out'), 'old');
    });
  });
});
