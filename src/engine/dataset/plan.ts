import { layoutOf } from '../pool/matcher.ts';
import type { FormatSpec, MatchWindow } from '../pool/task.ts';
import { parseQuery, planQuery, type Diagnostic, type Plan } from '../query/index.ts';

/** A query that cannot be run. Its `diagnostics` say where and why. */
export class QuerySyntaxError extends Error {
  override readonly name = 'QuerySyntaxError';
  readonly diagnostics: readonly Diagnostic[];

  constructor(diagnostics: readonly Diagnostic[]) {
    super(diagnostics.at(0)?.message ?? 'The query cannot be read.');
    this.diagnostics = diagnostics;
  }
}

/** @throws QuerySyntaxError */
export function planFor(query: string, format: FormatSpec): Plan {
  const parsed = parseQuery(query);
  if (!parsed.ok) throw new QuerySyntaxError(parsed.diagnostics);
  return planQuery(parsed.query, layoutOf(format));
}

/** The matches that a plan's LIMIT and OFFSET leave. */
export function windowOf({ operators }: Plan): MatchWindow {
  let window: MatchWindow = { skip: 0, take: Infinity };
  for (const operator of operators) {
    if (operator.kind !== 'limit') continue;
    const { skip, take } = window;
    const offset = Math.min(operator.offset, take);
    window = { skip: skip + offset, take: Math.min(take - offset, operator.count) };
  }
  return window;
}
