import type { Span } from '../diagnostic.ts';
import type { Value } from '../value/value.ts';

/** A name, and whether it was written in quotes. */
export interface Name extends Span {
  readonly name: string;
  readonly quoted: boolean;
}

/** A step of a path: a key, or a 1-based list index. */
export type Step = Name | (Span & { readonly index: number });

export type ComparisonOperator = '=' | '<>' | '<' | '<=' | '>' | '>=';
export type ArithmeticOperator = '+' | '-' | '*' | '/' | '//' | '%' | '||';

export interface Literal extends Span {
  readonly kind: 'literal';
  readonly value: Value;
}

/** `a`, `a.b`, `a['b'].c`, `a[1]`: what it means is known once the columns are. */
export interface Column extends Span {
  readonly kind: 'column';
  readonly first: Name;
  readonly rest: readonly Step[];
}

/** AND and OR of any number of operands, so that a long chain is not a deep tree. */
export interface Logical extends Span {
  readonly kind: 'logical';
  readonly operator: 'and' | 'or';
  readonly operands: readonly Expression[];
}

export interface Not extends Span {
  readonly kind: 'not';
  readonly operand: Expression;
}

export interface Comparison extends Span {
  readonly kind: 'comparison';
  readonly operator: ComparisonOperator;
  readonly left: Expression;
  readonly right: Expression;
}

export interface Distinctness extends Span {
  readonly kind: 'distinctness';
  /** IS NOT DISTINCT FROM. */
  readonly negated: boolean;
  readonly left: Expression;
  readonly right: Expression;
}

/** IS [NOT] NULL, TRUE, FALSE. */
export interface Is extends Span {
  readonly kind: 'is';
  readonly operand: Expression;
  readonly test: 'null' | 'true' | 'false';
  readonly negated: boolean;
}

export interface In extends Span {
  readonly kind: 'in';
  readonly operand: Expression;
  readonly items: readonly Expression[];
  readonly negated: boolean;
}

export interface Between extends Span {
  readonly kind: 'between';
  readonly operand: Expression;
  readonly low: Expression;
  readonly high: Expression;
  readonly negated: boolean;
}

export interface Like extends Span {
  readonly kind: 'like';
  readonly operand: Expression;
  readonly pattern: Expression;
  readonly escape: Expression | undefined;
  readonly insensitive: boolean;
  readonly negated: boolean;
}

/** `~` and its relatives: the regular expression matches somewhere in the text. */
export interface Match extends Span {
  readonly kind: 'match';
  readonly operand: Expression;
  readonly pattern: Expression;
  readonly insensitive: boolean;
  readonly negated: boolean;
}

export interface Arithmetic extends Span {
  readonly kind: 'arithmetic';
  readonly operator: ArithmeticOperator;
  readonly left: Expression;
  readonly right: Expression;
}

export interface Negative extends Span {
  readonly kind: 'negative';
  readonly operand: Expression;
}

export interface Case extends Span {
  readonly kind: 'case';
  readonly operand: Expression | undefined;
  readonly branches: readonly { readonly when: Expression; readonly then: Expression }[];
  readonly otherwise: Expression | undefined;
}

export type CastType =
  'boolean' | 'integer' | 'number' | 'double' | 'text' | 'timestamp' | 'date' | 'interval' | 'json';

/** The size of a decimal, as in `DECIMAL(10, 2)`. */
export interface DecimalSize {
  /** How many digits it has at most. */
  readonly precision: number;
  /** How many of them stand behind the point. */
  readonly scale: number;
}

export interface Cast extends Span {
  readonly kind: 'cast';
  readonly operand: Expression;
  readonly type: CastType;
  /** Of a number: what it is rounded to. */
  readonly size?: DecimalSize | undefined;
  /** Of a timestamp: whether it is a point in time, and not what clocks show. */
  readonly zoned?: true | undefined;
}

/** `base[index]` that is no constant path: of a list by position, of an object by key, of a text by character. */
export interface Element extends Span {
  readonly kind: 'element';
  readonly base: Expression;
  readonly index: Expression;
}

export interface Slice extends Span {
  readonly kind: 'slice';
  readonly base: Expression;
  readonly low: Expression | undefined;
  readonly high: Expression | undefined;
}

export interface List extends Span {
  readonly kind: 'list';
  readonly items: readonly Expression[];
}

export interface Call extends Span {
  readonly kind: 'call';
  readonly name: Name;
  readonly arguments: readonly Expression[];
  /** count(*). */
  readonly star: boolean;
  readonly distinct: boolean;
  readonly orderBy: readonly OrderKey[];
  readonly filter: Expression | undefined;
  readonly over: Window | undefined;
}

