import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCli } from '../../support/cli.ts';

describe('rowriver --schema', () => {
  let folder = '';
  const at = (name: string): string => join(folder, name);
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rowriver-cli-schema-'));
    const schema = { required: ['id'], properties: { id: { type: 'integer' }, s: { pattern: '^a' } } };
    await writeFile(at('schema.json'), JSON.stringify(schema));
    const long = Array.from({ length: 40_000 }, (_, id) =>
      JSON.stringify({ id: id % 10 === 3 ? `${id}` : id, s: 'a'.repeat(150) }),
    );
    await writeFile(at('long.jsonl'), `${long.join('\n')}\n`);
    await writeFile(at('a.jsonl'), '{"id":1}\n{"id":"x"}\n{"s":"b"}\n{"id":4}\n');
    await writeFile(at('a.csv'), 'id,s\n1,a\nx,b\n');
  });
  after(() => rm(folder, { recursive: true }));
  const checked = (...args: string[]) => runCli([...args, '--schema', at('schema.json'), '--no-cache']);

  it('writes valid and invalid records and a report in one pass, and says which rules are broken', async () => {
    const out = await checked(
      at('a.jsonl'),
      '-o',
      at('ok.jsonl'),
      '--invalid',
      at('bad.jsonl'),
      '--report',
      at('report.jsonl'),
    );
    assert.equal(out.code, 0, out.stderr);
    assert.equal(await readFile(at('ok.jsonl'), 'utf8'), '{"id":1}\n{"id":4}\n');
    assert.equal(await readFile(at('bad.jsonl'), 'utf8'), '{"id":"x"}\n{"s":"b"}\n');
    assert.equal(
      await readFile(at('report.jsonl'), 'utf8'),
      [
        '{"record":2,"line":2,"offset":9,"path":"/id","rule":"type","message":"must be integer","value":"\\"x\\""}\n',
        `{"record":3,"line":3,"offset":20,"path":"","rule":"required","message":"must have required property 'id'"}\n`,
        '{"record":3,"line":3,"offset":20,"path":"/s","rule":"pattern","message":"must match pattern \\"^a\\"","value":"\\"b\\""}\n',
      ].join(''),
    );
    assert.match(
      out.stderr,
      /4 records checked, 2 invalid \(in .*bad\.jsonl, reported in .*report\.jsonl\):\n {2}1 {2}\/id must be integer \(type\)/,
    );
  });

  it('reports whole numbers that no double stands for with all digits, and says which of the schema are rounded', async () => {
    const schema =
      '{"properties":{"id":{"type":"integer","maximum":9007199254740993},"l":{"type":"array","items":{"enum":[7]}}},"additionalProperties":false}';
    await writeFile(at('long.schema.json'), schema);
    const record = '{"id":18446744073709551615,"l":[9007199254740995],"x/y":[12345678901234567890]}';
    const inputs = [
      ['digits.jsonl', `${record}\n`, ['18446744073709551615', '9007199254740995', '[12345678901234567890]']],
      [
        'digits.csv',
        'id,l\n18446744073709551615,[9007199254740995]\n',
        ['18446744073709551615', '9007199254740995'],
      ],
    ] as const;
    for (const [name, text, values] of inputs) {
      await writeFile(at(name), text);
      const out = await runCli([
        at(name),
        '--schema',
        at('long.schema.json'),
        '--report',
        at('long-values.jsonl'),
      ]);
      const report = (await readFile(at('long-values.jsonl'), 'utf8')).trimEnd().split('\n');
      const found = report.map((line) => (JSON.parse(line) as { readonly value: string }).value);
      assert.deepEqual(found.sort(), values);
      assert.match(out.stderr, /long\.schema\.json: maximum 9007199254740993 is compared as a double/);
    }
  });

  it('counts the valid ones, in the workers as well, and fails if asked to', async () => {
    const out = await checked(
      at('long.jsonl'),
      '--count',
      '--fail-on-invalid',
      '--report',
      at('long-report.jsonl'),
    );
    assert.equal(out.code, 1);
    assert.equal(out.stdout.toString(), '36000\n');
    const report = (await readFile(at('long-report.jsonl'), 'utf8')).trimEnd().split('\n');
    const records = report.map((line) => (JSON.parse(line) as { readonly record: number }).record);
    assert.deepEqual(
      records,
      Array.from({ length: 4000 }, (_, i) => 10 * i + 4),
    );
    assert.equal((await checked(at('a.jsonl'), 'id = 4', '--count')).code, 0);
  });

  it('says what the cells of a table are checked as', async () => {
    const out = await checked(at('a.csv'), '--count');
    assert.match(
      out.stderr,
      /Cells are checked as numbers in id; text in all others\. Empty cells are missing\./,
    );
    assert.equal(out.stdout.toString(), '1\n');
  });

  it('checks tables of thousands of columns, and names some of them', async () => {
    const names = Array.from({ length: 2500 }, (_, at) => `c${at}`);
    const row = (last: string): string => [...names.slice(1).map(() => '1'), last].join(',');
    await writeFile(at('wide.csv'), `${names.join(',')}\n${row('1')}\n${row('3')}\n`);
    const properties = Object.fromEntries(names.map((name) => [name, { type: 'integer', maximum: 2 }]));
    await writeFile(at('wide.json'), JSON.stringify({ properties }));
    const { stdout, stderr, code } = await runCli([at('wide.csv'), '--schema', at('wide.json'), '--count']);
    assert.equal(code, 0, stderr);
    assert.equal(stdout.toString(), '1\n');
    assert.match(stderr, /checked as numbers in c0, c1, .*c19 and 2,480 more; text in all others/);
    assert.match(stderr, /\/c2499 must be <= 2 \(maximum\)/);
  });

  it('refuses what makes no sense, before anything is written', async () => {
    const says = async (message: RegExp, ...args: string[]): Promise<void> => {
      const { code, stderr } = await runCli(args);
      assert.match(stderr, message);
      assert.notEqual(code, 0);
      assert.doesNotMatch(stderr, /bug/);
    };
    await says(/--report needs a JSON Schema/, at('a.jsonl'), '--report', at('x.jsonl'));
    await says(
      /report writes JSON Lines/,
      at('a.jsonl'),
      '--schema',
      at('schema.json'),
      '--report',
      at('x.csv'),
    );
    await says(
      /--invalid does not change the format of the records/,
      at('a.jsonl'),
      '--schema',
      at('schema.json'),
      '--invalid',
      at('x.csv'),
    );
    await says(
      /--report and --invalid are the same file/,
      at('a.jsonl'),
      '--schema',
      at('schema.json'),
      '--report',
      at('x.jsonl'),
      '--invalid',
      at('x.jsonl'),
    );
    await says(/nope\.json does not exist/, at('a.jsonl'), '--schema', at('nope.json'));
  });

  it('warns where _violation is asked for and nothing is checked', async () => {
    const { code, stderr } = await runCli([at('a.jsonl'), '_violation IS NOT NULL']);
    assert.match(stderr, /_violation is NULL for every record/);
    assert.equal(code, 0);
  });
});
