import { parseJson } from '../../protocol/jsonValue.ts';

/** Lines that are looked at to tell what a text holds. */
const linesLookedAt = 200;

/** The first lines of a text that hold anything. One that the head cuts off is among them only if it is the first. */
export function firstLines(text: string, final: boolean): string[] {
  const lines = text.split('\n', linesLookedAt + 1);
  if (lines.length > 1 && (!final || lines.length > linesLookedAt)) lines.pop();
  return lines.filter((line) => line.trim() !== '');
}

/** What goes on with the line before, as of a stack trace: it is none of its own. */
const belowAnother = /^(?:\s|Caused by: )/;

/** The share of a text's lines that are an object that holds something. */
export function shareOfObjects(text: string, final: boolean): number {
  const isObject = (line: string): boolean => /^\s*\{\s*"/.test(line) && isJson(line);
  return shareOf(isObject, text, final);
}

/** `level=info msg="got it, yes"` */
const pairs = /^(?:[\w.@/-]+=(?:"(?:[^"\\]|\\.)*"|[^\s"]*)(?:\s+|$)){2,}$/;

/** The share of a text's lines that are nothing but names with values behind them, as logfmt has them. */
export function shareOfPairs(text: string, final: boolean): number {
  return shareOf((line) => pairs.test(line), text, final);
}

/** A directory's entries in LDIF (RFC 2849). */
const ldif = /^\ufeff?(?:(?:#.*|version: *1)?\r?\n)*dn::? *\S/;
const sqlStatement =
  /^(?:INSERT\s+INTO|REPLACE\s+INTO|UPDATE|DELETE\s+FROM|CREATE\s+(?:TABLE|INDEX)|PRAGMA|BEGIN|COMMIT|SET|USE|DROP)\b.*;?$/i;
/** Of a stream of server-sent events. */
const eventField = /^(?:data|event|id|retry)?:/;

/** Whether the lines of a text are of a kind whose commas are those of what is in them: LDIF, statements of SQL, server-sent events. */
export function areOtherLines(text: string, final: boolean): boolean {
  if (ldif.test(text)) return true;
  if (/^(?:data|event):/m.test(text) && shareOf((line) => eventField.test(line), text, final) > 0.9)
    return true;
  return (
    /^(?:INSERT|REPLACE)\s+INTO\b/im.test(text) &&
    shareOf((line) => sqlStatement.test(line), text, final) > 0.5
  );
}

/** The share of a text's lines that are JSON, or begin like a list or an object and may be broken. */
export function shareOfJson(text: string, final: boolean): number {
  return shareOf((line) => /^\s*[{[]/.test(line) || isJson(line), text, final);
}

function shareOf(test: (line: string) => boolean, text: string, final: boolean): number {
  const lines = firstLines(text, final);
  const passed = lines.filter(test).length;
  return passed / Math.max(1, lines.filter((line) => !belowAnother.test(line) || test(line)).length);
}

export function isJson(text: string): boolean {
  try {
    parseJson(text);
    return true;
  } catch {
    return false;
  }
}

/**
 * Whether a text is JSON beyond doubt, whatever its file is called: it is one value, or begins with one that another follows on the
 * next line. A cell of a table has others beside it.
 */
export function isSurelyJson(whole: string): boolean {
  const text = whole.replace(/^\ufeff/, '').trimStart();
  if (!/^(?:\{\s*["}]|\[\s*[[{"\d\]-])/.test(text)) return false;
  const end = firstValueEnd(text);
  // It goes on beyond the head, or is cut off.
  if (end === undefined) return /^(?:\{\s*"[^"\n]*"\s*:|\[\s*\{\s*")/.test(text);
  const value = text.slice(0, end);
  const isOnly = text.slice(end).trim() === '';
  return isJson(value) && (isOnly || /^[ \t\r]*\n\s*[{[]/.test(text.slice(end)));
}

/** Where the list or object ends with which a text begins, if it does both. */
export function firstValueEnd(text: string): number | undefined {
  let depth = 0;
  // A text that is cut off goes on to the end: if it were none, each escaped quote in it would be tried as the beginning of one.
  const tokens = /"(?:[^"\\]|\\.)*"?|[[\]{}]/gs;
  for (let found = tokens.exec(text); found !== null; found = tokens.exec(text)) {
    const [token] = found;
    if (token === '{' || token === '[') depth++;
    else if (token === '}' || token === ']') depth--;
    if (depth <= 0) return tokens.lastIndex;
  }
  return undefined;
}
