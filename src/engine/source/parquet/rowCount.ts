import type { Source } from '../source.ts';
import { readFooter } from './footer.ts';

/** How many rows a file has by its footer; undefined where it says what no file has. @throws SourceError */
export async function rowCount(base: Source): Promise<number | undefined> {
  const footer = await readFooter(base).next();
  if (!footer.done) throw footer.value.cause;
  const rows = footer.value.rowGroups.reduce((sum, group) => sum + Number(group.num_rows), 0);
  return Number.isSafeInteger(rows) && rows >= 0 ? rows : undefined;
}
