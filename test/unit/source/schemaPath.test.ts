import assert from 'node:assert/strict';
import type { ColumnChunk, RowGroup, SchemaTree } from 'hyparquet/src/types.js';
import { chunksOf, schemaPath } from '../../../src/engine/source/parquet/schemaPath.ts';

/** A list, and how often its items were looked at. */
function counted<T extends object>(items: T[]): { readonly list: T[]; readonly looks: () => number } {
  let looks = 0;
  const list = new Proxy(items, {
    get(target, key, receiver) {
      if (typeof key === 'string' && /^\d+$/.test(key)) looks++;
      const value: unknown = Reflect.get(target, key, receiver);
      return value;
    },
  });
  return { list, looks: () => looks };
}

function node(name: string, children: SchemaTree[] = []): SchemaTree {
  return { element: { name }, children, count: 1, path: [name] };
}

function chunk(...path: string[]): ColumnChunk {
  const meta: ColumnChunk['meta_data'] = {
    type: 'INT32',
    encodings: [],
    path_in_schema: path,
    codec: 'UNCOMPRESSED',
    num_values: 0n,
    total_uncompressed_size: 0n,
    total_compressed_size: 0n,
    data_page_offset: 0n,
  };
  return { meta_data: meta, file_offset: 0n };
}

describe('source/parquet/schemaPath', () => {
  it('finds nodes and chunks by their names, of several nodes the first', () => {
    const [inner, twin] = [node('b'), node('a')];
    const outer = node('a', [inner]);
    const root = node('root', [outer, twin]);
    assert.deepEqual(schemaPath(root, ['a', 'b']), [root, outer, inner]);
    assert.deepEqual(schemaPath(root, []), [root]);
    assert.throws(() => schemaPath(root, ['a', 'c']), RangeError);
    const columns = [chunk('a', 'b'), chunk('c'), chunk('a', 'd')];
    const group: RowGroup = { columns, total_byte_size: 0n, num_rows: 0n };
    assert.deepEqual(chunksOf(group, 'a'), [columns[0], columns[2]]);
    assert.deepEqual(chunksOf(group, 'b'), []);
  });

  it('does not look at all columns for each of them', () => {
    const names = Array.from({ length: 500 }, (_, at) => `c${at}`);
    const children = counted(names.map((name) => node(name)));
    const columns = counted(names.map((name) => chunk(name)));
    const root = node('root', children.list);
    const group: RowGroup = { columns: columns.list, total_byte_size: 0n, num_rows: 0n };
    for (const name of names) {
      schemaPath(root, [name]);
      chunksOf(group, name);
    }
    assert.ok(children.looks() <= 4 * names.length, `${children.looks()} looks at nodes`);
    assert.ok(columns.looks() <= 4 * names.length, `${columns.looks()} looks at chunks`);
  });
});
