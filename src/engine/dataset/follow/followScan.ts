import type { FormatOptions } from '../../../protocol/formatOptions.ts';
import { everything, windowAfter, windowEnd } from '../../matchWindow.ts';
import type { PartitionColumns } from '../../source/files/partitions.ts';
import type { Followed, Growing } from '../../source/follow/follower.ts';
import { keyOf, type Tail } from '../../source/follow/tail.ts';
import type { FileSpans } from '../../source/source.ts';
import type { Dataset } from '../dataset.ts';
import type { FileScan } from '../fileScan.ts';
import { ownHeader, type FollowedRows } from './followedTable.ts';
import { FollowedText, type TextPlace } from './followedText.ts';
import { HeldScan } from '../heldScan.ts';
import { countMatches, type OrderedResult } from '../scanInOrder.ts';

export interface FollowScanOptions {
  /** Whether what was there before is left out. */
  readonly onlyNew: boolean;
  /** What the folders of a file say of its records. */
  readonly partitionsOf?: PartitionColumns['of'] | undefined;
  /** What the user says of how the files are read. */
  readonly read?: FormatOptions | undefined;
  readonly say: (text: string) => void;
}

/**
 * Scans files as they grow, without end: what is there, and then each record once it is whole. Records have their numbers
 * and places in the file that they are in.
 * @param dataset one of the files, which says how all are read; where it is the only one, what is there is read from it
 * @throws SourceError; the signal's reason
 */
export async function* followScan(
  dataset: Dataset,
  follower: Followed,
  scan: FileScan,
  { onlyNew, partitionsOf, read = {}, say }: FollowScanOptions,
  signal: AbortSignal,
): AsyncGenerator<OrderedResult> {
  const { end } = follower;
  const tails = await follower.open(signal);
  const scans = new HeldScan(dataset.spec, 'followed', scan, signal);
  let window = scan.window ?? scan.query?.window ?? everything;
  let scanned = 0;
  const heads = await dataset.head('all', signal);
  const { firstLine } = dataset.recognised;
  const texts = new Map<Growing, FollowedText>();
  const begin = (tail: Growing, from?: TextPlace): FollowedText => {
    const text = new FollowedText(tail.path, dataset.format, heads, firstLine, from);
    texts.set(tail, text);
    return text;
  };
  /** How the rows of files are put under the columns of the table whose own stand in another order. */
  const ordered = new WeakMap<FollowedText, FollowedRows>();
  /** Of files that are there before what is wanted begins, the bytes that are passed over. */
  const passed = new Map<Growing, number>();

  async function* whole(tail: Growing, final: boolean): AsyncGenerator<OrderedResult> {
    const text = texts.get(tail) ?? begin(tail);
    if (final) text.finish();
    if (text.passHead(final) === 'other') {
      const own = await ownHeader(tail.path, text.bytes, final, dataset, read, signal);
      if (own === 'more') return;
      if (own) {
        text.passOver(own.length, own.lines, own.dialect);
        if (own.rows) ordered.set(text, own.rows);
        if (own.others.length > 0) say(othersText(tail.path, own.others));
      }
    }
    const rows = ordered.get(text);
    for (;;) {
      const until = passed.get(tail) ?? 0;
      const isWanted = text.place.start >= until;
      if (isWanted) passed.delete(tail);
      const { length, otherHead } = text.whole(final, isWanted ? Infinity : until);
      if (otherHead) say(otherHeadText(tail.path, dataset.name));
      if (length === 0) return;
      let [records, lines] = [0, 0];
      const bytes = text.bytes.subarray(0, length);
      const files = fileOf(tail.path, partitionsOf);
      const own = rows?.held(bytes, text.place, files);
      const held = own?.held ?? { bytes, place: text.place, files };
      if (held.bytes.length === 0) {
        // Lines between rows are no rows.
        text.drop(length, 0, own?.lines ?? 0);
        if (isWanted) return;
        continue;
      }
      for await (const result of scans.of(held, isWanted ? window : undefined)) {
        for (const block of result.blocks) [records, lines] = [records + block.records, lines + block.lines];
        if (!isWanted) continue;
        window = windowAfter(window, result.passed + countMatches(result));
        scanned += length;
        const place = { block: 0, ...text.place };
        yield { firstBlock: 0, blocks: result.blocks, place, result, scanned, skipped: 0, unread: 0 };
      }
      text.drop(length, records, own?.lines ?? lines);
      if (isWanted) return;
    }
  }

  try {
    if (windowEnd(window) <= 0) return;
    const [first] = tails;
    const opened = dataset.watch?.opened;
    // The file by itself does not know what its folders say.
    const isAlone = tails.length === 1 && partitionsOf === undefined;
    if (isAlone && opened && first.key === keyOf(opened)) {
      const from = onlyNew
        ? await startOfNew(dataset, first, scan, signal)
        : yield* existing(dataset, scan, end, signal);
      if (end.aborted) return;
      window = windowAfter(window, from.matched);
      if (windowEnd(window) <= 0) return;
      await first.seek(from.place.start);
      begin(first, from.place);
      if (onlyNew) passed.set(first, from.until);
    } else if (onlyNew) {
      for (const tail of tails) passed.set(tail, await tail.lineStart(await tail.size()));
    }
    if (onlyNew) say(`Waiting for new records in ${dataset.name}.`);
    for await (const event of follower.events(signal)) {
      switch (event.kind) {
        case 'said':
          say(event.text);
          break;
        case 'begins':
          begin(event.tail);
          break;
        case 'bytes': {
          const text = texts.get(event.tail) ?? begin(event.tail);
          text.push(event.bytes);
          yield* whole(event.tail, false);
          break;
        }
        case 'ends':
          yield* whole(event.tail, true);
          texts.delete(event.tail);
      }
      if (windowEnd(window) <= 0) return;
    }
  } finally {
    await scans.close();
  }
}

