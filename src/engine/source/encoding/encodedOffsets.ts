import type { DecodedSource } from '../compressed/decoded.ts';
import type { FileOffsets, Source } from '../source.ts';
import type { EncodedLength } from './encodedLength.ts';

/** A position in the decoded text, and the byte of the file where that is. */
interface Pair {
  readonly position: number;
  readonly at: number;
}

const pieceLength = 256 * 1024;

/**
 * Where in a file of another encoding the bytes are that its decoded text came from: by the nearest place of which both
 * are known, and what the text from there on takes. Of a compressed file, the place is in its decompressed content.
 */
export class EncodedOffsets implements FileOffsets {
  readonly #text: Source;
  readonly #layer: DecodedSource;
  readonly #lengthOf: EncodedLength;
  /** Where the last block has ended. */
  #last: Pair = { position: Infinity, at: 0 };

  constructor(text: Source, layer: DecodedSource, lengthOf: EncodedLength) {
    this.#text = text;
    this.#layer = layer;
    this.#lengthOf = lengthOf;
  }

  async ofPlaces(
    bytes: Uint8Array,
    offset: number,
    places: Uint32Array,
    next: number,
    signal?: AbortSignal,
  ): Promise<Float64Array> {
    const offsets = new Float64Array(places.length);
    if (places.length === 0) return offsets;
    let from = Math.min(places[0], bytes.length);
    let at = await this.of(offset + places[0], signal);
    for (let i = 0; i < places.length; i++) {
      const place = Math.min(places[i], bytes.length);
      at += this.#lengthOf(bytes, from, place);
      from = place;
      offsets[i] = at;
    }
    if (next <= bytes.length) {
      this.#last = { position: offset + next, at: at + this.#lengthOf(bytes, from, next) };
    }
    return offsets;
  }

  async of(position: number, signal?: AbortSignal): Promise<number> {
    const origin = this.#layer.origin((pair) => pair.position <= position);
    const pair =
      this.#last.position <= position && this.#last.position >= origin.position ? this.#last : origin;
    let { at } = pair;
    for await (const piece of this.#pieces(pair.position, position, signal)) {
      at += this.#lengthOf(piece, 0, piece.length);
    }
    // The byte-order mark is known once the beginning has been decoded.
    return pair.at === 0 ? at + this.#layer.lead : at;
  }

  async positionOf(byte: number, signal?: AbortSignal): Promise<number> {
    const origin = this.#layer.origin(({ at }) => at <= byte);
    let { position, at } = origin;
    for await (const piece of this.#pieces(position, Infinity, signal)) {
      if (at === 0) at = this.#layer.lead;
      const length = this.#lengthOf(piece, 0, piece.length);
      if (at + length <= byte) {
        at += length;
        position += piece.length;
        continue;
      }
      let [low, high] = [0, piece.length];
      while (low < high) {
        const middle = (low + high + 1) >> 1;
        if (at + this.#lengthOf(piece, 0, middle) <= byte) low = middle;
        else high = middle - 1;
      }
      return position + low;
    }
    return position;
  }

  async *#pieces(from: number, to: number, signal: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
    const piece = new Uint8Array(pieceLength);
    for (let position = from; position < to;) {
      const length = await this.#text.read(
        piece.subarray(0, Math.min(piece.length, to - position)),
        position,
        signal,
      );
      if (length === 0) return;
      yield piece.subarray(0, length);
      position += length;
    }
  }
}
