/** Made-up files for the test bed: a cell is a function of its row and column, so a billion rows cost nothing. */
import type { ColumnInfo } from '../../../src/protocol/file.ts';
import { CellKind } from '../../../src/protocol/preview.ts';

export interface BedCell {
  readonly kind: number;
  readonly text: string;
}

export interface BedFile {
  readonly name: string;
  readonly format: 'jsonl' | 'csv';
  readonly rows: number;
  readonly columns: readonly ColumnInfo[];
  cell(row: number, column: number): BedCell;
  fault(row: number): string;
  /** The record as it stands in the file. */
  source(row: number): string;
}

export const kind = CellKind;

/** A whole number below `below` that depends on both arguments; the same each time. */
export function scatter(row: number, salt: number, below: number): number {
  let x = (row % 4294967296) ^ Math.imul(salt + 1, 0x9e3779b1) ^ Math.floor(row / 4294967296);
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return ((x ^ (x >>> 16)) >>> 0) % below;
}

function pick<T>(list: readonly [T, ...T[]], row: number, salt: number): T {
  return list.at(scatter(row, salt, list.length)) ?? list[0];
}

const cell = (cellKind: number, text: string): BedCell => ({ kind: cellKind, text });
const text = (value: string) => cell(CellKind.Text, value);
const number = (value: string | number) => cell(CellKind.Number, String(value));
const missing = cell(CellKind.Missing, '');
const isNull = cell(CellKind.Null, '');

const levels = ['info', 'info', 'info', 'warn', 'error', 'debug'] as const;
const countries = ['DE', 'US', 'BR', 'IN', 'JP', 'FR', 'GB', 'NG'] as const;
const methods = ['GET', 'GET', 'GET', 'POST', 'PUT', 'DELETE'] as const;
const paths = ['/', '/cart', '/search?q=lamp', '/api/v2/orders', '/login', '/assets/app.js'] as const;
const statuses = [200, 200, 200, 204, 301, 404, 500, 503] as const;
const users = ['ann', 'bo', 'chi', 'dara', 'eli', 'fay', 'gus', 'hana'] as const;
const messages = [
  'request served',
  'cache miss, read through',
  'upstream timed out after 3 retries, giving up and answering with what the cache still has',
  'token refreshed',
  '',
] as const;

/** Milliseconds: of the first record, and from each to the next. */
export const firstTime = 1_700_000_000_000;
export const timeStep = 137;

type Column = readonly [name: string, type: ColumnInfo['type'], make: (row: number) => BedCell];

const logColumns: readonly Column[] = [
  ['ts', 'text', (row) => text(new Date(firstTime + (row % 100_000_000) * timeStep).toISOString())],
  ['level', 'text', (row) => text(pick(levels, row, 1))],
  ['status', 'number', (row) => number(pick(statuses, row, 2))],
  ['method', 'text', (row) => text(pick(methods, row, 3))],
  ['path', 'text', (row) => text(pick(paths, row, 4))],
  ['user.name', 'text', (row) => (scatter(row, 5, 9) === 0 ? missing : text(pick(users, row, 6)))],
  ['user.country', 'text', (row) => (scatter(row, 5, 9) === 0 ? missing : text(pick(countries, row, 7)))],
  ['ms', 'number', (row) => number((scatter(row, 8, 90_000) / 100).toFixed(2))],
  ['bytes', 'number', (row) => number(scatter(row, 9, 2_000_000))],
  [
    'trace',
    'number',
    (row) => number(`12345678901234${String(scatter(row, 10, 1_000_000)).padStart(6, '0')}`),
  ],
  ['ok', 'boolean', (row) => cell(CellKind.Boolean, String(pick(statuses, row, 2) < 400))],
  ['referrer', 'text', (row) => (scatter(row, 11, 3) === 0 ? isNull : text('https://example.org/'))],
  ['message', 'text', (row) => text(pick(messages, row, 12))],
  ['tags', 'list', (row) => cell(CellKind.Json, JSON.stringify(['web', pick(countries, row, 7), row % 10]))],
  [
    'payload',
    'text',
    (row) => text(JSON.stringify({ order: row, items: [{ sku: `S-${row % 977}`, n: 1 + (row % 4) }] })),
  ],
];

function columnsOf(list: readonly Column[]): ColumnInfo[] {
  return list.map(([name, type], id) => ({ id, name, path: name, type }));
}

export function logFile(rows: number): BedFile {
  const value = (row: number, column: number) => logColumns.at(column)?.[2](row) ?? missing;
  const fault = (row: number) =>
    row % 5003 === 17 ? 'Expected a comma or a closing brace after the value.' : '';
  return {
    name: 'requests.jsonl',
    format: 'jsonl',
    rows,
    columns: columnsOf(logColumns),
    cell: value,
    fault,
    source(row) {
      if (fault(row)) return '{"ts": "2023-11-14T22:13:22Z" "level": "error", "status": 500';
      const record: Record<string, unknown> = {};
      const numbers: string[] = [];
      logColumns.forEach(([name, , make]) => {
        const made = make(row);
        if (made.kind === CellKind.Missing) return;
        const [outer = '', inner] = name.split('.');
        const json = jsonOf(made, numbers);
        if (inner) record[outer] = { ...(record[outer] as object | undefined), [inner]: json };
        else record[outer] = json;
      });
      // Numbers keep their text, which a double would lose.
      return JSON.stringify(record).replace(
        /"#(\d+)#"/g,
        (_, index: string) => numbers.at(Number(index)) ?? '',
      );
    },
  };
}

