import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import {
  appendFile,
  chmod,
  cp,
  link,
  mkdir,
  mkdtemp,
  open,
  readFile,
  readdir,
  rename,
  rm,
  stat,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { cliPath, finished, runCli, startCli } from '../../support/cli.ts';
import { peakIn, reportsPeak } from '../../support/peak.mjs';

interface Case {
  readonly what: string;
  readonly name: string;
  readonly content: string | Buffer;
  readonly to?: string;
  readonly query?: string;
  readonly out: string | Buffer;
  /** Malformed and odd records: number, line, offset, and a word of the reason. */
  readonly faults?: readonly [record: number, line: number, offset: number, reason: string][];
}

const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');

const cases: Case[] = [
  { what: 'an empty file', name: 'f.jsonl', content: '', out: '' },
  { what: 'an empty delimited text', name: 'f.csv', content: '', out: '' },
  { what: 'an empty file as an array', name: 'f.jsonl', content: '', to: 'json', out: '[]\n' },
  { what: 'an empty file as a table', name: 'f.jsonl', content: '', to: 'csv', out: '' },
  { what: 'a header alone', name: 'f.csv', content: 'a,b', out: 'a,b' },
  { what: 'only line ends', name: 'f.jsonl', content: '\n\r\n\n', out: '' },
  { what: 'no final line end', name: 'f.jsonl', content: '{"a":1}\n{"a":2}', out: '{"a":1}\n{"a":2}' },
  {
    what: 'no final line end, and the last record is not chosen',
    name: 'f.csv',
    content: 'a\n1\n2',
    query: 'a = 1',
    out: 'a\n1\n',
  },
  { what: 'CRLF', name: 'f.jsonl', content: '{"a":1}\r\n{"a":2}\r\n', query: 'a = 2', out: '{"a":2}\r\n' },
  { what: 'CRLF', name: 'f.csv', content: 'a,b\r\n1,2\r\n3,4\r\n', query: 'b = 4', out: 'a,b\r\n3,4\r\n' },
  {
    what: 'a byte-order mark',
    name: 'f.jsonl',
    content: '\ufeff{"a":1}\n{"a":2}\n',
    query: 'a = 1',
    out: '{"a":1}\n',
  },
  {
    what: 'a byte-order mark',
    name: 'f.csv',
    content: '\ufeffa,b\n1,2\n3,4\n',
    query: 'a = 3',
    out: '\ufeffa,b\n3,4\n',
  },
  { what: 'a byte-order mark', name: 'f.csv', content: '\ufeffa,b\n1,2\n', to: 'csv', out: 'a,b\r\n1,2\r\n' },
  {
    what: 'invalid UTF-8',
    name: 'f.jsonl',
    content: bytes('{"a":1}\n{"a":"\xff"}\n{"a":3}\n'),
    out: '{"a":1}\n{"a":3}\n',
    faults: [[2, 2, 8, 'invalid in']],
  },
  {
    what: 'invalid UTF-8 in a field',
    name: 'f.csv',
    content: bytes('a,b\n1,\xe9\n2,\xc3\xa9\n'),
    out: bytes('a,b\n1,\xe9\n2,\xc3\xa9\n'),
    faults: [[1, 2, 4, 'invalid in']],
  },
  {
    what: 'half a character of UTF-16 in a field',
    name: 'f.csv',
    content: Buffer.from('\ufeffa,b\n1,\ud83d\n2,\ufffd\n', 'utf16le'),
    out: Buffer.from('\ufeffa,b\n1,\ud83d\n2,\ufffd\n', 'utf16le'),
    faults: [[1, 2, 10, 'invalid in']],
  },
  {
    what: 'half a character of UTF-16 in JSON',
    name: 'f.jsonl',
    content: Buffer.from('\ufeff{"a":1}\n{"a":"\ud83d"}\n{"a":3}\n', 'utf16le'),
    out: Buffer.from('\ufeff{"a":1}\n{"a":3}\n', 'utf16le'),
    faults: [[2, 2, 18, 'invalid in']],
  },
  {
    what: 'half a character of GBK in a field',
    name: 'f.csv',
    content: bytes(`name,n\n${'\xb1\xb1\xbe\xa9\xca\xd0,1\n'.repeat(8)}\xc9\xcf\xba\xa3\x81,2\n`),
    to: 'csv',
    out: `name,n\r\n${'北京市,1\r\n'.repeat(8)}上海\ufffd,2\r\n`,
    faults: [[9, 10, 79, 'invalid in']],
  },
  {
    what: 'NUL bytes',
    name: 'f.jsonl',
    content: '{"a":1}\n\0\0\0\n{"a":"\0"}\n{"a":4}\n',
    out: '{"a":1}\n{"a":4}\n',
    faults: [
      [2, 2, 8, 'NUL'],
      [3, 3, 12, 'NUL'],
    ],
  },
  {
    what: 'NUL bytes in a field',
    name: 'f.csv',
    content: 'a,b\n1,\0\n2,x\n',
    to: 'jsonl',
    out: '{"a":"1","b":"\\u0000"}\n{"a":"2","b":"x"}\n',
    faults: [[1, 2, 4, 'NUL']],
  },
  {
    what: 'malformed JSON in the middle',
    name: 'f.jsonl',
    content: '{"a":1}\n{"a":2\n{"a":3}}\n{"a":04}\n\n"\\x"\n{"a":"\t"}\n{"a":7}\n',
    query: 'a >= 1',
    out: '{"a":1}\n{"a":7}\n',
    faults: [
      [2, 2, 8, 'ends in the middle'],
      [3, 3, 15, 'after|follows'],
      [4, 4, 24, 'number'],
      [5, 6, 34, 'invalid escape'],
      [6, 7, 39, 'control character'],
    ],
  },
  {
    what: 'rows with too few and too many fields',
    name: 'f.csv',
    content: 'a,b\n0,v\n0,w\n1\n2,x,y\n3,z\n',
    query: 'a > 0',
    to: 'jsonl',
    out: '{"a":"1"}\n{"a":"2","b":"x","column3":"y"}\n{"a":"3","b":"z"}\n',
    faults: [
      [3, 4, 12, 'fewer'],
      [4, 5, 14, 'more'],
    ],
  },
  {
    what: 'a quote that never closes',
    name: 'f.csv',
    content: 'a,b\n1,"x\n2,y\n3,"z"\n',
    query: 'a >= 2',
    out: 'a,b\n2,y\n3,"z"\n',
    faults: [[1, 2, 4, 'none closes it']],
  },
];

describe('rowriver on bad input', () => {
  let folder = '';
  const at = (name: string): string => join(folder, name);

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rowriver-bad-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  for (const [i, { what, name, content, query = '', to = 'same', out, faults = [] }] of cases.entries()) {
    it(`takes ${what} (${name}${to === 'same' ? '' : ` to ${to}`})`, async () => {
      const place = at(String(i));
      await mkdir(place);
      const file = join(place, name);
      await writeFile(file, content);
      const plain = await runCli([file, query, '--to', to]);
      assert.ok(plain.stdout.equals(Buffer.from(out)), plain.stdout.toString('latin1'));
      assert.match(plain.stderr, new RegExp(`, ${faults.length} malformed( \\(.*\\))?\n$`));
      assert.equal(plain.code, 0);
      if (faults.length === 0) return;

      const diverted = await runCli([file, '--count', '--rejects', join(place, 'rejects')]);
      assert.equal(diverted.code, 0);
      const rejects = (await readFile(join(place, 'rejects'), 'utf8')).split('\n').slice(0, -1);
      assert.equal(rejects.length, faults.length);
      for (const [n, [record, line, offset, reason]] of faults.entries()) {
        const reject = JSON.parse(rejects[n]) as Record<string, unknown>;
        assert.deepEqual([reject.record, reject.line, reject.offset], [record, line, offset]);
        assert.match(String(reject.reason), new RegExp(reason));
      }
    });
  }

  it('takes a line of 200 MB', async () => {
    const file = at('long.jsonl');
    const long = createWriteStream(file);
    const megabyte = Buffer.alloc(1024 * 1024, 'x');
    long.write('{"a":1}\n{"a":2,"s":"');
    for (let i = 0; i < 200; i++) if (!long.write(megabyte)) await once(long, 'drain');
    long.end('"}\n{"a":3}\n');
    await once(long, 'close');
    const child = startCli([file, 'a >= 2'], { env: reportsPeak });
    const hash = createHash('md5');
    child.stdout.on('data', (chunk: Buffer) => hash.update(chunk));
    const result = await finished(child);
    const expected = createHash('md5');
    for await (const chunk of createReadStream(file, { start: 8 })) expected.update(chunk as Buffer);
    assert.equal(hash.digest('hex'), expected.digest('hex'), result.stderr.slice(0, 2000));
    assert.match(result.stderr, /3 records read, 2 written, 0 malformed/);
    const megabytes = peakIn(result.stderr) / 1024;
    // The record as it is scanned, as it is copied for the output, and what Node itself needs.
    assert.ok(megabytes > 200 && megabytes < 800, `${megabytes} MB`);
    await rm(file);
  });

  describe('when the file changes while it is read', () => {
    const content = Buffer.from(`{"a":1,"text":"${'x'.repeat(1000)}"}\n`.repeat(60_000));

    /** Runs the program, and does something to the file when the first bytes have come and no reader takes more. */
    async function runWhile(file: string, change: () => Promise<void>, args: string[] = []) {
      await writeFile(file, content);
      const child = startCli([file, ...args], { env: { ROWRIVER_WORKERS: '1' } });
      await once(child.stdout, 'readable');
      await change();
      return finished(child);
    }

    it('says that it has shrunk, after the records that were there', async () => {
      const file = at('shrinks.jsonl');
      const result = await runWhile(file, () => truncate(file, 1000));
      assert.equal(result.code, 1);
      assert.match(result.stderr, /^rowriver: .*shrinks\.jsonl .*(ends at byte|shorter|had).*\n$/);
      assert.ok(content.subarray(0, result.stdout.length).equals(result.stdout));
      assert.ok(result.stdout.length > 0 && result.stdout.length < content.length);
    });

    it('reads what was there when it grows', async () => {
      const file = at('grows.jsonl');
      const result = await runWhile(file, () => appendFile(file, content));
      assert.equal(result.code, 0, result.stderr);
      assert.ok(result.stdout.equals(content));
    });

    it('reads the file that it has opened when that is replaced', async () => {
      const file = at('replaced.jsonl');
      const result = await runWhile(file, async () => {
        await writeFile(`${file}.new`, 'other\n');
        await rename(`${file}.new`, file);
      });
      assert.equal(result.code, 0, result.stderr);
      assert.ok(result.stdout.equals(content));
    });

    it('reads the file that it has opened when that is deleted', async () => {
      const file = at('deleted.jsonl');
      const result = await runWhile(file, () => rm(file));
      assert.equal(result.code, 0, result.stderr);
      assert.ok(result.stdout.equals(content));
    });
  });

  describe('without permission', () => {
    it('says so, to read and to write', async function () {
      if (process.platform === 'win32') return this.skip();
      const place = at('private');
      await mkdir(place);
      await writeFile(join(place, 'secret.csv'), 'a\n1\n', { mode: 0o600 });
      await writeFile(join(place, 'open.csv'), 'a\n1\n', { mode: 0o644 });
      // The folder may be written, so that only the file's own mode forbids it.
      const shared = join(place, 'shared');
      await mkdir(shared);
      await chmod(shared, 0o777);
      await writeFile(join(shared, 'kept'), 'old', { mode: 0o444 });
      const root = process.getuid?.() === 0;
      // Nothing is forbidden to root: then the program runs as nobody, from where nobody may read it.
      const nobody = root ? { uid: 65_534, gid: 65_534 } : {};
      if (!root) await chmod(join(place, 'secret.csv'), 0);
      await chmod(folder, 0o755);
      await cp(dirname(cliPath), join(place, 'dist'), { recursive: true });
      const run = (...args: string[]) =>
        runCli(args, { ...nobody, program: join(place, 'dist/cli.js'), cwd: '/' });

      const unreadable = await run(join(place, 'secret.csv'));
      assert.match(unreadable.stderr, /^rowriver: You have no permission to read .*secret\.csv\.\n$/);
      assert.equal(unreadable.code, 1);

      const unwritable = await run(join(place, 'open.csv'), '-o', join(shared, 'kept'));
      assert.match(unwritable.stderr, /^rowriver: You have no permission to write .*kept\.\n$/);
      assert.equal(unwritable.code, 1);
      assert.equal(await readFile(join(shared, 'kept'), 'utf8'), 'old');

      const nowhere = await run(join(place, 'open.csv'), '-o', join(place, 'new'));
      assert.match(
        nowhere.stderr,
        root ? /^rowriver: You have no permission to write .*new\.\n$/ : /written/,
      );
    });
  });

  describe('with one file for two things', () => {
    const lines = '{"a":1}\n{"a":\n';
    for (const [what, first, second] of [
      ['a path written otherwise', 'new.jsonl', './new.jsonl'],
      ['a name that differs in case, where none is there', 'new.jsonl', 'New.jsonl'],
      ['a hard link', 'old.jsonl', 'hard.jsonl'],
      ['a symbolic link', 'old.jsonl', 'soft.jsonl'],
      ['a symbolic link that leads to nothing yet', 'new.jsonl', 'dangling.jsonl'],
      ['a link to the folder', 'old.jsonl', 'folder/old.jsonl'],
    ] as const) {
      it(`writes nothing where the rejects would take the place of the output: ${what}`, async () => {
        const place = await mkdtemp(at('same-'));
        await writeFile(join(place, 'in.jsonl'), lines);
        await writeFile(join(place, 'old.jsonl'), 'old');
        await link(join(place, 'old.jsonl'), join(place, 'hard.jsonl'));
        await symlink('old.jsonl', join(place, 'soft.jsonl'));
        await symlink('new.jsonl', join(place, 'dangling.jsonl'));
        await symlink('.', join(place, 'folder'));
        const before = await readdir(place);
        const { code, stderr } = await runCli(['in.jsonl', '-o', first, '--rejects', second], { cwd: place });
        assert.match(stderr, /^rowriver: --output and --rejects are the same file, .*: choose another name/);
        assert.equal(code, 1);
        assert.deepEqual(await readdir(place), before);
        assert.equal(await readFile(join(place, 'old.jsonl'), 'utf8'), 'old');
      });
    }

    it('does not write over the file that is read, by whatever name', async () => {
      const place = await mkdtemp(at('source-'));
      await writeFile(join(place, 'in.jsonl'), lines);
      await link(join(place, 'in.jsonl'), join(place, 'hard.jsonl'));
      await symlink('in.jsonl', join(place, 'soft.jsonl'));
      for (const target of [
        ['-o', 'hard.jsonl'],
        ['--rejects', 'soft.jsonl'],
      ]) {
        const { code, stderr } = await runCli(['in.jsonl', ...target], { cwd: place });
        assert.match(stderr, /is the file that is being read/);
        assert.equal(code, 1);
      }
      assert.equal(await readFile(join(place, 'in.jsonl'), 'utf8'), lines);
    });

    it('does not write over a document whose rows are copied out of several lists', async () => {
      const file = at('lists.json');
      const document = '{"groups":[{"items":[{"a":1},{"a":2}]},{"items":[{"a":3}]}]}';
      await writeFile(file, document);
      const { code, stderr } = await runCli([file, '--rows', '$.groups[*].items[*]', 'a > 1', '-o', file]);
      assert.match(stderr, /lists\.json is the file that is being read/);
      assert.equal(code, 1);
      assert.equal(await readFile(file, 'utf8'), document);
    });

    it('writes nothing where the rejects would take the place of what the shell writes to', async function () {
      if (process.platform === 'win32') return this.skip();
      const file = at('shell.jsonl');
      await writeFile(file, lines);
      const script = '"$1" "$2" "$3" --no-cache --rejects "$4" > "$4"; echo "code $?"';
      const { stdout, stderr } = await promisify(execFile)('sh', [
        ...['-c', script, 'sh', process.execPath, cliPath, file],
        at('shell-out.jsonl'),
      ]);
      assert.match(stderr, /are the same file/);
      assert.equal(stdout, 'code 1\n');
    });

    it('writes two files whose names differ in case where that makes two', async function () {
      const [one, other] = [at('Case.jsonl'), at('case.jsonl')];
      await writeFile(one, '');
      await writeFile(other, '');
      if ((await stat(one)).ino === (await stat(other)).ino) return this.skip();
      const file = at('cases.jsonl');
      await writeFile(file, lines);
      const { code } = await runCli([file, '-o', one, '--rejects', other]);
      assert.equal(code, 0);
      assert.equal(await readFile(one, 'utf8'), '{"a":1}\n');
    });
  });

  describe('on a disk without room', () => {
    it('says so on standard output', async function () {
      const full = await open('/dev/full', 'w').catch(() => undefined);
      if (full === undefined) return this.skip();
      const file = at('some.csv');
      await writeFile(file, 'a\n1\n');
      try {
        const child = spawn(process.execPath, [cliPath, file], { stdio: ['ignore', full.fd, 'pipe'] });
        const stderr: Buffer[] = [];
        child.stderr?.on('data', (chunk: Buffer) => stderr.push(chunk));
        const [code] = (await once(child, 'close')) as [number];
        assert.equal(
          Buffer.concat(stderr).toString(),
          'rowriver: There is no space left on the disk for standard output.\n',
        );
        assert.equal(code, 1);
      } finally {
        await full.close();
      }
    });

    it('leaves the old target and nothing else', async function () {
      const mounted = at('disk');
      await mkdir(mounted);
      const file = at('big.jsonl');
      await writeFile(file, `{"text":"${'x'.repeat(1000)}"}\n`.repeat(3000));
      const run = promisify(execFile);
      // A file system of one megabyte, in a mount name space of its own that ends with the shell.
      const script = [
        'mount -t tmpfs -o size=1m none "$1" && printf old > "$1/out" || exit 77',
        '"$2" "$3" "$4" -o "$1/out"; echo "code $?"; ls -A "$1"; cat "$1/out"',
      ].join('\n');
      const arguments_ = ['--mount', 'sh', '-c', script, 'sh', mounted, process.execPath, cliPath, file];
      const outcome = await run('unshare', arguments_).catch(() => undefined);
      if (outcome === undefined) return this.skip();
      assert.equal(outcome.stderr, `rowriver: There is no space left on the disk for ${mounted}/out.\n`);
      assert.equal(outcome.stdout, 'code 1\nout\nold');
    });

    it('says how much room temporary files need, and where, and keeps the cache for itself', async function () {
      const mounted = at('small');
      await mkdir(mounted);
      const file = at('sorted.jsonl');
      const text = (n: number): string => createHash('sha512').update(String(n)).digest('hex').repeat(8);
      await writeFile(file, Array.from({ length: 90_000 }, (_, n) => `{"t":"${text(n)}"}\n`).join(''));
      const run = promisify(execFile);
      const script = [
        'mount -t tmpfs -o size=2m none "$1" || exit 77',
        'TMPDIR="$1" XDG_CACHE_HOME="$1" "$2" "$3" "$4" "|> ORDER BY t DESC" -o /dev/null; echo "code $?"; ls -A "$1"',
        'mount -o remount,ro "$1"',
        'XDG_CACHE_HOME="$1" "$2" "$3" "$4" "t IS NULL" --count; echo "code $?"',
      ].join('\n');
      const arguments_ = ['--mount', 'sh', '-c', script, 'sh', mounted, process.execPath, cliPath, file];
      const outcome = await run('unshare', arguments_).catch(() => undefined);
      if (outcome === undefined) return this.skip();
      const [said, read] = outcome.stderr.split('\n');
      assert.match(
        said,
        /^rowriver: There is no room left in .*small for temporary files: at least [\d.]+ MB are needed\. Make room there, or set TMPDIR to another folder\.$/,
      );
      assert.match(read, /90,000 records read, 0 matching/);
      assert.match(outcome.stdout, /^code 1\n(rowriver\n)?0\ncode 0\n$/);
    });

    it('says which folder temporary files would need', async () => {
      const file = at('many.jsonl');
      await writeFile(file, `{"t":"${'x'.repeat(2000)}"}\n`.repeat(45_000));
      const env = { TMPDIR: at('none'), TEMP: at('none') };
      const { stderr, code } = await runCli([file, '|> ORDER BY t', '-o', at('sorted')], { env });
      assert.match(stderr, /^rowriver: The folder for temporary files, .*none, does not exist\./);
      assert.equal(code, 1);
    });

    it('leaves the old target and nothing else when the file may not grow so large', async function () {
      if (process.platform === 'win32') return this.skip();
      const place = at('limited');
      await mkdir(place);
      await writeFile(join(place, 'out'), 'old');
      const file = at('big.jsonl');
      await writeFile(file, `{"text":"${'x'.repeat(1000)}"}\n`.repeat(3000));
      const script = 'ulimit -f 1000; "$1" "$2" "$3" --no-cache -o "$4"; echo "code $?"';
      const { stdout, stderr } = await promisify(execFile)('sh', [
        ...['-c', script, 'sh', process.execPath, cliPath, file],
        join(place, 'out'),
      ]);
      assert.match(stderr, /^rowriver: .*out would be larger than the maximum file size\.\n$/);
      assert.equal(stdout, 'code 1\n');
      assert.deepEqual(await readdir(place), ['out']);
      assert.equal(await readFile(join(place, 'out'), 'utf8'), 'old');
    });
  });
});
