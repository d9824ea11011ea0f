import type { ColumnInfo, ColumnType } from '../../protocol/file.ts';
import { CellKind } from '../../protocol/preview.ts';
import { describeReading, type CellReading, type CellReadings } from '../format/csv/cellReading.ts';
import { columnNames, type FieldPath } from '../format/json/fields.ts';
import type { TableCell } from '../format/layout.ts';
import { mergedType } from '../pool/columnTypes.ts';
import type { CellColumn, OfFile, PageResult, SearchedCells } from '../pool/task.ts';
import { writePath } from '../query/index.ts';
import { valueName } from '../query/write.ts';

/** A column with where the scanner finds it. */
export interface FileColumn extends ColumnInfo {
  readonly fields: readonly (string | number)[];
  /** How its cells are written, where that is not how the language writes numbers and times. */
  readonly reading?: CellReading | undefined;
  /** It is no field inside the records, and says this of them. */
  readonly ofFile?: OfFile | undefined;
}

/** What the scan is asked for the cells of columns. */
export function cellColumns(columns: readonly FileColumn[]): CellColumn[] {
  return columns.map(({ fields, name, reading, ofFile }) => ({ path: fields, name, reading, ofFile }));
}

/** More columns than this are not shown: keys that are data, such as ids, would fill the memory. */
const maxColumns = 20_000;

/** The columns of a file as they become known. An id never changes its meaning; new columns come at the end. */
export class Columns {
  #columns: FileColumn[] = [];
  /** Ids by path. */
  readonly #known = new Map<string, number>();
  /** The columns are those that a query names: what rows hold below them are no columns of their own. */
  #complete = false;
  /** Members that are no columns themselves, as what rows hold below them is. */
  #opened: ReadonlySet<string | number> = new Set();
  /** Names of fields that columns beside the records go before. */
  #hidden: ReadonlySet<string | number> = new Set();
  /** How cells are written that are inside records, by path. */
  #written: ReadonlyMap<string, CellReading | undefined> = new Map();
  readonly #ofValues: boolean;

  /** @param ofValues whether the rows are of records that are no objects: `_value` in them is the record's value */
  constructor(ofValues = false) {
    this.#ofValues = ofValues;
  }

  get all(): readonly FileColumn[] {
    return this.#columns;
  }

