import { describeReadings } from './cellReading.ts';
import type { CsvDialect } from './dialect.ts';

const delimiterNames = new Map<string, string>([
  [',', 'comma'],
  [';', 'semicolon'],
  ['\t', 'tab'],
  ['|', 'pipe'],
  [' ', 'space'],
  [':', 'colon'],
  ['\x01', 'U+0001'],
  ['\x1e', 'U+001E'],
  ['\x1f', 'U+001F'],
]);

/** What people call a delimiter. */
export function delimiterName(delimiter: string): string {
  return delimiterNames.get(delimiter) ?? delimiter;
}

/** A dialect in words for people, such as "comma, quoted, header"; what is usual is not said. */
export function describeDialect(dialect: CsvDialect): string {
  const { delimiter, runs, skipInitialSpace, quote, escape, comment, lineEnd, headerLines } = dialect;
  const quotes = quote === '"' ? 'quoted' : quote === "'" ? 'single quotes' : 'no quotes';
  const header =
    headerLines === 0 ? 'no header' : headerLines === 1 ? 'header' : `header of ${headerLines} rows`;
  return [
    `${runs ? 'runs of ' : ''}${delimiterNames.get(delimiter) ?? `delimiter ${delimiter}`}${runs ? 's' : ''}`,
    ...(skipInitialSpace ? ['spaces before fields skipped'] : []),
    quotes,
    ...(escape === 'backslash' ? ['backslash escapes'] : []),
    header,
    ...(comment === '' ? [] : [`comments after ${comment}`]),
    ...(lineEnd === 'any' ? ['CR line ends'] : []),
    ...describeReadings(dialect.readings),
  ].join(', ');
}

/** Whether comment lines can begin with a text; none do where it is empty. */
export function isCommentMark(text: string): boolean {
  return /^[\x21\x23-\x26\x28-\x7e]{0,8}$/.test(text);
}

/**
 * The delimiter that somebody means: by name (comma, semicolon, tab, pipe, space, colon), by escape (`\t`,
 * `\x01`, `\u001f`), or as it is. Undefined where it cannot be one: empty, or with a quote or a line end in it.
 */
export function parseDelimiter(text: string): string | undefined {
  const name = text.trim().toLowerCase();
  for (const [delimiter, delimiterName] of delimiterNames)
    if (name === delimiterName.toLowerCase()) return delimiter;
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
