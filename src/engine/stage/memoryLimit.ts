import { said, SaidError } from '../../said/said.ts';
import { CallError } from '../callError.ts';
import { ValueTooLongError } from '../query/value/longText.ts';

/** A query would have to hold more in memory than it may, where writing to temporary files does not help. */
export class MemoryLimitError extends SaidError {
  override readonly name = 'MemoryLimitError';
}

/** A key of more bytes is refused before it is copied: it would be held by each thread that comes across it. */
export const longestKey = 64 * 1024 * 1024;
export const tooLongKey = said`Values are compared in memory, and one of them takes more than ${longestKey / 1024 ** 2} MB. Use a part of it, such as left(x, 1000), or leave its row out with WHERE.`;

/**
 * The error as such a one: also where the JavaScript engine has refused a text or an array that is longer than it can
 * hold, which only data can bring about. Undefined for any other.
 */
export function asMemoryLimit(error: unknown): MemoryLimitError | undefined {
  if (error instanceof MemoryLimitError) return error;
  // What a program takes is its own, and it has said so.
  if (error instanceof CallError) return undefined;
  if (error instanceof ValueTooLongError) return new MemoryLimitError(error.said, { cause: error });
  const isRefused =
    (error instanceof RangeError &&
      /^(Invalid .*length|Array buffer allocation failed)/.test(error.message)) ||
    (error instanceof Error && hasCode(error, refusedCodes));
  if (!isRefused) return undefined;
  return new MemoryLimitError(
    said`The query would make a value or a row that is longer than can be held in memory (${error.message}).`,
    { cause: error },
  );
}

const refusedCodes = ['ERR_STRING_TOO_LONG', 'ERR_BUFFER_TOO_LARGE', 'ERR_WORKER_OUT_OF_MEMORY'];

function hasCode(error: Error, codes: readonly string[]): boolean {
  const code: unknown = Reflect.get(error, 'code');
  if (typeof code === 'string' && codes.includes(code)) return true;
  return error.cause instanceof Error && hasCode(error.cause, codes);
}
