import assert from 'node:assert/strict';
import { numberOf } from '../../src/engine/query/value/decimal.ts';
import type { FieldRequest, RecordBlock, Scanner } from '../../src/engine/format/record.ts';

/** A record of a block as plain data, its places counted from the start of the source. */
export interface SeenRecord {
  start: number;
  end: number;
  line: number;
  fault: number;
  faultAt: number;
  fields: { kind: number; start: number; end: number; number: number | undefined }[];
}

export interface Cut {
  /** Where blocks end, as offsets in the source, ascending. */
  readonly splits: readonly number[];
  /** How many bytes more the scanner is given when it finds a block incomplete; twice as many each time again. */
  readonly readAhead: number;
}

/** Scans `source` block by block as the engine does: too few bytes at first, more when the block is incomplete. */
export function scanAll(
  scanner: Scanner,
  source: Uint8Array,
  fields: readonly FieldRequest[],
  cut: Cut = { splits: [], readAhead: Number.POSITIVE_INFINITY },
): { records: SeenRecord[]; lines: number } {
  const records: SeenRecord[] = [];
  let lines = 0;
  let from = 0;
  for (const split of [...cut.splits, source.length]) {
    if (split < from) continue;
    const block = scanBlock(scanner, source, fields, from, split, cut.readAhead);
    records.push(...seen(block, lines));
    lines += block.lineCount;
    from = block.next + block.offset;
  }
  return { records, lines };
}

function scanBlock(
  scanner: Scanner,
  source: Uint8Array,
  fields: readonly FieldRequest[],
  from: number,
  split: number,
  readAhead: number,
): RecordBlock {
  let stop = split;
  for (let more = readAhead; ; more *= 2) {
    const length = stop - from;
    scanner.reserve(length).set(source.subarray(from, stop));
    const final = stop === source.length;
    const block = scanner.scan({ length, offset: from, from: 0, until: split - from, final, fields });
    if (!block.incomplete) return block;
    if (final) throw new Error('incomplete although all bytes were given');
    stop = Math.min(source.length, stop + more);
  }
}

export function seen(block: RecordBlock, firstLine = 0): SeenRecord[] {
  return Array.from({ length: block.count }, (_, record) => ({
    start: block.offset + block.starts[record],
    end: block.offset + block.ends[record],
    line: firstLine + block.lines[record],
    fault: block.faults[record],
    faultAt: block.faultAt[record],
    fields: block.fields.map((field) => {
      const kind = field.kinds[record];
      return {
        kind,
        start: kind === 0 ? 0 : block.offset + field.starts[record],
        end: kind === 0 ? 0 : block.offset + field.ends[record],
        number: surelyKnown(
          field.numbers.at(record),
          block.bytes.subarray(field.starts[record], field.ends[record]),
        ),
      };
    }),
  }));
}

/**
 * Numbers of 16 and 17 digits are known to the scanners that see that they are the shortest of their doubles. Asserts that they
 * are, and gives NaN for them; any other number as it is.
 */
export function surelyKnown<T extends number | undefined>(number: T, field: Uint8Array): T | number {
  if (number === undefined || Number.isNaN(number) || field.length <= 15) return number;
  const text = Buffer.from(field).toString('latin1').trim();
  const [mantissa] = text.split(/[eE]/);
  if (mantissa.replace(/^-?0*\.?0*|\./g, '').length <= 15) return number;
  assert.equal(number, numberOf(text), text);
  return NaN;
}

/** Asserts that two scanners see the same in a source; says of the first record that differs how. */
export function assertSameScan(
  actual: ReturnType<typeof scanAll>,
  expected: ReturnType<typeof scanAll>,
): void {
  if (JSON.stringify(actual) === JSON.stringify(expected)) return;
  const differs = expected.records.findIndex(
    (record, index) => JSON.stringify(record) !== JSON.stringify(actual.records.at(index)),
  );
  const at = differs === -1 ? expected.records.length : differs;
  assert.deepEqual(
    { at, record: actual.records.at(at), count: actual.records.length, lines: actual.lines },
    { at, record: expected.records.at(at), count: expected.records.length, lines: expected.lines },
  );
}
