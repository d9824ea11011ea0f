import assert from 'node:assert/strict';
import {
  cellText,
  columnName,
  columns,
  type Column,
  type NumberStyle,
  type Row,
  type Rows,
} from '../unit/matrix/records.ts';
import { jsonOf, type Layout } from '../unit/matrix/layouts.ts';
import type { ShownCell, ShownGrid } from './bed/grid.ts';

/** One row as it should be: its record's number, or that of the row itself, and its members in their order. */
export interface Expected {
  readonly number: number;
  /** A member that is not there is missing. */
  readonly values: Readonly<Record<string, unknown>>;
  /** Of a malformed record that cannot be read, its text. */
  readonly raw?: string;
}

export interface Question {
  /** '' for the file itself. */
  readonly query: string;
  /** The column whose header is clicked, and how often, where the query is not typed. */
  readonly clicked?: { readonly column: Column; readonly times: number };
  /** Its rows by plain JavaScript. */
  readonly rows: (rows: Rows) => Expected[];
  /** The columns that it makes, where it names them all. */
  readonly named?: readonly string[];
  /** The rows are records as they stand, in the columns of the file. */
  readonly asFile?: boolean;
  /** How many of the rows it takes, where the engine draws which. */
  readonly draws?: number;
}

/** One entry a question. The first leaves the file indexed. */
export const questions: readonly Question[] = [
  {
    query: `o = 'DE'`,
    asFile: true,
    rows: (rows) => recordRows(rows.where((row) => row.text('o') === 'DE')),
  },
  { query: '', asFile: true, rows: fileRows },
  whole('|> ORDER BY key DESC', (rows) => sorted(rows, 'key', -1), rowNumbers),
  {
    ...whole('ORDER BY key DESC', (rows) => sorted(rows, 'key', -1), rowNumbers),
    clicked: { column: 'key', times: 2 },
  },
  {
    ...whole('ORDER BY "user.b"', byUser, rowNumbers),
    clicked: { column: 'user.b', times: 1 },
  },
  whole('|> DISTINCT', ({ all }) => all, rowNumbers),
  { ...whole('|> TABLESAMPLE 20 ROWS', ({ all }) => all, rowNumbers), draws: 20 },
  computed('|> EXTEND user.b + 1 AS next', (row) => {
    const number = row.number('user.b');
    return { ...members(row), next: number === null ? null : number + 1 };
  }),
  computed('|> SET e = u', (row) => replaced(row, 'e', 'e', row.value('u') ?? null)),
  computed('|> DROP key, l', (row) => without(row, 'key', 'l')),
  computed('|> RENAME o AS country', (row) => replaced(row, 'o', 'country', members(row).o)),
  {
    query: '|> UNNEST tags AS tag',
    rows: (rows) =>
      rowNumbers(rows.all.flatMap((row) => itemsOf(row).map((tag) => ({ ...members(row), tag })))),
  },
  {
    query: '|> FILL u',
    rows: (rows) => {
      let last: unknown = null;
      return rowNumbers(rows.all.map((row) => replaced(row, 'u', 'u', (last = row.value('u') ?? last))));
    },
  },
  {
    query: '|> DESCRIBE id |> SELECT column_name, min, max, count',
    named: ['column_name', 'min', 'max', 'count'],
    rows: (rows) => {
      const ids = rows.all.map(({ id }) => id);
      return rowNumbers([
        { column_name: 'id', min: Math.min(...ids), max: Math.max(...ids), count: ids.length },
      ]);
    },
  },
  { query: '|> SELECT *', asFile: true, rows: (rows) => recordRows(rows.all) },
  computed('|> SELECT * EXCEPT (e, l, tags)', (row) => without(row, 'e', 'l', 'tags')),
  {
    ...computed(`|> SELECT id, u || '!' AS loud, w`, (row) => ({
      id: row.value('id'),
      loud: row.text('u') === null ? null : `${row.text('u')}!`,
      w: row.value('w') ?? null,
    })),
    named: ['id', 'loud', 'w'],
  },
  {
    query: '|> AGGREGATE count(*) AS c, max(key) AS last GROUP BY o',
    named: ['o', 'c', 'last'],
    rows: (rows) =>
      rowNumbers(
        [...groupBy(rows.all, (row) => row.text('o'))].map(([o, of]) => ({
          o,
          c: of.length,
          last: lastOf(of),
        })),
      ),
  },
  { query: '|> LIMIT 5 OFFSET 3', asFile: true, rows: (rows) => recordRows(rows.all.slice(3, 8)) },
  {
    query: '|> ORDER BY key |> EXTEND count(*) OVER (ROWS BETWEEN 2 PRECEDING AND CURRENT ROW) AS near',
    rows: (rows) =>
      rowNumbers(sorted(rows, 'key').map((row, at) => ({ ...members(row), near: Math.min(at + 1, 3) }))),
  },
  whole(
    `o = 'DE' |> ORDER BY key |> LIMIT 30`,
    (rows) =>
      sorted(rows, 'key')
        .filter((row) => row.text('o') === 'DE')
        .slice(0, 30),
    rowNumbers,
  ),
  {
    query: `SELECT o, count(*) AS c FROM data WHERE w > 0 GROUP BY o ORDER BY o`,
    named: ['o', 'c'],
    rows: (rows) => {
      const found = rows.all.filter((row) => (row.number('w') ?? 0) > 0);
      const groups = [...groupBy(found, (row) => row.text('o'))];
      return rowNumbers(groups.sort(([a], [b]) => compare(a, b)).map(([o, of]) => ({ o, c: of.length })));
    },
  },
];

