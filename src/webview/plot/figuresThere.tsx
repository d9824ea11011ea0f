/** What a column holds in all rows of a query that a cluster runs, of which only a part is here. */
import { useEffect, useState } from 'preact/hooks';
import type { ColumnInfo } from '../../protocol/file.ts';
import type { FiguresThere as Figures } from '../../protocol/remote.ts';
import { count, t } from '../l10n.ts';
import { isAbort, sentence } from '../link.ts';
import type { PageModel } from '../model/page.ts';
import { visible } from '../visible.ts';
import type { Fact } from './facts.ts';
import { FactTable } from './figures.tsx';
import { WideBars } from './wideBars.tsx';
import { figure, share } from './words.ts';

export function FiguresThere({ page, column }: { readonly page: PageModel; readonly column: ColumnInfo }) {
  const { preview, link } = page;
  const [figures, setFigures] = useState<Figures | undefined>(undefined);
  const [trouble, setTrouble] = useState('');
  const [asking, setAsking] = useState<AbortController | undefined>(undefined);
  useEffect(() => () => asking?.abort(), [asking]);
  const file = preview.file.value;
  const phase = preview.state.value?.remote?.phase;
  const isPart = phase === 'limited' || phase === 'stopped';
  // A column that a query over the rows here has made is not known there.
  if (!file?.remote || !isPart || !file.columns.some(({ path }) => path === column.path)) return null;

  async function ask(): Promise<void> {
    const stopping = new AbortController();
    setTrouble('');
    setAsking(stopping);
    try {
      setFigures(await link.call('figuresThere', { path: column.path }, { signal: stopping.signal }));
    } catch (error) {
      if (!isAbort(error)) setTrouble(sentence(error));
    } finally {
      setAsking(undefined);
    }
  }

  return (
    <>
      <h3>{t('All rows, on {0}', file.remote.at)}</h3>
      {!figures && (
        <button
          type="button"
          class="button secondary"
          title={t('Have the cluster find the figures of this column in all rows of the query.')}
          onClick={() => (asking ? asking.abort() : void ask())}
        >
          {asking ? t('Stop') : t('Find Figures There')}
        </button>
      )}
      {trouble !== '' && (
        <p class="fault" role="alert">
          {trouble}
        </p>
      )}
      {figures && (
        <>
          {figures.histogram && (
            <WideBars
              page={page}
              column={column}
              histogram={figures.histogram}
              range={{ min: figures.min ?? '', max: figures.max ?? '' }}
              all={figures.rows}
              isFiltered={false}
              apart={undefined}
            />
          )}
          <FactTable facts={factsOf(figures)} />
          {figures.top.length > 0 && (
            <>
              <h3>{t('Most frequent values of all rows')}</h3>
              <FactTable
                facts={figures.top.map(({ text, count: rows }) => ({
                  name: text === '' ? t('empty text') : visible(text),
                  value: `${count(rows)} (${share(rows, figures.rows)})`,
                }))}
              />
            </>
          )}
          <h3>{t('The rows here')}</h3>
        </>
      )}
    </>
  );
}

/** Relative standard error of the number of different values, as the cluster estimates it. */
const distinctError = '5%';

function factsOf({ rows, present, distinct, min, max, numbers }: Figures): Fact[] {
  const missing = rows - present;
  const range = (name: string, value: string | undefined): Fact[] =>
    value === undefined ? [] : [{ name, value: visible(value) }];
  return [
    { name: t('count'), value: count(rows) },
    ...(missing > 0 ? [{ name: t('null'), value: `${count(missing)} (${share(missing, rows)})` }] : []),
    { name: t('distinct'), value: t('about {0}, typically within {1}', count(distinct), distinctError) },
    ...range(t('min'), min),
    ...(numbers
      ? [
          { name: '25%', value: `~${figure(numbers.q25)}` },
          { name: '50%', value: `~${figure(numbers.q50)}` },
          { name: '75%', value: `~${figure(numbers.q75)}` },
        ]
      : []),
    ...range(t('max'), max),
    ...(numbers ? [{ name: t('mean'), value: figure(numbers.mean) }] : []),
    ...(numbers?.std === undefined ? [] : [{ name: t('std'), value: figure(numbers.std) }]),
  ];
}
