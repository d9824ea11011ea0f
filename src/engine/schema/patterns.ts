import { regexFrom } from '../regex/regex.ts';

/**
 * The regular expression of a schema, which is one of ECMAScript with the flag `u`. Where our own engine can say the same, it
 * takes time in proportion to the text, whatever the pattern; look-around and back references are JavaScript's.
 * @throws SyntaxError where it is no pattern
 */
export function schemaPattern(pattern: string): SchemaPattern {
  const native = new RegExp(pattern, 'u');
  const same = linearPattern(pattern);
  const linear = same === undefined ? undefined : regexFrom(same);
  // By its text, ajv tells one pattern from another.
  return linear === undefined ? native : { test: (text) => linear.test(text), toString: () => pattern };
}

export interface SchemaPattern {
  test(text: string): boolean;
  toString(): string;
}

/** Line ends, at which `.` stops. */
const lineEnds = String.raw`\n\r\x{2028}\x{2029}`;
const spaces = String.raw`\t\n\v\f\r \x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}\x{feff}`;

/** A pattern of ECMAScript in the syntax of RE2; undefined where there is none that means the same. */
function linearPattern(pattern: string): string | undefined {
  let written = '';
  let isClass = false;
  for (const [token] of pattern.matchAll(tokens)) {
    const same = isClass ? inClass(token) : outside(token);
    if (same === undefined) return undefined;
    written += same;
    if (!isClass) isClass = token.startsWith('[');
    else isClass = token.startsWith('\\') || !token.endsWith(']');
  }
  return written;
}

/** An escape, the beginning of a group or a class, or a character. */
const tokens =
  /\\u\{[^}]*\}|\\u[\da-fA-F]{4}|\\x[\da-fA-F]{2}|\\[pP]\{[^}]*\}|\\.|\(\?<[^=!>\]]+>|\(\?:?|\[\^?\]?|./gsu;

function outside(token: string): string | undefined {
  if (token === '.') return `[^${lineEnds}]`;
  if (token === String.raw`\s`) return `[${spaces}]`;
  if (token === String.raw`\S`) return `[^${spaces}]`;
  // A class of nothing, or of everything.
  if (token.startsWith('[') && token.endsWith(']')) return undefined;
  if (token.startsWith('(?<') && token.endsWith('>')) return '(';
  if (token.startsWith('(?') && token !== '(?:') return undefined;
  return sameEscape(token);
}

function inClass(token: string): string | undefined {
  if (token.startsWith('[')) return token.replaceAll(/[[^]/g, String.raw`\$&`);
  if (token === String.raw`\s`) return spaces;
  if (token === String.raw`\S`) return undefined;
  if (token === String.raw`\b`) return String.raw`\x08`;
  return sameEscape(token);
}

function sameEscape(token: string): string | undefined {
  if (!token.startsWith('\\')) return token;
  if (token[1] === 'u') {
    const point = parseInt(token.replaceAll(/[^\da-fA-F]/g, ''), 16);
    const isSurrogate = point >= 0xd800 && point < 0xe000;
    return isSurrogate ? undefined : `\\x{${point.toString(16)}}`;
  }
  return /^\\[ck1-9]/.test(token) ? undefined : token;
}
