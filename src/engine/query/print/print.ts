import type { Query } from '../syntax/tree.ts';
import { clickhouseOperators } from './clickhouse.ts';
import { UnprintableError, type PrintOptions, type PrintTarget } from './dialect.ts';
import { duckdbOperators } from './duckdb.ts';
import { printJq } from './jq.ts';
import { printSpark } from './spark.ts';
import { printSql } from './sqlQuery.ts';

export type PrintedQuery =
  | { readonly ok: true; readonly text: string }
  /** A sentence that says what the other engine has no words for. */
  | { readonly ok: false; readonly message: string };

/** The query as another engine writes it, reading the same file. */
export function printQuery(query: Query, target: PrintTarget, options: PrintOptions): PrintedQuery {
  try {
    return { ok: true, text: print(query, target, options) };
  } catch (error) {
    if (error instanceof UnprintableError) return { ok: false, message: error.message };
    throw error;
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
