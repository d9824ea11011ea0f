import { Checksum } from '../kernel/checksum.ts';
import { readFully } from '../source/read.ts';
import { SourceError } from '../source/source.ts';
import type { OpenFile } from './openFile.ts';
import type { CompareResult, CompareTask } from './task.ts';

/**
 * Reads blocks again and answers how many of them, from the first on, have the checksum that they had. Where the source
 * gives out, the blocks before that are all that is as it was. However long a block is, a piece of it is held.
 * @throws the signal's reason
 */
export async function compareBlocks(
  { source }: OpenFile,
  { blocks }: CompareTask,
  signal: AbortSignal,
): Promise<CompareResult> {
  const sum = new Checksum();
  let same = 0;
  try {
    for (const { start, next, checksum } of blocks) {
      sum.begin();
      let at = start;
      while (at < next) {
        const piece = sum.room.subarray(0, next - at);
        if ((await readFully(source, piece, at, signal)) < piece.length) break;
        sum.add(piece.length);
        at += piece.length;
      }
      if (at < next || (next > start && sum.end() !== checksum)) break;
      same++;
    }
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
  }
  return { kind: 'compare', same };
}
