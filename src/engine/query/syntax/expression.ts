import { said, type Said } from '../../../said/said.ts';
import { parseCall, parseExtract, plainCall } from './call.ts';
import {
  chained,
  foreignSymbol,
  refuseAnyPattern,
  refuseAnyValue,
  refuseExists,
  refuseForeignList,
  refuseForeignMatch,
  refuseForeignSign,
  refuseIsValue,
  refuseLeadingDot,
  refuseQuery,
  refuseQueryAfterIn,
} from './foreign.ts';
import { withoutSynonym } from './synonym.ts';
import { parseWordedCall } from './wordedCall.ts';
import { parseCastType } from './castType.ts';
import type { Cursor } from './cursor.ts';
import { numberOf, negate } from '../value/decimal.ts';
import { QueryError, spanning, type Span } from '../diagnostic.ts';
import { parseTimeLiteral, parseUnitInterval } from './timeLiteral.ts';
import type { ArithmeticOperator, Case, Column, ComparisonOperator, Expression, Name, Step } from './tree.ts';
import type { Token } from './token.ts';
import { childrenOf } from './walk.ts';
import { isNumeric } from '../value/value.ts';

/**
 * Binding powers, weakest first: PostgreSQL's order, which DuckDB shares. An operator is parsed where its power is
 * greater than that of the operator to its left.
 */
const power = {
  none: 0,
  or: 1,
  and: 2,
  not: 3,
  is: 4,
  comparison: 5,
  range: 6,
  other: 7,
  sum: 8,
  product: 9,
  zone: 10,
  sign: 11,
  postfix: 12,
};

const comparisons = new Map<string, ComparisonOperator>([
  ['=', '='],
  ['==', '='],
  ['<>', '<>'],
  ['!=', '<>'],
  ['<', '<'],
  ['<=', '<='],
  ['>', '>'],
  ['>=', '>='],
]);

const arithmetic = new Map<string, { operator: ArithmeticOperator; power: number }>([
  ['||', { operator: '||', power: power.other }],
  ['+', { operator: '+', power: power.sum }],
  ['-', { operator: '-', power: power.sum }],
  ['*', { operator: '*', power: power.product }],
  ['/', { operator: '/', power: power.product }],
  ['//', { operator: '//', power: power.product }],
  ['%', { operator: '%', power: power.product }],
]);

const matches = new Map([
  ['~', { insensitive: false, negated: false }],
  ['~*', { insensitive: true, negated: false }],
  ['!~', { insensitive: false, negated: true }],
  ['!~*', { insensitive: true, negated: true }],
]);

export function parseExpression(cursor: Cursor): Expression {
  return parseAbove(cursor, power.none);
}

function parseAbove(cursor: Cursor, floor: number): Expression {
  return cursor.nested(() => {
    let left = parseOperand(cursor);
    for (;;) {
      cursor.measure(left, childrenOf(left));
      const longer = parseOperator(cursor, left, floor);
      if (longer === undefined) return left;
      left = longer;
    }
  });
}

/** The operator that follows `left` with its right side; undefined where none binds tighter than `floor`. */
function parseOperator(cursor: Cursor, left: Expression, floor: number): Expression | undefined {
  const token = cursor.peek();
  if (token.kind === 'symbol') return parseSymbolOperator(cursor, left, floor, token);
  if (token.kind === 'name') return parseWordOperator(cursor, left, floor);
  return undefined;
}

function parseSymbolOperator(
  cursor: Cursor,
  left: Expression,
  floor: number,
  token: Token,
): Expression | undefined {
  const comparison = comparisons.get(token.value);
  if (comparison !== undefined) {
    if (floor === power.comparison) {
      throw chained(cursor, left);
    }
    if (floor > power.comparison) return undefined;
    cursor.next();
    refuseForeignSign(cursor);
    refuseAnyValue(cursor);
    const right = parseAbove(cursor, power.comparison);
    return { kind: 'comparison', operator: comparison, left, right, ...spanning(left, right) };
  }
  const operation = arithmetic.get(token.value);
  if (operation !== undefined) {
    if (floor >= operation.power) return undefined;
    cursor.next();
    const right = parseAbove(cursor, operation.power);
    return { kind: 'arithmetic', operator: operation.operator, left, right, ...spanning(left, right) };
  }
  const match = matches.get(token.value);
  if (match !== undefined) {
    if (floor >= power.other) return undefined;
    cursor.next();
    refuseForeignSign(cursor);
    const pattern = parseAbove(cursor, power.other);
    return { kind: 'match', operand: left, pattern, ...match, ...spanning(left, pattern) };
  }
  if (token.value === '::') {
    cursor.next();
    const type = parseCastType(cursor);
    return { kind: 'cast', operand: left, ...type, ...cursor.spanFrom(left) };
  }
  if (token.value === '[') return parseBracket(cursor, left);
  // `a.*` is an item of SELECT, not an expression.
  if (token.value === '.') return cursor.isSymbol('*', 1) ? undefined : parseMember(cursor, left);
  if (token.value === '->' || token.value === '->>') {
    if (isLambda(cursor, left)) {
      throw new QueryError(
        token,
        said`lambdas are not supported; write |> UNNEST list AS item |> WHERE item...`,
      );
    }
    throw new QueryError(token, said`${token.value} is not supported; write a member as a.b or a['b']`);
  }
  const foreign = foreignSymbol(cursor, left);
  if (foreign) throw foreign;
  return undefined;
}

