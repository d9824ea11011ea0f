import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Format } from '../../../src/engine/format/driver.ts';
import type { Scanner } from '../../../src/engine/format/record.ts';
import { formatOf } from '../../../src/engine/format/registry.ts';
import { createPlainCsvScanner } from '../../../src/engine/format/csv/csv.ts';
import { createPlainJsonlScanner } from '../../../src/engine/format/json/lines.ts';
import { TextFinder } from '../../../src/engine/pool/find.ts';
import type { SearchedCells } from '../../../src/engine/pool/task.ts';
import { parseQuery, planQuery } from '../../../src/engine/query/index.ts';
import { plainDialect } from '../../support/csvRecords.ts';
import { runs } from '../../support/long.ts';

/*
 * What the cells of a row show is found, however the record writes it, and nothing else. What JavaScript's own `includes`
 * says of the values is the truth.
 */

const asRead: SearchedCells = { objects: [], named: false, paths: false };

interface Case {
  readonly name: string;
  readonly format: Format;
  readonly scanners: readonly Scanner[];
  /** @param codes which characters are written in another way than they need to be */
  readonly write: (row: readonly string[], codes: readonly number[]) => string;
  /** The texts of the cells. */
  readonly shown: (row: readonly string[], codes: readonly number[]) => readonly string[];
}

const dialect = { ...plainDialect, columns: ['a', 'b'] };
const csv = formatOf({ kind: 'csv', dialect });
const backslashed = { ...dialect, escape: 'backslash' } as const;
const csvOfBackslashes = formatOf({ kind: 'csv', dialect: backslashed });
const jsonl = formatOf({ kind: 'jsonl' });
const document = formatOf({
  kind: 'json',
  rows: {
    path: '$',
    layout: 'values',
    start: 0,
    line: 0,
    opening: '',
    separator: undefined,
    comments: false,
  },
});

function jsonText(text: string, codes: readonly number[]): string {
  const written = Array.from({ length: text.length }, (_, at) => {
    const unit = text.charAt(at);
    switch (codes.at(at % codes.length)) {
      case 1:
        return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
      case 2:
        return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0').toUpperCase()}`;
      case 3:
        return unit === '/' ? '\\/' : undefined;
      default:
        return undefined;
    }
  });
  // Halves of a character stay together, or each has its code.
  return `"${Array.from({ length: text.length }, (_, at) => {
    const unit = text.charAt(at);
    const pair = /[\ud800-\udbff]/.test(unit) ? at : /[\udc00-\udfff]/.test(unit) ? at - 1 : undefined;
    if (pair === undefined) return written[at] ?? JSON.stringify(unit).slice(1, -1);
    if (written[pair] !== undefined) return `\\u${unit.charCodeAt(0).toString(16)}`;
    return unit;
  }).join('')}"`;
}

const jsonRow: Case['write'] = ([a, b, c], codes) =>
  `{"time":${jsonText(a, codes)},"o":{"kilo":${jsonText(b, codes)},"n":null},"l":[${jsonText(c, codes)},{"m":1}]}`;

const cases: readonly Case[] = [
  {
    name: 'JSONL',
    format: jsonl,
    scanners: [jsonl.scanner(), createPlainJsonlScanner()],
    write: jsonRow,
    shown: ([a, b, c], codes) => [a, b, `[${jsonText(c, codes)},{"m":1}]`],
  },
  {
    name: 'JSON over several lines',
    format: document,
    scanners: [document.scanner()],
    write: ([a, b, c], codes) =>
      `{\n "time": ${jsonText(a, codes)},\n "o": {\n  "kilo": ${jsonText(b, codes)}\n },\n "l": [\n  ${jsonText(c, codes)},\n  {\n   "m": 1\n  }\n ]\n}`,
    shown: ([a, b, c], codes) => [a, b, `[${jsonText(c, codes)},{"m":1}]`],
  },
  {
    name: 'CSV',
    format: csv,
    scanners: [csv.scanner(), createPlainCsvScanner(dialect)],
    write: ([a, b], codes) =>
      [a, b]
        .map((text) => (codes[0] || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text))
        .join(),
    shown: ([a, b]) => [a, b],
  },
  {
    name: 'CSV with backslashes',
    format: csvOfBackslashes,
    scanners: [csvOfBackslashes.scanner()],
    write: ([a, b]) => [a, b].map((text) => `"${text.replaceAll(/["\\]/g, '\\$&')}"`).join(),
    shown: ([a, b]) => [a, b],
  },
];