function whole(
  query: string,
  of: (rows: Rows) => readonly Row[],
  number: (values: readonly Record<string, unknown>[]) => Expected[],
): Question {
  return { query, rows: (rows) => number(of(rows).map(members)) };
}

/** Each row comes from one record. */
function computed(query: string, of: (row: Row) => Record<string, unknown>): Question {
  return { query, rows: ({ all }) => all.map((row) => ({ number: row.id, values: of(row) })) };
}

export function fileRows(rows: Rows): Expected[] {
  const byId = new Map(rows.all.map((row) => [row.id, row]));
  return rows.records.map((record) => {
    const row = byId.get(record.id);
    return row
      ? recordRow(row)
      : { number: record.id, values: {}, raw: rows.kind === 'log' ? String(record.id) : jsonOf(record) };
  });
}

export function recordRows(of: readonly Row[]): Expected[] {
  return of.map(recordRow);
}

/** As it stands: a row that is too short has no null in it. */
function recordRow(row: Row): Expected {
  const there = columns.filter((column) => row.value(column) !== undefined);
  const values = there.map((column) => [row.name(column), row.value(column)] as const);
  return { number: row.id, values: Object.fromEntries(values) };
}

export function rowNumbers(values: readonly Record<string, unknown>[]): Expected[] {
  return values.map((of, index) => ({ number: index + 1, values: of }));
}

/** A row as the operators have it: in a table of fixed columns none is missing. */
export function members(row: Row): Record<string, unknown> {
  const { values } = recordRow(row);
  // Only where all columns are named at the beginning numbers are texts.
  if (typeof row.value('id') !== 'string') return { ...values };
  const names = columns.map((column) => row.name(column));
  return Object.fromEntries(names.map((name) => [name, values[name] ?? null]));
}

function replaced(row: Row, column: Column, name: string, value: unknown): Record<string, unknown> {
  const values = members(row);
  if (!(column in values)) return name === column ? { ...values, [name]: value } : values;
  return Object.fromEntries(
    Object.entries(values).map(([key, old]) => (key === column ? [name, value] : [key, old])),
  );
}

function without(row: Row, ...left: readonly Column[]): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(members(row)).filter(([key]) => !left.some((column) => column === key)),
  );
}

function itemsOf(row: Row): readonly unknown[] {
  const value = row.value('tags');
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? (value as unknown[]) : [value];
}

function groupBy(rows: readonly Row[], key: (row: Row) => string | null): Map<string | null, Row[]> {
  const groups = new Map<string | null, Row[]>();
  for (const row of rows) {
    const group = groups.get(key(row)) ?? [];
    groups.set(key(row), group);
    group.push(row);
  }
  return groups;
}

/** NULL comes last, upwards and downwards. */
function sorted({ all }: Rows, column: Column, direction: 1 | -1 = 1): Row[] {
  return all.toSorted((a, b) => compare(a.text(column), b.text(column), direction));
}

/** By a number, upwards; NULL comes last. */
function byUser({ all }: Rows): Row[] {
  const key = (row: Row) => row.number('user.b') ?? Infinity;
  return all.toSorted((a, b) => (key(a) === key(b) ? 0 : key(a) - key(b)));
}

