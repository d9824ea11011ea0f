import { CellKind } from '../../protocol/preview.ts';
import { rewriteCell } from '../format/csv/cellReading.ts';
import { RecentMap } from '../recentMap.ts';
import type { SeenValue } from '../query/index.ts';
import { cellColumns, type FileColumn } from '../dataset/columns.ts';
import type { Dataset } from '../dataset/dataset.ts';

/** Rows that are looked at: so many first ones, and at so many places further down, as far as the file is indexed. */
const firstRows = 500;
const placesFurtherDown = 4;
const rowsAPlace = 100;
/** Values of a column, and bytes of a value; a longer one is no choice from a list. */
const valuesKept = 50;
const longestValue = 64;
/** Columns whose values are kept. */
const columnsKept = 32;

interface Kept {
  readonly values: readonly SeenValue[];
  /** Blocks that were known then. */
  readonly blocks: number;
}

/** Values that a few rows of a file hold in a column, the most frequent first: what completion offers. */
export class SeenValues {
  readonly #dataset: Dataset;
  readonly #kept = new RecentMap<number, Kept>(columnsKept);

  constructor(dataset: Dataset) {
    this.#dataset = dataset;
  }

  /** @param name the column, as a query names it; what is none has no values */
  async of(name: string, signal: AbortSignal): Promise<readonly SeenValue[]> {
    const column = columnNamed(name, this.#dataset.columns.all);
    if (!column) return [];
    const blocks = this.#dataset.index.length;
    const kept = this.#kept.get(column.id);
    if (kept && blocks <= kept.blocks * 2) return kept.values;
    const values = await this.#read(column, signal);
    this.#kept.set(column.id, { values, blocks });
    return values;
  }

  async #read(column: FileColumn, signal: AbortSignal): Promise<readonly SeenValue[]> {
    const dataset = this.#dataset;
    const { records } = dataset.index;
    const places = Array.from({ length: placesFurtherDown }, (_, i) =>
      Math.floor((records * (i + 1)) / (placesFurtherDown + 1)),
    ).filter((place) => place >= firstRows);
    const parts = [
      ...dataset.known.parts(0, firstRows),
      ...places.flatMap((place) => dataset.known.parts(place, rowsAPlace)),
    ];
    const request = { kind: 'columns', columns: cellColumns([column]), limit: longestValue } as const;
    const { rows, kinds, ends, text } = await dataset.page(undefined, parts, request, signal);
    const counts = new Map<string, { readonly value: SeenValue; count: number }>();
    for (let row = 0; row < rows; row++) {
      const kind = kinds[row];
      const isText = kind === CellKind.Text;
      if (!isText && kind !== CellKind.Number && kind !== CellKind.Boolean) continue;
      const cell = decoder.decode(text.subarray(row === 0 ? 0 : ends[row - 1], ends[row]));
      const value = isText || !column.reading ? cell : (rewriteCell(cell, column.reading) ?? cell);
      const key = `${isText ? "'" : ''}${value}`;
      const known = counts.get(key);
      if (known) known.count++;
      else counts.set(key, { value: { text: value, bare: !isText && bareWord.test(value) }, count: 1 });
    }
    return [...counts.values()]
      .sort((a, b) => b.count - a.count)
      .slice(0, valuesKept)
      .map(({ value }) => value);
  }
}

/** What a query may write without quotes. */
const bareWord = /^(?:-?\d+(?:\.\d+)?|true|false)$/;

function columnNamed(name: string, columns: readonly FileColumn[]): FileColumn | undefined {
  const lower = name.toLowerCase();
  return (
    columns.find((column) => column.path === name || column.name === name) ??
    columns.find((column) => column.path.toLowerCase() === lower)
  );
}

const decoder = new TextDecoder();
