/** The type of a column of a file that has types, and of what lists and objects hold. Every value may be null. */
export type ColumnType =
  | { readonly kind: 'boolean' | 'int64' | 'double' | 'date' }
  /** `mixed`: the values have several types, or too many members; those that are no texts are written as JSON. */
  | { readonly kind: 'text'; readonly mixed: boolean }
  | { readonly kind: 'decimal'; readonly precision: number; readonly scale: number }
  /** `zoned`: the texts have an offset or Z, so that they are points in time. */
  | { readonly kind: 'timestamp'; readonly unit: 'MICROS' | 'NANOS'; readonly zoned: boolean }
  | { readonly kind: 'list'; readonly items: ColumnType }
  | { readonly kind: 'struct'; readonly members: ReadonlyMap<string, ColumnType> };

/** Digits that a decimal of most readers can have: those of 128 bits. */
export const maxPrecision = 38;
