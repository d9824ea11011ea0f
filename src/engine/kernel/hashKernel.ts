import { createKernelMemory } from './memory.ts';

/** Room for bytes at first. */
const leastRoom = 64 * 1024;
/** Bytes past its last stretch that the kernel may read. */
const slack = 64;

/**
 * 64 bits for each of some stretches of bytes, which are copied to a memory of its own. Not made to withstand somebody who
 * looks for two texts with the same hash; a seed that is drawn for each run takes that away from files written before.
 */
export class HashKernel {
  readonly #memory = createKernelMemory();
  #room = 0;

  /**
   * @param starts of the first `count` stretches of `bytes`, which `ends` ends
   * @returns two words for each, void after the next call
   */
  hash(bytes: Uint8Array, starts: Uint32Array, ends: Uint32Array, count: number, seed: number): Uint32Array {
    // Blocks are not all of one size; one that had a huge record does not keep its room.
    if (bytes.length > this.#room || bytes.length < this.#room / 16) {
      this.#room = Math.max(leastRoom, bytes.length + (bytes.length >> 2));
      this.#memory.reserve(this.#room, 0);
    }
    const arena = this.#memory.arena();
    const [startsAt, endsAt, hashesAt] = [4, 4, 8].map((size) => arena.take(size * count));
    arena.take(slack);
    const { buffer } = arena.view();
    this.#memory.bytes().set(bytes);
    new Uint32Array(buffer, startsAt, count).set(starts.subarray(0, count));
    new Uint32Array(buffer, endsAt, count).set(ends.subarray(0, count));
    this.#memory.exports.hashRows(count, 0, startsAt, endsAt, this.#memory.bufferAt, seed, hashesAt);
    return new Uint32Array(buffer, hashesAt, 2 * count);
  }
}
