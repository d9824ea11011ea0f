import { tableFromIPC, Vector, type Table } from 'apache-arrow';
import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { Dataset } from '../../../../src/engine/dataset/dataset.ts';
import { exportTo } from '../../../../src/engine/run/export/export.ts';
import { openTarget } from '../../../../src/engine/sink/openTarget.ts';
import type { ExportSummary } from '../../../../src/protocol/engine.ts';
import { runs } from '../../../support/long.ts';

/** What is written by way of one library is read by another. */
describe('an export to Arrow', () => {
  let folder: string;
  const signal = new AbortController().signal;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rowriver-test-'));
  });

  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  async function exported(name: string, text: string, query = ''): Promise<ExportSummary> {
    const path = join(folder, name);
    await writeFile(path, text);
    const dataset = await Dataset.open({ kind: 'file', path }, { signal });
    try {
      const sink = await openTarget(join(folder, 'out.arrow'), { sources: [] });
      return await exportTo(dataset, { query, to: 'arrow', sink }, { signal, progress: () => undefined });
    } finally {
      await dataset.close();
    }
  }

  async function table(): Promise<Table> {
    return tableFromIPC(await readFile(join(folder, 'out.arrow')));
  }

  async function types(): Promise<Record<string, string>> {
    const { schema } = await table();
    return Object.fromEntries(schema.fields.map(({ name, type }) => [name, String(type)]));
  }

  /** The rows, 64-bit numbers as texts. */
  async function rows(): Promise<Record<string, unknown>[]> {
    const read = await table();
    return read.toArray().map((row: unknown) => plain(row) as Record<string, unknown>);
  }

  it('keeps values and types of JSON, nested ones too', async () => {
    const lines = [
      '{"id":9223372036854775807,"price":0.1,"exact":12345678901234567.25,"at":"2026-01-02T03:04:05.678901+02:00","local":"2026-01-01T00:00:00.123456789","day":"0001-01-01","ok":true,"tags":["a",null,""],"user":{"name":"Zoë","ids":[1,2]},"mixed":1,"empty":""}',
      '{"id":-1,"price":2,"exact":-0.5,"at":"1969-12-31T23:59:59.999999Z","day":"9999-12-31","ok":false,"tags":[],"user":null,"mixed":"x","late":[{"k":{"v":1.5}}],"empty":""}',
      '{}',
    ];
    const { asText, matched } = await exported('data.jsonl', `${lines.join('\n')}\n`);
    assert.deepEqual([asText, matched], [['mixed'], 3]);
    assert.deepEqual(await types(), {
      id: 'Int64',
      price: 'Float64',
      exact: 'Decimal[19e+2]',
      at: 'Timestamp<MICROSECOND, UTC>',
      local: 'Timestamp<NANOSECOND>',
      day: 'Date32<DAY>',
      ok: 'Bool',
      tags: 'List<Utf8>',
      user: 'Struct<{name:Utf8, ids:List<Int64>}>',
      mixed: 'Utf8',
      empty: 'Utf8',
      late: 'List<Struct<{k:Struct<{v:Float64}>}>>',
    });
    const first = { id: '9223372036854775807', price: 0.1, ok: true, tags: ['a', null, ''], mixed: '1' };
    const user = { name: 'Zoë', ids: ['1', '2'] };
    const late = [{ k: { v: 1.5 } }];
    const nothing = Object.fromEntries(Object.keys(await types()).map((name) => [name, null]));
    const found = await rows();
    const without = ['exact', 'at', 'local', 'day'];
    assert.deepEqual(
      found.map((row) => Object.fromEntries(Object.entries(row).filter(([name]) => !without.includes(name)))),
      [
        { ...first, user, empty: '', late: null },
        { id: '-1', price: 2, ok: false, tags: [], user: null, mixed: 'x', empty: '', late },
        Object.fromEntries(Object.entries(nothing).filter(([name]) => !without.includes(name))),
      ],
    );
    // The whole numbers that these are kept as.
    const kept = await table();
    const whole = (name: string): unknown[] =>
      Array.from(kept.getChild(name)?.data[0]?.values as BigInt64Array);
    assert.deepEqual(whole('at').slice(0, 2), [1_767_315_845_678_901n, -1n]);
    assert.deepEqual(whole('local').slice(0, 1), [1_767_225_600_123_456_789n]);
    assert.deepEqual(whole('day').slice(0, 2), [-719_162, 2_932_896]);
    // 128 bits each, in words of 32.
    assert.deepEqual(decimals(kept.getChild('exact')?.data[0]?.values as Uint32Array).slice(0, 2), [
      1_234_567_890_123_456_725n,
      -50n,
    ]);
  });

  it('reads types in the cells of a delimited text, and keeps texts that look like numbers', async () => {
    await exported('data.csv', 'id,zip,n,day,"a.b"\n1,01234,1.5,2026-01-02,\n2,99999,,2026-01-03,7\n');
    assert.deepEqual(await types(), {
      id: 'Int64',
      zip: 'Utf8',
      n: 'Float64',
      day: 'Date32<DAY>',
      'a.b': 'Int64',
    });
    const found = await rows();
    assert.deepEqual(
      found.map(({ id, zip, n, 'a.b': ab }) => [id, zip, n, ab]),
      [
        ['1', '01234', 1.5, null],
        ['2', '99999', null, '7'],
      ],
    );
  });

  it('has the columns and a batch where there are no rows', async () => {
    await exported('data.csv', 'a,b\n');
    assert.deepEqual(await types(), { a: 'Utf8', b: 'Utf8' });
    assert.equal((await table()).numRows, 0);
    // Each message begins with a mark and its length; the last one has none.
    const file = await readFile(join(folder, 'out.arrow'));
    const [first, prefix] = [8, 8];
    const schemaLength = file.readInt32LE(first + 4);
    assert.notEqual(file.readInt32LE(first + prefix + schemaLength + 4), 0, 'a batch behind the schema');
    await exported('data.jsonl', '{"a":{"b":[1]}}\n', 'a.b IS NULL');
    assert.equal((await table()).numRows, 0);
  });

  it('takes a type that the last of many rows decides, in several batches', async () => {
    const count = 260_000;
    const lines = Array.from(
      { length: count },
      (_, index) => `{"n":${index === count - 1 ? '"end"' : index},"even":${index % 2 === 0},"i":${index}}\n`,
    );
    const { asText } = await exported('data.jsonl', lines.join(''));
    assert.deepEqual(asText, ['n']);
    const read = await table();
    assert.ok(read.batches.length > 1, `${read.batches.length} batches`);
    const [n, even, i] = ['n', 'even', 'i'].map((name) => read.getChild(name));
    for (let row = 0; row < count; row++) {
      const expected = [row === count - 1 ? 'end' : String(row), row % 2 === 0, BigInt(row)];
      const got: unknown[] = [n?.get(row), even?.get(row), i?.get(row)];
      if (expected.some((value, at) => value !== got[at])) assert.deepEqual(got, expected, `row ${row}`);
    }
  });

  it('leaves nothing behind where it is cancelled', async () => {
    const path = join(folder, 'data.jsonl');
    await writeFile(path, '{"a":1}\n');
    const dataset = await Dataset.open({ kind: 'file', path }, { signal });
    const controller = new AbortController();
    try {
      const file = await openTarget(join(folder, 'out.arrow'), { sources: [] });
      const sink = {
        ...file,
        write: async (bytes: Uint8Array): Promise<void> => {
          await file.write(bytes);
          controller.abort();
        },
      };
      const options = { signal: controller.signal, progress: () => undefined };
      await assert.rejects(exportTo(dataset, { query: '', to: 'arrow', sink }, options), {
        name: 'AbortError',
      });
    } finally {
      await dataset.close();
    }
    assert.deepEqual(await readdir(folder), ['data.jsonl']);
  });

  it('is read back value by value', async () => {
    const name = fc.constantFrom('a', 'b.c', 'ä "q"', '7');
    const orNull = <T>(values: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(values, { freq: 4 });
    const double = fc
      .double({ noNaN: true, noDefaultInfinity: true })
      .map((value) => (Object.is(value, -0) ? 0 : value));
    const text = fc.string({ unit: 'grapheme' }).map((value) => `t${value}`);
    const group = fc.record({ x: orNull(text), y: orNull(fc.array(orNull(fc.boolean()))) });
    const kinds: readonly fc.Arbitrary<unknown>[] = [
      double,
      text,
      fc.boolean(),
      fc.array(orNull(text)),
      group,
    ];
    const column = fc.constantFrom(...kinds.map(orNull));
    const tables = fc
      .uniqueArray(fc.tuple(name, column), { minLength: 1, maxLength: 4, selector: ([first]) => first })
      .chain((columns) => fc.array(fc.record(Object.fromEntries(columns)), { minLength: 1, maxLength: 30 }));
    await fc.assert(
      fc.asyncProperty(tables, async (records) => {
        await exported('data.jsonl', records.map((record) => `${JSON.stringify(record)}\n`).join(''));
        const found = await rows();
        // Numbers of a column are 64-bit whole ones where all are.
        const numbers = JSON.stringify(found, (_, value: unknown) =>
          typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : value,
        );
        assert.deepEqual(JSON.parse(numbers), JSON.parse(JSON.stringify(records)));
      }),
      { numRuns: runs(60, 1000) },
    );
  });
});

/** A value as JSON has it. */
function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  if (value instanceof Vector) return Array.from(value, plain);
  if (value !== null && typeof value === 'object')
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, plain(member)]));
  return value;
}

/** Numbers of 128 bits, the lowest of their words first. */
function decimals(words: Uint32Array): bigint[] {
  return Array.from({ length: words.length / 4 }, (_, at) =>
    BigInt.asIntN(
      128,
      words.slice(at * 4, at * 4 + 4).reduceRight((sum, word) => (sum << 32n) | BigInt(word), 0n),
    ),
  );
}
