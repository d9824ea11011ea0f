/** Rows over time, above the grid: drag to zoom, click to go there. */
import type { TimelineSeries } from '../../protocol/statistics.ts';
import { t, count } from '../l10n.ts';
import type { PageModel } from '../model/page.ts';
import { IconButton } from '../parts/button.tsx';
import { visible } from '../visible.ts';
import { Bars } from './bars.tsx';
import { BarTable } from './barTable.tsx';
import { apartIn, nothing, pickBars } from './picked.ts';
import { barsOf } from './shape.ts';
import { edgeWords, partial, rangeWords, rows, valueWords } from './words.ts';
import { useWidth } from './width.ts';

const drawn = 54;
/** Five times have room in so many pixels. */
const roomForFive = 740;
/** Columns that are offered to stack by. */
const offered = 200;

export function TimeBand({ page }: { readonly page: PageModel }) {
  const { timeline, preview } = page;
  const [host, width] = useWidth();
  const column = timeline.column.value;
  const answer = timeline.answer.value;
  const columns = preview.columns.value;
  const times = timeline.times.value;
  const others = columns.filter(({ path }) => path !== column?.path).slice(0, offered);
  const choices = times.some(({ path }) => path === column?.path) || !column ? times : [column, ...times];
  const isZoomed = column !== undefined && page.statistics.picks.value.has(column.path);
  return (
    <section class="time-band" aria-label={t('Rows over time')}>
      <div class="time-head">
        <label>
          <span>{t('Rows over')}</span>
          <select
            class="input"
            value={column?.path ?? ''}
            onChange={(event) => (timeline.chosen.value = event.currentTarget.value)}
          >
            {choices.length === 0 && <option value="">{t('no column of times')}</option>}
            {choices.map(({ path, name }) => (
              <option key={path} value={path}>
                {visible(name)}
              </option>
            ))}
          </select>
        </label>
        {column && (
          <label>
            <span>{t('stacked by')}</span>
            <select
              class="input"
              value={timeline.by.value}
              onChange={(event) => (timeline.by.value = event.currentTarget.value)}
            >
              <option value="">{t('nothing')}</option>
              {others.map(({ path, name }) => (
                <option key={path} value={path}>
                  {visible(name)}
                </option>
              ))}
            </select>
          </label>
        )}
        <Legend page={page} />
        <span class="grow" />
        <span class="facts" role="status">
          {timeline.error.value === '' ? totalWords(page) : timeline.error.value}
        </span>
        {isZoomed && (
          <button type="button" class="text-button" onClick={() => page.pick(column, nothing)}>
            {t('Zoom Out')}
          </button>
        )}
        <IconButton icon="close" label={t('Close')} run={() => (timeline.on.value = false)} />
      </div>
      <div class="time-plot" ref={host} style={{ height: column ? `${drawn + 16}px` : '0' }}>
        {answer && column && answer.places.length > 1 && <Plot page={page} width={width.value} />}
      </div>
    </section>
  );
}

function totalWords({ timeline }: PageModel): string {
  const answer = timeline.answer.value;
  if (!answer) return '';
  const counted = answer.series.reduce(
    (sum, { counts }) => sum + counts.reduce((all, one) => all + one, 0),
    0,
  );
  const words =
    answer.without === 0 ? rows(counted) : t('{0}, {1} without a time', rows(counted), count(answer.without));
  if (answer.coverage.exact) return words;
  return answer.coverage.share < 1
    ? `${partial(answer.coverage.share)}: ${words}`
    : t('{0}, stacking\u2026', words);
}

function Legend({ page }: { readonly page: PageModel }) {
  const answer = page.timeline.answer.value;
  if (!answer || answer.series.length < 2) return null;
  return (
    <ul class="legend" aria-label={t('Legend')}>
      {answer.series.map((one, index) => (
        <li key={index}>
          <span class={`swatch series-${one.color}`} aria-hidden="true" />
          {seriesWords(one)}
        </li>
      ))}
    </ul>
  );
}

