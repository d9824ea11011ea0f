import type { Expression, Operator, Query } from './syntax/tree.ts';

/** Their values of two groups add up to the value of both groups together. */
const addingUp: ReadonlySet<string> = new Set(['count', 'count_if', 'sum']);

/**
 * Columns of the result whose values of several rows may be added: counts and sums of groups. An average or a maximum of
 * groups has no meaningful total. Of a column that the file has, nothing is known.
 */
export function additiveColumns({ operators }: Query): readonly string[] {
  return [...operators.reduce<ReadonlySet<string>>(after, new Set())];
}

function after(known: ReadonlySet<string>, operator: Operator): ReadonlySet<string> {
  switch (operator.kind) {
    case 'where':
    case 'distinct':
    case 'order by':
    case 'limit':
    case 'tablesample':
    case 'as':
      return known;
    case 'aggregate': {
      const { aggregates, groupBy } = operator;
      const names = [...groupBy, ...aggregates].map(({ name }) => name);
      const isOnce = (name: string) => names.indexOf(name) === names.lastIndexOf(name);
      return new Set(
        aggregates
          .filter(({ name, expression }) => isAdditive(expression) && isOnce(name))
          .map(({ name }) => name),
      );
    }
    case 'top':
      return new Set(['count', 'share'].filter((name) => name !== operator.expression.name));
    case 'extend':
      return without(
        known,
        operator.items.map(({ name }) => name),
      );
    case 'set':
      return without(
        known,
        operator.items.map(({ column }) => column.name),
      );
    case 'drop':
      return without(
        known,
        operator.columns.map(({ first }) => first.name),
      );
    case 'rename': {
      const to = new Map(operator.columns.map(({ from, to: { name } }) => [from.first.name, name]));
      return new Set([...known].map((name) => to.get(name) ?? name));
    }
    case 'select':
      return selected(known, operator);
    default:
      return new Set();
  }
}

function isAdditive(expression: Expression): boolean {
  return (
    expression.kind === 'call' &&
    expression.over === undefined &&
    !expression.distinct &&
    addingUp.has(expression.name.name.toLowerCase())
  );
}

function selected(known: ReadonlySet<string>, { items }: Operator<'select'>): ReadonlySet<string> {
  const names = items.flatMap((item) => {
    if (item.kind === 'star') {
      if (item.base !== undefined) return [];
      return [
        ...without(known, [...item.except.map(({ name }) => name), ...item.replace.map(({ name }) => name)]),
      ];
    }
    const { expression, name } = item;
    const isKept = expression.kind === 'column' && expression.rest.length === 0;
    return isKept && known.has(expression.first.name) ? [name] : [];
  });
  return new Set(names);
}

function without(known: ReadonlySet<string>, names: readonly string[]): ReadonlySet<string> {
  return new Set([...known].filter((name) => !names.includes(name)));
}
