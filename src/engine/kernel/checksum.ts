import { createKernelMemory } from './memory.ts';

/** How much of a text is added at once, in bytes: a multiple of what the kernel mixes at once. */
const pieceLength = 1024 * 1024;

/** `Scanner.checksum` of bytes that are in no scanner's buffer, taken piece by piece. */
export class Checksum {
  readonly #memory = createKernelMemory();

  constructor() {
    this.#memory.reserve(pieceLength, 0);
  }

  /** Where a piece has to be before it is added. Of every piece but the last one it is filled. */
  get room(): Uint8Array {
    return this.#memory.bytes();
  }

  begin(): void {
    this.#memory.exports.checksumBegin();
  }

  /** Adds the first `length` bytes of the room. */
  add(length: number): void {
    const { exports, bufferAt } = this.#memory;
    exports.checksumAdd(bufferAt, bufferAt + length);
  }

  /** A whole number below 2^53. */
  end(): number {
    return this.#memory.exports.checksumEnd();
  }
}

let shared: Checksum | undefined;

/** The checksum of bytes that are there as a whole. */
export function checksumOf(bytes: Uint8Array): number {
  shared ??= new Checksum();
  shared.begin();
  for (let at = 0; at < bytes.length; at += pieceLength) {
    const piece = bytes.subarray(at, at + pieceLength);
    shared.room.set(piece);
    shared.add(piece.length);
  }
  return shared.end();
}
