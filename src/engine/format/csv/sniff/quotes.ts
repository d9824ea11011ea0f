import type { CsvDialect } from '../dialect.ts';
import type { CsvGrammar, SampleRow } from './rows.ts';

/** How a sample reads by a grammar, as far as it tells which quotes the text has. */
export interface QuoteReading {
  readonly grammar: CsvGrammar;
  readonly score: number;
  readonly rows: readonly SampleRow[];
  /** Rows in which a quote never closes. */
  readonly unclosed: number;
  /** Rows with other quotes where none should be. */
  readonly stray: number;
  /** Fields in quotes that close. */
  readonly quotedFields: number;
  /** Rows of another width. */
  readonly misfits: number;
}

/** Scores within this factor of each other do not decide between quotes and escapes. */
export const asGood = 0.985;

/**
 * Of the readings by the winner's delimiter that are as good: single quotes if they quote fields and double ones quote
 * none, else the most usual quotes; and the escape and line ends that leave fewer odd rows. Double quotes that stand
 * around whole fields are as good as single ones that no field needs.
 */
export function withUsualQuotes<T extends QuoteReading>(winner: T, others: readonly T[]): T {
  const equal = others.filter(
    ({ grammar, score }) => grammar.delimiter === winner.grammar.delimiter && score > winner.score * asGood,
  );
  const needless = winner.grammar.quote === "'" && !mustBeQuoted(winner.rows, winner.grammar.delimiter);
  const whole = others.find(
    ({ grammar, quotedFields, unclosed, stray }) =>
      needless &&
      grammar.delimiter === winner.grammar.delimiter &&
      grammar.quote === '"' &&
      quotedFields > 0 &&
      unclosed + stray === 0,
  );
  const readings = [winner, ...(whole ? [whole] : []), ...equal].sort((a, b) => usualness(b) - usualness(a));
  const doubled = readings.some(({ grammar, quotedFields }) => grammar.quote === '"' && quotedFields > 0);
  const single = readings.find(({ grammar }) => grammar.quote === "'");
  const isSingle = single !== undefined && !doubled && single.quotedFields >= 2 && single.unclosed === 0;
  const quote = (isSingle ? single : readings.at(0))?.grammar.quote;
  const usual = readings
    .filter(({ grammar }) => grammar.quote === quote)
    .reduce((best, other) => (oddRows(other) < oddRows(best) ? other : best));
  return withoutQuotes(usual, others) ?? usual;
}

/**
 * The reading without quotes, where they quote nothing but stand in texts: no field has to be quoted, and more rows have a
 * quote in the middle of a field, or one that never closes, than fields are in quotes.
 */
function withoutQuotes<T extends QuoteReading>(usual: T, others: readonly T[]): T | undefined {
  const { grammar, rows, misfits } = usual;
  if (grammar.quote === '' || !areText(usual) || mustBeQuoted(rows, grammar.delimiter)) return undefined;
  return others.find(
    (other) =>
      other.grammar.delimiter === grammar.delimiter &&
      other.grammar.quote === '' &&
      other.grammar.lineEnd === grammar.lineEnd &&
      other.misfits <= misfits,
  );
}

/**
 * Whether quotes are seen in texts sooner than around fields. Programs that write tabs seldom quote, and a field in quotes may be
 * so by its nature; others may quote further down, unless they would have had to in most rows.
 */
function areText({ grammar, rows, unclosed, stray, quotedFields }: Omit<QuoteReading, 'score'>): boolean {
  const odd = unclosed + stray;
  return grammar.delimiter === '\t' ? odd > quotedFields : quotedFields === 0 && 2 * odd >= rows.length;
}

function oddRows({ unclosed, stray, misfits }: QuoteReading): number {
  return unclosed + stray + misfits;
}

function usualness({ grammar: { quote, escape, lineEnd } }: QuoteReading): number {
  return (quote === '"' ? 4 : 0) + (escape === 'double' ? 2 : 0) + (lineEnd === 'lf' ? 1 : 0);
}

/** Other quotes and escapes that the text gives reason to try with a delimiter. */
export function quoteVariants(
  reading: Omit<QuoteReading, 'score'>,
  text: string,
  hints: Partial<CsvGrammar>,
): CsvGrammar[] {
  const { grammar, unclosed } = reading;
  const found: CsvGrammar[] = [];
  const quotes: CsvDialect['quote'][] = [];
  if (hints.quote === undefined) {
    if (text.includes("'")) quotes.push("'");
    if (unclosed > 0 || areText(reading)) quotes.push('');
  }
  for (const quote of quotes) found.push({ ...grammar, quote });
  if (hints.escape === undefined) {
    for (const quote of [grammar.quote, ...quotes]) {
      if (quote !== '' && text.includes(`\\${quote}`)) found.push({ ...grammar, quote, escape: 'backslash' });
    }
  }
  return found;
}

/** How many fields stand in quotes and hold something: two single quotes with nothing between may be a value. */
export function quotedWithin(row: SampleRow): number {
  return row.cells.filter((cell, index) => cell !== '' && row.isQuoted(index)).length;
}

/** Whether a field in quotes holds what no other field can. */
export function mustBeQuoted(rows: readonly SampleRow[], delimiter: string): boolean {
  return rows.some((row) =>
    row.cells.some((cell, index) => row.isQuoted(index) && (cell.includes(delimiter) || /["\n]/.test(cell))),
  );
}
