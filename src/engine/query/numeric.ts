import { said } from '../../said/said.ts';
import type { FieldRequest } from '../format/record.ts';
import { warningAt, type Diagnostic } from './diagnostic.ts';
import { aggregates, scalarFunctions, windowFunctions } from './function/index.ts';
import type { Layout } from './layout.ts';
import { expressionsOf } from './operator/operators.ts';
import { Origins } from './origins.ts';
import type { Column, Expression, Query } from './syntax/tree.ts';
import { visitExpression } from './syntax/walk.ts';
import { readInterval } from './value/time.ts';
import { isNumeric } from './value/value.ts';
import { writeText } from './write.ts';

/** A field of the file of which a query needs numbers. */
export interface NumericField {
  readonly column: Column;
  /** Whether they are compared, and nothing is computed. */
  readonly isCompared: boolean;
  /** Whether it is added to or subtracted, as intervals are. */
  readonly isAdded: boolean;
  readonly path: FieldRequest['path'];
}

/** Where a query compares fields with numbers, or computes with them: only numbers give anything else than NULL there. */
export function numericFields({ operators }: Query, layout: Layout): NumericField[] {
  const found: NumericField[] = [];
  const origins = new Origins(layout, (node) => (node.kind === 'column' ? [node] : []));
  for (const operator of operators) {
    for (const { expression } of expressionsOf(operator)) {
      const columns = new Map<Column, Pick<NumericField, 'isCompared' | 'isAdded'>>();
      visitExpression(expression, (node) => {
        const isCompared = node.kind !== 'arithmetic' && node.kind !== 'call';
        const isAdded = node.kind === 'arithmetic' && (node.operator === '+' || node.operator === '-');
        for (const operand of numbersOf(node))
          if (operand.kind === 'column') columns.set(operand, { isCompared, isAdded });
      });
      for (const [column, use] of columns)
        for (const field of origins.of(column)) found.push({ column, ...use, path: origins.pathOf(field) });
    }
    origins.pass(operator);
  }
  return found;
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
      const name = node.name.name.toLowerCase();
      const functions = node.over ? windowFunctions : aggregates;
      const signature = (functions.get(name) ?? scalarFunctions.get(name))?.signature ?? '';
      return signature.includes('(number') ? node.arguments.slice(0, 1) : [];
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
  readonly texts: readonly string[];
  /** How many were looked at. */
  readonly values: number;
  readonly areAll: boolean;
}

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
    const { texts: seen, values, areAll: seenAll } = seenOf(field);
    const texts = field.isAdded ? seen.filter((one) => readInterval(one) === undefined) : seen;
    const areAll = seenAll && texts.length === seen.length;
    const odd = areAll ? texts : field.isCompared ? [] : texts.filter((one) => /\d/.test(one));
    if (odd.length === 0) return [];
    told.add(key);
    const name = text.slice(field.column.from, field.column.to);
    const example = writeText(odd[0]);
    return [
      warningAt(
        field.column,
        areAll
          ? said`the values of ${name} that were looked at are texts, such as ${example}, and none is a number: beside numbers they are NULL`
          : said`${name} has texts among its numbers, such as ${example} (${odd.length} of ${values} values that were looked at), and they are left out`,
      ),
    ];
  });
}
