import { said } from '../../../said/said.ts';
import { QueryError, type Span } from '../diagnostic.ts';
import { didYouMean } from '../nearest.ts';
import type { Cursor } from './cursor.ts';
import type { Cast, CastType, DecimalSize } from './tree.ts';

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

/** As many digits as decimals have in SQL engines. */
const maxPrecision = 38;

export function parseCastType(cursor: Cursor): Pick<Cast, 'type' | 'size' | 'zoned'> {
  cursor.want('type');
  const token = cursor.peek();
  if (token.kind !== 'name') throw cursor.unexpected(said`a type, such as number, text or timestamp`);
  const type = castTypes.get(token.value.toLowerCase());
  if (type === undefined) {
    const near = didYouMean(token.value, castTypes.keys());
    const known = near || said`; the types are ${[...new Set(castTypes.values())].join(', ')}`;
    throw new QueryError(token, said`${token.value} is not a type${known}`);
  }
  cursor.next();
  const zoned = token.value.toLowerCase() === 'timestamptz' ? ({ zoned: true } as const) : undefined;
  if (type === 'double' && cursor.isWord('precision')) cursor.next();
  const start = cursor.peek();
  if (!cursor.takeSymbol('(')) return { type, ...zoned };
  const precision = cursor.expectCount(said`a size`);
  const scale = cursor.takeSymbol(',') ? cursor.expectCount(said`a size`) : 0;
  cursor.expectSymbol(')', said`after the size`);
  if (type === 'timestamp')
    throw new QueryError(
      cursor.spanFrom(start),
      said`a timestamp keeps all its digits; write date_trunc('millisecond', time) for fewer of them`,
    );
  // VARCHAR(20) cuts nothing, as in DuckDB.
  if (type !== 'number') return { type };
  refuseSize({ precision, scale }, cursor.spanFrom(start));
  return { type, size: { precision, scale } };
}

/** @throws QueryError where no decimal is of this size */
function refuseSize({ precision, scale }: DecimalSize, span: Span): void {
  if (precision < 1 || precision > maxPrecision)
    throw new QueryError(span, said`a decimal has 1 to ${maxPrecision} digits`);
  if (scale > precision)
    throw new QueryError(
      span,
      said`of ${precision} digits, ${scale} cannot stand behind the point; write the number of all digits first, as in decimal(10, 2)`,
    );
}
