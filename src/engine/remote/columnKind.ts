import { type DataType, Type } from '@uwdata/flechette';

/** What a column of a cluster's rows holds, as far as statements differ by it. `whole` are numbers that have no fraction. */
export type ColumnKind = 'number' | 'whole' | 'text' | 'boolean' | 'time' | 'list' | 'object' | 'other';

/** A column whose values are asked for. */
export interface AskedColumn {
  /** Names from the row to the column. */
  readonly fields: readonly string[];
  readonly kind: ColumnKind;
}

/** Columns of rows by their names, with their types in Arrow. */
export type ColumnTypes = ReadonlyMap<string, DataType>;

/** A column, or a member of one, with what it holds. @param fields names from the row to the column */
export function askedColumn(types: ColumnTypes, fields: readonly string[]): AskedColumn {
  const [first, ...members] = fields;
  let type = types.get(first);
  for (const name of members) type = type && memberOf(type, name);
  return { fields, kind: type ? kindOf(type) : 'other' };
}

function memberOf(type: DataType, name: string): DataType | undefined {
  if (type.typeId === Type.Struct) return type.children.find((child) => child.name === name)?.type;
  if (type.typeId !== Type.Map) return undefined;
  const { type: pair } = type.children[0];
  return pair.typeId === Type.Struct ? pair.children[1].type : undefined;
}

function kindOf(type: DataType): ColumnKind {
  switch (type.typeId) {
    case Type.Int:
      return 'whole';
    case Type.Decimal:
      return type.scale === 0 ? 'whole' : 'number';
    case Type.Float:
      return 'number';
    case Type.Utf8:
    case Type.LargeUtf8:
    case Type.Utf8View:
      return 'text';
    case Type.Bool:
      return 'boolean';
    case Type.Date:
    case Type.Timestamp:
      return 'time';
    case Type.List:
    case Type.LargeList:
    case Type.FixedSizeList:
      return 'list';
    case Type.Struct:
    case Type.Map:
      return 'object';
    default:
      return 'other';
  }
}
