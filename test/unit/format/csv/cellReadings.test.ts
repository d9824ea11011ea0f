import assert from 'node:assert/strict';
import { rewriteCell, type CellReading } from '../../../../src/engine/format/csv/cellReading.ts';
import { createPlainCsvScanner } from '../../../../src/engine/format/csv/csv.ts';
import type { ReadingHints } from '../../../../src/engine/format/csv/columnCells.ts';
import { recogniseReadings } from '../../../../src/engine/format/csv/recogniseReadings.ts';
import { createKernelCsvScanner } from '../../../../src/engine/format/csv/scanner.ts';
import { rewriteDate } from '../../../../src/engine/format/csv/writtenDate.ts';
import { rewriteNumber } from '../../../../src/engine/format/csv/writtenNumber.ts';
import { plainDialect } from '../../../support/csvRecords.ts';

describe('numbers that are written in another way', () => {
  const comma: [string, string | undefined][] = [
    ['12,5', '12.5'],
    ['1.234,50', '1234.50'],
    ['1.234', '1234'],
    ['-1.234.567,8', '-1234567.8'],
    ['+1.234', '1234'],
    ['\u22121 234,5', '-1234.5'],
    ['1\u00a0234\u00a0567', '1234567'],
    ['1\u202f234,5', '1234.5'],
    ["1'234,5", '1234.5'],
    ['1\u2019234,5', '1234.5'],
    [' 12,5\u00a0', '12.5'],
    ['12', '12'],
    [',5', '0.5'],
    ['12,', '12'],
    ['1,5E+3', '1.5e+3'],
    ['0,125', '0.125'],
    ['007,5', '007.5'],
    ['1.5', undefined],
    ['0.125', undefined],
    ['1.2345', undefined],
    ['12.34.567', undefined],
    ['1.234 567', undefined],
    ['1234.567', undefined],
    ['1,2,3', undefined],
    ['1,234.5', undefined],
    ['1..234', undefined],
    ['1.234.', undefined],
    ['.234', undefined],
    ['', undefined],
    ['-', undefined],
    [',', undefined],
    ['12 EUR', undefined],
    ['1,5e', undefined],
  ];
  for (const [text, number] of comma) {
    it(`decimal comma: "${text}" is ${number ?? 'none'}`, () => {
      assert.equal(rewriteNumber(text, { decimal: ',' }), number);
      const exchanged = (given: string): string =>
        given.replace(/[.,]/g, (mark) => (mark === '.' ? ',' : '.'));
      assert.equal(
        rewriteNumber(exchanged(text), { decimal: '.' }),
        number,
        'the same with the marks exchanged',
      );
    });
  }

  for (const [text, unit, number] of [
    ['$1,200.50', '$', '1200.50'],
    ['-$1,200.50', '$', '-1200.50'],
    ['$ -5', '$', '-5'],
    ['($5.25)', '$', '-5.25'],
    ['( 1,200 )', undefined, '-1200'],
    ['(-5)', undefined, undefined],
    ['()', undefined, undefined],
    ['5.25-', undefined, '-5.25'],
    ['-5.25-', undefined, undefined],
    ['5.25', '$', '5.25'],
    ['$5.25$', '$', undefined],
    ['$', '$', undefined],
    ['5.25\u00a0\u20ac', '\u20ac', '5.25'],
    ['USD 1,200', 'USD', '1200'],
    ['1,200USD', 'USD', '1200'],
    ['$5', '\u20ac', undefined],
    ['$5', undefined, undefined],
    ['12.5 %', '%', '12.5'],
    ['-12.5%', '%', '-12.5'],
    ['$ (50.00)', '$', '-50.00'],
    ['5.- $', '$', '5'],
    ['$1,200.-', '$', '1200'],
    ['- 5.00', undefined, '-5.00'],
    ['5.00 -', undefined, '-5.00'],
    ['12.5', '%', undefined],
  ] as const) {
    it(`with ${unit ?? 'no unit'}: "${text}" is ${number ?? 'none'}`, () =>
      assert.equal(rewriteNumber(text, { decimal: '.', unit }), number));
  }

  it('are no numbers where they do not fit, also if the language would take them for some', () => {
    assert.equal(rewriteCell('1.5', { kind: 'number', decimal: ',' }), undefined);
    assert.equal(rewriteCell('n/a', { kind: 'number', decimal: ',' }), 'n/a');
  });

  it('have doubles from the scanners where the double is exact', () => {
    const dialect = {
      ...plainDialect,
      delimiter: ';',
      columns: ['a', 'b'],
      readings: [{ kind: 'number', decimal: ',' } as const, undefined],
    };
    const text = Buffer.from(
      '1.234;1.234\n1.5;1.5\n-0,50;x\n"1.000,5";"1.5"\n1.234.567.890.123.456.789;1\n;\n',
    );
    for (const scanner of [createPlainCsvScanner(dialect), createKernelCsvScanner(dialect)]) {
      const buffer = scanner.reserve(text.length);
      buffer.set(text);
      const { fields } = scanner.scan({
        length: text.length,
        offset: 0,
        from: 0,
        until: text.length,
        final: true,
        fields: [0, 1, 0].map((column, at) => ({ path: [column], numeric: at < 2 })),
      });
      assert.deepEqual([...fields[0].numbers], [1234, NaN, -0.5, 1000.5, NaN, NaN], scanner.name);
      assert.deepEqual([...fields[1].numbers], [1.234, 1.5, NaN, 1.5, 1, NaN], scanner.name);
      assert.equal(fields[2].numbers.length, 0);
    }
  });
});

