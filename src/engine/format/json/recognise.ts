import { parseJson } from '../../../protocol/jsonValue.ts';
import type { Claim, FileHead } from '../driver.ts';

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
  if (linesName.test(name)) return linesOrValues(text.replace(/^\ufeff/, '').trimStart());
  const isDocument = documentName.test(name);
  const kind = kindOfText(text, isDocument, final);
  return kind && { kind, by: isDocument ? 'name' : 'content' };
}

/** JSON Lines, unless the first record stands on several lines: then JSON values follow one another. */
function linesOrValues(text: string): RecognisedJson {
  const end = firstValueEnd(text);
  const isSpread =
    end === undefined
      ? /^[{[][ \t]*\r?\n\s*["[{\d}\]-]/.test(text)
      : text.lastIndexOf('\n', end - 1) !== -1 && isJson(text.slice(0, end));
  if (!isSpread) return { kind: 'jsonl', by: 'name' };
  // The lists in a record are no rows. A document that is one list is one of records.
  return { kind: 'json', by: 'name', ...(text.startsWith('{') && { options: { rows: '$' } }) };
}

/** Where the list or object ends with which a text begins, if it does both. */
function firstValueEnd(text: string): number | undefined {
  let depth = 0;
  const tokens = /"(?:[^"\\]|\\.)*"|[[\]{}]/gs;
  for (let found = tokens.exec(text); found !== null; found = tokens.exec(text)) {
    const [token] = found;
    if (token === '{' || token === '[') depth++;
    else if (token === '}' || token === ']') depth--;
    if (depth <= 0) return tokens.lastIndex;
  }
  return undefined;
}

function kindOfText(whole: string, isDocument: boolean, final: boolean): JsonKind | undefined {
  const text = isDocument ? whole.replace(afterMark, '') : whole.replace(/^\ufeff/, '').trimStart();
  if (isDocument && !/^\S[^\n]*[}\]"\w]\s*\n\s*[{[]/.test(text)) return 'json';
  if (beginsOtherwise.test(text)) return 'json';
  if (!/^[{["]/.test(text) || (!isDocument && noList.test(text))) return isDocument ? 'jsonl' : undefined;
  const [firstLine, ...more] = text.split('\n', 2);
  // A list of objects on a line of its own is what servers answer with.
  const only = final && more.every((line) => line.trim() === '');
  if (only && /^\[\s*\{/.test(firstLine)) return 'json';
  if (isJson(firstLine)) return 'jsonl';
  return text.startsWith('[') || text.startsWith('{') ? 'json' : undefined;
}

export function isJson(text: string): boolean {
  try {
    parseJson(text);
    return true;
  } catch {
    return false;
  }
}
