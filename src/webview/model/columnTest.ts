/** What a test that is asked of a column's header becomes, by what its cells hold. */
import type { ColumnInfo } from '../../protocol/file.ts';
import { CellKind } from '../../protocol/preview.ts';
import type { CellTest, QueryEdit } from '../../protocol/queryText.ts';

/** Digits in groups of three, as the page writes numbers: with commas, apostrophes or spaces. */
const grouped = /^[+-]?[1-9]\d{0,2}(?:([,'\u2019 \u00a0\u202f])\d{3})(?:\1\d{3})*(?:\.\d+)?$/;

/**
 * @param text what was typed
 * @param sample a cell of the column, if one is at hand
 */
export function columnTest(
  { path, type, written }: Pick<ColumnInfo, 'path' | 'type' | 'written'>,
  test: CellTest,
  text: string,
  sample = '',
): Extract<QueryEdit, { kind: 'add' }> {
  const typed = text.trim();
  if (test === 'contains') {
    // Of the text of a list, `a` is a part of every item with an a in it. Objects are found by what is in them.
    const hasItem = type === 'list' && (isJson(typed) || !/^\[\s*\{/.test(sample));
    const kind = hasItem ? itemKind(typed) : CellKind.Text;
    return { kind: 'add', path, test: hasItem ? 'has' : test, value: { text, kind } };
  }
  if (type === 'number') {
    // Where a file writes numbers in its own way, its engine reads them.
    const plain = written === undefined && grouped.test(typed) ? typed.replace(/[^\d.+-]/g, '') : text;
    return { kind: 'add', path, test, value: { text: plain, kind: numberKind(plain) } };
  }
  const mayHoldJson = type === 'list' || type === 'object' || type === 'mixed';
  const kind = mayHoldJson && isJson(typed) ? CellKind.Json : CellKind.Text;
  return { kind: 'add', path, test, value: { text, kind } };
}

function itemKind(text: string): number {
  return isJson(text) ? CellKind.Json : numberKind(text);
}

function numberKind(text: string): number {
  return text.trim() !== '' && Number.isFinite(Number(text)) ? CellKind.Number : CellKind.Text;
}

/** Whether it is a list or an object. */
function isJson(text: string): boolean {
  if (!/^[[{]/.test(text)) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
