import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFile,
  copyFile,
  link,
  mkdir,
  mkdtemp,
  rename,
  rm,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { runCli } from '../../support/cli.ts';
import { Following } from '../../support/following.ts';

/** Appends a text to a file in pieces of so many bytes, from a process of its own, with a pause of the event loop between. */
const writer = `
import { openSync, writeSync } from 'node:fs';
const [path, text, ...sizes] = process.argv.slice(1);
const file = openSync(path, 'a');
const bytes = Buffer.from(text);
for (let at = 0, turn = 0; at < bytes.length; turn++) {
  const size = Number(sizes[turn % sizes.length]);
  writeSync(file, bytes, at, Math.min(size, bytes.length - at));
  at += size;
  await new Promise(setImmediate);
}`;

async function write(path: string, text: string, ...sizes: number[]): Promise<void> {
  const args = ['--input-type=module', '-e', writer, path, text, ...sizes.map(String)];
  const [code] = (await once(spawn(process.execPath, args, { stdio: 'inherit' }), 'close')) as [number];
  assert.equal(code, 0);
}

/** Gives a file another name, appends to it, and puts a new file in its place. */
async function rotate(path: string, late: string, text: string): Promise<void> {
  await link(path, `${path}.1`);
  await appendFile(path, late);
  await writeFile(`${path}.new`, text);
  await rename(`${path}.new`, path);
}

const records = (from: number, to: number, more = ''): string =>
  Array.from(
    { length: to - from },
    (_, i) => `{"n":${from + i},"name":"Žofie – ${from + i} 🌊"${more}}\n`,
  ).join('');

