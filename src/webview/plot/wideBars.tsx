import type { ColumnInfo } from '../../protocol/file.ts';
import type { Histogram } from '../../protocol/statistics.ts';
import { t } from '../l10n.ts';
import type { PageModel } from '../model/page.ts';
import { Bars } from './bars.tsx';
import { BarTable } from './barTable.tsx';
import { holdsBar, nothing, only, pickBars, type Apart } from './picked.ts';
import { barsOf } from './shape.ts';
import { useWidth } from './width.ts';
import { acrossWords, countWords, limitWords, rangeWords } from './words.ts';

interface WideBarsProps {
  readonly page: PageModel;
  readonly column: ColumnInfo;
  readonly histogram: Histogram;
  /** The smallest and the largest value. */
  readonly range: { readonly min: string; readonly max: string } | undefined;
  /** Rows in all. */
  readonly all: number;
  readonly isFiltered: boolean;
  /** As `apartIn` says. */
  readonly apart: Apart;
}

/** A histogram as wide as the panel, and the same as a table for who does not see it. */
export function WideBars({ page, column, histogram, range, all, isFiltered, apart }: WideBarsProps) {
  const [host, width] = useWidth();
  const of = histogram.kind;
  const picked = page.statistics.picks.value.get(column.path) ?? nothing;
  const bars = barsOf(histogram, Math.max(5, Math.floor(width.value / 5)));
  const pick = (from: number, to: number, add: boolean) => {
    const chosen = Array.from({ length: to - from + 1 }, (_, index) => from + index);
    const held = bars.flatMap((bar, index) => (add && holdsBar(picked, bar) ? [index] : []));
    const next = pickBars(of, bars, [...held, ...chosen], apart);
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
          words: [rangeWords(of, bar), countWords(bar.whole, bar.filtered, all, isFiltered)],
        }))}
        across={acrossWords(of, bars, all, isFiltered)}
        width={width.value}
        height={72}
        pick={pick}
        leave={() => undefined}
      />
      <div class="plot-words">
        {limitWords(of, range?.min ?? '', range?.max ?? '').map((words, index) => (
          <span key={index}>{words}</span>
        ))}
      </div>
      <BarTable
        caption={t('{0}: how often its values are there', column.name)}
        titles={[t('Values'), t('Rows'), ...(isFiltered ? [t('Matches')] : [])]}
        lines={bars.map((bar) => ({
          range: rangeWords(of, bar),
          counts: [bar.whole, ...(isFiltered ? [bar.filtered] : [])],
        }))}
      />
    </div>
  );
}
