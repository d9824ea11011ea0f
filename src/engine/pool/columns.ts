import type { FieldRequest, RecordBlock } from '../format/record.ts';
import type { PlacedBlock } from '../format/recordRun.ts';
import { records } from '../format/records.ts';
import type { BlockSummary } from '../index/blockIndex.ts';
import type { Plan } from '../query/index.ts';
import { SegmentWriter } from '../columns/segmentWriter.ts';
import { StoredBlocks } from '../columns/storedBlock.ts';
import type { SegmentBytes } from '../columns/segment.ts';
import { WordWriter } from '../columns/wordWriter.ts';
import { readsFieldsOnly } from '../stage/stages.ts';
import type { OpenFile } from './openFile.ts';
import type { MadeSegments, Output, ScanTask } from './task.ts';

/** The plan whose steps an output carries out. */
export function planFor(plan: Plan, output: Output): Plan {
  return output.kind === 'stages' && output.asRecords ? (plan.asRecords ?? plan) : plan;
}

/** The fields that a scan finds. */
export function fieldsOf(plan: Plan, output: Output): readonly FieldRequest[] {
  return output.kind === 'stages' ? planFor(plan, output).fields : (plan.where?.fields ?? []);
}

/** Whether a scan asks nothing of records but their fields: then a block's columns do in place of its text. */
export function asksFieldsOnly(plan: Plan, output: Output): boolean {
  if (plan.needsFaulty || !plan.whereFieldsOnly) return false;
  switch (output.kind) {
    case 'count':
    case 'places':
      return true;
    case 'stages':
      return readsFieldsOnly(planFor(plan, output));
    default:
      return false;
  }
}

/** A block to be looked through. */
export interface ScannedBlock extends PlacedBlock {
  /** Set where it is made of stored columns: then its bytes are not those of the file. */
  readonly summary: BlockSummary | undefined;
}

/** The blocks of a stretch in order: from its columns where the task brings them, else from the text. */
export async function* blocksOf(
  { source, scanner }: OpenFile,
  { file, stretch, columns }: ScanTask,
  fields: readonly FieldRequest[],
  holding: Parameters<typeof records>[6],
  signal: AbortSignal,
): AsyncGenerator<ScannedBlock> {
  const { blockSize, end } = file;
  const first = Math.floor(stretch.from / blockSize);
  const stored = columns?.stored ?? [];
  const count = Math.ceil(stretch.to / blockSize) - first;
  const storedBlocks = columns && storedBlocksOf(fields);
  let { start } = stretch;
  for (let at = 0; at < count;) {
    const part = stored.at(at);
    if (part && storedBlocks) {
      signal.throwIfAborted();
      const { summary, segments } = part;
      start = summary.next;
      at++;
      if (summary.records === 0) continue;
      yield {
        start: summary.start,
        next: summary.next,
        records: storedBlocks.block(summary, segments),
        summary,
      };
      continue;
    }
    let to = at + 1;
    while (to < count && !stored.at(to)) to++;
    const run = {
      start,
      from: (first + at) * blockSize,
      to: Math.min((first + to) * blockSize, stretch.to),
      end,
    };
    for await (const placed of records(source, scanner, run, blockSize, fields, signal, holding)) {
      yield { ...placed, summary: undefined };
    }
    at = to;
  }
}

/** Memory that the blocks of a list of fields share. */
const kept = new WeakMap<readonly FieldRequest[], StoredBlocks>();

function storedBlocksOf(fields: readonly FieldRequest[]): StoredBlocks {
  const blocks = kept.get(fields) ?? new StoredBlocks(fields);
  kept.set(fields, blocks);
  return blocks;
}

/** One a format, for all files of the thread. */
const writers = { json: new SegmentWriter(true), csv: new SegmentWriter(false) };
const out = new WordWriter();

/** Makes segments of the columns that a stretch's scan finds, as far as they are wanted. */
export class SegmentMaker {
  readonly #writer: SegmentWriter;
  readonly #wanted: Uint32Array;
  readonly #made: { readonly field: number; readonly segments: { ordinal: number; bytes: SegmentBytes }[] }[];

  constructor(json: boolean, wanted: Uint32Array, fields: number) {
    this.#writer = json ? writers.json : writers.csv;
    this.#wanted = wanted;
    this.#made = Array.from({ length: fields }, (_, field) => ({ field, segments: [] }));
  }

  /** Takes in a block as the scanner gives it. */
  add(block: RecordBlock, ordinal: number): void {
    const wanted = this.#wanted[ordinal];
    // Fields of records that were passed over are not known.
    if (wanted === 0 || block.held !== undefined) return;
    for (const { field, segments } of this.#made) {
      if ((wanted & (1 << field)) === 0) continue;
      out.length = 0;
      this.#writer.write(block, block.fields[field], out);
      segments.push({ ordinal, bytes: out.bytes.slice(0, out.length * 4) });
    }
  }

  finish(): MadeSegments[] {
    return this.#made
      .filter(({ segments }) => segments.length > 0)
      .map(({ field, segments }) => {
        const lengths = segments.map(({ bytes }) => Math.ceil(bytes.length / 8) * 8);
        const all = new Uint8Array(new SharedArrayBuffer(lengths.reduce((sum, length) => sum + length, 0)));
        const places: MadeSegments['places'][number][] = [];
        let at = 0;
        for (const [i, { ordinal, bytes }] of segments.entries()) {
          all.set(bytes, at);
          places.push({ ordinal, start: at, end: at + bytes.length });
          at += lengths[i];
        }
        return { field, bytes: all, places };
      });
  }
}
