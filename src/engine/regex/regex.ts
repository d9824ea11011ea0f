import { RecentMap } from '../recentMap.ts';
import { LazyDfa } from './dfa.ts';
import { requiredText } from './literal.ts';
import { findMatch } from './pike.ts';
import { compileProgram, type Program } from './program.ts';
import { parseRegex, RegexError } from './syntax.ts';

/** A compiled regular expression in the syntax of RE2. Whatever it is, it takes time in proportion to the text. */
export interface Regex {
  /** Whether it matches somewhere in the text. */
  test(text: string): boolean;
  /** The same for UTF-8. */
  testBytes(bytes: Uint8Array, start: number, end: number): boolean;
  /** The leftmost match and its groups, '' for one that took no part; undefined where there is no match. */
  match(text: string): string[] | undefined;
  /**
   * A group of each match, one behind the other; null for a group that took no part. Words where the
   * expression has no such group, or there are more matches than `most`.
   */
  matchAll(text: string, group: number, most: number): (string | null)[] | 'no such group' | 'too many';
  /**
   * The text with the first match, or all of them, replaced; `\1` in `by` stands for the first group, `\0` for
   * the match. Undefined where that would be longer than `longest`, in UTF-16 units.
   */
  replace(text: string, by: string, all: boolean, longest?: number): string | undefined;
  /** A text that stands in every match; '' where there is none. */
  readonly required: string;
}

const maxKept = 64;
const kept = new RecentMap<string, Regex | RegexError>(maxKept);

/** Compiles, or answers what it compiled before. @throws RegexError */
export function compileRegex(pattern: string, insensitive = false): Regex {
  const found = keptRegex(pattern, insensitive);
  if (found instanceof RegexError) throw found;
  return found;
}

/** The same for a pattern that comes from data: undefined where it is no regular expression. */
export function regexFrom(pattern: string, insensitive = false): Regex | undefined {
  const found = keptRegex(pattern, insensitive);
  return found instanceof RegexError ? undefined : found;
}

function keptRegex(pattern: string, insensitive: boolean): Regex | RegexError {
  const key = `${insensitive ? 'i' : 'c'}${pattern}`;
  let found = kept.get(key);
  if (found === undefined) {
    found = createOrFail(pattern, insensitive);
    kept.set(key, found);
  }
  return found;
}

function createOrFail(pattern: string, insensitive: boolean): Regex | RegexError {
  try {
    return createRegex(pattern, insensitive);
  } catch (error) {
    if (error instanceof RegexError) return error;
    throw error;
  }
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
    matchAll: (text, group, most) =>
      group < 0 || group > groups ? 'no such group' : matchTexts(program, groups, text, group, most),
    replace: (text, by, all, longest = Infinity) => replaceMatches(program, groups, text, by, all, longest),
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

function matchTexts(
  program: Program,
  groups: number,
  text: string,
  group: number,
  most: number,
): (string | null)[] | 'too many' {
  const bytes = Buffer.from(text);
  const texts: (string | null)[] = [];
  let from = 0;
  while (from <= bytes.length) {
    const captures = findMatch(program, bytes, from, groups);
    if (captures === undefined) break;
    if (texts.length === most) return 'too many';
    const [begin, end] = captures;
    const [first, last] = captures.slice(group * 2);
    texts.push(last === -1 ? null : bytes.toString('utf8', first, last));
    from = begin === end ? nextCharacter(bytes, end) : end;
  }
  return texts;
}

/** As RE2's GlobalReplace: an empty match right behind another match is passed over. */
function replaceMatches(
  program: Program,
  groups: number,
  text: string,
  by: string,
  all: boolean,
  longest: number,
): string | undefined {
  const bytes = Buffer.from(text);
  const template = templateOf(by);
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
    const groupsFound = groupTexts(bytes, captures);
    const parts = template.map((part) => (typeof part === 'string' ? part : (groupsFound.at(part) ?? '')));
    const between = bytes.toString('utf8', copied, begin);
    const length = parts.reduce((sum, part) => sum + part.length, result.length + between.length);
    if (length > longest) return undefined;
    result += between + parts.join('');
    copied = end;
    lastEnd = end;
    from = begin === end ? nextCharacter(bytes, end) : end;
    if (!all) break;
  }
  const rest = bytes.toString('utf8', copied);
  return result.length + rest.length > longest ? undefined : result + rest;
}

function nextCharacter(bytes: Uint8Array, at: number): number {
  let next = at + 1;
  while (next < bytes.length && (bytes[next] & 0xc0) === 0x80) next++;
  return next;
}

/** What replaces a match: texts as they stand, and the numbers of groups. */
function templateOf(by: string): (string | number)[] {
  return by.split(/(\\[\d\\])/).map((part, at) => {
    if (at % 2 === 0) return part;
    return part === '\\\\' ? '\\' : Number(part.slice(1));
  });
}
