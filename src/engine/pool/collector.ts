import type { ByteBuilder } from '../byteBuilder.ts';
import { JsonFields } from '../format/json/fields.ts';
import type { FieldRequest, RecordBlock } from '../format/record.ts';
import { lineOf, numberOf, offsetOf } from '../format/recordBlocks.ts';
import { formatOf } from '../format/registry.ts';
import { lineEnds } from '../lineEnds.ts';
import type { Plan } from '../query/index.ts';
import { seerOf } from '../schema/seer.ts';
import type { RejectOrigin } from '../sink/rejects.ts';
import { createRowEncoder, type RowEncoder } from '../sink/rowEncoder.ts';
import { collectPaths } from '../sink/tableRow.ts';
import { localStagesOf, rowStatisticsOf } from '../stage/local.ts';
import { fieldsOf } from './columns.ts';
import { counting } from './counting.ts';
import { keyedCollector } from './keyed.ts';
import type { Matcher } from './matcher.ts';
import { statisticsCollector } from './statistics.ts';
import type { FileSpec, MatchPlace, Output, ScanResult } from './task.ts';
import type { WorkMeter } from './work.ts';
import { rowsWriter } from './writtenRows.ts';

export interface CollectedPlace {
  /** The block's, in the stretch. */
  readonly ordinal: number;
  /** 0-based numbers of the block's first record and line. */
  readonly record: number;
  readonly line: number;
  /** The same, from the stretch's first ones. */
  readonly origin: RejectOrigin;
}

/** Makes an output of the records that match. */
export interface Collector {
  /** What the scan must find, if that is more than the condition's fields. */
  readonly fields?: readonly FieldRequest[];
  /** Fields behind those with which it is quicker. */
  readonly fieldsBehind?: readonly FieldRequest[];
  take(block: RecordBlock, selection: Uint32Array, count: number, place: CollectedPlace): void;
  /** Leaves only those records selected whose text it needs, of a block that has only fields; answers how many. */
  readonly narrow?: (
    block: RecordBlock,
    selection: Uint32Array,
    count: number,
    place: CollectedPlace,
  ) => number;
  /**
   * `take` for such a block.
   * @param text has the bytes of the selected records
   * @param before how many were selected before `narrow`
   */
  readonly takeTexts?: (
    block: RecordBlock,
    selection: Uint32Array,
    count: number,
    place: CollectedPlace,
    text: RecordBlock,
    before: number,
  ) => void;
  /** Of a block that nothing is wanted of, this many records match. */
  readonly pass?: (matched: number) => void;
  finish(): Partial<ScanResult>;
}

export function createCollector(
  output: Output,
  spec: FileSpec,
  plan: Plan,
  matcher: Matcher,
  meter: WorkMeter | undefined,
): Collector {
  switch (output.kind) {
    case 'count':
      return counting;
    case 'places':
      return placeCollector(output.limit);
    case 'stages': {
      const { cutoff, written, joined } = output;
      const writer = written && rowsWriter(plan, written);
      const stages = localStagesOf(plan, { cutoff, writer, shared: joined?.shared });
      const steps = meter && (meter.work.steps = stages.idle());
      return {
        take: (block, selection, count, place) => stages.add(block, selection, count, place, steps),
        narrow: (...block) => stages.narrow(...block),
        takeTexts: (...narrowed) => stages.addNarrowed(...narrowed, steps),
        pass: (matched) => stages.pass(matched),
        finish: () => {
          const { unfinished } = stages;
          return { bytes: stages.take(steps), unfinished };
        },
      };
    }
    case 'keyed':
      return keyedCollector(output, spec);
    case 'statistics':
      return statisticsCollector(output, spec.format, matcher);
    case 'rowStatistics': {
      const stages = rowStatisticsOf(plan, output);
      return {
        take: (block, selection, count, place) => stages.add(block, selection, count, place),
        finish: () => ({ bytes: stages.take() }),
      };
    }
    case 'types':
    case 'groups':
      throw new TypeError('No scan makes rows with types beside others.');
    case 'lines':
      return lineCollector(formatOf(spec.format).lineEnd === 'any');
    case 'paths':
      return pathCollector();
    case 'schema': {
      const seer = seerOf(formatOf(spec.format));
      return {
        take: (block, selection, count) => seer.add(block, selection, count),
        finish: () => ({ seen: seer.take() }),
      };
    }
    case 'bytes': {
      const encoder = createRowEncoder(formatOf(spec.format), output.to, output.columns, spareRoom());
      // Whoever looks for a text in all cells says by itself which fields the scan finds.
      const { requests } = encoder;
      const fieldsBehind = matcher.finder ? [] : requests;
      const first = fieldsBehind.length > 0 ? fieldsOf(plan, output).length : undefined;
      if (output.located) return locatedCollector(encoder, fieldsBehind, first);
      return {
        fieldsBehind,
        take: (block, selection, count) => encoder.encode(block, selection, count, first),
        takeTexts: (_block, selection, count, _place, text) => encoder.encode(text, selection, count),
        finish: () => ({ bytes: written(encoder) }),
      };
    }
  }
}

