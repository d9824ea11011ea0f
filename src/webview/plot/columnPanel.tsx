/** The side part that says everything about one column: figures, its most frequent values to tick, and what texts look like. */
import type { ColumnInfo } from '../../protocol/file.ts';
import { count, t } from '../l10n.ts';
import type { PageModel } from '../model/page.ts';
import type { KnownColumn } from '../model/statistics.ts';
import { IconButton } from '../parts/button.tsx';
import { visible } from '../visible.ts';
import { Checklist } from './checklist.tsx';
import { patternWords, writeTable } from './facts.ts';
import { figureTable, Figures, ValueTable } from './figures.tsx';
import { FiguresThere } from './figuresThere.tsx';
import { apartIn } from './picked.ts';
import { comparable, listedIn, rowsOf } from './shape.ts';
import { WideBars } from './wideBars.tsx';
import { partial, rows, share } from './words.ts';

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
        {known ? coverageWords(known) : column && facts.error.value === '' ? t('Reading\u2026') : ''}
      </p>
      <div class="side-body" tabIndex={0} role="group" aria-label={t('Figures')}>
        {facts.error.value !== '' && <p class="fault">{facts.error.value}</p>}
        {column && <FiguresThere key={`${column.path} there`} page={page} column={column} />}
        {column && known && <Body key={column.path} page={page} column={column} known={known} />}
      </div>
    </section>
  );
}

function coverageWords({ statistics, whole, filtered }: KnownColumn): string {
  if (!filtered)
    return whole.exact ? t('Of {0}', rows(whole.rows)) : t('Of the {0}: still reading', partial(whole.share));
  const matching = rows(statistics.filtered ? rowsOf(statistics.filtered.kinds) : 0);
  if (!filtered.exact) return t('Of the {0}: still reading', partial(Math.min(filtered.share, whole.share)));
  return whole.exact
    ? t('Of {0} that match, and of the whole file', matching)
    : t('Of {0} that match. Whole file: still reading', matching);
}

interface BodyProps {
  readonly page: PageModel;
  readonly column: ColumnInfo;
  readonly known: KnownColumn;
}

function Body({ page, column, known }: BodyProps) {
  const statistics = comparable(known.statistics, known.whole.share, known.filtered?.share);
  const { whole, filtered, histogram } = statistics;
  if (!whole) return null;
  const summary = filtered ?? whole;
  const items = summary.lists?.items;
  // Values that are there once say less than the figures.
  const repeats = (summary.top.values.at(0)?.count ?? 0) > 1;
  return (
    <div class={known.stale ? 'plot stale' : 'plot'}>
      {histogram && histogram.whole.length > 0 && (
        <WideBars
          page={page}
          column={column}
          histogram={histogram}
          range={histogram.kind === 'time' ? whole.times : whole.numbers}
          all={rowsOf(whole.kinds)}
          isFiltered={filtered !== undefined}
          apart={apartIn(page.statistics.isTyped.value, whole)}
        />
      )}
      {!repeats && <Figures whole={whole} filtered={filtered} />}
      <Checklist
        page={page}
        column={column}
        whole={known.statistics.whole ?? whole}
        matches={known.statistics.filtered}
        isWhole={known.whole.exact}
        isStale={known.stale}
      />
      {items && items.top.values.length > 0 && (
        <ValueTable title={t('Most frequent items')} top={items.top} all={rowsOf(items.kinds)} />
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

function tableOf({ name }: ColumnInfo, known: KnownColumn, format: 'csv' | 'markdown'): string {
  const { whole, filtered } = comparable(known.statistics, known.whole.share, known.filtered?.share);
  if (!whole) return '';
  const all = rowsOf((filtered ?? whole).kinds);
  const head = filtered ? [name, t('Matches'), t('Whole file')] : [name, t('Value')];
  const figures = writeTable(
    [
      head,
      ...figureTable(whole, filtered).map(({ name: of, shown, whole: all }) => [
        of,
        shown,
        ...(all === undefined ? [] : [all]),
      ]),
    ],
    format,
  );
  const of = (number: number | undefined) => (number === undefined ? '' : String(number));
  const values = listedIn(whole, filtered, [], undefined).values.map(({ value, whole: count, shown }) => [
    value.text,
    ...(filtered ? [of(shown)] : []),
    of(count),
    shown === undefined ? '' : share(shown, all),
  ]);
  if (values.length === 0) return figures;
  const titles = [
    t('Value'),
    ...(filtered ? [t('Matches')] : []),
    whole.top.exact ? t('Rows') : t('Rows (at least)'),
    t('Share'),
  ];
  return `${figures}\n\n${writeTable([titles, ...values], format)}`;
}
