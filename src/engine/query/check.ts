import { warningAt, type Diagnostic } from './diagnostic.ts';
import { recordAttributes } from './layout.ts';
import { didYouMean } from './nearest.ts';
import { FieldList } from './predicate/fields.ts';
import { Resolver } from './resolve/resolve.ts';
import { initialScope } from './resolve/scope.ts';
import { SlotTable } from './resolve/slot.ts';
import type { Query } from './syntax/tree.ts';

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
  const names = columns.map((column) => column.name);
  const candidates = [...names, ...recordAttributes];
  const lower = names.map((name) => name.toLowerCase());
  const diagnostics: Diagnostic[] = [];
  const table = new SlotTable(new FieldList(), { format: 'json' });
  const resolver = new Resolver(initialScope({ format: 'json' }), table, {
    unknown: (node, message) => diagnostics.push(warningAt(node, message)),
    field: (node, path) => {
      const listAt = path.findIndex((step) => typeof step === 'number');
      const name = (listAt === -1 ? path : path.slice(0, listAt)).join('.');
      if (lower.some((known) => isNear(known, name.toLowerCase()))) return;
      diagnostics.push(warningAt(node, `no column ${name} so far${didYouMean(name, candidates)}`));
    },
  });
  for (const operator of query.operators) resolver.add(operator);
  return diagnostics;
}

/** Whether a column was seen above or below the name: what is below a column may be further down in the file. */
function isNear(known: string, name: string): boolean {
  return known === name || known.startsWith(`${name}.`) || name.startsWith(`${known}.`);
}
