import { said } from '../../said/said.ts';
import { replacing, warningAt, type Diagnostic, type Span } from './diagnostic.ts';
import { expressionsOf } from './operator/operators.ts';
import type { Expression, Query } from './syntax/tree.ts';
import { joinsTexts } from './syntax/foreign.ts';
import { visitExpression } from './syntax/walk.ts';
import { writeText } from './write.ts';

/**
 * Where a constant means something else than it looks: NULL, to which nothing is equal, a day without quotes, a column in
 * single quotes, `*` in LIKE and the item 0 of a list; and where `||` stands for OR.
 */
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
      yield* quotedColumn(left, [right], text);
      if (isJoined(left) || isJoined(right)) yield warningAt(node, joinsTexts);
      if (operator !== '=' && operator !== '<>') break;
      if (!isNull(left) && !isNull(right)) break;
      const operand = isNull(right) ? left : right;
      const instead = `${written(operand, text)} ${operator === '=' ? 'IS NULL' : 'IS NOT NULL'}`;
      const message = said`no value is equal to NULL or different from it, so this is true of no record; write ${instead}`;
      yield { ...warningAt(node, message), fix: replacing(text, node, instead) };
      break;
    }
    case 'like': {
      const { operand, pattern } = node;
      yield* quotedColumn(operand, [pattern], text);
      const written = textIn(pattern);
      if (written === undefined || !written.includes('*') || /[%_]/.test(written)) break;
      const instead = writeText(written.replaceAll('*', '%'));
      const message = said`* stands for itself in LIKE; write ${instead} for any characters`;
      yield { ...warningAt(pattern, message), fix: replacing(text, pattern, instead) };
      break;
    }
    case 'element': {
      const { index } = node;
      if (index.kind !== 'literal' || index.value !== 0) break;
      const message = said`items are counted from 1, so there is none with the number 0; write [1] for the first one`;
      yield { ...warningAt(index, message), fix: replacing(text, index, '1') };
      break;
    }
    case 'in': {
      yield* quotedColumn(node.operand, node.items, text);
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
      if (node.operator === '||' && (isCondition(node.left) || isCondition(node.right)))
        yield warningAt(node, joinsTexts);
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

/** A text that is compared with nothing but constants, where the column of its name is meant. */
function* quotedColumn(node: Expression, others: readonly Expression[], text: string): Generator<Diagnostic> {
  const name = textIn(node);
  if (name === undefined || !/^[a-z_]\w*(?:\.[a-z_]\w*)*$/i.test(name)) return;
  if (!others.every((other) => other.kind === 'literal')) return;
  const message = said`${written(node, text)} is a text, and the same in every record; write ${name} for a column`;
  yield { ...warningAt(node, message), fix: replacing(text, node, name) };
}

/** Whether `||` has taken a part of another condition to itself, as in `a LIKE 'x' || b = 2`. */
function isJoined(node: Expression): boolean {
  if (node.kind !== 'like' && node.kind !== 'match') return false;
  return [node.operand, node.pattern].some((part) => part.kind === 'arithmetic' && part.operator === '||');
}

function isCondition({ kind }: Expression): boolean {
  return conditions.has(kind);
}

const conditions: ReadonlySet<Expression['kind']> = new Set([
  ...(['comparison', 'in', 'between', 'like', 'match', 'is', 'distinctness', 'logical', 'not'] as const),
]);

function textIn(node: Expression): string | undefined {
  return node.kind === 'literal' && typeof node.value === 'string' ? node.value : undefined;
}

function written(node: Span, text: string): string {
  return text.slice(node.from, node.to);
}

function isNull(node: Expression): boolean {
  return node.kind === 'literal' && node.value === null;
}
