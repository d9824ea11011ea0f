import { type Said, said } from '../../../said/said.ts';
/** A function that looks at rows around the current one. */
export interface WindowFunction {
  readonly name: string;
  readonly signature: string;
  readonly summary: Said;
  /** Whether it looks at the rows of a frame, which then must be written. */
  readonly framed: boolean;
  readonly keepsLoose?: boolean;
  /** Whether it needs an ORDER BY in its window. */
  readonly ranks?: boolean;
}

const table: readonly WindowFunction[] = [
  {
    name: 'row_number',
    signature: 'row_number()',
    summary: said`The number of the row, starting at 1.`,
    framed: false,
  },
  {
    name: 'rank',
    signature: 'rank()',
    summary: said`The number of the row by the ORDER BY of the window. Equal rows have the same, and those behind them are counted on.`,
    framed: false,
    ranks: true,
  },
  {
    name: 'dense_rank',
    signature: 'dense_rank()',
    summary: said`The same without gaps behind equal rows.`,
    framed: false,
    ranks: true,
  },
  {
    name: 'lag',
    signature: 'lag(value, rows?, otherwise?)',
    summary: said`The value a number of rows before, 1 by default. \`otherwise\`, or NULL, if there is no such row.`,
    framed: false,
    keepsLoose: true,
  },
  {
    name: 'lead',
    signature: 'lead(value, rows?, otherwise?)',
    summary: said`The value a number of rows after, 1 by default. \`otherwise\`, or NULL, if there is no such row.`,
    framed: false,
    keepsLoose: true,
  },
  {
    name: 'first_value',
    signature: 'first_value(value)',
    summary: said`The value in the first row of the window.`,
    framed: true,
    keepsLoose: true,
  },
  {
    name: 'last_value',
    signature: 'last_value(value)',
    summary: said`The value in the last row of the window.`,
    framed: true,
    keepsLoose: true,
  },
  {
    name: 'count',
    signature: 'count(value?)',
    summary: said`The number of rows in the window, or of rows where the value is not NULL.`,
    framed: true,
  },
  { name: 'sum', signature: 'sum(number)', summary: said`The sum in the window.`, framed: true },
  { name: 'avg', signature: 'avg(number)', summary: said`The mean in the window.`, framed: true },
  {
    name: 'min',
    signature: 'min(value)',
    summary: said`The smallest value in the window.`,
    framed: true,
    keepsLoose: true,
  },
  {
    name: 'max',
    signature: 'max(value)',
    summary: said`The largest value in the window.`,
    framed: true,
    keepsLoose: true,
  },
];

/** By name, in lower case. */
export const windowFunctions: ReadonlyMap<string, WindowFunction> = new Map(
  table.map((entry) => [entry.name, entry]),
);
