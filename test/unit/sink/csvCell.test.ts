import assert from 'node:assert/strict';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { ByteBuilder } from '../../../src/engine/byteBuilder.ts';
import { commaSeparated, createCsvCells, type CsvStyle } from '../../../src/engine/sink/csvCell.ts';

function written(rows: readonly (readonly (string | null)[])[], style: CsvStyle): string {
  const out = new ByteBuilder();
  const cells = createCsvCells(out, style);
  for (const row of rows) {
    cells.begin(row.length);
    for (const cell of row) {
      const bytes = Buffer.from(`x${cell ?? ''}x`);
      if (cell === null) cells.empty();
      else cells.text(bytes, 1, bytes.length - 1);
    }
    cells.end();
  }
  return Buffer.from(out.view()).toString();
}

describe('CSV cells', () => {
  const cell = fc.string({
    unit: fc.constantFrom('a', ',', ';', '|', '"', "'", '\\', '\n', '\r', ' ', 'é', '#'),
    maxLength: 5,
  });
  const style = fc.record<CsvStyle>({
    delimiter: fc.constantFrom(',', ';', '\t', '|', '||'),
    quote: fc.constantFrom('"', "'"),
    escape: fc.constantFrom('double', 'backslash'),
    lineEnd: fc.constantFrom('\n', '\r\n'),
    comment: fc.constant(''),
    skipInitialSpace: fc.boolean(),
  });

  it('of any style are what csv-parse reads', () => {
    fc.assert(
      fc.property(fc.array(fc.array(cell, { minLength: 3, maxLength: 3 })), style, (rows, style) => {
        const { delimiter, quote, escape, lineEnd, skipInitialSpace } = style;
        const read: unknown = parse(written(rows, style), {
          delimiter,
          quote,
          escape: escape === 'double' ? quote : '\\',
          record_delimiter: lineEnd,
          ltrim: skipInitialSpace === true,
        });
        assert.deepEqual(read, rows);
      }),
    );
  });

  it('are quoted where a row would begin like a comment, and only there', () => {
    const text = written([['#a', '#b'], ['a#', '##']], { ...commaSeparated, comment: '#' }); // prettier-ignore
    assert.equal(text, '"#a",#b\r\na#,##\r\n');
    assert.equal(written([['#a']], commaSeparated), '#a\r\n');
  });

  it('tell an empty text from no value', () => {
    assert.equal(written([['', null, 'x']], commaSeparated), '"",,x\r\n');
  });
});
