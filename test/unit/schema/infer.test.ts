import formats, { type FormatsPlugin } from 'ajv-formats';
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Dataset } from '../../../src/engine/dataset/dataset.ts';
import { countTo } from '../../../src/engine/run/count.ts';
import { inferSchema } from '../../../src/engine/run/inferSchema.ts';
import { schemaText } from '../../../src/engine/schema/inferred.ts';
import { specOf } from '../../../src/engine/schema/schemaSpec.ts';
import { allFormats, formatNamed, formatsOf } from '../../../src/engine/schema/textFormats.ts';

const signal = new AbortController().signal;
const context = { signal, progress: () => undefined };
const addFormats = ('default' in formats ? formats.default : formats) as FormatsPlugin;

describe('inferring a schema', () => {
  let folder = '';
  before(async () => (folder = await mkdtemp(join(tmpdir(), 'rowriver-infer-'))));
  after(() => rm(folder, { recursive: true }));

  async function inferred(name: string, text: string, blockSize: number, query = ''): Promise<object> {
    const path = join(folder, name);
    await writeFile(path, text);
    const dataset = await Dataset.open({ kind: 'file', path }, { signal, blockSize });
    try {
      return (await inferSchema(dataset, query, context)).schema;
    } finally {
      await dataset.close();
    }
  }

  /** How many records of the file the schema does not take, of how many. */
  async function checked(name: string, schema: object): Promise<{ records: number; invalid: number }> {
    const root = 'file:///s.json';
    const parsed: unknown = JSON.parse(schemaText(schema));
    const spec = specOf({ root, documents: [{ address: root, schema: parsed }] }, '2020-12');
    const dataset = await Dataset.open({ kind: 'file', path: join(folder, name) }, { signal, schema: spec });
    try {
      const { checked: found } = await countTo(dataset, { query: '' }, context);
      assert.ok(found);
      return { records: found.records, invalid: found.invalid };
    } finally {
      await dataset.close();
    }
  }

  const text = fc.oneof(
    fc.constantFrom('', 'a', 'b', '2024-02-29', '2023-02-29', '2024-05-31T10:00:00Z', '2024-05-31T24:00:00Z'),
    fc.constantFrom(
      '127.0.0.1',
      '256.1.1.1',
      'a@example.org',
      'https://example.org/a?b=c',
      '__proto__',
      '\u{1f600}',
    ),
    fc.constantFrom(
      '123e4567-e89b-12d3-a456-426614174000',
      '1',
      '01',
      'true',
      '-5.5',
      '1e400',
      '0x10',
      ' 7 ',
    ),
    fc.string({ maxLength: 5 }),
  );
  const names = ['a', 'b', 'c.d', '__proto__', 'constructor', 'toString', ''];

  it('gives one that takes every record of the file it was made of', async () => {
    const { value } = fc.letrec<{ value: unknown; list: unknown; object: unknown }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        text,
        fc.constantFrom(null, true, false),
        fc.double({ noNaN: true }),
        fc.integer(),
        tie('list'),
        tie('object'),
      ),
      list: fc.array(tie('value'), { maxLength: 4 }),
      object: fc.dictionary(fc.constantFrom(...names), tie('value'), { maxKeys: 5 }),
    }));
    const line = fc.oneof(
      { weight: 9, arbitrary: value.map((one) => JSON.stringify(one)) },
      fc.constantFrom('{"a":', '{"a":1e400}', '{"a":1,"a":"x"}'),
    );
    let number = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(line, { minLength: 1, maxLength: 40 }),
        fc.integer({ min: 8, max: 300 }),
        async (lines, blockSize) => {
          const name = `random${number++}.jsonl`;
          const schema = await inferred(name, `${lines.join('\n')}\n`, blockSize);
          assert.equal((await checked(name, schema)).invalid, 0, schemaText(schema));
        },
      ),
      { numRuns: 100 },
    );
  });

  it('does so of tables, whose cells are text', async () => {
    const cell = text.map((one) => (/[",\n\r]/.test(one) ? 'x' : one));
    const row = fc.array(cell, { minLength: 1, maxLength: 4 }).map((cells) => cells.join(','));
    let number = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 30 }), async (rows) => {
        const name = `random${number++}.csv`;
        const schema = await inferred(name, `one,two,three\n${rows.join('\n')}\n`, 64);
        assert.equal((await checked(name, schema)).invalid, 0, schemaText(schema));
      }),
      { numRuns: 100 },
    );
  });

  it('says what there is: types, required members, ranges, formats, and texts of which there are few', async () => {
    const records = Array.from({ length: 40 }, (_, id) => ({
      id,
      level: id % 2 === 0 ? 'info' : 'error',
      at: new Date(id * 1e9).toISOString(),
      share: id / 4,
      note: id % 3 === 0 ? null : `note ${id}`,
      ...(id === 7 && { odd: true }),
      tags: id % 2 === 0 ? [] : [`t${id % 4}`],
    }));
    const lines = records.map((record) => JSON.stringify(record));
    assert.deepEqual(await inferred('all.jsonl', `${lines.join('\n')}\n{"id":\n`, 100), {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      type: 'object',
      required: ['id', 'level', 'at', 'share', 'note', 'tags'],
      properties: {
        id: { type: 'integer', minimum: 0, maximum: 39 },
        level: { type: 'string', enum: ['error', 'info'] },
        at: { type: 'string', format: 'date-time' },
        share: { type: 'number', minimum: 0, maximum: 9.75 },
        note: { type: ['string', 'null'] },
        odd: { type: 'boolean' },
        tags: { type: 'array', items: { type: 'string', enum: ['t1', 't3'] } },
      },
    });
    const chosen = await inferred('all.jsonl', `${lines.join('\n')}\n`, 100, 'id < 5 AND note IS NOT NULL');
    assert.match(JSON.stringify(chosen), /"minimum":1,"maximum":4/);
  });

  it('takes names that are data for values of one kind, and stops looking where there is no end', async () => {
    const ids = Array.from({ length: 800 }, (_, id) => JSON.stringify({ byId: { [`u${id}`]: id } }));
    const schema = await inferred('ids.jsonl', ids.join('\n'), 4000);
    assert.deepEqual(schema, {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      type: 'object',
      required: ['byId'],
      properties: {
        byId: { type: 'object', additionalProperties: { type: 'integer', minimum: 0, maximum: 799 } },
      },
    });
    const deep = `${'{"a":'.repeat(300)}1${'}'.repeat(300)}`;
    const found = await inferred('deep.jsonl', `${deep}\n`, 64);
    assert.ok(JSON.stringify(found).length < 3000);
    assert.deepEqual(await checked('deep.jsonl', found), { records: 1, invalid: 0 });
  });

  it('has all digits of whole numbers that no double stands for', async () => {
    const lines = [
      '{"a":9007199254740993,"t":"\\"12345678901234567"}',
      '{"a":-18446744073709551615,"t":"x"}',
    ];
    const text = lines.join('\n');
    for (const blockSize of [16, 1024]) {
      const found = await inferred('long.jsonl', text, blockSize);
      assert.match(schemaText(found), /"minimum": -18446744073709551615,\n\s+"maximum": 9007199254740993\n/);
      assert.equal((await checked('long.jsonl', found)).invalid, 0);
    }
    const cells = schemaText(
      await inferred('long.csv', 'a;b\n9007199254740993;1,5\n+9007199254740995;2,5\n', 64),
    );
    assert.match(cells, /"minimum": 9007199254740993,\n\s+"maximum": 9007199254740995\n/);
  });

  it('keeps the zeros that a code begins with', async () => {
    const schema = await inferred('codes.csv', 'zip,n\n01234,1\n99999,2\n', 64);
    assert.match(
      JSON.stringify(schema),
      /"zip":\{"type":"string"\},"n":\{"type":"integer","minimum":1,"maximum":2\}/,
    );
  });

  it('names formats only for texts that ajv takes for them', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          text,
          fc.webUrl(),
          fc.emailAddress(),
          fc.uuid(),
          fc.ipV4(),
          fc.date({ noInvalidDate: true }).map((one) => one.toISOString()),
        ),
        (one) => {
          const among = formatsOf(one, allFormats);
          for (let bit = 1; bit <= allFormats; bit <<= 1) {
            const name = formatNamed(among & bit);
            if (name === undefined) continue;
            const format = addFormats.get(name as Parameters<FormatsPlugin['get']>[0]);
            const fits = typeof format === 'object' && 'validate' in format ? format.validate : format;
            const isTaken =
              fits instanceof RegExp ? fits.test(one) : typeof fits === 'function' && fits(one as never);
            assert.ok(isTaken, `${name}: ${one}`);
          }
        },
      ),
    );
  });
});
