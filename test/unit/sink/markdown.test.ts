import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { CellReadings } from '../../../src/engine/format/csv/cellReading.ts';
import { markdownEncoder } from '../../../src/engine/sink/markdown.ts';
import { RowBatcher } from '../../../src/engine/sink/rowBatcher.ts';

/** Rows in pieces of JSON values as one table. */
function table(
  names: readonly string[],
  pieces: readonly (readonly unknown[])[],
  numbersInText = false,
  readings: CellReadings = [],
): string {
  const batcher = new RowBatcher({ kind: 'named', names, readings }, numbersInText);
  const encoder = markdownEncoder();
  let text = '';
  const add = (bytes: Uint8Array): void => {
    text += Buffer.from(bytes).toString();
  };
  for (const rows of pieces) {
    const batch = batcher.batch(Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join('')));
    if (!batcher.hasBegun) add(encoder.begin(batcher.columns(batch)));
    add(encoder.rows(batch));
  }
  if (!batcher.hasBegun) add(encoder.begin(batcher.columns(undefined)));
  add(encoder.end());
  return text;
}

/** The cell that a table of one row and one column shows, as GitHub Flavored Markdown has it. */
function shown(text: string): string {
  const line = text.split('\n')[2];
  assert.ok(line.startsWith('| ') && line.endsWith(' |'), line);
  const cell = line.slice(2, -2);
  assert.doesNotMatch(cell, /(?<!\\)(?:\\\\)*[|`*_~&[\]]/, 'nothing stands there that has a meaning');
  return cell.replaceAll(/\\([!-/:-@[-`{-~])|<br>/g, (all, character?: string) => character ?? (all && '\n'));
}

describe('a table in Markdown', () => {
  it('has its columns flush right that the first rows hold numbers in', () => {
    const pieces = [
      [
        { n: 1, t: 'a', l: [1, 'x'], e: null },
        { n: -2.5, l: {}, e: null },
      ],
      [{ n: 'late', t: '', e: 1 }],
    ];
    assert.equal(
      table(['n', 't', 'l', 'e', 'none'], pieces),
      [
        '| n | t | l | e | none |',
        '| --: | --- | --- | --- | --- |',
        '| 1 | a | \\[1,"x"\\] |  |  |',
        '| -2.5 |  | \\{\\} |  |  |',
        '| late |  |  | 1 |  |',
        '',
      ].join('\n'),
    );
  });

  it('of cells that are texts has those flush right that read as numbers', () => {
    const rows = [[{ a: '1', b: '1' }], [{ a: '', b: '2 kg' }]].flat();
    assert.equal(table(['a', 'b'], [rows], true).split('\n')[1], '| --: | --- |');
    assert.equal(table(['a', 'b'], [rows], false).split('\n')[1], '| --- | --- |');
  });

  it('has those flush right that are numbers as their column is written', () => {
    const rows = [
      { comma: '1.054,78', both: '1.054,78', point: '1,054.78', date: '01.02.2026' },
      { comma: '0,5', both: '1.054.78', point: '7', date: '31.12.2026' },
    ];
    const readings: CellReadings = [
      { kind: 'number', decimal: ',' },
      { kind: 'number', decimal: ',' },
      { kind: 'number', decimal: '.' },
      { kind: 'date', order: 'dmy', separator: '.' },
    ];
    const names = ['comma', 'both', 'point', 'date'];
    assert.equal(table(names, [rows], true, readings).split('\n')[1], '| --: | --- | --: | --- |');
  });

  it('without rows is its header, and without columns nothing', () => {
    assert.equal(table(['a|b'], []), '| a\\|b |\n| --- |\n');
    assert.equal(table([], []), '');
  });

  it('shows each text as it is', () => {
    const characters = ['|\\`*_{}[]<>~&#!-\n\r\t\0\u007f"\'é x', '🎉'].flatMap((all) => Array.from(all));
    const character = fc.constantFrom(...characters);
    fc.assert(
      fc.property(fc.string({ unit: character }), (text) => {
        const written = table(['c'], [[{ c: text }]]);
        assert.equal(written.split('\n').length, 4, 'a line for each row');
        const expected = text
          .replaceAll(/\r\n?/g, '\n')
          .replaceAll('\t', '␉')
          .replaceAll('\0', '␀')
          .replaceAll('\u007f', '␡');
        assert.equal(shown(written), expected);
      }),
    );
  });

  it('is refused where a row has a field that is no column', () => {
    assert.throws(() => table(['a'], [[{ a: 0 }, { a: 1, column2: 2 }]]), {
      name: 'SinkError',
      message:
        'Row 2 of the export has more fields than there are columns. Name the columns with SELECT, for example |> SELECT a.',
    });
  });
});
