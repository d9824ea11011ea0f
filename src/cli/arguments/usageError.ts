/** A command line that asks for nothing we could do. Its message is for people. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
