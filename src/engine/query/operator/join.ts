import { said } from '../../../said/said.ts';
import { QueryError, type Span } from '../diagnostic.ts';
import { withColumn } from '../resolve/scope.ts';
import { parseColumnName } from '../syntax/columns.ts';
import type { Cursor } from '../syntax/cursor.ts';
import { parseExpression } from '../syntax/expression.ts';
import type { Column, Expression, Name, Operator } from '../syntax/tree.ts';
import { operandsOf, visitExpression } from '../syntax/walk.ts';
import type { OperatorEntry } from './entry.ts';
import { refuseOwnName } from './ownName.ts';

export type JoinType = 'inner' | 'left' | 'semi' | 'anti';

interface JoinOperator extends Span {
  readonly type: JoinType;
  /** Path of the other file, as it is written, and where. */
  readonly file: { readonly path: string } & Span;
  /** What the rows of the other file are called. */
  readonly alias: Name;
  readonly keys: readonly JoinKey[];
  /** What else must be true of two rows; undefined: nothing. */
  readonly condition: Expression | undefined;
}

/** Two expressions that are equal in rows that belong together. */
export interface JoinKey {
  /** Of the rows. */
  readonly left: Expression;
  /** Of the other file's rows, whose columns may stand behind the alias. */
  readonly right: Expression;
}

/** A column that reads the other file's rows. */
export interface JoinUse {
  readonly column: Column;
  /** From the row on: the first step is the name of a column, where the file is a table that has it. */
  readonly path: readonly (string | number)[];
}

declare module '../syntax/tree.ts' {
  interface Operators {
    join: JoinOperator;
  }
}

declare module '../resolve/step.ts' {
  interface Steps {
    /** Puts rows together with those of another file that have the same key. */
    join: Pick<JoinOperator, 'type' | 'file' | 'alias' | 'keys' | 'condition'> & {
      /** What the names of the keys' left sides stand for, and those of `condition`. */
      readonly bound: Bound;
      readonly conditionBound: Bound;
      /** Slot of the other file's rows, each an object. */
      readonly slot: number;
      /** What is read of that slot. */
      readonly uses: readonly JoinUse[];
      /** Whether all of the object is read, and not only the members of `uses`. */
      readonly whole: boolean;
    };
  }
}

const types: readonly { readonly words: readonly string[]; readonly type: JoinType }[] = [
  { words: ['join'], type: 'inner' },
  { words: ['inner', 'join'], type: 'inner' },
  { words: ['left', 'join'], type: 'left' },
  { words: ['left', 'outer', 'join'], type: 'left' },
  { words: ['semi', 'join'], type: 'semi' },
  { words: ['anti', 'join'], type: 'anti' },
];

export const join: OperatorEntry<'join'> = {
  help: [
    {
      word: 'JOIN',
      form: "JOIN 'file' [AS name] ON condition | USING (column, …)",
      summary: said`Puts each row together with the rows of another file that have the same key, as in \`ON user.id = u.id\`. The other row is an object in a column of that name. \`USING (column, …)\` stands for columns that both have. INNER JOIN is the same.`,
    },
    {
      word: 'LEFT JOIN',
      form: "LEFT JOIN 'file' [AS name] ON condition",
      summary: said`The same, and keeps rows without such another row: their column is NULL.`,
    },
    {
      word: 'SEMI JOIN',
      form: "SEMI JOIN 'file' [AS name] ON condition",
      summary: said`Keeps the rows for which another file has a row with the same key.`,
    },
    {
      word: 'ANTI JOIN',
      form: "ANTI JOIN 'file' [AS name] ON condition",
      summary: said`Keeps the rows for which another file has no row with the same key.`,
    },
  ],
  otherWords: ['INNER JOIN', 'LEFT OUTER JOIN'],
  parse: parseJoin,
  expressions: ({ keys, condition }) => [
    ...keys.flatMap(({ left, right }) => [left, right]),
    ...(condition === undefined ? [] : [condition]),
  ],
  keepsRows: ({ type }) => type === 'semi' || type === 'anti',
  outcome: ({ type }) => (type === 'semi' || type === 'anti' ? { filtered: true } : { rows: 'rows' }),
  resolve({ type, file, alias, keys, condition }, names) {
    const bound = names.bind(keys.map(({ left }) => left));
    const slot = names.table.computed({ loose: false, rowsOf: { layout: names.joinedLayout() } });
    const before = names.scope;
    names.scope = withColumn(before, alias.name, slot);
    const conditionBound = names.bind(condition === undefined ? [] : [condition]);
    names.steps.push({
      ...{ kind: 'join', type, file, alias, keys, condition, bound, conditionBound, slot },
      ...{ uses: [], whole: true },
    });
    if (type === 'semi' || type === 'anti') names.scope = before;
  },
};

