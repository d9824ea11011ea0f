import { Ajv } from 'ajv';
import formats, { type FormatsPlugin } from 'ajv-formats';
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Dataset } from '../../../src/engine/dataset/dataset.ts';
import { exportTo } from '../../../src/engine/run/export/export.ts';
import { specOf, type SchemaSpec } from '../../../src/engine/schema/schemaSpec.ts';
import type { ExportSummary } from '../../../src/protocol/engine.ts';
import { runs } from '../../support/long.ts';
import { memorySink } from '../../support/memorySink.ts';

const signal = new AbortController().signal;
const root = 'file:///schema.json';
const addFormats = ('default' in formats ? formats.default : formats) as FormatsPlugin;
/** One for all: each compiles the schema of schemas first. */
const ajv = addFormats(new Ajv({ strict: false }));

function schemaOf(schema: object): SchemaSpec {
  return specOf({ root, documents: [{ address: root, schema }] }, 'draft-07');
}

interface Checked {
  readonly valid: string;
  readonly invalid: string;
  readonly report: { readonly record: number; readonly line: number; readonly offset: number }[];
  readonly summary: ExportSummary;
}

describe('checking records by a schema', () => {
  let folder = '';
  before(async () => (folder = await mkdtemp(join(tmpdir(), 'rowriver-check-'))));
  after(() => rm(folder, { recursive: true }));

  async function check(
    name: string,
    text: string,
    schema: object,
    { query = '', blockSize = 64, rejects = false, decimal = undefined as ',' | undefined } = {},
  ): Promise<Checked> {
    const path = join(folder, name);
    await writeFile(path, text);
    const options = { signal, schema: schemaOf(schema), blockSize, decimal };
    const dataset = await Dataset.open({ kind: 'file', path }, options);
    try {
      const [sink, report, invalid] = [memorySink(), memorySink(), memorySink()];
      const asked = { query, to: 'same', sink, checks: { report, invalid } } as const;
      const rejected = rejects ? { rejects: memorySink() } : {};
      const summary = await exportTo(
        dataset,
        { ...asked, ...rejected },
        { signal, progress: () => undefined },
      );
      return {
        valid: sink.text(),
        invalid: invalid.text(),
        report: lines(report.text()).map((line) => JSON.parse(line) as Checked['report'][number]),
        summary,
      };
    } finally {
      await dataset.close();
    }
  }

  it('comes to the verdicts of a loop with JSON.parse and ajv', async function () {
    const scalars = fc.oneof(
      fc.constantFrom(null, true, false, '', 'a', 'é', '2024-01-01', 'not a date', '\u{1f600}'),
      fc.constantFrom(0, 1, -1, 1.5, 1e3, 7, 100, 9007199254740993),
    );
    const value = fc.oneof(
      scalars,
      fc.array(scalars, { maxLength: 3 }),
      fc.dictionary(fc.constantFrom('id', 'x'), scalars, { maxKeys: 2 }),
    );
    const names = ['id', 'name', 'at', 'tags', 'user', 'odd key'] as const;
    const record = fc.dictionary(fc.constantFrom(...names, 'more'), value, { maxKeys: 6 });
    const line = fc.oneof(
      { weight: 8, arbitrary: record.map((one) => JSON.stringify(one)) },
      { weight: 1, arbitrary: value.map((one) => JSON.stringify(one)) },
      fc.constantFrom(
        '{"id":',
        '{"id":1,"id":"x"}',
        '{"id":"x","id":1}',
        '{"id":1.0}',
        '{"id":1e2 , "name":"\\u0061"}',
        ' {"id":2}',
      ),
    );
    const keyword: fc.Arbitrary<object> = fc.oneof(
      fc.constantFrom<object>(
        { type: 'integer' },
        { type: ['string', 'null'] },
        { type: 'number' },
        { type: 'object', required: ['id'], properties: { id: { type: 'integer' } } },
      ),
      fc.constantFrom<object>(
        { minimum: 1, maximum: 7 },
        { exclusiveMinimum: 1 },
        { minLength: 1, maxLength: 2 },
        { enum: ['a', 1, null] },
        { const: true },
        { multipleOf: 2 },
      ),
      fc.constantFrom<object>(
        { items: { type: 'string' } },
        { format: 'date' },
        { pattern: '^.$' },
        { type: 'array', maxItems: 2 },
        { not: { type: 'string' } },
        { type: 'boolean' },
      ),
    );
    // What the fields that a scan finds can tell, and what they cannot.
    const plain = fc.oneof(
      fc.constantFrom<object>(
        { type: 'integer', minimum: 1 },
        { type: 'number' },
        { enum: ['a', 'é', 1, null, true] },
      ),
      fc.constantFrom<object>(
        { type: 'string', minLength: 1, maxLength: 2 },
        { exclusiveMaximum: 7 },
        { const: 'a' },
      ),
      fc.constantFrom<object>(
        { type: 'array', items: { type: ['integer', 'string'] } },
        { type: 'object', required: ['id'], properties: { id: { type: 'integer' } } },
        { type: 'object', properties: { id: { type: 'integer' } } },
        { type: ['object', 'null'], properties: { id: { type: 'string' } }, additionalProperties: false },
        { type: 'object', required: ['x'] },
      ),
    );
    const schema = fc.oneof(
      fc.record(
        {
          type: fc.constantFrom('object', ['object', 'array']),
          required: fc.uniqueArray(fc.constantFrom(...names), { maxLength: 2 }),
          properties: fc.dictionary(fc.constantFrom(...names), keyword, { maxKeys: 5 }),
          additionalProperties: fc.constantFrom<unknown>(true, false, { type: 'string' }),
          minProperties: fc.constantFrom(0, 1),
        },
        { requiredKeys: ['properties'] },
      ),
      fc.record(
        {
          type: fc.constant('object'),
          required: fc.uniqueArray(fc.constantFrom(...names), { maxLength: 1 }),
          properties: fc.dictionary(fc.constantFrom(...names), fc.oneof(plain, keyword), { maxKeys: 4 }),
          additionalProperties: fc.constantFrom(true, false),
        },
        { requiredKeys: ['type', 'properties'] },
      ),
    );
    let number = 0;
    await fc.assert(
      fc.asyncProperty(
        schema,
        fc.array(line, { maxLength: 30 }),
        fc.integer({ min: 8, max: 400 }),
        async (written, all, blockSize) => {
          const validate = ajv.compile(written);
          const expected = { valid: [] as string[], invalid: [] as string[], malformed: 0 };
          for (const one of all) {
            let parsed: unknown;
            try {
              parsed = JSON.parse(one);
            } catch {
              expected.malformed++;
              continue;
            }
            (validate(parsed) ? expected.valid : expected.invalid).push(one);
          }
          const text = all.map((one) => `${one}\n`).join('');
          const found = await check(`random${number++}.jsonl`, text, written, { blockSize });
          assert.deepEqual(lines(found.valid), expected.valid);
          assert.deepEqual(lines(found.invalid), expected.invalid);
          assert.equal(found.summary.malformed, expected.malformed);
          const { checked } = found.summary;
          assert.equal(checked?.invalid, expected.invalid.length);
          assert.equal(checked.records, expected.valid.length + expected.invalid.length);
          const reported = new Map(found.report.map((one) => [one.record, one]));
          const wrong = all.flatMap((one, at) =>
            expected.invalid.includes(one) ? [{ record: at + 1, line: at + 1 }] : [],
          );
          assert.deepEqual(
            [...reported.values()].map(({ record, line }) => ({ record, line })),
            wrong,
          );
          for (const { record, offset } of reported.values()) {
            const before = all.slice(0, record - 1).reduce((sum, one) => sum + Buffer.byteLength(one) + 1, 0);
            assert.equal(offset, before);
          }
        },
      ),
      { numRuns: runs(250, 5000) },
    );
  });

  it('comes to them for every value of every member', async () => {
    const members: object[] = [
      { type: 'integer' },
      { type: 'integer', minimum: 2, maximum: 10 },
      { type: 'number', exclusiveMinimum: 1.5, exclusiveMaximum: 100 },
      { type: ['number', 'null'] },
      { type: 'string', minLength: 2 },
      { type: 'string', maxLength: 2 },
      { type: ['string', 'boolean'], enum: ['ab', 'é', true] },
      { enum: [1, 2.5, null, 'a'] },
      { const: 'ab' },
      { const: null },
      { type: 'array' },
      { type: 'array', items: { type: 'integer' } },
      { type: 'array', items: { type: ['string', 'number'] } },
      { items: { type: 'string' } },
      { type: 'object', required: ['a'], properties: { a: { type: 'string' } } },
      { type: 'object', properties: { a: { type: 'string' } } },
      { type: 'object', properties: { a: true }, additionalProperties: false },
      { properties: { a: { type: 'integer' } } },
      { type: 'string', pattern: '^a' },
      { type: 'string', format: 'date' },
    ];
    const values = [
      ...[
        'null',
        'true',
        'false',
        '0',
        '-0',
        '2',
        '1.0',
        '1e1',
        '1.5',
        '2.5',
        '12345678901234567890',
        '1e400',
      ],
      ...[
        '""',
        '"a"',
        '"ab"',
        '"abc"',
        '"é"',
        '"éa"',
        '"\\u0061b"',
        '"\u{1f600}"',
        '"2024-02-29"',
        '"2023-02-29"',
      ],
      ...[
        '[]',
        '[1]',
        '[1, 2]',
        '[1.5]',
        '["a"]',
        '["a",1]',
        '["\\n"]',
        '[[1]]',
        '[{}]',
        '[null]',
        '[true]',
        '[-1,1e3]',
      ],
      ...['{}', '{"a":"x"}', '{"a":1}', '{"a":"x","b":1}', '{"b":1}', '{"a":1,"a":"x"}', '{"a":{"a":1}}'],
    ];
    for (const [at, member] of members.entries()) {
      for (const isClosed of [false, true]) {
        const written = {
          type: 'object',
          properties: { v: member },
          ...(isClosed && { additionalProperties: false }),
        };
        const validate = ajv.compile(written);
        const all = [...values.map((one) => `{"v":${one}}`), '{}', '{"w":1}', '{"v": 2 , "w":[]}', '[]', '7'];
        const text = all.map((one) => `${one}\n`).join('');
        const found = await check(`member${at}.jsonl`, text, written, { blockSize: 1000 });
        const expected = all.filter((one) => !validate(JSON.parse(one)));
        assert.deepEqual(lines(found.invalid), expected, JSON.stringify(written));
      }
    }
  });

  const schema = {
    type: 'object',
    required: ['id'],
    properties: {
      id: { type: 'integer' },
      price: { type: ['number', 'null'] },
      ok: { type: 'boolean' },
      zip: { type: 'string', maxLength: 5 },
      list: { type: 'array' },
    },
  };

  it('checks cells as what the schema says of their columns, and reads them as the column is read', async () => {
    const text = 'id;price;ok;zip;list\n1;1,5;TRUE;01234;[1]\nx;;;;\n2;a;no;012345;1\n;2,5;;1;\n';
    const found = await check('cells.csv', text, schema, { decimal: ',' });
    assert.equal(found.valid, 'id;price;ok;zip;list\n1;1,5;TRUE;01234;[1]\n');
    assert.equal(found.invalid, 'id;price;ok;zip;list\nx;;;;\n2;a;no;012345;1\n;2,5;;1;\n');
    assert.deepEqual(
      found.report.map(({ record, ...rest }) => [record, 'path' in rest && rest.path]),
      [
        [2, '/id'],
        [3, '/price'],
        [3, '/ok'],
        [3, '/zip'],
        [3, '/list'],
        [4, ''],
      ],
    );
  });

  it('leaves invalid records out of every kind of query, unless it asks for _violation', async () => {
    const text = '{"id":1}\n{"id":"a"}\n{"id":\n{"id":3}\n';
    const asked = async (query: string): Promise<string> =>
      (await check('q.jsonl', text, schema, { query })).valid;
    assert.equal(await asked('id IS NOT NULL'), '{"id":1}\n{"id":3}\n');
    assert.equal(await asked('|> SELECT id'), '{"id":1}\n{"id":3}\n');
    assert.equal(await asked('|> AGGREGATE count(*) AS n'), '{"n":2}\n');
    assert.equal(await asked('|> ORDER BY id DESC'), '{"id":3}\n{"id":1}\n');
    assert.equal(await asked('_violation IS NOT NULL'), '{"id":"a"}\n');
    assert.equal(
      await asked(`_violation.rule = 'type' |> SELECT _record, _violation.path AS p`),
      '{"_record":2,"p":"/id"}\n',
    );
    assert.equal(
      await asked('|> AGGREGATE count(*) AS n GROUP BY _violation.rule AS r |> ORDER BY n DESC'),
      '{"r":null,"n":2}\n{"r":"type","n":1}\n',
    );
  });

  it('writes the invalid rows of a document as a document', async () => {
    const found = await check('doc.json', '[{"id":1},\n{"id":"a"},{"id":"b"}]', schema);
    assert.deepEqual(JSON.parse(found.invalid), [{ id: 'a' }, { id: 'b' }]);
    assert.deepEqual(JSON.parse(found.valid), [{ id: 1 }]);
    const none = await check('none.json', '[{"id":1}]', schema);
    assert.deepEqual(JSON.parse(none.invalid), []);
  });

  it('does not check again what is rejected as malformed', async () => {
    const text = 'id,zip\n1,2\nx\n3,4,5\n';
    const kept = await check('short.csv', text, schema);
    assert.deepEqual([kept.summary.checked?.records, kept.summary.checked?.invalid], [3, 1]);
    const rejected = await check('short.csv', text, schema, { rejects: true });
    assert.deepEqual([rejected.summary.checked?.records, rejected.summary.checked?.invalid], [1, 0]);
  });

  it('knows no members but those of the record itself', async () => {
    const inherited = { required: ['toString'], properties: { constructor: { type: 'string' } } };
    const found = await check('own.jsonl', '{"toString":1}\n{}\n', inherited);
    assert.equal(found.invalid, '{}\n');
  });
});

function lines(text: string): string[] {
  return text.split('\n').slice(0, -1);
}
