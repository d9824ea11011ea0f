import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parse } from 'csv-parse/sync';
import { CellKind } from '../../../src/protocol/preview.ts';
import type { Cell } from '../../../src/webview/grid/cells.ts';
import { writeJson, writeMarkdown, writeTsv } from '../../../src/webview/model/copy.ts';

const cell = (kind: number, text: string): Cell => ({ kind, text, cut: false });
const text = (value: string) => cell(CellKind.Text, value);
const number = (value: string) => cell(CellKind.Number, value);

describe('webview/model/copy', () => {
  it('writes TSV that a reader of TSV reads back', () => {
    const field = fc.string({ unit: fc.constantFrom('a', 'b', '"', '\t', '\n', '\r', ' ', ',') });
    const table = fc
      .integer({ min: 2, max: 4 })
      .chain((width) =>
        fc.array(fc.array(field, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 5 }),
      );
    fc.assert(
      fc.property(table, (rows) => {
        const names = (rows.at(0) ?? []).map((_, index) => `c${index}`);
        const written = writeTsv(
          names,
          rows.map((row) => row.map(text)),
        );
        const read: unknown = parse(written, {
          delimiter: '\t',
          record_delimiter: '\n',
          relax_column_count: true,
        });
        assert.deepEqual(read, [names, ...rows]);
      }),
    );
  });

  it('copies one cell as its bare text', () => {
    assert.equal(writeTsv(undefined, [[text('a\t"b"\n')]]), 'a\t"b"\n');
  });

  it('writes JSON with numbers as they stand, and without what is missing', () => {
    const row = [
      number('12345678901234567890'),
      number('1.10'),
      cell(CellKind.Null, ''),
      cell(CellKind.Missing, ''),
      cell(CellKind.Boolean, 'true'),
      cell(CellKind.Json, '{"b":1,"a":[2]}'),
      text('<"\u2028>'),
      number('0x10'),
    ];
    const names = ['big', 'dec', 'null', 'missing', 'bool', 'json', 'text', 'odd'].map((name) => ({
      name,
      type: 'mixed' as const,
    }));
    const one = writeJson(names, [row]);
    assert.equal(
      one,
      '{"big": 12345678901234567890, "dec": 1.10, "null": null, "bool": true, "json": {"b":1,"a":[2]}, "text": "<\\"\u2028>", "odd": "0x10"}',
    );
    JSON.parse(one);
    assert.equal((JSON.parse(writeJson(names, [row, row])) as unknown[]).length, 2);
    assert.deepEqual(JSON.parse(writeJson(names, [])), []);
  });

  it('writes numbers of a table that are written in another way as the texts that they are', () => {
    const type = 'number';
    const columns = [
      { name: 'n', type, written: '1.234,5' },
      { name: 'm', type },
    ] as const;
    const cells = [number('1.234'), number('1.234')];
    assert.equal(writeJson(columns, [cells]), '{"n": "1.234", "m": 1.234}');
    const others = [cell(CellKind.Null, ''), cell(CellKind.Missing, '')];
    assert.equal(writeJson(columns, [others]), '{"n": null}');
  });

  it('writes numbers that stand in texts as numbers where all of their column are, and else as texts', () => {
    const columns = [
      { name: 'price', type: 'number' },
      { name: 'zip', type: 'mixed' },
    ] as const;
    const rows = [
      [number('2.50'), text('01234')],
      [number('3'), number('99999')],
    ];
    assert.equal(
      writeJson(columns, rows, true),
      '[\n  {"price": 2.50, "zip": "01234"},\n  {"price": 3, "zip": "99999"}\n]',
    );
  });

  it('writes Markdown in which nothing of the text is markup', () => {
    const written = writeMarkdown(['n|1', 'x'], [[number('1'), text('a|b\n<img>*_`')]]);
    assert.equal(written, '| n\\|1 | x |\n| ---: | --- |\n| 1 | a\\|b<br>\\<img>\\*\\_\\` |');
  });
});
