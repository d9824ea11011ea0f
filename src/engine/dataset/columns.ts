import type { ColumnInfo } from '../../protocol/preview.ts';
import { CellKind } from '../../protocol/preview.ts';
import { columnNames, type FieldPath } from '../format/json/fields.ts';
import { writePath } from '../query/index.ts';

/** A column with where the scanner finds it. */
export interface FileColumn extends ColumnInfo {
  readonly fields: readonly (string | number)[];
}

/** More columns than this are not shown: keys that are data, such as ids, would fill the memory. */
const maxColumns = 20_000;

/** The columns of a file as they become known. An id never changes its meaning; new columns come at the end. */
export class Columns {
  #columns: FileColumn[] = [];
  readonly #known = new Set<string>();

  get all(): readonly FileColumn[] {
    return this.#columns;
  }

  /** Takes a CSV's columns. */
  setNames(names: readonly string[]): void {
    this.#columns = names.map((name, id) => ({
      id,
      name,
      path: writePath([name]),
      type: 'unknown',
      fields: [id],
    }));
  }

  /** Adds the paths that are new; answers whether any was. */
  addPaths(paths: readonly FieldPath[]): boolean {
    const fresh = paths.filter((path) => !this.#known.has(JSON.stringify(path)));
    if (fresh.length === 0 || this.#columns.length >= maxColumns) return false;
    for (const path of fresh) this.#known.add(JSON.stringify(path));
    const all = [...this.#columns.map(({ fields }) => fields.map(String)), ...fresh].slice(0, maxColumns);
    const names = columnNames(all);
    for (let id = this.#columns.length; id < all.length; id++) {
      this.#columns.push({ id, name: names[id], path: writePath(all[id]), type: 'unknown', fields: all[id] });
    }
    return true;
  }

  /** Learns columns' types from a page's cells, rows x columns of `CellKind`; answers whether a type has changed. */
  learnTypes(ids: readonly number[], kinds: Uint8Array): boolean {
    let changed = false;
    for (let cell = 0; cell < kinds.length; cell++) {
      const id = ids[cell % ids.length];
      const seen = typeOfCell(kinds[cell]);
      const column = this.#columns.at(id);
      if (!seen || !column || column.type === seen || column.type === 'mixed') continue;
      this.#columns[id] = { ...column, type: column.type === 'unknown' ? seen : 'mixed' };
      changed = true;
    }
    return changed;
  }
}

function typeOfCell(kind: number): ColumnInfo['type'] | undefined {
  switch (kind & ~CellKind.Cut) {
    case CellKind.Boolean:
      return 'boolean';
    case CellKind.Number:
      return 'number';
    case CellKind.Text:
      return 'text';
    case CellKind.Json:
      return 'object';
    default:
      return undefined;
  }
}