function parseJoin(cursor: Cursor): Operator<'join'> {
  const start = cursor.peek();
  const type = types.find(({ words }) => cursor.takeWords(...words))?.type ?? 'inner';
  cursor.want('file');
  const path = cursor.peek();
  if (path.kind !== 'text')
    throw cursor.unexpected(said`the path of a file in single quotes, as in JOIN 'users.csv'`);
  cursor.next();
  if (/^[a-z][a-z+.-]+:\/\//i.test(path.value)) {
    throw new QueryError(path, said`JOIN reads a file of this computer, and no address`);
  }
  const file = { path: path.value, from: path.from, to: path.to };
  const alias = parseAlias(cursor, file);
  refuseOwnName(alias, `JOIN '${file.path}' AS other`);
  if (cursor.takeWords('using')) {
    const keys = parseUsing(cursor);
    return { kind: 'join', type, file, alias, keys, condition: undefined, ...cursor.spanFrom(start) };
  }
  if (!cursor.takeWords('on')) throw cursor.unexpected(said`ON or USING, as in ON id = ${alias.name}.id`);
  const on = parseExpression(cursor);
  const { keys, condition } = divided(on, alias.name);
  return { kind: 'join', type, file, alias, keys, condition, ...cursor.spanFrom(start) };
}

/** Without AS, the file's name without its ending. */
function parseAlias(cursor: Cursor, file: { readonly path: string } & Span): Name {
  if (cursor.takeWords('as')) return cursor.expectName(said`a name after AS`);
  if (!cursor.isWord('on') && !cursor.isWord('using') && ['name', 'quoted'].includes(cursor.peek().kind))
    return cursor.expectName(said`a name`);
  const [name] = (file.path.split(/[\\/]/).at(-1) ?? '').split('.');
  if (name === '') throw cursor.unexpected(said`AS with a name for the rows of the file`);
  return { name, quoted: true, from: file.from, to: file.to };
}

function parseUsing(cursor: Cursor): JoinKey[] {
  cursor.expectSymbol('(', said`after USING`);
  const keys: JoinKey[] = [];
  do {
    const name = parseColumnName(cursor, said`the name of a column that both files have`);
    const column: Column = { kind: 'column', first: name, rest: [], from: name.from, to: name.to };
    keys.push({ left: column, right: column });
  } while (cursor.takeSymbol(','));
  cursor.expectSymbol(')', said`after the columns of USING`);
  return keys;
}

/** The equalities between the two files among the conditions that must all be true, and the others. @throws QueryError */
function divided(on: Expression, alias: string): Pick<JoinOperator, 'keys' | 'condition'> {
  const keys: JoinKey[] = [];
  const others: Expression[] = [];
  for (const one of operandsOf(on)) {
    const key = keyIn(one, alias);
    if (key) keys.push(key);
    else others.push(one);
  }
  if (keys.length === 0) {
    throw new QueryError(on, said`ON needs a column of each file to be equal, as in ON id = ${alias}.id`);
  }
  if (others.length === 0) return { keys, condition: undefined };
  const [first] = others;
  if (others.length === 1) return { keys, condition: first };
  const span = { from: first.from, to: others[others.length - 1].to };
  return { keys, condition: { kind: 'logical', operator: 'and', operands: others, ...span } };
}

function keyIn(node: Expression, alias: string): JoinKey | undefined {
  if (node.kind !== 'comparison' || node.operator !== '=') return undefined;
  const { left, right } = node;
  const [one, other] = [sideOf(left, alias), sideOf(right, alias)];
  if (one === 'left' && other === 'right') return { left, right };
  return one === 'right' && other === 'left' ? { left: right, right: left } : undefined;
}

/** Whose columns an expression reads; undefined: those of both, or none. */
function sideOf(node: Expression, alias: string): 'left' | 'right' | undefined {
  const sides = new Set<'left' | 'right'>();
  visitExpression(node, (part) => {
    if (part.kind !== 'column') return;
    sides.add(part.first.name === alias && part.rest.length > 0 ? 'right' : 'left');
  });
  const [side] = sides;
  return sides.size === 1 ? side : undefined;
}
