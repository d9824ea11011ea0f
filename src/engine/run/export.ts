import type {
  ExportFormat,
  ExportProgress,
  ExportSummary,
  StageReport,
  FileDoubt,
} from '../../protocol/engine.ts';
import type { HandlerContext } from '../../protocol/rpc.ts';
import { valueName } from '../query/write.ts';
import { JsonFields, maxColumns, type FieldPath } from '../format/json/fields.ts';
import type { Output } from '../pool/task.ts';
import { ByteBuilder } from '../byteBuilder.ts';
import type { ByteSink } from '../sink/byteSink.ts';
import { SinkError } from '../sink/sinkError.ts';
import type { Calls } from '../stage/calls.ts';
import { neededHead, needsPaths, rowShape } from '../sink/exportFormat.ts';
import { createDerivedEncoder, derivedTarget, readPaths, type DerivedColumns } from '../sink/derivedRow.ts';
import { appendReject } from '../sink/rejects.ts';
import { frameOf, framed } from '../sink/frame.ts';
import { openTarget } from '../sink/openTarget.ts';
import { createRowEncoder } from '../sink/rowEncoder.ts';
import { RowBatcher } from '../sink/rowBatcher.ts';
import { asRows, type RowSink } from '../sink/rowSink.ts';
import type { ObjectRows } from '../sink/objectSink.ts';
import { objectSinkOf } from '../sink/objectSinks.ts';
import { batchEncoderOf } from '../sink/targets.ts';
import { tooManyColumns } from '../sink/tableRow.ts';
import { deadLettersIn } from '../sink/http/deadLetters.ts';
import { computedPlaces, recordPlaces } from '../sink/http/rowPlaces.ts';
import type { ServiceSink } from '../sink/http/serviceSink.ts';
import { SourceError } from '../source/source.ts';
import { derivedColumns, deriveRecords, deriveRows, type DeriveOptions } from './derive.ts';
import type { EncodedLines } from '../dataset/encodedLines.ts';
import type { Dataset } from '../dataset/dataset.ts';
import type { FileScan } from '../dataset/fileScan.ts';
import { CallLog } from './callLog.ts';
import { CheckLog, type CheckSinks } from './checkLog.ts';
import { countWrites, type CountedSink } from './countedSink.ts';
import { emptyColumns } from './emptyColumns.ts';
import type { KeptRows } from './keptRows.ts';
import { Meter } from './meter.ts';
import type { RecordBlock } from '../format/record.ts';
import type { OrderedResult } from '../dataset/scanInOrder.ts';
import { StageMeter } from './stageMeter.ts';
import { plannedFor, type PlannedQuery } from '../dataset/plan.ts';

/** What is exported, and where to: as bytes of a format, as batches of rows, or to a service. */
export type Export = ExportOptions & (ByteExport | RowExport | ServiceExport);

interface ByteExport {
  readonly to: ExportFormat;
  readonly sink: ByteSink;
}

interface RowExport {
  readonly rows: RowSink;
}

interface ServiceExport {
  readonly service: ServiceSink;
}

interface ExportOptions {
  readonly query: string;
  /**
   * Takes the malformed and odd records of the whole file, one JSON object a line; those that can be read are then
   * left out of `sink`.
   */
  readonly rejects?: ByteSink | undefined;
  /** Runs the programs that the query calls; undefined: it may call none. */
  readonly programs?: Pick<Calls, 'open'> | undefined;
  /** Where what the file's schema does not allow goes; undefined: it is counted. */
  readonly checks?: CheckSinks | undefined;
  /** Whether the summary is to say what the stages took. */
  readonly measure?: boolean | undefined;
  /** The rows of the query as a run has made them, if one has: they are not computed again. */
  readonly kept?: KeptRows | undefined;
}

/**
 * Streams what a query selects into a sink, in file order, and commits it. Sinks are discarded when the export fails
 * or is cancelled, so their targets are then as they were.
 * @throws SourceError, SinkError, the signal's reason
 */
export async function exportTo(
  dataset: Dataset,
  asked: Export,
  context: HandlerContext<ExportProgress>,
): Promise<ExportSummary> {
  try {
    return await exportAll(dataset, asked, context);
  } finally {
    await ('rows' in asked ? asked.rows : 'service' in asked ? asked.service : asked.sink).discard();
    await asked.rejects?.discard();
    await discardChecks(asked.checks);
  }
}

