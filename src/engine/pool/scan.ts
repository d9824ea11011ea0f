import { JsonFields } from '../format/json/fields.ts';
import type { FieldRequest, RecordBlock } from '../format/record.ts';
import { windowAmong, type MatchWindow } from '../matchWindow.ts';
import { offsetOf, withOffsets } from '../format/recordBlocks.ts';
import { formatOf } from '../format/registry.ts';
import { SourceError } from '../source/source.ts';
import { blocksOf, fieldsOf, planFor, SegmentMaker, textReaderOf } from './columns.ts';
import { CheckTally } from './checkTally.ts';
import type { Matcher } from './matcher.ts';
import type { OpenFile } from './openFile.ts';
import { rejectsIn, type Reject, type RejectOrigin } from '../sink/rejects.ts';
import type { Plan } from '../query/index.ts';
import { localStagesOf, rowStatisticsOf } from '../stage/local.ts';
import { seerOf } from '../schema/seer.ts';
import { createRowEncoder, type RowEncoder } from '../sink/rowEncoder.ts';
import { collectPaths } from '../sink/tableRow.ts';
import { statisticsCollector } from './statistics.ts';
import { Tally } from './tally.ts';
import { WorkMeter } from './work.ts';
import {
  isLocated,
  type FileSpec,
  type MatchPlace,
  type Output,
  type ScanResult,
  type ScanTask,
} from './task.ts';

/** Scans one stretch of a file, as far as the source goes. @throws the signal's reason; SinkError */
export async function scanStretch(
  file: OpenFile,
  task: ScanTask,
  matcher: Matcher,
  signal: AbortSignal,
): Promise<ScanResult> {
  const { file: spec, stretch } = task;
  const tally = new Tally(task, file.scanner);
  const meter = task.measure ? new WorkMeter() : undefined;
  const { output } = task;
  const { plan } = matcher;
  const collector = createCollector(output, spec, planFor(plan, output), matcher, meter);
  const needed = collector.fields ?? fieldsOf(plan, output);
  const quick = file.checker?.quick;
  const fields = quick ? quick.fieldsBehind(needed) : needed;
  // The fields of statistics are not those that the columns are kept by.
  const isMaking = task.columns !== undefined && collector.fields === undefined;
  const made =
    isMaking && new SegmentMaker(plan.layout.names === 'paths', task.columns.wanted, fields.length);
  const rejects: Reject[] = [];
  const computes = output.kind === 'stages' || output.kind === 'rowStatistics';
  const checks = file.checker && new CheckTally(file.checker, task);
  const located =
    task.malformed === 'collect' ||
    task.violations?.list === true ||
    isLocated(output) ||
    computes ||
    /_offset/i.test(task.query ?? '');
  const window = task.window;
  let matches = 0;
  let { record, line } = stretch;
  let failure: SourceError | undefined;
  let [fromColumns, unreadBytes] = [0, 0];
  const texts = textReaderOf(file);
  const readBefore = texts.read;
  try {
    for await (const placed of blocksOf(file, task, fields, quick ? undefined : plan.holding, signal)) {
      meter?.scanned();
      const { summary } = placed;
      let block =
        located && !summary ? await withOffsets(placed.records, file.source, signal) : placed.records;
      const origin = { record: record - stretch.record, line: line - stretch.line };
      if (checks) block = block.with({ violations: checks.take(block, origin, needed.length) });
      if (task.malformed === 'collect') {
        for (const reject of rejectsIn(block, origin)) rejects.push(reject);
      }
      const selected = matcher.select(block, record, line);
      const count = window ? narrow(matcher.selection, windowAmong(window, matches, selected)) : selected;
      matches += selected;
      // What stands in the zones of a block that is stored would take longer to find than it saves.
      const zones = summary ? [] : matcher.zones(block);
      meter?.selected(matcher.candidates(block), selected);
      tally.add(placed, count, zones);
      if (summary) {
        fromColumns++;
        unreadBytes += placed.next - placed.start;
      } else if (made) {
        made.add(placed, tally.block);
      }
      const place = { ordinal: tally.block, record, line, origin };
      const { selection } = matcher;
      if (placed.places && collector.takeTexts) {
        const needed = collector.narrow?.(block, selection, count, place) ?? count;
        const text = needed > 0 ? await texts.block(placed, selection, needed, signal) : block;
        collector.takeTexts(block, selection, needed, place, text, count);
      } else {
        collector.take(block, selection, count, place);
      }
      record += block.count;
      line += block.lineCount;
      meter?.made();
    }
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    failure = error;
  }
  meter?.scanned();
  const blocks = failure ? tally.blocks : tally.finish();
  const collected = collector.finish();
  meter?.made();
  return {
    kind: 'scan',
    start: tally.start,
    blocks,
    bytes: undefined,
    rejects,
    paths: [],
    places: [],
    passed: window ? Math.min(matches, window.skip) : 0,
    failure: failure && { failure: failure.failure, message: failure.message, position: failure.position },
    work: meter?.work,
    // The block that a failing source has cut short is not known.
    made: failure || !made ? undefined : made.finish(),
    fromColumns,
    unreadBytes: unreadBytes - (texts.read - readBefore),
    checked: checks?.finish(),
    ...collected,
  };
}

