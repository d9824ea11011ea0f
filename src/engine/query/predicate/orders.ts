import type { TimePoint } from '../../format/fieldColumn.ts';
import type { ComparisonOperator } from '../syntax/tree.ts';
import { joined, type Mark } from './selector.ts';

/** Comparisons as ranges of an order, for columns that are kept in it. */

/** The records whose text compares so with another, in the order of bytes. */
export function markText(field: number, operator: ComparisonOperator, text: Uint8Array): Mark {
  const next = new Uint8Array(text.length + 1);
  next.set(text);
  const range = rangeOf(operator, text, next);
  const inside = operator !== '<>';
  return (block) => block.fields[field].markTexts(range.from, range.to, inside);
}

/** More of them than this are as quickly looked for text by text. */
const mostTexts = 8;

/** The records whose text is (or is not) one of several. */
export function markOneOf(field: number, texts: readonly Uint8Array[], equal: boolean): Mark | undefined {
  if (texts.length === 0 || texts.length > mostTexts) return undefined;
  const marks = texts.map((text) => markText(field, equal ? '=' : '<>', text));
  return joined(marks, !equal);
}

/** The records whose text begins with another (or does not). */
export function markPrefix(field: number, prefix: Uint8Array, wanted: boolean): Mark {
  const past = prefix.slice();
  // No byte of UTF-8 is the last one there is.
  if (past.length > 0) past[past.length - 1]++;
  return (block) => block.fields[field].markTexts(prefix, past.length > 0 ? past : undefined, wanted);
}

/** The records whose text, read as a time, compares so with another. */
export function markTime(field: number, operator: ComparisonOperator, { ms, nanos }: TimePoint): Mark {
  const range = rangeOf(operator, { ms, nanos }, { ms, nanos: nanos + 1 });
  const inside = operator !== '<>';
  return (block) => block.fields[field].markTimes(range.from, range.to, inside);
}

/** What is taken, or not in case of `<>`: all from `from` on that is before `to`. @param next what comes right behind the value */
function rangeOf<Value>(
  operator: ComparisonOperator,
  value: Value,
  next: Value,
): { readonly from: Value | undefined; readonly to: Value | undefined } {
  switch (operator) {
    case '=':
    case '<>':
      return { from: value, to: next };
    case '<':
      return { from: undefined, to: value };
    case '<=':
      return { from: undefined, to: next };
    case '>':
      return { from: next, to: undefined };
    case '>=':
      return { from: value, to: undefined };
  }
}