export function compare(a: string | null, b: string | null, direction: 1 | -1 = 1): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
  return direction * Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/** The greatest key; null where there is none. */
function lastOf(of: readonly Row[]): string | null {
  const keys = of.map((row) => row.text('key')).filter((key) => key !== null);
  return keys.sort((a, b) => compare(a, b)).at(-1) ?? null;
}

const unknownType = 'type not known yet';

/** Rows that are looked at for the columns: of the file when it is opened, of a result when it is there. */
const firstOfFile = 100;
const firstOfResult = 128;

/** A question's answer for one file, to hold beside what a page shows of it. */
export class Answer {
  readonly #question: Question;
  readonly #kind: Rows['kind'];
  readonly #records: number;
  readonly #rows: readonly Expected[];
  readonly #total: number;
  readonly #heads: readonly string[];
  readonly #columns: readonly string[];
  readonly #style: NumberStyle | undefined;
  readonly #nameOf: Layout['nameOf'];

  /** @param nameOf what a record is called in the file, by its id */
  constructor(question: Question, rows: Rows, nameOf?: Layout['nameOf']) {
    this.#question = question;
    this.#nameOf = nameOf;
    this.#kind = rows.kind;
    this.#style = rows.count > 1 || rows.style?.isPlain ? rows.style : undefined;
    this.#columns = columns.map((column) => columnName(rows.kind, column));
    this.#records = rows.count;
    this.#rows = question.rows(rows);
    this.#total = Math.min(this.#rows.length, question.draws ?? Infinity);
    const ofFile = fileRows(rows).slice(0, firstOfFile);
    const ofResult = this.#rows.slice(0, firstOfResult);
    // Sorted records have the columns of the file, and then those that only they have shown.
    const areSorted = question.query.includes('ORDER BY') && !/SELECT|LIMIT|EXTEND/.test(question.query);
    const first = question.asFile ? ofFile : areSorted ? [...ofFile, ...ofResult] : ofResult;
    this.#heads = this.#total === 0 && !question.asFile ? [] : this.#headsOf(first);
  }

