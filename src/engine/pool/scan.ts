import { windowAmong, type MatchWindow } from '../matchWindow.ts';
import { withOffsets } from '../format/recordBlocks.ts';
import { SourceError } from '../source/source.ts';
import { blocksOf, fieldsOf, planFor, SegmentMaker, textReaderOf } from './columns.ts';
import type { Collector } from './collector.ts';
import { counting } from './counting.ts';
import type { AlsoScan } from './otherOutputs.ts';
import type { Matcher } from './matcher.ts';
import type { OpenFile } from './openFile.ts';
import { rejectsIn, type Reject } from '../sink/rejects.ts';
import { Tally } from './tally.ts';
import { WorkMeter } from './work.ts';
import { isLocated, type ScanResult, type ScanTask } from './task.ts';

/** Scans one stretch of a file, as far as the source goes. @throws the signal's reason; SinkError */
export async function scanStretch(
  file: OpenFile,
  task: ScanTask,
  matcher: Matcher,
  also: readonly AlsoScan[],
  signal: AbortSignal,
): Promise<ScanResult> {
  const { file: spec, stretch } = task;
  const tally = new Tally(task, file.scanner);
  const meter = task.measure ? new WorkMeter() : undefined;
  const { output } = task;
  const { plan, finder } = matcher;
  const collector: Collector =
    output.kind === 'count'
      ? counting
      : output.kind === 'types' || output.kind === 'groups'
        ? await (await import('./typedRows.ts')).typedCollector(output, spec, matcher)
        : (await import('./collector.ts')).createCollector(
            output,
            spec,
            planFor(plan, output),
            matcher,
            meter,
          );
  const others =
    also.length === 0 ? undefined : new (await import('./otherOutputs.ts')).OtherOutputs(also, spec);
  const asked = collector.fields ?? finder?.fields ?? fieldsOf(plan, output);
  const own = collector.fieldsBehind ? [...asked, ...collector.fieldsBehind] : asked;
  const needed = others?.fieldsBehind(own) ?? own;
  const quick = file.checker?.quick;
  const fields = quick ? quick.fieldsBehind(needed) : needed;
  // Statistics have the fields that columns are kept by first, whatever else they come upon.
  const isMaking =
    task.columns !== undefined && (collector.fields === undefined || output.kind === 'statistics');
  const made =
    isMaking && new SegmentMaker(plan.layout.names === 'paths', task.columns.wanted, fields.length);
  const rejects: Reject[] = [];
  const computes = output.kind === 'stages' || output.kind === 'rowStatistics';
  const checks = file.checker && new (await import('./checkTally.ts')).CheckTally(file.checker, task);
  const located =
    task.malformed === 'collect' ||
    task.violations?.list === true ||
    isLocated(output) ||
    computes ||
    others?.areLocated === true ||
    finder?.computes === true ||
    plan.needsPlaces;
  const window = task.window;
  let matches = 0;
  let { record, line } = stretch;
  let failure: SourceError | undefined;
  let [fromColumns, unreadBytes] = [0, 0];
  const texts = textReaderOf(file);
  const readBefore = texts.read;
  try {
    for await (const placed of blocksOf(
      file,
      task,
      fields,
      quick || also.length > 0 ? undefined : plan.holding,
      signal,
    )) {
      meter?.scanned();
      const { summary } = placed;
      if (placed.matched !== undefined) {
        const passed = window ? windowAmong(window, matches, placed.matched).take : placed.matched;
        matches += placed.matched;
        collector.pass?.(passed);
        meter?.selected(placed.records.count, placed.matched);
        tally.add(placed, passed, []);
        fromColumns++;
        unreadBytes += placed.next - placed.start;
        record += placed.records.count;
        line += placed.records.lineCount;
        meter?.made();
        continue;
      }
      let block =
        (located || file.source.places) && !summary
          ? await withOffsets(placed.records, file.source, signal)
          : finder
            ? placed.records.with({ files: file.source.files })
            : placed.records;
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
      others?.take(block, place);
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
    failure: failure && { failure: failure.failure, said: failure.said, position: failure.position },
    work: meter?.work,
    // The block that a failing source has cut short is not known.
    made: failure || !made ? undefined : made.finish(),
    fromColumns,
    unreadBytes: unreadBytes - (texts.read - readBefore),
    checked: checks?.finish(),
    also: others?.finish(),
    ...collected,
  };
}

/** Leaves only those records selected that a window takes of them; answers how many. */
function narrow(selection: Uint32Array, { skip, take }: MatchWindow): number {
  selection.copyWithin(0, skip, skip + take);
  return take;
}
