import { said } from '../../../said/said.ts';
import { plainCall, type ParseExpression } from './call.ts';
import type { Cursor } from './cursor.ts';
import type { Expression, Name } from './tree.ts';

/** A call that the standard writes with words between the arguments, if one begins here. */
export function parseWordedCall(
  cursor: Cursor,
  parse: ParseExpression,
  parseOperand: ParseExpression,
): Expression | undefined {
  if (cursor.isWord('position')) return parsePosition(cursor, parse, parseOperand);
  if (cursor.isWord('trim')) return parseTrim(cursor, parse);
  return undefined;
}

/** `position(part IN text)` is `strpos(text, part)`. */
function parsePosition(cursor: Cursor, parse: ParseExpression, parseOperand: ParseExpression): Expression {
  const name = cursor.next();
  cursor.next();
  const part = parseOperand(cursor);
  if (!cursor.takeWords('in')) throw cursor.unexpected(said`IN, as in position('a' IN text)`);
  const text = parse(cursor);
  cursor.expectSymbol(')', said`after the arguments of position`);
  return called(cursor, { name: 'strpos', quoted: false, from: name.from, to: name.to }, [text, part]);
}

const trims: ReadonlyMap<string, string> = new Map([
  ['both', 'trim'],
  ['leading', 'ltrim'],
  ['trailing', 'rtrim'],
]);

/** `trim(LEADING 'x' FROM text)` is `ltrim(text, 'x')`; undefined where it is a call as others are. */
function parseTrim(cursor: Cursor, parse: ParseExpression): Expression | undefined {
  const side = cursor.peek(2);
  const sided = side.kind === 'name' ? trims.get(side.value.toLowerCase()) : undefined;
  const isSided = sided !== undefined && !cursor.isSymbol(')', 3) && !cursor.isSymbol(',', 3);
  const isOfText = side.kind === 'text' && cursor.isWord('from', 3);
  if (!isSided && !isOfText && !cursor.isWord('from', 2)) return undefined;
  const start = cursor.next();
  cursor.next();
  if (isSided) cursor.next();
  const characters = cursor.isWord('from') ? [] : [parse(cursor)];
  cursor.expectWord('from', said`and the text in trim`);
  const text = parse(cursor);
  cursor.expectSymbol(')', said`after the arguments of trim`);
  const name = { name: sided ?? 'trim', quoted: false, from: start.from, to: start.to };
  return called(cursor, name, [text, ...characters]);
}

function called(cursor: Cursor, name: Name, values: readonly Expression[]): Expression {
  return { kind: 'call', name, arguments: values, ...plainCall, ...cursor.spanFrom(name) };
}
