import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Fault } from '../../../src/engine/fault.ts';
import { createPlainCsvScanner } from '../../../src/engine/format/csv/csv.ts';
import type { CsvDialect } from '../../../src/engine/format/csv/dialect.ts';
import { createKernelCsvScanner } from '../../../src/engine/format/csv/scanner.ts';
import { createJsonDocumentScanner } from '../../../src/engine/format/json/document/document.ts';
import type { JsonRows } from '../../../src/engine/format/json/document/rows.ts';
import { createKernelJsonDocumentScanner } from '../../../src/engine/format/json/document/scanner.ts';
import { createPlainJsonlScanner } from '../../../src/engine/format/json/lines.ts';
import { createKernelJsonlScanner } from '../../../src/engine/format/json/scanner.ts';
import type { Scanner } from '../../../src/engine/format/record.ts';
import { records } from '../../../src/engine/format/records.ts';
import { memorySource } from '../../support/memory.ts';

const maxRecordLength = 20_000;
const json = { maxRecordLength, maxDepth: 1024 };
const csv = { maxRecordLength, quoteReach: 5000 };
const dialect: CsvDialect = {
  delimiter: ',',
  quote: '"',
  escape: 'double',
  comment: '',
  lineEnd: 'lf',
  headerLines: 1,
  tableStart: 0,
  columns: ['a', 'b'],
};
const rows: JsonRows = {
  path: '$[*]',
  layout: 'elements',
  start: 1,
  line: 0,
  opening: '{"a":',
  separator: ',\n',
  comments: false,
};

interface Format {
  readonly create: Record<'plain' | 'kernel', () => Scanner>;
  readonly start: number;
  /** The file of these records. */
  readonly file: (records: readonly string[]) => string;
  readonly record: (n: number) => string;
  readonly long: (length: number) => string;
}

const formats: Record<string, Format> = {
  'JSON Lines': {
    create: { plain: () => createPlainJsonlScanner(json), kernel: () => createKernelJsonlScanner(json) },
    start: 0,
    file: (all) => all.map((record) => `${record}\n`).join(''),
    record: (n) => `{"a":${n}}`,
    long: (length) => `{"a":"${'x'.repeat(length)}"}`,
  },
  CSV: {
    create: {
      plain: () => createPlainCsvScanner(dialect, csv),
      kernel: () => createKernelCsvScanner(dialect, csv),
    },
    start: 4,
    file: (all) => ['a,b', ...all].map((record) => `${record}\n`).join(''),
    record: (n) => `${n},"y"`,
    long: (length) => `1,"${'x'.repeat(length)}"`,
  },
  'a JSON document': {
    create: {
      plain: () => createJsonDocumentScanner(rows, createPlainJsonlScanner(json)),
      kernel: () => createKernelJsonDocumentScanner(rows, json),
    },
    start: 1,
    file: (all) => `[${all.join(',\n')}]`,
    record: (n) => `{"a":${n}}`,
    long: (length) => `{"a":"${'x'.repeat(length)}",\n"b":[1,2]}`,
  },
};

interface Read {
  readonly found: { offset: number; line: number; fault: number }[];
  /** Bytes that were scanned, the same ones each time again. */
  readonly scanned: number;
  /** The longest buffer that was asked for. */
  readonly room: number;
}

const signal = new AbortController().signal;

/** Reads a file in stretches of so many blocks, each from where the one before it has ended. */
async function read(
  inner: Scanner,
  text: string,
  start: number,
  blockSize: number,
  blocks: number,
  most?: number,
): Promise<Read> {
  const bytes = Buffer.from(text);
  const seen = { scanned: 0, room: 0 };
  const scanner: Scanner = {
    ...inner,
    reserve(length, keep) {
      seen.room = Math.max(seen.room, length);
      return inner.reserve(length, keep);
    },
    scan(task) {
      seen.scanned += task.length - task.from;
      return inner.scan(task);
    },
  };
  const found: Read['found'] = [];
  let line = 0;
  let position = start;
  for (let from = 0; from < bytes.length; from += blocks * blockSize) {
    const run = {
      start: position,
      from,
      to: Math.min(bytes.length, from + blocks * blockSize),
      end: bytes.length,
      most,
    };
    for await (const placed of records(memorySource(bytes), scanner, run, blockSize, [], signal)) {
      const { count, offset, starts, lines, faults, lineCount } = placed.records;
      for (let i = 0; i < count; i++) {
        found.push({ offset: offset + starts[i], line: line + lines[i], fault: faults[i] });
      }
      assert.equal(placed.start, position);
      position = placed.next;
      line += lineCount;
    }
  }
  return { found, ...seen };
}