async function exportAll(
  dataset: Dataset,
  { query, rejects: rejectSink, checks: checkSinks, programs, measure, kept, ...where }: Export,
  { signal, progress }: HandlerContext<ExportProgress>,
): Promise<ExportSummary> {
  const planned = plannedFor(query, dataset.recognised.format, { calls: programs !== undefined });
  const { shape, asRecords } = planned.plan;
  // Neither malformed records nor the bytes of records are kept with the rows.
  const keptRows = rejectSink || asRecords ? undefined : kept;
  const stages =
    measure && !keptRows ? new StageMeter({ inFile: (bytes) => dataset.inFile(bytes) }) : undefined;
  const meter = new Meter(dataset, progress, stages);
  const { counted, rows } = sinksOf(where);
  const to = 'to' in where ? where.to : 'jsonl';
  const rejects = rejectSink && countWrites(rejectSink);
  const checks = new CheckLog(dataset, checkSinks);
  const calls = programs && new CallLog(dataset, programs, rejects, signal);
  const run: ExportRun = {
    ...{ dataset, query: planned, to, kept: keptRows, rejects, checks, calls, signal, meter },
  };
  const openObjects = objectSinkOf(to);
  const objects = await openObjects?.(counted, objectRowsOf(run));
  let asText: readonly string[] | undefined;
  let doubt: FileDoubt | undefined;
  try {
    if ('service' in where) await sendRows(run, where.service);
    else if (objects) for await (const lines of linesOf(run)) await objects.write(lines);
    else if (rows) await writeBatches(run, rows);
    else for await (const chunk of chunksOf(run)) await counted.write(chunk);
    signal.throwIfAborted();
    doubt = await dataset.recheck(signal);
    asText = await objects?.commit(signal);
    if ('service' in where) await where.service.commit();
    else if (!objects) await (rows ?? counted).commit();
  } finally {
    await objects?.discard();
  }
  await rejects?.commit();
  await checks.commit(signal);
  const { elapsedMs, matched } = meter.state();
  const outputs = [
    counted.done('write', matched),
    ...(rejects ? [rejects.done('rejects', meter.malformed)] : []),
  ];
  return {
    ...meter.state(),
    written: counted.written(),
    malformed: meter.malformed,
    failed: calls?.failures,
    checked: checks.summary(),
    stages: stages?.report(planned.plan, shape !== 'records', outputs, elapsedMs),
    asText,
    sent: 'service' in where ? where.service.sent : undefined,
    otherTables: otherTables(dataset),
    doubt,
  };
}

/**
 * Exports into a file, and says what the stages took. @throws as `exportTo`; SinkError also when the target is
 * the file that is read
 */
export async function exportToFile(
  dataset: Dataset,
  {
    query,
    to,
    target,
    kept,
  }: Pick<ExportOptions & ByteExport, 'query' | 'to' | 'kept'> & { readonly target: string },
  context: HandlerContext<ExportProgress>,
): Promise<ExportSummary> {
  const sink = await openTarget(target, { sources: dataset.paths });
  return exportTo(dataset, { query, to, sink, kept, measure: true }, context);
}

/**
 * Counts what a query selects. `rejects` is as for an export, and so is what becomes of it.
 * @throws SourceError, SinkError, the signal's reason
 */
