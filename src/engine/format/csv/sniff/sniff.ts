import { fieldText } from '../text.ts';
import type { CsvDialect } from '../dialect.ts';
import { markLength } from '../../lines.ts';
import { Kind } from '../../record.ts';
import { bestGrammar } from './grammar.ts';
import { headLength, sampleRows, type CsvGrammar, type SampleRow } from './rows.ts';
import { uniqueNames } from './names.ts';
import { isRule } from './rule.ts';
import { areSentences } from './sentences.ts';
import { commentPrefixes, isCertainHeader, isCommentMark, roleOf } from './header.ts';
import { findTable, lastRowAbove } from './table.ts';

/**
 * What the caller knows: what is given here is taken as it is, and nothing is recognised that contradicts it. A table
 * with a given `tableStart` begins there, header included, and so its first line is no comment.
 */
export type DialectHints = Partial<CsvDialect> & {
  /** Whether the table begins with the first line, past the one that only says the delimiter. */
  readonly atTop?: boolean | undefined;
  /** The file's name: its extension makes a delimiter likelier. */
  readonly name?: string;
};

export interface SniffedDialect {
  readonly dialect: CsvDialect;
  /** How well the sample reads by it, 0 to 1. Below about 0.3 it is a guess. */
  readonly score: number;
  /** Offsets at which further tables begin below the first, header included, as far as the sample goes. */
  readonly tables: readonly number[];
  /** For each of them, the offset at which the table before it ends: what is between is a title or blank. */
  readonly ends: readonly number[];
  /**
   * The sample ended before the first rows did: what was said of columns and header is to be asked again with
   * more bytes.
   */
  readonly cut: boolean;
  /** Whether the rows read like sentences, and are a table only if the file is called one. */
  readonly areSentences: boolean;
}

/** A sample of this many bytes is enough, unless lines are so long that it is `cut`; of more, no more is looked at. */
export const sniffLength = 128 * 1024;

/** Rows in which tables are looked for. */
const rowLimit = 1500;

/**
 * Recognises the dialect of a delimited text from its first bytes, of which `final` says whether they are all.
 */
export function sniffDialect(
  bytes: Uint8Array,
  { final: isWhole, hints = {} }: { readonly final: boolean; readonly hints?: DialectHints },
): SniffedDialect {
  const sample = bytes.subarray(0, headLength(bytes, hints.tableStart ?? 0, sniffLength, 8));
  const final = isWhole && sample.length === bytes.length;
  const start = hints.tableStart ?? markLength(sample, 0, 0);
  const told = hints.tableStart === undefined ? separatorLine(sample, start) : undefined;
  const from = told?.next ?? start;
  const known: Partial<CsvGrammar> = { ...(told && { delimiter: told.delimiter }), ...grammarOf(hints) };
  const prefixes = prefixesOf(hints, sample);
  const opening = openingComments(sample, from, prefixes);
  // Where the text begins with comments, further lines with their mark say nothing of delimiters either.
  const tried = opening === undefined ? known : { comment: opening.prefix, ...known };
  const best = bestGrammar(sample, final, opening?.next ?? from, tried, hints.name ?? '');
  const read = sampleRows(sample, final, { ...best.grammar, comment: known.comment ?? '' }, from, rowLimit);
  const { comment, header } =
    hints.comment === undefined
      ? commentsIn(sample, read, best.width, prefixes)
      : { comment: hints.comment, header: undefined };
  const written = comment === '' ? read : read.filter((row) => !startsWith(sample, row.start, comment));
  const isRecognised = hints.headerLines === undefined && !hints.atTop && header === undefined;
  const rows = isRecognised ? written.filter((row) => !isRule(row)) : written;
  const table = findTable(rows, {
    first: hints.tableStart === undefined && !hints.atTop ? header : 0,
    headerRows: hints.headerLines,
  });
  const named = table.headerRows === 0 ? undefined : rows[table.first + table.headerRows - 1];
  const under = named && written.at(written.indexOf(named) + 1);
  const isRuled = isRecognised && under !== undefined && isRule(under);
  const first = rows.at(table.first);

  const grammar: CsvGrammar = { ...best.grammar, comment };
  const isAtTop = table.first === 0 && told === undefined;
  const dialect: CsvDialect = {
    ...grammar,
    headerLines: table.headerRows + (isRuled ? 1 : 0),
    tableStart: first === undefined || isAtTop ? start : first.start,
    columns:
      hints.columns ??
      columnNames(rows.slice(table.first, table.first + table.headerRows), table.width, grammar),
  };
  return {
    dialect,
    score: rows.length === 0 ? 0 : Math.min(1, best.certainty),
    tables: table.others.map((index) => rows[index].start),
    ends: table.others.map((index) => rows[lastRowAbove(rows, index, table.width)].next),
    areSentences: areSentences(read, named, grammar, (row) => startsWith(sample, row.start, comment)),
    cut: !final && rows.length < table.first + Math.max(2, table.headerRows + 1),
  };
}

