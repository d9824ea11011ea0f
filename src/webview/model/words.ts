/** What the page calls the rows of the file and of a result: the same words in every place. */
import type { JoinedReport } from '../../protocol/comparison.ts';
import type { FileState } from '../../protocol/file.ts';
import type { Outcome, ViewState } from '../../protocol/preview.ts';
import { count, t, words } from '../l10n.ts';
import { visible } from '../visible.ts';

export function recordWords(records: number): string {
  return records === 1 ? t('1 record') : t('{0} records', count(records));
}

/** "1,234 records", "about 1,234 records", "1,234 records so far": of a file. */
export function fileRecordWords({ exact, counted, phase, records, remote }: FileState): string {
  if (exact || counted) return recordWords(records);
  // How many a cluster has yet to send is anybody's guess.
  if (remote && phase === 'indexing') return t('{0} so far', recordWords(remote.rows));
  return t('about {0}', recordWords(records));
}

/** Whether groups or sorted rows are made: they are there when all records have been read, and not before. */
export function madeWhole({ rows, order }: Outcome): boolean {
  return rows !== 'records' || order.length > 0;
}

/** "1,234 of 56,789 records match", "5 groups from 56,789 records", "56,789 records". */
export function resultWords({ outcome, matched, records, phase }: ViewState): string {
  const { rows, filtered, limited } = outcome;
  if ((phase === 'running' || phase === 'cancelled') && matched === 0 && madeWhole(outcome))
    return t('{0} scanned', recordWords(records));
  if (rows === 'groups') {
    return matched === 1
      ? t('1 group from {0}', recordWords(records))
      : t('{0} groups from {1}', count(matched), recordWords(records));
  }
  if (rows === 'rows') {
    return matched === 1
      ? t('1 row from {0}', recordWords(records))
      : t('{0} rows from {1}', count(matched), recordWords(records));
  }
  if (limited) return t('{0} from {1} scanned', recordWords(matched), count(records));
  if (!filtered) return recordWords(matched);
  return matched === 1
    ? t('1 of {0} matches', recordWords(records))
    : t('{0} of {1} match', count(matched), recordWords(records));
}

/** "users.csv, which is joined, has 2 malformed records." and whether it is still the file that was read. */
export function joinedWords({ name, malformed, doubt }: JoinedReport): readonly string[] {
  const file = visible(name);
  const sentences: string[] = [];
  if (malformed === 1) sentences.push(t('{0}, which is joined, has 1 malformed record.', file));
  if (malformed > 1)
    sentences.push(t('{0}, which is joined, has {1} malformed records.', file, count(malformed)));
  if (doubt === 'replaced')
    sentences.push(t('{0} was replaced while it was read. The result is of the file before.', file));
  if (doubt === 'touched') sentences.push(t('{0} was written to or touched while it was read.', file));
  return sentences;
}

/** "Sorted by ms, descending, and path"; '' where the rows are in the order of the file. */
export function orderWords({ order }: Outcome): string {
  if (order.length === 0) return '';
  const keys = order.map(({ key, descending }) => (descending ? t('{0}, descending', key) : key));
  return t('Sorted by {0}', keys.join(`, ${t('then')} `));
}

/** The word for what has been done with the file's records. */
export function resultKind({ rows, filtered, order }: Outcome): {
  readonly word: string;
  readonly icon: string;
} {
  if (rows === 'groups') return { word: t('Grouped'), icon: 'group-by-ref-type' };
  if (rows === 'records' && filtered) return { word: t('Filtered'), icon: 'filter-filled' };
  if (rows === 'records' && order.length > 0) return { word: t('Sorted'), icon: 'list-ordered' };
  return { word: t('Query'), icon: 'table' };
}

/** What is wrong with a file; '' where nothing is. */
export function fileWords({ phase, said, grownBy }: FileState): string {
  if (said) return words(said);
  switch (phase) {
    case 'changed':
      return grownBy === undefined
        ? t('The file has changed on disk. The preview shows the previous version.')
        : t('The file has grown by {0} bytes.', count(grownBy));
    case 'gone':
      return t('The file was deleted, moved or renamed.');
    case 'failed':
      return t('The rest of the file could not be read.');
    default:
      return '';
  }
}
