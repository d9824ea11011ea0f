/** Commands of the editor that the page carries out: the palette's, the keys' and those of the editor's menus. */
import type { CellTest } from './queryText.ts';

export type PageCommand =
  | {
      readonly name:
        | 'focusFilter'
        | 'goTo'
        | 'find'
        | 'findNext'
        | 'findPrevious'
        | 'cancel'
        | 'clearFilter'
        | 'showProblems'
        | 'showDetail'
        | 'findColumn'
        | 'showInContext'
        | 'export'
        | 'sendRows'
        | 'runOnSpark'
        | 'copyQueryAs'
        | 'askAboutFile';
    }
  | { readonly name: 'showQuery'; readonly query: string }
  | { readonly name: 'cell'; readonly test: CellTest; readonly context: CellContext }
  | { readonly name: 'cell'; readonly action: CellAction; readonly context: CellContext }
  | { readonly name: 'column'; readonly test: CellTest; readonly context: CellContext }
  | { readonly name: 'column'; readonly action: ColumnAction; readonly context: CellContext };

/** `copy` copies the selection where the cell is in it. */
export type CellAction =
  'copy' | 'copyJson' | 'copyMarkdown' | 'showInContext' | 'openRecord' | 'compareRecord' | 'showDetail';
export type ColumnAction =
  | 'pin'
  | 'unpin'
  | 'hide'
  | 'showAll'
  | 'fit'
  | 'wider'
  | 'narrower'
  | 'moveLeft'
  | 'moveRight'
  | 'copyName'
  | 'copyColumn'
  | 'sortAscending'
  | 'sortDescending'
  | 'unsort'
  | 'select'
  | 'statistics';

/**
 * What the page puts in `data-vscode-context`, beside `webviewSection` ('cell', 'record' or 'header'), `pinned`, `sorted`, `hides` (other columns are hidden), and
 * `compared` where two files are, and gets back with the menu's command.
 */
export interface CellContext {
  /** Id of the column; -1 where a whole record is meant. */
  readonly column: number;
  readonly row: number;
}
