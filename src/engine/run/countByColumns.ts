import type { Dataset } from '../dataset/dataset.ts';
import { withPart } from '../dataset/part.ts';
import { plannedFor, type PlannedQuery } from '../dataset/plan.ts';
import type { OrderedResult } from '../dataset/scanInOrder.ts';
import { isEverything } from '../matchWindow.ts';
import { recordNumbers, selectNumber } from './recordNumbers.ts';

/**
 * Counts how many records of each block a filter selects, where the file is stored by columns and its blocks are known: by the
 * numbers of the records, of which only those columns are read that are asked for.
 * @param append takes the count of each block, in their order
 * @param reached is told how many records were read
 * @returns false, with nothing counted, where the text of the blocks has to be read, or what is kept of its columns answers
 * sooner
 * @throws SourceError; WorkerLost; the signal's reason
 */
export async function countByColumns(
  dataset: Dataset,
  query: PlannedQuery,
  signal: AbortSignal,
  append: (matched: number) => void,
  reached: (records: number) => void,
): Promise<boolean> {
  const { indexed, index, containers, recognised } = dataset;
  const isFilter = query.plan.shape === 'records' && isEverything(query.window) && query.text !== '';
  if (!indexed || !isFilter || !containers.includes('parquet')) return false;
  const numbers = plannedFor(`${query.text}\n${selectNumber}`, recognised.format);
  const asked = { plan: numbers.plan, makesRows: true, unlessKept: true };
  return withPart(dataset, asked, signal, async (part) => {
    if (part === dataset) return false;
    const scanned = ({ place, blocks }: OrderedResult): void => {
      reached(blocks.reduce((sum, { records }) => sum + records, place.record));
    };
    let [block, matched] = [0, 0];
    for await (const record of recordNumbers(part, numbers, signal, scanned)) {
      for (; record > index.place(block + 1).record; block++, matched = 0) append(matched);
      matched++;
    }
    for (; block < index.length; block++, matched = 0) append(matched);
    return true;
  });
}
