import type { Cell } from './vector.ts';

/** How much may still be computed from the rows of a piece. */
export class Room {
  #left: number;
  readonly #size: number;

  constructor(size: number) {
    this.#left = size;
    this.#size = size;
  }

  get used(): number {
    return this.#size - this.#left;
  }

  /** @throws RoomExceeded */
  take(bytes: number): void {
    this.#left -= bytes;
    if (this.#left < 0) throw new RoomExceeded();
  }

  /** @throws RoomExceeded */
  takeCell(cell: Cell): void {
    this.take(typeof cell === 'string' ? cell.length : cellSize);
  }
}

/** A value that is no text, roughly. */
const cellSize = 16;

export class RoomExceeded extends Error {
  override readonly name = 'RoomExceeded';
}
