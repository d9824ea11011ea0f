import { said } from '../../../said/said.ts';
import { QueryError } from '../diagnostic.ts';
import { callsIn, visitOutside } from '../resolve/nodes.ts';
import type { Resolver } from '../resolve/resolve.ts';
import type { Part } from '../resolve/part.ts';
import { notOfGroups, uniqueNames } from '../resolve/scope.ts';
import type { Computation } from '../resolve/step.ts';
import { columnLabel, parseGroupKeys, parseNamedList } from '../syntax/columns.ts';
import type { Expression, NamedExpression } from '../syntax/tree.ts';
import { isAggregateCall } from '../syntax/walk.ts';
import type { OperatorEntry } from './entry.ts';

export const aggregate: OperatorEntry<'aggregate'> = {
  help: [
    {
      word: 'AGGREGATE',
      form: 'AGGREGATE aggregate [AS name], … [GROUP BY expression [AS name], …]',
      summary: said`Makes one row of all rows, or one row per group: first the columns of GROUP BY, then the aggregates. Groups come in the order in which they first appear.`,
    },
  ],
  parse(cursor) {
    const start = cursor.next();
    const aggregates = cursor.isWord('group') ? [] : parseNamedList(cursor);
    const groupBy = cursor.takeWords('group', 'by') ? parseGroupKeys(cursor) : [];
    if (aggregates.length === 0 && groupBy.length === 0) {
      throw cursor.unexpected(said`an aggregate, such as count(*), after AGGREGATE`);
    }
    return { kind: 'aggregate', aggregates, groupBy, ...cursor.spanFrom(start) };
  },
  expressions: ({ aggregates }) => aggregates.map(({ expression }) => expression),
  keys: ({ groupBy }) => groupBy.map(({ expression }) => expression),
  columns: ({ aggregates, groupBy }) => [...aggregates, ...groupBy],
  allows: 'aggregates',
  outcome: ({ groupBy }) => ({ rows: groupBy.length > 0 ? 'groups' : 'rows', order: [] }),
  resolve: ({ aggregates, groupBy }, names) => aggregateRows(names, aggregates, groupBy),
};

function aggregateRows(
  names: Resolver,
  items: readonly NamedExpression[],
  groupBy: readonly NamedExpression[],
): void {
  const found = callsIn(
    items.map((item) => item.expression),
    isAggregateCall,
  );
  for (const item of items) refuseBareColumns(item.expression);
  const bound = names.bind([...found, ...groupBy.map((key) => key.expression)]);
  const keys = groupBy.map(({ expression }) => ({
    expression,
    slot: names.table.computed(names.natureOf(expression, bound)),
  }));
  const calls = found.map((call) => ({
    call,
    slot: names.table.computed(names.natureOfCall(call, bound)),
  }));
  names.steps.push({ kind: 'aggregate', keys, calls, bound });

  const keyNames = groupBy.map((key) => names.nameOf(key));
  const slots = new Map(calls.map(({ call, slot }) => [call, slot]));
  const computations: Computation[] = [];
  const columns = items.map(({ name, expression }): Part => {
    const own = expression.kind === 'call' ? slots.get(expression) : undefined;
    if (own !== undefined) return { kind: 'column', name, slot: own };
    const slot = names.table.computed(names.natureOf(expression, { columns: new Map(), calls: slots }));
    computations.push({ slot, expression });
    return { kind: 'column', name, slot };
  });
  if (computations.length > 0) {
    names.steps.push({ kind: 'compute', items: computations, bound: { columns: new Map(), calls: slots } });
  }
  const keyParts = groupBy.map((_key, at): Part => ({
    kind: 'column',
    name: keyNames[at],
    slot: keys[at].slot,
  }));
  names.scope = {
    parts: uniqueNames([...keyParts, ...columns]),
    aliases: new Set(),
    ofRecord: false,
    grouped: names.scope.parts,
  };
}

/** Outside of its aggregates an item of AGGREGATE has nothing to look at. */
function refuseBareColumns(node: Expression): void {
  visitOutside(node, isAggregateCall, (inner) => {
    if (inner.kind !== 'column') return;
    throw new QueryError(inner, notOfGroups(columnLabel(inner)));
  });
}