describe('dates that are written in another way', () => {
  const cases: [string, 'dmy' | 'mdy' | 'ymd', string | undefined][] = [
    ['31.05.2024', 'dmy', '2024-05-31'],
    ['1.5.2024', 'dmy', '2024-05-01'],
    ['05/31/2024', 'mdy', '2024-05-31'],
    ['05/31/2024', 'dmy', undefined],
    ['31-05-2024 18:30', 'dmy', '2024-05-31 18:30:00'],
    ['31.05.2024, 9:05:07,25', 'dmy', '2024-05-31 09:05:07.25'],
    ['5/31/2024 12:00 AM', 'mdy', '2024-05-31 00:00:00'],
    ['5/31/2024 12:30:01 p.m.', 'mdy', '2024-05-31 12:30:01'],
    ['5/31/2024 13:30 PM', 'mdy', undefined],
    ['31/05/2024T10:00:00+02:00', 'dmy', '2024-05-31 10:00:00+02:00'],
    ['2024/5/1', 'ymd', '2024-05-01'],
    ['2024/05/01', 'dmy', undefined],
    ['29.02.2023', 'dmy', undefined],
    ['29.02.2024', 'dmy', '2024-02-29'],
    ['31.05.24', 'dmy', '2024-05-31'],
    ['31.05.69 9:05', 'dmy', '1969-05-31 09:05:00'],
    ['5/31/24', 'mdy', '2024-05-31'],
    ['5/31/24', 'dmy', undefined],
    ['31-MAY-24', 'dmy', '2024-05-31'],
    ['31-05-24', 'dmy', undefined],
    ['1.2.10', 'dmy', undefined],
    ['1/2/3', 'dmy', undefined],
    ['31.05.241', 'dmy', undefined],
    ['31.05/2024', 'dmy', undefined],
    ['31.05.20245', 'dmy', undefined],
    ['31.05.2024 25:00', 'dmy', undefined],
    ['10/Oct/2000:13:55:36 -0700', 'dmy', '2000-10-10 13:55:36-0700'],
    ['10/Oct/2000:13:55:36 -0700', 'mdy', undefined],
    ['1-MAY-2024', 'dmy', '2024-05-01'],
    ['31 September 2024', 'dmy', undefined],
    ['30 Sept 2024 9:05 pm', 'dmy', '2024-09-30 21:05:00'],
    ['30 Septe 2024', 'dmy', undefined],
    ['Fri, 31 May 2024 18:30:00 GMT', 'dmy', '2024-05-31 18:30:00Z'],
    ['May 31, 2024', 'mdy', '2024-05-31'],
    ['May 31, 2024', 'dmy', undefined],
    ['Fri Jan  2 03:04:05.123456 2026', 'mdy', '2026-01-02 03:04:05.123456'],
    ['Jan 02 03:04:05', 'mdy', undefined],
    ['12 Monkeys 2024', 'dmy', undefined],
  ];
  for (const [text, order, date] of cases) {
    it(`"${text}" by ${order} is ${date ?? 'none'}`, () => assert.equal(rewriteDate(text, order), date));
  }
});

