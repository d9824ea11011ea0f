import type { SchemaElement } from 'hyparquet';
import { parquetWriteBuffer } from 'hyparquet-writer';
import type { Item, MatrixRecord } from './records.ts';

const optional = { repetition_type: 'OPTIONAL' } as const;
const text = { ...optional, type: 'BYTE_ARRAY', converted_type: 'UTF8' } as const;

/** The columns of the records, `user` as a group and `tags` as a list. */
const schema: SchemaElement[] = [
  { name: 'root', num_children: 13 },
  { ...optional, name: 'id', type: 'INT64' },
  ...['key', 'part', 'o'].map((name): SchemaElement => ({ ...text, name })),
  { ...optional, name: 'w', type: 'DOUBLE' },
  ...['e', 'l', 'u', 'n'].map((name): SchemaElement => ({ ...text, name })),
  { ...optional, name: 'user', num_children: 2 },
  { ...text, name: 'a' },
  { ...optional, name: 'b', type: 'INT32' },
  { ...optional, name: 'tags', converted_type: 'LIST', num_children: 1 },
  { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
  { ...text, name: 'element' },
  { ...optional, name: 'ok', type: 'BOOLEAN' },
  { ...text, name: 'ts' },
];
const members: readonly (keyof Item)[] = [
  ...(['id', 'key', 'part', 'o', 'w', 'e', 'l', 'u', 'n', 'user', 'tags', 'ok', 'ts'] as const),
];

/** A record as a row of a table: without a value, each column is NULL. */
export function parquetRow(record: MatrixRecord): Record<keyof Item, unknown> {
  const row: Partial<Item> = 'broken' in record ? { id: record.id } : record;
  return Object.fromEntries(members.map((name) => [name, row[name] ?? null])) as Record<keyof Item, unknown>;
}

/** Row groups of a third, each column in pages of a few KiB. */
export function parquetOf(records: readonly MatrixRecord[]): Buffer {
  const rows = records.map(parquetRow);
  const data = (name: keyof Item): unknown[] =>
    rows.map((row) => (name === 'id' ? BigInt(Number(row.id)) : row[name]));
  const bytes = parquetWriteBuffer({
    columnData: members.map((name) => ({ name, data: data(name) })),
    schema,
    rowGroupSize: Math.max(1, Math.ceil(records.length / 3)),
    pageSize: 16 * 1024,
  });
  return Buffer.from(bytes);
}