/** Whether a name before -> stands again soon after it, as in x -> x > 1. */
function isLambda(cursor: Cursor, left: Expression): boolean {
  if (left.kind !== 'column' || left.rest.length > 0) return false;
  const name = left.first.name.toLowerCase();
  for (let ahead = 1; ahead < 12; ahead++) if (cursor.isWord(name, ahead)) return true;
  return false;
}

function parseWordOperator(cursor: Cursor, left: Expression, floor: number): Expression | undefined {
  if (cursor.isWord('and') || cursor.isWord('or')) return parseLogical(cursor, left, floor);

  if (cursor.isWord('is')) {
    if (floor >= power.is) return undefined;
    return parseIs(cursor, left);
  }

  refuseForeignMatch(cursor);
  const negated = cursor.isWord('not');
  const word = cursor.peek(negated ? 1 : 0).value.toLowerCase();
  const isRange = ['in', 'between', 'like', 'ilike'].includes(word) && cursor.isWord(word, negated ? 1 : 0);
  if (isRange) {
    if (floor >= power.range) return undefined;
    if (negated) cursor.next();
    cursor.next();
    if (word === 'in') return parseIn(cursor, left, negated);
    if (word === 'between') return parseBetween(cursor, left, negated);
    return parseLike(cursor, left, negated, word === 'ilike');
  }
  if (cursor.isWord('at') && cursor.isWord('time', 1)) {
    if (floor >= power.zone) return undefined;
    return parseAtTimeZone(cursor, left);
  }
  if (cursor.isWord('isnull') || cursor.isWord('notnull')) {
    if (floor >= power.is) return undefined;
    const not = cursor.next().value.toLowerCase() === 'notnull';
    return { kind: 'is', operand: left, test: 'null', negated: not, ...cursor.spanFrom(left) };
  }
  return undefined;
}

/** `ts AT TIME ZONE 'Europe/Berlin'` is `timezone('Europe/Berlin', ts)`. */
function parseAtTimeZone(cursor: Cursor, time: Expression): Expression {
  const { from, to } = cursor.next();
  cursor.next();
  cursor.expectWord('zone', said`after AT TIME`);
  const zone = parseAbove(cursor, power.zone);
  const name = { name: 'timezone', quoted: false, from, to };
  return { kind: 'call', name, arguments: [zone, time], ...plainCall, ...spanning(time, zone) };
}

function parseLogical(cursor: Cursor, left: Expression, floor: number): Expression | undefined {
  const operator = cursor.isWord('and') ? 'and' : 'or';
  if (floor >= power[operator]) return undefined;
  const operands = [left];
  while (cursor.takeWords(operator)) operands.push(parseAbove(cursor, power[operator]));
  return { kind: 'logical', operator, operands, ...cursor.spanFrom(left) };
}

function parseIs(cursor: Cursor, left: Expression): Expression {
  cursor.next();
  const negated = cursor.takeWords('not');
  if (cursor.takeWords('distinct')) {
    cursor.expectWord('from', said`after IS DISTINCT`);
    const right = parseAbove(cursor, power.is);
    return { kind: 'distinctness', negated, left, right, ...spanning(left, right) };
  }
  for (const test of ['null', 'true', 'false'] as const) {
    if (cursor.takeWords(test)) return { kind: 'is', operand: left, test, negated, ...cursor.spanFrom(left) };
  }
  refuseIsValue(cursor, left, negated);
  throw cursor.unexpected(said`NULL, TRUE, FALSE or DISTINCT FROM after IS`);
}

function parseIn(cursor: Cursor, operand: Expression, negated: boolean): Expression {
  refuseForeignList(cursor, operand, negated);
  cursor.expectSymbol('(', said`after IN`);
  refuseQueryAfterIn(cursor, operand, negated);
  const items = parseList(cursor, ')', said`after the list of IN`);
  if (items.length === 0) throw new QueryError(cursor.last(), said`the list of IN is empty`);
  return { kind: 'in', operand, items, negated, ...cursor.spanFrom(operand) };
}

