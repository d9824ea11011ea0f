import { warningAt, type Diagnostic } from './diagnostic.ts';
import { recordAttributes } from './layout.ts';
import { didYouMean } from './nearest.ts';
import type { Column, Operator, Query } from './syntax/tree.ts';
import { visitExpression } from './syntax/walk.ts';
import { expressionsOf } from './validate.ts';

/** A column that was seen in the file: its dotted name and what its cells held. */
export interface KnownColumn {
  readonly name: string;
  readonly type: string;
}

/**
 * What is doubtful about a query, given the columns seen so far. A column that was not seen is a warning: it may be
 * further down in the file.
 */
export function checkQuery(query: Query, columns: readonly KnownColumn[]): Diagnostic[] {
  if (columns.length === 0) return [];
  const diagnostics: Diagnostic[] = [];
  const known = new Set(columns.map((column) => column.name));
  const aliases = new Set<string>();
  for (const operator of query.operators) {
    if (operator.kind === 'as') aliases.add(operator.alias.name);
    for (const { expression } of expressionsOf(operator)) {
      visitExpression(expression, (node) => {
        if (node.kind === 'column' && !isKnown(node, known, aliases))
          diagnostics.push(unknownColumn(node, known));
      });
    }
    for (const name of namesMade(operator)) known.add(name);
  }
  return diagnostics;
}

function isKnown(node: Column, known: ReadonlySet<string>, aliases: ReadonlySet<string>): boolean {
  if (!node.first.quoted && recordAttributes.has(node.first.name)) return true;
  const keys = [node.first, ...node.rest].map((step) => ('index' in step ? undefined : step.name));
  if (aliases.has(node.first.name) && keys.length > 1) keys.shift();
  const listAt = keys.indexOf(undefined);
  const path = (listAt === -1 ? keys : keys.slice(0, listAt)).join('.');
  const lower = path.toLowerCase();
  for (const name of known) {
    const candidate = name.toLowerCase();
    // Below a column that was seen nothing is known: it may hold objects further down.
    if (candidate === lower || candidate.startsWith(`${lower}.`) || lower.startsWith(`${candidate}.`))
      return true;
  }
  return false;
}

function unknownColumn(node: Column, known: ReadonlySet<string>): Diagnostic {
  const path = [node.first, ...node.rest]
    .map((step) => ('index' in step ? '' : step.name))
    .filter((step) => step !== '')
    .join('.');
  return warningAt(node, `no column ${path} so far${didYouMean(path, known)}`);
}

function namesMade(operator: Operator): string[] {
  switch (operator.kind) {
    case 'select':
      return operator.items.flatMap((item) => (item.kind === 'star' ? [] : [item.name]));
    case 'extend':
      return operator.items.map((item) => item.name);
    case 'set':
      return operator.items.map((item) => item.column.name);
    case 'rename':
      return operator.columns.map((column) => column.to.name);
    case 'aggregate':
      return [...operator.groupBy, ...operator.aggregates].map((item) => item.name);
    case 'unnest':
      return [operator.expression.name, ...(operator.position === undefined ? [] : [operator.position.name])];
    default:
      return [];
  }
}
