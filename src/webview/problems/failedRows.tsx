import { useEffect, useState } from 'preact/hooks';
import type { FailedRow } from '../../protocol/preview.ts';
import { VisibleText } from '../detail/text.tsx';
import { count, t, words } from '../l10n.ts';
import type { PageModel } from '../model/page.ts';
import { visible } from '../visible.ts';
import { ProblemList } from './list.tsx';

/** The rows of the shown result that a program has failed for. */
export function FailedRows({ page }: { readonly page: PageModel }) {
  const { view = 0, failed = 0 } = page.preview.result.value ?? {};
  const [listed, setListed] = useState<{ readonly view: number; readonly rows: readonly FailedRow[] }>();
  useEffect(() => {
    if (failed === 0) return;
    const abort = new AbortController();
    page.link.call('failedRows', { view }, { signal: abort.signal }).then(
      (rows) => setListed({ view, rows }),
      // The view is gone: another takes its place.
      () => undefined,
    );
    return () => abort.abort();
  }, [view, failed]);
  if (failed === 0 || listed?.view !== view) return null;
  const wanted = page.toProblems.value && listed.rows.length > 0;
  return (
    <>
      <h3 class="facts problems-title">
        {failed === 1 ? t('CALL failed for 1 row') : t('CALL failed for {0} rows', count(failed))}
      </h3>
      <ProblemList
        label={t('Rows that CALL failed for')}
        of={view}
        wanted={wanted}
        taken={() => (page.toProblems.value = false)}
        items={listed.rows.map((row, index) => ({
          key: index,
          reason: visible(words(row.reason)),
          place: placeWords(row),
          raw: (
            <code class="raw-line">
              <VisibleText text={row.raw} />
            </code>
          ),
          show: row.record === undefined ? undefined : () => void page.filter.goToRecord(row.record ?? 0),
        }))}
      />
    </>
  );
}

function placeWords({ record, line, offset }: FailedRow): string {
  if (offset === undefined) return '';
  if (record === undefined || line === undefined) return t('byte {0}', count(offset));
  return t('Record {0} \u00b7 line {1} \u00b7 byte {2}', count(record), count(line), count(offset));
}