  /** In which cells of a row a text is looked for. */
  get searched(): SearchedCells {
    const paths = this.#columns.flatMap(({ ofFile, fields }) =>
      ofFile === undefined && fields.every((key) => typeof key === 'string') ? [fields] : [],
    );
    const above = new Set<string>();
    for (const path of paths) {
      for (let length = 1; length < path.length; length++) above.add(JSON.stringify(path.slice(0, length)));
    }
    const objects = paths.filter((path) =>
      this.#complete ? !this.#opened.has(path[0]) : above.has(JSON.stringify(path)),
    );
    return {
      objects,
      named: this.#complete,
      paths: this.#columns.some(({ ofFile }) => ofFile === 'path'),
    };
  }

  /** Takes columns for what files say of their records, ahead of all others: the path, and the columns of their folders. */
  setOfFiles(partitions: readonly string[]): void {
    const ofFile = ['_file', ...partitions].map((name, at): Omit<FileColumn, 'id'> =>
      at === 0
        ? { name, path: name, type: 'text', fields: [name], ofFile: 'path' }
        : { name, path: writePath([name]), type: 'unknown', fields: [name], ofFile: at - 1 },
    );
    this.#columns = ofFile.map((column, id) => ({ id, ...column }));
    this.#hidden = new Set(partitions);
  }

  /** Takes the column of the records' names, behind what files say of them. */
  setName(name: string): void {
    const id = this.#columns.length;
    this.#columns.push({ id, name, path: writePath([name]), type: 'text', fields: [name], ofFile: 'name' });
    this.#hidden = new Set([...this.#hidden, name]);
  }

  /** Takes a CSV's columns. */
  setNames(names: readonly string[], readings: CellReadings = []): void {
    this.#complete = true;
    for (const [place, name] of names.entries()) {
      if (this.#hidden.has(name)) continue;
      this.#columns.push({
        id: this.#columns.length,
        name,
        path: writePath([name]),
        type: 'unknown',
        fields: [place],
        ...writtenAs(readings.at(place)),
      });
    }
  }

  /** Takes what is known of cells inside records. Their columns come with the rows that have them. */
  setCells(cells: readonly TableCell[] = []): void {
    this.#written = new Map(cells.map(({ path, reading }) => [JSON.stringify(path), reading]));
  }

  /**
   * Takes the columns that a query makes, each the member of that name.
   * @param opened those that are rows of another file, with the paths of columns that are known to be in them; others are
   *   seen in the rows
   */
  setMembers(
    names: readonly string[],
    readings: CellReadings = [],
    opened: ReadonlyMap<string, readonly FieldPath[]> = new Map(),
  ): void {
    this.addPaths(names.flatMap((name) => opened.get(name) ?? [[name]]));
    this.#complete = true;
    this.#opened = new Set(opened.keys());
    const byName = new Map(names.map((name, at) => [name, readings.at(at)]));
    this.#columns = this.#columns.map((column) =>
      column.ofFile === undefined ? { ...column, ...writtenAs(byName.get(column.fields.join())) } : column,
    );
  }

  /** Adds the paths that are new; answers whether any was. */
  addPaths(paths: readonly FieldPath[]): boolean {
    const isColumn = (path: FieldPath): boolean =>
      this.#complete ? path.length > 1 && this.#opened.has(path[0]) : !this.#hidden.has(path.at(0) ?? '');
    const fresh = paths.filter((path) => isColumn(path) && !this.#known.has(JSON.stringify(path)));
    if (fresh.length === 0 || this.#columns.length >= maxColumns) return false;
    const all = [...this.#columns.map(({ fields }) => fields.map(String)), ...fresh].slice(0, maxColumns);
    const names = columnNames(all);
    for (let id = this.#columns.length; id < all.length; id++) {
      const key = JSON.stringify(all[id]);
      this.#known.set(key, id);
      const path = this.#ofValues && names[id] === valueName ? valueName : writePath(all[id]);
      const written = writtenAs(this.#written.get(key));
      this.#columns.push({ id, name: names[id], path, type: 'unknown', fields: all[id], ...written });
    }
    return true;
  }

  /**
   * Learns what a page of rows says of the columns: which there are, and what they hold.
   * @param ids the columns whose cells the page has
   * @returns whether that was new
   */
  learn(
    { paths, types, kinds }: Pick<PageResult, 'paths' | 'types' | 'kinds'>,
    ids: readonly number[],
  ): boolean {
    let changed = this.addPaths(paths);
    for (const [at, path] of paths.entries()) {
      const id = this.#known.get(JSON.stringify(path));
      if (id !== undefined && this.#columns[id].reading === undefined)
        changed = this.#learnType(id, types[at]) || changed;
      // What is found below a column is found in an object, which is the column's value.
      for (let length = 1; length < path.length; length++) {
        const above = this.#known.get(JSON.stringify(path.slice(0, length)));
        if (above !== undefined) changed = this.#learnType(above, 'object') || changed;
      }
    }
    // Records without paths are rows of a CSV; what files say of records is in no path, nor is how texts are read as numbers.
    for (let cell = 0; cell < kinds.length; cell++) {
      const id = ids[cell % ids.length];
      const column = this.#columns.at(id);
      if (paths.length > 0 && column?.ofFile === undefined && column?.reading === undefined) continue;
      changed = this.#learnType(id, typeOfCell(kinds[cell])) || changed;
    }
    return changed;
  }

  /** Takes what is known of the same columns elsewhere. */
  learnTypes(known: readonly ColumnInfo[]): void {
    const types = new Map(known.map(({ path, type }) => [path, type]));
    for (const { id, path } of this.#columns) this.#learnType(id, types.get(path) ?? 'unknown');
  }

  #learnType(id: number, seen: ColumnType): boolean {
    const column = this.#columns.at(id);
    if (!column) return false;
    const type = mergedType(column.type, seen);
    if (type === column.type) return false;
    this.#columns[id] = { ...column, type };
    return true;
  }
}

function writtenAs(reading: CellReading | undefined): Pick<FileColumn, 'reading' | 'written' | 'hasDates'> {
  if (reading === undefined) return {};
  return { reading, written: describeReading(reading), ...(reading.kind === 'date' && { hasDates: true }) };
}

function typeOfCell(kind: number): ColumnType {
  switch (kind & ~CellKind.Cut) {
    case CellKind.Boolean:
      return 'boolean';
    case CellKind.Number:
      return 'number';
    case CellKind.Text:
      return 'text';
    default:
      return 'unknown';
  }
}
