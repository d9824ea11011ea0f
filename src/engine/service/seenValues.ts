import { CellKind } from '../../protocol/preview.ts';
import { cellColumns, type FileColumn } from '../dataset/columns.ts';
import type { SampledCells } from '../dataset/doubt/sampledCells.ts';
import { rewriteCell } from '../format/csv/cellReading.ts';
import type { SeenValue } from '../query/index.ts';

/** Values that are offered. */
const mostValues = 50;

/** Values that a few rows of a file hold in a column, the most frequent first: what completion offers. */
export class SeenValues {
  readonly #sampled: SampledCells;

  constructor(sampled: SampledCells) {
    this.#sampled = sampled;
  }

  async of(column: FileColumn, signal: AbortSignal): Promise<readonly SeenValue[]> {
    const counts = new Map<string, { readonly value: SeenValue; count: number }>();
    for (const { kind, text } of await this.#sampled.of(cellColumns([column])[0], signal)) {
      const isText = kind === CellKind.Text;
      if (!isText && kind !== CellKind.Number && kind !== CellKind.Boolean) continue;
      const value = isText || !column.reading ? text : (rewriteCell(text, column.reading) ?? text);
      const key = `${isText ? "'" : ''}${value}`;
      const known = counts.get(key);
      if (known) known.count++;
      else counts.set(key, { value: { text: value, bare: !isText && bareWord.test(value) }, count: 1 });
    }
    return [...counts.values()]
      .sort((a, b) => b.count - a.count)
      .slice(0, mostValues)
      .map(({ value }) => value);
  }
}

/** What a query may write without quotes. */
const bareWord = /^(?:-?\d+(?:\.\d+)?|true|false)$/;