/** Where what is there has been scanned up to. */
interface Scanned {
  readonly place: TextPlace;
  /** Matches that were found before that. */
  readonly matched: number;
  /** What begins before this byte is not wanted. */
  readonly until: number;
}

/**
 * Scans what is there, up to a place behind which the last record begins: that may be half written. The last stretch in
 * which a record begins is left to who follows.
 */
async function* existing(
  dataset: Dataset,
  scan: FileScan,
  end: AbortSignal,
  signal: AbortSignal,
): AsyncGenerator<OrderedResult, Scanned> {
  const size = dataset.size ?? 0;
  let matched = 0;
  let held: OrderedResult[] = [];
  for await (const found of dataset.scan(scan, signal)) {
    const isNext = held.length > 0 && found.firstBlock !== held[0].firstBlock && found.place.start < size;
    if (isNext) {
      for (const one of held) {
        if (one.result) matched += one.result.passed + countMatches(one.result);
        yield one;
      }
      held = [];
    }
    held.push(found);
    if (end.aborted) break;
  }
  return { place: held.at(0)?.place ?? dataset.index.place(0), matched, until: 0 };
}

/** Where to begin so that what is appended from now on is found, with its numbers if the query asks for them. */
async function startOfNew(
  dataset: Dataset,
  tail: Tail,
  scan: FileScan,
  signal: AbortSignal,
): Promise<Scanned> {
  const size = dataset.size ?? 0;
  const until = await tail.lineStart(size);
  const first = dataset.index.place(0);
  if (until <= first.start) return { place: first, matched: 0, until: first.start };
  const needsNumbers = scan.query?.plan.needsPosition === true;
  if (!needsNumbers && dataset.format.kind !== 'csv')
    return { place: { start: until, record: 0, line: 0 }, matched: 0, until };
  let place: TextPlace = first;
  for await (const found of dataset.scan({ query: undefined, output: { kind: 'count' } }, signal)) {
    if (found.place.start < size) place = found.place;
  }
  return { place, matched: 0, until };
}

/** The one file that followed bytes are of. */
function fileOf(path: string, partitionsOf: PartitionColumns['of'] = () => []): FileSpans {
  const partitions = partitionsOf(path);
  return {
    count: 1,
    pathAt: () => path,
    partitionsAt: () => partitions,
    offsetAt: (position) => position,
    nextAfter: () => undefined,
  };
}

function othersText(path: string, columns: readonly string[]): string {
  return `${path} has columns that are left out, as the files that were there at the beginning do not have them: ${columns.join(', ')}.`;
}

function otherHeadText(path: string, name: string): string {
  return `${path} does not begin with the header of ${name}: its first line is read as a record.`;
}