/** Letters that fold in surprising ways, what is escaped, and what stands between values. */
const signs = [
  't',
  'i',
  'm',
  'k',
  'I',
  'K',
  '\u212a',
  '\u0130',
  '"',
  '\\',
  '/',
  '\n',
  'é',
  'É',
  'u',
  '0',
  ',',
  ':',
  ' ',
  'Σ',
  'ς',
  '😀',
  '\ufffd',
];
const part = fc.array(fc.constantFrom(...signs), { minLength: 1, maxLength: 3 }).map((some) => some.join(''));
const value = fc.array(part, { maxLength: 3 }).map((parts) => parts.join(''));
const row = fc.tuple(value, value, value);

function found(
  { format }: Case,
  scanner: Scanner,
  lines: readonly string[],
  text: string,
  matchCase: boolean,
  { query = '', cells = asRead }: { readonly query?: string; readonly cells?: SearchedCells } = {},
): number[] {
  const parsed = parseQuery(query);
  if (!parsed.ok) assert.fail(query);
  const finder = new TextFinder({ text, matchCase, cells }, planQuery(parsed.query, format.layout), format);
  const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
  const { length } = bytes;
  scanner.reserve(length).set(bytes);
  const block = scanner.scan({
    length,
    offset: 0,
    from: 0,
    until: length,
    final: true,
    fields: finder.fields,
  });
  assert.equal(block.count, lines.length);
  const selection = Uint32Array.from(lines.keys());
  return [...selection.subarray(0, finder.select(block, selection, lines.length, 0, 0))];
}

describe('a text that is looked for in cells', () => {
  for (const one of cases) {
    for (const scanner of one.scanners) {
      it(`is found in ${one.name} by its values, by the ${scanner.name} scanner`, () => {
        fc.assert(
          fc.property(
            fc.array(row, { minLength: 1, maxLength: 6 }),
            fc.array(fc.nat(3), { minLength: 1, maxLength: 5 }),
            fc.oneof(part, fc.constantFrom('time', '"m":1', '},{', 'u00', '1', 'null', '[', '",{"m"')),
            fc.boolean(),
            (rows, codes, text, matchCase) => {
              const fold = (one: string): string => (matchCase ? one : one.toLowerCase());
              assert.deepEqual(
                found(
                  one,
                  scanner,
                  rows.map((values) => one.write(values, codes)),
                  text,
                  matchCase,
                ),
                rows.flatMap((values, at) =>
                  one.shown(values, codes).some((shown) => fold(shown).includes(fold(text))) ? [at] : [],
                ),
              );
            },
          ),
          { numRuns: runs(150, 3000) },
        );
      });
    }
  }

  const [json, , table] = cases;

  it('is looked for in the rows that a query makes of records', () => {
    const lines = ['{"a":"x\\u00fc","b":1}', '{"a":"b","b":22}', '{"a":true,"b":"n"}'];
    const scanner = jsonl.scanner();
    const inRows = (query: string, text: string): number[] =>
      found(json, scanner, lines, text, false, { query });
    assert.deepEqual(inRows("|> EXTEND concat(a, '!') AS c", 'Ü!'), [0]);
    assert.deepEqual(inRows('|> SELECT a', '22'), []);
    assert.deepEqual(inRows('|> EXTEND b + 1 AS c', '23'), [1]);
    // The mark of a NULL is no text.
    assert.deepEqual(inRows('|> SELECT CAST(b AS INTEGER) AS c', 'n'), []);
  });

  it('is looked for in the text of a record that cannot be read', () => {
    assert.deepEqual(
      found(json, jsonl.scanner(), ['{"a":"K', '{"a":"b"}', 'é', '{"a":1}'], '"A":"k', false),
      [0],
    );
    assert.deepEqual(found(json, jsonl.scanner(), ['{"a":"K', '{"a":"b"}', 'xé'], 'É', false), [2]);
  });

  it('is looked for in an object as it is written where a column shows one', () => {
    const lines = ['{"a":{"b":"\\u00fc"}}', '{"a":"b"}', '{"c":{"b":2}}'];
    const scanner = jsonl.scanner();
    const inCells = (text: string, cells: SearchedCells): number[] =>
      found(json, scanner, lines, text, true, { cells });
    assert.deepEqual(inCells('"b"', asRead), []);
    const both = { ...asRead, objects: [['a']] };
    assert.deepEqual(inCells('"b"', both), [0]);
    assert.deepEqual(inCells('ü', both), [0]);
    assert.deepEqual(inCells('ü', { ...both, named: true }), []);
    assert.deepEqual(inCells('u00fc', { ...both, named: true }), [0]);
  });

  it('is not looked for in fields of a table that no column shows', () => {
    assert.deepEqual(found(table, csv.scanner(), ['a,b', 'a,b,needle', 'needle'], 'needle', true), [2]);
  });
});
