import { said } from '../../../said/said.ts';
import { timesInEither, timesInside } from '../cell.ts';
import { keysOf } from '../resolve/nodes.ts';
import type { Resolver } from '../resolve/resolve.ts';
import { withColumn, withInPlace } from '../resolve/scope.ts';
import { parseNamed } from '../syntax/columns.ts';
import type { Cursor } from '../syntax/cursor.ts';
import type { Name, NamedExpression, Operator } from '../syntax/tree.ts';
import type { OperatorEntry } from './entry.ts';

export const unnest: OperatorEntry<'unnest'> = {
  help: [
    {
      word: 'UNNEST',
      form: 'UNNEST list [AS name] [WITH OFFSET name]',
      summary: said`Makes one row per item of a list, in a new column or in place of the list. NULL and an empty list make no row. A value that is not a list counts as a list of one item. The offset counts from 1.`,
    },
  ],
  parse: parseUnnest,
  expressions: ({ expression }) => [expression.expression],
  outcome: () => ({ rows: 'rows' }),
  resolve: ({ expression, position }, names) => unnestList(names, expression, position?.name),
};

function parseUnnest(cursor: Cursor): Operator<'unnest'> {
  const start = cursor.next();
  cursor.want('mostly column');
  const expression = parseNamed(cursor);
  let position: Name | undefined;
  if (cursor.takeWords('with')) {
    if (!cursor.takeWords('offset') && !cursor.takeWords('ordinality'))
      throw cursor.unexpected(said`OFFSET after WITH`);
    cursor.takeWords('as');
    position = cursor.expectName(said`the name of the column for the position`);
  }
  return { kind: 'unnest', expression, position, ...cursor.spanFrom(start) };
}

function unnestList(names: Resolver, item: NamedExpression, position: string | undefined): void {
  const { expression, name, explicit } = item;
  const bound = names.bind([expression]);
  const { loose, times } = names.natureOf(expression, bound);
  // What is no list counts as one of one item.
  const items = timesInEither([
    { loose, times: timesInside(times, null) },
    { loose, times },
  ]);
  const slot = names.table.computed({ loose, times: items });
  const positionSlot = position === undefined ? undefined : names.table.computed();
  names.steps.push({ kind: 'unnest', expression, slot, position: positionSlot, bound });
  const inPlace =
    !explicit && expression.kind === 'column' && expression.rest.every((step) => 'name' in step);
  names.scope = inPlace
    ? withInPlace(names.scope, keysOf(expression), slot)
    : withColumn(names.scope, name, slot);
  if (position !== undefined && positionSlot !== undefined) {
    names.scope = withColumn(names.scope, position, positionSlot);
  }
}
