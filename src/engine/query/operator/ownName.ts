import { said } from '../../../said/said.ts';
import { QueryError } from '../diagnostic.ts';
import { isOfRecord } from '../layout.ts';
import type { Name } from '../syntax/tree.ts';

/**
 * Refuses a name for rows that stands for something of each record wherever it is written without quotes: what it names
 * could not be reached.
 * @param example the query's words with another name
 * @throws QueryError
 */
export function refuseOwnName(alias: Name, example: string): void {
  if (!isOfRecord({ ...alias, quoted: false })) return;
  throw new QueryError(
    alias,
    said`${alias.name} is a column of every record; use another name, as in ${example}`,
  );
}
