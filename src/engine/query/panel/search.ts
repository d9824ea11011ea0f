import { pathOf, type KnownColumn } from '../check.ts';
import type { Fix } from '../diagnostic.ts';
import { writeText } from '../write.ts';

/** Columns that a search looks in; a condition on thousands would take longer to plan than to run. */
const mostSearched = 40;

/** A few words without any sign of the language. */
const words = /^[\p{L}\p{N}][\p{L}\p{M}\p{N}_.:@-]*(?: [\p{L}\p{N}][\p{L}\p{M}\p{N}_.:@-]*){0,7}$/u;

/**
 * The search in all text columns that somebody means who types words and no condition; undefined where the text is
 * something else, such as the name of a column.
 */
export function searchFor(query: string, columns: readonly KnownColumn[]): Fix | undefined {
  const text = query.trim();
  const lower = text.toLowerCase();
  if (!words.test(text) || columns.some(({ name }) => name.toLowerCase() === lower)) return undefined;
  const paths = columns.filter((column) => column.type === 'text' || column.type === 'mixed').map(pathOf);
  if (paths.length === 0) return undefined;
  const pattern = writeText(`%${text.replaceAll('_', '\\_')}%`);
  const escape = text.includes('_') ? " ESCAPE '\\'" : '';
  const conditions = paths.slice(0, mostSearched).map((path) => `${path} ILIKE ${pattern}${escape}`);
  return { kind: 'search', text, query: conditions.join(' OR ') };
}
