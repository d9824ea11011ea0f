/** The menu of a column, and the question that some of its tests need. */
import type { ColumnInfo } from '../protocol/file.ts';
import type { CellTest } from '../protocol/queryText.ts';
import { t } from './l10n.ts';
import { sortKeys } from './model/order.ts';
import type { PageModel } from './model/page.ts';
import { Ask } from './parts/ask.tsx';
import { Menu, type MenuItem } from './parts/menu.tsx';

interface ColumnMenuProps {
  readonly page: PageModel;
  readonly column: ColumnInfo;
  readonly anchor: HTMLElement;
  readonly close: () => void;
}

export function ColumnMenu({ page, column, anchor, close }: ColumnMenuProps) {
  const { grid } = page.preview;
  const { preview } = page;
  const order = preview.inContext.value ? [] : (preview.result.value?.outcome.order ?? []);
  const sorted = sortKeys(preview.columns.value, order).has(column.id);
  const pinned = grid.prefs.pinned.includes(column.path);
  const test = (label: string, kind: CellTest, more: Partial<MenuItem> = {}): MenuItem => ({
    label,
    run: () => page.testColumn(column, kind),
    ...more,
  });
  const items: MenuItem[] = [
    test(t('Filter: Equals\u2026'), 'equals', { icon: 'filter' }),
    test(t('Filter: Is Not\u2026'), 'differs'),
    test(t('Filter: Greater Than\u2026'), 'above'),
    test(t('Filter: Less Than\u2026'), 'below'),
    test(t('Filter: Contains\u2026'), 'contains'),
    test(t('Filter: Is Null'), 'is-null'),
    test(t('Filter: Is Not Null'), 'not-null'),
    {
      label: t('Show Statistics'),
      icon: 'checklist',
      apart: true,
      run: () => page.actOnColumn(column, 'statistics'),
    },
    {
      label: t('Sort Ascending'),
      icon: 'arrow-up',
      run: () => page.actOnColumn(column, 'sortAscending'),
    },
    {
      label: t('Sort Descending'),
      icon: 'arrow-down',
      run: () => page.actOnColumn(column, 'sortDescending'),
    },
    { label: t('Clear Sort'), disabled: !sorted, run: () => page.actOnColumn(column, 'unsort') },
    {
      label: pinned ? t('Unpin') : t('Pin to the Left'),
      icon: pinned ? 'pinned' : 'pin',
      apart: true,
      run: () => page.actOnColumn(column, pinned ? 'unpin' : 'pin'),
    },
    { label: t('Hide'), icon: 'eye-closed', run: () => page.actOnColumn(column, 'hide') },
    {
      label: t('Show All Columns'),
      disabled: grid.prefs.hidden.length === 0,
      run: () => page.actOnColumn(column, 'showAll'),
    },
    {
      label: t('Fit to Content'),
      keys: 'Alt+Up',
      icon: 'arrow-both',
      run: () => page.actOnColumn(column, 'fit'),
    },
    { label: t('Increase Width'), keys: 'Alt+Right', run: () => page.actOnColumn(column, 'wider') },
    { label: t('Decrease Width'), keys: 'Alt+Left', run: () => page.actOnColumn(column, 'narrower') },
    {
      label: t('Move Left'),
      keys: 'Ctrl+Shift+Left',
      icon: 'arrow-left',
      run: () => page.actOnColumn(column, 'moveLeft'),
    },
    {
      label: t('Move Right'),
      keys: 'Ctrl+Shift+Right',
      icon: 'arrow-right',
      run: () => page.actOnColumn(column, 'moveRight'),
    },
    { label: t('Select Column'), keys: 'Ctrl+Click', run: () => page.actOnColumn(column, 'select') },
    { label: t('Copy Name'), icon: 'copy', apart: true, run: () => page.actOnColumn(column, 'copyName') },
    { label: t('Copy Column'), run: () => page.actOnColumn(column, 'copyColumn') },
  ];
  return <Menu anchor={anchor} label={t('Column {0}', column.name)} items={items} close={close} />;
}

interface ColumnAskProps extends ColumnMenuProps {
  readonly test: CellTest;
}

export function ColumnAsk({ page, column, anchor, test, close }: ColumnAskProps) {
  return (
    <Ask
      anchor={anchor}
      label={question(column.name, test)}
      button={t('Add')}
      close={close}
      answer={(value) => page.testColumn(column, test, value)}
    />
  );
}

function question(name: string, test: CellTest): string {
  switch (test) {
    case 'equals':
      return t('{0} equals', name);
    case 'differs':
      return t('{0} is not', name);
    case 'above':
      return t('{0} is greater than', name);
    case 'below':
      return t('{0} is less than', name);
    case 'contains':
      return t('{0} contains', name);
    default:
      return name;
  }
}
