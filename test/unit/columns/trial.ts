import assert from 'node:assert/strict';
import { Encoding, headOf } from '../../../src/engine/columns/segment.ts';
import { SegmentWriter } from '../../../src/engine/columns/segmentWriter.ts';
import { StoredBlocks } from '../../../src/engine/columns/storedBlock.ts';
import { StoredSegment } from '../../../src/engine/columns/storedSegment.ts';
import { WordWriter } from '../../../src/engine/columns/wordWriter.ts';
import { surelyKnown } from '../../support/blocks.ts';
import { createKernelCsvScanner } from '../../../src/engine/format/csv/scanner.ts';
import { createKernelJsonlScanner } from '../../../src/engine/format/json/scanner.ts';
import {
  Kind,
  type FieldRequest,
  type RecordBlock,
  type Scanner,
} from '../../../src/engine/format/record.ts';

/** Columns of one block that are packed and read again, for the tests beside this file. */

const dialect = {
  delimiter: ',',
  quote: '"',
  escape: 'double',
  comment: '',
  lineEnd: 'lf',
  headerLines: 0,
  tableStart: 0,
  columns: ['a', 'b'],
} as const;

export interface Trial {
  readonly scanner: Scanner;
  readonly json: boolean;
  readonly path: readonly (string | number)[];
  /** What is a value of the column in the file. */
  readonly record: (value: string | undefined) => string;
}

export const jsonl: Trial = {
  scanner: createKernelJsonlScanner(),
  json: true,
  path: ['n'],
  record: (value) => (value === undefined ? '{}' : `{"n":${value}}`),
};
export const csv: Trial = {
  scanner: createKernelCsvScanner(dialect),
  json: false,
  path: [1],
  record: (value) => (value === undefined ? 'x' : `x,${value}`),
};
export const germanCsv: Trial = {
  ...csv,
  scanner: createKernelCsvScanner({ ...dialect, readings: [undefined, { kind: 'number', decimal: ',' }] }),
};

export function scan(
  { scanner, path, record }: Trial,
  values: readonly (string | undefined)[],
  numeric: boolean,
): RecordBlock {
  // A character from U+0080 to U+00FF stands for that byte: the text need not be UTF-8.
  const text = Buffer.from(values.map((value) => `${record(value)}\n`).join(''), 'latin1');
  const { length } = text;
  scanner.reserve(length).set(text);
  return scanner.scan({
    length,
    offset: 0,
    from: 0,
    until: length,
    final: true,
    fields: [{ path, numeric }],
  });
}

/** A copy of the segment of the block's column. */
export function segmentOf(trial: Trial, block: RecordBlock): Uint8Array {
  const out = new WordWriter();
  new SegmentWriter(trial.json).write(block, block.fields[0], out);
  return out.bytes.slice(0, out.length * 4);
}

/** Without what the kernel knows of the column. */
function plainSegmentOf(trial: Trial, block: RecordBlock): Uint8Array {
  return segmentOf(trial, block.with({ fields: [block.fields[0].copied()] }));
}

export function stored(block: RecordBlock, segment: Uint8Array, request: FieldRequest): RecordBlock {
  const summary = {
    start: 0,
    next: 0,
    records: block.count,
    lines: 0,
    malformed: block.faulty,
    checksum: NaN,
  };
  return new StoredBlocks([request]).block(summary, [new StoredSegment(segment)]);
}

/** What questions can see of a column: of each record its kind, its bytes and its number. */
function seen({ bytes, count, fields: [field], faults }: RecordBlock, order: 'texts' | 'numbers'): unknown[] {
  const { numbers } = order === 'numbers' ? field : { numbers: new Float64Array(0) };
  const { kinds, starts, ends } = field;
  return Array.from({ length: count }, (_, i) => [
    kinds[i],
    faults[i],
    kinds[i] > Kind.Null ? Buffer.from(bytes.subarray(starts[i], ends[i])).toString('latin1') : '',
    numbers.length > 0 ? surelyKnown(numbers[i], bytes.subarray(starts[i], ends[i])) : 'none',
  ]);
}

/** The encoding, once the column has come back from it as it was. */
export function check(trial: Trial, values: readonly (string | undefined)[], numeric: boolean): Encoding {
  const block = scan(trial, values, numeric);
  const segment = segmentOf(trial, block);
  const { encoding, records } = headOf(segment);
  assert.equal(records, block.count);
  assert.deepEqual(plainSegmentOf(trial, block), segment);
  for (const asked of numeric || trial.json ? [true, false] : [false]) {
    const request = { path: trial.path, numeric: asked };
    if (!new StoredSegment(segment).answers(request)) {
      assert.equal(encoding, Encoding.None);
      continue;
    }
    const from = scan(trial, values, asked);
    const expected = seen(from, 'numbers');
    assert.deepEqual(seen(stored(from, segment, request), 'numbers'), expected);
    // Whatever is asked first.
    assert.deepEqual(seen(stored(from, segment, request), 'texts').length, expected.length);
    if (asked) checkRanges(stored(from, segment, request));
    const { coded } = stored(from, segment, request).fields[0];
    if (coded) {
      const { values: distinct, bytes, codes } = coded;
      const texts = [...codes].map((code) => [
        distinct.kinds[code],
        Buffer.from(bytes.subarray(distinct.starts[code], distinct.ends[code])).toString('latin1'),
      ]);
      assert.deepEqual(
        texts,
        expected.map((row) => (row as unknown[]).filter((_, at) => at === 0 || at === 2)),
      );
    }
  }
  return encoding;
}

/** That the records in a range are those that one finds by looking at each number. */
function checkRanges(block: RecordBlock): void {
  const numbers = block.fields[0].numbers.slice();
  const bounds = [-Infinity, Infinity, 0, ...numbers.slice(0, 6)].flatMap((n) => [n, n + 0.001, n - 1]);
  for (const low of bounds) {
    for (const high of bounds.filter((_, at) => at % 2 === 0)) {
      if (Number.isNaN(low) || Number.isNaN(high)) continue;
      for (const inside of [true, false]) {
        const found = inRange(block, low, high, inside);
        if (found === undefined) continue;
        const expected = [...numbers.keys()].filter(
          (i) => !Number.isNaN(numbers[i]) && (numbers[i] >= low && numbers[i] <= high) === inside,
        );
        assert.deepEqual(found, expected, `${low} to ${high}, ${inside}`);
      }
    }
  }
}

function inRange(
  { count, fields: [field] }: RecordBlock,
  low: number,
  high: number,
  inside: boolean,
): number[] | undefined {
  const found = field.inRange(low, high, inside);
  if (found) {
    assert.ok(found.exact);
    return [...found.records];
  }
  const marks = field.markRange(low, high, inside);
  if (marks === undefined) return undefined;
  if (typeof marks === 'boolean') return marks ? Array.from({ length: count }, (_, record) => record) : [];
  const records = new Uint32Array(count);
  return [...records.subarray(0, marks.list(records))];
}
