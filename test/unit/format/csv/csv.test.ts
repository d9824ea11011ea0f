import assert from 'node:assert/strict';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { createPlainCsvScanner } from '../../../../src/engine/format/csv/csv.ts';
import { csvBody } from '../../../../src/engine/format/csv/text.ts';
import type { CsvDialect } from '../../../../src/engine/format/csv/dialect.ts';
import { maxRecordLength } from '../../../../src/engine/format/record.ts';
import { cellsOf, plainDialect, readRows, type SeenRow } from '../../../support/csvRecords.ts';

const encoder = new TextEncoder();
const smallReach = { maxRecordLength, quoteReach: 40 };

/** Records of a text in one block, with all of `width` columns. */
function whole(text: string | Uint8Array, dialect: CsvDialect = plainDialect, width = 3): SeenRow[] {
  const bytes = typeof text === 'string' ? encoder.encode(text) : text;
  return readRows(createPlainCsvScanner(dialect), bytes, dialect, width);
}

/** Rows as lists of cells; a fault stands in front as `!Name@place`. */
function rows(text: string | Uint8Array, change: Partial<CsvDialect> = {}): (string | null | undefined)[][] {
  const dialect = { ...plainDialect, columns: ['a', 'b'], ...change };
  const bytes = typeof text === 'string' ? encoder.encode(text) : text;
  return whole(bytes, dialect).map(({ start, end, fault, faultAt }) => [
    ...(fault === 'None' ? [] : [`!${fault}@${faultAt}`]),
    ...cellsOf(bytes.subarray(start, end), dialect),
  ]);
}

