import { isUtf8 } from 'node:buffer';
import type { ByteEncoding } from '../../regex/program.ts';
import type { WholeMatch } from '../../regex/wholeMatch.ts';
import type { WholeRegex } from '../../regex/wholeRegex.ts';

/** Matches lines, one at a time, and says where in the bytes their columns are. */
export interface LineMatcher {
  /** Whether the line `bytes[start, end)` is as the pattern says. */
  line(bytes: Uint8Array, start: number, end: number): boolean;
  /** Whether the line that has matched is UTF-8. Where it is not, each of its bytes is one character to the pattern. */
  readonly isText: boolean;
  /** [start, end) of a column of the line that has matched; null where its group took no part. */
  range(column: number): [number, number] | null;
}

/** @param wanted the columns that may be asked for; the fewer and the further left, the less time it takes */
export function createLineMatcher(regex: WholeRegex, wanted?: readonly number[]): LineMatcher {
  const groups = [...regex.names.values()];
  const matcher = (encoding: ByteEncoding): WholeMatch =>
    regex.matcher(encoding, wanted ? wanted.map((column) => groups[column]) : groups);
  const utf8 = matcher('utf8');
  let latin1: WholeMatch | undefined;
  let last = utf8;
  return {
    get isText() {
      return last === utf8;
    },
    line(bytes, start, end) {
      last = utf8;
      // What is not UTF-8 is nowhere in what a pattern of UTF-8 matches.
      if (utf8.match(bytes, start, end)) return true;
      if (isUtf8(bytes.subarray(start, end))) return false;
      last = latin1 ??= matcher('latin1');
      return latin1.match(bytes, start, end);
    },
    range(column) {
      const at = 2 * groups[column];
      const end = last.slots[at + 1];
      return end === -1 ? null : [last.slots[at], end];
    },
  };
}
