/**
 * A text's characters are its Unicode code points; half of a surrogate pair that stands alone is one as well. They are
 * counted where they stand: as a list they would take many times the text's memory.
 */

/** UTF-16 units that the first `characters` of a text take, or all where there are no more. */
export function unitsBefore(text: string, characters: number): number {
  if (!hasPairs(text)) return Math.min(characters, text.length);
  let at = 0;
  for (let left = characters; left > 0 && at < text.length; left--) at += isPairBefore(text, at + 2) ? 2 : 1;
  return at;
}

export function lengthOf(text: string): number {
  if (!hasPairs(text)) return text.length;
  let length = 0;
  for (let at = 0; at < text.length; length++) at += isPairBefore(text, at + 2) ? 2 : 1;
  return length;
}

/** Whether the two units before `end` are one character. */
export function isPairBefore(text: string, end: number): boolean {
  if (end < 2 || end > text.length) return false;
  const [high, low] = [text.charCodeAt(end - 2), text.charCodeAt(end - 1)];
  return high >= 0xd800 && high < 0xdc00 && low >= 0xdc00 && low < 0xe000;
}

function hasPairs(text: string): boolean {
  return /[\ud800-\udbff][\udc00-\udfff]/.test(text);
}