describe('rowriver --follow', () => {
  let folder = '';
  let following: Following | undefined;
  const at = (name: string): string => join(folder, name);
  const follow = (...args: string[]): Following => (following = new Following(args));

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rowriver-follow-'));
  });
  afterEach(async () => {
    await following?.kill();
    following = undefined;
    await rm(folder, { recursive: true });
  });

  it('writes each record of standard input once its line is whole', async () => {
    const run = follow('-', "level = 'error' |> SELECT n, _record");
    run.input('{"n":1,"level":"error"}\n{"n":2,"level":"info"}\n');
    await run.wrote('"n":1');
    run.input('{"n":3,"lev');
    run.input('el":"error"}\nno JSON\n{"n":5,"level":"error"}');
    await run.wrote('"n":3');
    assert.doesNotMatch(run.stdout, /"n":5/);
    run.endInput();
    assert.equal(await run.end(), 0);
    assert.equal(run.stdout, '{"n":1,"_record":1}\n{"n":3,"_record":3}\n{"n":5,"_record":5}\n');
    assert.deepEqual(run.said, ['5 records read, 3 written, 1 malformed']);
  });

  it('reads standard input by its first lines, and ends as for files', async () => {
    const table = follow('-', 'id > 1', '--to', 'jsonl');
    table.input('id;name\n1;Ann\n2;"Bo;\n');
    table.input('b"\n');
    await table.wrote('{"id":"2","name":"Bo;\\nb"}\n');
    assert.equal(await table.end('SIGINT'), 130);
    assert.equal(table.said.at(-1), '2 records read, 1 written, 0 malformed');

    const few = follow('-', 'n > 0 |> LIMIT 2');
    few.input('{"n":1}\n{"n":0}\n');
    await few.wrote('"n":1');
    few.input('{"n":2}\n');
    assert.equal(await few.end(), 0);
    assert.equal(few.stdout, '{"n":1}\n{"n":2}\n');

    const idle = follow('-', '--idle-timeout', '300ms');
    idle.input('{"n":1}\n{"n":2}');
    assert.equal(await idle.end(), 0);
    assert.equal(idle.stdout, '{"n":1}\n{"n":2}\n');

    const silent = follow('-');
    silent.endInput();
    assert.equal(await silent.end(), 0);
    assert.deepEqual(silent.said, ['0 records read, 0 written, 0 malformed']);
    following = undefined;
    for (const [args, reason] of [
      [['-', '--new'], '--new is for files: all that comes from standard input is new.'],
      [
        ['https://example.org/a.jsonl'],
        '--follow is for files and standard input: addresses are not followed.',
      ],
      [['-', '|> ORDER BY n'], 'ORDER BY needs all rows'],
    ] as const) {
      const refused = follow(...args);
      refused.input('{"n":1}\n');
      assert.equal(await refused.end(), 2);
      assert.ok(refused.said[0].includes(reason), refused.said[0]);
    }
  });

  it('has the columns that the folders of its files are called after, as a plain run does', async () => {
    for (const year of [2023, 2024]) await mkdir(at(`year=${year}`));
    await writeFile(at('year=2023/a.jsonl'), '{"n":1}\n');
    const pattern = at('*/a.jsonl');
    // Of one file, of which more comes, and of one that is there later.
    const run = follow(pattern, 'year >= 2023');
    await run.wrote('"n":1');
    await appendFile(at('year=2023/a.jsonl'), '{"n":2}\n');
    await run.wrote('"n":2');
    await writeFile(at('year=2024/a.jsonl'), '{"n":3,"year":"own"}\n');
    await run.wrote('"n":3');
    assert.equal(run.stdout, '{"n":1,"year":2023}\n{"n":2,"year":2023}\n{"n":3,"year":2024}\n');
    assert.equal(await run.end('SIGINT'), 130);
    assert.equal(run.said.at(-1), '3 records read, 3 written, 0 malformed');
    const plain = await runCli([pattern, 'year >= 2023', '--no-cache']);
    assert.equal(plain.stdout.toString(), run.stdout);
    // A file of several blocks.
    await mkdir(at('long=1'));
    const padded = records(0, 30, `,"pad":"${'x'.repeat(100_000)}"`);
    await writeFile(at('long=1/b.jsonl'), padded);
    const long = follow(at('*/b.jsonl'), 'long = 1 |> SELECT n, long |> LIMIT 1');
    assert.equal(await long.end(), 0);
    assert.equal(long.stdout, '{"n":0,"long":1}\n');
    const without = follow(pattern, '--no-hive', '|> SELECT n, year |> LIMIT 1');
    assert.equal(await without.end(), 0);
    assert.equal(without.stdout, '{"n":1,"year":null}\n');
    const selected = follow(pattern, 'year = 2024 |> SELECT year, n |> LIMIT 1', '--to', 'csv');
    assert.equal(await selected.end(), 0);
    assert.equal(selected.stdout, 'year,n\r\n2024,3\r\n');
  });

  it('writes what is there and then each record once it is whole, however it comes', async () => {
    const path = at('a.jsonl');
    await writeFile(path, records(0, 500) + '{"n":');
    const run = follow(path, 'n >= 400');
    await run.wrote('"n":499,');
    assert.equal(run.stdout, records(400, 500));
    await write(path, `500,"name":"half"}\n${records(501, 900)}`, 1, 7, 2, 64, 3, 1000, 5);
    await run.wrote('"n":899,');
    assert.equal(run.stdout, `${records(400, 500)}{"n":500,"name":"half"}\n${records(501, 900)}`);
    assert.equal(await run.end('SIGINT'), 130);
    assert.deepEqual(run.said, ['900 records read, 500 written, 0 malformed']);
  });

  it('reads a file of many blocks by all threads first, and loses nothing where it goes on', async () => {
    const path = at('large.jsonl');
    const long = `,"text":"${'x'.repeat(1000)}"`;
    await writeFile(path, records(0, 9000, long));
    const run = follow(path, '|> SELECT n, _record, _line');
    await run.wrote('{"n":8999,');
    await appendFile(path, records(9000, 9010));
    await run.wrote('{"n":9009,');
    const expected = Array.from(
      { length: 9010 },
      (_, n) => `{"n":${n},"_record":${n + 1},"_line":${n + 1}}\n`,
    );
    assert.equal(run.stdout, expected.join(''));
  });

  it('goes on after a rotation, a copy with truncation, a replacement and a deletion, and says each once', async () => {
    const path = at('app.jsonl');
    await writeFile(path, records(0, 3));
    const run = follow(path);
    await run.wrote('"n":2,');
    await rotate(path, records(3, 5), records(5, 7));
    await run.wrote('"n":4,');
    await run.wrote('"n":6,');
    // A writer that has not turned to the new file yet.
    await appendFile(`${path}.1`, records(7, 8));
    await run.wrote('"n":7,');
    await copyFile(path, at('app.2'));
    await truncate(path);
    await run.says('truncated');
    await appendFile(path, records(8, 9));
    await run.wrote('"n":8,');
    await writeFile(at('new'), records(9, 10));
    await rename(at('new'), path);
    await run.wrote('"n":9,');
    await rm(path);
    await run.says('deleted');
    await writeFile(path, records(10, 11));
    await run.wrote('"n":10,');
    assert.equal(await run.end('SIGTERM'), 143);
    assert.equal(
      run.stdout.split('\n').toSorted().join('\n'),
      records(0, 11).split('\n').toSorted().join('\n'),
    );
    assert.deepEqual(run.said, [
      `${path} was rotated: reading on in the new file.`,
      `${path} was truncated: reading it from its start.`,
      `${path} was replaced: reading the new file from its start.`,
      `${path} was deleted: waiting for a new file of that name.`,
      `${path} is there again: reading the new file.`,
      '11 records read, 11 written, 0 malformed',
    ]);
  });

  it('keeps rows of delimited text whole, and passes over the header of the next file', async () => {
    const path = at('a.csv');
    await writeFile(path, 'id,text\n1,"one"\n2,"tw');
    const run = follow(path, 'id <> 3', '--to', 'jsonl');
    await run.wrote('"one"');
    await write(path, 'o\nlines, ""quoted"""\n3,x\n4,ž', 1);
    await run.wrote('lines');
    await appendFile(path, 'luť\n');
    await run.wrote('žluť');
    await rotate(path, '', 'id,te');
    await run.says('rotated');
    await appendFile(path, 'xt\r\n5,five\r\n');
    await run.wrote('five');
    assert.equal(
      run.stdout,
      '{"id":"1","text":"one"}\n{"id":"2","text":"two\\nlines, \\"quoted\\""}\n{"id":"4","text":"žluť"}\n{"id":"5","text":"five"}\n',
    );
  });

  it('takes no file that is empty so far for the one that says how all are read', async () => {
    await writeFile(at('a.csv'), '');
    await writeFile(at('b.csv'), '\n');
    await writeFile(at('c.csv'), 'id,v\n1,a\n2,b\n');
    const run = follow(at('*.csv'), 'id > 1', '--to', 'jsonl');
    await run.wrote('"b"');
    await appendFile(at('a.csv'), 'id,v\n3,c\n');
    await run.wrote('"c"');
    assert.equal(run.stdout, '{"id":"2","v":"b"}\n{"id":"3","v":"c"}\n');
  });

  it('puts the values of several delimited texts under the columns of their own headers', async () => {
    await writeFile(at('a.csv'), 'time,level,msg\n1,error,a\n');
    await writeFile(at('b.csv'), 'level,msg,time,host\n\nerror,"b\nc",2,h1\ninfo,no,3,h1\n');
    await writeFile(at('c.csv'), '"time","level","msg"\n4,error,d\n');
    const asked = [
      at('*.csv'),
      "level = 'error' |> SELECT time, msg, host, _record, _line, _offset",
      '--to',
      'jsonl',
    ];
    const run = follow(...asked);
    await run.wrote('"time":"4"');
    // More of one whose columns stand otherwise, in the middle of a record.
    await appendFile(at('b.csv'), 'error,"e');
    await appendFile(at('b.csv'), 'nd",5,h2\n');
    await run.wrote('"time":"5"');
    // A new one, whose header comes in pieces.
    await writeFile(at('d.csv'), 'msg,ti');
    await run.says(`New file ${at('d.csv')}`);
    await appendFile(at('d.csv'), 'me,level,user\r\nf,6,error,u\r\n');
    await run.wrote('"time":"6"');
    // One that has no header goes on as the others began.
    await writeFile(at('e.csv'), '7,error,g,h3\n');
    await run.wrote('"time":"7"');
    // A name that comes to lead to another file, which has other columns.
    await rotate(at('a.csv'), '', 'level,time\nerror,8\n');
    await run.wrote('"time":"8"');
    await run.end('SIGINT');
    assert.deepEqual(run.stdout.trimEnd().split('\n'), [
      '{"time":"1","msg":"a","host":null,"_record":1,"_line":2,"_offset":15}',
      '{"time":"2","msg":"b\\nc","host":"h1","_record":1,"_line":3,"_offset":21}',
      '{"time":"4","msg":"d","host":null,"_record":1,"_line":2,"_offset":21}',
      '{"time":"5","msg":"end","host":"h2","_record":3,"_line":6,"_offset":51}',
      '{"time":"6","msg":"f","host":null,"_record":1,"_line":2,"_offset":21}',
      '{"time":"7","msg":"g","host":"h3","_record":1,"_line":1,"_offset":0}',
      '{"time":"8","msg":null,"host":null,"_record":1,"_line":2,"_offset":11}',
    ]);
    const others = run.said.filter((line) => /columns|header/.test(line));
    assert.deepEqual(others, [
      `${at('d.csv')} has columns that are left out, as the files that were there at the beginning do not have them: user.`,
      `${at('e.csv')} does not begin with the header of ${at('*.csv')}: its first line is read as a record.`,
    ]);
  });

  it('reads each delimited text as it is written itself, whatever stands above its header', async () => {
    await writeFile(at('a.csv'), 'Report of 2026\n\ntime;level;msg\n1;error;"a;b"\n');
    const run = follow(at('*.csv'), "level = 'error' |> SELECT time, msg, _line", '--to', 'jsonl');
    await run.wrote('"time":"1"');
    /** What stands above the header comes first, and the header after it. */
    const comes = async (name: string, time: number, ...lines: readonly string[]): Promise<void> => {
      const [above, ...others] = lines;
      await appendFile(at(name), `${above}\n`);
      await run.says(`New file ${at(name)}.`);
      for (const line of others) await appendFile(at(name), `${line}\n`);
      await run.wrote(`"time":"${time}"`);
    };
    await comes('b.csv', 2, 'Report of 2027', 'level,time,msg', 'error,2,"c,""d"""');
    await comes('c.csv', 3, 'Other', 'and more', 'time;msg;level', '3;e;error');
    await comes('d.csv', 4, 'msg\ttime\tlevel', 'f;"g\t4\terror');
    await comes('e.csv', 5, '5;error;h', '6;error;i');
    await appendFile(at('b.csv'), 'error,7,"j\nk"\n');
    await run.wrote('"time":"7"');
    await run.end('SIGINT');
    assert.deepEqual(
      run.stdout
        .trimEnd()
        .split('\n')
        .map((line): unknown => JSON.parse(line)),
      [
        { time: '1', msg: 'a;b', _line: 4 },
        { time: '2', msg: 'c,"d"', _line: 3 },
        { time: '3', msg: 'e', _line: 4 },
        { time: '4', msg: 'f;"g', _line: 2 },
        { time: '5', msg: 'h', _line: 1 },
        { time: '6', msg: 'i', _line: 2 },
        { time: '7', msg: 'j\nk', _line: 4 },
      ],
    );
    assert.deepEqual(
      run.said.filter((line) => line.includes('header')),
      [
        `${at('e.csv')} does not begin with the header of ${at('a.csv')}: its first line is read as a record.`,
      ],
    );
  });

  it('writes rows of delimited texts whose columns stand in another order as rows of one table', async () => {
    await writeFile(at('a.csv'), 'time,level\n1,error\n');
    await writeFile(at('b.csv'), 'level,time,"more, of it"\nerror,2,x\n');
    const run = follow(at('a.csv'), at('b.csv'), "level = 'error'", '--new');
    await run.says('Waiting');
    await appendFile(at('b.csv'), 'info,3,y\nerror,4,z\n');
    await run.wrote('4,');
    await appendFile(at('a.csv'), '5,error\n');
    await run.wrote('5,');
    await run.end('SIGINT');
    assert.equal(run.stdout, 'time,level,"more, of it"\n4,error,z\n5,error,\n');
  });

  it('computes columns and rows from each record, and ends with its LIMIT', async () => {
    const path = at('a.jsonl');
    await writeFile(path, '{"tags":["a","b"]}\n');
    const run = follow(
      path,
      "|> EXTEND length(tags) AS n |> UNNEST tags AS tag |> WHERE tag <> 'a' |> LIMIT 2",
      '--to',
      'jsonl',
    );
    await run.wrote('"tag":"b"');
    await appendFile(path, '{"tags":[]}\n{"tags":["c","d"]}\n');
    assert.equal(await run.end(), 0);
    assert.equal(run.stdout, '{"tags":["a","b"],"n":2,"tag":"b"}\n{"tags":["c","d"],"n":2,"tag":"c"}\n');
  });

  it('takes new files of a pattern in, and says which file a record is of', async () => {
    await writeFile(at('a.jsonl'), '{"n":1}');
    const run = follow(at('*.jsonl'), '|> SELECT n, _file, _line', '--to', 'csv');
    await writeFile(at('b.jsonl'), '{"n":2}\n{"n":3}\n');
    await run.wrote('3,');
    await appendFile(at('a.jsonl'), '\n{"n":4}\n');
    await run.wrote('4,');
    // What was renamed to a name that matches was read before.
    await rename(at('b.jsonl'), at('c.jsonl'));
    await writeFile(at('b.jsonl'), '{"n":5}\n');
    await run.wrote('5,');
    await run.end('SIGINT');
    const [header, ...rows] = run.stdout.trimEnd().split('\r\n');
    assert.equal(header, 'n,_file,_line');
    assert.deepEqual(rows.toSorted(), [
      `1,${at('a.jsonl')},1`,
      `2,${at('b.jsonl')},1`,
      `3,${at('b.jsonl')},2`,
      `4,${at('a.jsonl')},2`,
      `5,${at('b.jsonl')},1`,
    ]);
  });

  it('leaves out files that are compressed, and says so', async () => {
    await writeFile(at('0.jsonl.gz'), gzipSync(records(0, 1)));
    await writeFile(at('1.jsonl'), records(1, 2));
    await writeFile(at('2.jsonl.gz'), gzipSync(records(3, 4)));
    const run = follow(at('*.jsonl*'), '|> SELECT n');
    await run.wrote('"n":1');
    await writeFile(at('.3'), gzipSync(records(5, 6)));
    await rename(at('.3'), at('3.jsonl.gz'));
    await run.says('3.jsonl.gz cannot be followed: it is compressed.');
    await appendFile(at('1.jsonl'), records(6, 7));
    await run.wrote('"n":6');
    assert.equal(await run.end('SIGINT'), 130);
    assert.equal(run.stdout, '{"n":1}\n{"n":6}\n');
    const [first, second] = ['0', '2'].map(
      (name) => `${at(name)}.jsonl.gz cannot be followed: it is compressed.`,
    );
    assert.deepEqual(run.said.slice(0, 2), [first, second]);
    assert.match(run.said.at(-1) ?? '', /^2 records read, 2 written, 0 malformed$/);
  });

  it('refuses files that are all compressed', async () => {
    await writeFile(at('a.jsonl.gz'), gzipSync(records(0, 1)));
    await writeFile(at('b.jsonl.gz'), gzipSync(records(1, 2)));
    const { code, stderr } = await runCli([at('a.jsonl.gz'), at('b.jsonl.gz'), '--follow']);
    assert.equal(code, 1);
    assert.match(stderr, /a\.jsonl\.gz cannot be followed: it is compressed/);
  });

  it('begins with what is appended, where only that is asked for', async () => {
    for (const [name, head, row] of [
      ['a.jsonl', '', (n: number) => `{"n":${n}}`],
      ['a.csv', 'n,m\n', (n: number) => `${n},"a\n9,b"`],
    ] as const) {
      const path = at(name);
      await writeFile(path, `${head}${row(1)}\n${row(2)}\n${row(3).slice(0, 4)}`);
      const run = follow(path, '|> SELECT n, _record', '--new', '--to', 'jsonl');
      await run.says('Waiting for new records');
      await appendFile(path, `${row(3).slice(4)}\n${row(4)}\n`);
      await run.wrote('"_record":4');
      assert.equal(run.stdout.replaceAll('"', ''), '{n:3,_record:3}\n{n:4,_record:4}\n', name);
      await run.end('SIGINT');
    }
  });

  it('waits for a file that is not there yet, and takes its last line for whole at the end', async () => {
    const path = at('later.log');
    const run = follow(path);
    await run.says(`Waiting for records in ${path}.`);
    await writeFile(path, '2026-01-31 10:00:00 INFO started\n2026-01-31 10:00:01 ERROR no disk');
    await run.wrote('started');
    await run.end('SIGINT');
    assert.equal(run.stdout, '2026-01-31 10:00:00 INFO started\n2026-01-31 10:00:01 ERROR no disk\n');
  });

  it('ends when nothing has come for a while, or at a time', async () => {
    await writeFile(at('a.jsonl'), '{"n":1}\n{"n":2}');
    const idle = await runCli([at('a.jsonl'), '--follow', '--idle-timeout', '100ms']);
    assert.deepEqual([idle.code, idle.stdout.toString()], [0, '{"n":1}\n{"n":2}\n']);
    const none = await runCli([at('none.csv'), '--follow', '--idle-timeout', '10ms']);
    assert.deepEqual([none.code, none.stdout.toString()], [0, '']);
    const until = await runCli([
      at('none.csv'),
      '--follow',
      '--until',
      new Date(Date.now() + 50).toISOString(),
    ]);
    assert.deepEqual([until.code, until.stdout.toString()], [0, '']);
  });

  it('refuses what has no end, with a sentence', async () => {
    await writeFile(at('a.jsonl'), '{"n":1}\n');
    const sorted = await runCli([at('a.jsonl'), '|> ORDER BY n', '--follow']);
    assert.deepEqual([sorted.code, sorted.stdout.toString()], [2, '']);
    assert.equal(
      sorted.stderr,
      `rowriver: ORDER BY needs all rows, and files that are followed have no last one. Leave it out, or leave out --follow
  |> ORDER BY n
     ^^^^^^^^^^
`,
    );
    const called = await runCli([at('a.jsonl'), "|> CALL './stage.mjs'", '--follow']);
    assert.equal(
      called.stderr,
      `rowriver: CALL does not run on files that are followed. Leave it out, or leave out --follow
  |> CALL './stage.mjs'
     ^^^^^^^^^^^^^^^^^^
`,
    );
  });
});
