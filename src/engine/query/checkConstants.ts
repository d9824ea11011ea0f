import { said } from '../../said/said.ts';
import { replacing, warningAt, type Diagnostic, type Span } from './diagnostic.ts';
import { expressionsOf } from './operator/operators.ts';
import type { Expression, Query } from './syntax/tree.ts';
import { visitExpression } from './syntax/walk.ts';

/** Where a constant means something else than it looks: NULL, to which nothing is equal, and a day without quotes. */
export function checkConstants({ operators, text }: Query): Diagnostic[] {
  const found: Diagnostic[] = [];
  for (const operator of operators) {
    for (const { expression } of expressionsOf(operator))
      visitExpression(expression, (node) => found.push(...doubtsOf(node, text)));
  }
  return found;
}

function* doubtsOf(node: Expression, text: string): Generator<Diagnostic> {
  switch (node.kind) {
    case 'comparison': {
      const { operator, left, right } = node;
      if (operator !== '=' && operator !== '<>') break;
      if (!isNull(left) && !isNull(right)) break;
      const operand = isNull(right) ? left : right;
      const instead = `${written(operand, text)} ${operator === '=' ? 'IS NULL' : 'IS NOT NULL'}`;
      const message = said`no value is equal to NULL or different from it, so this is true of no record; write ${instead}`;
      yield { ...warningAt(node, message), fix: replacing(text, node, instead) };
      break;
    }
    case 'in': {
      const item = node.items.find(isNull);
      if (item === undefined) break;
      yield warningAt(
        item,
        node.negated
          ? said`with NULL in the list, NOT IN is true of no record; leave it out, and add IS NOT NULL if that is meant`
          : said`no value is equal to NULL; write OR … IS NULL behind the list`,
      );
      break;
    }
    case 'arithmetic': {
      const match = /^(\d{4})-(\d\d?)-(\d\d?)$/.exec(written(node, text));
      if (match === null) break;
      const [, year, month, day] = match;
      const instead = `DATE '${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}'`;
      const number = Number(year) - Number(month) - Number(day);
      const message = said`${written(node, text)} is the number ${number}; write ${instead} for the day`;
      yield { ...warningAt(node, message), fix: replacing(text, node, instead) };
      break;
    }
    default:
  }
}

function written(node: Span, text: string): string {
  return text.slice(node.from, node.to);
}

function isNull(node: Expression): boolean {
  return node.kind === 'literal' && node.value === null;
}
