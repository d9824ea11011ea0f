/** Bytes of a source from `start` on. */
export interface Piece {
  readonly start: number;
  readonly bytes: Uint8Array;
}

/** Pieces of a source, kept up to a bound: the one used longest ago goes first. */
export class Pieces {
  readonly #most: number;
  /** The one used last at the end. */
  #pieces: Piece[] = [];
  #length = 0;

  /** @param most bytes that are kept */
  constructor(most: number) {
    this.#most = most;
  }

  /** The piece that holds a position. */
  at(position: number): Piece | undefined {
    const index = this.#pieces.findIndex(
      ({ start, bytes }) => position >= start && position < start + bytes.length,
    );
    if (index === -1) return undefined;
    const [piece] = this.#pieces.splice(index, 1);
    this.#pieces.push(piece);
    return piece;
  }

  keep(piece: Piece): void {
    if (piece.bytes.length === 0) return;
    this.#pieces.push(piece);
    this.#length += piece.bytes.length;
    while (this.#length > this.#most) this.#length -= this.#pieces.shift()?.bytes.length ?? this.#length;
  }

  clear(): void {
    this.#pieces = [];
    this.#length = 0;
  }
}
