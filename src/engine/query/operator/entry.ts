import type { Said } from '../../../said/said.ts';
import type { Resolver } from '../resolve/resolve.ts';
import type { Cursor } from '../syntax/cursor.ts';
import type { Expression, NamedExpression, Operator, OperatorKind } from '../syntax/tree.ts';

/** A pipe operator as documentation and completion show it. */
export interface PipeOperator {
  readonly word: string;
  readonly form: string;
  readonly summary: Said;
  /** Suggested only where programs may be run, or not in a page, as it ends a query of the command. */
  readonly only?: 'programs' | 'command';
}

/**
 * All that the language says of a pipe operator. How its steps are carried out is said in the stage room. A new operator
 * is one entry, with its types added to `Operators` and `Steps`, and its line in `operators.ts`.
 */
export interface OperatorEntry<K extends OperatorKind> {
  /** One for each word that it can begin with. */
  readonly help: readonly PipeOperator[];
  /** What it can begin with besides, which needs no explaining. */
  readonly otherWords?: readonly string[];
  /** Reads it, from its first word on. Undefined for SELECT, which is read with the clauses of classic SQL. */
  readonly parse?: (cursor: Cursor) => Operator<K>;
  /** Its expressions, but for `keys`. */
  readonly expressions?: (operator: Operator<K>) => readonly Expression[];
  /** Expressions that rows are grouped by. */
  readonly keys?: (operator: Operator<K>) => readonly Expression[];
  /** Expressions that become columns. */
  readonly columns?: (operator: Operator<K>) => readonly NamedExpression[];
  /** What `expressions` may hold besides functions of one row. */
  readonly allows?: 'aggregates' | 'windows';
  /** Gives its names their meaning: adds its steps, and changes the columns of the rows. */
  readonly resolve: (operator: Operator<K>, names: Resolver) => void;
  /** Whether rows come out of it as they went in, if they come out. */
  readonly keepsRows?: boolean | ((operator: Operator<K>) => boolean);
  /** Whether it looks at one record at a time, where no expression is a window. */
  readonly isLocal?: boolean;
  /** What it changes in what is said of the result. */
  readonly outcome?: (operator: Operator<K>, text: string) => Partial<Outcome>;
  /** The SELECT list that says it in SQL; undefined where an engine cannot. */
  readonly sql?: (operator: Operator<K>, writer: SqlWriter) => string | undefined;
}

/** What the rows of a query's result are, as far as its text says. */
export interface Outcome {
  /**
   * `records`: each row is a record of the file. `groups`: each row sums up records (AGGREGATE with GROUP BY).
   * `rows`: anything else, such as UNNEST, DISTINCT, or AGGREGATE without GROUP BY.
   */
  readonly rows: 'records' | 'groups' | 'rows';
  /** Whether a condition decides which records take part. */
  readonly filtered: boolean;
  /** Whether LIMIT or TABLESAMPLE leaves records out. */
  readonly limited: boolean;
  readonly order: readonly OutcomeKey[];
  /** Columns whose values may be added across rows: counts and sums of groups. */
  readonly additive: readonly string[];
}

/** A key that the rows are sorted by. */
export interface OutcomeKey {
  /** As the query writes it. */
  readonly key: string;
  /** Of a column that the result has: its path, quoted only where it must be. */
  readonly path?: string | undefined;
  readonly descending: boolean;
}

/** Writes the parts of a SELECT for an engine. */
export interface SqlWriter {
  /** The engine's name. */
  readonly engine: string;
  readonly name: (name: string) => string;
  readonly expression: (expression: Expression) => string;
  /** `*` with some columns replaced; undefined where the engine has no words for it. */
  readonly replaced: (
    columns: readonly { readonly name: string; readonly value: string }[],
  ) => string | undefined;
}
