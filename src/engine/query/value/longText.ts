/**
 * Longer texts are not made, in UTF-16 units: more than that is no record either, and a JavaScript string ends at
 * twice as many.
 */
export const longestText = 2 ** 28;

/** The texts one behind the other; NULL where that would be too long to hold. */
export function joinTexts(parts: readonly string[], separator = ''): string | null {
  let length = separator.length * Math.max(0, parts.length - 1);
  for (const part of parts) length += part.length;
  return length > longestText ? null : parts.join(separator);
}
