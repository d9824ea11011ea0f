import type { Said } from '../../../said/said.ts';
import { errorAt, type Diagnostic } from '../diagnostic.ts';
import type { Query } from '../syntax/tree.ts';
import { clickhouseOperators } from './clickhouse.ts';
import { UnprintableError, type PrintOptions, type PrintTarget } from './dialect.ts';
import { duckdbOperators } from './duckdb.ts';
import { printJq } from './jq.ts';
import { printSpark, printSparkOverView } from './spark.ts';
import { printSql } from './sqlQuery.ts';

export type PrintedQuery =
  | { readonly ok: true; readonly text: string }
  /** What the other engine has no words for. */
  | { readonly ok: false; readonly said: Said };

/** The query as another engine writes it, reading the same file. */
export function printQuery(query: Query, target: PrintTarget, options: PrintOptions): PrintedQuery {
  try {
    return { ok: true, text: print(query, target, options) };
  } catch (error) {
    if (error instanceof UnprintableError) return { ok: false, said: error.said };
    throw error;
  }
}

/** A statement of Spark SQL, and whether it is in the pipe syntax, which Spark has from version 4 on. */
export interface SparkStatement {
  readonly ok: true;
  readonly text: string;
  readonly isPiped: boolean;
}

/** The query as a statement of Spark SQL over a view `data`, or where and why it has no words for it. */
export function printForSpark(
  query: Query,
): SparkStatement | { readonly ok: false; readonly problem: Diagnostic } {
  try {
    return { ok: true, ...printSparkOverView(query.operators) };
  } catch (error) {
    if (!(error instanceof UnprintableError)) throw error;
    return { ok: false, problem: errorAt(error.span, error.said) };
  }
}

function print(query: Query, target: PrintTarget, options: PrintOptions): string {
  switch (target) {
    case 'duckdb':
      return printSql(query.operators, duckdbOperators(options));
    case 'clickhouse':
      return printSql(query.operators, clickhouseOperators(options));
    case 'spark':
      return printSpark(query.operators, options);
    case 'jq':
      return printJq(query.operators, options);
  }
}
