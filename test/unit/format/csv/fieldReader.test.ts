import assert from 'node:assert/strict';
import fc from 'fast-check';
import { createPlainCsvScanner } from '../../../../src/engine/format/csv/csv.ts';
import type { CsvDialect } from '../../../../src/engine/format/csv/dialect.ts';
import { createCsvFieldReader } from '../../../../src/engine/format/csv/fieldReader.ts';
import { csvFields, fieldText } from '../../../../src/engine/format/csv/text.ts';
import { plainDialect } from '../../../support/csvRecords.ts';

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** The cells of all records, as exports of whole records read them. */
function cellsOf(text: Uint8Array, dialect: CsvDialect): string[][] {
  const scanner = createPlainCsvScanner(dialect);
  const { length } = text;
  scanner.reserve(length).set(text);
  const block = scanner.scan({ length, offset: 0, from: 0, until: length, final: true, fields: [] });
  const reader = createCsvFieldReader(dialect);
  return Array.from({ length: block.count }, (_, record) =>
    Array.from({ length: reader.read(block, record) }, (_, field) => {
      if (reader.isNull(field)) return '';
      const { bytes, start, end } = reader.text(field);
      return decoder.decode(bytes.subarray(start, end));
    }),
  );
}

/** The same as queries read them. */
function fieldsOf(text: Uint8Array, dialect: CsvDialect): string[][] {
  const scanner = createPlainCsvScanner(dialect);
  const { length } = text;
  scanner.reserve(length).set(text);
  const block = scanner.scan({ length, offset: 0, from: 0, until: length, final: true, fields: [] });
  return Array.from({ length: block.count }, (_, record) => {
    const bytes = block.bytes.subarray(block.starts[record], block.ends[record]);
    return csvFields(bytes, dialect).map(({ kind, start, end }) =>
      fieldText(bytes, kind, start, end, dialect),
    );
  });
}

describe('the fields of whole records', () => {
  it('keep a quote that ends a field which is not quoted as RFC 4180 has it', () => {
    const text = Buffer.from('1,"Round 48"","of wood"\n"5" wide","b""",c\n');
    assert.deepEqual(cellsOf(text, plainDialect), [
      ['1', 'Round 48"', 'of wood'],
      ['5" wide', 'b"', 'c'],
    ]);
  });

  it('keep a backslash before what only begins like the delimiter', () => {
    const dialect = { ...plainDialect, escape: 'backslash', delimiter: '\u00a6' } as const;
    const text = Buffer.from('"a\\\u00a3b\\\u00a6c"\u00a6d\n');
    assert.deepEqual(cellsOf(text, dialect), [['a\\\u00a3b\u00a6c', 'd']]);
  });

  it('are those that queries read, whatever the text', () => {
    const part = fc.constantFrom('"', "'", '\\', ',', ';', '|', '\u00a6', '\u00a3', ' ', 'a', '\n', '\r\n');
    const inside = fc.array(part, { maxLength: 4 }).map((parts) => parts.join(''));
    const cell = fc.tuple(fc.constantFrom('', '"', "'"), inside, fc.constantFrom('', '"', "'"));
    const row = fc.array(cell, { minLength: 1, maxLength: 4 });
    const dialect = fc.record({
      delimiter: fc.constantFrom(',', ';', '||', '\u00a6'),
      quote: fc.constantFrom('"' as const, "'" as const, '' as const),
      escape: fc.constantFrom('double' as const, 'backslash' as const),
      lineEnd: fc.constantFrom('lf' as const, 'any' as const),
      skipInitialSpace: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(row, { maxLength: 3 }), dialect, (rows, chosen) => {
        const lines = rows.map((cells) => cells.map((cell) => cell.join('')).join(chosen.delimiter));
        const text = Buffer.from(lines.join('\n'));
        const whole = { ...plainDialect, ...chosen };
        assert.deepEqual(cellsOf(text, whole), fieldsOf(text, whole));
      }),
      { numRuns: 3000 },
    );
  });
});
