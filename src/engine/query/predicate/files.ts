import { compileExpression } from '../evaluate.ts';
import { placeOf, type Layout } from '../layout.ts';
import type { Column, Expression } from '../syntax/tree.ts';
import { operandsOf, visitExpression } from '../syntax/walk.ts';
import { truthOf } from '../value/compare.ts';
import type { Value } from '../value/value.ts';
import type { Condition } from './predicate.ts';

/** What is known of all records of a file before it is read. */
export interface FileFacts {
  /** As `_file` has it. */
  readonly path: string;
  /** The values of the layout's partition columns. */
  readonly partitions: readonly Value[];
}

/** Whether a file may hold a record for which all conditions are true. */
export type FileCondition = (file: FileFacts) => boolean;

/** Those of the conditions that ask only for what is known of files; undefined where there is none. */
export function fileCondition(conditions: readonly Condition[], layout: Layout): FileCondition | undefined {
  let file: FileFacts = { path: '', partitions: [] };
  const read = (column: Column): (() => Value) | undefined => {
    const place = placeOf(column, layout);
    if (place.kind === 'field' || place.kind === 'nothing' || place.rest.length > 0) return undefined;
    if (place.kind === 'partition') return () => file.partitions.at(place.partition) ?? null;
    return place.attribute === '_file' ? () => file.path : undefined;
  };
  const parts = conditions.flatMap((condition) =>
    condition.kind === 'expression' ? conjuncts(condition.expression) : [],
  );
  const tests = parts
    .filter((part) => columnsOf(part).length > 0 && columnsOf(part).every((column) => read(column)))
    .map(
      (part) =>
        compileExpression(part, {
          column: (column) => ({ evaluate: read(column) ?? (() => null), loose: false }),
        }).evaluate,
    );
  if (tests.length === 0) return undefined;
  return (asked) => {
    file = asked;
    return tests.every((evaluate) => truthOf(evaluate(0)) === true);
  };
}

/** With those of conditions in brackets. */
function conjuncts(condition: Expression): readonly Expression[] {
  const operands = operandsOf(condition);
  return operands.length === 1 ? operands : operands.flatMap(conjuncts);
}

function columnsOf(expression: Expression): readonly Column[] {
  const columns: Column[] = [];
  visitExpression(expression, (node) => {
    if (node.kind === 'column') columns.push(node);
  });
  return columns;
}
