import fc from 'fast-check';
import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import { writeMetadata } from 'hyparquet-writer/src/metadata.js';
import { serializeTCompactProtocol } from 'hyparquet-writer/src/thrift.js';
import assert from 'node:assert/strict';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Dataset } from '../../../src/engine/dataset/dataset.ts';
import { openSource } from '../../../src/engine/source/open.ts';
import { readFully } from '../../../src/engine/source/read.ts';
import type { ColumnType } from '../../../src/engine/sink/typed/columnType.ts';
import { schemaOf } from '../../../src/engine/sink/parquet/schema.ts';
import { bytesRead } from '../../support/bytesRead.ts';
import { runs } from '../../support/long.ts';
import { parquetPiecesOf, parquetTextFrom, parquetTextOf } from '../../support/parquetText.ts';
import { sourceTextOf } from '../../support/sourceText.ts';

type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

describe('the pages of a Parquet file', () => {
  let folder: string;
  let file: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rowriver-test-'));
    file = join(folder, 'data.parquet');
  });

  after(() => rm(folder, { recursive: true }));

  /** Writes all rows as one row group. */
  async function write(
    types: Readonly<Record<string, ColumnType>>,
    columns: Readonly<Record<string, readonly Json[]>>,
    pageSize: number,
    offsetIndex = false,
  ): Promise<void> {
    const writer = new ByteWriter();
    const schema = schemaOf(new Map(Object.entries(types)));
    const parquet = new ParquetWriter({ writer, schema });
    const columnData = Object.entries(columns).map(([name, values]) => ({
      name,
      offsetIndex,
      data:
        types[name].kind === 'int64'
          ? values.map((n) => (typeof n === 'number' ? BigInt(n) : n))
          : [...values],
    }));
    await parquet.write({ columnData, rowGroupSize: columnData[0].data.length, pageSize });
    await parquet.finish();
    await writeFile(file, writer.getBytes());
  }

  const textOf = (): Promise<string> => sourceTextOf(file);

  function linesOf(columns: Readonly<Record<string, readonly Json[]>>): string {
    const names = Object.keys(columns);
    return columns[names[0]]
      .map(
        (_, row) =>
          `${JSON.stringify(Object.fromEntries(names.map((name) => [name, columns[name][row]])))}\n`,
      )
      .join('');
  }

  const text: ColumnType = { kind: 'text', mixed: false };
  const lists: ColumnType = { kind: 'list', items: { kind: 'list', items: text } };
  const things: ColumnType = {
    kind: 'list',
    items: {
      kind: 'struct',
      members: new Map<string, ColumnType>([
        ['n', { kind: 'double' }],
        ['s', lists],
      ]),
    },
  };

  it('give the rows that were written, however long pages and lists are, from any row on, and any of them in any order', async () => {
    const orNull = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { freq: 4 });
    const words = orNull(fc.constantFrom('', 'a', 'zwei', '三', 'a longer text of some words'));
    const listsOf = orNull(fc.array(orNull(fc.array(words, { maxLength: 4 })), { maxLength: 4 }));
    const row = fc.record({
      id: orNull(fc.integer()),
      word: words,
      flag: orNull(fc.boolean()),
      lists: listsOf,
      things: orNull(fc.array(fc.record({ n: orNull(fc.integer()), s: listsOf }), { maxLength: 4 })),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(row, { minLength: 1, maxLength: 60 }),
        fc.integer({ min: 1, max: 400 }),
        fc.boolean(),
        fc.nat(59),
        fc.uniqueArray(fc.nat(59), { maxLength: 60 }),
        async (rows, pageSize, offsetIndex, row, some) => {
          const columns = {
            id: rows.map(({ id }) => id),
            word: rows.map(({ word }) => word),
            flag: rows.map(({ flag }) => flag),
            lists: rows.map((value) => value.lists),
            things: rows.map((value) => value.things),
          };
          const types = {
            id: { kind: 'int64' },
            word: text,
            flag: { kind: 'boolean' },
            lists,
            things,
          } as const;
          await write(types, columns, pageSize, offsetIndex);
          const lines = linesOf(columns);
          assert.equal(await textOf(), lines);
          const all = lines.split('\n');
          assert.equal(await parquetTextFrom(file, row), all.slice(row).join('\n'));
          for (const numbers of [some, some.toSorted((a, b) => a - b)]) {
            const asked = numbers.filter((number) => number < rows.length);
            const expected = asked.map((number) => `${all[number]}\n`).join('');
            assert.equal(await parquetTextOf(file, asked), expected);
          }
        },
      ),
      { numRuns: runs(60, 2000) },
    );
  });

  it('give lists that are longer than what is decoded at a time', async () => {
    const columns = {
      id: Array.from({ length: 40_000 }, (_, i) => i),
      list: Array.from({ length: 40_000 }, (_, i) =>
        Array.from({ length: i === 20_000 ? 50_000 : i % 3 }, (_, j) => j),
      ),
    };
    const types: Record<string, ColumnType> = {
      id: { kind: 'int64' },
      list: { kind: 'list', items: { kind: 'double' } },
    };
    for (const pageSize of [1000, 1_000_000_000]) {
      await write(types, columns, pageSize);
      const lines = linesOf(columns);
      assert.equal(await textOf(), lines);
      for (const row of [20_000, 20_001, 39_999]) {
        assert.equal(await parquetTextFrom(file, row), lines.split('\n').slice(row).join('\n'));
      }
    }
  });

  it('give a list that begins in one page and goes on in the next ones', async () => {
    const writer = new ByteWriter();
    writer.appendBytes(Buffer.from('PAR1'));
    // [1, 2, 3, 4, 5], null, [6]; levels and values of two or three entries a page.
    const pages = [
      { repetition: [0, 1], definition: [3, 3], values: [1, 2] },
      { repetition: [1, 1], definition: [3, 3], values: [3, 4] },
      { repetition: [1, 0, 0], definition: [3, 0, 3], values: [5, 6] },
    ];
    const start = writer.offset;
    for (const { repetition, definition, values } of pages) {
      const body = Buffer.concat([
        levelBytes(repetition),
        levelBytes(definition),
        Buffer.from(Int32Array.from(values).buffer),
      ]);
      const [plain, rle] = [0, 3];
      serializeTCompactProtocol(writer, {
        field_1: 0,
        field_2: body.length,
        field_3: body.length,
        field_5: { field_1: repetition.length, field_2: plain, field_3: rle, field_4: rle },
      });
      writer.appendBytes(body);
    }
    const length = BigInt(writer.offset - start);
    writeMetadata(writer, {
      version: 2,
      schema: [
        { name: 'root', num_children: 1 },
        { name: 'l', repetition_type: 'OPTIONAL', converted_type: 'LIST', num_children: 1 },
        { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
        { name: 'element', repetition_type: 'OPTIONAL', type: 'INT32' },
      ],
      num_rows: 3n,
      row_groups: [
        {
          columns: [
            {
              file_offset: BigInt(start),
              meta_data: {
                type: 'INT32',
                encodings: ['PLAIN'],
                path_in_schema: ['l', 'list', 'element'],
                codec: 'UNCOMPRESSED',
                num_values: 7n,
                total_uncompressed_size: length,
                total_compressed_size: length,
                data_page_offset: BigInt(start),
              },
            },
          ],
          total_byte_size: length,
          num_rows: 3n,
        },
      ],
      metadata_length: 0,
    });
    writer.appendBytes(Buffer.from('PAR1'));
    await writeFile(file, writer.getBytes());
    assert.equal(await textOf(), '{"l":[1,2,3,4,5]}\n{"l":null}\n{"l":[6]}\n');
    assert.equal(await parquetTextFrom(file, 1), '{"l":null}\n{"l":[6]}\n');
    assert.equal(await parquetTextFrom(file, 2), '{"l":[6]}\n');
  });

  it('give single rows in pieces of a bounded length, where long rows come after many short ones', async () => {
    const [short, long] = [30_000, 3000];
    const columns = {
      s: Array.from({ length: short + long }, (_, i) => (i < short ? `${i}` : `${i}`.padEnd(20_000, 'x'))),
    };
    await write({ s: text }, columns, 64 * 1024);
    const lines = linesOf(columns).split('\n');
    const inOrder = Array.from({ length: short + long }, (_, i) => i);
    const swapped = inOrder.map((i) => i ^ 1);
    for (const rows of [inOrder, swapped]) {
      const pieces = await parquetPiecesOf(file, rows);
      assert.ok(Buffer.concat(pieces).equals(Buffer.from(rows.map((row) => `${lines[row]}\n`).join(''))));
      const longest = Math.max(...pieces.map(({ length }) => length));
      assert.ok(longest < 20 * 1024 * 1024, `${longest} bytes in a piece`);
    }
  });

  it('cannot give a row that the file has no longer', async () => {
    await write({ s: text }, { s: ['a', 'b'] }, 1000);
    await assert.rejects(parquetTextOf(file, [2]), { name: 'SourceError', failure: 'changed' });
  });

  describe('of one large row group', () => {
    const count = 200_000;
    const columns = {
      id: Array.from({ length: count }, (_, i) => i),
      // Too many values for a dictionary, and nothing that compresses them away.
      word: Array.from({ length: count }, (_, i) =>
        [i, i + 1, i + 2].map((n) => Math.imul(n, 2654435761)).join('-'),
      ),
      tags: Array.from({ length: count }, (_, i) => [`${Math.imul(i, 40503)}`, 'b']),
    };
    const types: Record<string, ColumnType> = {
      id: { kind: 'int64' },
      word: text,
      tags: { kind: 'list', items: text },
    };
    it('are read as far as the first rows need them', async () => {
      await write(types, columns, 64 * 1024);
      const { size } = await stat(file);
      const { signal } = new AbortController();
      const read = await bytesRead(async () => {
        const dataset = await Dataset.open({ kind: 'file', path: file }, { signal });
        try {
          const page = await dataset.page(
            undefined,
            dataset.known.parts(0, 128),
            { kind: 'raw', limit: 1000 },
            signal,
          );
          return page.rows;
        } finally {
          await dataset.close();
        }
      });
      assert.equal(read.result, 128);
      assert.ok(read.bytes * 10 < size, `${read.bytes} of ${size} bytes for the first rows`);
    });

    for (const offsetIndex of [false, true]) {
      it(`are read around a place that is looked at again, ${offsetIndex ? 'with' : 'without'} an offset index`, async () => {
        await write(types, columns, 64 * 1024, offsetIndex);
        const { size } = await stat(file);
        const source = await openSource({ kind: 'file', path: file });
        try {
          const all = Buffer.alloc(64 * 1024 * 1024);
          const length = await readFully(source, all, 0);
          for (const share of [0.9, 0.3, 0.6]) {
            const at = Math.floor(length * share);
            const into = Buffer.alloc(1000);
            const read = await bytesRead(() => readFully(source, into, at));
            assert.equal(into.toString(), all.subarray(at, at + 1000).toString());
            assert.ok(read.bytes * 5 < size, `${read.bytes} of ${size} bytes at ${share} of the text`);
          }
        } finally {
          await source.close();
        }
      });
    }
  });
});

/** Levels as runs of one, with their length before them. */
function levelBytes(levels: readonly number[]): Buffer {
  const runs = Buffer.from(levels.flatMap((level) => [1 << 1, level]));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(runs.length);
  return Buffer.concat([length, runs]);
}
