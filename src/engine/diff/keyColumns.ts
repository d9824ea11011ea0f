import type { KeyColumn } from '../../protocol/engine.ts';
import { CellKind } from '../../protocol/preview.ts';
import { cellColumns, type FileColumn } from '../dataset/columns.ts';
import type { Dataset } from '../dataset/dataset.ts';
import { likeliness, namesInNewer } from './keys.ts';

/** Records of each file that are looked at for values of their own. */
const firstRows = 200;
/** Cells that are looked at in them. */
const mostCells = 100_000;
/** Values are told apart by so many bytes. */
const valueLimit = 256;

/** The fields that two files have in common, those first by which records are most likely told apart. */
export async function keyColumns(before: Dataset, after: Dataset, signal: AbortSignal): Promise<KeyColumn[]> {
  const ofAfter = new Map(scalars(after).map((column) => [column.name, column]));
  const names = namesInNewer([before, after]);
  const shared = scalars(before).flatMap((column) => {
    const other = ofAfter.get(names.get(column.name) ?? column.name);
    return other ? [[column, other] as const] : [];
  });
  const [columns, others] = [shared.map(([column]) => column), shared.map(([, other]) => other)];
  const unique = [await uniqueColumns(before, columns, signal), await uniqueColumns(after, others, signal)];
  const found = shared.map(([ofBefore, other], at) => ({
    name: ofBefore.name,
    // A path says of a table's column what it is called; a table's name may be no path.
    key: before.layout.names === 'columns' ? keyOf(after, other) : ofBefore.path,
    isUnique: unique.every((of) => of.has(at)),
  }));
  const place = ({ name, isUnique }: KeyColumn): number => likeliness(name) + (isUnique ? 0 : 3);
  return found.sort((a, b) => place(a) - place(b));
}

function keyOf({ layout }: Dataset, { name, path }: FileColumn): string {
  return layout.names === 'columns' ? name : path;
}

/** Lists and objects tell no records apart. */
function scalars({ columns }: Dataset): FileColumn[] {
  return columns.all.filter(
    ({ type, ofFile }) => type !== 'list' && type !== 'object' && ofFile === undefined,
  );
}

/** Which of the columns have a value of its own in each of the first records, by their places in the list. */
async function uniqueColumns(
  file: Dataset,
  columns: readonly FileColumn[],
  signal: AbortSignal,
): Promise<Set<number>> {
  const unique = new Set(columns.keys());
  if (columns.length === 0) return unique;
  const count = Math.min(firstRows, Math.max(1, Math.floor(mostCells / columns.length)));
  const cells = { kind: 'columns', columns: cellColumns(columns), limit: valueLimit } as const;
  const page = await file.page(undefined, file.known.parts(0, count), cells, signal);
  const text = Buffer.from(page.text.buffer, page.text.byteOffset, page.text.byteLength);
  for (const column of columns.keys()) {
    const seen = new Set<string>();
    for (let row = 0; row < page.rows; row++) {
      // What stands in the first cell of a malformed record is no value.
      if (page.kinds[row * columns.length] === CellKind.Malformed) continue;
      const cell = row * columns.length + column;
      const kind = page.kinds[cell];
      const value = text.toString('utf8', cell === 0 ? 0 : page.ends[cell - 1], page.ends[cell]);
      const isNone = kind === CellKind.Missing || kind === CellKind.Null || value === '';
      if (isNone || seen.has(value)) {
        unique.delete(column);
        break;
      }
      seen.add(value);
    }
  }
  return unique;
}
