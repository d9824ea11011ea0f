/** What a column holds, small, under its name. */
import { render } from 'preact';
import type { ColumnInfo } from '../../protocol/file.ts';
import type { ValuePick } from '../../protocol/queryText.ts';
import { mainKind, type ColumnSummary, type KindCounts } from '../../protocol/statistics.ts';
import { count, t } from '../l10n.ts';
import type { HeadPlots, PlotContext } from '../model/statistics.ts';
import { Bars } from './bars.tsx';
import { apartIn, asPicked, holdsBar, holdsPart, nothing, only, pickBars, toggled } from './picked.ts';
import { comparable, rowsOf, shapeOf, sharesOf, type Bar, type Part } from './shape.ts';
import { hideTip, showTip } from './tip.ts';
import { Values } from './values.tsx';
import {
  acrossWords,
  compactNumber,
  countWords,
  edgeWords,
  figure,
  limitWords,
  partial,
  rangeWords,
  rows,
  share,
  shareName,
  valueWords,
} from './words.ts';

/** Height of the drawing, of the words under it and of the thin line, in pixels. */
const height = 52;
const drawn = 30;
const margin = 6;
/** A bar has at least so much room. */
const barWidth = 4;

export const headPlots: HeadPlots = {
  height,
  paint(host, context, column, width) {
    render(
      column ? <HeadPlot key={column.path} context={context} column={column} width={width} /> : null,
      host,
    );
  },
};

interface HeadPlotProps {
  readonly context: PlotContext;
  readonly column: ColumnInfo;
  readonly width: number;
}

function HeadPlot({ context, column, width }: HeadPlotProps) {
  const { statistics } = context;
  const known = statistics.known.value.get(column.id);
  const shown = known && comparable(known.statistics, known.whole.share, known.filtered?.share);
  const whole = shown?.whole;
  if (!known || !shown || !whole) {
    return <div class="plot-words">{statistics.error.value === '' ? '\u2026' : t('no figures')}</div>;
  }
  const room = Math.max(20, width - 2 * margin - 1);
  // Of a filter that stands alone, the whole is not there yet.
  const isAlone = shown !== known.statistics;
  const read = [known.filtered, isAlone ? undefined : known.whole].filter((part) => part !== undefined);
  const isPartial = read.some(({ exact }) => !exact);
  const drawing = drawingOf({ context, column, known: shown, room });
  const limits = drawing.words.filter((words) => words !== '');
  const soFar = isPartial ? partial(Math.min(...read.map(({ share: done }) => done))) : '';
  const hasLimits = !isPartial || fits([soFar, ...limits], room);
  return (
    <div class={known.stale ? 'plot stale' : 'plot'}>
      {drawing.mark}
      <div class="plot-words">
        {hasLimits && <span>{drawing.words[0]}</span>}
        {isPartial && <span class="plot-partial">{soFar}</span>}
        {hasLimits && <span>{drawing.words[1]}</span>}
      </div>
      <Shares kinds={shown.counted ?? (shown.filtered ?? whole).kinds} room={room} />
    </div>
  );
}

/** Width of a letter of the words under a drawing at the most, and of what is between two of them, in pixels. */
const letter = 6.5;
const gap = 6;

/** Whether there is room for all of the words side by side. */
function fits(words: readonly string[], room: number): boolean {
  return words.reduce((sum, { length }) => sum + length * letter + gap, 0) <= room;
}

function limitsFor(of: 'number' | 'time', min: string, max: string, room: number): readonly string[] {
  if (min === max) return [edgeWords(of, min), ''];
  const limits = limitWords(of, min, max);
  if (of === 'time' || fits(limits, room)) return limits;
  const short = [compactNumber(min), compactNumber(max)];
  // Both are 100K of 100,001 to 100,300: the first one in full says more.
  return short[0] === short[1] && fits([min, ''], room) ? [`${min}\u2026`, ''] : short;
}

interface DrawingOf {
  readonly context: PlotContext;
  readonly column: ColumnInfo;
  readonly known: { readonly whole: ColumnSummary | undefined } & Parameters<typeof shapeOf>[0];
  readonly room: number;
}

