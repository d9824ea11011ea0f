/**
 * The records that every file of the matrix is made of, as plain objects, and what a reader of a format has of them. The
 * texts are of every sort that has a path of its own in the engine: all different and few, empty, long, past ASCII, and
 * such as have to be escaped or quoted.
 */
export interface Item {
  readonly id: number;
  /** All different, in no order. */
  readonly key: string;
  /** Few, rising with the file: blocks can be passed over. */
  readonly part: string;
  /** Few, evenly spread. */
  readonly o: string;
  readonly w?: number | null;
  /** Mostly empty. */
  readonly e: string;
  readonly l?: string;
  readonly u: string;
  readonly n?: string | null;
  readonly user: { readonly a: string; readonly b: number };
  readonly tags?: readonly string[];
  readonly ok: boolean;
  readonly ts: string;
}

/** A record that is cut short: malformed in JSON, a row of one field in a delimited text. */
export interface BrokenItem {
  readonly id: number;
  readonly broken: true;
}

export type MatrixRecord = Item | BrokenItem;

export const columns = [
  ...['id', 'key', 'part', 'o', 'w', 'e', 'l', 'u', 'n', 'user.a', 'user.b', 'tags', 'ok', 'ts'],
] as const;
export type Column = (typeof columns)[number];

const countries = ['DE', 'US', 'FR', 'GB', 'JP'];
/** One layout has the last without quotes, as Python writes a number that is none. */
const pastAscii = ['Zürich', '東京', 'naïve', '🎉 party', 'straße', 'NaN'];
const escaped = ['say "hi", ok', 'back\\slash', 'line\nbreak', 'tab\there', 'semi;colon', "it's"];
export const firstTime = Date.UTC(2025, 0, 1);

export function recordsOf(count: number): MatrixRecord[] {
  return Array.from({ length: count }, (_, index) => {
    const id = index + 1;
    return count >= 300 && (id === 6 || id % 4001 === 2000) ? { id, broken: true } : itemOf(id, count);
  });
}

/** Rises with the file. @param at 0-based number of the record */
export function partOf(at: number, count: number): string {
  return `p${Math.floor((5 * at) / count)}`;
}

function itemOf(id: number, count: number): Item {
  const w = ((id * 37) % 2001) - 1000;
  return {
    id,
    // 1,000,003 is a prime.
    key: `k${(id * 7919) % 1_000_003}`,
    part: partOf(id - 1, count),
    o: countries[id % 5],
    ...(id % 17 !== 0 && { w: id % 13 === 0 ? null : id % 3 === 0 && w !== 0 ? w / 10 : w }),
    e: id % 4 === 0 ? 'x' : '',
    ...(id % 50 === 0 && { l: longText(id) }),
    u: pastAscii[id % 6],
    ...(id % 7 !== 0 && { n: id % 11 === 0 ? null : escaped[id % 6] }),
    user: { a: `user ${id % 3}`, b: id % 10 },
    ...(id % 3 !== 0 && { tags: id % 3 === 1 ? ['a', `b${id % 4}`] : id % 6 === 2 ? [] : ['alone'] }),
    ok: id % 2 === 0,
    ts: new Date(firstTime + id * 1000).toISOString(),
  };
}

/** Some are longer than what is read ahead of a block. */
function longText(id: number): string {
  const length = id % 4500 === 0 ? 70_000 : 200;
  return `${'-'.repeat(length)}${id % 100 === 0 ? 'Needle' : 'straw'}`;
}

/** How a format holds a record's values. */
export type FormatKind = 'json' | 'csv' | 'log' | 'parquet';

/** Whether a record that is cut short is a row of it all the same. */
export function takesBroken(kind: FormatKind): boolean {
  return kind === 'csv' || kind === 'parquet';
}

/** A record's values as a reader has them: those of a delimited text have no type, and it tells empty from missing. A
 * table knows no missing ones. */
export class Row {
  readonly id: number;
  readonly #kind: FormatKind;
  readonly #record: MatrixRecord;
  readonly #style: NumberStyle | undefined;

  constructor(kind: FormatKind, record: MatrixRecord, style: NumberStyle | undefined) {
    this.id = record.id;
    this.#kind = kind;
    this.#record = record;
    this.#style = style;
  }

