import type { Query } from '../syntax/tree.ts';
import { UnprintableError, type PrintOptions, type PrintTarget } from './dialect.ts';
import { duckdbOperators } from './duckdb.ts';
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
    default:
      throw new UnprintableError({ from: 0, to: query.text.length }, `${target} cannot be written yet`);
  }
}