function drawingOf({ context, column, known, room }: DrawingOf) {
  const { statistics } = context;
  const { whole, filtered, counted } = known;
  const picked = statistics.picks.value.get(column.path) ?? nothing;
  const pick = (next: ValuePick) => context.pick(column, next);
  const apart = apartIn(statistics.isTyped.value, whole);
  const shape = shapeOf(known, Math.max(5, Math.floor(room / barWidth)));
  const isFiltered = filtered !== undefined || counted !== undefined;
  const all = whole ? rowsOf(whole.kinds) : 0;
  switch (shape.kind) {
    case 'histogram': {
      const { bars, of } = shape;
      const range = of === 'time' ? whole?.times : whole?.numbers;
      const choose = (from: number, to: number, add: boolean) => {
        const chosen = Array.from({ length: to - from + 1 }, (_, index) => from + index);
        if (!add) pick(only(picked, pickBars(of, bars, chosen, apart)));
        else {
          const held = bars.flatMap((bar, index) => (holdsBar(picked, bar) ? [index] : []));
          const isHeld = chosen.every((index) => held.includes(index));
          pick(
            pickBars(
              of,
              bars,
              isHeld ? held.filter((index) => !chosen.includes(index)) : [...held, ...chosen],
              apart,
            ),
          );
        }
      };
      return {
        words: limitsFor(of, range?.min ?? '', range?.max ?? '', room),
        mark: (
          <Bars
            label={t('{0}: how often its values are there', column.name)}
            bars={bars.map((bar: Bar) => ({
              whole: bar.whole,
              filtered: bar.filtered,
              picked: holdsBar(picked, bar),
              words: [rangeWords(of, bar), countWords(bar.whole, bar.filtered, all, isFiltered)],
            }))}
            across={acrossWords(of, bars, all, isFiltered)}
            width={room}
            height={drawn}
            pick={choose}
            leave={context.leave}
          />
        ),
      };
    }
    case 'values': {
      const { parts } = shape;
      const distinct = whole?.distinct.count ?? 0;
      return {
        words: [distinct === 1 ? t('1 value') : t('{0} values', count(distinct)), ''],
        mark: (
          <Values
            label={t('{0}: its most frequent values', column.name)}
            parts={parts.map((part: Part) => ({
              texts: part.value ? [valueWords(part.value)] : [t('other values'), t('others'), ''],
              whole: part.whole,
              filtered: part.filtered,
              picked: holdsPart(picked, part, column, apart),
              listed: part.value !== undefined,
              words: [valueWords(part.value), countWords(part.whole, part.filtered, all, isFiltered)],
            }))}
            width={room}
            height={drawn - 6}
            pick={(index, add) => {
              const value = parts.at(index)?.value;
              if (!value) return;
              const one = asPicked(value, column, apart);
              pick(add ? toggled(picked, one) : only(picked, { ...nothing, values: [one] }));
            }}
            leave={context.leave}
          />
        ),
      };
    }
    case 'figures': {
      const [line, under] = whole ? figuresOf(filtered ?? whole) : ['', ''];
      return { words: [under, ''], mark: <div class="plot-figure">{line}</div> };
    }
  }
}

/** Two lines on a column whose values are too many to show. */
export function figuresOf({
  kinds,
  distinct,
  texts,
  lists,
  numbers,
  times,
}: Pick<ColumnSummary, 'kinds' | 'distinct' | 'texts' | 'lists' | 'numbers' | 'times'>): [string, string] {
  const about = distinct.exact ? '' : '~';
  const different = distinct.count === 1 ? t('1 value') : t('{0} values', `${about}${count(distinct.count)}`);
  switch (mainKind(kinds)) {
    case undefined:
      return [t('no values'), ''];
    case 'text':
      return [different, texts ? lengthWords(texts.minLength, texts.maxLength) : ''];
    case 'list':
      return [
        kinds.list === 1 ? t('1 list') : t('{0} lists', count(kinds.list)),
        lists ? itemWords(lists.minItems, lists.maxItems) : '',
      ];
    case 'object':
      return [kinds.object === 1 ? t('1 object') : t('{0} objects', count(kinds.object)), ''];
    case 'number':
      return [different, numbers ? t('mean {0}', figure(Number(numbers.mean))) : ''];
    case 'time':
      return [different, times ? edgeWords('time', times.min) : ''];
    case 'boolean':
      return [different, ''];
  }
}

/** How long the texts of a column are. */
function lengthWords(least: number, most: number): string {
  if (least < most) return t('{0} to {1} characters', count(least), count(most));
  return most === 1 ? t('1 character') : t('{0} characters', count(most));
}

/** How many items the lists of a column have. */
function itemWords(least: number, most: number): string {
  if (least < most) return t('{0} to {1} items', count(least), count(most));
  return most === 1 ? t('1 item') : t('{0} items', count(most));
}

/** The thin line: what the rows hold. */
function Shares({ kinds, room }: { readonly kinds: KindCounts; readonly room: number }) {
  const all = rowsOf(kinds);
  const shares = sharesOf(kinds);
  // Of no rows there is nothing to say; the line keeps its place.
  if (shares.length === 0) return <div class="plot-shares" />;
  const words = shares.map(
    ({ of, count: number }) => `${shareName(of)}: ${rows(number)} (${share(number, all)})`,
  );
  return (
    <div
      class="plot-shares"
      role="img"
      aria-label={words.join(', ')}
      style={{ width: `${room}px` }}
      onPointerMove={(event) => showTip(words, event.clientX, event.clientY)}
      onPointerLeave={hideTip}
    >
      {shares.map(({ of, count: number }) => (
        <div key={of} class={`share ${of}`} style={{ flexGrow: number / all }} />
      ))}
    </div>
  );
}
