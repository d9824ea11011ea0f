import { Cursor } from './syntax/cursor.ts';
import { parseExpression } from './syntax/expression.ts';
import { isOfRecord } from './layout.ts';
import { writePath, writeQuoted } from './write.ts';

/** The column that a text begins with, quoted only where it must be; undefined where that is no column. */
export function writtenPath(text: string): string | undefined {
  const expression = parseExpression(new Cursor(text));
  if (expression.kind !== 'column') return undefined;
  const { first, rest } = expression;
  const written = writePath([first, ...rest].map((step) => ('name' in step ? step.name : step.index)));
  return isOfRecord(first) ? written.replace(writeQuoted(first.name), first.name) : written;
}
