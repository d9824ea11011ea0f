import { said } from '../../../said/said.ts';
import type { Said } from '../../../said/said.ts';
import { FileParts, headPart } from '../../source/files/part.ts';
import { TurnWriter } from '../../source/files/turns.ts';
import { SourceError } from '../../source/source.ts';
import { MergeBy } from '../merge/mergeBy.ts';
import { MergeOrder } from '../merge/mergeOrder.ts';
import { inputsOf, lookedAt, type Mergeable } from '../merge/mergeScan.ts';

/** Turns that files may take, of 32 bytes each. */
const mostTurns = 2_000_000;

/** In which order the records of several files are read. */
export interface FileOrder {
  /** What they are in order of. */
  readonly by: string;
  /** See `Turns`. */
  readonly turns: SharedArrayBuffer;
  /** What people are to know of files that are not in order themselves. */
  readonly notes: readonly Said[];
}

/**
 * Reads several files once to find out how they take turns when their records are in order of time: as `mergeScan` reads
 * them. A table in that order can then be looked at anywhere.
 * @throws SourceError where they cannot be put in that order; the signal's reason
 */
export async function orderFiles(
  dataset: Mergeable & { readonly name: string },
  by: string,
  signal: AbortSignal,
): Promise<FileOrder> {
  const merge = MergeBy.of(by);
  if (!merge)
    throw new SourceError(
      'unsupported',
      said`Files are put in order of a column, such as time, or of what a query can say of one record: ${by}.`,
    );
  const { opening, recognised } = dataset;
  if (opening.kind !== 'files') throw new TypeError('Only several files are put in order of time.');
  const parts = [...new FileParts(opening.parts)];
  const other = parts.find(
    ({ length, columns, text }) => length === undefined || columns !== undefined || text !== undefined,
  );
  if (other)
    throw new SourceError(
      'unsupported',
      said`Files that are compressed, or have columns that differ, cannot be shown in order of time. Use ORDER BY, or --merge-by in a terminal.`,
    );
  const { reader, inputs } = await lookedAt(dataset, merge, inputsOf(dataset), signal);
  const turns = new TurnWriter();
  const { dataStart } = recognised;
  // What stands above the records of the first file stands above all.
  if (dataStart > 0) turns.add({ file: headPart(parts), from: 0, length: dataStart, isOpen: false });
  const order = new MergeOrder(inputs, reader, (turn) => turns.add(turn));
  try {
    while (await order.take(signal)) {
      if (turns.count > mostTurns)
        throw new SourceError(
          'unsupported',
          said`The files take turns more than ${mostTurns} times, which is too often to show them in order of time. Use ORDER BY, or --merge-by in a terminal.`,
        );
    }
  } finally {
    await order.close();
  }
  merge.notes = inputs.flatMap((input) => input.note ?? []);
  return { by, turns: turns.finish(), notes: merge.sentences() };
}
