import { type Said, said } from '../../said/said.ts';
import type { FieldRequest } from '../format/record.ts';
import { checkConstants } from './checkConstants.ts';
import { errorAt, replacing, warningAt, type Diagnostic } from './diagnostic.ts';
import type { Layout } from './layout.ts';
import { recordAttributes } from './recordAttribute.ts';
import { namedUnits } from './function/time.ts';
import { didYouMean, nearest } from './nearest.ts';
import { expressionsOf, resolve } from './operator/operators.ts';
import { FieldList } from './predicate/fields.ts';
import { Resolver } from './resolve/resolve.ts';
import { initialScope } from './resolve/scope.ts';
import { SlotTable } from './resolve/slot.ts';
import { loneStatement } from './syntax/foreign.ts';
import type { Column, Expression, Query } from './syntax/tree.ts';
import { visitExpression } from './syntax/walk.ts';
import { writePath, writeText } from './write.ts';

/** A column that was seen in the file: its dotted name and what its cells held. */
export interface KnownColumn {
  readonly name: string;
  /** As a query writes it, where the name alone does not tell. */
  readonly path?: string;
  readonly type: string;
}

/** Where a query is asked. */
export interface CheckedIn extends Pick<Layout, 'names'> {
  /** Whether records are checked by a schema. */
  readonly checks?: boolean;
  /** Whether it may run programs. */
  readonly calls?: boolean;
  /** Whether it is known of a field that no record has it. */
  readonly lacks?: (path: FieldRequest['path']) => boolean;
}

/**
 * What is doubtful about a query, given the columns seen so far. A column that was not seen is a warning: it may be
 * further down in the file.
 */
export function checkQuery(
  query: Query,
  columns: readonly KnownColumn[],
  { names, checks = false, calls = false, lacks = () => false }: CheckedIn,
): Diagnostic[] {
  const diagnostics: Diagnostic[] = [
    ...(calls ? [] : refusedCalls(query)),
    ...refusedTarget(query),
    ...(checks ? [] : uncheckedColumns(query)),
    ...checkConstants(query),
  ];
  if (columns.length === 0) return diagnostics;
  const candidates = [...columns.map((column) => column.name), ...recordAttributes];
  const isSeen = names === 'columns' ? seenAmongNames(columns) : seenAmongPaths(columns);
  const operands = comparedColumns(query);
  const table = new SlotTable(new FieldList(), { names: 'paths' });
  const resolver = new Resolver(initialScope({ names: 'paths' }), table, {
    unknown: (node, message, code) =>
      diagnostics.push({ ...warningAt(node, message), ...(code && { code }) }),
    field: (node, path) => {
      const { first, rest } = node;
      const listAt = path.findIndex((step) => typeof step === 'number');
      const members = (listAt === -1 ? path : path.slice(0, listAt)).map(String);
      // The value of a record is always there.
      if (members.length === 0 || isSeen(members)) return;
      const name = members.join('.');
      const warn = (message: Said, text?: string): void => {
        const warning: Diagnostic = { ...warningAt(node, message), code: 'unknown-column' };
        if (text === undefined) diagnostics.push(warning);
        else diagnostics.push({ ...warning, fix: replacing(query.text, node, text) });
      };
      const same = columns.find((column) => column.name.toLowerCase() === name.toLowerCase());
      const statement = same === undefined && isAlone(node, query) ? loneStatement(name) : undefined;
      if (statement !== undefined) {
        warn(statement);
        return;
      }
      if (name === '') {
        warn(said`no member without a name has been seen`);
        return;
      }
      const isWord = first.quoted && rest.length === 0;
      if (isWord && same === undefined) {
        const message = said`double quotes name a column, and no column ${name} has been seen; write text in single quotes`;
        warn(message, writeText(first.name));
        return;
      }
      // A member of an object, or a column whose name goes on in a second row of the header, such as units.
      const inner =
        columns.find((column) => column.name.toLowerCase().endsWith(`.${name.toLowerCase()}`)) ??
        (names === 'columns'
          ? columns.find((column) => column.name.toLowerCase().startsWith(`${name.toLowerCase()} `))
          : undefined);
      // Of a short word that stands where a text may, a name that differs in one letter says little.
      const isText = operands.has(node) && rest.length === 0;
      const near = isText && name.length < shortestNear ? undefined : nearest(name, candidates);
      const meant = same ?? inner ?? columns.find((column) => column.name === near);
      const unknown =
        names === 'columns'
          ? said`unknown column ${name}`
          : lacks(path)
            ? said`unknown column ${name} (not in any record)`
            : said`unknown column ${name} (not in the sampled records)`;
      if (meant !== undefined) warn(said`${unknown}; did you mean ${pathOf(meant)}?`, pathOf(meant));
      else if (isText) {
        const text = writeText(first.name);
        warn(said`${unknown}; write text in single quotes: ${text}`, text);
      } else warn(said`${unknown}${didYouMean(name, candidates)}`);
    },
  });
  for (const operator of query.operators) {
    resolve(operator, resolver);
    if (operator.kind === 'where' && isPlainValue(operator.condition)) {
      const message = said`this condition is the same for every record`;
      diagnostics.push(warningAt(operator.condition, message));
    }
  }
  return onceEach(diagnostics);
}

