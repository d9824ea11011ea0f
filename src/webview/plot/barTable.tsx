/** The numbers of a histogram as a table, for who does not see it. */
import { count } from '../l10n.ts';

export interface BarTableProps {
  readonly caption: string;
  /** Titles of the columns; the first one is of the ranges. */
  readonly titles: readonly string[];
  readonly lines: readonly { readonly range: string; readonly counts: readonly number[] }[];
}

export function BarTable({ caption, titles, lines }: BarTableProps) {
  return (
    <table class="visually-hidden">
      <caption>{caption}</caption>
      <thead>
        <tr>
          {titles.map((title, index) => (
            <th key={index} scope="col">
              {title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {lines.map(({ range, counts }, index) => (
          <tr key={index}>
            <th scope="row">{range}</th>
            {counts.map((counted, column) => (
              <td key={column}>{count(counted)}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