function parseBetween(cursor: Cursor, operand: Expression, negated: boolean): Expression {
  const low = parseAbove(cursor, power.range);
  cursor.expectWord('and', said`and the upper bound of BETWEEN`);
  const high = parseAbove(cursor, power.range);
  return { kind: 'between', operand, low, high, negated, ...spanning(operand, high) };
}

function parseLike(cursor: Cursor, operand: Expression, negated: boolean, insensitive: boolean): Expression {
  refuseAnyPattern(cursor, insensitive ? 'ILIKE' : 'LIKE');
  const pattern = parseAbove(cursor, power.range);
  const escape = cursor.takeWords('escape') ? parseAbove(cursor, power.range) : undefined;
  return { kind: 'like', operand, pattern, escape, insensitive, negated, ...cursor.spanFrom(operand) };
}

/** Expressions between commas up to and with the closing symbol; none where it follows at once. */
function parseList(cursor: Cursor, close: string, where: Said): Expression[] {
  const items: Expression[] = [];
  if (cursor.takeSymbol(close)) return items;
  do items.push(parseExpression(cursor));
  while (cursor.takeSymbol(','));
  if (!cursor.isSymbol(close)) throw cursor.unexpected(said`, or ${close} ${where}`);
  cursor.next();
  return items;
}

function parseBracket(cursor: Cursor, base: Expression): Expression {
  cursor.next();
  if (cursor.takeSymbol(':')) return parseSliceEnd(cursor, base, undefined);
  const index = parseExpression(cursor);
  if (cursor.takeSymbol(':')) return parseSliceEnd(cursor, base, index);
  cursor.expectSymbol(']', said`after the index`);
  const span = cursor.spanFrom(base);
  const step = base.kind === 'column' ? constantStep(index) : undefined;
  if (base.kind === 'column' && step !== undefined) return { ...longerPath(base, step), ...span };
  return { kind: 'element', base, index, ...span };
}

function parseSliceEnd(cursor: Cursor, base: Expression, low: Expression | undefined): Expression {
  const high = cursor.isSymbol(']') ? undefined : parseExpression(cursor);
  cursor.expectSymbol(']', said`after the slice`);
  return { kind: 'slice', base, low, high, ...cursor.spanFrom(base) };
}

function constantStep(index: Expression): Step | undefined {
  if (index.kind !== 'literal') return undefined;
  const { value, from, to } = index;
  if (typeof value === 'string') return { name: value, quoted: true, from, to };
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= 0xffffffff) {
    return { index: value, from, to };
  }
  return undefined;
}

function parseMember(cursor: Cursor, base: Expression): Expression {
  cursor.next();
  const member = memberName(cursor);
  const span = cursor.spanFrom(base);
  if (base.kind === 'column') return { ...longerPath(base, member), ...span };
  const index: Expression = { kind: 'literal', value: member.name, from: member.from, to: member.to };
  return { kind: 'element', base, index, ...span };
}

/** Longer paths are refused: finding them costs their length in every record. */
const maxSteps = 400;

function longerPath(column: Column, step: Step): Column {
  if (column.rest.length === maxSteps) {
    throw new QueryError(column, said`a path can have at most ${maxSteps} keys`);
  }
  return { ...column, rest: [...column.rest, step] };
}

/** After a dot every word is a name, the reserved ones too. */
function memberName(cursor: Cursor): Name {
  const token = cursor.peek();
  if ((token.kind !== 'name' && token.kind !== 'quoted') || token.isWord)
    throw cursor.unexpected(said`a name after the dot`);
  cursor.next();
  return { name: token.value, quoted: token.kind === 'quoted', from: token.from, to: token.to };
}

function parseOperand(cursor: Cursor): Expression {
  const token = cursor.peek();
  const span: Span = { from: token.from, to: token.to };
  switch (token.kind) {
    case 'number':
      cursor.next();
      return { kind: 'literal', value: numberOf(token.value), ...span };
    case 'text':
      cursor.next();
      return { kind: 'literal', value: token.value, ...span };
    case 'quoted':
      return parseColumn(cursor);
    case 'symbol':
      return parseSymbolOperand(cursor, token);
    case 'name':
      return parseWordOperand(cursor, token);
    case 'gap':
    case 'end':
      cursor.want('expression');
      throw cursor.unexpected(said`an expression, such as status >= 500`);
  }
}