function jsonOf(made: BedCell, numbers: string[]): unknown {
  switch (made.kind) {
    case CellKind.Null:
      return null;
    case CellKind.Boolean:
      return made.text === 'true';
    case CellKind.Number:
      return `#${numbers.push(made.text) - 1}#`;
    case CellKind.Json:
      return JSON.parse(made.text);
    default:
      return made.text;
  }
}

export function wideFile(rows: number, width: number): BedFile {
  const columns = Array.from({ length: width }, (_, id): ColumnInfo => {
    const type = id % 3 === 0 ? 'number' : 'text';
    return { id, name: `feature_${id}`, path: `feature_${id}`, type };
  });
  const value = (row: number, column: number): BedCell => {
    if (column % 3 === 0) return number((scatter(row, column, 1_000_000) / 1000).toFixed(3));
    return scatter(row, column, 12) === 0 ? isNull : text(`r${row}c${column}`);
  };
  return {
    name: 'features.csv',
    format: 'csv',
    rows,
    columns,
    cell: value,
    fault: () => '',
    source: (row) => columns.map(({ id }) => value(row, id).text).join(','),
  };
}

/** Text that would do harm, or pose as something else, if it were not shown as text. */
export const hostile = [
  '<img src=x onerror="window.harmed = 1">',
  '</script><script>window.harmed = 2</script>',
  '"><svg onload=window.harmed=3>',
  'javascript:window.harmed=4',
  '{{constructor.constructor("window.harmed=5")()}}',
  '\u001b[31mred\u001b[0m \u0007bell',
  'user\u202Etxt.exe',
  'pay\u200Bpal \uFEFFbom \u00ADsoft',
  'line one\nline two\ttabbed\r\n',
  'nul\u0000byte \u0085next \u009bcsi',
  '\u0645\u0631\u062d\u0628\u0627 \u05e9\u05dc\u05d5\u05dd',
  'family: \u{1F468}\u200D\u{1F469}\u200D\u{1F467} flag: \u{1F1E9}\u{1F1EA}',
  'Z\u0351\u036b\u0343a\u0321\u034al\u0322\u035ag\u033b\u0321o',
  '=HYPERLINK("http://example.org","click")',
  '\u2066isolated\u2069 \u2028separated\u2029',
  '-0.0',
] as const;

export function hostileFile(): BedFile {
  const names = ['kind', '<b onmouseover=window.harmed=6>name</b>', '__proto__', 'text\u202Edetrever', 'big'];
  const columns = names.map((name, id): ColumnInfo => ({ id, name, path: `"${name}"`, type: 'text' }));
  const value = (row: number, column: number): BedCell => {
    if (column === 0) return number(row);
    if (column === 4) return { kind: CellKind.Text | CellKind.Cut, text: 'x'.repeat(1024) };
    return text(hostile.at((row + column) % hostile.length) ?? '');
  };
  return {
    name: 'hostile.csv',
    format: 'csv',
    rows: 200,
    columns,
    cell: value,
    fault: (row) => (row % 50 === 3 ? 'A NUL byte. <img src=x onerror="window.harmed=7">' : ''),
    source: (row) => columns.map(({ id }) => value(row, id).text).join(','),
  };
}

/** Every kind of cell side by side. */
export function kindsFile(): BedFile {
  const columns: ColumnInfo[] = [
    { id: 0, name: 'what', path: 'what', type: 'text' },
    { id: 1, name: 'value', path: 'value', type: 'mixed' },
    { id: 2, name: 'after', path: 'after', type: 'text' },
  ];
  const values: readonly (readonly [string, BedCell])[] = [
    ['null', isNull],
    ['empty text', text('')],
    ['missing', missing],
    ['the word null', text('null')],
    ['big number', number('12345678901234567890')],
    ['decimal', number('1.10')],
    ['exponent', number('-1.5e-300')],
    ['number as text', text('42')],
    ['boolean', cell(CellKind.Boolean, 'true')],
    ['list', cell(CellKind.Json, '[1, 2, {"a": null}]')],
    ['object', cell(CellKind.Json, '{"b": 1, "a": [true, false]}')],
    ['JSON in text', text('{"nested": {"deep": [1, 2, 3]}}')],
    ['long', { kind: CellKind.Text | CellKind.Cut, text: 'long '.repeat(205).slice(0, 1024) }],
    ['blank', text('   ')],
  ];
  const value = (row: number, column: number): BedCell => {
    const [what = '', second = missing] = values.at(row) ?? [];
    return column === 0 ? text(what) : column === 1 ? second : text('x');
  };
  return {
    name: 'kinds.jsonl',
    format: 'jsonl',
    rows: values.length + 1,
    columns,
    cell: value,
    fault: (row) => (row === values.length ? 'The record ends in the middle of a value.' : ''),
    source: (row) => {
      const [what = '', second = missing] = values.at(row) ?? [];
      if (row === values.length) return '{"what": "malformed", "value": [1, 2';
      const made =
        second.kind === CellKind.Missing
          ? undefined
          : second.kind === CellKind.Null
            ? 'null'
            : second.kind === CellKind.Number ||
                second.kind === CellKind.Json ||
                second.kind === CellKind.Boolean
              ? second.text
              : JSON.stringify(second.text);
      return `{"what": ${JSON.stringify(what)}, ${made === undefined ? '' : `"value": ${made}, `}"after": "x"}`;
    },
  };
}
