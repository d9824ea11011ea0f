import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { Dataset } from '../../../../src/engine/dataset/dataset.ts';
import { exportTo } from '../../../../src/engine/run/export/export.ts';
import type { ExportFormat } from '../../../../src/protocol/engine.ts';
import { memorySink } from '../../../support/memorySink.ts';

/** A step that changes nothing, and for which rows go to one thread, where they are written in the general way. */
const gathered = ' |> LIMIT 1000000';

/** Each opens two files. */
const runs = { numRuns: Number(process.env.RUNS ?? 40) };

const formats: readonly ExportFormat[] = ['same', 'csv', 'tsv', 'jsonl', 'json'];

async function exported(path: string, query: string, to: ExportFormat, blockSize: number): Promise<string> {
  const { signal } = new AbortController();
  const dataset = await Dataset.open({ kind: 'file', path }, { signal, blockSize });
  const sink = memorySink();
  try {
    const { matched } = await exportTo(dataset, { query, to, sink }, { signal, progress: () => undefined });
    return `${matched} rows\n${sink.text()}`;
  } catch (error) {
    return String(error);
  } finally {
    await dataset.close();
  }
}

const name = fc.constantFrom('a', 'b', 'c', '"é f"', 'd');
const value = fc.constantFrom(
  ...['a', 'b + 1', 'upper(c)', 'a || \'"x", y\'', 'NULL', "''", "'\\N'", 'a > 1', 'b', '_record', '1.50'],
);

const operator = fc.oneof(
  fc.tuple(value, name).map(([value, name]) => `EXTEND ${value} AS ${name}`),
  fc.tuple(name, value).map(([name, value]) => `SET ${name} = ${value}`),
  fc.tuple(name, name).map(([from, to]) => `RENAME ${from} AS ${to}`),
  name.map((name) => `DROP ${name}`),
  fc.uniqueArray(name, { minLength: 1, maxLength: 3 }).map((names) => `SELECT ${names.join(', ')}`),
  fc.tuple(value, name).map(([value, name]) => `SELECT *, ${value} AS ${name}`),
  name.map((name) => `WHERE ${name} IS NOT NULL`),
  name.map((name) => `UNNEST ${name} AS item`),
);

const query = fc
  .tuple(fc.array(operator, { minLength: 1, maxLength: 3 }), fc.boolean())
  .map(([operators, extended]) =>
    [...(extended ? ['EXTEND _record AS number'] : []), ...operators].map((step) => `|> ${step}`).join(' '),
  );

const cell = fc.constantFrom(
  ...['', '1', ' 2.50 ', 'x y', '"x,y"', '"l\nm"', '""', '"say ""hi"""', 'ü', 'a\tb', '\\N', '"\\N"', "it's"],
  ...[
    '"pl""ain""',
    'st"ray',
    '"x\r\ny"',
    'lone\rcr',
    'NA',
    '"NA"',
    '#c',
    '\u0000',
    '"\t"',
    '1e3',
    'true',
    '-0',
  ],
  ...['"a;b"', 'c;d', '\ufeff', '"ends\\"', '\u007f'],
);

const tables = fc.record({
  rows: fc.array(fc.array(cell, { minLength: 1, maxLength: 6 }), { maxLength: 12 }),
  end: fc.constantFrom('\n', '\r\n'),
  delimiter: fc.constantFrom(',', ';', '\t', '|'),
  start: fc.constantFrom('', '\ufeff'),
});

const inner = fc.constantFrom(
  ...['1', '1.50', '-0', '1E3', '""', '"x"', '"say \\"hi\\""', '"\\u00e9"', '"a\\/b"', '"\\ud83d\\ude00"'],
  ...['"\\ud800"', 'null', 'true', 'false', '[]', '[1, "x,y"]', '{}', '{"x":1}', '{ "x" : "\\n", "y": [ ] }'],
  ...[
    'NaN',
    '-Infinity',
    '"NaN"',
    '[NaN]',
    '"Infinity, "',
    '"\\u001f\\n"',
    '12345678901234567890',
    '"é, \\u2028"',
  ],
);
const key = fc.constantFrom('"a"', '"b"', '"c"', '"d"', '"\\u0061"', '"é f"', '"x\\"y"', '""', '"a "');
const space = fc.constantFrom('', '', '', ' ', '\t');
const object = fc
  .tuple(fc.array(fc.tuple(key, space, inner), { maxLength: 6 }), space, space)
  .map(
    ([members, before, behind]) =>
      `${before}{${behind}${members.map(([key, space, value]) => `${space}${key}${space}:${space}${value}`).join(`${behind},`)}${before}}${behind}`,
  );
const line = fc.oneof(
  { weight: 12, arbitrary: object },
  fc.constantFrom('1', '[1]', '"x"', '{"a":', 'null', 'NaN'),
);

describe('rows that workers write by themselves', () => {
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rowriver-test-'));
  });

  after(() => rm(folder, { recursive: true }));

  async function same(
    path: string,
    query: string,
    to: ExportFormat,
    blockSize: number,
    step = gathered,
  ): Promise<void> {
    assert.equal(
      await exported(path, query, to, blockSize),
      await exported(path, query + step, to, blockSize),
      query,
    );
  }

  const size = fc.integer({ min: 20, max: 400 });
  const asked = [query, fc.constantFrom(...formats), size] as const;
  /** In the source's own form, records in an order are given the line ends of most. */
  const others = fc.constantFrom(...formats.filter((to) => to !== 'same'));

  it('are those of the general way, of delimited text', async () => {
    const path = join(folder, 'data.csv');
    await fc.assert(
      fc.asyncProperty(tables, ...asked, async ({ rows, end, delimiter, start }, query, to, blockSize) => {
        const all = [['a', 'b', 'c', 'é f'], ...rows].map((cells) => cells.join(delimiter));
        await writeFile(path, start + all.join(end) + end);
        await same(path, query, to, blockSize);
      }),
      runs,
    );
  });

  it('are those of the general way, where they are whole records of delimited text', async () => {
    const path = join(folder, 'whole.csv');
    const query = fc.constantFrom('', 'b > 1', 'a IS NOT NULL');
    await fc.assert(
      fc.asyncProperty(
        tables,
        query,
        others,
        size,
        async ({ rows, end, delimiter, start }, query, to, size) => {
          const all = [['a', 'b', 'c', 'é f'], ...rows].map((cells) => cells.join(delimiter));
          await writeFile(path, start + all.join(end) + end);
          await same(path, query, to, size, ' |> ORDER BY _record');
        },
      ),
      runs,
    );
  });

  it('are those of the general way, of JSON Lines', async () => {
    const path = join(folder, 'data.jsonl');
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 10 }), ...asked, async (lines, query, to, blockSize) => {
        await writeFile(path, lines.map((line) => `${line}\n`).join(''));
        await same(path, query, to, blockSize);
      }),
      runs,
    );
  });

  it('are those of the general way, of a JSON document that is laid out', async () => {
    const path = join(folder, 'data.json');
    await fc.assert(
      fc.asyncProperty(fc.array(object, { maxLength: 6 }), ...asked, async (lines, query, to, blockSize) => {
        await writeFile(path, `[${lines.join(',\r\n').replaceAll('{"x":1}', '{\n  "x":\n 1}')}]`);
        await same(path, query, to, blockSize);
      }),
      runs,
    );
  });
});
