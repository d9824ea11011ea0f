/** The side part that says everything about one column: figures, its most frequent values to tick, and what texts look like. */
import { useSignal } from '@preact/signals';
import type { ColumnInfo, ValuePick } from '../../protocol/preview.ts';
import type { ColumnSummary, ValueCount } from '../../protocol/statistics.ts';
import { count, t } from '../l10n.ts';
import type { PageModel } from '../model/page.ts';
import type { KnownColumn } from '../model/statistics.ts';
import { IconButton } from '../parts/button.tsx';
import { visible } from '../visible.ts';
import { Bars } from './bars.tsx';
import { factsOf, patternWords, topWords, writeTable } from './facts.ts';
import { asPicked, holdsBar, nothing, only, pickBars, toggled } from './picked.ts';
import { barsOf, keyOf, rowsOf } from './shape.ts';
import { useWidth } from './width.ts';
import { countWords, edgeWords, partial, rangeWords, rows, share, valueWords } from './words.ts';

export function ColumnPanel({ page, close }: { readonly page: PageModel; readonly close: () => void }) {
  const { facts } = page;
  const column = facts.column.value;
  const known = facts.known.value;
  return (
    <section class="side" aria-label={t('Column')}>
      <header class="side-head">
        <h2 class="column-name">{column ? visible(column.name) : t('Column')}</h2>
        <span class="grow" />
        <IconButton
          icon="copy"
          label={t('Copy as Markdown')}
          disabled={!known}
          run={() => column && known && page.copyText(tableOf(column, known, 'markdown'))}
        />
        <IconButton
          icon="table"
          label={t('Copy as CSV')}
          disabled={!known}
          run={() => column && known && page.copyText(tableOf(column, known, 'csv'))}
        />
        <IconButton icon="close" label={t('Close')} run={close} />
      </header>
      <p class="facts" role="status">
        {known ? coverageWords(known) : facts.error.value === '' ? t('Reading\u2026') : ''}
      </p>
      <div class="side-body" tabIndex={0} role="group" aria-label={t('Figures')}>
        {facts.error.value !== '' && <p class="fault">{facts.error.value}</p>}
        {column && known && <Body key={column.path} page={page} column={column} known={known} />}
      </div>
    </section>
  );
}

function coverageWords({ statistics, whole, filtered }: KnownColumn): string {
  const now = filtered ?? whole;
  if (!now.exact || !whole.exact)
    return t('Of the {0}: still reading', partial(Math.min(now.share, whole.share)));
  const matching = statistics.filtered ? rowsOf(statistics.filtered.kinds) : 0;
  return filtered
    ? t('Of {0} that match, and of the whole file', rows(matching))
    : t('Of {0}', rows(whole.rows));
}

interface BodyProps {
  readonly page: PageModel;
  readonly column: ColumnInfo;
  readonly known: KnownColumn;
}

