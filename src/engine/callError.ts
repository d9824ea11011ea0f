import { SaidError } from '../said/said.ts';

/** A program that a query calls, and that cannot go on. Its message names the file and says why. */
export class CallError extends SaidError {
  override readonly name = 'CallError';
}
