import type { Dataset } from '../dataset/dataset.ts';
import { withPart } from '../dataset/part.ts';
import type { PlannedQuery } from '../dataset/plan.ts';
import type { OrderedResult } from '../dataset/scanInOrder.ts';
import { rowNumbers } from '../source/part.ts';
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
  until?: AbortSignal,
): AsyncGenerator<number> {
  for await (const { bytes } of deriveRows(dataset, query, signal, scanned, { until })) {
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

/**
 * The rows of such a query as `SourcePart.rows`, found by the columns that it asks for; undefined where there are more than
 * `most`.
 * @throws as `recordNumbers`
 */
export async function rowsFound(
  dataset: Dataset,
  query: PlannedQuery,
  most: number,
  signal: AbortSignal,
  scanned: Scanned,
  { unlessKept = false, until }: RowsFoundOptions,
): Promise<FoundRows | undefined> {
  let records = 0;
  const asked = { plan: query.plan, makesRows: true, unlessKept };
  return withPart(dataset, asked, signal, async (part) => {
    const noted = (found: OrderedResult): void => {
      records += found.blocks.reduce((sum, block) => sum + block.records, 0);
      scanned(found, part);
    };
    const numbers: number[] = [];
    for await (const number of recordNumbers(part, query, signal, noted, until)) {
      if (numbers.length === most) return undefined;
      numbers.push(number - 1);
    }
    return { rows: rowNumbers(numbers), records };
  });
}

export interface RowsFoundOptions {
  /** See `withPart`. */
  readonly unlessKept?: boolean;
  /** See `DeriveOptions`. */
  readonly until?: AbortSignal | undefined;
}

/** Is told of what was scanned, and of what part of the file: its bytes are those of that. */
export type Scanned = (found: OrderedResult, part: Dataset) => void;

export interface FoundRows {
  readonly rows: ReturnType<typeof rowNumbers>;
  /** Records that were looked at. */
  readonly records: number;
}
