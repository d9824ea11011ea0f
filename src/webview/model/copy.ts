/** Copying what is selected: as tab-separated text, as JSON, as a Markdown table. */
import type { ColumnInfo } from '../../protocol/file.ts';
import { CellKind } from '../../protocol/preview.ts';
import { rowsOf, wholeCell, type Cell } from '../grid/cells.ts';
import type { Area } from '../grid/selection.ts';
import { count, t } from '../l10n.ts';
import type { Link } from '../link.ts';

export type CopyFormat = 'tsv' | 'json' | 'markdown';

/** More than this is an export's business. */
const mostCells = 200_000;
const rowsAtOnce = 256;

export interface CopyRequest {
  readonly view: number;
  readonly area: Area;
  readonly columns: readonly ColumnInfo[];
  /** Whether the names of the columns come first. */
  readonly header: boolean;
  readonly format: CopyFormat;
  /** Whether the file's numbers stand in texts, as in CSV. */
  readonly inText: boolean;
}

/** Reads the area's cells whole, and writes them. Throws a sentence where there are too many. */
export async function readAndWrite(link: Link, request: CopyRequest, signal: AbortSignal): Promise<string> {
  const { view, area, columns, format, header, inText } = request;
  const rows = area.bottom - area.top + 1;
  if (rows * columns.length > mostCells) {
    throw new Error(
      t(
        '{0} cells are too many to copy (at most {1}). Export them instead.',
        count(rows * columns.length),
        count(mostCells),
      ),
    );
  }
  const ids = columns.map((column) => column.id);
  const cells: Cell[][] = [];
  for (let first = area.top; first <= area.bottom; first += rowsAtOnce) {
    const size = Math.min(rowsAtOnce, area.bottom - first + 1);
    const page = await link.call(
      'rows',
      { view, first, count: size, columns: ids, limit: wholeCell },
      { signal },
    );
    cells.push(...rowsOf(page));
    if (page.rows < size) break;
  }
  const names = columns.map((column) => column.name);
  switch (format) {
    case 'tsv':
      return writeTsv(header ? names : undefined, cells);
    case 'json':
      return writeJson(columns, cells, inText);
    case 'markdown':
      return writeMarkdown(names, cells);
  }
}

/** As spreadsheets take it: fields with tabs, quotes or line ends are quoted; one cell alone is its bare text. */
export function writeTsv(names: readonly string[] | undefined, rows: readonly (readonly Cell[])[]): string {
  const only = rows.length === 1 && rows.at(0)?.length === 1 ? rows.at(0)?.at(0) : undefined;
  if (only && !names) return only.text;
  const lines = rows.map((cells) => cells.map((cell) => tsvField(cell.text)).join('\t'));
  return [...(names ? [names.map(tsvField).join('\t')] : []), ...lines].join('\n');
}

function tsvField(text: string): string {
  return /["\t\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/**
 * An object a row, its numbers as they stand in the file; what is missing is left out. One row is one object. Where a column's
 * numbers are written as `1.234,5`, they stay the texts that they are: JSON would take `1.234` for another number.
 *
 * @param inText whether numbers stand in texts: they are numbers then where all of their column are, so that of the
 *   codes `01234` and `99999` the second one is a text as well
 */
export function writeJson(
  columns: readonly Pick<ColumnInfo, 'name' | 'type' | 'written'>[],
  rows: readonly (readonly Cell[])[],
  inText = false,
): string {
  const objects = rows.map((cells) => {
    const members = cells.flatMap((cell, index) => {
      const column = columns.at(index);
      const isText = column?.written !== undefined || (inText && column?.type !== 'number');
      const value = isText && cell.kind === CellKind.Number ? JSON.stringify(cell.text) : jsonValue(cell);
      return value === undefined ? [] : [`${JSON.stringify(column?.name ?? '')}: ${value}`];
    });
    return `{${members.join(', ')}}`;
  });
  if (objects.length === 1) return objects.at(0) ?? '{}';
  return `[\n${objects.map((object) => `  ${object}`).join(',\n')}\n]`;
}

function jsonValue(cell: Cell): string | undefined {
  switch (cell.kind) {
    case CellKind.Missing:
      return undefined;
    case CellKind.Null:
      return 'null';
    case CellKind.Boolean:
      return cell.text;
    case CellKind.Number:
      return isJsonNumber(cell.text) ? cell.text : JSON.stringify(cell.text);
    case CellKind.Json:
      return cell.cut ? JSON.stringify(cell.text) : cell.text;
    default:
      return JSON.stringify(cell.text);
  }
}

function isJsonNumber(text: string): boolean {
  return /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(text);
}

export function writeMarkdown(names: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const line = (fields: readonly string[]) => `| ${fields.join(' | ')} |`;
  const numeric = names.map(
    (_, index) => rows.length > 0 && rows.every((cells) => cells.at(index)?.kind === CellKind.Number),
  );
  return [
    line(names.map(markdownField)),
    line(numeric.map((right) => (right ? '---:' : '---'))),
    ...rows.map((cells) =>
      line(cells.map((cell) => markdownField(cell.kind === CellKind.Null ? 'null' : cell.text))),
    ),
  ].join('\n');
}

function markdownField(text: string): string {
  return text.replace(/[\\|<&*_`[\]]/g, '\\$&').replace(/\r\n|\r|\n/g, '<br>');
}
