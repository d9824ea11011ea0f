/**
 * JSON text with each member and item on a line of its own, indented by two spaces. Strings and numbers keep their
 * text. What is malformed comes through as it is, as far as its brackets and quotes allow.
 */
export function indented(text: string): string {
  const parts: string[] = [];
  let depth = 0;
  const line = (): string => `\n${'  '.repeat(depth)}`;
  for (const [token] of text.matchAll(tokens)) {
    const sign = token.at(0);
    if (sign === '{' || sign === '[') {
      if (token.length > 1) {
        parts.push(`${sign}${token.at(-1) ?? ''}`);
        continue;
      }
      depth++;
      parts.push(token, line());
    } else if (sign === '}' || sign === ']') {
      depth = Math.max(0, depth - 1);
      parts.push(line(), token);
    } else if (sign === ',') parts.push(token, line());
    else if (sign === ':') parts.push(': ');
    else if (!/\s/.test(sign ?? '')) parts.push(token);
  }
  return parts.join('');
}

/** An empty list or object, a string to its closing quote or the end, a sign, white space, anything else. */
const tokens = /\{\s*\}|\[\s*\]|"(?:[^"\\]|\\.)*"?|[{}[\],:]|\s+|[^\s{}[\],:"]+/gs;