export async function countTo(
  dataset: Dataset,
  { query, rejects, checks: checkSinks, programs, measure }: Omit<ExportOptions, 'kept'>,
  { signal, progress }: HandlerContext<ExportProgress>,
): Promise<ExportSummary> {
  const counted = rejects && countWrites(rejects);
  const stages = measure ? new StageMeter({ inFile: (bytes) => dataset.inFile(bytes) }) : undefined;
  const meter = new Meter(dataset, progress, stages);
  const checks = new CheckLog(dataset, checkSinks);
  const violations = checks.use;
  const allows = { calls: programs !== undefined };
  const calls = programs && new CallLog(dataset, programs, counted, signal);
  let report: StageReport | undefined;
  let doubt: FileDoubt | undefined;
  try {
    const planned = plannedFor(query, dataset.recognised.format, allows);
    const malformed = rejects ? 'collect' : 'keep';
    if (planned.plan.shape === 'table') {
      const found = async (result: OrderedResult): Promise<void> => {
        meter.scanned(result);
        if (counted) await writeRejects(result, counted);
        await checks.take(result, signal);
      };
      // Rows that are only counted need not be made. What the stages of the query take is measured as it stands.
      const counting = stages
        ? planned
        : plannedFor(`${query}\n|> AGGREGATE count(*) AS n`, dataset.recognised.format, allows);
      for await (const piece of deriveRows(dataset, counting, signal, found, {
        malformed,
        violations,
        stages,
        calls,
      })) {
        meter.derived(stages ? piece.rows : countIn(piece.bytes));
      }
    } else {
      const scan: FileScan = { query: planned, output: { kind: 'count' }, malformed, violations, measure };
      for await (const found of dataset.scan(scan, signal)) {
        meter.add(found);
        if (counted) await writeRejects(found, counted);
        await checks.take(found, signal);
      }
    }
    signal.throwIfAborted();
    doubt = await dataset.recheck(signal);
    await counted?.commit();
    await checks.commit(signal);
    const outputs = counted ? [counted.done('rejects', meter.malformed)] : [];
    report = stages?.report(planned.plan, planned.plan.shape === 'table', outputs, meter.state().elapsedMs);
  } finally {
    await rejects?.discard();
    await discardChecks(checkSinks);
  }
  return {
    ...meter.state(),
    written: counted?.written() ?? 0,
    malformed: meter.malformed,
    failed: calls?.failures,
    checked: checks.summary(),
    stages: report,
    otherTables: otherTables(dataset),
    doubt,
  };
}

async function discardChecks({ report, invalid }: CheckSinks = {}): Promise<void> {
  await report?.discard();
  await invalid?.discard();
}

/** The number in the one row of a count. */
function countIn(row: Uint8Array): number {
  const { n } = JSON.parse(Buffer.from(row).toString()) as { readonly n: number };
  return n;
}

/** The lines on which the file's other tables begin. */
function otherTables({ recognised: { tables } }: Dataset): number[] {
  return tables
    ? tables.places.flatMap(({ line }, index) => (index === tables.number - 1 ? [] : [line]))
    : [];
}

/** Writes the file's malformed records, and nothing else, into a file. @throws as `exportToFile` */
export async function exportRejectsToFile(
  dataset: Dataset,
  target: string,
  context: HandlerContext<ExportProgress>,
): Promise<ExportSummary> {
  return countTo(
    dataset,
    { query: '', rejects: await openTarget(target, { sources: dataset.paths }), measure: true },
    context,
  );
}

/** Where the rows go: bytes to `counted`, or batches to `rows`, which may write to `counted` in turn. */
function sinksOf(where: ByteExport | RowExport | ServiceExport): {
  counted: CountedSink;
  rows: RowSink | undefined;
} {
  if ('service' in where) return { counted: countWrites(nowhere), rows: undefined };
  if ('rows' in where) return { counted: countWrites(nowhere), rows: where.rows };
  const counted = countWrites(where.sink);
  const encoder = batchEncoderOf(where.to);
  return { counted, rows: encoder && asRows(encoder, counted) };
}

/** Of rows that are no bytes, none are counted. */
const nowhere: ByteSink = {
  name: '',
  write: () => Promise.resolve(),
  commit: () => Promise.resolve(),
  discard: () => Promise.resolve(),
};

/** An export that is under way. */
interface ExportRun {
  readonly dataset: Dataset;
  readonly query: PlannedQuery;
  readonly to: ExportFormat;
  readonly kept: KeptRows | undefined;
  readonly rejects: ByteSink | undefined;
  readonly checks: CheckLog;
  readonly calls: CallLog | undefined;
  readonly signal: AbortSignal;
  readonly meter: Meter;
}

/** An export as bytes. */
function chunksOf(run: ExportRun): AsyncGenerator<Uint8Array> {
  const { dataset, to } = run;
  const { plan } = run.query;
  const encoded = to === 'same' && plan.shape === 'records' ? dataset.encodedLines : undefined;
  if (encoded) return encodedChunks(run, encoded);
  if (plan.shape === 'records') return recordChunks(run);
  return plan.asRecords ? arrangedChunks(run) : derivedChunks(run);
}

