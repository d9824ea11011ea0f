/** Reading a page's cells: bytes become text when a cell is first looked at. */
import { CellKind, type Page } from '../../protocol/preview.ts';
import { asSentence } from '../l10n.ts';

export interface Cell {
  readonly text: string;
  /** A `CellKind`, without `Cut`. */
  readonly kind: number;
  readonly cut: boolean;
}

/** Bytes of a cell that are read where all of it is wanted. */
export const wholeCell = 1024 * 1024;

const decoder = new TextDecoder();
const missing: Cell = { text: '', kind: CellKind.Missing, cut: false };

/** A page whose cells are decoded once. */
export interface CellPage {
  readonly page: Page;
  cell(row: number, column: number): Cell;
}

/** `row` and `column` of its `cell` count from the page's own first. */
export function cellsOf(page: Page): CellPage {
  const width = page.columns.length;
  const decoded = new Array<Cell | undefined>(page.rows * width);
  return {
    page,
    cell(row, column) {
      const index = row * width + column;
      const known = decoded.at(index);
      if (known) return known;
      const kind = page.kinds.at(index) ?? CellKind.Missing;
      const start = index === 0 ? 0 : (page.ends.at(index - 1) ?? 0);
      const end = page.ends.at(index) ?? start;
      const cell =
        kind === CellKind.Missing
          ? missing
          : {
              text: decoder.decode(page.text.subarray(start, end)),
              kind: kind & ~CellKind.Cut,
              cut: (kind & CellKind.Cut) !== 0,
            };
      decoded[index] = cell;
      return cell;
    },
  };
}

/** The rows of a page. @throws a sentence where one of its rows could not be computed: it has no values to go on with */
export function rowsOf(page: Page): Cell[][] {
  const reader = cellsOf(page);
  return Array.from({ length: page.rows }, (_, row) => {
    const fault = page.faults.at(row);
    return page.columns.map((_, column) => {
      const cell = reader.cell(row, column);
      if (cell.kind === CellKind.Failed && fault) throw new Error(asSentence(fault));
      return cell;
    });
  });
}

/** Roughly what a page holds on to, in bytes. */
export function weightOf(page: Page): number {
  // Decoded strings and cell objects come to several times the bytes.
  return 4 * page.text.byteLength + 64 * page.kinds.length + 64 * page.rows;
}