describe('plain CSV scanner', () => {
  describe('rows', () => {
    it('ends at LF, CRLF and the end of the source', () => {
      assert.deepEqual(rows('1,2\r\n3,4\n5,6'), [
        ['1', '2'],
        ['3', '4'],
        ['5', '6'],
      ]);
    });
    it('ends at a lone CR only where the dialect says so', () => {
      assert.deepEqual(rows('1,2\r3,4\r\n5,6', { lineEnd: 'any' }), [
        ['1', '2'],
        ['3', '4'],
        ['5', '6'],
      ]);
      assert.deepEqual(rows('1,2\r3,4\r\n5,6', { columns: [] }), [
        ['1', '2\r3', '4'],
        ['5', '6'],
      ]);
    });
    it('skips empty lines and comments, and counts them as lines', () => {
      const dialect = { ...plainDialect, comment: '##' };
      const seen = whole('\n##x,"\n\r\n1,2\n#3,4\n##', dialect);
      assert.deepEqual(
        seen.map(({ line, cells }) => [line, ...cells]),
        [
          [3, '1', '2', undefined],
          [4, '#3', '4', undefined],
        ],
      );
    });
    it('holds a line with nothing but blanks, separators or quotes for a row', () => {
      assert.deepEqual(rows(' \n""\n,\n', { columns: [] }), [[' '], [''], [null, null]]);
    });
    it('finds nothing in an empty text', () => {
      assert.deepEqual(rows(''), []);
      assert.deepEqual(rows('\n\r\n\n'), []);
    });
  });

  describe('fields', () => {
    it('tells an empty field from a quoted empty one', () => {
      assert.deepEqual(rows(',""\n'), [[null, '']]);
    });
    it('ends the last field at the end of the source', () => {
      assert.deepEqual(rows('1,'), [['1', null]]);
      assert.deepEqual(rows('1,""'), [['1', '']]);
    });
    it('undoubles quotes', () => {
      assert.deepEqual(rows('"a ""b""",""""\n'), [['a "b"', '"']]);
    });
    it('keeps line ends and delimiters inside quotes', () => {
      const seen = whole('"a\r\n,b\n",2\n3,4\n');
      assert.deepEqual(
        seen.map(({ line, cells }) => [line, cells[0]]),
        [
          [0, 'a\r\n,b\n'],
          [3, '3'],
        ],
      );
    });
    it('escapes with a backslash where the dialect says so', () => {
      const change: Partial<CsvDialect> = { escape: 'backslash' };
      assert.deepEqual(rows('"a\\"b","c\\\\"\n"\\n\\\n",""""\n', change), [
        ['a"b', 'c\\'],
        ['\\n\\\n', '"'],
      ]);
      assert.deepEqual(rows('"a\\, b\\;\\\\,",c\\\n', change), [['a, b\\;\\,', 'c\\']]);
      assert.deepEqual(rows('"a\\","c"\n'), [['a\\', 'c']]);
    });
    it('takes delimiters of several characters and other quotes', () => {
      assert.deepEqual(rows("'a||b'||c|d\n||''\n", { delimiter: '||', quote: "'" }), [
        ['a||b', 'c|d'],
        [null, ''],
      ]);
      assert.deepEqual(rows('1§"2§"\n', { delimiter: '§' }), [['1', '2§']]);
    });
    it('knows no quotes where the dialect has none', () => {
      assert.deepEqual(rows('"a,b"\n', { quote: '' }), [['"a', 'b"']]);
    });
    it('gives numbers for numeric text, quoted or padded', () => {
      const record = whole('1.50, -2e3 ,"7"\n').at(0);
      assert.deepEqual(record?.numbers, [1.5, -2000, 7]);
      const other = whole('01,1 2,"1""2"\n').at(0);
      assert.deepEqual(other?.numbers, [NaN, NaN, NaN]);
    });
    it('answers columns past a short row as missing', () => {
      assert.deepEqual(whole('1\n')[0]?.cells, ['1', undefined, undefined]);
    });
  });

  describe('faults', () => {
    const cases: [name: string, text: string, expected: (string | null)[][]][] = [
      [
        'few fields',
        '1\n2,3\n',
        [
          ['!TooFewFields@1', '1'],
          ['2', '3'],
        ],
      ],
      ['many fields', '1,2,"3"\n', [['!TooManyFields@4', '1', '2', '3']]],
      ['a quote in an unquoted field', '1,5" pipe\n', [['!StrayQuote@3', '1', '5" pipe']]],
      ['a quote after a blank', '1, "2"\n', [['!StrayQuote@3', '1', ' "2"']]],
      ['text after a closing quote', '"a"b",2\n', [['!StrayQuote@2', 'a"b', '2']]],
      ['a blank after a closing quote', '"a" ,"2"\n', [['!UnclosedQuote@0', '"a" ', '2']]],
      [
        'a quote that never closes, before others',
        '1,"a\n2,"b"\n3,c\n',
        [
          ['!UnclosedQuote@2', '1', '"a'],
          ['2', 'b'],
          ['3', 'c'],
        ],
      ],
      [
        'a quote that never closes, before a line that begins with one',
        '1,"a\n"2",b\n3,c\n',
        [
          ['!UnclosedQuote@2', '1', '"a'],
          ['2', 'b'],
          ['3', 'c'],
        ],
      ],
      [
        'a quote that never closes, before a field that begins with an escaped quote',
        '1,"a\n2,"""b"""\n',
        [
          ['!UnclosedQuote@2', '1', '"a'],
          ['2', '"b"'],
        ],
      ],
      [
        'a quote that never closes, before another field of its row',
        '"1,"b, c"\n3,d\n',
        [
          ['!UnclosedQuote@0', '"1', 'b, c'],
          ['3', 'd'],
        ],
      ],
      [
        'a quote alone in its field',
        '1,"\n"2",b\n',
        [
          ['!UnclosedQuote@2', '1', '"'],
          ['2', 'b'],
        ],
      ],
      [
        'two quotes that never close',
        '"1,"b\n2,"c"\n',
        [
          ['!UnclosedQuote@0', '"1', '"b'],
          ['2', 'c'],
        ],
      ],
      [
        'a quote that never closes, at the end',
        '1,2\n3,"b\n',
        [
          ['1', '2'],
          ['!UnclosedQuote@2', '3', '"b'],
        ],
      ],
      ['a quote that never closes, without a line end', '3,"b', [['!UnclosedQuote@2', '3', '"b']]],
      [
        'a quote that never closes, on the second line of its row',
        '"x\ny","a\n2,"b"\n',
        [
          ['!UnclosedQuote@6', 'x\ny', '"a'],
          ['2', 'b'],
        ],
      ],
      [
        'a quote that never closes in front of a field of several lines',
        '"1,"a\nb"\n2,c\n',
        [
          ['!UnclosedQuote@0', '"1', 'a\nb'],
          ['2', 'c'],
        ],
      ],
      [
        'a quote that is not escaped before the closing one',
        '"5"","x, y"\n"",""\n',
        [
          ['!StrayQuote@3', '5"', 'x, y'],
          ['', ''],
        ],
      ],
      ['nothing but a quote that is not escaped', '""","x"\n', [['!StrayQuote@2', '"', 'x']]],
      ['a quote alone, before a quoted field', '","x, y"\n', [['!UnclosedQuote@0', '"', 'x, y']]],
      [
        'a quote that is not escaped before the closing one, further down',
        '"a\n5"","x, y"\n',
        [['!StrayQuote@5', 'a\n5"', 'x, y']],
      ],
      ['an escaped quote before a delimiter', '"5"",x","y"\n', [['5",x', 'y']]],
      [
        'escaped quotes at the start of a line inside a good field',
        '"x,\n""y"" z\n,""w"" \n",2\n',
        [['x,\n"y" z\n,"w" \n', '2']],
      ],
      ['a stray quote in a field of several lines', '"x\ny" z\n",2\n', [['!StrayQuote@4', 'x\ny" z\n', '2']]],
      ['NUL', '1,\0\n', [['!FieldWithNul@2', '1', '\0']]],
    ];
    for (const [name, text, expected] of cases) {
      it(`says ${name}`, () => {
        assert.deepEqual(rows(text), expected);
      });
    }

    it('says bytes that are not UTF-8, and reads on', () => {
      const text = new Uint8Array([...encoder.encode('1,é\n2,'), 0xe9, ...encoder.encode('t\n3,ü')]);
      assert.deepEqual(rows(text), [
        ['1', 'é'],
        ['!FieldNotUtf8@2', '2', '\ufffdt'],
        ['3', 'ü'],
      ]);
    });
    it('says too long a record', () => {
      const scanner = createPlainCsvScanner(plainDialect, { maxRecordLength: 3, quoteReach: 40 });
      const seen = readRows(scanner, encoder.encode('123\n1234\n'), plainDialect, 1);
      assert.deepEqual(
        seen.map(({ fault, faultAt, cells }) => [fault, faultAt, ...cells]),
        [
          ['None', 0, '123'],
          ['TooLong', 3, undefined],
        ],
      );
    });
    it('gives up a quote that does not close within reach', () => {
      const read = (inside: string) => {
        const scanner = createPlainCsvScanner(plainDialect, smallReach);
        return readRows(scanner, encoder.encode(`1,"a\n${inside}",2\n`), plainDialect, 1).map(
          (row) => row.fault,
        );
      };
      assert.deepEqual(read('x'.repeat(38)), ['None']);
      assert.deepEqual(read('x'.repeat(39)), ['UnclosedQuote', 'StrayQuote']);
      assert.deepEqual(read(`${'x'.repeat(36)}""`), ['None']);
      assert.deepEqual(read(`${'x'.repeat(37)}""`), ['UnclosedQuote', 'StrayQuote']);
    });
    it('reads on from where an earlier search gave up', () => {
      const text = '"a\n""b""c\nddd",2\n';
      const scanner = createPlainCsvScanner(plainDialect, { maxRecordLength, quoteReach: 10 });
      const seen = readRows(scanner, encoder.encode(text), plainDialect, 2);
      assert.deepEqual(
        seen.map(({ fault, cells }) => [fault, ...cells]),
        [
          ['UnclosedQuote', '"a', undefined],
          ['StrayQuote', '"b"c\nddd', '2'],
        ],
      );
    });
    it('asks for more only while a quote may still close', () => {
      const scanner = createPlainCsvScanner(plainDialect, smallReach);
      const text = encoder.encode(`1,"a\n${'x'.repeat(60)}`);
      scanner.reserve(text.length).set(text);
      const incomplete = (length: number) =>
        scanner.scan({ length, offset: 0, from: 0, until: 1, final: false, fields: [] }).incomplete;
      assert.equal(incomplete(43), true);
      assert.equal(incomplete(44), false);
    });
    for (const [name, part] of [
      ['every line opens a quote that never closes', '1,""abc\n'],
      ['every field of one line does', '""abc,'],
      ['every field of one line is quoted', '"a""b",'],
      ['every line ends in CR and holds quotes', '"a\r","b"\r'],
    ] as const) {
      it(`stays linear where ${name}`, () => {
        // Quadratic work over a million parts would take many minutes, and the test would fail at its time limit.
        const text = encoder.encode(part.repeat(1_000_000));
        const scanner = createPlainCsvScanner({ ...plainDialect, lineEnd: 'any' });
        const { length } = text;
        scanner.reserve(length).set(text);
        const { next } = scanner.scan({ length, offset: 0, from: 0, until: length, final: true, fields: [] });
        assert.equal(next, length);
      });
    }
  });

  describe('properties', () => {
    const fragment = fc.constantFrom(
      '',
      'a',
      '"',
      '""',
      ',',
      '\n',
      '\r\n',
      ' ',
      '1',
      '5.0',
      'é',
      '\\',
      "it's",
    );
    const value = fc.array(fragment, { maxLength: 4 }).map((parts) => parts.join(''));

    it('equals csv-parse on any valid text, in any blocks', () => {
      const table = fc.record({
        rows: fc.integer({ min: 1, max: 4 }).chain((width) => {
          const row = fc.array(fc.tuple(value, fc.boolean()), { minLength: width, maxLength: width });
          return fc.array(row, { maxLength: 6 });
        }),
        lineEnd: fc.constantFrom('\n', '\r\n'),
        delimiter: fc.constantFrom(',', '\t', '||', '§'),
        backslash: fc.boolean(),
        ended: fc.boolean(),
        blockSize: fc.integer({ min: 1, max: 40 }),
        lookAhead: fc.integer({ min: 1, max: 9 }),
      });
      fc.assert(
        fc.property(table, ({ rows: cells, lineEnd, delimiter, backslash, ended, blockSize, lookAhead }) => {
          const quoted = (text: string) =>
            `"${backslash ? text.replace(/["\\]/g, '\\$&') : text.replaceAll('"', '""')}"`;
          const lines = cells.map((row) =>
            row
              .map(([text, always]) => (always || /["\r\n,|§\t\\]/.test(text) ? quoted(text) : text))
              .join(delimiter),
          );
          const text = lines.join(lineEnd) + (ended ? lineEnd : '');
          const dialect: CsvDialect = {
            ...plainDialect,
            delimiter,
            escape: backslash ? 'backslash' : 'double',
          };
          const expected = parse(text, {
            delimiter,
            escape: backslash ? '\\' : '"',
            skip_empty_lines: true,
            record_delimiter: ['\n', '\r\n'],
          });
          const bytes = encoder.encode(text);
          const scanner = createPlainCsvScanner(dialect);
          const seen = readRows(scanner, bytes, dialect, 2, blockSize, lookAhead);
          assert.deepEqual(
            seen.map(({ start, end }) =>
              cellsOf(bytes.subarray(start, end), dialect).map((cell) => cell ?? ''),
            ),
            expected,
          );
          assert.ok(seen.every(({ fault }) => fault === 'None'));
          assert.deepEqual(
            seen.map(({ cells: [first, second] }) => [first ?? '', second ?? '']),
            expected.map((row) => [row[0] ?? '', row[1] ?? '']),
          );
        }),
        { numRuns: 2000 },
      );
    });

    it('skips spaces before fields as csv-parse does, in any blocks', () => {
      const field = fc.tuple(fc.constantFrom('', '', ' ', '  '), value, fc.boolean());
      const table = fc.record({
        rows: fc.array(fc.array(field, { minLength: 1, maxLength: 4 }), { maxLength: 6 }),
        blockSize: fc.integer({ min: 1, max: 40 }),
        lookAhead: fc.integer({ min: 1, max: 9 }),
      });
      fc.assert(
        fc.property(table, ({ rows: cells, blockSize, lookAhead }) => {
          const text = cells
            .map((row) =>
              row
                .map(([spaces, cell, always]) =>
                  always || /["\r\n,]/.test(cell)
                    ? `${spaces}"${cell.replaceAll('"', '""')}"`
                    : spaces + cell,
                )
                .join(','),
            )
            .map((line) => (line === '' ? '""\n' : `${line}\n`))
            .join('');
          const dialect: CsvDialect = { ...plainDialect, skipInitialSpace: true };
          const bytes = encoder.encode(text);
          const seen = readRows(createPlainCsvScanner(dialect), bytes, dialect, 2, blockSize, lookAhead);
          assert.deepEqual(
            seen.map(({ start, end }) =>
              cellsOf(bytes.subarray(start, end), dialect).map((cell) => cell ?? ''),
            ),
            parse(text, { ltrim: true, relax_column_count: true, record_delimiter: '\n' }),
          );
          assert.ok(seen.every(({ fault }) => fault === 'None'));
        }),
        { numRuns: 1000 },
      );
    });

    it('reads any bytes to the same records in any blocks, and loses none', () => {
      const soup = fc
        .array(fc.oneof(fragment, fc.constantFrom(',"', '",', '"\n', '\n"', '\r', '\0', '#', "'", '\\"')), {
          maxLength: 30,
        })
        .map((parts) => parts.join(''));
      const shape = fc.record({
        text: soup,
        dialect: fc.record({
          delimiter: fc.constantFrom(',', ', ', 'aa'),
          runs: fc.boolean(),
          skipInitialSpace: fc.boolean(),
          quote: fc.constantFrom<CsvDialect['quote'][]>('"', '"', "'", ''),
          escape: fc.constantFrom<CsvDialect['escape'][]>('double', 'backslash'),
          comment: fc.constantFrom('', '#'),
          lineEnd: fc.constantFrom<CsvDialect['lineEnd'][]>('lf', 'any'),
          columns: fc.constantFrom<string[][]>([], ['a', 'b']),
        }),
        blockSize: fc.integer({ min: 1, max: 20 }),
        lookAhead: fc.integer({ min: 1, max: 5 }),
        reach: fc.constantFrom(3, 10, 1000),
      });
      fc.assert(
        fc.property(shape, ({ text, dialect: change, blockSize, lookAhead, reach }) => {
          const dialect = { ...plainDialect, ...change };
          const bytes = encoder.encode(text);
          const scanner = createPlainCsvScanner(dialect, { maxRecordLength, quoteReach: reach });
          const once = readRows(scanner, bytes, dialect, 3);
          assert.deepEqual(readRows(scanner, bytes, dialect, 3, blockSize, lookAhead), once);
          let position = 0;
          for (const { start, end } of [...once, { start: bytes.length, end: bytes.length }]) {
            assert.ok(start >= position);
            const between = new TextDecoder().decode(bytes.subarray(position, start));
            assert.match(between, dialect.comment === '' ? /^[\r\n]*$/ : /^([\r\n]|#[^\n]*)*$/);
            position = end;
          }
          for (const { start, end, cells } of once) {
            const alone = cellsOf(bytes.subarray(start, end), dialect);
            assert.deepEqual([alone[0], alone[1], alone[2]], cells);
          }
        }),
        { numRuns: 5000 },
      );
    });
  });

  describe('resync', () => {
    it('finds a record start from any place in a regular table', () => {
      const line = (index: number) => `${index},"line one\nline, two ""q""\n",${index * 2}\n`;
      const text = encoder.encode(Array.from({ length: 40 }, (_, index) => line(index)).join(''));
      const dialect = { ...plainDialect, columns: ['a', 'b', 'c'] };
      const scanner = createPlainCsvScanner(dialect);
      scanner.reserve(text.length).set(text);
      const starts = new Set(whole(text, dialect).map(({ start }) => start));
      for (let from = 1; from < text.length - 200; from++) {
        const found = scanner.resync(from, text.length);
        assert.ok(found >= from && starts.has(found), `from ${from}: ${found}`);
        assert.ok(found - from < 50);
      }
    });
    it('answers the length where no line begins', () => {
      const scanner = createPlainCsvScanner(plainDialect);
      scanner.reserve(4).set(encoder.encode('1,2\n'));
      assert.equal(scanner.resync(1, 4), 4);
    });
  });

  describe('body', () => {
    it('begins after the header', () => {
      const text = encoder.encode('junk\n\n"a\n1",b\n#c\nc,d\n1,2\n');
      const dialect = { ...plainDialect, comment: '#', tableStart: 5, headerLines: 2 };
      assert.deepEqual(csvBody(text, true, dialect), { index: 21, lines: 5 });
      assert.equal(csvBody(text.subarray(0, 20), false, dialect), undefined);
      assert.deepEqual(csvBody(text.subarray(0, 20), true, dialect), { index: 20, lines: 4 });
    });
  });
});
