import { said, SaidError } from '../../said/said.ts';
import { formatOf, type FormatSpec } from '../format/registry.ts';
import { everything, windowWithin, type MatchWindow } from '../matchWindow.ts';
import {
  fixTime,
  outcomeOf,
  parseQuery,
  planQuery,
  refusedCalls,
  refusedTarget,
  typeTimes,
  type Diagnostic,
  type Outcome,
  type Plan,
  type Query,
} from '../query/index.ts';

/** A query that cannot be run. Its `diagnostics` say where and why. */
export class QuerySyntaxError extends SaidError {
  override readonly name = 'QuerySyntaxError';
  readonly diagnostics: readonly Diagnostic[];
  /** The query, where it is another one than who catches this has asked first. */
  readonly query: string | undefined;

  constructor(diagnostics: readonly Diagnostic[], query?: string) {
    super(diagnostics.at(0)?.said ?? said`The query cannot be read.`);
    this.diagnostics = diagnostics;
    this.query = query;
  }
}

/** A query with what it comes to for a file. */
export interface PlannedQuery {
  /** As it was asked. */
  readonly asked: string;
  /** As it is run: with the time in the place of `now()`. */
  readonly text: string;
  readonly plan: Plan;
  /** What its rows are. */
  readonly outcome: Outcome;
  /** The matches that its LIMIT and OFFSET leave. */
  readonly window: MatchWindow;
}

/**
 * @param allows `calls`: whether the query may run programs
 * @throws QuerySyntaxError
 */
export function plannedFor(
  asked: string,
  format: FormatSpec,
  allows: { readonly calls?: boolean } = {},
): PlannedQuery {
  const written = parsedOrThrow(asked);
  const refused = [...(allows.calls === true ? [] : refusedCalls(written)), ...refusedTarget(written)];
  if (refused.length > 0) throw new QuerySyntaxError(refused);
  const { layout } = formatOf(format);
  const fixed = parsedAs(fixTime(written, new Date()), written);
  const text = typeTimes(fixed, layout);
  const plan = planQuery(parsedAs(text, fixed), layout);
  return { asked, text, plan, outcome: outcomeOf(written), window: windowOf(plan) };
}

/** @param before what was parsed of the text before it may have changed */
function parsedAs(text: string, before: Query): Query {
  return text === before.text ? before : parsedOrThrow(text);
}

function parsedOrThrow(text: string): Query {
  const parsed = parseQuery(text);
  if (!parsed.ok) throw new QuerySyntaxError(parsed.diagnostics);
  return parsed.query;
}

function windowOf({ operators }: Plan): MatchWindow {
  return operators.reduce(
    (window, operator) =>
      operator.kind === 'limit'
        ? windowWithin(window, { skip: operator.offset, take: operator.count })
        : window,
    everything,
  );
}

/** More texts than this are seldom joined, and each step can double what the one before has made. */
const mostJoined = 8;

/**
 * Whether a block can take a query so long that only a thread of its own can be stopped: it may hold a regular
 * expression, make long texts of short ones, or is more than anybody types. Its text is enough to say no for certain.
 */
export function mayRunLong(query: string): boolean {
  if (query.length > 2000 || /~|regexp|repeat|pad|replace/i.test(query)) return true;
  return [...query.matchAll(/\|\||concat/gi)].length > mostJoined;
}

type Step = Plan['steps'][number];

const rowWise: ReadonlySet<Step['kind']> = new Set(['where', 'compute', 'unnest', 'limit', 'fill']);

/** Whether the rows of a step are known as soon as the rows before them. */
export function isRowWise({ kind }: Step): boolean {
  return rowWise.has(kind);
}
