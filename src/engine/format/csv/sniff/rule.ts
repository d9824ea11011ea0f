import type { SampleRow } from './rows.ts';

/** A line that is drawn: `-----`, `=====`, `:---:` of Markdown, `----+----`. */
const drawn = /^\s*(?::?(?:-{2,}|={2,}):?|[-=+]{3,})?\s*$/;

/** Whether a row is a line that is drawn under the names of columns: it names none, and holds nothing. */
export function isRule({ cells }: SampleRow): boolean {
  // Two dashes in a cell may stand for no value.
  return cells.every((cell) => drawn.test(cell)) && cells.some((cell) => /-{3}|={3}/.test(cell));
}
