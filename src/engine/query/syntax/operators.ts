/** A pipe operator as documentation and completion show it. */
export interface PipeOperator {
  readonly word: string;
  readonly form: string;
  readonly summary: string;
}

export const pipeOperators: readonly PipeOperator[] = [
  { word: 'WHERE', form: 'WHERE condition', summary: 'Keeps the rows for which the condition is true.' },
  {
    word: 'SELECT',
    form: 'SELECT expression [AS name], …',
    summary:
      'Makes these columns and no others. `*` stands for all columns, `* EXCEPT (a, b)` for all but some, ' +
      '`* REPLACE (expression AS a)` for all with some computed anew, `a.*` for the members of an object. ' +
      '`SELECT DISTINCT` and the clauses of classic SQL are taken as well.',
  },
  { word: 'EXTEND', form: 'EXTEND expression AS name, …', summary: 'Adds columns at the end.' },
  {
    word: 'SET',
    form: 'SET column = expression, …',
    summary: 'Gives columns other values, in their places.',
  },
  { word: 'DROP', form: 'DROP column, …', summary: 'Leaves columns out.' },
  { word: 'RENAME', form: 'RENAME column AS name, …', summary: 'Gives columns other names.' },
  { word: 'DISTINCT', form: 'DISTINCT', summary: 'Keeps the first of equal rows.' },
  {
    word: 'AGGREGATE',
    form: 'AGGREGATE aggregate [AS name], … [GROUP BY expression [AS name], …]',
    summary:
      'Makes one row of all rows, or of the rows of each group: first the columns of GROUP BY, then the aggregates. ' +
      'Groups come in the order in which they were first seen.',
  },
  {
    word: 'ORDER BY',
    form: 'ORDER BY expression [DESC] [NULLS FIRST], …',
    summary: 'Sorts the rows; equal ones stay in their order. NULL comes last, upwards and downwards.',
  },
  {
    word: 'LIMIT',
    form: 'LIMIT count [OFFSET count]',
    summary: 'Keeps the first rows, after skipping some.',
  },
  { word: 'OFFSET', form: 'OFFSET count', summary: 'Skips the first rows.' },
  {
    word: 'TABLESAMPLE',
    form: 'TABLESAMPLE size PERCENT | ROWS [REPEATABLE (seed)]',
    summary: 'Keeps a random part of the rows; the same part whenever file and seed are the same.',
  },
  {
    word: 'UNNEST',
    form: 'UNNEST list [AS name] [WITH OFFSET name]',
    summary:
      'Makes a row of each item of a list, in a new column or in the place of the list. ' +
      'NULL and an empty list make no row; a value that is no list is its only item.',
  },
  {
    word: 'AS',
    form: 'AS name',
    summary: 'Gives the file a name, which may stand before a column: `name.column`.',
  },
];
