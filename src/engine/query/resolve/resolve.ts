import { type Said, said } from '../../../said/said.ts';
import type { DiagnosticCode, Span } from '../diagnostic.ts';
import { timesInList } from '../cell.ts';
import { compileExpression, type Compiled } from '../evaluate.ts';
import { aggregates, rowsFunction, windowFunctions } from '../function/index.ts';
import type { Layout } from '../../format/layout.ts';
import type { FieldRequest } from '../../format/record.ts';
import { isOfRecord } from '../layout.ts';
import { didYouMean } from '../nearest.ts';
import { columnLabel } from '../syntax/columns.ts';
import type { Call, Column, Expression, Name, NamedExpression, OrderKey, Window } from '../syntax/tree.ts';
import { isAggregateCall, isWholeWindow, shapeOf, visitExpression, wholeNames } from '../syntax/walk.ts';
import { callsIn, keysOf } from './nodes.ts';
import { namesOf } from './partNames.ts';
import type { Part } from './part.ts';
import { columnNamed, findColumn, namesIn, notOfGroups, slotOf, type Binding, type Scope } from './scope.ts';
import { memberNature, type Slot, type SlotTable } from './slot.ts';
import type { Bound, Computation, Output, Step } from './step.ts';

/** What the one who resolves wants to be told. */
export interface ResolveHooks {
  /** The layout says that there is no such column, or an operator has left it out. */
  unknown(node: Span, said: Said, code?: DiagnosticCode): void;
  /** A column is a field of the record. */
  field?(node: Column, path: FieldRequest['path']): void;
}

const unknownColumn: DiagnosticCode = 'unknown-column';

/** Gives the names in a pipeline their meaning, operator by operator. */
export class Resolver {
  readonly steps: Step[] = [];
  readonly table: SlotTable;
  readonly #hooks: ResolveHooks;
  readonly #joined: readonly (Layout | undefined)[];
  #joins = 0;
  /** The columns of the rows as they are now. */
  scope: Scope;

  /** @param joined the layouts of the other files of each JOIN, in their order; empty while they are not open */
  constructor(
    scope: Scope,
    table: SlotTable,
    hooks: ResolveHooks,
    joined: readonly (Layout | undefined)[] = [],
  ) {
    this.scope = scope;
    this.table = table;
    this.#hooks = hooks;
    this.#joined = joined;
  }

  /** Asked once for each JOIN, in their order. */
  joinedLayout(): Layout | undefined {
    return this.#joined.at(this.#joins++);
  }

  /** The columns of the rows as they are now; gives every one a slot. */
  output(): Output {
    return this.scope.parts.map((part) =>
      part.kind === 'column'
        ? { kind: 'column', name: part.name, slot: slotOf(part, this.table, false) }
        : {
            ...part,
            slot: part.slot === 'record' ? this.table.record() : part.slot,
            ofRecord: part.slot === 'record',
          },
    );
  }

  /** What the expressions refer to, in the rows as they are now. */
  bind(expressions: readonly Expression[], calls: ReadonlyMap<Call, number> = new Map()): Bound {
    const columns = new Map<Column, Binding>();
    for (const expression of expressions) {
      visitExpression(expression, (node) => {
        if (node.kind !== 'column' || columns.has(node)) return;
        const binding = this.find(node, true);
        if (binding !== undefined) columns.set(node, binding);
      });
    }
    return { columns, calls };
  }

  find(node: Column, numeric: boolean): Binding | undefined {
    const found = findColumn(node, this.scope, this.table, numeric);
    if (found === undefined) this.unknown(node);
    else if (found.path !== undefined) this.#hooks.field?.(node, found.path);
    return found?.binding;
  }

  unknown(node: Column): void {
    const label = columnLabel(node);
    if (!this.scope.ofRecord && isOfRecord(node.first)) {
      this.#hooks.unknown(node, said`${label} is known only where a row is one record; these rows are not`);
      return;
    }
    const names = namesIn(this.scope);
    const near = didYouMean(label, names);
    const { grouped = [] } = this.scope;
    const isOfGrouped = (part: Part): boolean => part.kind === 'open' || part.name === node.first.name;
    if (near === '' && grouped.some(isOfGrouped)) {
      this.#hooks.unknown(node, notOfGroups(label));
      return;
    }
    const known =
      near || (names.length > 0 && names.length <= 12 ? said`; use one of ${names.join(', ')}` : '');
    this.#hooks.unknown(node, said`unknown column ${label} here${known}`, unknownColumn);
  }

