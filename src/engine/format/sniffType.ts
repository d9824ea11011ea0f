/** What a cell looks like, as far as that tells one dialect from another and a header from data. */
export type CellType = 'empty' | 'number' | 'time' | 'name' | 'link' | 'text';

/**
 * `empty` holds nothing or says that it does; `number` includes amounts of money, percentages, and decimal commas;
 * `time` is a date, a time of day or both; `link` an address of the web, of mail or of a host, or a UUID; `name` a word
 * or a few, as a column might be called; `text` is anything else.
 */
export function cellType(text: string): CellType {
  const cell = text.trim();
  if (cell === '' || (cell.length <= 7 && nothing.test(cell))) return 'empty';
  const first = cell.charCodeAt(0);
  const startsLikeNumber = first < 0x40 || first === 0xa3 || first === 0xac || first >= 0xc2;
  if (startsLikeNumber && cell.length <= 40) {
    if (number.test(cell) || money.test(cell)) return 'number';
    if (date.test(cell) || time.test(cell) || dateTime.test(cell)) return 'time';
  } else if (cell.length <= 40 && (money.test(cell) || wordedDate.test(cell) || truth.test(cell))) {
    return wordedDate.test(cell) ? 'time' : 'number';
  }
  if (wordedDate.test(cell)) return 'time';
  if (cell.length <= 2048 && link.test(cell)) return 'link';
  return cell.length <= 60 && name.test(cell) ? 'name' : 'text';
}

/** Whether values of this type are seldom found in a header, and seldom come out of text that is cut wrongly. */
export function isTyped(type: CellType): boolean {
  return type === 'number' || type === 'time' || type === 'link';
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
const name = /^[\p{L}_\x80-\xff][\p{L}\p{N}_\x80-\xff .()/%&'#:*+$\u2019-]*$/u;
