import type { ComparisonOperator } from '../syntax/tree.ts';

/** The operator with its sides exchanged, and with its answer turned around where false is wanted. */
export function mirror(operator: ComparisonOperator, flipped: boolean, wanted: boolean): ComparisonOperator {
  const sided = flipped ? exchanged[operator] : operator;
  return wanted ? sided : opposite[sided];
}

const exchanged: Record<ComparisonOperator, ComparisonOperator> = {
  '=': '=',
  '<>': '<>',
  '<': '>',
  '<=': '>=',
  '>': '<',
  '>=': '<=',
};

const opposite: Record<ComparisonOperator, ComparisonOperator> = {
  '=': '<>',
  '<>': '=',
  '<': '>=',
  '<=': '>',
  '>': '<=',
  '>=': '<',
};
