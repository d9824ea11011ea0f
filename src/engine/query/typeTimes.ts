import { comparedFields, type ComparedField } from './compared.ts';
import { editedQuery } from './editedQuery.ts';
import type { Layout } from './layout.ts';
import type { Query } from './syntax/tree.ts';
import { readTime } from './value/time.ts';

/**
 * Whether the literal is a time to the query, and no text: where the file says of its columns which hold times, what SQL takes a
 * text beside one for.
 */
export function isTypedTime({ isTime, literal: { value } }: ComparedField): boolean {
  return isTime && typeof value === 'string' && readTime(value) !== undefined;
}

/**
 * The query's text with TIMESTAMP before each text that is such a time beside a column of the file, so that it is looked for
 * among the bytes of the column. Anything else beside such a column stays as it is.
 */
export function typeTimes(query: Query, layout: Layout): string {
  if (layout.names === 'columns' || layout.times === undefined) return query.text;
  const typed = comparedFields(query, layout).filter(
    (field) => field.isField && !field.isGiven && isTypedTime(field),
  );
  return editedQuery(
    query,
    typed.map(({ literal: { from } }) => ({ from, to: from, text: 'TIMESTAMP ' })),
  );
}
