/** What is selected: one active cell, and the range between it and an anchor. Rows and lanes as they show, 0-based. */

export interface Spot {
  readonly row: number;
  readonly lane: number;
}

export interface Selection {
  /** The cell with the focus; lane -1 is the record number. */
  readonly active: Spot;
  readonly anchor: Spot;
  readonly shape: 'cells' | 'rows' | 'columns' | 'all';
}

/** Inclusive bounds. */
export interface Area {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

export interface Bounds {
  readonly rows: number;
  readonly lanes: number;
}

export const start: Selection = {
  active: { row: 0, lane: 0 },
  anchor: { row: 0, lane: 0 },
  shape: 'cells',
};

export function selectCell(spot: Spot): Selection {
  return { active: spot, anchor: spot, shape: spot.lane < 0 ? 'rows' : 'cells' };
}

/** Stretches the selection from its anchor to a cell. */
export function extendTo(selection: Selection, spot: Spot): Selection {
  return { ...selection, active: spot, shape: selection.shape === 'all' ? 'cells' : selection.shape };
}

export function selectRows(selection: Selection, row: number, extend: boolean): Selection {
  const spot = { row, lane: selection.active.lane };
  return { active: spot, anchor: extend ? selection.anchor : spot, shape: 'rows' };
}

export function selectColumns(selection: Selection, lane: number, extend: boolean): Selection {
  const spot = { row: selection.active.row, lane };
  return { active: spot, anchor: extend ? selection.anchor : spot, shape: 'columns' };
}

export function areaOf(selection: Selection, bounds: Bounds): Area {
  const { active, anchor, shape } = selection;
  const allRows = shape === 'columns' || shape === 'all';
  const allLanes = shape === 'rows' || shape === 'all';
  return {
    top: allRows ? 0 : Math.min(active.row, anchor.row),
    bottom: allRows ? bounds.rows - 1 : Math.min(bounds.rows - 1, Math.max(active.row, anchor.row)),
    left: allLanes ? 0 : Math.max(0, Math.min(active.lane, anchor.lane)),
    right: allLanes ? bounds.lanes - 1 : Math.min(bounds.lanes - 1, Math.max(active.lane, anchor.lane)),
  };
}

export function isOneCell({ active, anchor, shape }: Selection): boolean {
  return shape === 'cells' && active.row === anchor.row && active.lane === anchor.lane;
}

export function covers(area: Area, row: number, lane: number): boolean {
  return row >= area.top && row <= area.bottom && lane >= area.left && lane <= area.right;
}

/** The same selection where there are fewer rows or lanes now. */
export function within(selection: Selection, bounds: Bounds): Selection {
  const fit = (spot: Spot): Spot => ({
    row: Math.max(0, Math.min(spot.row, bounds.rows - 1)),
    lane: Math.min(spot.lane, bounds.lanes - 1),
  });
  const active = fit(selection.active);
  const anchor = fit(selection.anchor);
  const same = active.row === selection.active.row && active.lane === selection.active.lane;
  return same && anchor.row === selection.anchor.row && anchor.lane === selection.anchor.lane
    ? selection
    : { ...selection, active, anchor };
}