/** Leaves only those records selected that a window takes of them; answers how many. */
function narrow(selection: Uint32Array, { skip, take }: MatchWindow): number {
  selection.copyWithin(0, skip, skip + take);
  return take;
}

interface CollectedPlace {
  /** The block's, in the stretch. */
  readonly ordinal: number;
  /** 0-based numbers of the block's first record and line. */
  readonly record: number;
  readonly line: number;
  /** The same, from the stretch's first ones. */
  readonly origin: RejectOrigin;
}

/** Makes an output of the records that match. */
interface Collector {
  /** What the scan must find, if that is more than the condition's fields. */
  readonly fields?: readonly FieldRequest[];
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
  finish(): Partial<ScanResult>;
}

function createCollector(
  output: Output,
  spec: FileSpec,
  plan: Plan,
  matcher: Matcher,
  meter: WorkMeter | undefined,
): Collector {
  switch (output.kind) {
    case 'count':
      return { take: () => undefined, finish: () => ({}) };
    case 'places':
      return placeCollector(output.limit);
    case 'stages': {
      const stages = localStagesOf(plan, output.cutoff);
      const steps = meter && (meter.work.steps = stages.idle());
      return {
        take: (block, selection, count, place) => stages.add(block, selection, count, place, steps),
        narrow: (...block) => stages.narrow(...block),
        takeTexts: (...narrowed) => stages.addNarrowed(...narrowed, steps),
        finish: () => {
          const { unfinished } = stages;
          return { bytes: stages.take(steps), unfinished };
        },
      };
    }
    case 'statistics':
      return statisticsCollector(output, spec.format, matcher);
    case 'rowStatistics': {
      const stages = rowStatisticsOf(plan, output);
      return {
        take: (block, selection, count, place) => stages.add(block, selection, count, place),
        finish: () => ({ bytes: stages.take() }),
      };
    }
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
      const encoder = createRowEncoder(formatOf(spec.format), output.to, output.columns);
      if (output.located) return locatedCollector(encoder);
      return {
        take: (block, selection, count) => encoder.encode(block, selection, count),
        takeTexts: (_block, selection, count, _place, text) => encoder.encode(text, selection, count),
        finish: () => ({ bytes: encoder.out.take() }),
      };
    }
  }
}

/** Scans with this output are of text: stored columns do not know lines. */
function locatedCollector(encoder: RowEncoder): Collector {
  const located: number[] = [];
  return {
    take: (block, selection, count, { origin }) => {
      encoder.encode(block, selection, count);
      for (let match = 0; match < count; match++) {
        const record = selection[match];
        located.push(origin.record + record, origin.line + block.lines[record], offsetOf(block, record));
      }
    },
    finish: () => ({ bytes: encoder.out.take(), located: new Float64Array(located) }),
  };
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
    finish: () => ({ paths: fields.paths() }),
  };
}
