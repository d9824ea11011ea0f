import { comparedFields, type ComparedField } from './compared.ts';
import { editedQuery } from './editedQuery.ts';
import { isTime, type Layout } from './layout.ts';
import type { Query } from './syntax/tree.ts';
import { readTime } from './value/time.ts';

/**
 * Whether the literal is a time to the query, and no text: where the file says of its columns which hold times, what SQL takes a
 * text beside one for.
 */
export function isTypedTime({ path, literal: { value } }: ComparedField, layout: Layout): boolean {
  return typeof value === 'string' && readTime(value) !== undefined && isTime(path, layout);
}

/** The query's text with TIMESTAMP before each text that is such a time. Anything else beside such a column stays as it is. */
export function typeTimes(query: Query, layout: Layout): string {
  if (layout.names === 'columns' || layout.times === undefined) return query.text;
  const typed = comparedFields(query, layout).filter((field) => isTypedTime(field, layout));
  return editedQuery(
    query,
    typed.map(({ literal: { from } }) => ({ from, to: from, text: 'TIMESTAMP ' })),
  );
}
