import type { CsvGrammar } from './rows.ts';

/** What a cell looks like, as far as that tells one dialect from another and a header from data. */
export type CellType = 'empty' | 'number' | 'time' | 'name' | 'link' | 'text';

/**
 * The type of a cell, given as a Latin-1 reading of its bytes. `empty` holds nothing or says that it does;
 * `number` includes amounts of money, percentages, and decimal commas; `time` is a date, a time of day or both;
 * `link` an address of the web, of mail or of a host, or a UUID; `name` a word or a few, as a column might be
 * called; `text` is anything else.
 */
export function cellType(text: string): CellType {
  const cell = text.trim();
  if (cell === '') return 'empty';
  const first = cell.charCodeAt(0);
  const digit = isDigit(first);
  if ((digit || first === 0x2d) && isPlainNumber(cell)) return 'number';
  if (!digit && cell.length <= 7 && nothing.test(cell)) return 'empty';
  const short = cell.length <= 40;
  if (short && digit && (cell.includes(':') || cell.includes('/'))) {
    if (time.test(cell) || date.test(cell) || dateTime.test(cell)) return 'time';
  } else if (short && isAmountStart(first)) {
    if (number.test(cell) || money.test(cell)) return 'number';
    if (digit && date.test(cell)) return 'time';
  } else if (short && truth.test(cell)) return 'number';
  if ((digit || startsDate(first)) && wordedDate.test(cell)) return 'time';
  if (cell.length <= 2048 && mayBeLink(cell, digit) && link.test(cell)) return 'link';
  return cell.length <= 60 && name.test(cell) ? 'name' : 'text';
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

/** Whether numbers and amounts of money begin so: with a digit, a sign, a currency. */
function isAmountStart(first: number): boolean {
  const isCurrency = first === 0x45 || first === 0x47 || first === 0x55;
  return first < 0x40 || isCurrency || first === 0xa3 || first === 0xc2 || first === 0xe2;
}

/** Whether the name of a month or a day begins so. */
function startsDate(first: number): boolean {
  return 'adfjmnostw'.includes(String.fromCharCode(first | 0x20));
}

/** Digits with at most one point among or after them, and a minus before: what most numbers are. */
function isPlainNumber(cell: string): boolean {
  let points = 0;
  let digits = 0;
  for (let at = cell.charCodeAt(0) === 0x2d ? 1 : 0; at < cell.length; at++) {
    const code = cell.charCodeAt(at);
    if (isDigit(code)) digits++;
    else if (code !== 0x2e || digits === 0 || ++points > 1) return false;
  }
  return digits > 0;
}

/** Whether a cell has what each kind of link cannot do without. */
function mayBeLink(cell: string, digit: boolean): boolean {
  return digit || cell.length === 36 || cell.includes('://') || cell.includes('@') || /^www\./i.test(cell);
}

/** Whether values of this type are seldom found in a header, and seldom come out of text that is cut wrongly. */
export function isTyped(type: CellType): boolean {
  return type === 'number' || type === 'time' || type === 'link';
}

/** How well a cell that is not in quotes looks like one, 0 to 1; undefined where it says nothing. */
export function rateCell(cell: string, { delimiter, quote }: CsvGrammar): number | undefined {
  const type = cellType(cell);
  if (type === 'empty') return delimiter === ' ' ? 0.2 : undefined;
  if (isTyped(type)) return 1;
  if (/[\t\x01\x1e\x1f]|\xc2[\xa6\xa7]/.test(cell) || cell.startsWith('"') || cell.endsWith('"')) return 0.1;
  if (quote !== "'" && cell.length > 1 && cell.startsWith("'") && cell.endsWith("'")) return 0.5;
  if (isList(cell)) return 0.85;
  if (/\S[~^]\S|\S(?:::|\|\|)\S/.test(cell)) return 0.2;
  if (/[;|](?! )|,(?![ \d])/.test(cell)) return 0.3;
  if (/^[,;:=/#&]|[,;=/#&]$/.test(cell.trim())) return 0.3;
  if (delimiter !== ' ' && type === 'name') return 0.85;
  return 0.7;
}

/** Whether a cell is a list or an object of JSON, or an array as PostgreSQL writes it, by its ends: what is between has delimiters. */
function isList(cell: string): boolean {
  return (cell.startsWith('{') && cell.endsWith('}')) || (cell.startsWith('[') && cell.endsWith(']'));
}

const nothing = /^(?:null|nil|none|n\/?a|nan|#n\/a|\\n|-+|\?|\.|unknown)$/i;
const number =
  /^[+-]?(?:(?:\d+|\d{1,3}(?:[,.' ]\d{3})+)(?:[.,]\d*)?|[.,]\d+)(?:[eE][+-]?\d{1,3})?\s?%?$|^\(\d[\d,.]*\)$|^0x[\da-f]+$/i;
const money =
  /^[+-]?\s?(?:[$]|\xa3|\xc2\xa3|\xc2\xa5|\xe2\x82\xac|EUR|USD|GBP)\s?[+-]?\d[\d,.]*$|^[+-]?\d[\d,.]*\s?(?:[$]|\xc2\xa3|\xe2\x82\xac|EUR|USD|GBP)$/;
const truth = /^(?:true|false)$/i;
const date =
  /^\d{4}([-/.])\d{1,2}(?:\1\d{1,2})?$|^\d{1,2}([-/.])\d{1,2}\2(?:\d{4}|\d{2})\.?$|^\d{1,2}[- /]?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}[- /,]{0,2}\d{2,4}$/i;
const time = /^\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?\s?(?:[ap]m)?$/i;
const dateTime =
  /^\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}[T ]{1,2}\d{1,2}:\d{2}(?::\d{2}(?:[.,:]\d+)?)?\s?(?:[ap]m)?\s?(?:Z|UTC|GMT|[+-]\d{2}:?\d{0,2})?$/i;
const wordedDate =
  /^(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6},? )?(?:\d{1,2} )?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}[- .]{1,2}\d{1,4}(?:,? \d{4})?(?:,? \d{1,2}:\d{2}(?::\d{2})?.*)?$/i;
const link =
  /^(?:[a-z][a-z0-9+.-]{1,9}:\/\/\S+|www\.\S+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+|(?:\d{1,3}\.){3}\d{1,3}(?::\d+)?|[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12})$/i;
const name = /^[a-z_\x80-\xff][\w\x80-\xff .()/%&'#:*+$-]*$/i;
