import { type Said, said, SaidError } from '../../../said/said.ts';
import type { Span } from '../diagnostic.ts';
import type { Call, Cast, DecimalSize, Operator } from '../syntax/tree.ts';

/** The engines whose language a query can be written in. */
export type PrintTarget = 'duckdb' | 'clickhouse' | 'spark' | 'jq';

/** The file that the printed query is to read. */
export interface PrintOptions {
  /** Path or name, as the other engine is to be given it. */
  readonly file: string;
  readonly format: 'jsonl' | 'csv' | 'json';
  /** Whether folders that are named `key=value` are columns. */
  readonly hive?: boolean | undefined;
  /** Texts that are NULL in it, besides the empty one. */
  readonly nulls?: readonly string[] | undefined;
}

/** What the other engine has no words for. */
export class UnprintableError extends SaidError {
  override readonly name = 'UnprintableError';
  readonly span: Span;

  constructor(span: Span, said: Said) {
    super(said);
    this.span = span;
  }
}

/** An operator that an engine has no words for. */
export function unprintable(operator: Operator, engine: string): UnprintableError {
  return new UnprintableError(operator, said`${engine} has nothing like ${operator.kind.toUpperCase()}`);
}

/** The type of decimals of a size, which SQL engines call alike. */
export function decimalType({ precision, scale }: DecimalSize): string {
  return `DECIMAL(${precision}, ${scale})`;
}

/** How one SQL engine writes what they all can say. */
export interface SqlDialect {
  readonly engine: string;
  /** A name in its quotes. */
  name(name: string): string;
  text(text: string): string;
  /** What says something of a record itself there, by its name here. */
  readonly attributes?: ReadonlySet<string>;
  /** A member of an object, given what it is taken from. */
  member(base: string, key: string): string;
  /** A function by another name or in another form; undefined where it is the same. */
  readonly calls: ReadonlyMap<string, (values: readonly string[], call: Call) => string>;
  /**
   * What a call is put into, by the function's name, with all that belongs to the call; undefined where it
   * stands as it is.
   */
  result?(name: string, call: string): string | undefined;
  /** Functions that the engine does not have, in lower case. */
  readonly missing: ReadonlySet<string>;
  /** What speaks against a call that the engine would do otherwise. */
  refusal?(call: Call): Said | undefined;
  /** Set where IN and CASE with an operand do not follow the logic of NULL: they are written as comparisons. */
  readonly comparesApart?: true;
  /** Set where a condition gives 1 or 0. */
  readonly numericConditions?: true;
  cast(value: string, target: Pick<Cast, 'type' | 'size'>): string;
  matches(value: string, pattern: string, insensitive: boolean): string;
  like(value: string, pattern: string, insensitive: boolean, negated: boolean): string;
  distinct(a: string, b: string, negated: boolean): string;
  /** Division whose result is NULL where the divisor is 0. */
  divide(a: string, b: string): string;
  divideWhole(a: string, b: string): string;
  remainder(a: string, b: string): string;
  list(items: readonly string[]): string;
  /** An item by its 1-based place. */
  item(base: string, index: string): string;
  interval(months: number, days: number, micros: number): string;
  timestamp(text: string, date: boolean): string;
}