function grammarOf(hints: DialectHints): Partial<CsvGrammar> {
  const { delimiter, runs, quote, escape, lineEnd, comment } = hints;
  return {
    ...(runs !== undefined && { runs }),
    ...(comment !== undefined && { comment }),
    ...(delimiter !== undefined && { delimiter }),
    ...(quote !== undefined && { quote }),
    ...(escape !== undefined && { escape }),
    ...(lineEnd !== undefined && { lineEnd }),
  };
}

/** The line `sep=;` with which spreadsheets are told the delimiter. */
function separatorLine(sample: Uint8Array, start: number) {
  const head = Buffer.from(sample.subarray(start, start + 16)).toString('latin1');
  const match = /^"?sep=(.)"?(\r\n|\n|\r)/i.exec(head);
  if (match === null) return undefined;
  return { delimiter: match[1], next: start + match[0].length };
}

/** What comments may begin with, by what is known. */
function prefixesOf({ comment, tableStart }: DialectHints, sample: Uint8Array): readonly string[] {
  if (comment !== undefined) return comment === '' ? [] : [comment];
  if (tableStart === undefined) return commentPrefixes;
  return commentPrefixes.filter((prefix) => !startsWith(sample, tableStart, prefix));
}

/**
 * The mark of the lines of comment that a text begins with, and where the first other line stands; undefined if there
 * are none, or no others.
 */
function openingComments(sample: Uint8Array, from: number, prefixes: readonly string[]) {
  const prefix = prefixes.find((text) => startsWith(sample, from, text));
  if (prefix === undefined) return undefined;
  let at = from;
  while (
    at < sample.length &&
    (startsWith(sample, at, prefix) || sample[at] === 0x0a || sample[at] === 0x0d)
  ) {
    while (at < sample.length && sample[at] !== 0x0a && sample[at] !== 0x0d) at++;
    if (at < sample.length) at++;
  }
  return at < sample.length ? { prefix, next: at } : undefined;
}

interface FoundComments {
  readonly comment: string;
  /** Index of the row that is the header although it is marked like a comment. */
  readonly header: number | undefined;
}

/**
 * What comment lines begin with. Marked lines with as many fields as the table's are rows; one right above a table
 * without another header is its header, and then no line may be skipped for its mark.
 */
function commentsIn(
  sample: Uint8Array,
  rows: readonly SampleRow[],
  width: number,
  prefixes: readonly string[],
): FoundComments {
  if (width < 2) return { comment: commentAboveColumn(sample, rows, prefixes), header: undefined };
  for (const prefix of prefixes) {
    const marked = rows.filter((row) => startsWith(sample, row.start, prefix));
    if (marked.length === 0 || marked.length === rows.length) continue;
    const first = rows.findIndex((row) => !startsWith(sample, row.start, prefix));
    const last = first > 0 ? rows[first - 1] : undefined;
    if (last !== undefined && isHeaderInComment(last, rows, first, width))
      return { comment: '', header: first - 1 };
    const likeRows = marked.filter((row) => row !== last && row.width === width);
    if (likeRows.length * 2 < marked.length) return { comment: prefix, header: undefined };
  }
  return { comment: '', header: undefined };
}

