import { errorAt, QueryError } from './diagnostic.ts';
import { resolve } from './operator/operators.ts';
import { FieldList } from './predicate/fields.ts';
import { Resolver } from './resolve/resolve.ts';
import { initialScope } from './resolve/scope.ts';
import { SlotTable } from './resolve/slot.ts';
import { parsePipeline, type ParsedQuery } from './syntax/pipeline.ts';
import type { Query } from './syntax/tree.ts';
import { validateQuery } from './validate.ts';

/**
 * Reads a query. A bare expression means WHERE of it, an empty text all records. A query that comes back is one
 * that can be planned for any file.
 */
export function parseQuery(text: string): ParsedQuery {
  if (last?.text === text) return last.parsed;
  const parsed = parseAnew(text);
  last = { text, parsed };
  return parsed;
}

/** What is typed is checked, completed and run: a long query is not read each time. */
let last: { readonly text: string; readonly parsed: ParsedQuery } | undefined;

function parseAnew(text: string): ParsedQuery {
  const parsed = parsePipeline(text);
  if (!parsed.ok) return parsed;
  try {
    validateQuery(parsed.query);
    refuseLostColumns(parsed.query);
    return parsed;
  } catch (error) {
    if (error instanceof QueryError) return { ok: false, diagnostics: [errorAt(error.span, error.said)] };
    throw error;
  }
}

/**
 * Whatever the file holds, after SELECT or AGGREGATE only their columns are left.
 * @throws QueryError
 */
function refuseLostColumns({ operators }: Query): void {
  const table = new SlotTable(new FieldList(), { names: 'paths' });
  const resolver = new Resolver(initialScope({ names: 'paths' }), table, {
    unknown: (node, message) => {
      throw new QueryError(node, message);
    },
  });
  for (const operator of operators) resolve(operator, resolver);
}
