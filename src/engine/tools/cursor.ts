import { createHash } from 'node:crypto';
import type { Arguments } from './arguments.ts';
import { ToolError } from './toolError.ts';

/** Where an answer ended: the place, and what it was the answer of. Nothing of it need be kept here. */
export interface Cursor {
  /** How far the answer before has come; what that counts is the tool's own. */
  readonly at: number;
  /** A second figure, for tools that need one. */
  readonly more: number;
}

/** What a cursor goes on with: the same again, and no other. */
function digest(parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 10);
}

export function writeCursor({ at, more }: Cursor, ...of: readonly unknown[]): string {
  return `${at}-${more}-${digest(of)}`;
}

/**
 * Where to go on; the beginning where the call has no cursor.
 * @throws ToolError where it is none of these arguments
 */
export function readCursor(input: Arguments, ...of: readonly unknown[]): Cursor | undefined {
  const text = input.textIfAny('cursor');
  if (text === undefined || text === '') return undefined;
  const [, at, more, own] = /^(\d{1,15})-(\d{1,15})-([0-9a-f]{10})$/.exec(text) ?? [];
  if (own !== digest(of)) {
    throw new ToolError(
      'This cursor belongs to a call with other arguments. Use it with the same path, query or text, and read_as; or leave it out to start from the beginning.',
    );
  }
  return { at: Number(at), more: Number(more) };
}
