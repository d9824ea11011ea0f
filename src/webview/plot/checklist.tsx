/** A column's most frequent values, to tick, to keep alone and to leave out. */
import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import type { ColumnInfo } from '../../protocol/file.ts';
import type { PickedValue, ValuePick } from '../../protocol/queryText.ts';
import type { ColumnSummary } from '../../protocol/statistics.ts';
import { count, t } from '../l10n.ts';
import type { PageModel } from '../model/page.ts';
import { topWords } from './facts.ts';
import { apartIn, asPicked, holdsValue, nothing, toggled } from './picked.ts';
import { keyOf, listedIn, rowsOf, type Listed } from './shape.ts';
import { countWords, rows, share, valueWords } from './words.ts';

export interface ChecklistProps {
  readonly page: PageModel;
  readonly column: ColumnInfo;
  readonly whole: ColumnSummary;
  /** Of the rows of the filter; undefined where there is none. */
  readonly matches: ColumnSummary | undefined;
  /** Whether all of the file was read for `whole`. */
  readonly isWhole: boolean;
  /** Whether the figures are of the query before. */
  readonly isStale: boolean;
}

/** Values in an order that stays while they are ticked, and the query when they were. */
interface KeptOrder {
  readonly query: string;
  readonly values: readonly Listed['value'][];
}

/** The most frequent values of the rows that match, each with what the whole has of it: ticking one filters by it. */
export function Checklist({ page, column, whole, matches, isWhole, isStale }: ChecklistProps) {
  const search = useSignal('');
  const ticked = useRef<KeptOrder | undefined>(undefined);
  const before = useRef<readonly Listed['value'][]>([]);
  const picked = page.statistics.picks.value.get(column.path) ?? nothing;
  const excluded = page.statistics.excluded.value.get(column.path) ?? nothing;
  const query = page.filter.applied.value;
  const picks = [picked, excluded].some(({ values, nulls }) => values.length > 0 || nulls);
  // Ticking a value moves none: its rows hold no other, and the next one is to be ticked where it is.
  const kept =
    ticked.current && (picks || ticked.current.query === query) ? ticked.current.values : undefined;
  const order = isStale && before.current.length > 0 ? before.current : kept;
  const { values, others } = listedIn(whole, matches, picked.values, order, excluded.values);
  before.current = values.map(({ value }) => value);
  const { top } = matches ?? whole;
  const nulls = whole.kinds.null + whole.kinds.missing;
  const note = topWords(top, others);
  if (values.length === 0 && nulls === 0 && note === '') return null;
  const apart = apartIn(page.statistics.isTyped.value, whole);
  const wanted = search.value.toLowerCase();
  const shown = values.filter(({ value }) => value.text.toLowerCase().includes(wanted));
  const scale = {
    all: rowsOf((matches ?? whole).kinds),
    most: Math.max(1, nulls, ...values.map(({ whole: all, shown: some }) => all ?? some ?? 0)),
    isFiltered: matches !== undefined,
    isWhole,
    isExact: (matches ?? whole).top.exact,
    isSure: whole.top.exact && top.exact,
    wholeRows: rowsOf(whole.kinds),
  };
  const keepOrder = () => (ticked.current = { query, values: before.current });
  const pick = (next: ValuePick) => {
    keepOrder();
    page.pick(column, next);
  };
  const leaveOut = (value: PickedValue | undefined, isOut: boolean) => {
    keepOrder();
    page.addTest({ kind: isOut ? 'include' : 'exclude', path: column.path, value });
  };
  return (
    <>
      <h3>{t('Most frequent values')}</h3>
      {matches && (values.length > 0 || nulls > 0) && (
        <p class="facts">{t('Counts and shares of the rows that match.')}</p>
      )}
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
        {shown.map(({ value, whole: all, shown: some }) => {
          const one = asPicked(value, column, apart);
          const isOut = holdsValue(excluded, one);
          return (
            <ValueLine
              key={keyOf(value)}
              words={valueWords(value)}
              whole={all}
              shown={isOut ? 0 : some}
              scale={scale}
              picked={holdsValue(picked, one)}
              tick={() => pick(toggled(picked, one))}
              only={() => pick({ ...nothing, values: [one] })}
              excluded={isOut}
              exclude={() => leaveOut(one, isOut)}
            />
          );
        })}
        {nulls > 0 && wanted === '' && (
          <ValueLine
            words={t('null or missing')}
            whole={nulls}
            shown={matches ? matches.kinds.null + matches.kinds.missing : nulls}
            scale={{ ...scale, isExact: true, isSure: true }}
            picked={picked.nulls}
            tick={() => pick({ ...nothing, values: picked.values, nulls: !picked.nulls })}
            only={() => pick({ ...nothing, nulls: true })}
            excluded={excluded.nulls}
            exclude={() => leaveOut(undefined, excluded.nulls)}
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
  /** Undefined where that is not known. */
  readonly whole: number | undefined;
  /** Of the filter where there is one; undefined where that is not known. */
  readonly shown: number | undefined;
  readonly scale: {
    /** Rows that a share is of. */
    readonly all: number;
    /** The most frequent value fills its line. */
    readonly most: number;
    readonly isFiltered: boolean;
    readonly isWhole: boolean;
    /** Otherwise what is shown may be too low; `isSure`: otherwise what is told may be. */
    readonly isExact: boolean;
    readonly isSure: boolean;
    readonly wholeRows: number;
  };
  readonly picked: boolean;
  /** Left out by the filter: no row that matches holds it. */
  readonly excluded: boolean;
  readonly tick: () => void;
  readonly only: () => void;
  /** Leaves the value out, or no longer. */
  readonly exclude: () => void;
}

function ValueLine({ words, whole, shown, scale, picked, excluded, tick, only, exclude }: ValueLineProps) {
  const { all, most, isFiltered, isWhole, isExact, isSure, wholeRows } = scale;
  const counted =
    whole === undefined || (isFiltered && !isWhole)
      ? rows(shown ?? 0)
      : countWords(whole, shown ?? whole, wholeRows, isFiltered && shown !== undefined);
  const told = isSure ? counted : t('at least {0}', counted);
  const shownWords = shown === undefined ? '\u2013' : count(shown);
  return (
    <li class={`value-line${picked ? ' picked' : ''}${excluded ? ' excluded' : ''}`}>
      <label title={t('{0}: {1}', words, told)}>
        <input type="checkbox" checked={picked} onChange={tick} />
        <span class="value-words">{words}</span>
        <span class="value-count">{isExact || shown === undefined ? shownWords : `~${shownWords}`}</span>
        <span class="value-share">{shown === undefined ? '' : share(shown, all)}</span>
        <span class="value-length" aria-hidden="true">
          {isWhole && whole !== undefined && (
            <span class="of-whole-line" style={{ width: `${(whole / most) * 100}%` }} />
          )}
          <span class="of-filter-line" style={{ width: `${Math.min(1, (shown ?? 0) / most) * 100}%` }} />
        </span>
      </label>
      <span class="value-actions">
        <button type="button" class="text-button" aria-label={t('Only {0}', words)} onClick={only}>
          {t('Only')}
        </button>
        <button
          type="button"
          class="text-button"
          aria-label={excluded ? t('Include {0}', words) : t('Exclude {0}', words)}
          onClick={exclude}
        >
          {excluded ? t('Include') : t('Exclude')}
        </button>
      </span>
    </li>
  );
}
