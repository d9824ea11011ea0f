import { said } from '../../said/said.ts';
import { Lender } from '../format/lease.ts';
import { RecordBlock, type FieldRequest } from '../format/record.ts';
import type { PlacedBlock } from '../format/recordRun.ts';
import { records } from '../format/records.ts';
import type { BlockSummary } from '../index/blockIndex.ts';
import type { Plan } from '../query/index.ts';
import type { Layout } from '../query/layout.ts';
import { SegmentWriter } from '../columns/segmentWriter.ts';
import { StoredBlocks } from '../columns/storedBlock.ts';
import { StoredSegment } from '../columns/storedSegment.ts';
import { carriageReturn, lineFeed } from '../ascii.ts';
import { readPlaces } from '../columns/places.ts';
import { wordsOf, type SegmentBytes } from '../columns/segment.ts';
import { readFully } from '../source/read.ts';
import { SourceError, type Source } from '../source/source.ts';
import { WordWriter } from '../columns/wordWriter.ts';
import type { OpenFile } from './openFile.ts';
import { placesBit, type MadeSegments, type Output, type ScanTask, type StatisticsOutput } from './task.ts';

/** The plan whose steps an output carries out. */
export function planFor(plan: Plan, output: Output): Plan {
  return output.kind === 'stages' && output.asRecords ? (plan.asRecords ?? plan) : plan;
}

/** The fields that a scan finds. */
export function fieldsOf(plan: Plan, output: Output): readonly FieldRequest[] {
  const computes = output.kind === 'stages' || output.kind === 'rowStatistics';
  if (computes) return planFor(plan, output).fields;
  const asked = plan.where?.fields ?? [];
  const isKnown = output.kind === 'statistics' && !discovers(output, plan.layout);
  return isKnown ? statisticsFields(output, asked).fields : asked;
}

/** Whether statistics come upon columns that were not asked for, in the text alone. */
export function discovers({ discover }: StatisticsOutput, { names }: Pick<Layout, 'names'>): boolean {
  return discover && names === 'paths';
}

/**
 * What a scan finds for the statistics of known columns.
 * @param asked the fields of the condition, which come first
 */
export function statisticsFields(
  { columns }: Pick<StatisticsOutput, 'columns'>,
  asked: readonly FieldRequest[],
): {
  readonly fields: readonly FieldRequest[];
  /** Of each column, which of the fields it is. */
  readonly places: readonly number[];
} {
  const fields = asked.map((field) => ({ ...field }));
  const known = new Map(fields.map(({ path }, place) => [JSON.stringify(path), place]));
  const places = columns.map((path) => {
    const place = known.get(JSON.stringify(path));
    if (place === undefined) return fields.push({ path, numeric: true }) - 1;
    fields[place].numeric = true;
    return place;
  });
  return { fields, places };
}

/** What a scan asks of records besides some fields: nothing, the text of those that match, or that of all. */
export type TextNeed = 'fields' | 'matches' | 'all';

/** Whether it takes the text of records, and not only fields of them, to tell which of them match. */
export function whereNeedsText({ needsFaulty, needsViolations, whereFieldsOnly }: Plan): boolean {
  return needsFaulty || needsViolations || !whereFieldsOnly;
}

/** @param ofSteps what the steps of a plan ask, where the output carries them out */
export function textNeed(plan: Plan, output: Output, ofSteps?: (plan: Plan) => TextNeed): TextNeed {
  if (whereNeedsText(plan)) return 'all';
  switch (output.kind) {
    case 'count':
    case 'places':
      return 'fields';
    case 'stages':
      return ofSteps?.(planFor(plan, output)) ?? 'all';
    case 'rowStatistics':
      return ofSteps?.(plan) === 'fields' ? 'fields' : 'all';
    case 'statistics':
      return discovers(output, plan.layout) ? 'all' : 'fields';
    case 'bytes':
      return plan.where === undefined ? 'all' : 'matches';
    default:
      return 'all';
  }
}

/** A block to be looked through. */
export interface ScannedBlock extends PlacedBlock {
  /** Set where it is made of stored columns: then its bytes are not those of the file. */
  readonly summary: BlockSummary | undefined;
  /** Where the records are, if their text is to be read. */
  readonly places?: SegmentBytes | undefined;
  /** As in `StoredPart`. */
  readonly matched?: number | undefined;
}

/** Neighbours that are nearer than this are read in one go: to ask once more costs more than to copy so many bytes. */
const nearby = 16384;

/** Reads the text of a stored block's records, as far as they are selected. Valid until the next call. */
export class TextReader {
  readonly #source: Source;
  readonly #lender = new Lender();
  #bytes = new Uint8Array(0);
  #starts = new Uint32Array(0);
  #ends = new Uint32Array(0);
  #scratch = new Uint32Array(0);
  /** Bytes read so far. */
  read = 0;

  constructor(source: Source) {
    this.#source = source;
  }

