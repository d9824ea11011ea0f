import { said } from '../../../said/said.ts';
import type { Format } from '../../format/driver.ts';
import type { RecognisedFile } from '../../format/registry.ts';
import { everything, windowAfter, windowEnd } from '../../matchWindow.ts';
import type { FileSpec } from '../../pool/task.ts';
import type { KnownColumn } from '../../query/index.ts';
import type { Layout } from '../../query/layout.ts';
import { FileParts, headPart } from '../../source/files/part.ts';
import { SourceError, type SourceSpec } from '../../source/source.ts';
import { TimeKey } from '../../stage/timeKey.ts';
import type { FileScan } from '../fileScan.ts';
import { HeldScan } from '../heldScan.ts';
import type { MergeBy } from './mergeBy.ts';
import { MergeInput, type MergeReader } from './mergeInput.ts';
import { MergeOrder } from './mergeOrder.ts';
import { countMatches, type OrderedResult } from '../scanInOrder.ts';

/** Several files that are open as one table. */
export interface Mergeable {
  readonly name: string;
  readonly format: Format;
  readonly layout: Layout;
  readonly opening: SourceSpec;
  readonly recognised: RecognisedFile;
  readonly seenColumns: readonly KnownColumn[];
  readonly spec: FileSpec;
}

/**
 * Scans several files as one in order of time. Each of them should be in order: a record that is earlier than one before it
 * in its file comes where it stands there, and so does one without a time. Records have their numbers and places in the
 * file that they are in.
 * @throws SourceError where nothing has a time, or more files than can be open hold the same times; the signal's reason
 */
export async function* mergeScan(
  dataset: Mergeable,
  merge: MergeBy,
  scan: FileScan,
  signal: AbortSignal,
): AsyncGenerator<OrderedResult> {
  let window = scan.window ?? scan.query?.window ?? everything;
  if (windowEnd(window) <= 0) return;
  const { reader, inputs } = await lookedAt(dataset, merge, inputsOf(dataset), signal);
  const order = new MergeOrder(inputs, reader);
  const scans = new HeldScan(dataset.spec, 'merged', scan, signal);
  try {
    for (;;) {
      const held = await order.take(signal);
      if (!held) return;
      const { scanned } = order;
      for await (const result of scans.of(held, window)) {
        window = windowAfter(window, result.passed + countMatches(result));
        const place = { block: 0, ...held.place };
        yield { firstBlock: 0, blocks: result.blocks, place, result, scanned, skipped: 0, unread: 0 };
      }
      if (windowEnd(window) <= 0) return;
    }
  } finally {
    merge.notes = inputs.flatMap((input) => input.note ?? []);
    merge.mostOpen = order.mostOpen;
    await scans.close();
    await order.close();
  }
}

/**
 * What reads the files, and those of them that have records, with their first times.
 * @throws SourceError where nothing has a time; the signal's reason
 */
export async function lookedAt(
  dataset: Mergeable,
  merge: MergeBy,
  all: readonly MergeInput[],
  signal: AbortSignal,
): Promise<{ readonly reader: MergeReader; readonly inputs: readonly MergeInput[] }> {
  const reader = { scanner: dataset.format.scanner(), key: keyFor(dataset, merge) };
  const inputs: MergeInput[] = [];
  for (const input of all) {
    signal.throwIfAborted();
    if (await input.look(reader, signal)) inputs.push(input);
  }
  if (inputs.length > 0 && reader.key.kind === undefined) throw withoutTime(dataset, merge);
  return { reader, inputs };
}

/** @throws SourceError where a record's own fields do not tell what it is put in order by */
function keyFor({ layout }: Mergeable, { text, query }: MergeBy): TimeKey {
  const key = TimeKey.of(query, layout);
  if (key) return key;
  const message = said`Files cannot be read in order of ${text}: only the fields of each record can be used for that.`;
  throw new SourceError('unsupported', message);
}

export function inputsOf({ opening, recognised }: Mergeable): MergeInput[] {
  if (opening.kind !== 'files') throw new TypeError('Only several files are read in order of time.');
  const parts = [...new FileParts(opening.parts)];
  const head = headPart(parts);
  return parts.flatMap((part, i) => {
    // The header of all is no file.
    if (part.text !== undefined) return [];
    const { dataStart, firstLine } = recognised;
    return [new MergeInput(part, i, i === head ? { at: dataStart, line: firstLine } : { at: 0 })];
  });
}

const mostListed = 20;

function withoutTime({ name, seenColumns }: Mergeable, { text }: MergeBy): SourceError {
  const columns = seenColumns.map((column) => column.name).filter((column) => column !== '_file');
  const listed = columns.slice(0, mostListed).join(', ') + (columns.length > mostListed ? ', …' : '');
  const message =
    listed === ''
      ? said`No record of ${name} has a time or a number in ${text}.`
      : said`No record of ${name} has a time or a number in ${text}. Columns: ${listed}.`;
  return new SourceError('unsupported', message);
}
