/**
 * Text as it can be shown: what would move the cursor, change colours, reorder the line or not be seen at all is made
 * visible. For names and texts that come from files and arguments.
 */
export function visible(text: string): string {
  return text.replaceAll(unsafe, (character) => {
    const code = character.codePointAt(0) ?? 0;
    const short = shortEscapes.get(code);
    if (short !== undefined) return short;
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
  });
}

/** A text without `</`, which somebody could take for the end of a mark around it. */
export function withoutEnds(text: string): string {
  return text.replaceAll('</', '<\\/');
}

/** The same as `visible` for JSON text, which still says exactly what it said: such characters stand in it only within strings. */
export function visibleJson(json: string): string {
  return json.replaceAll(unsafe, (character) => {
    if (character === '\n' || character === '\r' || character === '\t') return ' ';
    return Array.from(
      { length: character.length },
      (_, unit) => `\\u${character.charCodeAt(unit).toString(16).padStart(4, '0')}`,
    ).join('');
  });
}

/**
 * Controls (C0, DEL, C1), line separators, marks of direction and width, fillers that have no shape, tags and the
 * variation selectors that can carry a hidden text, unpaired surrogates.
 */
const unsafe =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\u{1d173}-\u{1d17a}\u{e0000}-\u{e0fff}]|\p{Surrogate}/gu;

const shortEscapes = new Map([
  [0x09, '\\t'],
  [0x0a, '\\n'],
  [0x0d, '\\r'],
]);
