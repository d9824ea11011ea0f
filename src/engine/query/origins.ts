import type { FieldRequest } from '../format/record.ts';
import { aggregates, windowFunctions } from './function/index.ts';
import type { Layout } from './layout.ts';
import { resolve } from './operator/operators.ts';
import { FieldList } from './predicate/fields.ts';
import { Resolver } from './resolve/resolve.ts';
import { initialScope } from './resolve/scope.ts';
import { SlotTable } from './resolve/slot.ts';
import type { Bound } from './resolve/step.ts';
import type { Call, Expression, Operator } from './syntax/tree.ts';

/** From which fields of the file values come, through the columns that a query makes. Its operators are passed one by one. */
export class Origins {
  readonly #resolver: Resolver;
  readonly #passedOn: (node: Expression) => Iterable<Expression>;
  readonly #known = new Map<number, ReadonlySet<number>>();

  /** @param passedOn the columns and calls in an expression whose values count as those of the expression */
  constructor(layout: Layout, passedOn: (node: Expression) => Iterable<Expression>) {
    const table = new SlotTable(new FieldList(), layout);
    this.#resolver = new Resolver(initialScope(layout), table, { unknown: () => undefined });
    this.#passedOn = passedOn;
  }

  /** Goes on behind an operator. */
  pass(operator: Operator): void {
    resolve(operator, this.#resolver);
  }

  /** The fields of an expression of the next operator, by their index: see `pathOf`. */
  of(expression: Expression): ReadonlySet<number> {
    return this.#of(expression, this.#resolver.bind([expression]));
  }

  #of(expression: Expression, bound: Bound): ReadonlySet<number> {
    const fields = new Set<number>();
    for (const node of this.#passedOn(expression)) {
      const slot =
        node.kind === 'column'
          ? bound.columns.get(node)?.slot
          : node.kind === 'call'
            ? bound.calls.get(node)
            : undefined;
      if (slot !== undefined) for (const field of this.#ofSlot(slot)) fields.add(field);
    }
    return fields;
  }

  pathOf(field: number): FieldRequest['path'] {
    return this.#resolver.table.fields.pathOf(field);
  }

  #ofSlot(slot: number): ReadonlySet<number> {
    const known = this.#known.get(slot);
    if (known) return known;
    const fields = this.#lookFor(slot);
    this.#known.set(slot, fields);
    return fields;
  }

  #lookFor(slot: number): ReadonlySet<number> {
    const { source } = this.#resolver.table.slots[slot];
    if (source.kind === 'field') return new Set([source.field]);
    for (const step of this.#resolver.steps) {
      if (step.kind !== 'compute' && step.kind !== 'aggregate' && step.kind !== 'window') continue;
      const computed = step.kind === 'compute' ? step.items : step.kind === 'aggregate' ? step.keys : [];
      const item = computed.find((other) => other.slot === slot);
      if (item) return this.#of(item.expression, step.bound);
      const made = step.kind === 'compute' ? undefined : step.calls.find((other) => other.slot === slot);
      if (made) return givesOneOfThem(made.call) ? this.#of(made.call.arguments[0], step.bound) : none;
    }
    return none;
  }
}

const none: ReadonlySet<number> = new Set();

/** Whether a function of many rows gives one of the values that it is given, and not what it computes of them. */
function givesOneOfThem({ name, over, arguments: given }: Call): boolean {
  const table = over === undefined ? aggregates : windowFunctions;
  return given.length > 0 && (table.get(name.name.toLowerCase())?.keepsLoose ?? false);
}
