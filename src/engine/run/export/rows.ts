import type { ExportFormat } from '../../../protocol/engine.ts';
import { ByteBuilder } from '../../byteBuilder.ts';
import type { EncodedLines } from '../../dataset/encodedLines.ts';
import type { FieldPath } from '../../format/json/fields.ts';
import type { RecordBlock } from '../../format/record.ts';
import type { RowsForm } from '../../pool/task.ts';
import { createDerivedEncoder, derivedTarget, type DerivedColumns } from '../../sink/derivedRow.ts';
import { neededHead, needsPaths, rowShape } from '../../sink/exportFormat.ts';
import { frameOf, framed } from '../../sink/frame.ts';
import { createRowEncoder } from '../../sink/rowEncoder.ts';
import { deriveRecords, deriveRows } from '../derive.ts';
import { columnsOfDerived, pathsOf } from './columns.ts';
import { deriveOptions, isArranged, isWhole, noting, scanned, type ExportRun } from './exportRun.ts';
import type { Meter } from '../meter.ts';

/** An export as bytes. */
export function chunksOf(run: ExportRun): AsyncGenerator<Uint8Array> {
  const { dataset, to } = run;
  const { plan } = run.query;
  const encoded = to === 'same' && plan.shape === 'records' ? dataset.encodedLines : undefined;
  if (encoded) return encodedChunks(run, encoded);
  if (plan.shape === 'records') return recordChunks(run);
  return isArranged(run, to) ? arrangedChunks(run) : derivedChunks(run);
}

/** The rows of an export as JSON Lines. */
export function linesOf(run: ExportRun): AsyncGenerator<Uint8Array> {
  const { plan } = run.query;
  if (plan.shape === 'records') return rowBytes(run, 'jsonl', []);
  return isWhole(run) ? arrangedRows(run, 'jsonl') : derivedLines(run);
}

/** An export of whole records. */
async function* recordChunks(run: ExportRun): AsyncGenerator<Uint8Array> {
  const { dataset, to, signal } = run;
  const { format } = dataset;
  const columns = needsPaths(format, to) ? await pathsOf(run) : [];
  const head = await dataset.head(neededHead(format, to), signal);
  yield* framed(frameOf(format, to, head, columns), rowBytes(run, run.to, columns), run.journal?.taken);
}

/** An export of whole records in the file's own encoding: the bytes of their lines. */
async function* encodedChunks(run: ExportRun, encoded: EncodedLines): AsyncGenerator<Uint8Array> {
  const { signal, meter } = run;
  if (run.journal?.taken === undefined) yield* encoded.head(signal);
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
  const { dataset, to, kept, meter } = run;
  const target = derivedTarget(dataset.format, to, dataset.recognised.lineEnd);
  const columns: DerivedColumns =
    target.kind === 'table' ? await columnsOfDerived(run) : { kind: 'named', names: [] };
  const encoder = createDerivedEncoder(target, columns);
  async function* keptRows(): AsyncGenerator<Uint8Array> {
    for await (const lines of derivedLines(run)) yield meter.encode(() => encoder.encode(lines));
  }
  const rows = kept ? keptRows() : derivedLines(run, { target, columns });
  yield* framed(encoder.frame, rows, run.journal?.taken);
}

/** The rows that the query computes: as JSON Lines, or in the form given, which rows that were kept do not have. */
async function* derivedLines(run: ExportRun, form?: RowsForm): AsyncGenerator<Uint8Array> {
  const { dataset, query, kept, signal, meter } = run;
  if (kept) meter.kept(kept.counts);
  const options = { ...deriveOptions(run), form };
  const pieces = kept?.read(signal) ?? deriveRows(dataset, query, signal, noting(run), options);
  for await (const piece of pieces) {
    meter.derived(piece.rows);
    yield piece.bytes;
  }
}

/** An export of whole records that are not in the order of the file, or that others decide about: ORDER BY, DISTINCT. */
async function* arrangedChunks(run: ExportRun): AsyncGenerator<Uint8Array> {
  const { dataset, to, signal } = run;
  const { format } = dataset;
  const head = await dataset.head(neededHead(format, to), signal);
  yield* framed(frameOf(format, to, head, []), arrangedRows(run, to));
}

export async function* arrangedRows(run: ExportRun, to: ExportFormat): AsyncGenerator<Uint8Array> {
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

/** Notes the time in which the chunks are made. */
async function* timed(chunks: AsyncIterable<Uint8Array>, { stages }: Meter): AsyncGenerator<Uint8Array> {
  let asked = performance.now();
  for await (const chunk of chunks) {
    stages?.encoding(performance.now() - asked);
    yield chunk;
    asked = performance.now();
  }
}
