import type { CellColumn } from '../../pool/task.ts';
import { RecentMap } from '../../recentMap.ts';
import type { Dataset } from '../dataset.ts';

/** Rows that are looked at: so many first ones, and at so many places further down, as far as the file is indexed. */
const firstRows = 500;
const placesFurtherDown = 4;
const rowsAPlace = 100;
/** Bytes that are read of them at each place: rows can be very long. */
export const mostOfPlace = 4 * 2 ** 20;
/** Bytes of a cell that are kept. */
export const mostOfCell = 64;
/** Columns whose cells are kept. */
const columnsKept = 32;

/** A cell as it is shown, cut to `mostOfCell` bytes. */
export interface SampledCell {
  /** A `CellKind`. */
  readonly kind: number;
  readonly text: string;
}

interface Kept {
  readonly cells: readonly SampledCell[];
  /** Blocks that were known then. */
  readonly blocks: number;
}

/** Cells of a few rows of a file. */
export class SampledCells {
  readonly #dataset: Dataset;
  readonly #kept = new RecentMap<string, Kept>(columnsKept);

  constructor(dataset: Dataset) {
    this.#dataset = dataset;
  }

  /** @throws SourceError, the signal's reason */
  async of(column: CellColumn, signal: AbortSignal): Promise<readonly SampledCell[]> {
    const key = JSON.stringify([column.path, column.ofFile]);
    const blocks = this.#dataset.index.length;
    const kept = this.#kept.get(key);
    if (kept && blocks <= kept.blocks * 2) return kept.cells;
    const cells = await this.#read(column, signal);
    this.#kept.set(key, { cells, blocks });
    return cells;
  }

  async #read(column: CellColumn, signal: AbortSignal): Promise<readonly SampledCell[]> {
    const dataset = this.#dataset;
    const { records } = dataset.index;
    const places = Array.from({ length: placesFurtherDown }, (_, i) =>
      Math.floor((records * (i + 1)) / (placesFurtherDown + 1)),
    ).filter((place) => place >= firstRows);
    const parts = [
      ...dataset.known.parts(0, firstRows),
      ...places.flatMap((place) => dataset.known.parts(place, rowsAPlace)),
    ];
    const request = { kind: 'columns', columns: [column], limit: mostOfCell } as const;
    const { rows, kinds, ends, text } = await dataset.page(undefined, parts, request, signal, mostOfPlace);
    return Array.from({ length: rows }, (_, row) => ({
      kind: kinds[row],
      text: decoder.decode(text.subarray(row === 0 ? 0 : ends[row - 1], ends[row])),
    }));
  }
}

const decoder = new TextDecoder();
