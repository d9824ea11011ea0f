import { said } from '../../../said/said.ts';
import { QueryError } from '../diagnostic.ts';
import { didYouMean } from '../nearest.ts';
import { intervalOf, readInterval, readTime, unitNames, unitOf } from '../value/time.ts';
import { describe, type Cursor } from './cursor.ts';
import type { Expression } from './tree.ts';

/** TIMESTAMP, DATE or INTERVAL and a text. */
export function parseTimeLiteral(cursor: Cursor, word: string): Expression {
  const start = cursor.next();
  const text = cursor.next();
  const span = cursor.spanFrom(start);
  if (word === 'interval') {
    const value = readInterval(text.value);
    if (value !== undefined) return { kind: 'literal', value, ...span };
    const unit = /^\s*[+-]?[\d.]+\s*$/.test(text.value) ? unitOf(cursor.peek().value) : undefined;
    if (unit !== undefined) {
      cursor.next();
      return { kind: 'literal', value: intervalOf(Number(text.value), unit), ...cursor.spanFrom(start) };
    }
    throw new QueryError(text, said`'${text.value}' is not an interval; write INTERVAL '2 hours 30 minutes'`);
  }
  const value = readTime(text.value);
  if (value === undefined) {
    throw new QueryError(
      text,
      word === 'date'
        ? said`'${text.value}' is not a date; write DATE '2024-05-31'`
        : said`'${text.value}' is not a timestamp; write TIMESTAMP '2024-05-31 18:30:00'`,
    );
  }
  const dateOnly = word === 'date';
  const zoned = word === 'timestamptz';
  const literal = dateOnly ? value.toDate() : zoned ? value.toZoned() : value.toTimestamp();
  return { kind: 'literal', value: literal, ...span };
}

/** INTERVAL 2 hours. */
export function parseUnitInterval(cursor: Cursor): Expression {
  const start = cursor.next();
  const count = cursor.next();
  const token = cursor.peek();
  const unit = token.kind === 'name' ? unitOf(token.value) : undefined;
  if (unit === undefined) {
    const near = token.kind === 'name' ? didYouMean(token.value, unitNames) : '';
    throw new QueryError(
      token,
      said`${describe(token)} is not a unit of time${near || said`, such as day or minute`}`,
    );
  }
  cursor.next();
  return { kind: 'literal', value: intervalOf(Number(count.value), unit), ...cursor.spanFrom(start) };
}