/** Rows around the current one, in the order in which they stream by, or in one of its own. */
export interface Window extends Span {
  /** Rows before the current one; Infinity for UNBOUNDED PRECEDING, negative for FOLLOWING. */
  readonly preceding: number;
  /** Rows after the current one; Infinity for UNBOUNDED FOLLOWING, negative for PRECEDING. */
  readonly following: number;
  /** Whether its rows are written; if not, it reaches from the first row to the last. */
  readonly hasFrame: boolean;
  readonly partitionBy: readonly Expression[];
  readonly orderBy: readonly OrderKey[];
}

export type Expression =
  | Literal
  | Column
  | Logical
  | Not
  | Comparison
  | Distinctness
  | Is
  | In
  | Between
  | Like
  | Match
  | Arithmetic
  | Negative
  | Case
  | Cast
  | Element
  | Slice
  | List
  | Call;

export interface OrderKey extends Span {
  readonly expression: Expression;
  readonly descending: boolean;
  readonly nullsFirst: boolean;
}

/** An expression and the name of the column that it makes. */
export interface NamedExpression extends Span {
  readonly kind: 'named';
  readonly expression: Expression;
  /** Written, or taken from the expression. */
  readonly name: string;
  readonly explicit: boolean;
  /** The name behind AS. */
  readonly as?: Name;
}

/** `*`, or `base.*` for the members of an object, with those left out and those computed anew. */
export interface Star extends Span {
  readonly kind: 'star';
  readonly base: Expression | undefined;
  readonly except: readonly Name[];
  readonly replace: readonly NamedExpression[];
}

export type SelectItem = NamedExpression | Star;

export interface WhereOperator extends Span {
  readonly condition: Expression;
}

export interface SelectOperator extends Span {
  readonly items: readonly SelectItem[];
}

export interface ExtendOperator extends Span {
  readonly items: readonly NamedExpression[];
}

export interface SetOperator extends Span {
  readonly items: readonly { readonly column: Name; readonly expression: Expression }[];
}

export interface DropOperator extends Span {
  /** Paths of keys. */
  readonly columns: readonly Column[];
}

export interface RenameOperator extends Span {
  readonly columns: readonly { readonly from: Column; readonly to: Name }[];
}

export interface AggregateOperator extends Span {
  readonly aggregates: readonly NamedExpression[];
  readonly groupBy: readonly NamedExpression[];
}

export interface OrderByOperator extends Span {
  readonly keys: readonly OrderKey[];
}

export interface LimitOperator extends Span {
  /** Infinity where only OFFSET was written. */
  readonly count: number;
  readonly offset: number;
}

export interface SampleOperator extends Span {
  readonly size: number;
  readonly unit: 'percent' | 'rows';
  readonly seed: number | undefined;
}

export interface UnnestOperator extends Span {
  readonly expression: NamedExpression;
  /** Name of a column with the 1-based position. */
  readonly position: Name | undefined;
}

export interface AsOperator extends Span {
  readonly alias: Name;
}

/** How rows of a request are written: as `bodyForms` of the sink room. */
export const bodies = ['jsonl', 'json', 'csv', 'bulk'] as const;

export interface PostOperator extends Span {
  /** An http or https address. */
  readonly url: string;
  /** Rows of a request; undefined: as usual. */
  readonly batch: number | undefined;
  readonly body: (typeof bodies)[number] | undefined;
}

export interface IntoOperator extends Span {
  /** The address of a PostgreSQL database. */
  readonly url: string;
  /** As it is written, with its quotes. */
  readonly table: string;
  /** Rows of a transaction; undefined: as usual. */
  readonly batch: number | undefined;
}

/** What the operators of each kind say. A file that describes a kind of its own adds it here. */
export interface Operators {
  where: WhereOperator;
  select: SelectOperator;
  extend: ExtendOperator;
  set: SetOperator;
  drop: DropOperator;
  rename: RenameOperator;
  distinct: Span;
  aggregate: AggregateOperator;
  'order by': OrderByOperator;
  limit: LimitOperator;
  tablesample: SampleOperator;
  unnest: UnnestOperator;
  as: AsOperator;
  post: PostOperator;
  into: IntoOperator;
}

export type OperatorKind = keyof Operators;

export type Operator<K extends OperatorKind = OperatorKind> = {
  [P in K]: { readonly kind: P } & Operators[P];
}[K];

/** Where a query's rows go. It ends the query, and computes nothing: only what sends rows looks at it. */
export type QueryTarget = Operator<'post' | 'into'>;

/** A file that FROM names by its path, in single quotes. */
export interface NamedFile extends Span {
  readonly path: string;
}

export interface Query {
  readonly text: string;
  /** Undefined: what is asked is what is open. */
  readonly from?: NamedFile | undefined;
  readonly operators: readonly Operator[];
  /** Where its rows go, which nothing but the command sends; undefined: to whoever asks. */
  readonly target?: QueryTarget | undefined;
}
