/** What is asked before rows are exported or sent: which rows, and which of their columns. */
import { count, t } from './l10n.ts';
import type { ExportChoice, RowsTo } from './model/overlay.ts';
import type { PageModel } from './model/page.ts';
import { fileRecordWords, resultWords } from './model/words.ts';
import { Menu, type MenuItem } from './parts/menu.tsx';

interface ExportProps {
  readonly page: PageModel;
  readonly anchor: HTMLElement;
  readonly close: () => void;
  readonly to: RowsTo;
}

/** The file shows around a match: its rows may be meant, and those of the query that is laid aside. */
export function ExportRows({ page, to, anchor, close }: ExportProps) {
  const { result, state } = page.preview;
  const query = result.value;
  const file = state.value;
  const items: MenuItem[] = [
    {
      label:
        query?.phase === 'done'
          ? t('Rows of the Paused Filter: {0}\u2026', resultWords(query))
          : t('Rows of the Paused Filter\u2026'),
      icon: 'filter',
      run: () => page.exportRows(to, anchor, { rows: 'query' }),
    },
    {
      label: file ? t('Whole File: {0}\u2026', fileRecordWords(file)) : t('Whole File\u2026'),
      icon: 'table',
      run: () => page.exportRows(to, anchor, { rows: 'file' }),
    },
  ];
  return <ExportMenu page={page} to={to} anchor={anchor} items={items} close={close} />;
}

interface ExportColumnsProps extends ExportProps {
  readonly rows: ExportChoice['rows'];
}

/** Hidden columns are written or sent as well, unless the user says otherwise. */
export function ExportColumns({ page, to, rows, anchor, close }: ExportColumnsProps) {
  const { layout } = page.preview.grid;
  const shown = layout.lanes.length;
  const all = shown + layout.hidden;
  const items: MenuItem[] = [
    {
      label: t('All {0} Columns, {1} Hidden\u2026', count(all), count(layout.hidden)),
      icon: to === 'host/export' ? 'export' : 'cloud-upload',
      run: () => page.exportRows(to, anchor, { rows, columns: 'all' }),
    },
    {
      label:
        shown === 1 ? t('Only the Column Shown\u2026') : t('Only the {0} Columns Shown\u2026', count(shown)),
      run: () => page.exportRows(to, anchor, { rows, columns: 'shown' }),
    },
  ];
  return <ExportMenu page={page} to={to} anchor={anchor} items={items} close={close} />;
}

function ExportMenu({
  page,
  to,
  anchor,
  items,
  close,
}: ExportProps & { readonly items: readonly MenuItem[] }) {
  const place = anchor === page.preview.grid.element ? 'inside' : 'under';
  const label = to === 'host/export' ? t('Export\u2026') : t('Send Rows to a Service\u2026');
  return <Menu anchor={anchor} label={label} items={items} close={close} place={place} />;
}
