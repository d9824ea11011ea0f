/** The malformed records: where, why, and their raw bytes. */
import { useEffect, useState } from 'preact/hooks';
import type { PreviewCalls, Problem } from '../../protocol/preview.ts';
import { english } from '../../said/said.ts';
import { VisibleText } from '../detail/text.tsx';
import { count, t, words } from '../l10n.ts';
import { isAbort, sentence } from '../link.ts';
import type { PageModel } from '../model/page.ts';
import { otherTableWords } from '../model/tableWords.ts';
import { visible } from '../visible.ts';
import { IconButton } from '../parts/button.tsx';
import { FailedRows } from './failedRows.tsx';
import { ProblemList } from './list.tsx';
import { rawPieces } from './raw.ts';
import { SchemaViolations } from './violations.tsx';

const perPage = 100;
/** Files that cannot be read, of which the reason is shown. */
const mostUnread = 100;

type Kinds = PreviewCalls['problemKinds']['result'];

interface Listed {
  readonly items: readonly Problem[];
  readonly total: number;
  readonly complete: boolean;
}

export function Problems({ page, close }: { readonly page: PageModel; readonly close: () => void }) {
  const [first, setFirst] = useState(0);
  const [listed, setListed] = useState<Listed>();
  const [error, setError] = useState('');
  const state = page.preview.state.value;
  // A list of problems still being found is read again as more come, while its end is in sight.
  const growing = listed && first + perPage >= listed.total ? state?.malformed : undefined;

  const file = page.preview.file.value;
  const [kinds, setKinds] = useState<Kinds>();
  useEffect(() => {
    setFirst(0);
    setListed(undefined);
    setKinds(undefined);
  }, [file]);

  useEffect(() => {
    const abort = new AbortController();
    page.link.call('problems', { first, count: perPage }, { signal: abort.signal }).then(
      (found) => {
        setListed(found);
        setError('');
      },
      (failure: unknown) => {
        if (!abort.signal.aborted) setError(sentence(failure));
      },
    );
    return () => abort.abort();
  }, [first, growing, state?.exact, file]);

  const any = (listed?.total ?? 0) > 0;
  // Counted when there are some and when the file is known to its end, not with each one that is found on the way.
  useEffect(() => {
    if (!any) return;
    const abort = new AbortController();
    page.link.call('problemKinds', null, { signal: abort.signal }).then(setKinds, (failure: unknown) => {
      if (!isAbort(failure)) setError(sentence(failure));
    });
    return () => abort.abort();
  }, [any, state?.exact, file]);

  const failed = page.preview.result.value?.failed ?? 0;
  const violations = page.schema.value?.listed ?? 0;
  useEffect(() => {
    // Nothing is there that the focus could go to.
    if (listed?.total === 0 && failed === 0 && violations === 0) page.toProblems.value = false;
  }, [listed, failed, violations]);

  const leftOut = page.preview.state.value?.leftOut;
  const unread = leftOut?.files ?? file?.files?.unread ?? [];
  const unreadCount = leftOut?.count ?? unread.length;
  const notes = file?.files?.order?.notes ?? [];
  const otherTables = page.otherTables.value;
  const total = listed?.total ?? 0;
  const last = Math.min(total, first + perPage);
  return (
    <section class="side" aria-label={t('Problems')}>
      <header class="side-head">
        <h2>{t('Problems')}</h2>
        <span class="grow" />
        <IconButton
          icon="export"
          label={t('Export Malformed Records\u2026')}
          disabled={total === 0}
          run={() => void page.link.call('host/exportRejects', null)}
        />
        <IconButton icon="close" label={t('Close')} run={close} />
      </header>
      {listed && total > 0 && (
        <p class="facts">
          {total === 1 ? t('1 malformed record') : t('{0} malformed records', count(total))}
          {listed.complete ? '' : ` ${t('so far')}`}
        </p>
      )}
      {kinds && kinds.kinds.length > 0 && total > 0 && (
        <ul class="problem-kinds" aria-label={t('Kinds of problems')}>
          {kinds.kinds.map(({ reason, count: many }) => (
            <li key={reason.text}>
              <button
                type="button"
                class="problem-kind"
                title={t('Filter by This Reason')}
                onClick={() => void page.filter.run(`_error = '${english(reason).replaceAll("'", "''")}'`)}
              >
                <span class="problem-count">{count(many)}</span> <span>{words(reason)}</span>
              </button>
            </li>
          ))}
          {kinds.counted < total && <li class="facts">{t('of the first {0}', count(kinds.counted))}</li>}
        </ul>
      )}
      {unread.length > 0 && (
        <ul class="other-tables" aria-label={t('Files that could not be read')}>
          {unread.slice(0, mostUnread).map(({ path, reason }) => (
            <li key={path} class="facts">
              {visible(words(reason))}
            </li>
          ))}
          {unreadCount > mostUnread && (
            <li class="facts">{t('and {0} more', count(unreadCount - mostUnread))}</li>
          )}
        </ul>
      )}
      {notes.length > 0 && (
        <ul class="other-tables" aria-label={t('Files that are not in order')}>
          {notes.map((note) => (
            <li key={english(note)} class="facts">
              {visible(words(note))}
            </li>
          ))}
        </ul>
      )}
      {otherTables.length > 0 && (
        <ul class="other-tables" aria-label={t('Other tables in the file')}>
          {otherTables.map((table) => (
            <li key={table.number}>
              <span class="facts">{otherTableWords(table)}</span>{' '}
              <button
                type="button"
                class="text-button"
                onClick={() => void page.link.call('host/readWith', { table: table.number })}
              >
                {t('Read This Table')}
              </button>
            </li>
          ))}
        </ul>
      )}
      <div class="side-body">
        <SchemaViolations page={page} />
        <FailedRows page={page} />
        {error ? (
          <p class="fault">{error}</p>
        ) : listed && total === 0 ? (
          <p class="calm">
            <span class="codicon codicon-pass" aria-hidden="true" />{' '}
            {listed.complete ? t('No malformed records.') : t('No malformed records so far.')}
          </p>
        ) : (
          <ProblemList
            label={t('Malformed records')}
            of={`${first}`}
            wanted={page.toProblems.value && listed !== undefined}
            taken={() => (page.toProblems.value = false)}
            items={(listed?.items ?? []).map((problem) => ({
              key: problem.record,
              reason: words(problem.reason),
              place: placeWords(problem),
              raw: <Raw problem={problem} />,
              show: () => void page.filter.goToRecord(problem.record),
            }))}
          />
        )}
      </div>
      {total > perPage && (
        <footer class="pager">
          <IconButton
            icon="chevron-left"
            label={t('Previous Page')}
            disabled={first === 0}
            run={() => setFirst(Math.max(0, first - perPage))}
          />
          <span class="facts">{t('{0} to {1} of {2}', count(first + 1), count(last), count(total))}</span>
          <IconButton
            icon="chevron-right"
            label={t('Next Page')}
            disabled={last >= total}
            run={() => setFirst(first + perPage)}
          />
        </footer>
      )}
    </section>
  );
}

/** "Record 3 · line 3 · byte 40"; of one of several files, its name, and the byte in it. */
function placeWords({ record, line, offset, at, file }: Problem): string {
  if (file === undefined)
    return t('Record {0} \u00b7 line {1} \u00b7 byte {2}', count(record), count(line), count(offset + at));
  if (file.offset === undefined) return t('Record {0} \u00b7 {1}', count(record), visible(file.name));
  return t(
    'Record {0} \u00b7 {1} \u00b7 byte {2}',
    count(record),
    visible(file.name),
    count(file.offset + at),
  );
}

function Raw({ problem }: { readonly problem: Problem }) {
  return (
    <code class="raw-line">
      {rawPieces(problem.raw, problem.at).map((piece, index) =>
        piece.kind === 'byte' ? (
          <span key={index} class={piece.here ? 'sign here' : 'sign'} title={t('invalid byte')}>
            {piece.text}
          </span>
        ) : (
          <span key={index} class={piece.here ? 'here' : ''}>
            <VisibleText text={piece.text} />
          </span>
        ),
      )}
    </code>
  );
}
