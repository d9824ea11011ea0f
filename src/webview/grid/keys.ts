/** What a key does in the grid. The names are the actions; the grid carries them out. */

/** What leads from one selection to another. */
export type Step =
  | { readonly type: 'move'; readonly rows: number; readonly lanes: number; readonly extend: boolean }
  | { readonly type: 'page'; readonly direction: 1 | -1; readonly extend: boolean }
  | { readonly type: 'edge'; readonly edge: Edge; readonly extend: boolean }
  | { readonly type: 'select'; readonly what: 'all' | 'row' | 'column' };

export type GridAction =
  | Step
  | { readonly type: 'copy' | 'open' | 'leave' | 'menu' }
  | { readonly type: 'resize'; readonly pixels: number }
  | { readonly type: 'moveColumn'; readonly lanes: 1 | -1 }
  | { readonly type: 'fit' }
  /** Sorts by the column; `more` keeps the keys that the rows are sorted by already. */
  | { readonly type: 'sort'; readonly more: boolean };

export type Edge = 'firstRow' | 'lastRow' | 'firstLane' | 'lastLane' | 'firstCell' | 'lastCell';

export interface Keystroke {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly shiftKey: boolean;
  readonly altKey: boolean;
}

/** `inHeader`: the focus is on a column's header. Undefined where the key is not the grid's. */
export function actionOf(stroke: Keystroke, inHeader: boolean): GridAction | undefined {
  const extend = stroke.shiftKey;
  const ctrl = stroke.ctrlKey || stroke.metaKey;
  if (stroke.altKey)
    return stroke.key === 'ArrowDown' ? { type: 'menu' } : inHeader ? headerAltAction(stroke) : undefined;
  switch (stroke.key) {
    case 'ArrowDown':
      return ctrl ? edge('lastRow') : { type: 'move', rows: 1, lanes: 0, extend };
    case 'ArrowUp':
      return ctrl ? edge('firstRow') : { type: 'move', rows: -1, lanes: 0, extend };
    case 'ArrowRight':
      if (inHeader && ctrl && extend) return { type: 'moveColumn', lanes: 1 };
      return ctrl ? edge('lastLane') : { type: 'move', rows: 0, lanes: 1, extend };
    case 'ArrowLeft':
      if (inHeader && ctrl && extend) return { type: 'moveColumn', lanes: -1 };
      return ctrl ? edge('firstLane') : { type: 'move', rows: 0, lanes: -1, extend };
    case 'PageDown':
      return ctrl ? undefined : { type: 'page', direction: 1, extend };
    case 'PageUp':
      return ctrl ? undefined : { type: 'page', direction: -1, extend };
    case 'Home':
      return edge(ctrl ? 'firstCell' : 'firstRow');
    case 'End':
      return edge(ctrl ? 'lastCell' : 'lastRow');
    case 'a':
      return ctrl && !extend ? { type: 'select', what: 'all' } : undefined;
    case 'c':
      return ctrl && !extend ? { type: 'copy' } : undefined;
    case ' ':
      return { type: 'select', what: ctrl || inHeader ? 'column' : 'row' };
    case 'Enter':
      return inHeader ? { type: 'sort', more: extend } : { type: 'open' };
    case 'Escape':
      return { type: 'leave' };
    default:
      return undefined;
  }

  function edge(name: Edge): GridAction {
    return { type: 'edge', edge: name, extend };
  }
}

function headerAltAction({ key }: Keystroke): GridAction | undefined {
  switch (key) {
    case 'ArrowLeft':
      return { type: 'resize', pixels: -16 };
    case 'ArrowRight':
      return { type: 'resize', pixels: 16 };
    case 'ArrowUp':
      return { type: 'fit' };
    default:
      return undefined;
  }
}
