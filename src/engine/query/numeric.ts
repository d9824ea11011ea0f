import { said, type Said } from '../../said/said.ts';
import type { FieldRequest } from '../format/record.ts';
import { warningAt, type Diagnostic } from './diagnostic.ts';
import type { Layout } from './layout.ts';
import { expressionsOf } from './operator/operators.ts';
import { Origins } from './origins.ts';
import type { Call, Column, Expression, Query } from './syntax/tree.ts';
import { momentsIn, noAnswer, takesNumbers } from './ofTimes.ts';
import { visitExpression } from './syntax/walk.ts';
import { Interval, readInterval, readTime, Timestamp } from './value/time.ts';
import { momentOf } from './value/timeMean.ts';
import { isNumeric } from './value/value.ts';
import { writeText } from './write.ts';

/** What a query asks the numbers of a field for. */
type Use =
  | 'compared'
  /** Added to or subtracted, as times and intervals are. */
  | 'added'
  | 'multiplied'
  /** A function of numbers, asked of the field or of the difference of two fields. */
  | {
      readonly call: Call;
      readonly takes: 'numbers' | 'intervals' | 'times and intervals';
      readonly difference?: Expression | undefined;
    };

/** A field of the file of which a query needs numbers. */
export interface NumericField {
  readonly column: Column;
  readonly use: Use;
  readonly path: FieldRequest['path'];
}

/** Where a query compares fields with numbers, or computes with them: only numbers give anything else than NULL there. */
export function numericFields({ operators }: Query, layout: Layout): NumericField[] {
  const found: NumericField[] = [];
  const origins = new Origins(layout, (node) => (node.kind === 'column' ? [node] : []));
  for (const operator of operators) {
    for (const { expression } of expressionsOf(operator)) {
      visitExpression(expression, (node) => {
        const use = useOf(node);
        for (const column of numbersOf(node)) {
          if (column.kind !== 'column') continue;
          for (const field of origins.of(column)) found.push({ column, use, path: origins.pathOf(field) });
        }
      });
    }
    origins.pass(operator);
  }
  return found;
}

function useOf(node: Expression): Use {
  if (node.kind === 'arithmetic')
    return node.operator === '+' || node.operator === '-' ? 'added' : 'multiplied';
  if (node.kind !== 'call') return 'compared';
  const difference = differenceIn(node);
  return { call: node, takes: momentsIn(node.name.name.toLowerCase()) ?? 'numbers', difference };
}

function differenceIn(call: Call): Extract<Expression, { kind: 'arithmetic' }> | undefined {
  const value = call.arguments.at(0);
  return value?.kind === 'arithmetic' && value.operator === '-' ? value : undefined;
}

/** Which operands of an expression are asked for their numbers. */
function numbersOf(node: Expression): readonly Expression[] {
  switch (node.kind) {
    case 'comparison':
      if (isNumber(node.left)) return [node.right];
      return isNumber(node.right) ? [node.left] : [];
    case 'between':
      return isNumber(node.low) && isNumber(node.high) ? [node.operand] : [];
    case 'in':
      return node.items.length > 0 && node.items.every(isNumber) ? [node.operand] : [];
    case 'arithmetic':
      return node.operator === '||' ? [] : [node.left, node.right];
    case 'call': {
      const difference = differenceIn(node);
      const given = difference === undefined ? node.arguments.slice(0, 1) : [difference.left];
      return takesNumbers(node) ? given : [];
    }
    default:
      return [];
  }
}

function isNumber(node: Expression): boolean {
  return node.kind === 'literal' && isNumeric(node.value);
}

/** Of the values of a field that were looked at. */
export interface NumbersAndTexts {
  /** Those that are texts, and no numbers. */
  readonly texts: readonly FieldText[];
  /** How many were looked at. */
  readonly values: number;
}

export interface FieldText {
  /** As the file has it. */
  readonly text: string;
  /** As the language would write it; undefined where it does not fit how the column is written. */
  readonly written: string | undefined;
}

/** So much of a text is shown as an example. */
const mostOfExample = 40;

/**
 * Where none of the values that were looked at is a number, and where something is computed of some that are no numbers,
 * although they have digits: warnings. Words among numbers, such as `pending`, are meant to be none.
 */
export function checkNumbers(
  text: string,
  fields: readonly NumericField[],
  seenOf: (field: NumericField) => NumbersAndTexts,
): Diagnostic[] {
  const told = new Set<string>();
  return fields.flatMap((field) => {
    const key = JSON.stringify(field.path);
    if (told.has(key)) return [];
    const { texts: seen, values } = seenOf(field);
    const texts = seen.filter((one) => !isTaken(one, field.use));
    const areAll = texts.length === values;
    const odd = areAll
      ? texts
      : field.use === 'compared' || isOfDifference(field.use)
        ? []
        : texts.filter((one) => /\d/.test(one.text));
    if (odd.length === 0) return [];
    told.add(key);
    const name = text.slice(field.column.from, field.column.to);
    const [first] = odd;
    const example = writeText(
      first.text.length > mostOfExample ? `${first.text.slice(0, mostOfExample)}\u2026` : first.text,
    );
    const message = areAll
      ? (ofMoments(text, field, texts, name, example) ??
        said`the values of ${name} that were looked at are texts, such as ${example}, and none is a number: beside numbers they are NULL`)
      : said`${name} has texts among its numbers, such as ${example} (${odd.length} of ${values} values that were looked at), and they are left out`;
    return [warningAt(field.column, message)];
  });
}

/** Whether a text has a value there as the time or the interval that it is. */
function isTaken({ written = '' }: FieldText, use: Use): boolean {
  if (use === 'compared' || use === 'multiplied') return readTime(written) !== undefined;
  if (use === 'added') return (readTime(written) ?? readInterval(written)) !== undefined;
  const moment = momentOf(written);
  // Between dates there are days, which are numbers.
  if (use.difference) return use.takes !== 'numbers' || !(moment instanceof Timestamp) || moment.date;
  if (use.takes === 'numbers') return false;
  return moment instanceof Interval || (use.takes !== 'intervals' && moment !== undefined);
}

function isOfDifference(use: Use): boolean {
  return typeof use === 'object' && use.difference !== undefined;
}

/** What is said where all values are times or intervals that a function does not take as such. */
function ofMoments(
  query: string,
  { use }: NumericField,
  texts: readonly FieldText[],
  name: string,
  example: string,
): Said | undefined {
  const areAll = (read: (written: string) => unknown): boolean =>
    texts.every(({ written = '' }) => read(written) !== undefined);
  const isCall = typeof use === 'object';
  if (isCall && use.difference) {
    const { from, to } = use.difference;
    return noAnswer(
      use.call,
      said`intervals, such as lie between times like ${example}`,
      query.slice(from, to),
    );
  }
  if (isCall && areAll(readTime)) return noAnswer(use.call, said`times, such as ${example}`, name);
  if (!areAll(readInterval)) return undefined;
  const interval = `${name}::interval`;
  if (isCall && use.takes === 'numbers')
    return noAnswer(use.call, said`intervals, such as ${example}`, interval);
  return said`the values of ${name} that were looked at are texts of intervals, such as ${example}; write ${interval}`;
}
