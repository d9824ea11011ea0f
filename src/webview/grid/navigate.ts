/** Where the keys lead: from one selection to the next, without a screen. */
import type { Edge, Step } from './keys.ts';
import {
  extendTo,
  selectCell,
  selectColumns,
  selectRows,
  type Bounds,
  type Selection,
  type Spot,
} from './selection.ts';

export interface Focus {
  readonly selection: Selection;
  /** The focus is on the active lane's header. */
  readonly inHeader: boolean;
}

/** `page` is how many rows Page Down moves by, `topRow` the row that the header's down arrow leads to. */
export function navigate(
  { selection, inHeader }: Focus,
  step: Step,
  bounds: Bounds,
  page: number,
  topRow: number,
): Focus {
  const { row, lane } = selection.active;
  switch (step.type) {
    case 'move': {
      if (inHeader && step.rows > 0) return { selection: selectCell({ row: topRow, lane }), inHeader: false };
      if (!inHeader && step.rows < 0 && row === 0 && !step.extend) return { selection, inHeader: true };
      return go({ row: row + (inHeader ? 0 : step.rows), lane: lane + step.lanes }, step.extend, inHeader);
    }
    case 'page':
      return go({ row: row + step.direction * page, lane }, step.extend, false);
    case 'edge':
      return go(
        spotAt(step.edge),
        step.extend,
        inHeader && (step.edge === 'firstLane' || step.edge === 'lastLane'),
      );
    case 'select':
      if (step.what === 'all') return { selection: { ...selection, shape: 'all' }, inHeader };
      if (step.what === 'row') return { selection: selectRows(selection, row, false), inHeader };
      return { selection: selectColumns(selection, lane, false), inHeader };
  }

  function go(spot: Spot, extend: boolean, stays: boolean): Focus {
    const fit = {
      row: Math.max(0, Math.min(bounds.rows - 1, spot.row)),
      lane: Math.max(-1, Math.min(bounds.lanes - 1, spot.lane)),
    };
    return { selection: extend ? extendTo(selection, fit) : selectCell(fit), inHeader: stays };
  }

  function spotAt(edge: Edge): Spot {
    const last = { row: bounds.rows - 1, lane: bounds.lanes - 1 };
    switch (edge) {
      case 'firstRow':
        return { row: 0, lane };
      case 'lastRow':
        return { row: last.row, lane };
      case 'firstLane':
        return { row, lane: 0 };
      case 'lastLane':
        return { row, lane: last.lane };
      case 'firstCell':
        return { row: 0, lane: 0 };
      case 'lastCell':
        return last;
    }
  }
}
