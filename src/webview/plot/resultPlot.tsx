/** The rows of a result as bars, lines or points, in the place of the grid. */
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { rowsOf } from '../grid/cells.ts';
import { count, t } from '../l10n.ts';
import { isAbort, sentence } from '../link.ts';
import type { ViewState } from '../../protocol/preview.ts';
import type { PageModel } from '../model/page.ts';
import { visible } from '../visible.ts';
import {
  chartOf,
  classify,
  marksFor,
  mostRows,
  proposed,
  type ChartChoice,
  type ChartRows,
  type Mark,
} from './chart.ts';
import { ChartView } from './chartView.tsx';
import { pngOf, svgText } from './picture.ts';
import { useSize } from './width.ts';

/** So many columns are looked at. */
const mostColumns = 16;

/** Rows that are here, with the columns and the state of the result that they are of. */
interface ReadRows extends ChartRows {
  readonly state: ViewState;
}

export function ResultPlot({ page }: { readonly page: PageModel }) {
  const { preview } = page;
  const data = useSignal<ReadRows | undefined>(undefined);
  const failed = useSignal('');
  const chosen = useSignal<Partial<ChartChoice>>({});
  const [host, size] = useSize();
  const svg = useRef<SVGSVGElement>(null);
  const counted = preview.counted.value;
  const now = preview.result.value;
  const names = preview.columns.value
    .slice(0, mostColumns)
    .map(({ path }) => path)
    .join('\n');

  useEffect(() => {
    const abort = new AbortController();
    const { view, rows } = preview.shown.peek();
    const state = preview.result.peek();
    if (!state) return;
    const columns = preview.columns.peek().slice(0, mostColumns);
    if (rows === 0) {
      data.value = { state, columns, rows: [] };
      return;
    }
    const request = { view, first: 0, count: Math.min(rows, mostRows), columns: columns.map(({ id }) => id) };
    page.link
      .call('rows', request, { signal: abort.signal })
      .then(rowsOf)
      .then(
        (read) => {
          data.value = { state, columns, rows: read };
          failed.value = '';
        },
        (failure: unknown) => {
          if (!isAbort(failure)) failed.value = sentence(failure);
        },
      );
    return () => abort.abort();
  }, [counted, names]);

  const rows = data.value;
  if (failed.value !== '') return <Around message={failed.value} page={page} />;
  if (!rows) return <Around message={t('Reading\u2026')} page={page} />;
  // Of one result, all of it: the names of the next one do not belong to these rows.
  const { columns } = rows;
  const state = now?.view === rows.state.view ? now : rows.state;
  if (rows.rows.length === 0 && state.phase !== 'running')
    return <Around message={t('There are no rows to plot.')} page={page} />;
  const known = classify(rows);
  const proposal = proposed(known, state.outcome, rows.rows.length);
  if (!proposal)
    return <Around message={t('There is nothing to plot: no column holds only numbers.')} page={page} />;
  const isThere = (id: number | undefined) => columns.some((column) => column.id === id);
  const y = isThere(chosen.value.y) ? (chosen.value.y ?? proposal.y) : proposal.y;
  const marks = marksFor(
    columns.find(({ id }) => id === y),
    state.outcome,
  );
  const wanted = chosen.value.mark ?? proposal.mark;
  const choice: ChartChoice = {
    mark: marks.includes(wanted) ? wanted : 'bars',
    x: isThere(chosen.value.x) ? (chosen.value.x ?? proposal.x) : proposal.x,
    y,
    color: 'color' in chosen.value ? chosen.value.color : proposal.color,
  };
  const chart = chartOf(rows, known, choice);
  const nameOf = (id: number) => columns.find((column) => column.id === id)?.name ?? '';
  const of = (ids: readonly { readonly id: number; readonly name: string }[]) =>
    ids.map(({ id, name }) => ({ value: String(id), name: visible(name) }));
  const measurable = known.filter(({ kind }) => kind !== 'name').map(({ column }) => column);
  const choose = (next: Partial<ChartChoice>) => (chosen.value = { ...chosen.value, ...next });
  const tell = (failure: unknown) => (preview.notice.value = sentence(failure));
  const { width, height } = size.value;
  const label = t(
    '{0} of {1} by {2}: {3} values',
    markName(choice.mark),
    nameOf(choice.y),
    nameOf(choice.x),
    count(chart.points.length),
  );

  function copyPicture(): void {
    if (!svg.current) return;
    pngOf(svg.current, chart.series.map(visible))
      .then((blob) => navigator.clipboard.write([new ClipboardItem({ [blob.type]: blob })]))
      .then(() => (preview.notice.value = t('Copied')), tell);
  }

  return (
    <section class="result-plot" aria-label={t('Plot')}>
      <div class="chart-head">
        <Choice
          label={t('Type')}
          value={choice.mark}
          options={marks.map((mark) => ({ value: mark, name: markName(mark) }))}
          choose={(mark) => choose({ mark: marks.find((one) => one === mark) ?? 'bars' })}
        />
        <Choice
          label={t('X')}
          value={String(choice.x)}
          options={of(columns)}
          choose={(x) => choose({ x: Number(x) })}
        />
        <Choice
          label={t('Y')}
          value={String(choice.y)}
          options={of(measurable)}
          choose={(y) => choose({ y: Number(y) })}
        />
        <Choice
          label={t('Color')}
          value={choice.color === undefined ? '' : String(choice.color)}
          options={[{ value: '', name: t('none') }, ...of(columns)]}
          choose={(color) => choose({ color: color === '' ? undefined : Number(color) })}
        />
        {chart.series.length > 0 && (
          <ul class="legend" aria-label={t('Legend')}>
            {chart.series.map((name, index) => (
              <li key={name}>
                <span class={`swatch series-${index}`} aria-hidden="true" />
                {visible(name)}
              </li>
            ))}
          </ul>
        )}
        <span class="chart-actions">
          <button
            type="button"
            class="text-button"
            onClick={() => svg.current && page.copyText(svgText(svg.current, chart.series.map(visible)))}
          >
            {t('Copy as SVG')}
          </button>
          <button type="button" class="text-button" onClick={copyPicture}>
            {t('Copy as PNG')}
          </button>
          <BackToRows page={page} />
        </span>
      </div>
      <p class="facts chart-note" role="status">
        {boundWords(state.matched, rows.rows.length, chart.left)}
      </p>
      <div class="chart-host" ref={host}>
        {width > 0 && height > 60 && (
          <ChartView
            chart={chart}
            label={label}
            xName={nameOf(choice.x)}
            yName={nameOf(choice.y)}
            width={width}
            height={height}
            svg={svg}
          />
        )}
      </div>
    </section>
  );
}

