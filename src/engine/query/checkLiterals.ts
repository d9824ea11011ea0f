import { type Said, said } from '../../said/said.ts';
import { plainNumber } from '../format/csv/cellReading.ts';
import { rewriteNumber, type DecimalMark } from '../format/csv/writtenNumber.ts';
import { replacing, warningAt, type Diagnostic } from './diagnostic.ts';
import type { Layout } from './layout.ts';
import { expressionsOf, resolve } from './operator/operators.ts';
import { FieldList } from './predicate/fields.ts';
import { Resolver } from './resolve/resolve.ts';
import { initialScope } from './resolve/scope.ts';
import { SlotTable } from './resolve/slot.ts';
import type { Column, Expression, Query } from './syntax/tree.ts';
import { visitExpression } from './syntax/walk.ts';

/**
 * Where a query compares a column of numbers with something that is another number to it than it looks: warnings. Beside a
 * text, as in `price > '1000'`, cells are compared as texts; and `1.000` is one in a query, also where the file writes a
 * thousand so.
 * @param numbers by the index of the column, the decimal mark of its numbers
 */
export function checkLiterals(
  { operators, text }: Query,
  layout: Layout,
  numbers: ReadonlyMap<number, DecimalMark>,
): Diagnostic[] {
  if (numbers.size === 0) return [];
  const found: Diagnostic[] = [];
  const table = new SlotTable(new FieldList(), layout);
  const resolver = new Resolver(initialScope(layout), table, { unknown: () => undefined });
  const warn = (node: Expression, message: Said, number: string): void => {
    found.push({ ...warningAt(node, message), fix: replacing(text, node, number) });
  };
  for (const operator of operators) {
    for (const { expression } of expressionsOf(operator)) {
      const compared: Compared[] = [];
      visitExpression(expression, (node) => compared.push(...comparedIn(node)));
      for (const { column, literal, isOrder } of compared) {
        if (literal.kind !== 'literal') continue;
        const decimal = numbers.get(fieldOf(column) ?? -1);
        if (decimal === undefined) continue;
        const written = text.slice(literal.from, literal.to);
        const name = text.slice(column.from, column.to);
        if (typeof literal.value === 'string') {
          const number = isOrder ? numberIn(literal.value, decimal) : undefined;
          if (number === undefined) continue;
          const message = said`beside a text, the numbers of ${name} are compared as texts; write ${number}`;
          warn(literal, message, number);
        } else if (decimal === ',' && /^-?\d{1,3}\.\d{3}$/.test(written)) {
          const number = written.replace('.', '');
          const message = said`${written} has a decimal point here, other than in ${name}; write ${number} if that is meant`;
          warn(literal, message, number);
        }
      }
    }
    resolve(operator, resolver);
  }
  return found;

  /** Which field of the file a column is; undefined where it is something else. */
  function fieldOf(column: Column): number | undefined {
    const slot = resolver.bind([column]).columns.get(column)?.slot;
    const source = slot === undefined ? undefined : table.slots[slot].source;
    if (source?.kind !== 'field') return undefined;
    const [index] = table.fields.requests()[source.field].path;
    return typeof index === 'number' ? index : undefined;
  }
}

interface Compared {
  readonly column: Column;
  readonly literal: Expression;
  /** Whether it is asked which of the two comes first. */
  readonly isOrder: boolean;
}

function* comparedIn(node: Expression): Generator<Compared> {
  switch (node.kind) {
    case 'comparison': {
      const isOrder = node.operator !== '=' && node.operator !== '<>';
      for (const [one, other] of [
        [node.left, node.right],
        [node.right, node.left],
      ])
        if (one.kind === 'column') yield { column: one, literal: other, isOrder };
      break;
    }
    case 'between':
      if (node.operand.kind !== 'column') break;
      for (const literal of [node.low, node.high]) yield { column: node.operand, literal, isOrder: true };
      break;
    case 'in':
      if (node.operand.kind !== 'column') break;
      for (const literal of node.items) yield { column: node.operand, literal, isOrder: false };
      break;
    default:
  }
}

/** The number that a text is as a query writes it; undefined where it is none. */
function numberIn(text: string, decimal: DecimalMark): string | undefined {
  return rewriteNumber(text, decimal) ?? (plainNumber.test(text) ? text.trim() : undefined);
}
