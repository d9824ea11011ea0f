import { everything } from '../matchWindow.ts';
import type { Tail } from '../source/follow/tail.ts';
import type { Dataset } from './dataset.ts';
import { FollowedText } from './followedText.ts';
import type { Growth } from './knowledge.ts';
import { scanInOrder } from './scanInOrder.ts';

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
  const { index: before, spec, scheduler } = dataset;
  const end = spec.end ?? 0;
  // Blocks whose last record ends before the end are whole whatever comes.
  let same = before.length;
  while (same > 0 && before.place(same).start >= end) same--;
  const place = before.place(same);
  const text = new FollowedText(dataset.name, dataset.format, new Uint8Array(0), 0, place);
  text.push(await tail.readAt(place.start, most));
  const whole = place.start + text.whole(false).length;
  if (whole <= end) return undefined;
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
  const grown = { ...spec, end: whole };
  for await (const _ of scanInOrder(grown, () => whole, index, pool, request, signal)) {
    // The scan has added what it found to the index.
  }
  return { index, same, end: whole };
}

/** Whether records are appended to a file as lines or rows that mean the same in any place, and can be read as they come. */
export function canGrow({ format, containers, encoding, recognised, files, watch }: Dataset): boolean {
  return (
    watch !== undefined &&
    files === undefined &&
    containers.length === 0 &&
    format.records === 'lines' &&
    encoding.startsWith('utf-8') &&
    recognised.end === undefined
  );
}
