import { everything, windowAfter } from '../matchWindow.ts';
import { scanFile, scanFileFrom, type FileScan, type Scannable } from './fileScan.ts';
import { isRowWise } from './plan.ts';
import { countMatches, type OrderedResult } from './scanInOrder.ts';

/** Whether what a scan of all records gives are rows as they come, so that those of the first files are wanted first. */
export function takesRows({ query, output, fromBlock, toBlock, also, find, measure }: FileScan): boolean {
  const isWhole = (fromBlock ?? 0) === 0 && toBlock === undefined;
  const isPlain = also === undefined && find === undefined && measure === undefined;
  const areRows = output.kind === 'bytes' || output.kind === 'stages';
  return isWhole && isPlain && areRows && (query?.plan.steps.every(isRowWise) ?? true);
}

/**
 * Scans the first of many files, and then, if more is asked for, all others behind them. What is found of those is learned by
 * nobody.
 * @param first the files that were looked at; they stand in the same places among all
 * @param whole all files, once they were looked at
 * @throws as `scanFile`
 */
export async function* scanEarly(
  first: Scannable,
  whole: () => Promise<Scannable>,
  scan: FileScan,
  signal: AbortSignal,
): AsyncGenerator<OrderedResult> {
  let matched = 0;
  for await (const found of scanFile(first, scan, signal)) {
    if (found.result) matched += found.result.passed + countMatches(found.result);
    yield found;
  }
  const { known, blocks } = first;
  const window = windowAfter(scan.window ?? scan.query?.window ?? everything, matched);
  // Where it has failed, it does not go on.
  if (window.take <= 0 || known.index.length < blocks) return;
  const all = { ...(await whole()), known };
  const place = known.index.place(blocks);
  for await (const { found } of scanFileFrom(all, place, { ...scan, window }, signal)) yield found;
}
