/** How a cell looks: the words and classes for what it holds. */
import { jsonInOneLine } from '../../protocol/jsonValue.ts';
import { CellKind } from '../../protocol/preview.ts';
import { t } from '../l10n.ts';
import { visible } from '../visible.ts';
import type { Cell } from './cells.ts';

export interface Look {
  readonly text: string;
  readonly className: string;
}

const pending: Look = { text: '', className: 'cell pending' };
const missing: Look = { text: '', className: 'cell missing' };
const empty: Look = { text: '""', className: 'cell empty' };
const isNull: Look = { text: 'null', className: 'cell null' };

/** Characters of a cell that can show in `width` pixels; the narrowest letters are about 3 px wide. */
function fitting(width: number): number {
  return Math.ceil(width / 3) + 4;
}

export function lookOf(cell: Cell | undefined, width: number): Look {
  if (!cell) return pending;
  switch (cell.kind) {
    case CellKind.Missing:
      return missing;
    case CellKind.Null:
      return isNull;
    case CellKind.Boolean:
      return { text: cell.text, className: 'cell boolean' };
    case CellKind.Number:
      return { text: shown(cell, width), className: 'cell number' };
    case CellKind.Json:
      return { text: shown({ ...cell, text: inOneLine(cell) }, width), className: 'cell json' };
    case CellKind.Malformed:
      return { text: shown(cell, width), className: 'cell malformed' };
    default:
      if (cell.text === '') return empty;
      if (!/\S/.test(cell.text)) return { text: blanks(cell.text, width), className: 'cell blank' };
      return { text: shown(cell, width), className: 'cell' };
  }
}

function shown(cell: Cell, width: number): string {
  const limit = fitting(width);
  const whole = cell.text.length <= limit && !cell.cut;
  return whole ? visible(cell.text) : `${visible(cell.text.slice(0, limit))}\u2026`;
}

/** What is measured and shown of a cell. A value that was written over several lines goes without its layout. */
export function inOneLine({ kind, text }: Cell): string {
  return kind === CellKind.Json ? jsonInOneLine(text) : text;
}

/** Nothing but white space looks like nothing at all, unless each space has a sign. */
function blanks(text: string, width: number): string {
  return visible(text.slice(0, fitting(width))).replace(/\s/g, '\u2423');
}

/** What a screen reader says where the look alone tells. */
export function spoken(cell: Cell | undefined): string | undefined {
  if (!cell) return t('not loaded yet');
  if (cell.kind === CellKind.Missing) return t('missing');
  if (cell.kind === CellKind.Text && cell.text === '') return t('empty text');
  return undefined;
}
