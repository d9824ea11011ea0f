import type { Seen } from '../schema/seen.ts';

/** A name in Spark's quotes. */
export function quoted(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``;
}

/**
 * What was seen of records, as a schema in Spark's DDL.
 * @param columns in their order; a table has them also where no cell was seen
 */
export function ddlOf(seen: Seen, columns: readonly string[]): string {
  return columns
    .map((name) => {
      const member = seen.members.get(name);
      return `${quoted(name)} ${member ? typeOf(member.seen) : 'STRING'}`;
    })
    .join(', ');
}

/** Values of several types are read as text. */
function typeOf(seen: Seen): string {
  const kinds = [
    seen.hasTrue || seen.hasFalse,
    seen.integers + seen.fractions > 0,
    seen.texts > 0,
    seen.lists > 0,
    seen.objects > 0,
  ].filter(Boolean).length;
  if (kinds !== 1 || seen.isAny || seen.texts > 0) return 'STRING';
  if (seen.hasTrue || seen.hasFalse) return 'BOOLEAN';
  if (seen.lists > 0) return `ARRAY<${seen.items ? typeOf(seen.items) : 'STRING'}>`;
  if (seen.objects > 0) return objectType(seen);
  if (seen.fractions > 0) return 'DOUBLE';
  // What does not fit into 64 bits keeps its digits.
  if (seen.least < -(2 ** 63) || seen.most >= 2 ** 63) return 'DECIMAL(38, 0)';
  return 'BIGINT';
}

function objectType({ members, each }: Seen): string {
  if (each) return `MAP<STRING, ${typeOf(each)}>`;
  if (members.size === 0) return 'MAP<STRING, STRING>';
  const fields = [...members].map(([name, { seen }]) => `${quoted(name)}: ${typeOf(seen)}`);
  return `STRUCT<${fields.join(', ')}>`;
}
