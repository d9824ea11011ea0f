import assert from 'node:assert/strict';
import fc from 'fast-check';
import { sniffDialect } from '../../../../../src/engine/format/csv/sniff/sniff.ts';
import { runs } from '../../../../support/long.ts';

/** A table with a header whose rows all have as many cells, and how it is written. */
interface OrdinaryTable {
  readonly names: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly delimiter: string;
  readonly quoted: 'needed' | 'texts' | 'all';
  readonly lineEnd: string;
  readonly ends: boolean;
  /** Whether the header stands once more in the middle, as in files put one below the other. */
  readonly again: boolean;
}

const int = fc.integer({ min: -5000, max: 200_000 }).map(String);
const decimal = fc.double({ min: -100, max: 1000, noNaN: true }).map((value) => value.toFixed(2));
const date = fc
  .date({ min: new Date('1990-01-01'), max: new Date('2030-01-01'), noInvalidDate: true })
  .map((value) => value.toISOString().slice(0, 10));
const word = fc.stringMatching(/^[a-z]{1,9}$/);
const text = fc.stringMatching(/^[A-Z][a-z]{1,7}( [a-z]{1,6}){0,4}[.!]?$/);
const listed = fc.constantFrom('red', 'green', 'blue', 'Leeds', 'New York');
const special = fc.constantFrom('a, b', 'x; y', 'say "so"', 'two\nlines', 'N/A', 'C|D', "it's", '-');
const cells = [int, decimal, date, word, text, listed, fc.constantFrom('true', 'false')];
const mixed = fc.oneof(int, int, int, decimal, date, word, text, special);

const column = fc.record({
  cell: fc.oneof(fc.constantFrom(...cells), fc.constant(mixed)),
  empty: fc.constantFrom(0, 0, 0, 1, 4, 9),
});

const ordinaryTables: fc.Arbitrary<OrdinaryTable> = fc
  .record({
    columns: fc.oneof(
      fc.array(column, { minLength: 1, maxLength: 4 }),
      fc.array(column, { minLength: 1, maxLength: 40, size: 'max' }),
    ),
    height: fc.oneof(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 199 })),
  })
  .chain(({ columns, height }) =>
    fc.record({
      names: fc.uniqueArray(fc.stringMatching(/^[A-Za-z][A-Za-z]{2,7}[ _]?[a-z]{1,6}\d?$/), {
        minLength: columns.length,
        maxLength: columns.length,
      }),
      rows: fc.array(
        fc.tuple(
          ...columns.map(({ cell, empty }) =>
            fc.oneof({ arbitrary: cell, weight: 10 - empty }, { arbitrary: fc.constant(''), weight: empty }),
          ),
        ),
        { minLength: height, maxLength: height, size: 'max' },
      ),
      delimiter: fc.constantFrom(',', ',', ';', '\t', '|'),
      quoted: fc.constantFrom('needed', 'needed', 'texts', 'all'),
      lineEnd: fc.constantFrom('\n', '\r\n'),
      ends: fc.boolean(),
      again: fc.constantFrom(false, false, false, true),
    }),
  );

function write({ names, rows, delimiter, quoted, lineEnd, ends, again }: OrdinaryTable): string {
  const cell = (text: string) =>
    quoted === 'all' || (quoted === 'texts' && /[A-Za-z]/.test(text)) || /[",;|\t\n]/.test(text)
      ? `"${text.replaceAll('"', '""')}"`
      : text;
  const lines = [names, ...rows].map((row) => row.map(cell).join(delimiter));
  if (again) lines.splice(1 + Math.ceil(rows.length / 2), 0, lines[0]);
  return lines.join(lineEnd) + (ends ? lineEnd : '');
}

describe('sniffing an ordinary table', () => {
  it('keeps a header whose words stand in the rows as well', () => {
    const text = [
      'country;hello;please;yes;no;flag',
      'Australia;hello;please;yes;no;22px-Flag_of_Australia.png',
      'Antigua;hello;please;yes;no;22px-Flag_of_Antigua.png',
      'Austria;Hallo;Bitte;Ja;Nein;22px-Flag_of_Austria.png',
    ];
    const { dialect } = sniffDialect(Buffer.from(`${text.join('\n')}\n`), { final: true });
    assert.deepEqual([dialect.headerLines, dialect.columns.at(-1)], [1, 'flag']);
  });

  it('finds one table with its header first, whatever its columns hold', () => {
    fc.assert(
      fc.property(ordinaryTables, (table) => {
        const { dialect, tables } = sniffDialect(new TextEncoder().encode(write(table)), { final: true });
        assert.deepEqual(
          [dialect.headerLines, dialect.tableStart, dialect.columns, tables],
          [1, 0, table.names, []],
        );
        if (table.names.length > 1) assert.equal(dialect.delimiter, table.delimiter);
      }),
      { numRuns: runs(50, 500) },
    );
  });
});
