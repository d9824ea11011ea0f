import type { CsvGrammar, SampleRow } from './rows.ts';
import { patternOf, share } from './header.ts';
import { cellType } from './type.ts';

/** Rows that are looked at. */
const lookedAt = 200;

const clock = String.raw`\d\d:\d\d(?::\d\d)?(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?`;
/** A time at the beginning of a message: in brackets, or with several words behind it, as the zone of a time is one. */
const message = new RegExp(
  [
    String.raw`^[[(<]\S{0,4}\d{2,4}[-/:.]\d\d[^\])>]*[\])>].*[a-z]`,
    String.raw`^(?:\d{4}[-/]\d\d[-/]\d\d[T ]+|[a-z]{3} +\d\d? )?${clock} +(?:\S+ +\S|\S+:)`,
  ].join('|'),
  'i',
);

/**
 * Whether the rows of a text read like sentences, in which commas and semicolons delimit nothing: a program's messages, or the
 * statements of a language. Below names of columns there are none.
 */
export function areSentences(
  rows: readonly SampleRow[],
  header: SampleRow | undefined,
  { delimiter, comment }: CsvGrammar,
  isComment: (row: SampleRow) => boolean,
): boolean {
  if ((delimiter !== ',' && delimiter !== ';') || rows.length === 0) return false;
  const all = rows.slice(0, lookedAt);
  const some = comment === '' ? all : all.filter((row) => !isComment(row));
  if (some.length === 0 || some.some((row) => row.quotedFields > 0)) return false;
  const parted = some.filter(({ width }) => width > 1).length;
  // What one of several lines has is no column.
  if (parted === 1 && some.length > 1 && (header?.width ?? 1) < 2) return true;
  const isOneColumn = parted === 0;
  if (header !== undefined && (header.width > 1 || isOneColumn) && header.cells.every(isName)) return false;
  // Comments stand above a table, and here and there within it.
  if (
    comment !== '' &&
    share(all, isComment) >= 0.25 &&
    all.findIndex((row) => !isComment(row)) < all.findLastIndex(isComment)
  )
    return true;
  if (share(some, ({ cells: [first] }) => message.test(first.trimStart())) >= 0.8) return true;
  if (delimiter === ';' && some.every((row) => row.used <= 1)) return share(some, isStatement) >= 0.5;
  return areMessages(some);
}

function isName(cell: string): boolean {
  const type = cellType(cell);
  return (type === 'name' && !/\d/.test(cell)) || type === 'empty';
}

function isStatement({ cells: [first] }: SampleRow): boolean {
  return /^\s*(?:\S+\s+\S+|[A-Z]{3,})\s+\S/.test(first);
}

/**
 * Whether a blank follows each delimiter, as in a sentence, and the same words stand beside numbers in the first field and in half
 * of the others: `step 3, loss 0.25`. A table has those words in its header.
 */
function areMessages(rows: readonly SampleRow[]): boolean {
  const [{ width }] = rows.toSorted((a, b) => b.width - a.width);
  if (width < 2 || share(rows, ({ cells }) => cells.slice(1).every((cell) => /^(?: |$)/.test(cell))) < 0.95)
    return false;
  const told = Array.from({ length: width }, (_, column) => isTold(rows, column));
  return told[0] && share(told, (is) => is) >= 0.5;
}

function isTold(rows: readonly SampleRow[], column: number): boolean {
  const patterns = new Map<string, number>();
  let count = 0;
  for (const { cells, width } of rows) {
    if (column >= width) continue;
    const pattern = patternOf(cells[column].trim());
    count++;
    if (/[a-z][\s:=]|[\s:=][a-z]/i.test(pattern)) patterns.set(pattern, (patterns.get(pattern) ?? 0) + 1);
  }
  return count >= 3 && Math.max(0, ...patterns.values()) >= count * 0.8;
}
