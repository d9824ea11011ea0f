import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { CsvDialect } from '../../../../src/engine/format/csv/dialect.ts';
import { csvFields, fieldText } from '../../../../src/engine/format/csv/text.ts';
import { createCsvRowReader } from '../../../../src/engine/format/csv/row.ts';
import { OrderedRows } from '../../../../src/engine/source/files/columns.ts';
import { plainDialect } from '../../../support/csvRecords.ts';

const columns = ['a', 'b', 'c'];
const dialects = fc.record({
  delimiter: fc.constantFrom(',', ';', '\t', '||'),
  quote: fc.constantFrom('"' as const, "'" as const),
  escape: fc.constantFrom('double' as const, 'backslash' as const),
  comment: fc.constantFrom('', '#'),
});
const characters = ['a', 'b', ',', ';', '|', '\t', '"', "'", '\\', '\n', '#', 'é'];
const cells = fc.array(fc.string({ unit: fc.constantFrom(...characters), maxLength: 6 }), {
  minLength: 3,
  maxLength: 3,
});

describe('rows under other columns', () => {
  it('have the same texts where they are separated and quoted in another way', () => {
    fc.assert(
      fc.property(dialects, dialects, fc.array(cells, { minLength: 1, maxLength: 4 }), (from, to, rows) => {
        const dialect: CsvDialect = { ...plainDialect, ...from, columns };
        const as: CsvDialect = { ...plainDialect, ...to, columns: ['c', 'missing', 'a'] };
        const text = rows.map((row) => row.map((cell) => quoted(cell, from)).join(from.delimiter)).join('\n');
        const ordered = new OrderedRows({ dialect, fields: [2, -1, 0], as });
        const bytes = Buffer.from(`${text}\n`);
        assert.equal(ordered.write(bytes, true), bytes.length);
        assert.deepEqual(
          rowsOf(ordered.written, as),
          rows.map(([a, , c]) => [c, '', a]),
        );
      }),
    );
  });
});

/** Every field in quotes, as a writer of this dialect would have it. */
function quoted(text: string, { quote, escape }: Pick<CsvDialect, 'quote' | 'escape'>): string {
  const escaped =
    escape === 'double'
      ? text.replaceAll(quote, quote + quote)
      : text.replaceAll('\\', '\\\\').replaceAll(quote, `\\${quote}`);
  return `${quote}${escaped}${quote}`;
}

function rowsOf(bytes: Uint8Array, dialect: CsvDialect): string[][] {
  const reader = createCsvRowReader(dialect);
  reader.begin(bytes, true);
  const rows: string[][] = [];
  for (let at = 0; at < bytes.length; at = reader.row.next) {
    if (reader.read(at) !== 'record') continue;
    const record = bytes.subarray(at, reader.row.end);
    rows.push(
      csvFields(record, dialect).map(({ kind, start, end }) => fieldText(record, kind, start, end, dialect)),
    );
  }
  return rows;
}