  /** What its format calls a column. */
  name(column: Column): string {
    return columnName(this.#kind, column);
  }

  /** Undefined where it is missing. */
  value(column: Column): unknown {
    const value = valueOf(this.#record, column);
    if (this.#kind === 'json') return value;
    // What is inside of an object that is NULL is not there.
    if (this.#kind === 'parquet') return value ?? (column.startsWith('user.') ? undefined : null);
    if ('broken' in this.#record && column !== 'id') return undefined;
    if (value === undefined || value === null) return null;
    const text = cellText(value);
    if (this.#style && column === 'w') return this.#style.write(text);
    return this.#kind === 'log' ? onOneLine(text) : text;
  }

  /** Null where there is no value. */
  text(column: Column): string | null {
    const value = this.value(column);
    return typeof value === 'string' ? value : null;
  }

  /** Null where there is none. */
  number(column: Column): number | null {
    const value = this.value(column);
    if (value === null || value === undefined) return null;
    const style = column === 'w' ? this.#style : undefined;
    return style && typeof value === 'string' ? style.read(value) : Number(value);
  }

  isTrue(column: Column): boolean {
    return String(this.value(column)) === 'true';
  }
}

export function valueOf(record: MatrixRecord, column: Column): unknown {
  if ('broken' in record) return column === 'id' ? record.id : undefined;
  if (column === 'user.a') return record.user.a;
  if (column === 'user.b') return record.user.b;
  return record[column];
}

/** The columns of a log are named groups of a pattern, whose names have no point in them. */
export function columnName(kind: FormatKind, column: Column): string {
  return kind === 'log' ? column.replace('.', '_') : column;
}

/** A query with the names that the columns have in a format. */
export function queryFor(kind: FormatKind, query: string): string {
  return kind === 'log' ? query.replaceAll(/\buser\.([ab])\b/g, 'user_$1') : query;
}

/** How a delimited text writes the numbers of `w`; those of the other columns are plain. */
export interface NumberStyle {
  /** As the header of the column shows it. */
  readonly example: string;
  readonly pattern: RegExp;
  /** Whether one number is enough to tell. */
  readonly isPlain: boolean;
  readonly write: (number: string) => string;
  readonly read: (text: string) => number;
}

const grouped = (number: string, group: string, mark: string): string => {
  const [whole, ...decimals] = number.split('.');
  return [whole.replace(/\B(?=(\d{3})+$)/g, group), ...decimals].join(mark);
};

/** As a spreadsheet writes them where the comma is the decimal sign. */
export const decimalCommas: NumberStyle = {
  example: '1.234,5',
  pattern: /^-?[\d.]+(,\d+)?$/,
  isPlain: false,
  write: (number) => grouped(number, '.', ','),
  read: (text) => Number(text.replaceAll('.', '').replace(',', '.')),
};

/** As an account writes them. */
export const dollars: NumberStyle = {
  example: '$1,234.5',
  pattern: /^\(?\$[\d,]+(\.\d+)?\)?$/,
  isPlain: true,
  write: (number) =>
    number.startsWith('-') ? `($${grouped(number.slice(1), ',', '.')})` : `$${grouped(number, ',', '.')}`,
  read: (text) => Number(text.replaceAll(/[$,)]/g, '').replace('(', '-')),
};

/** A line of a log holds no line break. */
export function onOneLine(text: string): string {
  return text.replaceAll('\n', ' ');
}

export function cellText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** What is asked of a file, with the answers at hand. */
export class Rows {
  readonly kind: FormatKind;
  readonly style: NumberStyle | undefined;
  readonly records: readonly MatrixRecord[];
  /** The records that take part in a query. */
  readonly all: readonly Row[];
  /** The 1-based number that each record has. */
  readonly numbers: readonly number[];

  /**
   * @param style how a delimited text writes numbers
   * @param fileOf where records are counted in their own files: which file each is in
   */
  constructor(
    kind: FormatKind,
    records: readonly MatrixRecord[],
    style?: NumberStyle,
    fileOf?: readonly number[],
  ) {
    const counts = new Map<number, number>();
    this.numbers = records.map((_, at) => {
      const file = fileOf?.[at] ?? 0;
      const number = (counts.get(file) ?? 0) + 1;
      counts.set(file, number);
      return number;
    });
    this.kind = kind;
    this.style = style;
    this.records = records;
    // A row with too few fields is odd, and takes part.
    this.all = records
      .filter((record) => takesBroken(kind) || !('broken' in record))
      .map((record) => new Row(kind, record, style));
  }

  get count(): number {
    return this.records.length;
  }

  where(test: (row: Row) => boolean): Row[] {
    return this.all.filter(test);
  }
}