/**
 * What comment lines above a single column begin with. Nothing tells a comment from a name or value by its fields
 * there: only the first lines are comments, all with a blank after the mark, and only if there are several or what
 * stands below them must be a header.
 */
function commentAboveColumn(
  sample: Uint8Array,
  rows: readonly SampleRow[],
  prefixes: readonly string[],
): string {
  const prefix = prefixes.find((text) => startsWith(sample, rows.at(0)?.start ?? sample.length, text));
  if (prefix === undefined) return '';
  const isComment = ({ start, cells }: SampleRow) =>
    startsWith(sample, start, `${prefix} `) || cells[0] === prefix;
  const first = rows.findIndex((row) => !isComment(row));
  if (first < 1 || rows.slice(first).some((row) => startsWith(sample, row.start, prefix))) return '';
  return first > 1 || isCertainHeader(rows[first], rows.slice(first + 1)) ? prefix : '';
}

/**
 * Whether a marked row is the header of the table that begins right below it: it has as many fields, and that table
 * begins with values, or with what may be values where the marked fields read like names.
 */
function isHeaderInComment(
  row: SampleRow,
  rows: readonly SampleRow[],
  first: number,
  width: number,
): boolean {
  if (row.width < 2 || Math.abs(row.width - width) > 1) return false;
  if (row.width < width && isCommentMark(row.cells[0])) return false;
  const role = roleOf(rows, first);
  if (role === 'values') return true;
  const areNames = row.cells.every((cell) => /^[#/%-]*\s*\S*\s*$/.test(cell));
  return role === 'open' && row.width === width && areNames;
}

function startsWith(sample: Uint8Array, at: number, text: string): boolean {
  for (let index = 0; index < text.length; index++) {
    if (sample[at + index] !== text.charCodeAt(index)) return false;
  }
  return true;
}

/**
 * Names from the header's rows, joined with a space; unique, and never empty. A name above others is that of a group:
 * it goes on over the empty cells to its right below which columns have names.
 */
function columnNames(header: readonly SampleRow[], width: number, grammar: CsvGrammar): string[] {
  const dialect: CsvDialect = { ...grammar, headerLines: 0, tableStart: 0, columns: [] };
  const levels = header.map((row) =>
    aligned(
      row.cells.map((cell, index) => cellText(cell, row.isQuoted(index), dialect)),
      width,
      grammar,
    ),
  );
  for (const [level, cells] of levels.entries()) {
    const next = levels.at(level + 1);
    if (next === undefined) break;
    for (let column = 1; column < width; column++) {
      if ((cells[column] ?? '') === '' && (next[column] ?? '') !== '') cells[column] = cells[column - 1];
    }
  }
  const joined = Array.from({ length: width }, (_, column) =>
    levels
      .map((cells) => cells[column] ?? '')
      .filter((cell) => cell !== '')
      .join(' '),
  );
  return uniqueNames(joined);
}

function cellText(cell: string, quoted: boolean, dialect: CsvDialect): string {
  const bytes = Buffer.from(cell, 'latin1');
  return fieldText(bytes, quoted ? Kind.EscapedText : Kind.Text, 0, bytes.length, dialect).trim();
}

/**
 * A header row's cells set against the table's columns. One with too many cells has lost its empty ones to a
 * delimiter too many, if there are just so many of them. One in a comment has the comment's mark before them. One with
 * a name too few, and blanks between them, is written by R, whose first column of row names has no header.
 */
function aligned(cells: string[], width: number, { delimiter }: CsvGrammar): string[] {
  const empty = cells.filter((cell) => cell === '').length;
  if (cells.length > width && cells.length - empty === width) return cells.filter((cell) => cell !== '');
  if (cells.length === width + 1 && isCommentMark(cells[0])) return cells.slice(1);
  if (cells.length === width - 1 && (delimiter === ' ' || delimiter === '\t')) return ['', ...cells];
  return cells;
}
