/** Characters of a value that are shown. */
const longest = 200;
/** What stands at the end of a value that was cut: no JSON text ends so. */
const cutMark = '\u2026';

/** A value as JSON text of a bounded length; nothing beyond that is written. */
export function valueText(value: unknown): string {
  const text = written(value, longest);
  if (text.length <= longest) return text;
  // Half a character outside of the basic plane is none.
  const isHalf = /[\uD800-\uDBFF]/.test(text[longest - 1]);
  return `${text.slice(0, isHalf ? longest - 1 : longest)}${cutMark}`;
}

/** JSON text, or the beginning of it: more than `room` characters where it is longer than that. */
function written(value: unknown, room: number): string {
  // A character is written as one at least.
  if (typeof value === 'string') return JSON.stringify(value.slice(0, room + 1));
  if (typeof value === 'bigint') return String(value);
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const isList = Array.isArray(value);
  let text = isList ? '[' : '{';
  let first = true;
  for (const name in value) {
    if (text.length > room) return text;
    if (!first) text += ',';
    first = false;
    if (!isList) text += `${written(name, room - text.length)}:`;
    text += written((value as Readonly<Record<string, unknown>>)[name], room - text.length);
  }
  return text + (isList ? ']' : '}');
}
