import { count, t } from '../l10n.ts';
import type { OtherTable } from './otherTables.ts';
import { recordWords } from './words.ts';

/** What is to be said of the tables of a file that are not read; '' where there are none. */
export function otherTablesWords(others: readonly OtherTable[]): string {
  if (others.length === 0) return '';
  const [{ line }] = others;
  const counts = others.flatMap(({ records }) => (records === undefined ? [] : [records]));
  const records = counts.length === others.length ? recordWords(counts.reduce((a, b) => a + b)) : undefined;
  if (others.length === 1) {
    return records === undefined
      ? t('another table from line {0}, not shown', count(line))
      : t('another table from line {0} ({1}), not shown', count(line), records);
  }
  return records === undefined
    ? t('{0} other tables, not shown', count(others.length))
    : t('{0} other tables ({1}), not shown', count(others.length), records);
}

/** What is to be said of one of them. */
export function otherTableWords({ number, line, records }: OtherTable): string {
  return records === undefined
    ? t('Table {0}, from line {1}, is not shown.', number, count(line))
    : t('Table {0}, from line {1}, with {2}, is not shown.', number, count(line), recordWords(records));
}