  /** Slots of expressions; a plain column keeps its own and costs nothing. */
  compute(items: readonly NamedExpression[]): { name: string; slot: number }[] {
    const windows = this.#windows(items.map((item) => item.expression));
    const bound = this.bind(
      items.map((item) => item.expression).filter((expression) => expression.kind !== 'column'),
      windows,
    );
    const computations: Computation[] = [];
    const slots = items.map((item) => {
      const { expression } = item;
      const name = this.nameOf(item);
      if (expression.kind === 'column') {
        const binding = this.find(expression, false);
        if (binding?.rest.length === 0) return { name, slot: binding.slot };
        const columns = new Map(binding && [[expression, binding]]);
        const slot = this.table.computed(this.natureOf(expression, { columns, calls: windows }));
        this.steps.push({
          kind: 'compute',
          items: [{ slot, expression }],
          bound: { columns, calls: windows },
        });
        return { name, slot };
      }
      const slot = this.table.computed(this.natureOf(expression, bound));
      computations.push({ slot, expression });
      return { name, slot };
    });
    if (computations.length > 0) this.steps.push({ kind: 'compute', items: computations, bound });
    return slots;
  }

  /** A column keeps its name without that of the file before it. */
  nameOf({ name, expression, explicit }: NamedExpression): string {
    if (explicit || expression.kind !== 'column' || !this.scope.aliases.has(expression.first.name))
      return name;
    const [first, ...rest] = expression.rest;
    return expression.rest.length > 0 && 'name' in first ? columnLabel({ ...expression, first, rest }) : name;
  }

  /** What the texts are that an expression gives. */
  natureOf(expression: Expression, { columns, calls }: Bound): Omit<Slot, 'source'> {
    const { slots } = this.table;
    const plain = expression.kind === 'column' ? columns.get(expression) : undefined;
    if (plain?.rest.length === 0) return slots[plain.slot];
    const nothing = { evaluate: () => null, loose: false };
    const inSlot = (slot: number): Compiled => {
      const { loose, reading, times } = slots[slot];
      return { ...nothing, loose, reading, times };
    };
    return compileExpression(expression, {
      column: (node) => {
        const binding = columns.get(node);
        if (binding === undefined) return nothing;
        if (binding.rest.length === 0) return inSlot(binding.slot);
        return { ...nothing, ...memberNature(slots[binding.slot], binding.rest) };
      },
      call: (node) => {
        const slot = calls.get(node);
        if (slot !== undefined) return inSlot(slot);
        return isOfRows(node) ? { ...nothing, ...this.natureOfCall(node, { columns, calls }) } : undefined;
      },
    });
  }

  /**
   * Steps for the window functions among the expressions: one for each way of partitioning, of ordering, and for whole
   * partitions. Those with an order of their own come last: their rows are sorted, and in the end sorted back. So do those
   * that go on to the end of their partition: in the opposite order they begin there.
   */
  #windows(expressions: readonly Expression[]): Map<Call, number> {
    const found = callsIn(expressions, (node) => node.over !== undefined);
    const alike = new Map<
      string,
      { readonly over: Window; readonly calls: Call[]; readonly mirrored: boolean }
    >();
    for (const call of found) {
      const { over } = call;
      if (over === undefined) continue;
      const { partitionBy, orderBy } = over;
      const mirrored = isOpenEnded(call);
      const shape = JSON.stringify([
        isWhole(call),
        mirrored,
        partitionBy.map(shapeOf),
        orderBy.map((key) => [shapeOf(key.expression), key.descending, key.nullsFirst]),
      ]);
      const same = alike.get(shape) ?? { over, calls: [], mirrored };
      same.calls.push(call);
      alike.set(shape, same);
    }
    const slots = new Map<Call, number>();
    const push = (calls: readonly Call[], contiguous: boolean, mirrored = false): void => {
      const bound = this.bind(calls);
      const numbered = calls.map((call) => {
        const slot = this.table.computed(this.natureOfCall(call, bound));
        slots.set(call, slot);
        return { call: mirrored ? mirroredCall(call) : call, slot };
      });
      this.steps.push({ kind: 'window', calls: numbered, whole: isWhole(calls[0]), contiguous, bound });
    };
    const groups = [...alike.values()];
    const isOrdered = ({ over, mirrored }: (typeof groups)[number]): boolean =>
      over.orderBy.length > 0 || mirrored;
    for (const group of groups) if (!isOrdered(group)) push(group.calls, false);
    const ordered = groups.filter(isOrdered);
    if (ordered.length === 0) return slots;
    const place = this.table.computed({ loose: false });
    const placeCall = rowNumber(ordered[0].over);
    const calls = new Map([[placeCall, place]]);
    const none = { columns: new Map(), calls: new Map() };
    const numbered = [{ call: placeCall, slot: place }];
    this.steps.push({ kind: 'window', calls: numbered, whole: false, contiguous: false, bound: none });
    for (const { over, calls: same, mirrored } of ordered) {
      // Rows that are equal in this order are in that of the file, whatever they were sorted by before.
      const order = [...over.orderBy, sortKey(placeCall)];
      const keys = [...this.#partitionKey(over), ...(mirrored ? order.map(oppositeKey) : order)];
      const { columns } = this.bind(keys.map(({ expression }) => expression));
      this.steps.push({ kind: 'sort', keys, bound: { columns, calls } });
      push(same, true, mirrored);
    }
    this.steps.push({ kind: 'sort', keys: [sortKey(placeCall)], bound: { columns: new Map(), calls } });
    return slots;
  }

