import type { FieldRequest } from '../format/record.ts';
import { isTime } from './cell.ts';
import { rowsFunction, scalarFunctions } from './function/index.ts';
import type { Layout } from './layout.ts';
import { expressionsOf } from './operator/operators.ts';
import { Origins } from './origins.ts';
import type { Expression, Literal, Query } from './syntax/tree.ts';
import { visitExpression } from './syntax/walk.ts';

/** A field of the file whose values are compared, as they stand, with a value that the query writes. */
export interface ComparedField {
  /** What gives the values: the column itself, or what hands them on, such as `coalesce(a, b)` or a column `max(a)`. */
  readonly operand: Expression;
  /** Whether that is the field and nothing else. */
  readonly isField: boolean;
  /** Whether texts among them are compared as times, since the file or the query makes them such. */
  readonly isTime: boolean;
  readonly literal: Literal;
  /** Whether the literal may be what the expression gives, as in `greatest(a, '2024-05-31')`. */
  readonly isGiven: boolean;
  /** Whether it is asked which of the two comes first. */
  readonly isOrder: boolean;
  readonly path: FieldRequest['path'];
}

/** Where a query compares fields of the file with values that it writes, in the order of its text. */
export function comparedFields({ operators }: Query, layout: Layout): ComparedField[] {
  const found: ComparedField[] = [];
  const origins = new Origins(layout, handedOn);
  for (const operator of operators) {
    for (const { expression } of expressionsOf(operator)) {
      visitExpression(expression, (node) => {
        for (const { operand, literals, isOrder } of comparedIn(node)) {
          const isGiven = node.kind === 'call';
          const fields = literals.length === 0 ? [] : [...origins.of(operand)];
          if (fields.length === 0) continue;
          const nature = origins.natureOf(operand);
          // Beside numbers and booleans a field is read as one.
          if (nature.type === 'number' || nature.type === 'boolean') continue;
          const isField = origins.isField(operand);
          const place = operand.kind === 'column' ? origins.placeOf(operand) : undefined;
          for (const literal of literals)
            for (const field of fields)
              found.push({
                ...{ operand, isField, isTime: isTime(nature), literal, isGiven, isOrder },
                path: place ?? origins.pathOf(field),
              });
        }
      });
    }
    origins.pass(operator);
  }
  return found;
}

/** What an expression may give as it stands: columns, and calls whose values are columns once they are computed. */
export function* handedOn(node: Expression): Generator<Expression> {
  switch (node.kind) {
    case 'column':
      yield node;
      break;
    case 'case':
      for (const { then } of node.branches) yield* handedOn(then);
      if (node.otherwise) yield* handedOn(node.otherwise);
      break;
    case 'element':
      for (const item of node.base.kind === 'list' ? node.base.items : []) yield* handedOn(item);
      break;
    case 'call': {
      yield node;
      const rows = rowsFunction(node);
      if (rows)
        yield* rows.keepsLoose === true
          ? node.arguments.slice(0, 1).flatMap((one) => [...handedOn(one)])
          : [];
      else if (scalarFunctions.get(node.name.name.toLowerCase())?.keepsLoose === true)
        for (const given of node.arguments) yield* handedOn(given);
      break;
    }
    default:
  }
}

interface Compared {
  readonly operand: Expression;
  readonly literals: readonly Literal[];
  readonly isOrder: boolean;
}

function* comparedIn(node: Expression): Generator<Compared> {
  switch (node.kind) {
    case 'comparison':
    case 'distinctness': {
      const isOrder = node.kind === 'comparison' && node.operator !== '=' && node.operator !== '<>';
      yield { operand: node.left, literals: literalsOf([node.right]), isOrder };
      yield { operand: node.right, literals: literalsOf([node.left]), isOrder };
      break;
    }
    case 'between':
      yield { operand: node.operand, literals: literalsOf([node.low, node.high]), isOrder: true };
      break;
    case 'in':
      yield { operand: node.operand, literals: literalsOf(node.items), isOrder: false };
      break;
    case 'case': {
      const { operand, branches } = node;
      if (operand) yield { operand, literals: literalsOf(branches.map(({ when }) => when)), isOrder: false };
      break;
    }
    case 'call': {
      if (scalarFunctions.get(node.name.name.toLowerCase())?.compares !== true) break;
      const literals = literalsOf(node.arguments);
      // Which of them is larger is asked of fields of tables as numbers, also beside a text.
      for (const operand of node.arguments) yield { operand, literals, isOrder: false };
      break;
    }
    default:
  }
}

function literalsOf(nodes: readonly Expression[]): Literal[] {
  return nodes.filter((node) => node.kind === 'literal');
}
