import { said } from '../../../said/said.ts';
import { QueryError } from '../diagnostic.ts';
import { spanOf } from '../resolve/nodes.ts';
import type { Resolver } from '../resolve/resolve.ts';
import type { Part } from '../resolve/part.ts';
import { uniqueNames, withoutNames, withReplaced, type Scope } from '../resolve/scope.ts';
import type { SelectItem, Star } from '../syntax/tree.ts';
import { dropColumn } from './drop.ts';
import type { OperatorEntry } from './entry.ts';

export const select: OperatorEntry<'select'> = {
  help: [
    {
      word: 'SELECT',
      form: 'SELECT expression [AS name], …',
      summary: said`Selects these columns and no others. \`*\` stands for all columns, \`* EXCEPT (a, b)\` for all but some, \`* REPLACE (expression AS a)\` for all with some replaced, \`a.*\` for the members of an object. A column that is named beside \`*\` takes the place of one that has the name already. \`SELECT DISTINCT\` and the clauses of classic SQL are accepted as well.`,
    },
  ],
  expressions: ({ items }) =>
    items
      .flatMap((item) => (item.kind === 'star' ? item.replace : [item]))
      .map(({ expression }) => expression),
  columns: ({ items }) => items.filter((item) => item.kind === 'named'),
  allows: 'windows',
  isLocal: true,
  resolve: ({ items }, names) => selectItems(names, items),
};

function selectItems(names: Resolver, items: readonly SelectItem[]): void {
  const named = items.filter((item) => item.kind === 'named');
  const slots = names.compute(named);
  const before = names.scope;
  const ownNames = slots.map(({ name }) => name);
  let next = 0;
  const parts = items.flatMap((item): readonly Part[] => {
    // What is named beside a star takes the place of what has that name: no row has a column twice.
    if (item.kind === 'star') return withoutNames(starParts(names, item, before), ownNames);
    const { name, slot } = slots[next++];
    return [{ kind: 'column', name, slot }];
  });
  const opens = items.filter((item) => item.kind === 'star');
  if (parts.filter((part) => part.kind === 'open').length > 1) {
    throw new QueryError(
      opens[1],
      said`SELECT can have only one *: columns of two objects could have the same name`,
    );
  }
  names.scope = { ...before, parts: uniqueNames(parts) };
}

function starParts(names: Resolver, { base, except, replace }: Star, before: Scope): readonly Part[] {
  const isAlias = base?.kind === 'column' && base.rest.length === 0 && before.aliases.has(base.first.name);
  let scope = before;
  if (base !== undefined && !isAlias) {
    const [{ slot }] = names.compute([
      { kind: 'named', expression: base, name: '', explicit: false, ...spanOf(base) },
    ]);
    scope = { ...before, parts: [{ kind: 'open', slot, edits: [] }] };
  }
  const saved = names.scope;
  const replaced = names.compute(replace);
  names.scope = scope;
  for (const name of except) dropColumn(names, { kind: 'column', first: name, rest: [], ...spanOf(name) });
  for (const { as } of replace) if (as) names.tellReplaced(as);
  for (const { name, slot } of replaced) names.scope = withReplaced(names.scope, [name], slot);
  const { parts } = names.scope;
  names.scope = saved;
  return parts;
}