function parseSymbolOperand(cursor: Cursor, token: Token): Expression {
  switch (token.value) {
    case '(': {
      cursor.next();
      refuseQuery(cursor);
      const inner = parseExpression(cursor);
      if (cursor.isSymbol(',')) {
        throw new QueryError(
          cursor.peek(),
          said`several values in parentheses are not supported; write a = 1 AND b = 2, or [a, b] for a list`,
        );
      }
      if (!cursor.isSymbol(')')) throw cursor.unexpected(said`a ) that closes the parenthesis`);
      cursor.next();
      return { ...inner, ...cursor.spanFrom(token) };
    }
    case '[': {
      cursor.next();
      const items = parseList(cursor, ']', said`after the list`);
      return { kind: 'list', items, ...cursor.spanFrom(token) };
    }
    case '-': {
      cursor.next();
      const operand = parseAbove(cursor, power.sign);
      const span = spanning(token, operand);
      if (operand.kind === 'literal' && isNumeric(operand.value)) {
        return { kind: 'literal', value: negate(operand.value), ...span };
      }
      return { kind: 'negative', operand, ...span };
    }
    case '+': {
      cursor.next();
      const operand = parseAbove(cursor, power.sign);
      return { ...operand, ...spanning(token, operand) };
    }
    case '*':
      throw new QueryError(token, said`* is allowed only in SELECT and in count(*)`);
    case '!':
      throw new QueryError(token, said`! is not supported; write NOT`);
    default:
      refuseLeadingDot(cursor);
      throw cursor.unexpected(said`an expression, such as status >= 500`);
  }
}

function parseWordOperand(cursor: Cursor, token: Token): Expression {
  const word = token.value.toLowerCase();
  const span: Span = { from: token.from, to: token.to };
  switch (word) {
    case 'not': {
      cursor.next();
      refuseExists(cursor, true);
      const operand = parseAbove(cursor, power.not);
      return { kind: 'not', operand, ...spanning(token, operand) };
    }
    case 'exists':
      refuseExists(cursor, false);
      break;
    case 'null':
      cursor.next();
      return { kind: 'literal', value: null, ...span };
    case 'true':
    case 'false':
      cursor.next();
      return { kind: 'literal', value: word === 'true', ...span };
    case 'case':
      return parseCase(cursor);
    case 'cast':
    case 'try_cast':
      return parseCast(cursor);
    case 'timestamp':
    case 'timestamptz':
    case 'datetime':
    case 'date':
    case 'interval':
      if (cursor.peek(1).kind === 'text') return parseTimeLiteral(cursor, word);
      if (word === 'interval' && cursor.peek(1).kind === 'number') return parseUnitInterval(cursor);
      break;
    case 'current_date':
    case 'current_timestamp':
      return parseCurrentTime(cursor, word === 'current_date' ? 'today' : 'now');
    case 'extract':
      if (cursor.isSymbol('(', 1)) return parseExtract(cursor, parseExpression);
      break;
    default:
  }
  if (cursor.isSymbol('(', 1)) {
    const worded = parseWordedCall(cursor, parseExpression, (inner) => parseAbove(inner, power.range));
    return worded ?? withoutSynonym(parseCall(cursor, parseExpression));
  }
  return parseColumn(cursor);
}

/** CURRENT_DATE and the like are functions that the standard calls without parentheses. */
function parseCurrentTime(cursor: Cursor, called: string): Expression {
  const word = cursor.next();
  if (cursor.isSymbol('(') && cursor.isSymbol(')', 1)) {
    cursor.next();
    cursor.next();
  }
  const name = { name: called, quoted: false, from: word.from, to: word.to };
  return {
    kind: 'call',
    name,
    arguments: [],
    star: false,
    distinct: false,
    orderBy: [],
    filter: undefined,
    over: undefined,
    ...cursor.spanFrom(word),
  };
}

function parseColumn(cursor: Cursor): Expression {
  const first = cursor.expectName(said`an expression, such as status >= 500`);
  return { kind: 'column', first, rest: [], from: first.from, to: first.to };
}

function parseCase(cursor: Cursor): Case {
  const start = cursor.next();
  const operand = cursor.isWord('when') ? undefined : parseExpression(cursor);
  const branches: { when: Expression; then: Expression }[] = [];
  while (cursor.takeWords('when')) {
    const when = parseExpression(cursor);
    cursor.expectWord('then', said`after the condition of WHEN`);
    branches.push({ when, then: parseExpression(cursor) });
  }
  if (branches.length === 0) throw cursor.unexpected(said`WHEN after CASE`);
  const otherwise = cursor.takeWords('else') ? parseExpression(cursor) : undefined;
  if (!cursor.takeWords('end'))
    throw cursor.unexpected(otherwise === undefined ? said`WHEN, ELSE or END` : said`END`);
  return { kind: 'case', operand, branches, otherwise, ...cursor.spanFrom(start) };
}

function parseCast(cursor: Cursor): Expression {
  const start = cursor.next();
  const what = start.value.toUpperCase();
  cursor.expectSymbol('(', said`after ${what}`);
  const operand = parseExpression(cursor);
  cursor.expectWord('as', said`and a type in ${what}`);
  const type = parseCastType(cursor);
  cursor.expectSymbol(')', said`after the type of ${what}`);
  return { kind: 'cast', operand, ...type, ...cursor.spanFrom(start) };
}