function markName(mark: Mark): string {
  const names = { bars: t('bars'), stacked: t('stacked bars'), lines: t('lines'), points: t('points') };
  return names[mark];
}

/** What of the result is not drawn; '' where all is. */
function boundWords(all: number, read: number, left: number): string {
  const words = [
    ...(all > read ? [t('The first {0} of {1} rows.', count(read), count(all))] : []),
    ...(left > 0 ? [left === 1 ? t('1 row is not drawn.') : t('{0} rows are not drawn.', count(left))] : []),
  ];
  return words.join(' ');
}

interface ChoiceProps {
  readonly label: string;
  readonly value: string;
  readonly options: readonly { readonly value: string; readonly name: string }[];
  readonly choose: (value: string) => void;
}

function Choice({ label, value, options, choose }: ChoiceProps) {
  return (
    <label>
      <span>{label}</span>
      <select class="input" value={value} onChange={(event) => choose(event.currentTarget.value)}>
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.name}
          </option>
        ))}
      </select>
    </label>
  );
}

function Around({ message, page }: { readonly message: string; readonly page: PageModel }) {
  return (
    <section class="result-plot" aria-label={t('Plot')}>
      <div class="chart-head">
        <p class="facts grow" role="status">
          {message}
        </p>
        <BackToRows page={page} />
      </div>
    </section>
  );
}

function BackToRows({ page }: { readonly page: PageModel }) {
  return (
    <button type="button" class="text-button" onClick={() => (page.plotted.value = false)}>
      <span class="codicon codicon-table" aria-hidden="true" /> {t('Show Rows')}
    </button>
  );
}
