import type { GroupsOutput } from '../../pool/task.ts';
import type { ByteSink } from '../../sink/byteSink.ts';
import { RowSurvey } from '../../sink/typed/rowSurvey.ts';
import type { ColumnTypes } from '../../sink/typed/typedFormat.ts';
import { mixedColumns, writeTypedLines } from '../../sink/typed/typedSink.ts';
import { typedFormatOf, type TypedTarget } from '../../sink/typedFormats.ts';
import { objectRowsOf } from './columns.ts';
import { scanFor, scanned, type ExportRun } from './exportRun.ts';
import { linesOf } from './rows.ts';

/** Rows that a group is to have at most, and blocks of the file that it is to be made of. */
const [groupRows, mostBlocks, fewestBlocks] = [122_880, 16, 4];
/** Where a smaller share of the records is exported, groups of neighbouring blocks would be small. */
const leastShare = 1 / 8;

/** What the first pass over the file has found. */
interface Found {
  readonly types: ColumnTypes;
  readonly matched: number;
  readonly records: number;
  readonly blocks: number;
}

/**
 * Writes the rows of an export in a format whose columns have types: of one for which `isEncodedByWorkers` holds.
 * @returns the places whose values have several types, so that they are written as text
 */
export async function writeTyped(
  run: ExportRun,
  to: TypedTarget,
  sink: ByteSink,
): Promise<readonly string[]> {
  const { dataset, signal } = run;
  const format = await typedFormatOf(to);
  const found = await lookAtTypes(run, to);
  const { types } = found;
  try {
    if (found.matched < found.records * leastShare) {
      await writeTypedLines(sink, format, types, objectRowsOf(run), linesOf(run), signal);
      return mixedColumns(types);
    }
    const writer = await format.open(sink, types);
    const output: GroupsOutput = { kind: 'groups', to, types, blocks: blocksOfGroup(found) };
    for await (const { result } of scanned(run, output))
      for (const group of result?.groups ?? []) await writer.group(group);
    await writer.end();
    return mixedColumns(types);
  } catch (error) {
    // A value that has no place in its column is one that was not there before.
    await dataset.recheck(signal);
    throw error;
  }
}

/** A first pass over the matching records, for the columns that they hold and what type each has. */
async function lookAtTypes(run: ExportRun, to: TypedTarget): Promise<Found> {
  const { dataset, meter, journal, signal } = run;
  const began = performance.now();
  const rows = objectRowsOf(run);
  const survey = new RowSurvey(rows, await typedFormatOf(to));
  let [matched, records, blocks] = [0, 0, 0];
  for await (const found of dataset.scan(scanFor(run, { kind: 'types', to }), signal)) {
    if (found.result?.types) survey.merge(found.result.types);
    for (const block of found.blocks) {
      matched += block.matched;
      records += block.records;
    }
    blocks += found.blocks.length;
    meter.looked(found);
    if (journal?.startsAgain) await journal.done(found);
  }
  meter.stages?.lookedFor('types', performance.now() - began);
  return { types: await survey.types(rows), matched, records, blocks };
}

/** Few enough that a group does not hold too many rows, and that there is something to do for each worker. */
function blocksOfGroup({ matched, blocks }: Found): number {
  const byRows = Math.floor((groupRows * blocks) / Math.max(1, matched));
  const forAll = Math.max(fewestBlocks, Math.ceil(blocks / 8));
  return Math.max(1, Math.min(mostBlocks, byRows, forAll));
}