/** Scans with this output are of text: stored columns do not know lines. */
function locatedCollector(
  encoder: RowEncoder,
  fieldsBehind: readonly FieldRequest[],
  first: number | undefined,
): Collector {
  /** Of each block. */
  const places: Float64Array[] = [];
  return {
    fieldsBehind,
    take: (block, selection, count, { origin }) => {
      encoder.encode(block, selection, count, first);
      const own = new Float64Array(3 * count);
      for (let match = 0, at = 0; match < count; match++) {
        const record = selection[match];
        own[at++] = numberOf(block, record, origin.record);
        own[at++] = lineOf(block, record, origin.line);
        own[at++] = offsetOf(block, record);
      }
      places.push(own);
    },
    finish: () => {
      const bytes = written(encoder);
      const located = new Float64Array(places.reduce((sum, { length }) => sum + length, 0));
      let at = 0;
      for (const own of places) {
        located.set(own, at);
        at += own.length;
      }
      return { bytes, located, rowEnds: lineEnds(bytes, located.length / 3) };
    },
  };
}

/** Room that the last stretch has written to: it would have to grow anew for each of them. */
let spare: ByteBuilder | undefined;

/** Whoever is at work at the same time in this thread has room of its own. */
function spareRoom(): ByteBuilder | undefined {
  const room = spare;
  spare = undefined;
  return room;
}

/** A copy of what was written, which is given away; the room is for the next stretch. */
function written({ out }: RowEncoder): Uint8Array<ArrayBuffer> {
  const bytes = out.view().slice();
  out.clear();
  spare = out;
  return bytes;
}

function placeCollector(limit: number): Collector {
  const places: MatchPlace[] = [];
  return {
    take: (_block, selection, count, { ordinal }) => {
      for (let match = 0; match < count && places.length < limit; match++) {
        places.push({ block: ordinal, match, record: selection[match] });
      }
    },
    finish: () => ({ places }),
  };
}

/** @param loneCr a carriage return alone ends a line as well */
function lineCollector(loneCr: boolean): Collector {
  const lines: number[] = [];
  let before = 0;
  return {
    take: (block, selection, count) => {
      for (let match = 0; match < count; match++) {
        const record = selection[match];
        lines.push(before + block.lines[record], countLines(block, record, loneCr));
      }
      before += block.lineCount;
    },
    finish: () => ({ lines: Uint32Array.from(lines) }),
  };
}

function countLines({ bytes, starts, ends }: RecordBlock, record: number, loneCr: boolean): number {
  const text = bytes.subarray(starts[record], ends[record]);
  let lines = 1;
  for (let at = text.indexOf(0x0a); at !== -1; at = text.indexOf(0x0a, at + 1)) lines++;
  if (!loneCr) return lines;
  for (let at = text.indexOf(0x0d); at !== -1; at = text.indexOf(0x0d, at + 1)) {
    if (text[at + 1] !== 0x0a) lines++;
  }
  return lines;
}

function pathCollector(): Collector {
  const fields = new JsonFields();
  return {
    take: (block, selection, count) => collectPaths(fields, block, selection, count),
    finish: () => ({ paths: fields.paths(), nullPaths: fields.nullPaths() }),
  };
}
