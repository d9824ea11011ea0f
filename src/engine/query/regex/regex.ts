import { LazyDfa } from './dfa.ts';
import { requiredText } from './literal.ts';
import { findMatch } from './pike.ts';
import { compileProgram, type Program } from './program.ts';
import { parseRegex } from './syntax.ts';

/** A compiled regular expression in the syntax of RE2. Whatever it is, it takes time in proportion to the text. */
export interface Regex {
  /** Whether it matches somewhere in the text. */
  test(text: string): boolean;
  /** The same for UTF-8. */
  testBytes(bytes: Uint8Array, start: number, end: number): boolean;
  /** The leftmost match and its groups, '' for one that took no part; undefined where there is no match. */
  match(text: string): string[] | undefined;
  /**
   * The text with the first match, or all of them, replaced; `\1` in `by` stands for the first group, `\0` for
   * the match.
   */
  replace(text: string, by: string, all: boolean): string;
  /** A text that stands in every match; '' where there is none. */
  readonly required: string;
}

const maxKept = 64;
const kept = new Map<string, Regex>();

/** Compiles, or answers what it compiled before. @throws RegexError */
export function compileRegex(pattern: string, insensitive = false): Regex {
  const key = `${insensitive ? 'i' : 'c'}${pattern}`;
  let regex = kept.get(key);
  if (regex === undefined) {
    regex = createRegex(pattern, insensitive);
    kept.set(key, regex);
    if (kept.size > maxKept)
      for (const oldest of kept.keys()) {
        kept.delete(oldest);
        break;
      }
  }
  return regex;
}

function createRegex(pattern: string, insensitive: boolean): Regex {
  const { node, groups } = parseRegex(pattern, insensitive);
  const program = compileProgram(node);
  const dfa = new LazyDfa(program);
  return {
    required: requiredText(node),
    test(text) {
      const length = encodeInto(text);
      return dfa.test(scratch, 0, length);
    },
    testBytes: (bytes, start, end) => dfa.test(bytes, start, end),
    match(text) {
      const bytes = Buffer.from(text);
      const captures = dfa.test(bytes, 0, bytes.length) ? findMatch(program, bytes, 0, groups) : undefined;
      return captures && groupTexts(bytes, captures);
    },
    replace: (text, by, all) => replaceMatches(program, groups, text, by, all),
  };
}

let scratch = Buffer.alloc(4096);
const encoder = new TextEncoder();

/** UTF-8 of the text in `scratch`; its length. */
function encodeInto(text: string): number {
  if (text.length * 3 > scratch.length) scratch = Buffer.alloc(text.length * 3);
  return encoder.encodeInto(text, scratch).written;
}

function groupTexts(bytes: Buffer, captures: readonly number[]): string[] {
  const texts: string[] = [];
  for (let at = 0; at < captures.length; at += 2) {
    texts.push(captures[at + 1] === -1 ? '' : bytes.toString('utf8', captures[at], captures[at + 1]));
  }
  return texts;
}

/** As RE2's GlobalReplace: an empty match right behind another match is passed over. */
function replaceMatches(program: Program, groups: number, text: string, by: string, all: boolean): string {
  const bytes = Buffer.from(text);
  let result = '';
  let copied = 0;
  let from = 0;
  let lastEnd = -1;
  while (from <= bytes.length) {
    const captures = findMatch(program, bytes, from, groups);
    if (captures === undefined) break;
    const [begin, end] = captures;
    if (begin === end && begin === lastEnd) {
      from = nextCharacter(bytes, from);
      continue;
    }
    result += bytes.toString('utf8', copied, begin) + expand(by, groupTexts(bytes, captures));
    copied = end;
    lastEnd = end;
    from = begin === end ? nextCharacter(bytes, end) : end;
    if (!all) break;
  }
  return result + bytes.toString('utf8', copied);
}

function nextCharacter(bytes: Uint8Array, at: number): number {
  let next = at + 1;
  while (next < bytes.length && (bytes[next] & 0xc0) === 0x80) next++;
  return next;
}

function expand(by: string, groups: readonly string[]): string {
  return by.replace(/\\(\d|\\)/g, (_, digit: string) =>
    digit === '\\' ? '\\' : (groups.at(Number(digit)) ?? ''),
  );
}
