/** Above the grid, where its rows come from a cluster: which one, of what query, how many, and whether they are all. */
import { batch } from '@preact/signals';
import { useState } from 'preact/hooks';
import { t } from './l10n.ts';
import { sentence } from './link.ts';
import type { PageModel } from './model/page.ts';
import { cameWords, placeWords, workWords } from './model/remoteWords.ts';
import { visible } from './visible.ts';
import { WriteThere } from './writeThere.tsx';

export function RemoteBand({ page }: { readonly page: PageModel }) {
  const { preview, link } = page;
  const [counting, setCounting] = useState(false);
  const info = preview.trouble.value ? undefined : preview.file.value?.remote;
  const state = preview.state.value?.remote;
  if (!info || !state) return null;
  const { phase, counted } = state;
  const isPart = phase === 'limited' || phase === 'stopped';
  const failed = (error: unknown) => (preview.notice.value = sentence(error));
  const stop = () => link.call('stopRemote', null).then((now) => (preview.state.value = now), failed);
  const countThere = () => {
    setCounting(true);
    link
      .call('countRemote', null)
      .then((now) => (preview.state.value = now), failed)
      .finally(() => setCounting(false));
  };
  const query = info.query.trim() === '' ? t('all records') : visible(info.query);
  const work = workWords(state);
  return (
    <div class="banner info remote" role="group" aria-label={t('Query on a Cluster')}>
      <span class="place">
        <span
          class={
            phase === 'running'
              ? 'codicon codicon-loading codicon-modifier-spin'
              : 'codicon codicon-server-process'
          }
          aria-hidden="true"
        />{' '}
        {placeWords(info, state)}
      </span>
      <span class={isPart || phase === 'failed' ? 'came warn' : 'came'}>{cameWords(state)}</span>
      {work !== '' && <span>{work}</span>}
      <code class="query" title={info.path === undefined ? query : `${query}\n${visible(info.path)}`}>
        {query}
      </code>
      <span class="acts">
        {phase === 'running' && (
          <button type="button" class="button" onClick={() => void stop()}>
            {t('Stop')}
          </button>
        )}
        {isPart && counted === undefined && (
          <button
            type="button"
            class="button secondary"
            disabled={counting}
            title={t('Count all rows of the query on the cluster.')}
            onClick={countThere}
          >
            {counting ? t('Counting\u2026') : t('Count All')}
          </button>
        )}
        {isPart && <PlotsThere page={page} />}
        {phase !== 'running' && <WriteThere page={page} />}
        {phase !== 'running' && (
          <button type="button" class="button secondary" onClick={() => void page.reload()}>
            {t('Run Again')}
          </button>
        )}
      </span>
    </div>
  );
}

/** Has the plots in the headers drawn of all rows, or of those that are here. */
function PlotsThere({ page: { statistics } }: { readonly page: PageModel }) {
  const { on, there, error } = statistics;
  const isOn = on.value && there.value;
  const press = () => {
    batch(() => {
      there.value = !isOn;
      on.value = true;
    });
  };
  return (
    <button
      type="button"
      class="button secondary"
      aria-pressed={isOn}
      title={
        isOn && error.value !== ''
          ? error.value
          : t(
              'Have the cluster find what the columns in sight hold in all rows. The plots of a filter are of the rows here.',
            )
      }
      onClick={press}
    >
      {t('Plot All Rows')}
    </button>
  );
}
