/** A query would have to hold more in memory than it may, where writing to temporary files does not help. */
export class MemoryLimitError extends Error {
  override readonly name = 'MemoryLimitError';
}
