import { warningAt, type Diagnostic, type Fix, type Span } from './diagnostic.ts';
import { recordAttributes } from './layout.ts';
import { didYouMean, nearest } from './nearest.ts';
import { FieldList } from './predicate/fields.ts';
import { Resolver } from './resolve/resolve.ts';
import { initialScope } from './resolve/scope.ts';
import { SlotTable } from './resolve/slot.ts';
import type { Query } from './syntax/tree.ts';
import { writePath, writeText } from './write.ts';

/** A column that was seen in the file: its dotted name and what its cells held. */
export interface KnownColumn {
  readonly name: string;
  /** As a query writes it, where the name alone does not tell. */
  readonly path?: string;
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
      const { first, rest } = node;
      const listAt = path.findIndex((step) => typeof step === 'number');
      const name = (listAt === -1 ? path : path.slice(0, listAt)).join('.');
      if (lower.some((known) => isNear(known, name.toLowerCase()))) return;
      const fix = (text: string): Fix => ({ kind: 'replace', text, query: replaced(query.text, node, text) });
      if (first.quoted && rest.length === 0) {
        const message = `double quotes name a column, and there is no column ${name} so far; text is written in single quotes`;
        diagnostics.push({ ...warningAt(node, message), fix: fix(writeText(first.name)) });
        return;
      }
      const inner = columns.find((column) => column.name.toLowerCase().endsWith(`.${name.toLowerCase()}`));
      const near = nearest(name, candidates);
      const meant = inner ?? columns.find((column) => column.name === near);
      const told = inner ? `; did you mean ${inner.name}?` : didYouMean(name, candidates);
      const warning = warningAt(node, `no column ${name} so far${told}`);
      diagnostics.push(meant === undefined ? warning : { ...warning, fix: fix(pathOf(meant)) });
    },
  });
  for (const operator of query.operators) resolver.add(operator);
  return diagnostics;
}

/** A column as a query writes it. */
export function pathOf({ name, path }: KnownColumn): string {
  return path ?? writePath(name.split('.'));
}

function replaced(text: string, { from, to }: Span, by: string): string {
  return text.slice(0, from) + by + text.slice(to);
}

/** Whether a column was seen above or below the name: what is below a column may be further down in the file. */
function isNear(known: string, name: string): boolean {
  return known === name || known.startsWith(`${name}.`) || name.startsWith(`${known}.`);
}
