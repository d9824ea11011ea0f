/** What is said of the text of a query, and what menus and plots do to it. */

import type { Said } from '../said/said.ts';

export interface Diagnostic {
  /** Half-open range of characters in the query. */
  readonly from: number;
  readonly to: number;
  readonly severity: 'error' | 'warning';
  readonly said: Said;
  /** What it is about. */
  readonly code?: 'unknown-column';
  /** The query that was probably meant: with `text` in one place, or a search for `text` in all text columns. */
  readonly fix?: { readonly kind: 'replace' | 'search'; readonly text: string; readonly query: string };
}

export interface Completion {
  readonly label: string;
  readonly kind: 'column' | 'function' | 'keyword' | 'value' | 'file';
  /** Type of a column, signature of a function. */
  readonly detail: string;
  /** What it is or does. */
  readonly info?: Said;
  /** What is put in place of `from`..`to`. */
  readonly insert: string;
}

/** What may be written in place of the characters from `from` to `to`. */
export interface Completions {
  readonly from: number;
  readonly to: number;
  /** Whether the query cannot end here: what may follow is worth offering unasked. */
  readonly expected: boolean;
  readonly items: readonly Completion[];
}

/** The words of the language in lower case, by where they are words and no names. */
export interface Keywords {
  /** Everywhere. */
  readonly reserved: readonly string[];
  /** Where an operator begins; some are of several words. */
  readonly beginnings: readonly string[];
  /** Before a text or a number. */
  readonly literals: readonly string[];
  /** Elsewhere; columns may be called so as well. */
  readonly others: readonly string[];
  /** As `others`, and functions where they are called. */
  readonly callable: readonly string[];
}

/** A condition of the query's top-level AND, as a chip shows it. */
export interface Condition {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/** What a menu does to the query's text. */
export type QueryEdit =
  | { readonly kind: 'remove'; readonly from: number; readonly to: number }
  /** A click on a header; `more` keeps the keys that the rows are sorted by already. */
  | {
      readonly kind: 'sort';
      readonly path: string;
      /** `next`: from unsorted to ascending, to descending, and back. */
      readonly direction: 'next' | 'ascending' | 'descending' | 'none';
      readonly more: boolean;
    }
  /** Values picked in a plot, in place of those that were picked there before; an empty pick takes them away. */
  | { readonly kind: 'pick'; readonly path: string; readonly pick: ValuePick }
  /** Columns that the rows are to be without. `order`: those that are left, where that is not the order in which they are there. */
  | {
      readonly kind: 'drop';
      readonly paths: readonly string[];
      readonly order?: readonly string[] | undefined;
    }
  /** A value that is listed is left out with its rows, or no longer; undefined for NULL. */
  | {
      readonly kind: 'exclude' | 'include';
      readonly path: string;
      readonly value: PickedValue | undefined;
    }
  | {
      readonly kind: 'add';
      readonly path: string;
      /** `has`: a list has the item. */
      readonly test: CellTest | 'has';
      /** The cell's text and kind; undefined for the null tests. */
      readonly value?: { readonly text: string; readonly kind: number } | undefined;
      /** Whether it is the records as they are that have the value, whatever the query makes of their columns. */
      readonly ofRecord?: boolean | undefined;
    };

/** Which of a column's values are wanted: any of these. */
export interface ValuePick {
  readonly ranges: readonly PickedRange[];
  readonly values: readonly PickedValue[];
  /** NULL, which is also what is missing. */
  readonly nulls: boolean;
}

/** What the query's conditions choose of a column. */
export interface ColumnChoice {
  readonly path: string;
  readonly pick: ValuePick;
  /** Values that are left out. */
  readonly excluded: Pick<ValuePick, 'values' | 'nulls'>;
}

/** Numbers or times from one edge up to, and without, another; an edge as in `Histogram.edges`. */
export interface PickedRange {
  readonly kind: 'number' | 'time';
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly typed?: true | undefined;
}

export interface PickedValue {
  readonly kind: 'number' | 'text' | 'boolean';
  readonly text: string;
  /** Only the beginning is known. */
  readonly cut: boolean;
  /** The column holds values of another type that are equal to it in a query, as the text `1` is to the number. */
  readonly typed?: true | undefined;
}

/** What a menu adds to the query. On a column the page asks for the value that the test needs. */
export type CellTest = 'equals' | 'differs' | 'above' | 'below' | 'contains' | 'is-null' | 'not-null';