/** An export as batches of rows. Workers make JSON Lines of them, which are taken apart here. */
async function writeBatches(run: ExportRun, sink: RowSink): Promise<void> {
  const { query, dataset, meter } = run;
  const { plan } = query;
  const isWhole = plan.shape === 'records' || plan.asRecords !== undefined;
  const columns = isWhole ? await columnsOfRecords(run) : await columnsOfDerived(run);
  const batcher = new RowBatcher(columns, dataset.format.numbersInText);
  for await (const piece of linesOf(run)) {
    if (piece.length === 0) continue;
    const batch = meter.encode(() => batcher.batch(piece));
    if (!batcher.hasBegun) await sink.begin(batcher.columns(batch));
    await sink.write(batch);
  }
  if (!batcher.hasBegun) await sink.begin(batcher.columns(undefined));
}

/** An export to a service. Its rows are JSON Lines until they are sent. */
async function sendRows(run: ExportRun, service: ServiceSink): Promise<void> {
  const { query, dataset, signal } = run;
  const { plan } = query;
  if (service.resends && plan.shape !== 'records') {
    throw new SinkError(
      'unsupported',
      '--resend takes a query that selects dead letters, and does not change them.',
    );
  }
  if (service.needsColumns) {
    const isWhole = plan.shape === 'records' || plan.asRecords !== undefined;
    if (service.resends) service.begin({ kind: 'found', paths: await pathsOfDeadLetters(run) });
    else service.begin(isWhole ? await columnsOfRecords(run) : await columnsOfDerived(run));
  }
  if (plan.shape === 'records') {
    for await (const found of scanned(run, { kind: 'bytes', to: 'jsonl', columns: [], located: true })) {
      const { result, place } = found;
      if (result?.bytes)
        await service.write(result.bytes, result.located && recordPlaces(result.located, place));
    }
    return;
  }
  if (plan.asRecords) {
    for await (const piece of arrangedRows(run, 'jsonl')) await service.write(piece);
    return;
  }
  for await (const piece of deriveRows(dataset, query, signal, noting(run), deriveOptions(run))) {
    run.meter.derived(piece.rows);
    await service.write(piece.bytes, computedPlaces(piece.offsets));
  }
}

/** A first pass over dead letters, for the columns of the rows that are in them. */
async function pathsOfDeadLetters({ dataset, query, signal }: ExportRun): Promise<FieldPath[]> {
  refuseSecondPass(dataset);
  const seen = new JsonFields();
  const output = { kind: 'bytes', to: 'jsonl', columns: [] } as const;
  for await (const { result } of dataset.scan({ query, output }, signal)) {
    for (const line of deadLettersIn(result?.bytes)) readPaths(seen, Buffer.from(`${line.raw}\n`));
  }
  return seen.paths();
}

/** The rows of an export as JSON Lines. */
function linesOf(run: ExportRun): AsyncGenerator<Uint8Array> {
  const { plan } = run.query;
  if (plan.shape === 'records') return rowBytes(run, 'jsonl', []);
  return plan.asRecords ? arrangedRows(run, 'jsonl') : derivedLines(run);
}

/** What is known of the rows of an export before they are made. */
function objectRowsOf({ dataset, query, signal }: ExportRun): ObjectRows {
  const { plan } = query;
  const { layout, numbersInText } = dataset.format;
  const isWhole = plan.shape === 'records' || plan.asRecords !== undefined;
  const names = isWhole ? (layout.names === 'columns' ? layout.columns : []) : (derivedColumns(query) ?? []);
  return {
    columns: names,
    valueColumn: valueName,
    typesInText: numbersInText,
    columnsWithoutRows: async () => {
      if (dataset.once) return [];
      const paths = await firstPaths(dataset, signal);
      const found = isWhole ? paths : emptyColumns(plan, paths);
      return [...new Set(found.map(([key = valueName]) => key))];
    },
  };
}

/** The columns of whole records: those of the table, or those that a first pass finds. */
async function columnsOfRecords(run: ExportRun): Promise<DerivedColumns> {
  const { layout } = run.dataset.format;
  return layout.names === 'columns'
    ? { kind: 'named', names: layout.columns }
    : { kind: 'found', paths: await pathsOf(run) };
}

/** An export of whole records. */
async function* recordChunks(run: ExportRun): AsyncGenerator<Uint8Array> {
  const { dataset, to, signal } = run;
  const { format } = dataset;
  const columns = needsPaths(format, to) ? await pathsOf(run) : [];
  const head = await dataset.head(neededHead(format, to), signal);
  yield* framed(frameOf(format, to, head, columns), rowBytes(run, run.to, columns));
}

