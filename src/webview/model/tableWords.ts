import type { Reading } from '../../protocol/preview.ts';
import { count, t } from '../l10n.ts';

/** What is to be said of the tables of a file that are not read; '' where there are none. */
export function otherTablesWords({ tables, table }: Reading): string {
  const others = tables.filter((_, index) => index !== table - 1);
  if (others.length === 0) return '';
  return others.length === 1
    ? t('another table from line {0}, not shown', count(others[0]))
    : t('{0} other tables, not shown', count(others.length));
}