  /**
   * @param share of the rows, 0 to 1, where the page was scrolled to
   * @param seen whether the page may know types from other rows, which it has shown before
   */
  compare(given: ShownGrid, share: number, seen = false): void {
    const what = `${this.#question.query || 'the file'} at ${share}`;
    const shown = this.#withoutNames(given, what);
    assert.equal(shown.message, this.#total > 0 ? '' : shown.message, what);
    const numbers = numbersIn(shown.result);
    assert.deepEqual(numbers.slice(0, 1), this.#question.query === '' ? [] : [this.#total], what);
    assert.deepEqual(numbersIn(shown.foot), [this.#records], what);
    this.#comparePlace(shown, share, what);
    if (this.#total === 0) return;

    // Columns that are seen further down come at the end.
    const { heads } = shown;
    if (this.#question.draws === undefined) {
      const first = heads.slice(0, this.#heads.length);
      const expected = this.#heads.map((head, at) => {
        const [name, type] = head.split(': ');
        return seen && type === unknownType && first[at]?.startsWith(`${name}: `) ? first[at] : head;
      });
      assert.deepEqual(first, expected, what);
    }
    const names = heads.map((head) => head.replace(/: [^:]*$/, ''));
    const more = names.slice(this.#heads.length);
    assert.deepEqual(
      more.filter((name) => !this.#columns.includes(name) && !this.#isObject(name)),
      [],
      what,
    );

    const ids = this.#question.draws === undefined ? undefined : this.#byId();
    for (const { index, number, raw, cells } of shown.rows) {
      const texts = Object.fromEntries(names.map((name, at) => [name, cells.at(at)]));
      const row = ids ? ids.get(texts.id?.text ?? '') : this.#rows.at(index);
      const where = `${what}, row ${index}`;
      assert(row, where);
      assert.equal(number, (ids ? index + 1 : row.number).toLocaleString('en-US'), where);
      assert.equal(raw, row.raw, where);
      if (raw !== undefined) continue;
      assert.equal(cells.length, names.length, where);
      for (const [at, name] of names.entries()) {
        if (this.#isObject(name)) continue;
        const cell = cells[at];
        const expected = this.#cellOf(row.values[name], cell);
        assert.deepEqual(cell, expected, `${where}, ${name}, ${JSON.stringify(cells)}`);
      }
    }
  }

  /** Without the column of what records are called, which is the first one where all columns are shown. */
  #withoutNames(shown: ShownGrid, what: string): ShownGrid {
    const nameOf = this.#nameOf;
    if (nameOf === undefined || shown.heads.length === 0) return shown;
    const isThere = shown.heads[0] === '_key: text';
    if (this.#question.asFile) assert(isThere, what);
    if (!isThere) return shown;
    const idAt = shown.heads.findIndex((head) => head.startsWith('id: '));
    const rows = shown.rows.map((row) => {
      const [name, ...cells] = row.cells;
      if (row.raw === undefined && idAt > 0)
        assert.equal(name.text, nameOf(Number(row.cells[idAt].text)), `${what}, row ${row.index}`);
      return { ...row, cells };
    });
    return { ...shown, heads: shown.heads.slice(1), rows };
  }

  #comparePlace({ rows }: ShownGrid, share: number, what: string): void {
    const [first = -1] = rows.map(({ index }) => index);
    const last = rows.at(-1)?.index ?? -1;
    assert.equal(rows.length > 0, this.#total > 0, what);
    assert.equal(last - first, Math.max(0, rows.length - 1), what);
    if (this.#total === 0) return;
    if (share === 0) assert.equal(first, 0, what);
    if (share === 1) assert.equal(last, this.#total - 1, what);
    if (share === 0.5)
      assert(Math.abs((first + last) / 2 - this.#total / 2) < 3, `${what}: ${first} to ${last}`);
  }

  #byId(): Map<string, Expected> {
    return new Map(this.#rows.map((row) => [String(row.values.id), row]));
  }

  /** The columns in the order in which the first rows have them, with what they hold there. */
  #headsOf(rows: readonly Expected[]): string[] {
    const named =
      this.#question.named ?? (this.#kind !== 'json' && this.#question.asFile ? this.#columns : []);
    const types = new Map<string, string>(named.map((name) => [name, unknownType]));
    for (const { values, raw } of rows) {
      if (raw !== undefined) continue;
      for (const [name, value] of Object.entries(values)) {
        const known = types.get(name) ?? unknownType;
        const seen = this.#typeOf(value);
        const merged = known === unknownType || known === seen ? seen : 'mixed types';
        types.set(name, seen === unknownType ? known : merged);
      }
    }
    return [...types].map(([name, type]) => {
      const style = name === 'w' ? this.#style : undefined;
      return `${name}: ${style ? `number, written as ${style.example}` : type}`;
    });
  }

  /** Of a table, where an object is NULL in a row: a column beside those of its members. */
  #isObject(name: string): boolean {
    return this.#kind === 'parquet' && name === 'user';
  }

  #typeOf(value: unknown): string {
    if (value === null || value === undefined) return unknownType;
    if (Array.isArray(value)) return 'list';
    if (typeof value === 'string') return this.#readsAsNumber(value) ? 'number' : 'text';
    return typeof value;
  }

  #readsAsNumber(value: unknown): boolean {
    const patterns = [/^-?\d+(\.\d+)?$/, ...(this.#style ? [this.#style.pattern] : [])];
    return (
      this.#kind !== 'json' && typeof value === 'string' && patterns.some((number) => number.test(value))
    );
  }

  /** The cell of a value; of a long one as much as is shown. */
  #cellOf(value: unknown, { text }: ShownCell): ShownCell {
    if (value === undefined) return { text: '', look: 'missing' };
    if (value === null) return { text: 'null', look: 'null' };
    if (value === '') return { text: '""', look: 'empty' };
    const whole = cellText(value).replaceAll('\n', '\u21b5').replaceAll('\t', '\u21e5');
    const cut = text.endsWith('\u2026') && text.length <= whole.length;
    const shown = cut ? `${whole.slice(0, text.length - 1)}\u2026` : whole;
    if (Array.isArray(value)) {
      // As it stands in the file, on several lines.
      const same = text.replaceAll(/[\s\u21b5]/g, '') === whole;
      return { text: same ? text : whole, look: 'json' };
    }
    const look =
      typeof value === 'number' || this.#readsAsNumber(value)
        ? 'number'
        : typeof value === 'boolean'
          ? 'boolean'
          : '';
    return { text: shown, look };
  }
}

function numbersIn(text: string): number[] {
  return [...text.matchAll(/\d[\d,]*/g)].map(([digits]) => Number(digits.replaceAll(',', '')));
}
