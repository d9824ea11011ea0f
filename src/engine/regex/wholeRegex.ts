import { compileProgram, type ByteEncoding } from './program.ts';
import { parseRegex } from './syntax.ts';
import { WholeMatch } from './wholeMatch.ts';

/**
 * A regular expression that whole texts are to match, in the syntax of RE2. What its groups are in a repetition is as
 * in JavaScript: those of its last round.
 */
export interface WholeRegex {
  /** The names of its groups, in order, with their numbers. */
  readonly names: ReadonlyMap<string, number>;
  /**
   * Matches texts of this encoding, one at a time, and says where the groups of these numbers are. Each keeps what it
   * learns of the texts.
   */
  matcher(encoding: ByteEncoding, groups: readonly number[]): WholeMatch;
}

/** @throws RegexError */
export function compileWholeRegex(pattern: string): WholeRegex {
  const { node, names } = parseRegex(pattern, false);
  return {
    names,
    matcher: (encoding, groups) =>
      new WholeMatch(compileProgram(node, { encoding, rounds: 'javascript' }), groups),
  };
}