/** Whether a query is nothing but this word. */
function isAlone({ from, to, first }: Column, { operators: [operator, ...others] }: Query): boolean {
  if (others.length > 0 || operator.kind !== 'where' || first.quoted) return false;
  return operator.condition.from === from && operator.condition.to === to;
}

/** Letters of a word that is taken for a name that was mistyped, where it may as well be a text without its quotes. */
const shortestNear = 4;

/** A column of a window is looked for once in its calls and once in its order. */
function onceEach(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const told = new Set<string>();
  return diagnostics.filter(({ from, to, message }) => {
    const key = `${from} ${to} ${message}`;
    const isNew = !told.has(key);
    told.add(key);
    return isNew;
  });
}

/** Whether a warning is of a column that the query names and nobody has seen. */
export function isUnknownColumn({ code }: Diagnostic): boolean {
  return code === 'unknown-column';
}

/** What stands in the way of a query that runs programs, where none may be run. */
export function refusedCalls({ operators }: Query): Diagnostic[] {
  return operators.flatMap((operator) => {
    if (operator.kind !== 'call') return [];
    const message = said`CALL runs a program on this computer, and works only in a terminal and in a preview of VS Code: rowriver FILE "|> CALL ..."`;
    return [errorAt(operator, message)];
  });
}

/** What stands in the way of a query that says where its rows go: the command sends them, and takes that off before. */
export function refusedTarget({ target }: Query): Diagnostic[] {
  if (!target) return [];
  const message = said`${target.kind.toUpperCase()} sends rows elsewhere, and only the query of a rowriver command can end with it. In VS Code, choose Send Rows to a Service`;
  return [errorAt(target, message)];
}

/** The places that ask for violations where nothing is checked. */
function uncheckedColumns(query: Query): Diagnostic[] {
  const found: Diagnostic[] = [];
  const collect = (node: Expression): void => {
    if (node.kind !== 'column' || node.first.quoted || node.first.name !== '_violation') return;
    const message = said`_violation is NULL for every record: the records are not checked by a JSON Schema`;
    found.push(warningAt(node, message));
  };
  for (const operator of query.operators)
    for (const { expression } of expressionsOf(operator)) visitExpression(expression, collect);
  return found;
}

/** Whether an expression is a number or a text and nothing else. */
function isPlainValue(expression: Expression): boolean {
  return expression.kind === 'literal' && expression.value !== null && typeof expression.value !== 'boolean';
}

/** A column as a query writes it. */
export function pathOf({ name, path }: KnownColumn): string {
  return path ?? writePath(name.split('.'));
}

/** Names of a CSV, where letter case is not looked at and a dot is a part of the name. */
function seenAmongNames(columns: readonly KnownColumn[]): (members: readonly string[]) => boolean {
  const isSeen = seenAmong(columns.map((column) => column.name.toLowerCase()));
  return (members) => isSeen(members.join('.').toLowerCase());
}

/** Paths of JSON, where letter case matters and a key with a dot is not a member of a member. */
export function seenAmongPaths(columns: readonly KnownColumn[]): (members: readonly string[]) => boolean {
  const isSeen = seenAmong(columns.map(pathOf));
  return (members) => isSeen(writePath(members));
}

/**
 * Whether a column was seen by a name, or above or below it. What is below a column may be further down in the file,
 * unless members of it were seen, and not this one.
 */
function seenAmong(known: readonly string[]): (name: string) => boolean {
  const below = (name: string): boolean => known.some((other) => other.startsWith(`${name}.`));
  return (name) =>
    known.includes(name) ||
    below(name) ||
    known.some((other) => name.startsWith(`${other}.`) && !below(other));
}

/** Columns that stand where a text is to be expected: to the right of what they are compared with, or as a unit of time. */
function comparedColumns(query: Query): ReadonlySet<Expression> {
  const found = new Set<Expression>();
  const collect = (node: Expression): void => {
    for (const operand of rightOf(node)) if (operand.kind === 'column') found.add(operand);
  };
  for (const operator of query.operators)
    for (const { expression } of expressionsOf(operator)) visitExpression(expression, collect);
  return found;
}

function rightOf(node: Expression): readonly Expression[] {
  switch (node.kind) {
    case 'comparison':
    case 'distinctness':
      return [node.right];
    case 'in':
      return node.items;
    case 'like':
    case 'match':
      return [node.pattern];
    case 'call':
      return namedUnits.has(node.name.name.toLowerCase()) ? node.arguments.slice(0, 1) : [];
    default:
      return [];
  }
}
