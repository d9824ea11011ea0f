import { said } from '../../../said/said.ts';
import { QueryError } from '../diagnostic.ts';
import { didYouMean } from '../nearest.ts';
import type { Cursor } from './cursor.ts';
import type { CastType } from './tree.ts';

/** By every name that a type has. */
export const castTypes: ReadonlyMap<string, CastType> = new Map<string, CastType>([
  ...['boolean', 'bool'].map((name): [string, CastType] => [name, 'boolean']),
  ...['integer', 'int', 'bigint', 'hugeint', 'smallint', 'tinyint', 'long', 'int64'].map(
    (name): [string, CastType] => [name, 'integer'],
  ),
  ...['number', 'decimal', 'numeric'].map((name): [string, CastType] => [name, 'number']),
  ...['double', 'float', 'real', 'float64'].map((name): [string, CastType] => [name, 'double']),
  ...['text', 'varchar', 'string', 'char'].map((name): [string, CastType] => [name, 'text']),
  ...['timestamp', 'timestamptz', 'datetime'].map((name): [string, CastType] => [name, 'timestamp']),
  ['date', 'date'],
  ['interval', 'interval'],
  ['json', 'json'],
]);

export function parseCastType(cursor: Cursor): CastType {
  const token = cursor.peek();
  if (token.kind !== 'name') throw cursor.unexpected(said`a type, such as number, text or timestamp`);
  const type = castTypes.get(token.value.toLowerCase());
  if (type === undefined) {
    const near = didYouMean(token.value, castTypes.keys());
    const known = near || said`; the types are ${[...new Set(castTypes.values())].join(', ')}`;
    throw new QueryError(token, said`${token.value} is not a type${known}`);
  }
  cursor.next();
  if (type === 'double' && cursor.isWord('precision')) cursor.next();
  // DECIMAL(18, 2) and VARCHAR(20): sizes bind nothing here.
  if (cursor.isSymbol('(')) {
    cursor.next();
    cursor.expectCount(said`a size`);
    if (cursor.takeSymbol(',')) cursor.expectCount(said`a size`);
    cursor.expectSymbol(')', said`after the size`);
  }
  return type;
}
