import { randomInt } from 'node:crypto';
import { tmpdir } from 'node:os';
import { isDeepStrictEqual } from 'node:util';
import type { DiffSummary, LeftOutRecords } from '../../protocol/comparison.ts';
import type { ExportProgress } from '../../protocol/engine.ts';
import type { HandlerContext } from '../../protocol/rpc.ts';
import type { Dataset } from '../dataset/dataset.ts';
import type { Side } from '../pool/keyedRow.ts';
import type { ChosenRecords, KeyedOutput } from '../pool/task.ts';
import { discard } from '../discard.ts';
import { SpillFolder } from '../stage/held/spill.ts';
import { DiffRows, type DiffPiece } from './diffRows.ts';
import { Hashes } from './hashes.ts';
import { Pairs } from './pairs.ts';
import { DiffProgress } from './progress.ts';
import { RecordDiff } from './recordDiff.ts';
import { areMixed, datesOfKeys, recordNatures } from './recordNature.ts';

/** Bytes that are held in memory before temporary files are written: of hashes, of records, and of the result. */
const budgets = { hashes: 64 * 1024 * 1024, records: 16 * 1024 * 1024, rows: 16 * 1024 * 1024 };

export interface DiffOptions {
  /** The fields that tell records apart, as `keyField` takes them. */
  readonly keys: readonly string[];
  /** Takes the result. Undefined where only the sums are wanted. */
  readonly write?: ((piece: DiffPiece) => Promise<void>) | undefined;
  /** For tests: other than the engine's. */
  readonly budgets?: typeof budgets | undefined;
}

/**
 * Compares two files by a key. Where both are written in the same way and can be read twice, their records are compared by
 * hashes first, and only those are read that may differ.
 * @throws DiffKeyError, SourceError, TemporaryError, MemoryLimitError; what `write` throws; the signal's reason
 */
