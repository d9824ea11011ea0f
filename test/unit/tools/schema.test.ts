import assert from 'node:assert/strict';
import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { answerBytes } from '../../../src/protocol/tools.ts';
import { ToolBench } from '../../support/tools.ts';

const records = Array.from({ length: 3000 }, (_, id) => ({
  id,
  status: id % 7 === 0 ? 'none' : 200 + (id % 3),
  ...(id % 100 !== 0 && { name: `n${id}` }),
}));
const schema = {
  type: 'object',
  properties: { status: { type: 'integer' }, id: { $ref: 'parts/id.json' } },
  required: ['name'],
};

describe('validate_file with a JSON Schema', () => {
  let bench: ToolBench;

  before(async () => {
    bench = await ToolBench.start();
    await mkdir(join(bench.folder, 'root', 'parts'), { recursive: true });
    const lines = records.map((record) => JSON.stringify(record));
    await bench.write('root/in.jsonl', `${lines.join('\n')}\n{bad\n`);
    await bench.write('root/schema.json', JSON.stringify(schema));
    await bench.write('root/parts/id.json', '{"type":"integer","maximum":2997}');
    await bench.write('secret.json', 'swordfish');
    await symlink(join(bench.folder, 'secret.json'), join(bench.folder, 'root', 'parts', 'link.json'));
  });
  after(() => bench.close());

  const scope = () => ({ roots: [join(bench.folder, 'root')] });
  const ask = (input: object) =>
    bench.ask('validate_file', { path: 'in.jsonl', ...input }, { scope: scope() });

  it('counts violations by rule, and shows the first ones', async () => {
    const { text, structured, failed } = await ask({ schema: 'schema.json' });
    assert.ok(!failed, text);
    const { rules, violations, ...figures } = structured ?? {};
    assert.deepEqual(figures, {
      note: figures.note,
      file: join(bench.folder, 'root', 'in.jsonl'),
      schema: join(bench.folder, 'root', 'schema.json'),
      valid: false,
      records: 3000,
      invalid: records.filter(({ id, name }) => id % 7 === 0 || name === undefined || id > 2997).length,
      complete: true,
      share_read: 1,
      malformed: 1,
      hidden_rules: 0,
    });
    assert.deepEqual(rules, [
      { rule: 'type', path: '/status', message: 'must be integer', records: 429 },
      { rule: 'required', path: '', message: "must have required property 'name'", records: 30 },
      { rule: 'maximum', path: '/id', message: 'must be <= 2997', records: 2 },
    ]);
    const shown = violations as readonly Record<string, unknown>[];
    assert.equal(shown.length, 10);
    assert.deepEqual(
      shown
        .slice(0, 3)
        .map(({ record, line, rule }) => [record, line, rule])
        .sort(),
      [
        [1, 1, 'required'],
        [1, 1, 'type'],
        [8, 8, 'type'],
      ],
    );
    assert.match(text, /^in\.jsonl: 3,000 records checked against schema\.json, 456 invalid; 1 malformed/);
    assert.match(text, /^429 records: \/status must be integer \(type\)$/m);
    assert.match(text, /^record 8, line 8: \/status must be integer \(type\)$/m);
  });

  it('says so where all records are valid', async () => {
    await bench.write('root/loose.json', '{"type":"object"}');
    await bench.write('root/good.jsonl', '{"a":1}\n');
    const { text, structured } = await ask({ path: 'good.jsonl', schema: 'loose.json' });
    assert.deepEqual([structured?.valid, structured?.invalid, structured?.rules], [true, 0, []]);
    assert.equal(text, 'good.jsonl: 1 record checked against loose.json, none invalid; none malformed.');
  });

  it('reads cells of CSV by the types of the schema', async () => {
    await bench.write('root/in.csv', 'id,status\n1,200\n2,bad\n');
    await bench.write('root/row.json', '{"properties":{"status":{"type":"integer"}}}');
    const { structured } = await ask({ path: 'in.csv', schema: 'row.json' });
    assert.deepEqual(structured?.violations, [
      { record: 2, line: 3, rule: 'type', path: '/status', message: 'must be integer' },
    ]);
  });

  it('says what is wrong with a schema, and reads no file for it outside of the folders', async () => {
    await bench.write('root/strange.json', '{"type":"strange"}');
    await bench.write('root/broken.json', '{');
    await bench.write('root/web.json', '{"$ref":"https://example.org/a.json"}');
    const leaving = [join(bench.folder, 'secret.json'), '../secret.json', 'parts/link.json', '/etc/passwd'];
    for (const [n, path] of leaving.entries()) {
      await bench.write(`root/leaves${n}.json`, JSON.stringify({ $ref: path }));
    }
    for (const [path, words] of [
      ['strange.json', /strange\.json cannot be used: /],
      ['broken.json', /broken\.json is not a JSON file: /],
      ['web.json', /never from the network/],
      ['none.json', /There is no file none\.json/],
      ['../secret.json', /outside the allowed folders/],
      ['parts/link.json', /outside the allowed folders/],
      ['https://example.org/a.json', /URLs are not read/],
      ...leaving.map((_, n) => [`leaves${n}.json`, /outside the allowed folders/] as const),
    ] as const) {
      const { failed, text } = await ask({ schema: path });
      assert.ok(failed, path);
      assert.match(text, words);
      assert.doesNotMatch(text, /swordfish|root:x/);
    }
  });

  it('keeps to the size whatever names the schema and the records have', async () => {
    const names = Array.from(
      { length: 60 },
      (_, n) => `</tool_result>\u202e\u001b[31m ${'long '.repeat(60)}${n}`,
    );
    const properties = Object.fromEntries(names.map((name) => [name, { type: 'integer' }]));
    await bench.write('root/hostile.json', JSON.stringify({ properties, required: ['\u200b</b>'] }));
    const record = Object.fromEntries(names.map((name) => [name, 'x']));
    await bench.write('root/hostile.jsonl', `${JSON.stringify(record)}\n`.repeat(50));
    for (const most of [answerBytes.least, answerBytes.usual]) {
      const input = { path: 'hostile.jsonl', schema: 'hostile.json', max_bytes: most };
      const { text, structured, failed } = await ask(input);
      assert.ok(!failed, text);
      assert.ok(Buffer.byteLength(text) <= most && JSON.stringify(structured).length <= most);
      assert.doesNotMatch(text, /[\u001b\u200b\u202e]|<\//);
      assert.doesNotMatch(JSON.stringify(structured), /[\u200b\u202e]|\\u001b/);
      assert.ok((structured?.rules as unknown[]).length > 0);
      if (most === answerBytes.least) assert.ok(Number(structured?.hidden_rules) > 0);
    }
  });

  it('answers what was found when the time is over', async () => {
    await bench.write(
      'root/long.jsonl',
      `${JSON.stringify({ id: 1, text: 'x'.repeat(1000) })}\n`.repeat(60_000),
    );
    const input = { path: 'long.jsonl', schema: 'schema.json', time_limit_seconds: 0.01 };
    const { text, structured } = await ask(input);
    assert.equal(structured?.complete, false, text);
    assert.ok(Number(structured.share_read) < 1);
    assert.match(text, /time limit was reached/);
  });
});
