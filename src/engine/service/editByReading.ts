import { plainNumber, rewriteCell, type CellReading } from '../format/csv/cellReading.ts';
import type { Dataset } from '../dataset/dataset.ts';
import { plannedFor } from '../dataset/plan.ts';
import { CellKind } from '../../protocol/preview.ts';
import { editQuery, editRecords, parseQuery, writePath, type QueryEdit } from '../query/index.ts';

/**
 * The query's text after the edit. A number that is not written as the language writes numbers is compared as the
 * number that it is.
 * @param ofRecords whether it is one of the file's records as they are, whatever the query makes of them
 */
export function editByReading(query: string, edit: QueryEdit, dataset: Dataset, ofRecords = false): string {
  const apply = ofRecords ? editRecords : editQuery;
  if (edit.kind !== 'add' || edit.test === 'contains' || edit.test === 'has' || edit.value === undefined)
    return apply(query, edit);
  const { text, kind } = edit.value;
  const reading = readingOf(ofRecords ? '' : query, edit.path, dataset);
  const isCut = (kind & CellKind.Cut) !== 0;
  if (reading?.kind !== 'number' || isCut) return apply(query, edit);
  const number = rewriteCell(text, reading);
  const isNumber = number !== undefined && number !== text && plainNumber.test(number);
  const value = isNumber ? { text: number, kind: CellKind.Number } : edit.value;
  return apply(query, { ...edit, value });
}

/** How the cells of a column are written, of those that the query makes or of those of the file. */
function readingOf(query: string, path: string, dataset: Dataset): CellReading | undefined {
  const parsed = parseQuery(query);
  if (parsed.ok && query.trim() !== '') {
    const { plan } = plannedFor(query, dataset.recognised.format, { calls: true });
    const made = plan.output.find((column) => column.kind === 'column' && writePath([column.name]) === path);
    if (made !== undefined) return plan.slots[made.slot].reading;
  }
  return dataset.columns.all.find((column) => column.path === path)?.reading;
}
