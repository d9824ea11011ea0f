import { errorAt, QueryError } from './diagnostic.ts';
import { parsePipeline, type ParsedQuery } from './syntax/pipeline.ts';
import { validateQuery } from './validate.ts';

/**
 * Reads a query. A bare expression means WHERE of it, an empty text all records. A query that comes back is one
 * that can be planned for any file.
 */
export function parseQuery(text: string): ParsedQuery {
  const parsed = parsePipeline(text);
  if (!parsed.ok) return parsed;
  try {
    validateQuery(parsed.query);
    return parsed;
  } catch (error) {
    if (error instanceof QueryError) return { ok: false, diagnostics: [errorAt(error.span, error.message)] };
    throw error;
  }
}
