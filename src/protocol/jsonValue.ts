/** The texts of numbers that JSON has no words for, as Python, JavaScript and Spark write them. */
export const notFinite = /^(?:NaN|-?Infinity)$/;

const mayBeNotFinite = /NaN|Infinity/;

/** Texts, and what the engine's scanner takes besides JSON. */
const tokens = /"[^"\\]*(?:\\.[^"\\]*)*"|NaN|-?Infinity/g;

/** JSON in which `NaN`, `Infinity` and `-Infinity`, which are no JSON but which the engine's scanner takes, are texts. */
export function withQuotedNaN(json: string): string {
  if (!mayBeNotFinite.test(json)) return json;
  return json.replace(tokens, (token) => (token.startsWith('"') ? token : `"${token}"`));
}

/** As `JSON.parse`; `NaN` and `Infinity` are texts, as they are to the engine. */
export function parseJson(text: string, revive?: (value: unknown) => unknown): unknown {
  const reviver = revive && ((_: string, value: unknown) => revive(value));
  try {
    return JSON.parse(text, reviver);
  } catch (error) {
    if (!mayBeNotFinite.test(text)) throw error;
    return JSON.parse(withQuotedNaN(text), reviver);
  }
}

const textsAndSpace = /"(?:[^"\\]|\\.)*"?|\s+/gsu;

/** JSON that was written over several lines, without its layout; what stands on one line is left as it is. */
export function jsonInOneLine(json: string): string {
  if (!json.includes('\n')) return json;
  return json.replace(textsAndSpace, (part) => (part.startsWith('"') ? part : ''));
}
