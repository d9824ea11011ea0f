import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readDiffArguments } from '../../../src/cli/arguments/diffArguments.ts';
import { UsageError } from '../../../src/cli/arguments/usageError.ts';
import { finished, runCli, startCli, type CliResult } from '../../support/cli.ts';

describe('rowriver diff', () => {
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rowriver-cli-diff-'));
    await put('old.jsonl', '{"id":1,"name":"a"}\n{"id":2,"name":"b"}\n{"id":3,"name":"c"}\n');
    await put('new.jsonl', '{"id":4,"name":"d"}\n{"id":3,"name":"c"}\n{"id":2,"name":"B"}\n');
    await put('new.csv', 'id,name\n4,d\n3,c\n2,B\n');
    await put('several.jsonl', '{"id":1,"name":"a"}\n{"id":1,"name":"a"}\n{"name":"b"}\n{oops\n');
  });

  after(async () => {
    await rm(folder, { recursive: true });
  });

  function put(name: string, text: string): Promise<void> {
    return writeFile(join(folder, name), text);
  }

  async function diff(...args: string[]): Promise<CliResult & { text: string }> {
    const temporary = await mkdtemp(join(folder, 'temporary-'));
    const result = await runCli(['diff', ...args], {
      cwd: folder,
      env: { TMPDIR: temporary, TEMP: temporary },
    });
    assert.deepEqual(await readdir(temporary), [], 'no temporary file is left');
    return { ...result, text: result.stdout.toString() };
  }

  const rows = `{"_change":"added","id":4,"name":{"old":null,"new":"d"}}
{"_change":"changed","id":2,"name":{"old":"b","new":"B"}}
{"_change":"removed","id":1,"name":{"old":"a","new":null}}
`;

  it('says of a query which of its columns no file has, and which have an older and a newer value', async () => {
    const asked = async (query: string, ...files: string[]): Promise<string[]> => {
      const [before = 'old.jsonl', after = 'new.csv'] = files;
      const { stderr, code } = await diff(before, after, '--key', 'id', query);
      assert.equal(code, 1, stderr);
      return stderr.split('\n').filter((line) => line.startsWith('rowriver: ') && !line.includes(' added, '));
    };
    const unknown = 'rowriver: unknown column nmae (not in the sampled records); did you mean name?';
    assert.deepEqual(await asked("nmae = 'b'"), [unknown]);
    assert.deepEqual(await asked("nmae = 'b'", 'new.csv', 'old.jsonl'), [unknown]);
    assert.deepEqual(await asked('SELECT nam.old'), [
      'rowriver: unknown column nam.old (not in the sampled records); did you mean name.old?',
    ]);
    const both = 'rowriver: name is what it was and what it is now; write name.old or name.new';
    assert.deepEqual(await asked("name = 'b'"), [both]);
    assert.deepEqual(await asked('ORDER BY name'), [both]);
    for (const query of [
      "_change = 'changed' AND name.new > name.old",
      'SELECT id, name, name.old AS o |> WHERE id > 1 ORDER BY o',
      "SELECT id, name |> WHERE name.new > 'a' |> ORDER BY name.old",
      'SELECT id, name AS n |> ORDER BY n.new',
      '_records.old > 1',
      'id = 2',
      "name.new.first = 'x' OR name IS NULL",
    ])
      assert.deepEqual(await asked(query), [], query);
    await put('deep.jsonl', '{"id":2,"name":{"first":"b"},"a.b":1}\n');
    assert.deepEqual(
      await asked('name.first.old IS NULL AND name.new IS NOT NULL', 'old.jsonl', 'deep.jsonl'),
      [],
    );
    assert.deepEqual(await asked('"a.b".new = 1', 'old.jsonl', 'deep.jsonl'), []);
    await put('upper.csv', 'ID,NAME\n1,a\n3,c\n');
    assert.deepEqual(await asked("name.old = 'a'", 'upper.csv', 'new.csv'), []);
    assert.deepEqual(await asked("NAME.old = 'a'", 'upper.csv', 'new.csv'), [
      'rowriver: unknown column NAME.old (not in the sampled records); did you mean name.old?',
    ]);
    await put('o.jsonl', '{"id":1,"_change":5}\n');
    await put('o.csv', 'id,_change\n1,6\n');
    for (const files of [
      ['o.jsonl', 'o.csv'],
      ['o.csv', 'o.jsonl'],
    ])
      assert.deepEqual(await asked('SELECT *, _change_.new + 1 AS x', ...files), []);
  });

  it('says which field of the key is not there, and reads the query before the files', async () => {
    const { stderr } = await diff('old.jsonl', 'new.jsonl', '--key', 'idd');
    for (const file of ['old.jsonl', 'new.jsonl']) {
      const line = `rowriver: ${file}: unknown column idd (not in the sampled records); did you mean id?\n`;
      assert.ok(stderr.includes(line), stderr);
    }
    const wrong = await diff('old.jsonl', 'new.jsonl', '--key', 'id', 'name = ');
    assert.deepEqual([wrong.code, wrong.text], [2, ''], wrong.stderr);
    assert.doesNotMatch(wrong.stderr, /added/);
  });

  it('prints what differs and exits with 1; with 0 where nothing does', async () => {
    const { code, text, stderr } = await diff('old.jsonl', 'new.jsonl', '--key', 'id');
    assert.equal(text, rows);
    assert.equal(stderr, 'rowriver: 1 added, 1 removed, 1 changed, 1 the same\n');
    assert.equal(code, 1);
    const same = await diff('new.jsonl', 'new.csv', '--key', 'id');
    assert.deepEqual([same.code, same.text], [0, '']);
  });

  it('exits with 2 where records cannot be compared, and says which', async () => {
    const { code, text, stderr } = await diff('several.jsonl', 'several.jsonl', '--key', 'id');
    assert.equal(code, 2);
    assert.equal(text, '{"_change":"duplicate","id":1,"_records":{"old":2,"new":2}}\n');
    assert.match(stderr, /several\.jsonl: 1 record without a key \(record 3\)/);
    assert.match(stderr, /several\.jsonl: 1 record that cannot be read \(record 4\)/);
    assert.match(stderr, /; 1 key has several records, which are not compared/);
  });

  it('prints the sums with --count', async () => {
    const { code, text } = await diff('old.jsonl', 'several.jsonl', '--key', 'id', '--count');
    assert.equal(code, 2);
    assert.deepEqual(JSON.parse(text), {
      ...{ added: 0, removed: 2, changed: 0, same: 0, duplicates: 1 },
      records: { old: 3, new: 4 },
      withoutKey: { old: 0, new: 1 },
      malformed: { old: 0, new: 1 },
    });
  });

  it('writes other formats, and what a query selects', async () => {
    const csv = await diff('old.jsonl', 'new.jsonl', '--key', 'id', '--to', 'csv');
    assert.equal(csv.text, '_change,id,name.old,name.new\r\nadded,4,,d\r\nchanged,2,b,B\r\nremoved,1,a,\r\n');
    const query = `_change <> 'added' |> SELECT id, name.old AS was`;
    const { code } = await diff('old.jsonl', 'new.jsonl', '--key', 'id', query, '-o', 'out.csv');
    assert.equal(code, 1);
    assert.equal(await readFile(join(folder, 'out.csv'), 'utf8'), 'id,was\r\n2,b\r\n1,a\r\n');
  });

  it('does not write over a file that it reads', async () => {
    const { code, stderr } = await diff('old.jsonl', 'new.jsonl', '--key', 'id', '-o', 'new.jsonl');
    assert.equal(code, 2);
    assert.match(stderr, /new\.jsonl/);
    assert.match(await readFile(join(folder, 'new.jsonl'), 'utf8'), /^{"id":4/);
  });

  it('reads one of the two from standard input', async () => {
    const child = startCli(['diff', '-', 'new.jsonl', '--key', 'id'], { cwd: folder });
    child.stdin.end(await readFile(join(folder, 'old.jsonl')));
    const { code, stdout } = await finished(child);
    assert.deepEqual([code, stdout.toString()], [1, rows]);
  });

  it('asks for a key, and proposes one', async () => {
    const { code, stderr } = await diff('old.jsonl', 'new.jsonl');
    assert.equal(code, 2);
    assert.match(stderr, /Give the field that tells records apart, as in --key id/);
    const unknown = await diff('old.jsonl', 'new.csv', '--key', 'ident');
    assert.equal(unknown.code, 2);
    assert.match(unknown.stderr, /new\.csv has no field ident to compare by\. Its fields: id, name/);
    const missing = await diff('old.jsonl', 'nowhere.jsonl', '--key', 'id');
    assert.equal(missing.code, 2);
  });

  it('refuses what does not go together', () => {
    const refused = (args: string[], why: RegExp): void =>
      assert.throws(
        () => readDiffArguments(args),
        (error) => error instanceof UsageError && why.test(error.message),
      );
    refused(['a'], /compares two files/);
    refused(['-', '-', '--key', 'id'], /Only one/);
    refused(['a', 'b', '--key', ' '], /--key needs/);
    refused(['a', 'b', '--key', 'id', '--count', '--to', 'csv'], /--count/);
    refused(['a', 'b', '--key', 'id', '--count', 'x > 1'], /--count/);
    refused(['a', 'b', 'x > 1', 'y'], /one query/);
    refused(['a', 'b', '--keys', 'id'], /--keys/);
    refused(['a', 'b', '--to', 'xml'], /--to takes/);
    const { keys, files } = readDiffArguments(['a', '--key', 'id', 'b', '-k', 'day']);
    assert.deepEqual(
      [keys, files],
      [
        ['id', 'day'],
        ['a', 'b'],
      ],
    );
  });
});
