import type { Span } from '../diagnostic.ts';
import { QueryError } from '../diagnostic.ts';
import type { CellNature } from '../cell.ts';
import { compileExpression, type Compiled } from '../evaluate.ts';
import { aggregates, windowFunctions } from '../function/index.ts';
import type { FieldRequest } from '../../format/record.ts';
import { didYouMean } from '../nearest.ts';
import { columnLabel } from '../syntax/columns.ts';
import type { Call, Column, Expression, NamedExpression, Operator, Star } from '../syntax/tree.ts';
import { isAggregateCall, shapeOf, visitExpression } from '../syntax/walk.ts';
import { callsIn, keysOf, namedLike, spanOf, visitOutside } from './nodes.ts';
import {
  columnPart,
  findColumn,
  namesIn,
  slotOf,
  uniqueNames,
  withColumn,
  withoutName,
  withRenamed,
  withReplaced,
  type Binding,
  type Part,
  type Scope,
} from './scope.ts';
import type { SlotTable } from './slot.ts';
import type { Bound, Computation, Output, Step } from './step.ts';

/** What the one who resolves wants to be told. */
export interface ResolveHooks {
  /** The layout says that there is no such column, or an operator has left it out. */
  unknown(node: Span, message: string): void;
  /** A column is a field of the record. */
  field?(node: Column, path: FieldRequest['path']): void;
}

/** Gives the names in a pipeline their meaning, operator by operator. */
export class Resolver {
  readonly steps: Step[] = [];
  readonly #table: SlotTable;
  readonly #hooks: ResolveHooks;
  #scope: Scope;

  constructor(scope: Scope, table: SlotTable, hooks: ResolveHooks) {
    this.#scope = scope;
    this.#table = table;
    this.#hooks = hooks;
  }

  get scope(): Scope {
    return this.#scope;
  }

  /** The columns of the rows as they are now; gives every one a slot. */
  output(): Output {
    return this.#scope.parts.map((part) =>
      part.kind === 'column'
        ? { kind: 'column', name: part.name, slot: slotOf(part, this.#table, false) }
        : { ...part, slot: part.slot === 'record' ? this.#table.record() : part.slot },
    );
  }

  add(operator: Operator): void {
    switch (operator.kind) {
      case 'where':
        this.#where(operator.condition);
        break;
      case 'select':
        this.#select(operator.items);
        break;
      case 'extend':
        for (const { name, slot } of this.#compute(operator.items))
          this.#scope = withColumn(this.#scope, name, slot);
        break;
      case 'set':
        this.#set(operator.items.map(({ column, expression }) => namedLike(column, expression)));
        break;
      case 'drop':
        for (const column of operator.columns) this.#drop(column);
        break;
      case 'rename':
        for (const { from, to } of operator.columns) this.#rename(from, to.name);
        break;
      case 'distinct':
        this.steps.push({ kind: 'distinct', output: this.output() });
        break;
      case 'aggregate':
        this.#aggregate(operator.aggregates, operator.groupBy);
        break;
      case 'order by': {
        const bound = this.#bind(operator.keys.map((key) => key.expression));
        this.steps.push({ kind: 'sort', keys: operator.keys, bound });
        break;
      }
      case 'limit':
        this.steps.push({ kind: 'limit', count: operator.count, offset: operator.offset });
        break;
      case 'tablesample': {
        const { size, unit, seed = 0 } = operator;
        this.steps.push({ kind: 'sample', size, unit, seed });
        break;
      }
      case 'unnest':
        this.#unnest(operator.expression, operator.position?.name);
        break;
      case 'as':
        this.#scope = { ...this.#scope, aliases: new Set([...this.#scope.aliases, operator.alias.name]) };
        break;
    }
  }

  /** What a condition on the rows as they are now refers to, without making it a step. */
  bind(condition: Expression): void {
    this.#bind([condition]);
  }

  #where(condition: Expression): void {
    this.steps.push({ kind: 'where', condition, bound: this.#bind([condition]) });
  }

  #bind(expressions: readonly Expression[], calls: ReadonlyMap<Call, number> = new Map()): Bound {
    const columns = new Map<Column, Binding>();
    for (const expression of expressions) {
      visitExpression(expression, (node) => {
        if (node.kind !== 'column' || columns.has(node)) return;
        const binding = this.#find(node, true);
        if (binding !== undefined) columns.set(node, binding);
      });
    }
    return { columns, calls };
  }

  #find(node: Column, numeric: boolean): Binding | undefined {
    const found = findColumn(node, this.#scope, this.#table, numeric);
    if (found === undefined) this.#unknown(node);
    else if (found.path !== undefined) this.#hooks.field?.(node, found.path);
    return found?.binding;
  }

  #unknown(node: Column): void {
    const label = columnLabel(node);
    const names = namesIn(this.#scope);
    const near = didYouMean(label, names);
    const known = near || (names.length > 0 && names.length <= 12 ? `; use one of ${names.join(', ')}` : '');
    this.#hooks.unknown(node, `unknown column ${label} here${known}`);
  }

  /** Slots of expressions; a plain column keeps its own and costs nothing. */
  #compute(items: readonly NamedExpression[]): { name: string; slot: number }[] {
    const windows = this.#windows(items.map((item) => item.expression));
    const bound = this.#bind(
      items.map((item) => item.expression).filter((expression) => expression.kind !== 'column'),
      windows,
    );
    const computations: Computation[] = [];
    const slots = items.map((item) => {
      const { expression } = item;
      const name = this.#nameOf(item);
      if (expression.kind === 'column') {
        const binding = this.#find(expression, false);
        if (binding?.rest.length === 0) return { name, slot: binding.slot };
        const columns = new Map(binding && [[expression, binding]]);
        const slot = this.#table.computed();
        this.steps.push({
          kind: 'compute',
          items: [{ slot, expression }],
          bound: { columns, calls: windows },
        });
        return { name, slot };
      }
      const slot = this.#table.computed(this.#natureOf(expression, bound));
      computations.push({ slot, expression });
      return { name, slot };
    });
    if (computations.length > 0) this.steps.push({ kind: 'compute', items: computations, bound });
    return slots;
  }

  /** A column keeps its name without that of the file before it. */
  #nameOf({ name, expression, explicit }: NamedExpression): string {
    if (explicit || expression.kind !== 'column' || !this.#scope.aliases.has(expression.first.name))
      return name;
    const [first, ...rest] = expression.rest;
    return expression.rest.length > 0 && 'name' in first ? columnLabel({ ...expression, first, rest }) : name;
  }

  /** What the texts are that an expression gives. */
  #natureOf(expression: Expression, { columns, calls }: Bound): CellNature {
    const { slots } = this.#table;
    const nothing = { evaluate: () => null, loose: false };
    const inSlot = (slot: number): Compiled => {
      const { loose, reading } = slots[slot];
      return { ...nothing, loose, reading };
    };
    return compileExpression(expression, {
      column: (node) => {
        const binding = columns.get(node);
        return binding?.rest.length === 0 ? inSlot(binding.slot) : nothing;
      },
      call: (node) => {
        const slot = calls.get(node);
        return slot === undefined ? undefined : inSlot(slot);
      },
    });
  }

