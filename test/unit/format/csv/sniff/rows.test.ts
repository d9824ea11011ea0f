import assert from 'node:assert/strict';
import fc from 'fast-check';
import { createCsvRowReader } from '../../../../../src/engine/format/csv/row.ts';
import { sampleRows, type CsvGrammar } from '../../../../../src/engine/format/csv/sniff/rows.ts';

const encoder = new TextEncoder();

interface PlainRow {
  readonly start: number;
  readonly next: number;
  readonly fault: number;
  readonly cells: readonly string[];
  readonly quoted: readonly boolean[];
}

/** The rows as the common reader reads them, all by itself. */
function byReader(text: string, grammar: CsvGrammar): PlainRow[] {
  const bytes = encoder.encode(text);
  const reader = createCsvRowReader({ ...grammar, headerLines: 0, tableStart: 0, columns: [] });
  const { row } = reader;
  reader.begin(bytes, true);
  const rows: PlainRow[] = [];
  for (let start = 0; start < bytes.length; start = row.next) {
    if (reader.read(start) !== 'record') continue;
    const fields = Array.from({ length: row.count }, (_, index) => index);
    rows.push({
      start,
      next: row.next,
      fault: row.fault,
      cells: fields.map((index) =>
        Buffer.from(bytes.subarray(row.starts[index], row.ends[index])).toString('latin1'),
      ),
      quoted: fields.map((index) => row.starts[index] !== row.places[index]),
    });
  }
  return rows;
}

describe('the rows of a sample', () => {
  it('are those that the reader of records finds, whatever the text', () => {
    const piece = fc.constantFrom(
      ...['a', 'b c', '12', ',', ',', ';', '"', '""', '"x"', '"x,y"', ',"', '",', "'", '\\"', ' ', 'é'],
      ...['\n', '\n', '\r\n', '\r', '"\n', '\n"'],
    );
    const grammars = fc.record({
      delimiter: fc.constantFrom(',', ';', ', ', 'é', ' '),
      runs: fc.boolean(),
      quote: fc.constantFrom<CsvGrammar['quote']>('"', '"', "'", ''),
      escape: fc.constantFrom<CsvGrammar['escape']>('double', 'double', 'backslash'),
      lineEnd: fc.constantFrom<CsvGrammar['lineEnd']>('lf', 'any'),
    });
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), grammars, (pieces, grammar) => {
        const text = pieces.join('');
        const given = { ...grammar, comment: '' };
        const rows = sampleRows(encoder.encode(text), true, given, 0, 1000).map((row) => ({
          start: row.start,
          next: row.next,
          fault: row.fault,
          cells: row.cells,
          quoted: row.cells.map((_, index) => row.isQuoted(index)),
        }));
        assert.deepEqual(rows, byReader(text, given));
      }),
      { numRuns: 3000 },
    );
  });

  it('know how many fields are filled', () => {
    const [row] = sampleRows(
      encoder.encode('a, ,"",\t,b,,\n'),
      true,
      { delimiter: ',', quote: '"', escape: 'double', comment: '', lineEnd: 'lf' },
      0,
      1,
    );
    assert.deepEqual(
      [row.width, row.filled, row.countFilled(1), row.used, row.quotedFields],
      [7, 2, 1, 5, 1],
    );
  });
});
