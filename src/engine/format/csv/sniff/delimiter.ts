import type { CsvGrammar } from './rows.ts';

/** Delimiters that are looked for, with how soon they are believed: the usual ones at once. */
const delimiterWeights = new Map<string, number>([
  [',', 1],
  ['\t', 1],
  [';', 0.99],
  ['|', 0.97],
  ['\x01', 0.95],
  ['\x1f', 0.95],
  ['\x1e', 0.9],
  ['§', 0.8],
  ['¦', 0.8],
  ['þ', 0.8],
  ['¬', 0.8],
  ['¶', 0.8],
  ['^', 0.75],
  ['~', 0.75],
  ['}', 0.6],
  ['!', 0.55],
  ['*', 0.55],
  ['#', 0.6],
  [' ', 0.58],
  ['&', 0.55],
  [':', 0.5],
  ['/', 0.42],
]);
const severalCharacters = [
  '||',
  '::',
  '~~',
  '^^',
  '##',
  '&&',
  '|~|',
  '~|~',
  '^|^',
  '#|#',
  '|;|',
  ';|;',
  '<>',
];

/** Delimiters that a text holds, of which each character is a byte of UTF-8. */
export function delimitersIn(text: string): string[] {
  const found: string[] = [];
  for (const delimiter of delimiterWeights.keys()) {
    if (text.includes(latin1(delimiter))) found.push(delimiter);
  }
  for (const delimiter of severalCharacters) if (standsAlone(delimiter, text)) found.push(delimiter);
  for (const delimiter of [',', ';', '|', '#', ':']) {
    if (text.includes(`${delimiter} "`) || text.includes(`${delimiter} '`)) {
      found.push(
        text.includes(` ${delimiter} "`) || text.includes(` ${delimiter} '`)
          ? ` ${delimiter} `
          : `${delimiter} `,
      );
    }
  }
  return found;
}

/** Characters that hardly any text has, but for its delimiters. */
const rare = new Set(['^', '~', '§', '¦', 'þ', '¬', '¶', '\x1e']);

/**
 * Whether a delimiter of several characters occurs, and its first character seldom without the others. One that is a
 * character twice is that character around an empty field, if a line has it only once at a time.
 */
function standsAlone(delimiter: string, text: string): boolean {
  if (!text.includes(delimiter)) return false;
  const once = delimiter.charAt(0);
  const isTwice = delimiter === once + once;
  if (isTwice && text.split('\n').some((line) => line.includes(once) && !line.includes(delimiter)))
    return false;
  const count = text.split(delimiter).length - 1;
  const within = delimiter.split(delimiter.charAt(0)).length - 1;
  const first = text.split(delimiter.charAt(0)).length - 1;
  return first <= count * (within + 0.5);
}

function latin1(text: string): string {
  return Buffer.from(text).toString('latin1');
}

/** How soon a delimiter is believed, 0 to about 1; the file's name has a say. */
export function weightOf(delimiter: string, name: string): number {
  const trimmed = delimiter.trim();
  const single = delimiterWeights.get(trimmed.charAt(0)) ?? 0.7;
  const weight =
    delimiterWeights.get(delimiter) ?? (trimmed.length === 1 ? single * 0.97 : Math.max(1, single * 1.2));
  const extension = extensionOf(name);
  if (extensionDelimiters.get(extension) !== delimiter) return weight;
  return weight * (extension === 'csv' ? 1.06 : 1.3);
}

function extensionOf(name: string): string {
  return /\.(\w+)(?:\.(?:gz|zst))?$/.exec(name.toLowerCase())?.at(1) ?? '';
}

const extensionDelimiters = new Map([
  ['csv', ','],
  ['tsv', '\t'],
  ['tab', '\t'],
  ['psv', '|'],
]);

/** The weight of a delimiter that every row has as often: what is as rare, or as seldom so even, is one. */
export function evenWeight({ delimiter, runs }: CsvGrammar, width: number): number {
  if (rare.has(delimiter)) return width >= 3 ? 0.97 : 0;
  if (delimiter === '#') return width >= 4 ? 0.9 : width === 3 ? 0.75 : 0;
  if (runs) return width >= 3 ? 0.75 : 0;
  return delimiter === ':' && width >= 5 ? 0.75 : 0;
}

/** Whether text that is no table is not full of it anyhow. */
export function isUsual(delimiter: string): boolean {
  return (delimiterWeights.get(delimiter) ?? 0.9) > 0.85;
}

/** The delimiter that a file's name speaks of. */
export function delimiterOf(name: string): string | undefined {
  return extensionDelimiters.get(extensionOf(name));
}
