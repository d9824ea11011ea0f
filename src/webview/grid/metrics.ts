/** Sizes that follow from the font: of a row, of a text, of the column with the record numbers. */
import { count } from '../l10n.ts';
import { createRuler, type Ruler } from './fit.ts';

export interface Metrics {
  readonly ruler: Ruler;
  readonly rowHeight: number;
  /** Width of the column that shows record numbers up to `most`. */
  gutter(most: number): number;
  /** The font may be another one. */
  measure(): void;
}

export function createMetrics(sheet: HTMLElement): Metrics {
  let ruler = createRuler(sheet);
  let rowHeight = 22;
  return {
    get ruler() {
      return ruler;
    },
    get rowHeight() {
      return rowHeight;
    },
    gutter(most) {
      const digits = count(Math.max(999, most)).length;
      return Math.ceil(ruler.cell('8'.repeat(digits)) + 34);
    },
    measure() {
      ruler = createRuler(sheet);
      rowHeight = Math.max(18, Math.round((parseFloat(getComputedStyle(sheet).fontSize) || 13) * 1.7));
      sheet.style.setProperty('--row-height', `${rowHeight}px`);
    },
  };
}
