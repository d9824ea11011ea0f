/**
 * The formats that can be read: JSON Lines, JSON values of any layout, lines that a pattern takes apart, delimited text. Of two that a file may be in, the
 * first is taken.
 */
export const formatKinds = ['jsonl', 'json', 'log', 'csv'] as const;
export type FormatKind = (typeof formatKinds)[number];

/** What the help of the command says of them. */
export const formatNotes: Partial<Record<FormatKind, string>> = {
  json: 'values in any layout',
  log: 'lines that a pattern takes apart',
};

/** Options that are a text as the user gives it. `value` and `help` are what the help of the command says of them. */
export const textOptions = {
  rows: {
    value: 'PATH',
    help: "the values of a JSON document to read as rows, for example '$.items[*]'. By default, Rowriver guesses",
  },
  pattern: {
    value: 'REGEX',
    help: "the pattern of the lines of a log: combined, syslog, levels or another that docs/formats.md lists, or a regular expression whose named groups are the columns, for example '(?<level>\\w+) (?<message>.*)'",
  },
} as const satisfies Partial<Record<keyof FormatOptions, { value: string; help: string }>>;

/** What the user says of how a file is to be read; what is not said is recognised. */
export interface FormatOptions {
  readonly format?: FormatKind | undefined;
  readonly delimiter?: string | undefined;
  readonly quote?: '"' | "'" | '' | undefined;
  /** CSV: rows of the header; with 0, the first line is data, and no line is skipped unless that is said as well. */
  readonly headerRows?: number | undefined;
  /** CSV: the line on which the table begins, header included; with 1, nothing is skipped. */
  readonly firstLine?: number | undefined;
  /** CSV: what comment lines begin with; '' where no line is one. */
  readonly comment?: string | undefined;
  /** CSV: the texts that are NULL where they are a whole field without quotes, besides the empty one. */
  readonly nulls?: readonly string[] | undefined;
  /** CSV: how many tables there are at most; with 1, all that follows is rows of the one. */
  readonly tables?: number | undefined;
  /** CSV: which of the tables is read, from 1 on. */
  readonly table?: number | undefined;
  readonly encoding?: string | undefined;
  /** CSV: the decimal mark of numbers that are not written as JSON writes them; `none` looks for no such numbers. */
  readonly decimal?: ',' | '.' | 'none' | undefined;
  /** CSV and logs: the order of day, month and year in dates; `none` looks for no dates but those of ISO 8601. */
  readonly dates?: 'dmy' | 'mdy' | 'ymd' | 'none' | undefined;
  /** Several files: whether their folders called `key=value` are columns; undefined: they are. */
  readonly hive?: boolean | undefined;
  /** Several files: the column in whose order their records are read; undefined: one file after the other. */
  readonly mergeBy?: string | undefined;
  /** JSON documents: the array whose elements are the rows, as `$.data.items[*]`. */
  readonly rows?: string | undefined;
  /** Log lines: the name of a known pattern, or a regular expression of a whole line with named groups. */
  readonly pattern?: string | undefined;
}