/** An export of whole records in the file's own encoding: the bytes of their lines. */
async function* encodedChunks(run: ExportRun, encoded: EncodedLines): AsyncGenerator<Uint8Array> {
  const { signal, meter } = run;
  yield* encoded.head(signal);
  for await (const found of scanned(run, { kind: 'lines' })) {
    const lines = found.result?.lines ?? [];
    for (let i = 0; i < lines.length;) {
      const from = lines[i];
      let to = from;
      // Neighbours in one go.
      for (; i < lines.length && lines[i] === to; i += 2) to += lines[i + 1];
      yield* timed(encoded.copy(found.place.line + from, found.place.line + to, signal), meter);
    }
  }
}

/** An export of rows that the query computes. Where their columns are seen only in them, it is run twice. */
async function* derivedChunks(run: ExportRun): AsyncGenerator<Uint8Array> {
  const { dataset, to, meter } = run;
  const target = derivedTarget(dataset.format, to, dataset.recognised.lineEnd);
  const columns: DerivedColumns =
    target.kind === 'table' ? await columnsOfDerived(run) : { kind: 'named', names: [] };
  const encoder = createDerivedEncoder(target, columns);
  async function* rows(): AsyncGenerator<Uint8Array> {
    for await (const lines of derivedLines(run)) yield meter.encode(() => encoder.encode(lines));
  }
  yield* framed(encoder.frame, rows());
}

/** The rows that the query computes, as JSON Lines. */
async function* derivedLines(run: ExportRun): AsyncGenerator<Uint8Array> {
  const { dataset, query, kept, signal, meter } = run;
  if (kept) meter.kept(kept.counts);
  const pieces = kept?.read(signal) ?? deriveRows(dataset, query, signal, noting(run), deriveOptions(run));
  for await (const piece of pieces) {
    meter.derived(piece.rows);
    yield piece.bytes;
  }
}

/** The columns of computed rows: those that the query names, or those that a first pass finds. */
async function columnsOfDerived({ dataset, query, kept, signal, meter }: ExportRun): Promise<DerivedColumns> {
  const names = derivedColumns(query);
  if (names) return { kind: 'named', names };
  if (query.plan.operators.some(({ kind }) => kind === 'call')) {
    const message =
      'A table needs its columns before its rows, and a program is not run twice to find them: name them with SELECT behind CALL.';
    throw new SinkError('failed', message);
  }
  refuseSecondPass(dataset);
  const began = performance.now();
  const seen = new JsonFields();
  const all = kept?.read(signal) ?? deriveRows(dataset, query, signal, () => undefined);
  for await (const { bytes } of all) readPaths(seen, bytes);
  const found = seen.paths();
  const paths = found.length > 0 ? found : emptyColumns(query.plan, await firstPaths(dataset, signal));
  meter.stages?.lookedForColumns(performance.now() - began);
  return { kind: 'found', paths };
}

/** What is noted of the scan of an export whose rows the stages make. */
function noting({ rejects, checks, signal, meter }: ExportRun): (result: OrderedResult) => Promise<void> {
  return async (result) => {
    meter.scanned(result);
    if (rejects) await writeRejects(result, rejects);
    await checks.take(result, signal);
  };
}

function deriveOptions({ rejects, checks, calls, meter: { stages } }: ExportRun): DeriveOptions {
  return { malformed: rejects ? 'collect' : 'keep', violations: checks.use, calls, stages };
}

/** An export of whole records that are not in the order of the file, or that others decide about: ORDER BY, DISTINCT. */
async function* arrangedChunks(run: ExportRun): AsyncGenerator<Uint8Array> {
  const { dataset, to, signal } = run;
  const { format } = dataset;
  const head = await dataset.head(neededHead(format, to), signal);
  yield* framed(frameOf(format, to, head, []), arrangedRows(run, to));
}

async function* arrangedRows(run: ExportRun, to: ExportFormat): AsyncGenerator<Uint8Array> {
  const { dataset, query, signal, meter } = run;
  const { lineEnd = '\n' } = dataset.recognised;
  const isRaw = rowShape(dataset.format, to) === 'raw';
  const encoder = createRowEncoder(dataset.format, to, []);
  const end = Buffer.from(lineEnd);
  for await (const block of deriveRecords(dataset, query, signal, noting(run), deriveOptions(run))) {
    meter.derived(block.count);
    if (isRaw) {
      yield* endedLines(block, end);
      continue;
    }
    yield meter.encode(() => {
      encoder.out.clear();
      encoder.encode(block, firstNumbers(block.count), block.count);
      return encoder.out.view();
    });
  }
}

