/** What the page says of two files that are compared. */
import type { ComparisonInfo, LeftOutRecords } from '../../protocol/comparison.ts';
import { count, t } from '../l10n.ts';
import { visible } from '../visible.ts';

/** A sum of a comparison, and the query that shows its rows; undefined where there are none to show. */
export interface ComparisonSum {
  readonly words: string;
  readonly query: string | undefined;
}

/** "old.jsonl → new.jsonl, by id and day". */
export function comparedWords({ names, keys }: ComparisonInfo): string {
  const [before, after] = names.map(visible);
  return t('{0} → {1}, by {2}', before, after, keys.map(visible).join(', '));
}

/** "3 added", "1 removed", "2 changed", "994 the same". */
export function comparisonSums({ summary }: ComparisonInfo): ComparisonSum[] {
  const { added, removed, changed, same, duplicates } = summary;
  const rows = (change: string, rows: number): string | undefined =>
    rows > 0 ? `_change = '${change}'` : undefined;
  const several =
    duplicates === 1
      ? t('1 key with several records, not compared')
      : t('{0} keys with several records, not compared', count(duplicates));
  return [
    { words: t('{0} added', count(added)), query: rows('added', added) },
    { words: t('{0} removed', count(removed)), query: rows('removed', removed) },
    { words: t('{0} changed', count(changed)), query: rows('changed', changed) },
    { words: t('{0} the same', count(same)), query: undefined },
    ...(duplicates > 0 ? [{ words: several, query: rows('duplicate', duplicates) }] : []),
  ];
}

/** What could not be compared, and why the result may not be that of the files as they are: sentences. */
export function comparisonDoubts({ names, summary }: ComparisonInfo): string[] {
  return names.flatMap((name, side) => [
    ...leftOutWords(visible(name), summary.leftOut[side]),
    ...doubtWords(visible(name), summary.doubts[side]),
  ]);
}

function leftOutWords(name: string, left: LeftOutRecords): string[] {
  const { keyless, firstKeyless = 0, unreadable, firstUnreadable = 0 } = left;
  const words: string[] = [];
  if (keyless === 1) words.push(t('{0}: record {1} has no key.', name, count(firstKeyless)));
  if (keyless > 1) {
    words.push(
      t('{0}: {1} records have no key; the first is record {2}.', name, count(keyless), count(firstKeyless)),
    );
  }
  if (unreadable === 1) words.push(t('{0}: record {1} cannot be read.', name, count(firstUnreadable)));
  if (unreadable > 1) {
    const [all, first] = [count(unreadable), count(firstUnreadable)];
    words.push(t('{0}: {1} records cannot be read; the first is record {2}.', name, all, first));
  }
  return words;
}

/** Nothing where there is no doubt, which VS Code hands to the page as null. */
function doubtWords(name: string, doubt: ComparisonInfo['summary']['doubts'][number] | null): string[] {
  if (doubt === 'replaced')
    return [t('{0} was replaced while it was compared. The result is of the file before.', name)];
  if (doubt === 'touched') return [t('{0} was written to or touched while it was compared.', name)];
  return [];
}
