/** The menus that VS Code shows on cells and headers, as package.json has them, for a page outside of it. */
import type { CellAction, CellContext, ColumnAction, PageCommand } from '../../protocol/pageCommands.ts';
import type { CellTest } from '../../protocol/queryText.ts';

type Command = (context: CellContext) => PageCommand;

export interface Entry {
  readonly command: Command;
  readonly label: string;
  /** Where it is: what is asked for a menu, and how its column is shown. */
  readonly on: (section: Section, shown: Shown) => boolean;
}

/** How a column is shown, as far as its menu depends on it. */
export interface Shown {
  readonly pinned: boolean;
  /** The rows are in its order. */
  readonly sorted: boolean;
  /** Other columns are hidden. */
  readonly hides: boolean;
}

/** `null` is a cell that holds nothing; `record` is what has no cell. */
export type Section = 'cell' | 'null' | 'record' | 'header';

const cellTest =
  (test: CellTest): Command =>
  (context) => ({ name: 'cell', test, context });
const cellAction =
  (action: CellAction): Command =>
  (context) => ({ name: 'cell', action, context });
const columnTest =
  (test: CellTest): Command =>
  (context) => ({ name: 'column', test, context });
const columnAction =
  (action: ColumnAction): Command =>
  (context) => ({ name: 'column', action, context });

const onCell = (section: Section): boolean => section === 'cell' || section === 'null';
const onValue = (section: Section): boolean => section === 'cell';
const onRecord = (section: Section): boolean => section !== 'header';
const onHeader = (section: Section): boolean => section === 'header';

/** In their order, in groups. */
export const contextMenu: readonly (readonly Entry[])[] = [
  [
    { command: cellTest('equals'), label: 'Equals This Value', on: onCell },
    { command: cellTest('differs'), label: 'Is Not This Value', on: onCell },
    { command: cellTest('above'), label: 'Greater Than This Value', on: onValue },
    { command: cellTest('below'), label: 'Less Than This Value', on: onValue },
    { command: cellTest('contains'), label: 'Contains This Value', on: onValue },
    { command: cellTest('is-null'), label: 'Is Null', on: onCell },
    { command: cellTest('not-null'), label: 'Is Not Null', on: onCell },
  ],
  [
    { command: cellAction('copy'), label: 'Copy', on: onRecord },
    { command: cellAction('copyJson'), label: 'Copy as JSON', on: onRecord },
    { command: cellAction('copyMarkdown'), label: 'Copy as Markdown', on: onRecord },
  ],
  [
    { command: cellAction('showDetail'), label: 'Show Record Detail', on: onRecord },
    { command: cellAction('openRecord'), label: 'Open Record as Document', on: onRecord },
    { command: cellAction('showInContext'), label: 'Show in Context', on: onRecord },
  ],
  [
    { command: columnTest('equals'), label: 'Filter: Equals...', on: onHeader },
    { command: columnTest('differs'), label: 'Filter: Is Not...', on: onHeader },
    { command: columnTest('above'), label: 'Filter: Greater Than...', on: onHeader },
    { command: columnTest('below'), label: 'Filter: Less Than...', on: onHeader },
    { command: columnTest('contains'), label: 'Filter: Contains...', on: onHeader },
    { command: columnTest('is-null'), label: 'Filter: Is Null', on: onHeader },
    { command: columnTest('not-null'), label: 'Filter: Is Not Null', on: onHeader },
  ],
  [
    { command: columnAction('statistics'), label: 'Show Statistics', on: onHeader },
    { command: columnAction('sortAscending'), label: 'Sort Ascending', on: onHeader },
    { command: columnAction('sortDescending'), label: 'Sort Descending', on: onHeader },
    { command: columnAction('unsort'), label: 'Clear Sort', on: (on, { sorted }) => onHeader(on) && sorted },
  ],
  [
    {
      command: columnAction('pin'),
      label: 'Pin to the Left',
      on: (on, { pinned }) => onHeader(on) && !pinned,
    },
    { command: columnAction('unpin'), label: 'Unpin', on: (on, { pinned }) => onHeader(on) && pinned },
    { command: columnAction('hide'), label: 'Hide', on: onHeader },
    {
      command: columnAction('showAll'),
      label: 'Show All Columns',
      on: (on, { hides }) => onHeader(on) && hides,
    },
    { command: columnAction('fit'), label: 'Fit to Content', on: onHeader },
    { command: columnAction('wider'), label: 'Increase Width', on: onHeader },
    { command: columnAction('narrower'), label: 'Decrease Width', on: onHeader },
    { command: columnAction('moveLeft'), label: 'Move Left', on: onHeader },
    { command: columnAction('moveRight'), label: 'Move Right', on: onHeader },
    { command: columnAction('select'), label: 'Select Column', on: onHeader },
  ],
  [
    { command: columnAction('copyName'), label: 'Copy Name', on: onHeader },
    { command: columnAction('copyColumn'), label: 'Copy Column', on: onHeader },
  ],
];