  /** What puts a partition's rows one behind the other: as a list, equal texts are those that are one partition. */
  #partitionKey({ partitionBy, from, to }: Window): readonly OrderKey[] {
    if (partitionBy.length === 0) return [];
    const bound = this.bind(partitionBy);
    // Cells that are written in two ways are two partitions, and no list would tell them apart.
    const items = partitionBy.map((operand): Expression => {
      const isRead = this.natureOf(operand, bound).reading !== undefined;
      return isRead ? { kind: 'cast', operand, type: 'text', from, to } : operand;
    });
    return [sortKey({ kind: 'list', items, from, to })];
  }

  /** What the texts are that an aggregate or window function gives, if it gives its values as they stand. */
  natureOfCall(call: Call, bound: Bound): Omit<Slot, 'source'> {
    const { keepsLoose = false, listsThem = false } = rowsFunction(call) ?? {};
    if (call.arguments.length === 0 || !(keepsLoose || listsThem)) return { loose: false };
    const nature = this.natureOf(call.arguments[0], bound);
    return keepsLoose ? nature : { loose: nature.loose, times: timesInList(nature.times) };
  }

  /** For a column that an operator names without looking at its value. */
  tellField(column: Column): void {
    const { parts } = this.scope;
    const path = keysOf(column);
    const isRecord = (part: Part): boolean => part.kind === 'open' && part.slot === 'record';
    if (namesOf(parts).hasOpen && parts.some(isRecord) && columnNamed(this.scope, path) === undefined)
      this.#hooks.field?.(column, path);
  }

  /** For a column that gets another value: one that is not there is added, which an operator for that would say. */
  tellReplaced(name: Name): void {
    const column: Column = { kind: 'column', first: name, rest: [], from: name.from, to: name.to };
    if (this.isMissing(column)) this.unknown(column);
    else this.tellField(column);
  }

  /** The slot of a binding, computed where it lies inside another value. */
  slotOf(expression: Column, binding: Binding): number {
    if (binding.rest.length === 0) return binding.slot;
    const bound = { columns: new Map([[expression, binding]]), calls: new Map() };
    const slot = this.table.computed(this.natureOf(expression, bound));
    this.steps.push({ kind: 'compute', items: [{ slot, expression }], bound });
    return slot;
  }

  isMissing(column: Column): boolean {
    const { hasOpen } = namesOf(this.scope.parts);
    return !hasOpen && columnNamed(this.scope, keysOf(column)) === undefined;
  }
}

/** Whether a call is one of a function of many rows. */
function isOfRows(call: Call): boolean {
  return call.over !== undefined || isAggregateCall(call);
}

/** Whether a call over a window is an aggregate over a whole partition. */
function isWhole({ name, over }: Call): boolean {
  const called = name.name.toLowerCase();
  return over !== undefined && isWholeWindow(over) && (aggregates.has(called) || wholeNames.has(called));
}

/** Whether a call looks at all rows that follow in its partition, but not at all before. */
function isOpenEnded(call: Call): boolean {
  const isFramed = windowFunctions.get(call.name.name.toLowerCase())?.framed === true;
  return isFramed && !isWhole(call) && call.over?.following === Infinity;
}

/** In the opposite order: a window from the current row to the end is one from the first row to the current one. */
function mirroredCall(call: Call): Call {
  const { name, over } = call;
  const mirror = mirrors.get(name.name.toLowerCase()) ?? name.name;
  const { preceding = 0, following = 0 } = over ?? {};
  return {
    ...call,
    name: { ...name, name: mirror },
    over: over && { ...over, preceding: following, following: preceding },
  };
}

const mirrors: ReadonlyMap<string, string> = new Map([
  ['first_value', 'last_value'],
  ['last_value', 'first_value'],
]);

function oppositeKey(key: OrderKey): OrderKey {
  return { ...key, descending: !key.descending, nullsFirst: !key.nullsFirst };
}

/** The number of the row in the file's order. */
function rowNumber({ from, to }: Span): Call {
  const name = { name: 'row_number', quoted: false, from, to };
  const frame = { preceding: Infinity, following: Infinity, hasFrame: false };
  const over: Window = { ...frame, partitionBy: [], orderBy: [], from, to };
  const plain = { arguments: [], star: false, distinct: false, orderBy: [], filter: undefined };
  return { kind: 'call', name, ...plain, over, from, to };
}

function sortKey(expression: Expression): OrderKey {
  const { from, to } = expression;
  return { expression, descending: false, nullsFirst: false, from, to };
}
