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
      'Selects these columns and no others. `*` stands for all columns, `* EXCEPT (a, b)` for all but some, ' +
      '`* REPLACE (expression AS a)` for all with some replaced, `a.*` for the members of an object. ' +
      '`SELECT DISTINCT` and the clauses of classic SQL are accepted as well.',
  },
  { word: 'EXTEND', form: 'EXTEND expression AS name, …', summary: 'Adds columns at the end.' },
  {
    word: 'SET',
    form: 'SET column = expression, …',
    summary: 'Replaces the values of columns.',
  },
  { word: 'DROP', form: 'DROP column, …', summary: 'Removes columns.' },
  { word: 'RENAME', form: 'RENAME column AS name, …', summary: 'Renames columns.' },
  { word: 'DISTINCT', form: 'DISTINCT', summary: 'Keeps the first of equal rows.' },
  {
    word: 'AGGREGATE',
    form: 'AGGREGATE aggregate [AS name], … [GROUP BY expression [AS name], …]',
    summary:
      'Makes one row of all rows, or one row per group: first the columns of GROUP BY, then the aggregates. ' +
      'Groups come in the order in which they first appear.',
  },
  {
    word: 'ORDER BY',
    form: 'ORDER BY expression [DESC] [NULLS FIRST], …',
    summary: 'Sorts the rows. Equal rows keep their order. NULL comes last, ascending and descending.',
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
    summary: 'Keeps a random sample of the rows. The sample is the same whenever file and seed are the same.',
  },
  {
    word: 'UNNEST',
    form: 'UNNEST list [AS name] [WITH OFFSET name]',
    summary:
      'Makes one row per item of a list, in a new column or in place of the list. ' +
      'NULL and an empty list make no row. A value that is not a list counts as a list of one item.',
  },
  {
    word: 'AS',
    form: 'AS name',
    summary: 'Names the file. The name can be written before a column: `name.column`.',
  },
];
