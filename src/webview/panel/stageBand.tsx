/** The stages of a query or an export in their order: what went in and out of each, and which of them is the slowest. */
import type { StageLine } from '../../protocol/stages.ts';
import { t } from '../l10n.ts';
import type { PageModel } from '../model/page.ts';
import {
  errorWords,
  figuresOf,
  phaseWords,
  rowsWords,
  slowestWords,
  stageName,
  totalWords,
} from '../model/stageWords.ts';
import { IconButton } from '../parts/button.tsx';
import { visible } from '../visible.ts';

export function StageBand({ page }: { readonly page: PageModel }) {
  const shown = page.stages.shown.value;
  if (!shown) return null;
  const { report, phase, target } = shown;
  const title =
    target === undefined ? t('Stages of the query') : t('Stages of the export to {0}', visible(target));
  const hasEnded = phase !== 'running';
  const slowest = report ? slowestWords(report) : '';
  return (
    <section class="stage-band" aria-label={title}>
      <div class="stage-head">
        <h2>{title}</h2>
        {report && (
          <span class="facts">
            {phaseWords(shown)}: {totalWords(report)}
          </span>
        )}
        {!hasEnded && slowest !== '' && <span class="facts">{slowest}</span>}
        {/* Said once, not with each figure. */}
        <span class="facts" role="status">
          {hasEnded && slowest}
        </span>
        <span class="grow" />
        <IconButton icon="close" label={t('Close')} run={() => page.stages.close()} />
      </div>
      {report && report.lines.length > 0 ? (
        <ol class="stages" aria-label={title} tabIndex={0}>
          {report.lines.map((line, at) => (
            <Stage
              key={at}
              line={line}
              first={at === 0}
              slowest={at === report.slowest}
              elapsedMs={report.elapsedMs}
            />
          ))}
        </ol>
      ) : (
        <p class="facts stage-none">
          {hasEnded ? t('Nothing was read for these rows: they were known.') : t('Starting\u2026')}
        </p>
      )}
    </section>
  );
}

interface StageProps {
  readonly line: StageLine;
  readonly first: boolean;
  readonly slowest: boolean;
  readonly elapsedMs: number;
}

function Stage({ line, first, slowest, elapsedMs }: StageProps) {
  const wrong = errorWords(line);
  return (
    <li class="stage-step">
      {!first && <span class="codicon codicon-arrow-right" aria-hidden="true" />}
      <div class={slowest ? 'stage slowest' : 'stage'}>
        <div class="stage-name">
          <span>{stageName(line.name)}</span>
          {slowest && <span class="stage-mark">{t('slowest')}</span>}
        </div>
        <div class="stage-rows">{rowsWords(line)}</div>
        <div class="stage-share" aria-hidden="true">
          <span style={{ '--share': line.share ?? 0 }} />
        </div>
        {figuresOf(line, elapsedMs).map((words) => (
          <div key={words} class="facts">
            {words}
          </div>
        ))}
        {wrong !== '' && (
          <div class="warn">
            <span class="codicon codicon-warning" aria-hidden="true" /> {wrong}
          </div>
        )}
      </div>
    </li>
  );
}