  /** Steps for the window functions among the expressions: one for each way of partitioning. */
  #windows(expressions: readonly Expression[]): Map<Call, number> {
    const found = callsIn(expressions, (node) => node.over !== undefined);
    const byPartition = new Map<string, Call[]>();
    for (const call of found) {
      const partition = (call.over?.partitionBy ?? []).map(shapeOf).join();
      byPartition.set(partition, [...(byPartition.get(partition) ?? []), call]);
    }
    const slots = new Map<Call, number>();
    for (const same of byPartition.values()) {
      const bound = this.#bind(same);
      const calls = same.map((call) => ({
        call,
        slot: this.#table.computed(this.#natureOfCall(call, bound)),
      }));
      this.steps.push({ kind: 'window', calls, bound });
      for (const { call, slot } of calls) slots.set(call, slot);
    }
    return slots;
  }

  /** What the texts are that an aggregate or window function gives, if it gives its values as they stand. */
  #natureOfCall(call: Call, bound: Bound): CellNature {
    const table = call.over === undefined ? aggregates : windowFunctions;
    const keeps = table.get(call.name.name.toLowerCase())?.keepsLoose ?? false;
    return keeps && call.arguments.length > 0 ? this.#natureOf(call.arguments[0], bound) : { loose: false };
  }

  #select(items: readonly (NamedExpression | Star)[]): void {
    const named = items.filter((item) => item.kind === 'named');
    const slots = this.#compute(named);
    const before = this.#scope;
    let next = 0;
    const parts = items.flatMap((item): readonly Part[] => {
      if (item.kind === 'star') return this.#star(item, before);
      const { name, slot } = slots[next++];
      return [{ kind: 'column', name, slot }];
    });
    const opens = items.filter((item) => item.kind === 'star');
    if (parts.filter((part) => part.kind === 'open').length > 1) {
      throw new QueryError(
        opens[1],
        'SELECT can have only one *: columns of two objects could have the same name',
      );
    }
    this.#scope = { ...before, parts: uniqueNames(parts) };
  }

  #star({ base, except, replace }: Star, before: Scope): readonly Part[] {
    const isAlias = base?.kind === 'column' && base.rest.length === 0 && before.aliases.has(base.first.name);
    let scope = before;
    if (base !== undefined && !isAlias) {
      const [{ slot }] = this.#compute([
        { kind: 'named', expression: base, name: '', explicit: false, ...spanOf(base) },
      ]);
      scope = { ...before, parts: [{ kind: 'open', slot, edits: [] }] };
    }
    const saved = this.#scope;
    const replaced = this.#compute(replace);
    this.#scope = scope;
    for (const name of except) this.#drop({ kind: 'column', first: name, rest: [], ...spanOf(name) });
    for (const { name, slot } of replaced) this.#scope = withReplaced(this.#scope, [name], slot);
    const { parts } = this.#scope;
    this.#scope = saved;
    return parts;
  }

  #set(items: readonly NamedExpression[]): void {
    for (const { name, slot } of this.#compute(items)) this.#scope = withReplaced(this.#scope, [name], slot);
  }

  #drop(column: Column): void {
    if (this.#isMissing(column)) {
      this.#unknown(column);
      return;
    }
    this.#tellField(column);
    this.#scope = withoutName(this.#scope, keysOf(column));
  }

  #rename(column: Column, name: string): void {
    const path = keysOf(column);
    if (this.#isMissing(column)) {
      this.#unknown(column);
    } else if (path.length === 1 || columnPart(this.#scope, path) !== -1) {
      this.#tellField(column);
      this.#scope = withRenamed(this.#scope, path, name);
    } else {
      // A member of a member becomes a column of its own.
      const binding = this.#find(column, false);
      this.#scope = withoutName(this.#scope, path);
      if (binding !== undefined) this.#scope = withColumn(this.#scope, name, this.#slotOf(column, binding));
    }
  }

  /** For a column that an operator names without looking at its value. */
  #tellField(column: Column): void {
    const { parts } = this.#scope;
    const path = keysOf(column);
    const ofRecord = parts.some((part) => part.kind === 'open' && part.slot === 'record');
    if (ofRecord && columnPart(this.#scope, path) === -1) this.#hooks.field?.(column, path);
  }

  /** The slot of a binding, computed where it lies inside another value. */
  #slotOf(expression: Column, binding: Binding): number {
    if (binding.rest.length === 0) return binding.slot;
    const slot = this.#table.computed();
    const columns = new Map([[expression, binding]]);
    this.steps.push({ kind: 'compute', items: [{ slot, expression }], bound: { columns, calls: new Map() } });
    return slot;
  }

  #isMissing(column: Column): boolean {
    const isOpen = this.#scope.parts.some((part) => part.kind === 'open');
    return !isOpen && columnPart(this.#scope, keysOf(column)) === -1;
  }

  #aggregate(items: readonly NamedExpression[], groupBy: readonly NamedExpression[]): void {
    const found = callsIn(
      items.map((item) => item.expression),
      isAggregateCall,
    );
    for (const item of items) this.#refuseBareColumns(item.expression);
    const bound = this.#bind([...found, ...groupBy.map((key) => key.expression)]);
    const keys = groupBy.map(({ expression }) => ({
      expression,
      slot: this.#table.computed(this.#natureOf(expression, bound)),
    }));
    const calls = found.map((call) => ({
      call,
      slot: this.#table.computed(this.#natureOfCall(call, bound)),
    }));
    this.steps.push({ kind: 'aggregate', keys, calls, bound });

    const names = groupBy.map((key) => this.#nameOf(key));
    const slots = new Map(calls.map(({ call, slot }) => [call, slot]));
    const computations: Computation[] = [];
    const columns = items.map(({ name, expression }): Part => {
      const own = expression.kind === 'call' ? slots.get(expression) : undefined;
      if (own !== undefined) return { kind: 'column', name, slot: own };
      const slot = this.#table.computed();
      computations.push({ slot, expression });
      return { kind: 'column', name, slot };
    });
    if (computations.length > 0) {
      this.steps.push({ kind: 'compute', items: computations, bound: { columns: new Map(), calls: slots } });
    }
    const keyParts = groupBy.map((_key, at): Part => ({
      kind: 'column',
      name: names[at],
      slot: keys[at].slot,
    }));
    this.#scope = { parts: uniqueNames([...keyParts, ...columns]), aliases: new Set(), ofRecord: false };
  }

  /** Outside of its aggregates an item of AGGREGATE has nothing to look at. */
  #refuseBareColumns(node: Expression): void {
    visitOutside(node, isAggregateCall, (inner) => {
      if (inner.kind !== 'column') return;
      const label = columnLabel(inner);
      throw new QueryError(
        inner,
        `${label} must be in an aggregate or in GROUP BY; write any_value(${label}), or add ${label} to GROUP BY`,
      );
    });
  }

  #unnest(item: NamedExpression, position: string | undefined): void {
    const { expression, name, explicit } = item;
    const bound = this.#bind([expression]);
    const slot = this.#table.computed();
    const positionSlot = position === undefined ? undefined : this.#table.computed();
    this.steps.push({ kind: 'unnest', expression, slot, position: positionSlot, bound });
    const inPlace =
      !explicit && expression.kind === 'column' && expression.rest.every((step) => 'name' in step);
    const path = inPlace ? keysOf(expression) : [];
    const isMember = inPlace && path.length > 1 && columnPart(this.#scope, path) === -1;
    if (!inPlace) this.#scope = withColumn(this.#scope, name, slot);
    else if (isMember) this.#scope = withColumn(withoutName(this.#scope, path), name, slot);
    else this.#scope = withReplaced(this.#scope, path, slot);
    if (position !== undefined && positionSlot !== undefined) {
      this.#scope = withColumn(this.#scope, position, positionSlot);
    }
  }
}
