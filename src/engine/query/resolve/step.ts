import type { Call, Column, Expression } from '../syntax/tree.ts';
import type { OpenPart } from './part.ts';
import type { Binding } from './scope.ts';

/** What the names in a step's expressions stand for. A column that is not here is NULL. */
export interface Bound {
  readonly columns: ReadonlyMap<Column, Binding>;
  /** Slots of aggregates and window functions that an earlier step has computed. */
  readonly calls: ReadonlyMap<Call, number>;
}

export interface Computation {
  readonly slot: number;
  readonly expression: Expression;
}

export interface SortKey {
  readonly expression: Expression;
  readonly descending: boolean;
  readonly nullsFirst: boolean;
}

/** What the steps of each kind say. A file that describes a kind of its own adds it here. */
export interface Steps {
  where: { readonly condition: Expression; readonly bound: Bound };
  compute: { readonly items: readonly Computation[]; readonly bound: Bound };
  window: {
    readonly calls: readonly { readonly slot: number; readonly call: Call }[];
    /** Whether each row has the value of its whole partition. */
    readonly whole: boolean;
    /** Whether the rows of a partition come one behind the other. */
    readonly contiguous: boolean;
    readonly bound: Bound;
  };
  distinct: { readonly output: Output };
  aggregate: {
    readonly keys: readonly Computation[];
    readonly calls: readonly { readonly slot: number; readonly call: Call }[];
    readonly bound: Bound;
  };
  sort: { readonly keys: readonly SortKey[]; readonly bound: Bound };
  /** A sort of which only the first rows are needed: `count` of them. */
  top: { readonly keys: readonly SortKey[]; readonly bound: Bound; readonly count: number };
  limit: { readonly count: number; readonly offset: number };
  sample: { readonly size: number; readonly unit: 'percent' | 'rows'; readonly seed: number };
  unnest: {
    readonly expression: Expression;
    readonly slot: number;
    readonly position: number | undefined;
    readonly bound: Bound;
  };
}

export type StepKind = keyof Steps;

/** One thing that a stage does, its names resolved. A pipe operator is none, one or several of them. */
export type Step<K extends StepKind = StepKind> = {
  [P in K]: { readonly kind: P } & Steps[P];
}[K];

/** Slots that a step's expressions read. */
export function slotsOfBound({ columns, calls }: Bound): number[] {
  return [...Array.from(columns.values(), (binding) => binding.slot), ...calls.values()];
}

/** A column of the result. */
export interface OutputColumn {
  readonly kind: 'column';
  readonly name: string;
  readonly slot: number;
}

/** Members of an object that are not known by name; its slot is always a number here. */
export interface OutputOpen {
  readonly kind: 'open';
  readonly slot: number;
  /** Whether it is the record itself, which need not be an object. */
  readonly ofRecord: boolean;
  readonly edits: OpenPart['edits'];
}

/** The columns of the rows, in order. */
export type Output = readonly (OutputColumn | OutputOpen)[];
