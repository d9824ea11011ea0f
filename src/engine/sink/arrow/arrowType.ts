import {
  bool,
  type DataType,
  dateDay,
  decimal128,
  field,
  float64,
  int32,
  int64,
  list,
  struct,
  timestamp,
  TimeUnit,
  utf8,
} from '@uwdata/flechette';
import type { ColumnType } from '../typed/columnType.ts';

/**
 * The type of a column. Points in time that have an offset are in UTC, as Arrow keeps one zone a column.
 *
 * Types: https://github.com/apache/arrow/blob/main/format/Schema.fbs
 *
 * @param as `values`: what the values are laid out as; dates and points in time are the whole numbers that they are given as
 */
export function arrowType(type: ColumnType, as: 'schema' | 'values'): DataType {
  switch (type.kind) {
    case 'boolean':
      return bool();
    case 'int64':
      return int64();
    case 'double':
      return float64();
    case 'text':
      return utf8();
    case 'date':
      return as === 'values' ? int32() : dateDay();
    case 'timestamp': {
      if (as === 'values') return int64();
      const unit = type.unit === 'NANOS' ? TimeUnit.NANOSECOND : TimeUnit.MICROSECOND;
      return timestamp(unit, type.zoned ? 'UTC' : null);
    }
    case 'decimal':
      return decimal128(type.precision, type.scale);
    case 'list':
      return list(field('item', arrowType(type.items, as), true));
    case 'struct':
      return struct([...type.members].map(([name, member]) => field(name, arrowType(member, as), true)));
  }
}
