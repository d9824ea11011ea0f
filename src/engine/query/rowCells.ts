import type { InnerNatures, TableCell } from '../format/layout.ts';
import type { Plan } from './plan.ts';
import type { MemberEdit } from './resolve/part.ts';
import type { Slot } from './resolve/slot.ts';

/**
 * Where the rows that a plan makes of records with cells of tables inside have such cells themselves: whatever a query calls
 * them, and whatever else it calls so. Undefined where the records have none.
 */
export function cellsOfRows({ shape, output, slots, layout }: Plan): InnerNatures['cells'] {
  if (layout.names === 'columns' || layout.cells === undefined) return undefined;
  const { cells, areMixed } = layout;
  const cellsOf = (slot: number): readonly TableCell[] => cellsIn(slots[slot], areMixed === true);
  if (shape === 'records') return cells;
  return output.flatMap((part) => {
    if (part.kind === 'column') return under([part.name], cellsOf(part.slot));
    const held = part.ofRecord ? cells : cellsOf(part.slot);
    return part.edits.reduce((left, edit) => edited(left, edit, cellsOf), held);
  });
}

/**
 * The cells in a slot's value; that without a path is the value itself. What is computed of cells and of other values may be
 * either.
 */
function cellsIn({ loose, reading, within }: Slot, areMixed: boolean): readonly TableCell[] {
  if (within === undefined) return loose && !areMixed ? [{ path: [], reading }] : [];
  const { layout, path } = within;
  if (layout.names === 'columns') return [];
  return inside(layout.cells ?? [], path);
}

function edited(
  cells: readonly TableCell[],
  { path, action }: MemberEdit,
  cellsOf: (slot: number) => readonly TableCell[],
): readonly TableCell[] {
  const others = outside(cells, path);
  switch (action.kind) {
    case 'drop':
      return others;
    case 'rename': {
      const to = [...path.slice(0, -1), action.name];
      return [...outside(others, to), ...under(to, inside(cells, path))];
    }
    case 'replace':
      return [...others, ...under(path, cellsOf(action.slot))];
  }
}

type Path = readonly (string | number)[];

function under(path: readonly string[], cells: readonly TableCell[]): TableCell[] {
  return cells.map((cell) => ({ ...cell, path: [...path, ...cell.path] }));
}

function inside(cells: readonly TableCell[], path: Path): TableCell[] {
  return cells
    .filter((cell) => beginsWith(cell.path, path))
    .map((cell) => ({ ...cell, path: cell.path.slice(path.length) }));
}

function outside(cells: readonly TableCell[], path: Path): TableCell[] {
  return cells.filter((cell) => !beginsWith(cell.path, path));
}

function beginsWith(path: Path, start: Path): boolean {
  return start.every((step, at) => path[at] === step);
}
