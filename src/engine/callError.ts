/** A program that a query calls, and that cannot go on. Its message names the file and says why. */
export class CallError extends Error {
  override readonly name = 'CallError';
}
