import type { ColumnInfo } from '../../protocol/file.ts';
import type { CellTest } from '../../protocol/queryText.ts';

/** How rows leave the preview. */
export type RowsTo = 'host/export' | 'host/sendRows';

/** What leaves, as far as it is said. */
export interface ExportChoice {
  readonly rows?: 'query' | 'file' | undefined;
  readonly columns?: 'all' | 'shown' | undefined;
}

/** Something small that is open over the page. */
export type Overlay =
  | { readonly kind: 'columnMenu'; readonly column: ColumnInfo; readonly anchor: HTMLElement }
  | {
      readonly kind: 'ask';
      readonly column: ColumnInfo;
      readonly test: CellTest;
      readonly anchor: HTMLElement;
    }
  | {
      readonly kind: 'value';
      readonly column: ColumnInfo;
      readonly row: number;
      readonly anchor: HTMLElement;
    }
  | { readonly kind: 'exportRows'; readonly to: RowsTo; readonly anchor: HTMLElement }
  | {
      readonly kind: 'exportColumns';
      readonly to: RowsTo;
      readonly anchor: HTMLElement;
      readonly rows: ExportChoice['rows'];
    }
  | { readonly kind: 'goTo' | 'columns' | 'more'; readonly anchor: HTMLElement };
