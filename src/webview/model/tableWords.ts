import type { DocumentRows, FileInfo } from '../../protocol/file.ts';
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

/** The lists of objects of a document that are not read, as far as its head tells: neither the rows nor in them. */
export function otherLists({ rows, files }: Pick<FileInfo, 'rows' | 'files'>): DocumentRows['candidates'] {
  if (!rows || files) return [];
  const inside = rows.path.replace(/(?:\[\*\]|\.\*)$/, '');
  return rows.candidates.filter(
    ({ path, isTable }) =>
      isTable && path !== rows.path && !['.', '['].some((next) => path.startsWith(inside + next)),
  );
}

/** What is to be said of them; '' where there are none. */
export function otherListsWords(lists: DocumentRows['candidates']): string {
  if (lists.length === 0) return '';
  return lists.length === 1
    ? t('another list, {0}, not shown', listWords(lists[0]))
    : t('{0} other lists, not shown', count(lists.length));
}

/** "$.users[*] (50 records)". */
export function listWords({ path, rows, whole }: DocumentRows['candidates'][number]): string {
  const records = whole ? recordWords(rows) : t('at least {0}', recordWords(rows));
  return t('{0} ({1})', path, records);
}
