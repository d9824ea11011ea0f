import type { BlockIndex } from '../../index/blockIndex.ts';
import { everything } from '../../matchWindow.ts';
import type { FileSpec } from '../../pool/task.ts';
import { FileParts, type FilePart } from '../../source/files/part.ts';
import type { Tail } from '../../source/follow/tail.ts';
import type { Dataset } from '../dataset.ts';
import { FollowedText } from './followedText.ts';
import type { Growth } from '../knowledge.ts';
import { scanInOrder } from '../scanInOrder.ts';

/** Bytes that are taken in at a time: what has come while nobody looked may be much. */
const most = 32 * 1024 * 1024;

/**
 * Looks at what has been appended to a file all of whose blocks are known. The file as others see it stays as it is until it
 * takes the growth over, so that nobody sees fewer records in between.
 * @param tail the same file
 * @returns undefined where no record has become whole
 */
export async function growthOf(
  dataset: Dataset,
  tail: Tail,
  signal: AbortSignal,
): Promise<Growth | undefined> {
  const { index: before, spec } = dataset;
  const end = spec.end ?? 0;
  const same = blocksBefore(dataset, end, dataset.hasGrown);
  const place = before.place(same);
  const text = new FollowedText(dataset.name, dataset.format, new Uint8Array(0), 0, place);
  text.push(await tail.readAt(place.start, most));
  // Looked for first: a search goes on where the last one has ended.
  const isBehind = place.start + text.whole(false, end).length === end;
  const whole = place.start + text.whole(false).length;
  if (whole <= end) return undefined;
  const grown = { ...spec, end: whole };
  return { index: await indexOf(dataset, grown, same, signal), same, end: whole, isBehind };
}

/**
 * Blocks whose last record ends before a byte: they are whole whatever becomes of it.
 * @param isWhole whether a record is known to end there
 */
export function blocksBefore(
  { index, format }: Pick<Dataset, 'index' | 'format'>,
  byte: number,
  isWhole: boolean,
): number {
  let same = index.length;
  while (same > 0 && index.place(same).start >= byte) same--;
  // A quote that was open where the file ended may be closed by what comes: then what stood in it are no records.
  const reach = isWhole ? 0 : (format.reach ?? 0);
  for (let block = same - 1; block >= 0; block--) {
    const { next, malformed } = index.summary(block);
    if (next + reach <= byte) break;
    if (malformed > 0) same = block;
  }
  return same;
}

/** The index of the file as it has grown, of which so many blocks are as they were. */
export async function indexOf(
  { index: before, scheduler }: Dataset,
  grown: FileSpec,
  same: number,
  signal: AbortSignal,
): Promise<BlockIndex> {
  const index = before.upTo(same);
  const { pool } = scheduler.forUndivided(undefined);
  const request = {
    query: undefined,
    digest: undefined,
    output: { kind: 'count' },
    malformed: 'keep',
    window: everything,
    needsPosition: false,
    fromBlock: same,
    toBlock: Infinity,
  } as const;
  const end = grown.end ?? 0;
  for await (const _ of scanInOrder(grown, () => end, index, pool, request, signal)) {
    // The scan has added what it found to the index.
  }
  return index;
}

/** Whether records are appended to a file as lines or rows that mean the same in any place, and can be read as they come. */
export function canGrow({
  format,
  containers,
  encoding,
  recognised,
  opening,
  watch,
  merge,
}: Dataset): boolean {
  // What comes to files that take turns would have to be put between records that are there.
  const isPlain =
    opening.kind !== 'files' ||
    (opening.turns === undefined && [...new FileParts(opening.parts)].every(isPlainPart));
  return (
    watch !== undefined &&
    isPlain &&
    merge === undefined &&
    containers.length === 0 &&
    format.records === 'lines' &&
    encoding.startsWith('utf-8') &&
    recognised.end === undefined
  );
}

/** Whether the file stands in the table as it is on disk: else nobody knows its length before it is read. */
function isPlainPart({ packed, length, encoding }: FilePart): boolean {
  return packed !== true && length !== undefined && encoding?.startsWith('utf-8') === true;
}
