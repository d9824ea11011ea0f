import type { SchemaElement } from 'hyparquet';
import type { ColumnType } from '../typed/columnType.ts';
import { decimalLength } from './physical.ts';

/** The schema of a file with these columns, depth first, as Parquet's footer has it: every value may be null. */
export function schemaOf(columns: ReadonlyMap<string, ColumnType>): SchemaElement[] {
  const elements: SchemaElement[] = [{ name: 'root', num_children: columns.size }];
  for (const [name, type] of columns) append(elements, name, type);
  return elements;
}

function append(elements: SchemaElement[], name: string, type: ColumnType): void {
  const optional = { name, repetition_type: 'OPTIONAL' } as const;
  switch (type.kind) {
    case 'boolean':
      elements.push({ ...optional, type: 'BOOLEAN' });
      return;
    case 'int64':
      elements.push({ ...optional, type: 'INT64' });
      return;
    case 'double':
      elements.push({ ...optional, type: 'DOUBLE' });
      return;
    case 'date':
      elements.push({ ...optional, type: 'INT32', converted_type: 'DATE', logical_type: { type: 'DATE' } });
      return;
    case 'text':
      elements.push({
        ...optional,
        type: 'BYTE_ARRAY',
        converted_type: 'UTF8',
        logical_type: { type: 'STRING' },
      });
      return;
    case 'decimal': {
      const { precision, scale } = type;
      elements.push({
        ...optional,
        type: 'FIXED_LEN_BYTE_ARRAY',
        type_length: decimalLength,
        converted_type: 'DECIMAL',
        logical_type: { type: 'DECIMAL', precision, scale },
        precision,
        scale,
      });
      return;
    }
    case 'timestamp': {
      const { unit, zoned } = type;
      elements.push({
        ...optional,
        type: 'INT64',
        logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: zoned, unit },
      });
      return;
    }
    // The three levels of the format's LogicalTypes.md: an optional list, its repeated group, an optional element.
    case 'list':
      elements.push({ ...optional, converted_type: 'LIST', logical_type: { type: 'LIST' }, num_children: 1 });
      elements.push({ name: 'list', repetition_type: 'REPEATED', num_children: 1 });
      append(elements, 'element', type.items);
      return;
    case 'struct':
      elements.push({ ...optional, num_children: type.members.size });
      for (const [key, member] of type.members) append(elements, key, member);
      return;
  }
}
