import type { Resolver } from '../resolve/resolve.ts';
import type { Cursor } from '../syntax/cursor.ts';
import type { Expression, NamedExpression, Operator, OperatorKind } from '../syntax/tree.ts';
import { aggregate } from './aggregate.ts';
import { as } from './as.ts';
import { call } from './call.ts';
import { describe } from './describe.ts';
import { distinct } from './distinct.ts';
import { drop } from './drop.ts';
import type { OperatorEntry, Outcome, PipeOperator, SqlWriter } from './entry.ts';
import { extend } from './extend.ts';
import { fill } from './fill.ts';
import { join } from './join.ts';
import { limit } from './limit.ts';
import { orderBy } from './orderBy.ts';
import { rename } from './rename.ts';
import { select } from './select.ts';
import { set } from './set.ts';
import { tablesample } from './tablesample.ts';
import { into, post } from './target.ts';
import { topOf } from './topOf.ts';
import { unnest } from './unnest.ts';
import { where } from './where.ts';

/** Every pipe operator, in the order in which they are documented. */
const entries: { readonly [K in OperatorKind]: OperatorEntry<K> } = {
  where,
  select,
  extend,
  set,
  drop,
  rename,
  distinct,
  aggregate,
  'order by': orderBy,
  limit,
  tablesample,
  unnest,
  join,
  fill,
  describe,
  top: topOf,
  call,
  as,
  post,
  into,
};

export const pipeOperators: readonly PipeOperator[] = Object.values(entries).flatMap(({ help }) => help);

/** All that an operator can begin with. */
export const beginnings: readonly string[] = Object.values(entries).flatMap(({ help, otherWords = [] }) => [
  ...help.map(({ word }) => word),
  ...otherWords,
]);

/** The operator that begins where the cursor stands, if one does. */
export function operatorAt(cursor: Cursor):
  | {
      readonly parse?: (cursor: Cursor) => Operator;
      readonly allows?: OperatorEntry<OperatorKind>['allows'];
    }
  | undefined {
  const stands = (words: string): boolean =>
    words.split(' ').every((part, at) => cursor.isWord(part.toLowerCase(), at));
  return Object.values(entries).find(
    ({ help, otherWords }) => help.some(({ word }) => stands(word)) || otherWords?.some(stands),
  );
}

/** Gives an operator's names their meaning, after those before it. */
export function resolve<K extends OperatorKind>(operator: Operator<K>, names: Resolver): void {
  entries[operator.kind].resolve(operator, names);
}

/** The expressions of an operator; `key` marks those of GROUP BY. */
export function expressionsOf<K extends OperatorKind>(
  operator: Operator<K>,
): { readonly expression: Expression; readonly key: boolean }[] {
  const { expressions, keys } = entries[operator.kind];
  return [
    ...(expressions?.(operator) ?? []).map((expression) => ({ expression, key: false })),
    ...(keys?.(operator) ?? []).map((expression) => ({ expression, key: true })),
  ];
}

/** The expressions of an operator that become columns. */
export function columnsOf<K extends OperatorKind>(operator: Operator<K>): readonly NamedExpression[] {
  return entries[operator.kind].columns?.(operator) ?? [];
}

export function allowedIn({ kind }: Operator): 'aggregates' | 'windows' | undefined {
  return entries[kind].allows;
}

/** Whether rows come out of an operator as they went in, if they come out. */
export function keepsRows<K extends OperatorKind>(operator: Operator<K>): boolean {
  const { keepsRows: keeps = false } = entries[operator.kind];
  return typeof keeps === 'function' ? keeps(operator) : keeps;
}

/** Whether an operator looks at one record at a time, where no expression of it is a window. */
export function isLocalKind({ kind }: Operator): boolean {
  return entries[kind].isLocal ?? false;
}

export function outcomeOfOperator<K extends OperatorKind>(
  operator: Operator<K>,
  text: string,
): Partial<Outcome> {
  return entries[operator.kind].outcome?.(operator, text) ?? {};
}

export function sqlOf<K extends OperatorKind>(operator: Operator<K>, writer: SqlWriter): string | undefined {
  return entries[operator.kind].sql?.(operator, writer);
}
