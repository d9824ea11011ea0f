import type { Dataset } from '../dataset/dataset.ts';
import type { PlannedQuery } from '../dataset/plan.ts';
import type { OrderedResult } from '../dataset/scanInOrder.ts';
import { deriveRows } from './derive.ts';

/** What makes the rows of a query the numbers of their records. */
export const selectNumber = '|> SELECT _record';

/**
 * The rows of a query that ends with `selectNumber`, in their order: numbers of records, from 1.
 * @throws SourceError; WorkerLost; the signal's reason
 */
export async function* recordNumbers(
  dataset: Dataset,
  query: PlannedQuery,
  signal: AbortSignal,
  scanned: (found: OrderedResult) => void,
): AsyncGenerator<number> {
  for await (const { bytes } of deriveRows(dataset, query, signal, scanned)) {
    // Objects with a number each, and no other digit.
    let number: number | undefined;
    for (const byte of bytes) {
      if (byte >= 0x30 && byte <= 0x39) number = (number ?? 0) * 10 + byte - 0x30;
      else if (number !== undefined) {
        yield number;
        number = undefined;
      }
    }
  }
}
