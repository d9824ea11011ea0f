import {
  bool,
  type DataType,
  dateDay,
  decimal128,
  field,
  float64,
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
 */
export function arrowType(type: ColumnType): DataType {
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
      return dateDay();
    case 'timestamp': {
      const unit = type.unit === 'NANOS' ? TimeUnit.NANOSECOND : TimeUnit.MICROSECOND;
      return timestamp(unit, type.zoned ? 'UTC' : null);
    }
    case 'decimal':
      return decimal128(type.precision, type.scale);
    case 'list':
      return list(field('item', arrowType(type.items), true));
    case 'struct':
      return struct([...type.members].map(([name, member]) => field(name, arrowType(member), true)));
  }
}
