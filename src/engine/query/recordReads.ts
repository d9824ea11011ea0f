import type { Layout } from './layout.ts';
import { resolve } from './operator/operators.ts';
import { FieldList } from './predicate/fields.ts';
import type { RecordAttribute } from './recordAttribute.ts';
import type { Query } from './syntax/tree.ts';
import { Resolver } from './resolve/resolve.ts';
import { initialScope } from './resolve/scope.ts';
import { SlotTable } from './resolve/slot.ts';

/** What a query reads of records besides their fields. */
export interface RecordReads {
  readonly attributes: ReadonlySet<RecordAttribute>;
  /** Whether it names what the folders of files say. */
  readonly partitions: boolean;
}

/**
 * Told by what gives every name its meaning, in conditions as in steps: an operator need not say which names it holds, and
 * none can be forgotten.
 * @param joined see `Resolver`
 */
export function readsOf(query: Query, layout: Layout, joined: readonly Layout[] = []): RecordReads {
  const table = new SlotTable(new FieldList(), layout);
  const resolver = new Resolver(initialScope(layout), table, { unknown: () => undefined }, joined);
  for (const operator of query.operators) resolve(operator, resolver);
  return {
    attributes: table.named,
    partitions: table.slots.some(({ source }) => source.kind === 'partition'),
  };
}