/** A block's records as they stand, each with a line end; a long one is not copied. */
function* endedLines(
  { bytes, starts, ends, count }: RecordBlock,
  lineEnd: Uint8Array,
): Generator<Uint8Array> {
  const out = new ByteBuilder();
  for (let record = 0; record < count; record++) {
    if (ends[record] - starts[record] > longLine) {
      if (out.length > 0) yield out.view();
      out.clear();
      yield bytes.subarray(starts[record], ends[record]);
    } else {
      out.copy(bytes, starts[record], ends[record]);
    }
    out.copy(lineEnd);
  }
  if (out.length > 0) yield out.view();
}

/** From so many bytes on, a line is written by itself. */
const longLine = 256 * 1024;

function firstNumbers(count: number): Uint32Array {
  return Uint32Array.from({ length: count }, (_, index) => index);
}

/** The bytes of the matching records, stretch by stretch. */
async function* rowBytes(
  run: ExportRun,
  to: ExportFormat,
  columns: readonly FieldPath[],
): AsyncGenerator<Uint8Array> {
  for await (const { result } of scanned(run, { kind: 'bytes', to, columns })) {
    if (result?.bytes) yield result.bytes;
  }
}

/** What a scan makes of the matching records, with what is noted of it. */
async function* scanned(run: ExportRun, output: Output): AsyncGenerator<OrderedResult> {
  const { dataset, query, rejects, checks, signal, meter } = run;
  const violations = checks.use;
  const malformed = rejects ? 'collect' : 'keep';
  const measure = meter.stages !== undefined;
  for await (const found of dataset.scan({ query, output, malformed, violations, measure }, signal)) {
    meter.add(found);
    if (rejects) await writeRejects(found, rejects);
    await checks.take(found, signal);
    yield found;
  }
}

/** Notes the time in which the chunks are made. */
async function* timed(chunks: AsyncIterable<Uint8Array>, { stages }: Meter): AsyncGenerator<Uint8Array> {
  let asked = performance.now();
  for await (const chunk of chunks) {
    stages?.encoding(performance.now() - asked);
    yield chunk;
    asked = performance.now();
  }
}

async function writeRejects({ place, result }: OrderedResult, sink: ByteSink): Promise<void> {
  if (!result || result.rejects.length === 0) return;
  const out = new ByteBuilder();
  for (const reject of result.rejects) appendReject(out, reject, place);
  await sink.write(out.view());
}

/** A first pass over the matching records, for the columns that they hold. */
async function pathsOf({ dataset, query, signal, meter }: ExportRun): Promise<FieldPath[]> {
  refuseSecondPass(dataset);
  const began = performance.now();
  const found = await pathsIn(dataset, { query, output: { kind: 'paths' } }, signal);
  const paths = found.length > 0 ? found : await firstPaths(dataset, signal);
  meter.stages?.lookedForColumns(performance.now() - began);
  return paths;
}

/** The paths that a scan finds, in order of first appearance. */
async function pathsIn(dataset: Dataset, scan: FileScan, signal: AbortSignal): Promise<FieldPath[]> {
  const known = new Map<string, FieldPath>();
  for await (const { result } of dataset.scan(scan, signal)) {
    for (const path of result?.paths ?? []) known.set(JSON.stringify(path), path);
    if (known.size > maxColumns) throw tooManyColumns(maxColumns);
  }
  return [...known.values()];
}

/** The paths of the first records, whatever a query says of them: a table without rows has a header all the same. */
async function firstPaths(dataset: Dataset, signal: AbortSignal): Promise<FieldPath[]> {
  const query = plannedFor('', dataset.recognised.format);
  return pathsIn(dataset, { query, output: { kind: 'paths' }, toBlock: 1 }, signal);
}

/** @throws SourceError where the rows of a table would have to be looked at before they are written, and cannot be */
function refuseSecondPass(dataset: Dataset): void {
  if (!dataset.once) return;
  const message = `${dataset.name} can be read only once, and a table needs its columns first: name them with SELECT.`;
  throw new SourceError('unsupported', message);
}
