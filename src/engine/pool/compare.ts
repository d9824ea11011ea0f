import { maxRecordLength } from '../format/record.ts';
import { readFully } from '../source/read.ts';
import { SourceError } from '../source/source.ts';
import type { OpenFile } from './openFile.ts';
import type { CompareResult, CompareTask } from './task.ts';

/**
 * Reads blocks again and answers how many of them, from the first on, have the checksum that they had. Where the source
 * gives out, the blocks before that are all that is as it was.
 * @throws the signal's reason
 */
export async function compareBlocks(
  { source, scanner }: OpenFile,
  { blocks }: CompareTask,
  signal: AbortSignal,
): Promise<CompareResult> {
  let same = 0;
  try {
    for (const { start, next, checksum } of blocks) {
      const length = next - start;
      if (length > maxRecordLength) break;
      const buffer = scanner.reserve(length).subarray(0, length);
      if ((await readFully(source, buffer, start, signal)) < length) break;
      if (length > 0 && scanner.checksum(0, length) !== checksum) break;
      same++;
    }
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
  }
  return { kind: 'compare', same };
}
