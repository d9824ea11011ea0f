import { createPlainCsvScanner } from '../../src/engine/format/csv/csv.ts';
import { csvBody } from '../../src/engine/format/csv/text.ts';
import type { CsvDialect } from '../../src/engine/format/csv/dialect.ts';
import { JsonFields } from '../../src/engine/format/json/fields.ts';
import { createPlainJsonlScanner } from '../../src/engine/format/json/lines.ts';
import type { RecordBlock } from '../../src/engine/format/record.ts';
import { ByteBuilder } from '../../src/engine/byteBuilder.ts';
import { formatOf, type FormatSpec } from '../../src/engine/format/registry.ts';
import { neededHead, needsPaths, type Target } from '../../src/engine/sink/exportFormat.ts';
import { frameOf, framed } from '../../src/engine/sink/frame.ts';
import { appendReject, rejectsIn } from '../../src/engine/sink/rejects.ts';
import { createRowEncoder } from '../../src/engine/sink/rowEncoder.ts';
import { collectPaths } from '../../src/engine/sink/tableRow.ts';

export interface Export {
  readonly source: FormatSpec;
  readonly target: Target;
  /** Bytes after which a new block begins. */
  readonly blockSize?: number;
  /** Which records are exported, by their 0-based number in the source. */
  readonly chosen?: (record: number) => boolean;
}

/** Exports a whole source, block by block, as the engine does. */
export async function exportOf(text: string | Uint8Array, what: Export): Promise<Uint8Array> {
  const { source, target, chosen = () => true } = what;
  const format = formatOf(source);
  const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text;
  const start = dataStart(bytes, source);
  const fields = new JsonFields();
  if (needsPaths(format, target)) {
    for (const { block, selection } of blocks(bytes, start, what, chosen)) {
      collectPaths(fields, block, selection, selection.length);
    }
  }
  const encoder = createRowEncoder(format, target, fields.paths());
  function* rows(): Generator<Uint8Array> {
    for (const { block, selection } of blocks(bytes, start, what, chosen)) {
      encoder.encode(block, selection, selection.length);
      yield encoder.out.view().slice();
      encoder.out.clear();
    }
  }
  const out: Uint8Array[] = [];
  const header = neededHead(format, target) === 'header' && source.kind === 'csv';
  const head = bytes.subarray(header ? source.dialect.tableStart : 0, start);
  const frame = frameOf(format, target, head, fields.paths());
  for await (const chunk of framed(frame, rows())) out.push(chunk);
  return Buffer.concat(out);
}

/** The rejects of a whole source, parsed. */
export function rejectsOf(bytes: Uint8Array, source: FormatSpec, blockSize: number): unknown[] {
  const out = new ByteBuilder();
  const before = { record: 0, line: 0 };
  for (const { block } of blocks(
    bytes,
    dataStart(bytes, source),
    { source, target: 'same', blockSize },
    () => true,
  )) {
    for (const reject of rejectsIn(block, { record: 0, line: 0 })) appendReject(out, reject, before);
    before.record += block.count;
    before.line += block.lineCount;
  }
  const lines = new TextDecoder('utf-8', { fatal: true }).decode(out.view()).split('\n');
  return lines.slice(0, -1).map((line): unknown => JSON.parse(line));
}

function dataStart(bytes: Uint8Array, source: FormatSpec): number {
  return source.kind === 'csv' ? (csvBody(bytes, true, source.dialect)?.index ?? 0) : 0;
}

function* blocks(
  bytes: Uint8Array,
  start: number,
  { source, blockSize = bytes.length }: Export,
  chosen: (record: number) => boolean,
): Generator<{ block: RecordBlock; selection: Uint32Array }> {
  const scanner = source.kind === 'csv' ? createPlainCsvScanner(source.dialect) : createPlainJsonlScanner();
  let from = start;
  let record = 0;
  for (let until = start; from < bytes.length; until += Math.max(1, blockSize)) {
    if (until <= from) continue;
    const length = bytes.length - from;
    scanner.reserve(length).set(bytes.subarray(from));
    const task = { length, offset: from, from: 0, until: until - from, final: true, fields: [] };
    const block = scanner.scan(task);
    const numbers = Array.from({ length: block.count }, (_, i) => i);
    const first = record;
    yield { block, selection: Uint32Array.from(numbers.filter((i) => chosen(first + i))) };
    record += block.count;
    from += block.next;
  }
}

export function csvFormat(dialect: CsvDialect): FormatSpec {
  return { kind: 'csv', dialect };
}