export async function diffFiles(
  before: Dataset,
  after: Dataset,
  { keys, write, budgets: allowed = budgets }: DiffOptions,
  { signal, progress }: HandlerContext<ExportProgress>,
): Promise<DiffSummary> {
  const files = [before, after] as const;
  const natures = recordNatures(files, keys);
  const isMixed = areMixed(natures);
  const dates = datesOfKeys(natures);
  const compared = new RecordDiff(natures);
  const folder = new SpillFolder(tmpdir());
  const seed = randomInt(2 ** 31);
  const isTwice = isSameText(before, after) && !before.once && !after.once && !before.merge && !after.merge;
  const shown = new DiffProgress(files, isTwice, progress);
  const leftOut: [LeftOutRecords, LeftOutRecords] = [none, none];

  async function read(
    side: Side,
    content: KeyedOutput['content'],
    chosen: ChosenRecords | undefined,
    take: (bytes: Uint8Array, first: number) => Promise<void>,
  ): Promise<void> {
    const output: KeyedOutput = {
      ...{ kind: 'keyed', content, chosen, seed, side },
      keys: natures[side].keys.map(({ path }) => path),
      loose: isMixed,
      dates,
    };
    let all = none;
    // The records of a stretch are held as a whole.
    const blocksPerStretch = content === 'record' ? 1 : undefined;
    const { index } = files[side];
    const wants =
      chosen &&
      ((block: number) => isAnyChosen(chosen, index.place(block).record, index.place(block + 1).record));
    const scan = { query: undefined, output, blocksPerStretch, wants };
    for await (const found of files[side].scan(scan, signal)) {
      shown.add(side, found);
      const { result, place } = found;
      if (result?.keyed) all = withTally(all, result.keyed, place.record);
      if (!result?.bytes) continue;
      await take(result.bytes, place.record);
      discard(result.bytes);
    }
    // Where some records are read once more, it is known already.
    if (!chosen) leftOut[side] = all;
    shown.done(side);
  }

  try {
    let chosen: readonly ChosenRecords[] | undefined;
    let isSame = false;
    if (isTwice) {
      const expected = (before.expectedSize ?? 0) + (after.expectedSize ?? 0);
      const hashes = new Hashes(expected, allowed.hashes, folder);
      for (const side of [0, 1] as const)
        await read(side, 'hash', undefined, (bytes) => hashes.add(side, bytes));
      chosen = await hashes.different(signal);
      isSame = chosen === undefined;
    }
    const pairs = new Pairs(allowed.records, folder);
    if (!isSame) {
      const take = (bytes: Uint8Array, first: number): Promise<void> => pairs.add(bytes, first);
      for (const side of [0, 1] as const) await read(side, 'record', chosen?.[side], take);
    }
    const records = files.map(({ index }) => index.records);
    const sums = { added: 0, removed: 0, changed: 0, duplicates: 0 };
    /** Of each file, records whose key it has several times. */
    const several = [0, 0];
    const rows = write && new DiffRows(allowed.rows, folder);
    for await (const group of pairs.finish(signal)) {
      for (const { counts, before: x, after: y, records: at } of group) {
        const side = y === undefined ? 0 : 1;
        let row: string | undefined;
        if (counts[0] > 1 || counts[1] > 1) {
          sums.duplicates++;
          several[0] += counts[0];
          several[1] += counts[1];
          row = rows && compared.duplicateRow(y ?? x ?? '{}', side, counts);
        } else {
          const change = x === undefined ? 'added' : y === undefined ? 'removed' : 'changed';
          row = compared.row(change, x, y);
          if (row !== undefined) sums[change]++;
        }
        if (rows && row !== undefined) rows.add(row, side, at);
        if (rows?.full) await rows.spill();
        if (shown.isTurnDue) await shown.turn(signal);
      }
    }
    if (rows) for await (const piece of rows.finish(signal)) await write(piece);
    signal.throwIfAborted();
    const doubts = [await before.recheck(signal), await after.recheck(signal)] as const;
    const unpaired = several[1] + leftOut[1].unreadable + leftOut[1].keyless;
    return {
      ...sums,
      same: records[1] - sums.added - sums.changed - unpaired,
      records: [records[0], records[1]],
      leftOut,
      doubts,
    };
  } finally {
    await folder.remove();
  }
}

/** Whether one of the records `[from, to)` is chosen. */
function isAnyChosen({ bits }: ChosenRecords, from: number, to: number): boolean {
  const isChosen = (record: number): boolean => (bits[Math.floor(record / 8)] & (1 << (record % 8))) !== 0;
  for (let record = from; record < to;) {
    const isWhole = record % 8 === 0 && record + 8 <= to;
    if (isWhole ? bits[record / 8] !== 0 : isChosen(record)) return true;
    record += isWhole ? 8 : 1;
  }
  return false;
}

const none: LeftOutRecords = {
  unreadable: 0,
  firstUnreadable: undefined,
  keyless: 0,
  firstKeyless: undefined,
};

/** Whether the same bytes are the same record in both files. */
function isSameText(a: Dataset, b: Dataset): boolean {
  // Names of records are not in their text.
  if (a.layout.named !== undefined || b.layout.named !== undefined) return false;
  if (a.layout.names === 'paths') return b.layout.names === 'paths';
  return isDeepStrictEqual(a.recognised.format, b.recognised.format);
}

/** @param first the number of the record that the tally counts from */
function withTally(
  all: LeftOutRecords,
  tally: { unreadable: number; firstUnreadable: number; keyless: number; firstKeyless: number },
  first: number,
): LeftOutRecords {
  const place = (known: number | undefined, found: number): number | undefined =>
    known ?? (found === -1 ? undefined : first + found + 1);
  return {
    unreadable: all.unreadable + tally.unreadable,
    firstUnreadable: place(all.firstUnreadable, tally.firstUnreadable),
    keyless: all.keyless + tally.keyless,
    firstKeyless: place(all.firstKeyless, tally.firstKeyless),
  };
}
