/** What shows in place of rows, or above them, when there is something else to say. */
import type { ComponentChildren } from 'preact';
import { bytes, count, duration, t, words } from './l10n.ts';
import type { ComparisonInfo } from '../protocol/comparison.ts';
import type { OpenColumn } from '../protocol/file.ts';
import type { ViewState } from '../protocol/preview.ts';
import type { PageModel } from './model/page.ts';
import { fileWords, madeWhole, recordWords } from './model/words.ts';
import { visible } from './visible.ts';

/** Over the grid: opening, failed, no rows, no match. */
export function GridState({ page }: { readonly page: PageModel }) {
  const { preview, filter } = page;
  const trouble = preview.trouble.value;
  const file = preview.file.value;
  const state = preview.state.value;
  if (trouble) {
    // A file alone has no query that could fail while it is opened.
    const isQuery =
      trouble.kind === 'query' || trouble.kind.startsWith('cluster-') || file?.remote !== undefined;
    return (
      <Empty icon="error" title={isQuery ? t('The query failed') : t("This file can't be shown")} alert>
        <p>{trouble.message}</p>
        <p class="actions">
          <button type="button" class="button" onClick={() => void page.tryAgain()}>
            {t('Try Again')}
          </button>
          {!isQuery && (
            <button type="button" class="button secondary" onClick={() => page.readAs()}>
              {t('Read File As\u2026')}
            </button>
          )}
          {!isQuery && <OpenAsText page={page} />}
          {isQuery && page.offers('host/runElsewhere') && <RunElsewhere page={page} kind={trouble.kind} />}
        </p>
      </Empty>
    );
  }
  if (!file || !state) return <Empty icon="loading" spin title={t('Opening\u2026')} />;
  const { rows, exact, view } = preview.shown.value;
  if (rows > 0) return null;
  // Which columns there are is seen without rows as well.
  const head = preview.columns.value.length > 0 ? page.headHeight.value : 0;
  if (view < 0) return <Empty icon="loading" spin title={t('Running the filter\u2026')} />;
  if (view === 0) {
    if (!exact) return <Empty icon="loading" spin title={t('Reading the first rows\u2026')} below={head} />;
    if (file.remote) return <Empty icon="search" title={t('The query has no rows')} below={head} />;
    if (file.comparison)
      return <Empty icon="check" title={noDifferenceWords(file.comparison)} below={head} />;
    return (
      <Empty
        icon="file"
        title={state.fileSize === 0 ? t('The file is empty') : t('No records in this file')}
        below={head}
      >
        <p class="actions">
          <OpenAsText page={page} />
        </p>
      </Empty>
    );
  }
  const result = preview.result.value;
  if (!result) return null;
  if (result.phase === 'running') {
    const title = madeWhole(result.outcome) ? t('Reading the records\u2026') : t('No matches yet');
    return <Empty icon="loading" spin title={title} below={head} />;
  }
  // What the index lets a query pass over is searched all the same.
  const searched = t(
    'Searched {0}, {1}.',
    recordWords(result.records),
    bytes(result.scanned + result.skipped),
  );
  return (
    <Empty icon="search" title={noRowsWords(result, filter.error.value !== '')} below={head}>
      {result.said && <p>{words(result.said)}</p>}
      <p>
        {searched}
        {result.malformed > 0 && ` ${t('{0} are malformed.', count(result.malformed))}`}
      </p>
      <p class="actions">
        {result.phase === 'cancelled' && (
          <button type="button" class="button" onClick={() => void filter.run(filter.applied.value)}>
            {t('Run Again')}
          </button>
        )}
        <button
          type="button"
          class={result.phase === 'cancelled' ? 'button secondary' : 'button'}
          onClick={() => void filter.clear()}
        >
          {t('Clear Filter')}
        </button>
      </p>
    </Empty>
  );
}

/** How else a query can be run that a cluster could not run. */
function RunElsewhere({ page: { link }, kind }: { readonly page: PageModel; readonly kind: string }) {
  const ways = [
    ...(kind === 'cluster-refused' ? [['token', t('Enter Token\u2026')] as const] : []),
    ['connection', t('Edit Connection\u2026')] as const,
    ['here', t('Run Here')] as const,
  ];
  return (
    <>
      {ways.map(([how, words]) => (
        <button
          key={how}
          type="button"
          class="button secondary"
          title={how === 'here' ? t('Run the query on this computer, over the whole file.') : undefined}
          onClick={() => void link.call('host/runElsewhere', { how })}
        >
          {words}
        </button>
      ))}
    </>
  );
}

/** What is not compared is not the same. */
function noDifferenceWords({ summary }: ComparisonInfo): string {
  const isWhole = summary.leftOut.every(({ keyless, unreadable }) => keyless + unreadable === 0);
  return isWhole ? t('The files have the same records') : t('The records that were compared are the same');
}

/** @param before the rows are those of the query before one that is wrong */
function noRowsWords({ phase, outcome }: ViewState, before: boolean): string {
  if (phase === 'failed') return t('The query failed');
  if (phase === 'cancelled') {
    return madeWhole(outcome)
      ? t('The query was cancelled before it had rows')
      : t('No matches before the query was cancelled');
  }
  if (before) return t('The last query matched no records');
  return outcome.filtered ? t('No records match') : t('The query has no rows');
}

