import { pathOf, type KnownColumn } from '../check.ts';
import type { Fix } from '../diagnostic.ts';
import { reservedWords } from '../syntax/cursor.ts';
import { writeText } from '../write.ts';

/**
 * Columns that a search looks in. A condition on thousands would take longer to plan than to run, and a search in some
 * of them would not find what it says.
 */
const mostSearched = 300;

/** A few words without any sign of the language. */
const words = /^[\p{L}\p{N}][\p{L}\p{M}\p{N}_.:@-]*(?: [\p{L}\p{N}][\p{L}\p{M}\p{N}_.:@-]*){0,7}$/u;

/**
 * The search in all columns that somebody means who types words, a number or a text and no condition; undefined where it
 * is something else, such as the name of a column or a condition with a mistake in it.
 */
export function searchFor(query: string, columns: readonly KnownColumn[]): Fix | undefined {
  const text = query.trim().replace(/^'(.*)'$/, '$1');
  if (!words.test(text)) return undefined;
  const typed = text.split(' ');
  const [first] = typed.map((word) => word.toLowerCase());
  if (columns.some(({ name }) => name.toLowerCase() === first)) return undefined;
  if (typed.some((word) => reservedWords.has(word.toLowerCase()) && word === word.toUpperCase()))
    return undefined;
  const paths = columns.filter(({ type }) => mayHold(type, text)).map(pathOf);
  if (paths.length === 0 || paths.length > mostSearched) return undefined;
  const pattern = writeText(`%${text.replaceAll('_', '\\_')}%`);
  const escape = text.includes('_') ? " ESCAPE '\\'" : '';
  const conditions = paths.map((path) => `${path} ILIKE ${pattern}${escape}`);
  return { kind: 'search', text, query: conditions.join(' OR ') };
}

/** Whether a text may stand in a value of a column of this type. */
function mayHold(type: string, text: string): boolean {
  if (type === 'number') return /^[\d.,eE+-]+$/.test(text);
  if (type === 'boolean') return 'true false'.includes(text.toLowerCase());
  return true;
}
