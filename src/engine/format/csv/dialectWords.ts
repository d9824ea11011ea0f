import { english, listed, said, type Said } from '../../../said/said.ts';
import { describeReadings } from './cellReading.ts';
import type { CsvDialect } from './dialect.ts';

const delimiterNames = new Map<string, Said>([
  [',', said`comma`],
  [';', said`semicolon`],
  ['\t', said`tab`],
  ['|', said`pipe`],
  [' ', said`space`],
  [':', said`colon`],
  ['\x01', said`${'U+0001'}`],
  ['\x1e', said`${'U+001E'}`],
  ['\x1f', said`${'U+001F'}`],
]);

/** What people call a delimiter. */
export function delimiterName(delimiter: string): Said {
  return delimiterNames.get(delimiter) ?? said`${delimiter}`;
}

/** A dialect in words for people, such as "comma, quoted, header"; what is usual is not said. */
export function describeDialect(dialect: CsvDialect): Said {
  const { delimiter, runs, skipInitialSpace, quote, escape, comment, nulls, lineEnd, headerLines } = dialect;
  const quotes = quote === '"' ? said`quoted` : quote === "'" ? said`single quotes` : said`no quotes`;
  const header = dialect.isNamedAbove
    ? said`header in a comment`
    : headerLines === 0
      ? said`no header`
      : headerLines === 1
        ? said`header`
        : said`header of ${headerLines} rows`;
  return listed([
    runs ? describeRuns(delimiter) : describeDelimiter(delimiter),
    ...(skipInitialSpace ? [said`spaces before fields skipped`] : []),
    quotes,
    ...(escape === 'backslash' ? [said`backslash escapes`] : []),
    header,
    ...(comment === '' ? [] : [said`comments after ${comment}`]),
    ...(nulls === undefined || nulls.length === 0 ? [] : [said`NULL as ${nulls.join(', ')}`]),
    ...(lineEnd === 'any' ? [said`CR line ends`] : []),
    ...describeReadings(dialect.readings).map((example) => said`${example}`),
  ]);
}

function describeDelimiter(delimiter: string): Said {
  return delimiterNames.get(delimiter) ?? said`delimiter ${delimiter}`;
}

function describeRuns(delimiter: string): Said {
  if (delimiter === ' ') return said`runs of spaces`;
  if (delimiter === '\t') return said`runs of tabs`;
  return said`runs of ${describeDelimiter(delimiter)}s`;
}

/** Whether comment lines can begin with a text; none do where it is empty. */
export function isCommentMark(text: string): boolean {
  return /^[\x21\x23-\x26\x28-\x7e]{0,8}$/.test(text);
}

/** Whether a field without quotes can be this text; the empty one is NULL in any case. */
export function isNullText(text: string): boolean {
  return text !== '' && text.length <= 100 && !/["\r\n]/.test(text);
}

/**
 * The delimiter that somebody means: by name (comma, semicolon, tab, pipe, space, colon), by escape (`\t`,
 * `\x01`, `\u001f`), or as it is. Undefined where it cannot be one: empty, or with a quote or a line end in it.
 */
export function parseDelimiter(text: string): string | undefined {
  const name = text.trim().toLowerCase();
  for (const [delimiter, called] of delimiterNames)
    if (name === english(called).toLowerCase()) return delimiter;
  const delimiter = text.replace(
    /\\(?:t|\\|x([\da-f]{2})|u([\da-f]{4}))/gi,
    (escape, byte?: string, unit?: string) => {
      if (byte !== undefined || unit !== undefined)
        return String.fromCharCode(parseInt(byte ?? unit ?? '', 16));
      return escape === '\\\\' ? '\\' : '\t';
    },
  );
  return delimiter === '' || /["'\r\n]/.test(delimiter) ? undefined : delimiter;
}
