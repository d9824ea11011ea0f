import { english, type Said, SaidError } from '../../said/said.ts';

/** A half-open range of UTF-16 units in the query's text. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** What is wrong with a query, where, and what would be right. */
export interface Diagnostic extends Span {
  readonly severity: 'error' | 'warning';
  /** In English. */
  readonly message: string;
  readonly said: Said;
  readonly fix?: Fix;
  readonly code?: DiagnosticCode;
}

/** What a diagnostic is about, for those who treat some of them in their own way. */
export type DiagnosticCode = 'unknown-column';

/** The query that was probably meant: with `text` in one place, or a search for `text` in all text columns. */
export interface Fix {
  readonly kind: 'replace' | 'search';
  readonly text: string;
  readonly query: string;
}

/** Unwinds the parser and the validator at the first error; never leaves `parseQuery`. */
export class QueryError extends SaidError {
  override readonly name = 'QueryError';
  readonly span: Span;

  constructor(span: Span, said: Said) {
    super(said);
    this.span = span;
  }
}

export function errorAt(span: Span, said: Said): Diagnostic {
  return { from: span.from, to: span.to, severity: 'error', message: english(said), said };
}

export function warningAt(span: Span, said: Said): Diagnostic {
  return { from: span.from, to: span.to, severity: 'warning', message: english(said), said };
}

/** The query with something else in one place. */
export function replacing(query: string, { from, to }: Span, text: string): Fix {
  return { kind: 'replace', text, query: query.slice(0, from) + text + query.slice(to) };
}

export function spanning(first: Span, last: Span): Span {
  return { from: first.from, to: last.to };
}
