import type { FieldRequest } from '../format/record.ts';
import type { Compiled } from './evaluate.ts';
import { rowsFunction } from './function/index.ts';
import type { Layout } from './layout.ts';
import { resolve } from './operator/operators.ts';
import { FieldList } from './predicate/fields.ts';
import { Resolver } from './resolve/resolve.ts';
import { initialScope } from './resolve/scope.ts';
import { SlotTable } from './resolve/slot.ts';
import type { Bound, Step } from './resolve/step.ts';
import type { Call, Column, Expression, Operator } from './syntax/tree.ts';

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

  /** Where a column of the next operator lies in the file's records; undefined where the query has made it. */
  placeOf(column: Column): FieldRequest['path'] | undefined {
    const binding = this.#resolver.bind([column]).columns.get(column);
    if (binding === undefined) return undefined;
    const { source } = this.#resolver.table.slots[binding.slot];
    return source.kind === 'field' ? [...this.pathOf(source.field), ...binding.rest] : undefined;
  }

  /** What is known of the values of an expression of the next operator. */
  natureOf(expression: Expression): Pick<Compiled, 'loose' | 'reading' | 'times' | 'type'> {
    return this.#resolver.natureOf(expression, this.#resolver.bind([expression]));
  }

  /** Whether an expression of the next operator is a field, and nothing is done to it. */
  isField(expression: Expression): boolean {
    if (expression.kind !== 'column') return false;
    const slot = this.#resolver.bind([expression]).columns.get(expression)?.slot;
    return slot !== undefined && this.#resolver.table.slots[slot].source.kind === 'field';
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
      const given = givenIn(step, slot);
      if (given) return new Set(given.from.flatMap((from) => [...this.#of(from, given.bound)]));
    }
    return new Set();
  }
}

/** The expressions whose values a step puts into a slot, and what their names stand for; undefined where it does not fill it. */
function givenIn(
  step: Step,
  slot: number,
): { readonly from: readonly Expression[]; readonly bound: Bound } | undefined {
  if (step.kind === 'unnest') {
    if (step.slot !== slot) return undefined;
    const { expression, bound } = step;
    return { from: expression.kind === 'list' ? expression.items : [], bound };
  }
  const items =
    step.kind === 'compute' || step.kind === 'fill' ? step.items : step.kind === 'aggregate' ? step.keys : [];
  const item = items.find((other) => other.slot === slot);
  if (item && 'bound' in step) return { from: [item.expression], bound: step.bound };
  if (step.kind !== 'aggregate' && step.kind !== 'window') return undefined;
  const made = step.calls.find((other) => other.slot === slot);
  if (!made) return undefined;
  return { from: givesOneOfThem(made.call) ? made.call.arguments.slice(0, 1) : [], bound: step.bound };
}

/** Whether a function of many rows gives one of the values that it is given, and not what it computes of them. */
function givesOneOfThem(call: Call): boolean {
  return call.arguments.length > 0 && (rowsFunction(call)?.keepsLoose ?? false);
}
