import type { Call, Column, Expression } from '../syntax/tree.ts';
import type { Binding, OpenPart } from './scope.ts';

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

/** One thing that a stage does, its names resolved. A pipe operator is none, one or several of them. */
export type Step =
  | { readonly kind: 'where'; readonly condition: Expression; readonly bound: Bound }
  | { readonly kind: 'compute'; readonly items: readonly Computation[]; readonly bound: Bound }
  | {
      readonly kind: 'window';
      readonly calls: readonly { readonly slot: number; readonly call: Call }[];
      readonly bound: Bound;
    }
  | { readonly kind: 'distinct'; readonly output: Output }
  | {
      readonly kind: 'aggregate';
      readonly keys: readonly Computation[];
      readonly calls: readonly { readonly slot: number; readonly call: Call }[];
      readonly bound: Bound;
    }
  | { readonly kind: 'sort'; readonly keys: readonly SortKey[]; readonly bound: Bound }
  | { readonly kind: 'limit'; readonly count: number; readonly offset: number }
  | {
      readonly kind: 'sample';
      readonly size: number;
      readonly unit: 'percent' | 'rows';
      readonly seed: number;
    }
  | {
      readonly kind: 'unnest';
      readonly expression: Expression;
      readonly slot: number;
      readonly position: number | undefined;
      readonly bound: Bound;
    };

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
  readonly edits: OpenPart['edits'];
}

/** The columns of the rows, in order. */
export type Output = readonly (OutputColumn | OutputOpen)[];