/** Above the grid: the file has changed, is gone; the engine was started anew. */
export function Banners({ page }: { readonly page: PageModel }) {
  const { preview } = page;
  // Of a file that cannot be shown there is nothing more to say.
  const state = preview.trouble.value ? undefined : preview.state.value;
  const query = page.filter.applied.value;
  return (
    <>
      {state?.phase === 'changed' && (
        <Banner icon="info" kind="info">
          <span>{fileWords(state)}</span>
          <button type="button" class="button" onClick={() => void page.reload()}>
            {query ? t('Reload with Filter') : t('Reload')}
          </button>
        </Banner>
      )}
      {state?.phase === 'gone' && (
        <Banner icon="warning" kind="warning">
          <span>{fileWords(state)}</span>
          <button type="button" class="button" onClick={() => void page.reload()}>
            {t('Try Again')}
          </button>
        </Banner>
      )}
      {state?.phase === 'failed' && (
        <Banner icon="error" kind="error">
          <span>{fileWords(state)}</span>
          {/* What a cluster has not come to the end of is run again from the beginning: see its band. */}
          {!state.remote && (
            <button type="button" class="button" onClick={() => void page.filter.retry()}>
              {t('Try Again')}
            </button>
          )}
        </Banner>
      )}
      <OpenColumns page={page} />
      {preview.paused.value && (
        <Banner icon="debug-pause" kind="info">
          <span>
            {t('The query was not run again: it took {0} last time.', duration(preview.paused.value.took))}
          </span>
          <button type="button" class="button" onClick={() => page.runPaused()}>
            {t('Run Again')}
          </button>
          <button type="button" class="button secondary" onClick={() => void page.filter.clear()}>
            {t('Clear Filter')}
          </button>
        </Banner>
      )}
      {preview.restarted.value && (
        <Banner icon="debug-restart" kind="info">
          <span>{preview.restarted.value}</span>
          <button type="button" class="button" onClick={() => (preview.restarted.value = '')}>
            {t('Close')}
          </button>
        </Banner>
      )}
    </>
  );
}

/** Asks how numbers and dates are written where the cells do not say: once for numbers, once for dates. */
function OpenColumns({ page }: { readonly page: PageModel }) {
  const open = page.preview.file.value?.open ?? [];
  const isNumber = ({ choices }: OpenColumn): boolean =>
    choices.some(({ options }) => options.decimal !== undefined);
  const groups = [open.filter(isNumber), open.filter((column) => !isNumber(column))];
  return <>{groups.map((columns) => columns.length > 0 && <AskWritten page={page} columns={columns} />)}</>;
}

function AskWritten(props: { readonly page: PageModel; readonly columns: readonly OpenColumn[] }) {
  const [{ name, example, choices }, ...others] = props.columns;
  const [first, second] = choices.map(({ value }) => value);
  const isOpen = t(
    '{0} is read as text: {1} can be {2} or {3}.',
    visible(name),
    visible(example),
    first,
    second,
  );
  return (
    <Banner icon="question" kind="info">
      <span>
        {isOpen}
        {others.length > 0 &&
          ` ${others.length === 1 ? t('So is 1 more column.') : t('So are {0} more columns.', count(others.length))}`}
      </span>
      {choices.map(({ written, options }) => (
        <button
          key={written}
          type="button"
          class="button"
          onClick={() => void props.page.link.call('host/readWith', options)}
        >
          {t('Read as {0}', written)}
        </button>
      ))}
    </Banner>
  );
}

function OpenAsText({ page }: { readonly page: PageModel }) {
  if (!page.offers('host/openAsText')) return null;
  return (
    <button
      type="button"
      class="button secondary"
      onClick={() => void page.link.call('host/openAsText', null)}
    >
      {t('Open as Text')}
    </button>
  );
}

function Banner(props: {
  readonly icon: string;
  readonly kind: 'info' | 'warning' | 'error';
  readonly children: ComponentChildren;
}) {
  return (
    <div class={`banner ${props.kind}`} role={props.kind === 'info' ? 'status' : 'alert'}>
      <span class={`codicon codicon-${props.icon}`} aria-hidden="true" />
      {props.children}
    </div>
  );
}

function Empty(props: {
  readonly icon: string;
  readonly title: string;
  readonly spin?: boolean;
  readonly alert?: boolean;
  /** Pixels of the grid's upper edge that stay in sight. */
  readonly below?: number;
  readonly children?: ComponentChildren;
}) {
  return (
    <div
      class={props.below ? 'empty-state below-head' : 'empty-state'}
      role={props.alert ? 'alert' : undefined}
      style={{ '--head-height': `${props.below ?? 0}px` }}
    >
      <span
        class={`codicon codicon-${props.icon}${props.spin ? ' codicon-modifier-spin' : ''}`}
        aria-hidden="true"
      />
      <h2>{props.title}</h2>
      {props.children}
    </div>
  );
}