function Body({ page, column, known }: BodyProps) {
  const { whole, filtered } = known.statistics;
  if (!whole) return null;
  const summary = filtered ?? whole;
  const items = summary.lists?.items;
  // Values that are there once say less than the figures.
  const repeats = whole.top.values.length === 0 || (whole.top.values.at(0)?.count ?? 0) > 1;
  return (
    <div class={known.stale ? 'plot stale' : 'plot'}>
      {known.statistics.histogram && known.statistics.histogram.whole.length > 0 && (
        <Wide page={page} column={column} known={known} />
      )}
      {!repeats && <Figures whole={whole} filtered={filtered} />}
      <Checklist page={page} column={column} whole={whole} filtered={filtered} />
      {items && items.top.values.length > 0 && (
        <Values title={t('Most frequent items')} values={items.top.values} all={rowsOf(items.kinds)} />
      )}
      {repeats && <Figures whole={whole} filtered={filtered} />}
      {summary.texts && (
        <>
          <h3>{t('Shortest and longest text')}</h3>
          <p class="sample-text">
            {summary.texts.shortest === '' ? t('empty text') : visible(summary.texts.shortest)}
          </p>
          <p class="sample-text">{visible(summary.texts.longest)}</p>
        </>
      )}
      {summary.patterns && summary.patterns.list.length > 0 && (
        <>
          <h3>{t('Patterns, of {0} texts', count(summary.patterns.sampled))}</h3>
          <table class="figures">
            <tbody>
              {summary.patterns.list.map((pattern) => (
                <tr key={patternWords(pattern)} title={visible(pattern.example)}>
                  <th scope="row">
                    <code>{patternWords(pattern)}</code>
                  </th>
                  <td>{share(pattern.count, summary.patterns?.sampled ?? 0)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </>
      )}
    </div>
  );
}

/** A histogram as wide as the panel, and the same as a table for who does not see it. */
function Wide({ page, column, known }: BodyProps) {
  const { whole, filtered, histogram } = known.statistics;
  const [host, width] = useWidth();
  if (!histogram || !whole) return null;
  const of = histogram.kind;
  const range = of === 'time' ? whole.times : whole.numbers;
  const picked = page.statistics.picks.value.get(column.path) ?? nothing;
  const bars = barsOf(histogram, Math.max(5, Math.floor(width.value / 5)));
  const all = rowsOf(whole.kinds);
  const pick = (from: number, to: number, add: boolean) => {
    const chosen = Array.from({ length: to - from + 1 }, (_, index) => from + index);
    const held = bars.flatMap((bar, index) => (add && holdsBar(picked, bar) ? [index] : []));
    const next = pickBars(of, bars, [...held, ...chosen]);
    page.pick(column, add ? next : only(picked, next));
  };
  return (
    <div class="wide-plot" ref={host}>
      <Bars
        label={t('{0}: how often its values are there', column.name)}
        tabIndex={0}
        bars={bars.map((bar) => ({
          whole: bar.whole,
          filtered: bar.filtered,
          picked: holdsBar(picked, bar),
          words: [rangeWords(of, bar), countWords(bar.whole, bar.filtered, all, filtered !== undefined)],
        }))}
        width={width.value}
        height={72}
        pick={pick}
        leave={() => undefined}
      />
      <div class="plot-words">
        <span>{edgeWords(of, range?.min ?? '')}</span>
        <span>{edgeWords(of, range?.max ?? '')}</span>
      </div>
      <table class="visually-hidden">
        <caption>{t('{0}: how often its values are there', column.name)}</caption>
        <thead>
          <tr>
            <th scope="col">{t('Values')}</th>
            <th scope="col">{t('Rows')}</th>
            {filtered && <th scope="col">{t('Matches')}</th>}
          </tr>
        </thead>
        <tbody>
          {bars.map((bar) => (
            <tr key={bar.from}>
              <th scope="row">{rangeWords(of, bar)}</th>
              <td>{count(bar.whole)}</td>
              {filtered && <td>{count(bar.filtered)}</td>}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface ChecklistProps {
  readonly page: PageModel;
  readonly column: ColumnInfo;
  readonly whole: ColumnSummary;
  readonly filtered: ColumnSummary | undefined;
}

/** The most frequent values of the whole, each with what the filter has of it: ticking one filters by it. */
function Checklist({ page, column, whole, filtered }: ChecklistProps) {
  const search = useSignal('');
  const values = whole.top.values;
  const nulls = whole.kinds.null + whole.kinds.missing;
  if (values.length === 0 && nulls === 0) return null;
  const picked = page.statistics.picks.value.get(column.path) ?? nothing;
  const matching = new Map(filtered?.top.values.map((value) => [keyOf(value), value.count]));
  const wanted = search.value.toLowerCase();
  const shown = values.filter(({ text }) => text.toLowerCase().includes(wanted));
  const all = rowsOf(whole.kinds);
  const most = Math.max(1, values.at(0)?.count ?? 0, nulls);
  const pick = (next: ValuePick) => page.pick(column, next);
  const note = topWords(whole.top);
  return (
    <>
      <h3>{t('Most frequent values')}</h3>
      {values.length > 8 && (
        <input
          type="search"
          class="input side-search"
          value={search.value}
          aria-label={t('Search in values')}
          placeholder={t('Search in values')}
          onInput={(event) => (search.value = event.currentTarget.value)}
        />
      )}
      <ul class="checklist">
        {shown.map((value) => {
          const one = asPicked(value);
          const isPicked = picked.values.some((other) => keyOf(other) === keyOf(one));
          return (
            <ValueLine
              key={keyOf(value)}
              words={valueWords(value)}
              of={value.count}
              matching={filtered && (matching.get(keyOf(value)) ?? 0)}
              most={most}
              all={all}
              picked={isPicked}
              tick={() => pick(toggled(picked, one))}
              only={() => pick({ ...nothing, values: [one] })}
              exclude={() => page.exclude(column, value)}
            />
          );
        })}
        {nulls > 0 && wanted === '' && (
          <ValueLine
            words={t('null or missing')}
            of={nulls}
            matching={filtered && filtered.kinds.null + filtered.kinds.missing}
            most={most}
            all={all}
            picked={picked.nulls}
            tick={() => pick({ ...nothing, values: picked.values, nulls: !picked.nulls })}
            only={() => pick({ ...nothing, nulls: true })}
            exclude={() => page.testColumn(column, 'not-null')}
          />
        )}
      </ul>
      {shown.length === 0 && wanted !== '' && <p class="facts">{t('None of the most frequent values.')}</p>}
      {note !== '' && <p class="facts">{note}</p>}
    </>
  );
}

interface ValueLineProps {
  readonly words: string;
  readonly of: number;
  readonly matching: number | undefined;
  readonly most: number;
  readonly all: number;
  readonly picked: boolean;
  readonly tick: () => void;
  readonly only: () => void;
  readonly exclude: () => void;
}

function ValueLine({ words, of, matching, most, all, picked, tick, only: alone, exclude }: ValueLineProps) {
  const counts = matching === undefined ? count(of) : t('{0} of {1}', count(matching), count(of));
  return (
    <li class={picked ? 'value-line picked' : 'value-line'}>
      <label title={t('{0}: {1}', words, countWords(of, matching ?? of, all, matching !== undefined))}>
        <input type="checkbox" checked={picked} onChange={tick} />
        <span class="value-words">{words}</span>
        <span class="value-count">{counts}</span>
        <span class="value-share">{share(of, all)}</span>
        <span class="value-length" aria-hidden="true">
          <span class="of-whole-line" style={{ width: `${(of / most) * 100}%` }} />
          <span class="of-filter-line" style={{ width: `${((matching ?? of) / most) * 100}%` }} />
        </span>
      </label>
      <span class="value-actions">
        <button type="button" class="text-button" aria-label={t('Only {0}', words)} onClick={alone}>
          {t('Only')}
        </button>
        <button type="button" class="text-button" aria-label={t('Exclude {0}', words)} onClick={exclude}>
          {t('Exclude')}
        </button>
      </span>
    </li>
  );
}

interface ValuesProps {
  readonly title: string;
  readonly values: readonly ValueCount[];
  readonly all: number;
}

function Values({ title, values, all }: ValuesProps) {
  return (
    <>
      <h3>{title}</h3>
      <table class="figures">
        <tbody>
          {values.map((value) => (
            <tr key={keyOf(value)}>
              <th scope="row">{valueWords(value)}</th>
              <td>{count(value.count)}</td>
              <td>{share(value.count, all)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

function Figures({ whole, filtered }: Pick<ChecklistProps, 'whole' | 'filtered'>) {
  const table = figureTable(whole, filtered);
  return (
    <>
      <h3>{t('Figures')}</h3>
      <table class="figures">
        {filtered && (
          <thead>
            <tr>
              <td />
              <th scope="col">{t('Matches')}</th>
              <th scope="col">{t('Whole file')}</th>
            </tr>
          </thead>
        )}
        <tbody>
          {table.map(([name = '', ...values]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              {values.map((value, index) => (
                <td key={index}>{value}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

/** A row for each figure: its name, that of the matches where there are some, that of the whole. */
function figureTable(whole: ColumnSummary, filtered: ColumnSummary | undefined): string[][] {
  const of = factsOf(whole);
  if (!filtered) return of.map(({ name, value }) => [name, value]);
  const mine = new Map(factsOf(filtered).map(({ name, value }) => [name, value]));
  return of.map(({ name, value }) => [name, mine.get(name) ?? '\u2013', value]);
}

function tableOf({ name }: ColumnInfo, known: KnownColumn, format: 'csv' | 'markdown'): string {
  const { whole, filtered } = known.statistics;
  if (!whole) return '';
  const all = rowsOf(whole.kinds);
  const head = filtered ? [name, t('Matches'), t('Whole file')] : [name, t('Value')];
  const figures = writeTable([head, ...figureTable(whole, filtered)], format);
  const matching = new Map(filtered?.top.values.map((value) => [keyOf(value), value.count]));
  const values = whole.top.values.map((value) => [
    value.text,
    ...(filtered ? [String(matching.get(keyOf(value)) ?? 0)] : []),
    String(value.count),
    share(value.count, all),
  ]);
  if (values.length === 0) return figures;
  const titles = [t('Value'), ...(filtered ? [t('Matches')] : []), t('Rows'), t('Share')];
  return `${figures}\n\n${writeTable([titles, ...values], format)}`;
}
