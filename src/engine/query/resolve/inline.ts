import type { Span } from '../diagnostic.ts';
import type { FieldRequest } from '../../format/record.ts';
import type { Layout } from '../layout.ts';
import type { Column, Expression, Step as PathStep } from '../syntax/tree.ts';
import { childrenOf, mapExpression } from '../syntax/walk.ts';
import { valueName } from '../write.ts';
import type { Binding } from './scope.ts';
import type { SlotTable } from './slot.ts';
import type { Bound, Computation } from './step.ts';

/** Larger expressions are not put in the place of the columns that they compute. */
const maxNodes = 10_000;

/**
 * Writes conditions on computed columns as conditions on the record's own fields, so that they can be asked
 * before anything is computed.
 */
export class Inliner {
  readonly #layout: Layout;
  readonly #table: SlotTable;
  readonly #definitions = new Map<number, Expression>();

  constructor(layout: Layout, table: SlotTable) {
    this.#layout = layout;
    this.#table = table;
  }

  /** Notes what a computed slot holds; false where that has become too large to be repeated. */
  define(items: readonly Computation[], bound: Bound): boolean {
    for (const { slot, expression } of items) {
      const inlined = this.inline(expression, bound);
      if (inlined === undefined) return false;
      this.#definitions.set(slot, inlined);
    }
    return true;
  }

  /** The expression over fields only; undefined where it would be too large. */
  inline(expression: Expression, { columns }: Bound): Expression | undefined {
    const inlined = mapExpression(expression, (node) =>
      node.kind === 'column' ? this.#written(columns.get(node), node) : undefined,
    );
    return countNodes(inlined, maxNodes) <= maxNodes ? inlined : undefined;
  }

  #written(binding: Binding | undefined, span: Span): Expression {
    const { from, to } = span;
    if (binding === undefined) return { kind: 'literal', value: null, from, to };
    const definition = this.#definitions.get(binding.slot) ?? this.#source(binding.slot, { from, to });
    const member = this.#member(definition, binding.rest, { from, to });
    if (member) return member;
    return binding.rest.reduce<Expression>(
      (base, step) => ({
        kind: 'element',
        base,
        index: { kind: 'literal', value: step, from, to },
        from,
        to,
      }),
      definition,
    );
  }

  /** A member of a field that is an object is a field as well, of which more may be known than of a value inside another. */
  #member(base: Expression, rest: Binding['rest'], { from, to }: Span): Expression | undefined {
    if (base.kind !== 'column' || !base.first.quoted || this.#layout.names === 'columns') return undefined;
    const names = rest.filter((step) => typeof step === 'string');
    if (names.length < rest.length) return undefined;
    const steps = names.map((name): PathStep => ({ name, quoted: true, from, to }));
    return { ...base, rest: [...base.rest, ...steps] };
  }

  #source(slot: number, { from, to }: Span): Expression {
    const { source } = this.#table.slots[slot];
    switch (source.kind) {
      case 'attribute':
        return column([source.attribute], false, { from, to });
      case 'partition':
        return column([this.#layout.partitions?.at(source.partition) ?? ''], true, { from, to });
      case 'field': {
        const path = this.#table.fields.pathOf(source.field);
        const [index] = path;
        if (this.#layout.names === 'columns')
          return column([this.#layout.columns[Number(index)]], true, { from, to });
        return column(path, true, { from, to });
      }
      default:
        return { kind: 'literal', value: null, from, to };
    }
  }
}

function column(path: FieldRequest['path'], quoted: boolean, { from, to }: Span): Column {
  const [key, ...keys] = path;
  // What begins with no name is the record's own value, or an item of it.
  const isMember = typeof key === 'string';
  const name = isMember ? { name: key, quoted } : { name: valueName, quoted: false };
  const rest = (isMember ? keys : path).map((step): PathStep =>
    typeof step === 'number' ? { index: step, from, to } : { name: step, quoted, from, to },
  );
  return { kind: 'column', first: { ...name, from, to }, rest, from, to };
}

/** Up to one more than `most`. */
function countNodes(node: Expression, most: number): number {
  let count = 1;
  for (const child of childrenOf(node)) {
    if (count > most) break;
    count += countNodes(child, most - count);
  }
  return count;
}
