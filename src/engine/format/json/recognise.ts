import type { Claim, FileHead } from '../driver.ts';
import { firstLines, firstValueEnd, isJson, shareOfJson, shareOfObjects } from '../headLines.ts';

/** The two formats that a JSON text may be in. */
type JsonKind = 'jsonl' | 'json';

interface RecognisedJson extends Claim {
  readonly kind: JsonKind;
}

/** Names of files that are one JSON document each, but for those of `.json` that hold lines after all. */
const documentName = /\.(json|jsonc|json5|geojson|topojson|har|ipynb)$/;
const linesName = /\.(jsonl|ndjson|ldjson)$/;
const afterMark = /^\ufeff?(?:\s|\/\/[^\n]*\n|\/\*[^]*?\*\/)*/;

/** A JSON text sequence (RFC 7464), or a script that is a value: `window.YTD.tweets.part0 = [`, as archives of Twitter have it. */
const beginsOtherwise = /^(?:\u001e\s*[{[]|(?:(?:var|let|const)\s+|window\.)[a-zA-Z_$][\w.$]*\s*=\s*[{[])/;

/** Begins like a list, and has a word there that is no value: a section of a file of settings, the time or level of a log. */
const noList =
  /^\[\s*(?![{["'\]/\s,]|(?:-?(?:\d[\d.]*(?:[eE][+-]?\d+)?|Infinity)|true|false|null|NaN)\s*(?:[,\]/]|$))/;

/** The claim of one of the two. Names that are those of JSON files do not tell which: that is decided by the text as well. */
export function jsonClaim(kind: JsonKind, head: FileHead): Claim | undefined {
  const found = recogniseJson(head);
  return found?.kind === kind ? found : undefined;
}

function recogniseJson({ name, text, final }: FileHead): RecognisedJson | undefined {
  if (linesName.test(name)) return linesOrValues(text.replace(/^\ufeff/, '').trimStart(), final);
  const isDocument = documentName.test(name);
  const kind = kindOfText(text, isDocument, final);
  return kind && { kind, by: isDocument ? 'name' : 'content' };
}

/**
 * JSON Lines, unless the text is written otherwise: its first record stands on several lines, as values that follow one
 * another may, or most lines hold more than a value.
 */
function linesOrValues(text: string, final: boolean): RecognisedJson {
  const end = firstValueEnd(text);
  const isSpread =
    end === undefined
      ? /^[{[][ \t]*\r?\n\s*["[{\d}\]-]/.test(text)
      : text.lastIndexOf('\n', end - 1) !== -1 && isJson(text.slice(0, end));
  if (!isSpread && !areValues(text, final)) return { kind: 'jsonl', by: 'name' };
  // The lists in a record are no rows. A document that is one list is one of records.
  return { kind: 'json', by: 'name', ...(/^[\s\u001e]*\{/.test(text) && { options: () => ({ rows: '$' }) }) };
}

/** Behind a value: another one on the same line, or the comma that is behind each element of a list. */
const goesOn = /^[ \t]*(?:,?[ \t]*[{[]|,\s*$)/;

/**
 * Whether most lines are no values, but begin with one that another follows, as records of a stream that are put one
 * behind the other do, or a comma; or the text is a sequence of RFC 7464.
 */
function areValues(text: string, final: boolean): boolean {
  if (/^\u001e\s*[{[]/.test(text)) return true;
  const lines = firstLines(text, final);
  if (lines.length === 0 || isJson(lines[0])) return false;
  let [values, several] = [0, 0];
  for (const line of lines) {
    if (!/^\s*[{[]/.test(line)) continue;
    const end = firstValueEnd(line);
    if (end === undefined || !isJson(line.slice(0, end))) continue;
    if (line.slice(end).trim() === '') values++;
    else if (goesOn.test(line.slice(end))) several++;
  }
  // The last element of a list has no comma.
  return several > 0 && several >= values;
}

/**
 * Of the lines of a text, as many must be objects for it to be JSON Lines among which a program has written others: what it
 * says before it logs in JSON, or beside it.
 */
const leastShare = 1 / 3;

function kindOfText(whole: string, isDocument: boolean, final: boolean): JsonKind | undefined {
  const text = isDocument ? whole.replace(afterMark, '') : whole.replace(/^\ufeff/, '').trimStart();
  const [firstLine, ...more] = text.split('\n', 2);
  const isFirst = (): boolean => isJson(firstLine);
  const isWord = !/^[{["]/.test(text) || (text.startsWith('"') && !isFirst()) || noList.test(text);
  if (isWord && !beginsOtherwise.test(text) && shareOfObjects(text, final) >= leastShare) return 'jsonl';
  if (isDocument && !/^\S[^\n]*[}\]"\w]\s*\n\s*[{[]/.test(text)) return 'json';
  if (beginsOtherwise.test(text)) return 'json';
  if (!/^[{["]/.test(text) || (!isDocument && noList.test(text))) return isDocument ? 'jsonl' : undefined;
  // A list of objects on a line of its own is what servers answer with.
  const only = final && more.every((line) => line.trim() === '');
  if (only && /^\[\s*\{/.test(firstLine)) return 'json';
  if (isFirst()) return isDocument || shareOfJson(text, final) >= leastShare ? 'jsonl' : undefined;
  return text.startsWith('[') || text.startsWith('{') ? 'json' : undefined;
}
