/** Tables of a column's figures: those of the matches beside, or in a narrow panel above, those of the whole file. */
import type { ColumnSummary, TopValues } from '../../protocol/statistics.ts';
import { count, t } from '../l10n.ts';
import { factsOf, type Fact } from './facts.ts';
import { keyOf } from './shape.ts';
import { share, valueWords } from './words.ts';
import { useWidth } from './width.ts';

interface FiguresProps {
  readonly whole: ColumnSummary;
  readonly filtered: ColumnSummary | undefined;
}

/** Two columns of times have room in so many pixels. */
const roomForTwo = 360;
/** Longer runs of characters may be broken. */
const unbroken = 26;

export function Figures({ whole, filtered }: FiguresProps) {
  const [host, width] = useWidth();
  const table = figureTable(whole, filtered);
  const isNarrow = filtered !== undefined && width.value < roomForTwo;
  return (
    <div ref={host}>
      <h3>{t('Figures')}</h3>
      <table class={isNarrow ? 'figures narrow' : 'figures'}>
        {filtered && (
          <thead>
            <tr>
              <td />
              <th scope="col">{t('Matches')}</th>
              {isNarrow ? null : <th scope="col">{t('Whole file')}</th>}
            </tr>
            {isNarrow && (
              <tr class="of-whole-row">
                <td />
                <th scope="col">{t('Whole file')}</th>
              </tr>
            )}
          </thead>
        )}
        <tbody>
          {table.map(({ name, shown, whole: all }) =>
            isNarrow ? (
              [
                <tr key={name}>
                  <th scope="rowgroup" rowSpan={2}>
                    {name}
                  </th>
                  <Figure value={shown} />
                </tr>,
                <tr key={`${name} whole`} class="of-whole-row">
                  <Figure value={all ?? ''} />
                </tr>,
              ]
            ) : (
              <tr key={name}>
                <th scope="row">{name}</th>
                <Figure value={shown} />
                {all !== undefined && <Figure value={all} />}
              </tr>
            ),
          )}
        </tbody>
      </table>
    </div>
  );
}

/** Facts that stand by themselves, each in a row. */
export function FactTable({ facts }: { readonly facts: readonly Fact[] }) {
  return (
    <table class="figures">
      <tbody>
        {facts.map(({ name, value }, at) => (
          <tr key={at}>
            <th scope="row">{name}</th>
            <Figure value={value} />
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** A figure breaks between its parts only: a date and its time, a count and its share. */
function Figure({ value }: { readonly value: string }) {
  return (
    <td>
      {value.split(' ').flatMap((part, index) => [
        index > 0 ? ' ' : '',
        <span key={index} class={part.length > unbroken ? undefined : 'unbroken'}>
          {part}
        </span>,
      ])}
    </td>
  );
}

export interface FigureRow {
  readonly name: string;
  /** Of the matches where there is a filter, else of the whole. */
  readonly shown: string;
  /** Of the whole, where there is a filter. */
  readonly whole: string | undefined;
}

export function figureTable(whole: ColumnSummary, filtered: ColumnSummary | undefined): FigureRow[] {
  const of = factsOf(whole);
  if (!filtered) return of.map(({ name, value }) => ({ name, shown: value, whole: undefined }));
  const mine = new Map(factsOf(filtered).map(({ name, value }) => [name, value]));
  return of.map(({ name, value, isCount }) => ({
    name,
    shown: mine.get(name) ?? (isCount ? count(0) : '\u2013'),
    whole: value,
  }));
}

interface ValueTableProps {
  readonly title: string;
  readonly top: TopValues;
  readonly all: number;
}

/** Values that cannot be ticked. */
export function ValueTable({ title, top, all }: ValueTableProps) {
  return (
    <>
      <h3>{title}</h3>
      <table class="figures">
        <tbody>
          {top.values.map((value) => (
            <tr key={keyOf(value)}>
              <th scope="row">{valueWords(value)}</th>
              <td class="unbroken">
                {top.exact ? '' : '~'}
                {count(value.count)}
              </td>
              <td class="unbroken">{share(value.count, all)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}