describe('a record that is too long to be held', () => {
  for (const [name, format] of Object.entries(formats)) {
    for (const kind of ['plain', 'kernel'] as const) {
      it(`is one record in its place, in linear time and bounded memory (${name}, ${kind})`, async () => {
        const scanner = format.create[kind]();
        await fc.assert(
          fc.asyncProperty(
            fc.array(
              fc.oneof(
                { weight: 5, arbitrary: fc.constant(0) },
                fc.integer({ min: maxRecordLength, max: 400_000 }),
              ),
              {
                minLength: 1,
                maxLength: 12,
              },
            ),
            fc.integer({ min: 1, max: 500 }),
            fc.constantFrom(4096, 65_536, 1_000_000),
            fc.constantFrom(1, 2, 1000),
            async (lengths, times, blockSize, blocks) => {
              const all = lengths.flatMap((length, n) =>
                length === 0 ? Array.from({ length: times }, () => format.record(n)) : [format.long(length)],
              );
              const text = format.file(all);
              const { found, scanned, room } = await read(scanner, text, format.start, blockSize, blocks);
              let at = format.start;
              const expected = all.map((record) => {
                const offset = text.indexOf(record, at);
                at = offset + record.length;
                const fault = record.length > maxRecordLength ? Fault.TooLong : Fault.None;
                return { offset, fault };
              });
              assert.deepEqual(
                found.map(({ offset, fault }) => ({ offset, fault })),
                expected,
              );
              const lineOf = (offset: number) => text.slice(format.start, offset).split('\n').length - 1;
              assert.deepEqual(
                [found[0], found[found.length - 1]].map(({ line }) => line),
                [lineOf(expected[0].offset), lineOf(expected[expected.length - 1].offset)],
              );
              assert.ok(room <= blockSize + maxRecordLength + 1_500_000, `${room} bytes of buffer`);
              const long = lengths.filter((length) => length > 0).length;
              const most =
                3 * text.length +
                66_000 * (text.length / blockSize + 1) +
                long * 4 * (maxRecordLength + blockSize + 66_000);
              assert.ok(scanned <= most, `${scanned} bytes scanned of ${text.length}`);
            },
          ),
          { numRuns: 25 },
        );
      });
    }
  }
});

describe('a run that ends after so many bytes', () => {
  const most = 10_000;
  for (const [name, format] of Object.entries(formats)) {
    for (const kind of ['plain', 'kernel'] as const) {
      it(`has the records before, and holds no long one (${name}, ${kind})`, async () => {
        const scanner = format.create[kind]();
        const lengths = fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 5_000_000 })), {
          minLength: 1,
          maxLength: 6,
        });
        await fc.assert(
          fc.asyncProperty(lengths, fc.integer({ min: 1, max: 500 }), async (all, times) => {
            const written = all.flatMap((length, n) =>
              length === 0 ? Array.from({ length: times }, () => format.record(n)) : [format.long(length)],
            );
            const text = format.file(written);
            const { found, room } = await read(scanner, text, format.start, 1_048_576, 1000, most);
            let at = format.start;
            const places = written.map((record) => {
              const offset = text.indexOf(record, at);
              at = offset + record.length;
              return { offset, fault: Fault.None, length: record.length };
            });
            const after = places.findIndex(
              ({ offset, length }) => offset >= format.start + most || length > most,
            );
            const due = after === -1 ? places : places.slice(0, after);
            const got = found.map(({ offset, fault }) => ({ offset, fault }));
            const expected = places.map(({ offset, fault }) => ({ offset, fault }));
            assert.deepEqual(got, expected.slice(0, got.length), 'these are the first records');
            assert.ok(got.length >= due.length, `${got.length} of ${due.length} records that begin before`);
            assert.ok(room < 400_000, `${room} bytes of buffer`);
          }),
          { numRuns: 25 },
        );
      });
    }
  }
});