describe('how the cells of a column are written', () => {
  /** What is recognised of one column: its decimal mark or order of dates, those between which it is open, or '' */
  function recognised(cells: readonly string[], hints: ReadingHints = {}, delimiter = ';'): string {
    const text = Buffer.from(cells.map((cell) => `"${cell}"${delimiter}x\n`).join(''));
    const dialect = { ...plainDialect, delimiter, columns: ['a', 'b'] };
    const { readings, open } = recogniseReadings(text, 0, true, dialect, hints);
    const named = [...(open.at(0)?.choices ?? []), ...(readings?.[0] ? [readings[0]] : [])];
    assert.equal(readings?.[1], undefined, 'words have no reading');
    const name = (reading: CellReading): string =>
      reading.kind === 'number' ? reading.decimal + (reading.unit ?? '') : reading.order;
    return named.map(name).join(' or ');
  }

  const odd = (cell: string): string[] => Array.from({ length: 20 }, () => cell);
  const cases: [cells: string[], recognised: string, hints?: ReadingHints][] = [
    [['12,5'], ','],
    [['1.234', '12,5', '7', ''], ','],
    [['1.234,5', 'n/a', '-', '3'], ','],
    [['1.234', '5.678'], ''],
    [['1.5', '12'], ''],
    [['1', '2'], ''],
    [['1.234.567', '1.234'], ','],
    [['1,234', '12'], ', or .'],
    [['1,234', '1.5'], '.'],
    [['1,234', '1,234,567'], '.'],
    [['0,125', '1,234'], ','],
    [['1.5', '1,5'], ''],
    [['1,5', 'word'], ''],
    [['1,5', 'word', '2,5', '7'], ','],
    [['pending', '1,200.00', '15.00', 'open', '2,000.00', '3.5'], '.'],
    [['pending', '1,200.00', '15.00', 'open', '2,000.00'], ''],
    [['1,200.00', '$5.00', '15.00', '2,000.00'], '.$'],
    [['$90', '-$1,200', 'n/a', '($5)'], '.$'],
    [['\u20ac1.200', '12 \u20ac'], ',\u20ac'],
    [['$1,200', '$1.200'], ',$ or .$'],
    [['$1,200', '\u20ac5'], ''],
    [['US$5', 'US$1,200.00'], '.US$'],
    [['12,50 EUR', 'EUR 3', '4'], ',EUR'],
    [['12 kg', '3 kg'], ''],
    [['5 of 7', '3 of 9'], ''],
    [['12.5%', '3 %'], '.%'],
    [['12,5%', '3 %', '-'], ',%'],
    [['12.5%', '3'], ''],
    [['3', '12.5%'], ''],
    [['1,234%', '3%'], ',% or .%'],
    [['$5', '$6'], ',$'],
    [['$5', '$6'], '', { decimal: 'none' }],
    [['(1)', '(2)'], ''],
    [['($1)', '($2)'], ',$'],
    [['(3)', '30', '4'], ','],
    [['1-', '2-'], ''],
    [['1.200,50-', '3,00'], ','],
    [['1.5', 'word', '2.5', '3.5'], ''],
    [['1 234', '12'], ','],
    [["1'234.5"], '.'],
    [['1,2', '1,2,3'], ''],
    [['1,234'], '.', { decimal: '.' }],
    [['1,234'], '', { decimal: 'none' }],
    [['1.234'], ',', { decimal: ',' }],
    [['1.5'], '', { decimal: ',' }],
    [['1,5', 'word', '2,5'], ',', { decimal: ',' }],
    [['1,5', 'word', 'words'], '', { decimal: ',' }],
    [['01/02/2024', 'soon', '02/02/2024'], 'dmy', { dates: 'dmy' }],
    [['31.05.2024', '01.02.2024'], 'dmy'],
    [['01.02.2024'], 'dmy'],
    [['01.31.2024'], 'mdy'],
    [['01/02/2024', '03/04/2024'], 'dmy or mdy'],
    [['01/02/2024', '31/04/2024'], ''],
    [['01/02/2024', '30/04/2024'], 'dmy'],
    [['01/02/2024 10:00', '04/30/2024 11:00 AM'], 'mdy'],
    [['01-Feb-2024', '02-Feb-2024'], 'dmy'],
    [['01-FEB-24', '02-MAR-24'], 'dmy'],
    [['1/2/24', '3/14/24 6:30 PM'], 'mdy'],
    [['1/2/24', '3/4/24'], 'dmy or mdy'],
    [['01.02.24', '14.03.2024'], 'dmy'],
    [['1.2.10', '2.10.11'], ''],
    [['10.2.10', '10.10.11'], ''],
    [['24-05-31', '24-06-01'], ''],
    [['02.01.03', '03.07.01'], ''],
    [['TOP 5', 'ALL 6'], ''],
    [['5,- \u20ac', '12,50 \u20ac'], ',\u20ac'],
    [[' $ 1,234.50 ', ' $ (50.00)', ' $ -   ', '#DIV/0!'], '.$'],
    [[...odd('1,50'), '1.5'], ','],
    [[...odd('1,50'), '>100'], ','],
    [['1,50', '1.5', '>100'], ''],
    [[...odd('31.05.2024'), '00.00.0000'], 'dmy'],
    [[...odd('31.05.2024'), '2024-06-01'], 'dmy'],
    [[...odd('$5'), '\u20ac5'], ''],
    [[...odd('5'), '31.12.2024', '1.234'], ''],
    [['Feb 1, 2024', 'March 2, 2024'], 'mdy'],
    [['01/02/2024', '03/Apr/2024'], 'dmy'],
    [['01-Feb-2024', 'soon'], ''],
    [['31.05.2024', '01.06.2024', 'Summe'], 'dmy'],
    [['01/02/2024', 'soon', '03/04/2024'], 'dmy or mdy'],
    [['2024-05-31', '2024-06-01 10:00'], ''],
    [['2024/05/31'], 'ymd'],
    [['01/02/2024'], 'mdy', { dates: 'mdy' }],
    [['01/02/2024'], '', { dates: 'none' }],
    [['01/02/2024'], '', { dates: 'ymd' }],
    [['', ''], ''],
  ];
  for (const [cells, expected, hints] of cases) {
    const said = hints === undefined ? '' : ` told ${JSON.stringify(hints)}`;
    it(`${cells.join(' | ')}${said}: ${expected === '' ? 'plain' : expected}`, () =>
      assert.equal(recognised(cells, hints), expected));
  }

  it('are as in other columns of the file where the cells leave it open', () => {
    const readingsOf = (text: string): (string | undefined)[] => {
      const columns = text.slice(0, text.indexOf('\n')).split(';');
      const { readings } = recogniseReadings(
        Buffer.from(text),
        0,
        true,
        { ...plainDialect, delimiter: ';', columns },
        {},
      );
      return columns.map((_, at) => {
        const reading = readings?.at(at);
        return reading?.kind === 'number' ? reading.decimal : reading?.order;
      });
    };
    assert.deepEqual(readingsOf('1,234;1,234.5\n'), ['.', '.']);
    assert.deepEqual(readingsOf('1,234;12,5\n'), [',', ',']);
    assert.deepEqual(readingsOf('1,234;12,5;1,234.5\n'), [undefined, ',', '.']);
    assert.deepEqual(readingsOf('1,234;12.5\n'), [undefined, undefined]);
    assert.deepEqual(readingsOf('1,234;01/02/2024;14/02/2024\n'), [undefined, 'dmy', 'dmy']);
    assert.deepEqual(readingsOf('01/02/2024;02/14/24\n'), ['mdy', 'mdy']);
    assert.deepEqual(readingsOf('01/02/2024;14-Feb-2024\n'), [undefined, 'dmy']);
    assert.deepEqual(readingsOf('1,234;1 234\n'), [undefined, ',']);
  });

  it('takes a point for the decimal mark where groups are told apart by blanks and fields by commas', () => {
    assert.equal(recognised(['1 234'], {}, ','), '.');
  });
});