  /** @throws SourceError also where it shows that the file is no longer what it was */
  async block(
    { records: block, summary, places }: ScannedBlock,
    selection: Uint32Array,
    selected: number,
    signal: AbortSignal,
  ): Promise<RecordBlock> {
    if (summary === undefined || places === undefined) return block;
    const { count } = block;
    this.#lender.takeBack();
    if (this.#starts.length < count) {
      this.#starts = new Uint32Array(2 * count);
      this.#ends = new Uint32Array(2 * count);
      this.#scratch = new Uint32Array(2 * count);
    }
    readPlaces(wordsOf(places), count, this.#starts, this.#ends, this.#scratch);
    const size = summary.next - summary.start;
    if (this.#bytes.length < size) this.#bytes = new Uint8Array(2 * size);
    const bytes = this.#bytes.subarray(0, size);
    for (let i = 0; i < selected;) {
      const from = this.#starts[selection[i]];
      let to = from;
      // With its line end, which is before the next record.
      for (; i < selected && this.#starts[selection[i]] <= to + nearby; i++) {
        const next = selection[i] + 1;
        to = next < count ? this.#starts[next] : size;
      }
      const part = bytes.subarray(from, to);
      const length = await readFully(this.#source, part, summary.start + from, signal);
      if (length < part.length) throw this.#changed(summary.start + from);
      this.read += length;
    }
    for (let i = 0; i < selected; i++) {
      const end = this.#ends[selection[i]];
      if (end < size && bytes[end] !== lineFeed && bytes[end] !== carriageReturn)
        throw this.#changed(summary.start + end);
    }
    const parts = {
      bytes,
      offset: summary.start,
      count,
      starts: this.#starts.subarray(0, count),
      ends: this.#ends.subarray(0, count),
      get lines(): Uint32Array {
        throw new Error('A stored block does not know the lines of its records.');
      },
      faults: block.faults,
      faultAt: noPlaces,
      faulty: block.faulty,
      lineCount: block.lineCount,
      next: size,
      incomplete: false,
      files: this.#source.files,
      fields: [],
    };
    return RecordBlock.borrowed(parts, this.#lender.lend());
  }

  #changed(position: number): SourceError {
    const { name } = this.#source;
    const message = said`${name} changed while it was being read. Try again when it no longer changes.`;
    return new SourceError('changed', message, position);
  }
}

const readers = new WeakMap<OpenFile, TextReader>();

export function textReaderOf(file: OpenFile): TextReader {
  const reader = readers.get(file) ?? new TextReader(file.source);
  readers.set(file, reader);
  return reader;
}

const noPlaces = new Uint32Array(0);

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
      const { summary, segments, places, matched } = part;
      start = summary.next;
      at++;
      if (summary.records === 0) continue;
      yield {
        start: summary.start,
        next: summary.next,
        records: storedBlocks.block(
          summary,
          segments.map((segment) => new StoredSegment(segment)),
        ),
        summary,
        places,
        matched,
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
/** What a stretch's fields are written to, for the next stretch. */
const spare: WordWriter[][] = [];

interface MadeField {
  readonly field: number;
  readonly out: WordWriter;
  readonly places: MadeSegments['places'][number][];
}

/** Makes segments of the columns that a stretch's scan finds, as far as they are wanted. */
export class SegmentMaker {
  readonly #writer: SegmentWriter;
  readonly #wanted: Uint32Array;
  readonly #outs = spare.pop() ?? [];
  readonly #made: readonly MadeField[];

  constructor(json: boolean, wanted: Uint32Array, fields: number) {
    this.#writer = json ? writers.json : writers.csv;
    this.#wanted = wanted;
    const all = [...Array.from({ length: fields }, (_, field) => field).slice(0, placesBit), placesBit];
    this.#made = all.map((field, at) => {
      const out = (this.#outs[at] ??= new WordWriter());
      out.length = 0;
      return { field, out, places: [] };
    });
  }

  /** Takes in a block as the scanner gives it. */
  add({ records: block, start }: PlacedBlock, ordinal: number): void {
    const wanted = this.#wanted[ordinal];
    // Fields of records that were passed over are not known.
    if (wanted === 0 || block.held !== undefined) return;
    for (const { field, out, places } of this.#made) {
      if ((wanted & (1 << field)) === 0) continue;
      out.align();
      const from = out.length * 4;
      if (field !== placesBit) this.#writer.write(block, block.fields[field], out);
      // Of a malformed record, the text alone does not say all.
      else if (block.faulty === 0) this.#writer.writePlaces(block, start - block.offset, out);
      else continue;
      places.push({ ordinal, start: from, end: out.length * 4 });
    }
  }

  /** Void afterwards. */
  finish(): MadeSegments[] {
    const made = this.#made
      .filter(({ places }) => places.length > 0)
      .map(({ field, out, places }) => {
        const bytes = new Uint8Array(new SharedArrayBuffer(out.length * 4));
        bytes.set(out.bytes.subarray(0, bytes.length));
        return { field, bytes, places };
      });
    spare.push(this.#outs);
    return made;
  }
}
