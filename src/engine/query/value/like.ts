/** Of one or two UTF-16 units; empty where the text is. */
export function firstCharacter(text: string): string {
  const code = text.codePointAt(0);
  return code === undefined ? '' : String.fromCodePoint(code);
}

/** A LIKE pattern, taken apart: the texts between its wildcards. */
export type LikePattern =
  | { readonly kind: 'exact' | 'prefix' | 'suffix' | 'contains'; readonly text: string }
  | { readonly kind: 'general'; readonly parts: readonly LikePart[] };

/** A character to match, `_` or `%`. */
export type LikePart = { readonly literal: string } | 'one' | 'any';

/** Undefined where the pattern ends with its escape character, which then stands before nothing. */
export function parseLike(pattern: string, escape: string | undefined): LikePattern | undefined {
  const parts: LikePart[] = [];
  const characters = Array.from(pattern);
  for (let at = 0; at < characters.length; at++) {
    const character = characters[at];
    if (escape !== undefined && character === escape) {
      if (at + 1 === characters.length) return undefined;
      parts.push({ literal: characters[++at] });
    } else if (character === '%') {
      if (parts.at(-1) !== 'any') parts.push('any');
    } else if (character === '_') {
      parts.push('one');
    } else {
      parts.push({ literal: character });
    }
  }
  return simplify(parts);
}

function simplify(parts: readonly LikePart[]): LikePattern {
  const leading = parts[0] === 'any';
  const trailing = parts.length > (leading ? 1 : 0) && parts.at(-1) === 'any';
  const middle = parts.slice(leading ? 1 : 0, trailing ? -1 : undefined);
  let text = '';
  for (const part of middle) {
    if (typeof part === 'string') return { kind: 'general', parts };
    text += part.literal;
  }
  if (leading && text === '') return { kind: 'contains', text };
  const kind = leading ? (trailing ? 'contains' : 'suffix') : trailing ? 'prefix' : 'exact';
  return { kind, text };
}

export function matchesLike(pattern: LikePattern, text: string): boolean {
  switch (pattern.kind) {
    case 'exact':
      return text === pattern.text;
    case 'prefix':
      return text.startsWith(pattern.text);
    case 'suffix':
      return text.endsWith(pattern.text);
    case 'contains':
      return text.includes(pattern.text);
    case 'general':
      return matchesParts(pattern.parts, text);
  }
}

/**
 * Walks both once, going back to the last `%` only: a match after it, once found, never has to be given up for an
 * earlier `%`. At worst the product of both lengths.
 */
function matchesParts(parts: readonly LikePart[], text: string): boolean {
  let part = 0;
  let at = 0;
  let afterAny = -1;
  let retryAt = 0;
  for (;;) {
    const current = part < parts.length ? parts[part] : undefined;
    if (current === 'any') {
      afterAny = ++part;
      retryAt = at;
      continue;
    }
    if (current === undefined ? at === text.length : at < text.length) {
      if (current === undefined) return true;
      const width = (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
      if (current === 'one' || text.startsWith(current.literal, at)) {
        at += current === 'one' ? width : current.literal.length;
        part++;
        continue;
      }
    }
    if (afterAny === -1 || retryAt >= text.length) return false;
    retryAt += (text.codePointAt(retryAt) ?? 0) > 0xffff ? 2 : 1;
    at = retryAt;
    part = afterAny;
  }
}
