import { isAddress } from '../source/http/address.ts';

/** What a text is read as. */
export type FormatKind = 'jsonl' | 'csv' | 'json';

export interface RecognisedKind {
  readonly kind: FormatKind;
  /** Of a document: the path to its rows, where the text says it. */
  readonly rows?: string;
}

/** Names of files that are one JSON document each, but for those of `.json` that hold lines after all. */
const documentName = /\.(json|jsonc|json5|geojson|topojson|har|ipynb)$/;
const linesName = /\.(jsonl|ndjson|ldjson)$/;
const tableName = /\.(csv|tsv|tab|psv)$/;
const afterMark = /^\ufeff?(?:\s|\/\/[^\n]*\n|\/\*[^]*?\*\/)*/;

/**
 * The name decides where it is clear. A name that says nothing, that of a document and that of JSON Lines are decided by
 * the text as well.
 * @param head the file's first bytes, of which `final` says whether they are all
 */
export function kindOf(name: string, head: Uint8Array, final: boolean): RecognisedKind {
  const path = isAddress(name) ? name.replace(/[?#].*$/, '') : name;
  const plain = path.toLowerCase().replace(/\.(gz|zst)$/, '');
  if (tableName.test(plain)) return { kind: 'csv' };
  const text = new TextDecoder().decode(head);
  if (linesName.test(plain)) return linesOrValues(text.replace(/^\ufeff/, '').trimStart());
  return { kind: kindOfText(text, documentName.test(plain), final) };
}

/** JSON Lines, unless the first record stands on several lines: then JSON values follow one another. */
function linesOrValues(text: string): RecognisedKind {
  const end = firstValueEnd(text);
  const isSpread =
    end === undefined
      ? /^[{[][ \t]*\r?\n\s*["[{\d}\]-]/.test(text)
      : text.lastIndexOf('\n', end - 1) !== -1 && isJson(text.slice(0, end));
  if (!isSpread) return { kind: 'jsonl' };
  // The lists in a record are no rows. A document that is one list is one of records.
  return text.startsWith('{') ? { kind: 'json', rows: '$' } : { kind: 'json' };
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

function kindOfText(whole: string, isDocument: boolean, final: boolean): FormatKind {
  const text = isDocument ? whole.replace(afterMark, '') : whole.replace(/^\ufeff/, '').trimStart();
  if (isDocument && !/^\S[^\n]*[}\]"\w]\s*\n\s*[{[]/.test(text)) return 'json';
  if (!/^[{["]/.test(text)) return isDocument ? 'jsonl' : 'csv';
  const [firstLine, ...more] = text.split('\n', 2);
  // A list of objects on a line of its own is what servers answer with.
  const only = final && more.every((line) => line.trim() === '');
  if (only && /^\[\s*\{/.test(firstLine)) return 'json';
  if (isJson(firstLine)) return 'jsonl';
  return text.startsWith('[') || text.startsWith('{') ? 'json' : 'csv';
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