function Plot({ page, width }: { readonly page: PageModel; readonly width: number }) {
  const { timeline } = page;
  const column = timeline.column.value;
  const answer = timeline.answer.value;
  if (!answer || !column) return null;
  const { edges, places, series } = answer;
  const length = Math.max(0, edges.length - 1);
  const whole = Float64Array.from({ length }, (_, bar) =>
    series.reduce((sum, { counts }) => sum + (counts[bar] ?? 0), 0),
  );
  const bars = barsOf({ kind: 'time', edges, places, whole, filtered: undefined }, length);
  const [from, to] = [places[0], places[length]];
  const here = timeline.here.value;
  const at = here !== undefined && to > from ? placeAt(places, here) * width : -1;
  return (
    <>
      <Bars
        label={t('Rows over {0}', column.name)}
        tabIndex={0}
        bars={bars.map((bar, index) => ({
          whole: bar.whole,
          filtered: bar.whole,
          parts:
            series.length > 1
              ? series.map((one) => ({ count: one.counts[index] ?? 0, name: one.color }))
              : undefined,
          picked: false,
          words: [
            rangeWords('time', bar),
            rows(bar.whole),
            ...(series.length > 1
              ? series.map((one) => `${seriesWords(one)}: ${count(one.counts[index] ?? 0)}`)
              : []),
          ],
        }))}
        across={(first, last) => {
          const chosen = (counts: Float64Array) =>
            counts.subarray(first, last + 1).reduce((sum, count) => sum + count, 0);
          return [
            rangeWords('time', { from: bars.at(first)?.from ?? '', to: bars.at(last)?.to ?? '' }),
            rows(chosen(whole)),
            ...(series.length > 1
              ? series.map((one) => `${seriesWords(one)}: ${count(chosen(one.counts))}`)
              : []),
          ];
        }}
        width={width}
        height={drawn}
        pick={(first, last, add) => {
          const chosen = Array.from({ length: last - first + 1 }, (_, index) => first + index);
          if (first === last && !add)
            void timeline.goTo(bars.at(first)?.from ?? '', bars.at(first)?.to ?? '');
          else {
            const summary = page.statistics.known.peek().get(column.id)?.statistics.whole;
            const apart = apartIn(page.statistics.isTyped.peek(), summary);
            page.pick(column, pickBars('time', bars, chosen, apart));
          }
        }}
        leave={(key) => {
          if (key !== 'ArrowUp') page.preview.grid.focus();
        }}
      />
      <BarTable
        caption={t('Rows over {0}', column.name)}
        titles={[t('Times'), t('Rows'), ...(series.length > 1 ? series.map(seriesWords) : [])]}
        lines={bars.map((bar, index) => ({
          range: rangeWords('time', bar),
          counts: [bar.whole, ...(series.length > 1 ? series.map(({ counts }) => counts[index] ?? 0) : [])],
        }))}
      />
      {at >= 0 && at <= width && (
        <div
          class="time-here"
          style={{ transform: `translateX(${at}px)`, height: `${drawn}px` }}
          aria-hidden="true"
        />
      )}
      <div class="plot-words time-words" style={{ width: `${width}px` }}>
        {labelled(length, width).map((edge) => (
          <span key={edge} {...standsAt(edge / length)}>
            {edgeWords('time', edges.at(edge) ?? '')}
          </span>
        ))}
      </div>
    </>
  );
}

function seriesWords({ value, isNull }: TimelineSeries): string {
  return isNull ? t('null') : valueWords(value);
}

/** The edges of bars that have a label: both ends, and as many between them as have room. */
function labelled(length: number, width: number): number[] {
  const parts = width < roomForFive ? 2 : 4;
  const edges = Array.from({ length: parts + 1 }, (_, part) => Math.round((part / parts) * length));
  return [...new Set(edges)];
}

/** Under the edge that it names; at the ends beside it, where it is not cut. */
function standsAt(share: number) {
  const shift = share === 0 ? 0 : share === 1 ? -100 : -50;
  return { style: { left: `${share * 100}%`, transform: `translateX(${shift}%)` } };
}

/** Where a time is among bars that are all as wide as each other, as months are not: from 0 to 1. */
function placeAt(places: Float64Array, time: number): number {
  const length = places.length - 1;
  if (time < places[0] || time > places[length]) return -1;
  const last = places.findLastIndex((place) => place <= time);
  const bar = Math.min(length - 1, last);
  return (bar + (time - places[bar]) / (places[bar + 1] - places[bar])) / length;
}
