import { Fault } from '../fault.ts';
import { createCsvRowReader, type CsvRow } from './csvRow.ts';
import type { CsvDialect } from './dialect.ts';
import { cellType, isTyped } from './sniffType.ts';

/** What must be known to cut a text into rows and fields. */
export type CsvGrammar = Pick<CsvDialect, 'delimiter' | 'runs' | 'quote' | 'escape' | 'comment' | 'lineEnd'>;

/** A grammar and how well a sample reads by it: 0 to about 1. */
export interface RatedGrammar {
  readonly grammar: CsvGrammar;
  readonly score: number;
  /** The number of fields that most rows have. */
  readonly width: number;
}

/** A row of a sample, read by some grammar. Its cells are Latin-1 readings of the bytes, with escapes left as they are. */
export interface SampleRow {
  readonly start: number;
  readonly end: number;
  readonly next: number;
  readonly cells: readonly string[];
  /** Which cells stand in quotes. */
  readonly quoted: readonly boolean[];
}

/** Reads whole rows of a sample, up to `limit` of them. The last is left out where the sample may end within it. */
export function sampleRows(
  sample: Uint8Array,
  final: boolean,
  grammar: CsvGrammar,
  from: number,
  limit: number,
): SampleRow[] {
  const text = Buffer.from(sample.buffer, sample.byteOffset, sample.byteLength);
  const rows: SampleRow[] = [];
  for (const { start, row } of readRows(sample, final, grammar, from, limit)) {
    const cells: string[] = [];
    const quoted: boolean[] = [];
    for (let index = 0; index < row.count; index++) {
      cells.push(text.toString('latin1', row.starts[index], row.ends[index]));
      quoted.push(row.starts[index] !== row.places[index]);
    }
    rows.push({ start, end: row.end, next: row.next, cells, quoted });
  }
  return rows;
}

function* readRows(
  sample: Uint8Array,
  final: boolean,
  grammar: CsvGrammar,
  from: number,
  limit: number,
): Generator<{ readonly start: number; readonly row: CsvRow }> {
  const reader = createCsvRowReader({ ...grammar, headerLines: 0, tableStart: 0, columns: [] });
  const { row } = reader;
  reader.begin(sample, final);
  for (let start = from, rows = 0; start < sample.length && rows < limit; start = row.next) {
    let read = reader.read(start);
    if (read === 'incomplete') {
      // A quote that is open up to the sample's end closes beyond it, or never: the latter if much depends on it.
      if (rows > 0 && start * 2 > sample.length) return;
      reader.begin(sample, true);
      read = reader.read(start);
    }
    if (read !== 'record') continue;
    if (!final && row.next === sample.length && rows > 0) return;
    rows++;
    yield { start, row };
  }
}

/** How much of a sample grammars are tried on: more bytes where lines are long. */
const trial = { bytes: 16 * 1024, lines: 4, rows: 200, columns: 100 };

/** At least `length` bytes from `from` on, and at least `lines` lines, if there are so many. */
export function headLength(bytes: Uint8Array, from: number, length: number, lines: number): number {
  let end = from;
  for (let line = 0; line < lines && end < bytes.length; line++) {
    const feed = bytes.indexOf(0x0a, end);
    end = feed === -1 ? bytes.length : feed + 1;
  }
  return Math.min(bytes.length, Math.max(end, from + length));
}

/** What grammars are tried on. */
interface Window {
  readonly bytes: Uint8Array;
  readonly final: boolean;
  readonly from: number;
  /** The bytes from `from` on, each as a character. */
  readonly text: string;
}

/**
 * Rates grammars on the sample from `from` on, best first. What is fixed in `hints` is not tried otherwise.
 *
 * A grammar is good if rows have the same number of fields, and cells hold what cells hold: numbers, dates, addresses,
 * quoted text, words without delimiters stuck in them (van den Burg et al. 2019, "Wrangling messy CSV files by
 * detecting row and type patterns", and Garcia 2024, "Detecting CSV file dialects by table uniformity measurement and
 * data type inference", both weigh these two). What is usual is believed sooner.
 */
export function rateGrammars(
  sample: Uint8Array,
  final: boolean,
  from: number,
  hints: Partial<CsvGrammar>,
  name: string,
): RatedGrammar[] {
  const bytes = sample.subarray(0, headLength(sample, from, trial.bytes, trial.lines));
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + from, bytes.length - from).toString('latin1');
  const window: Window = { bytes, final: final && bytes.length === sample.length, from, text };
  const lineEnd = hints.lineEnd ?? (text.includes('\n') || !text.includes('\r') ? 'lf' : 'any');
  const base: CsvGrammar = { delimiter: ',', quote: '"', escape: 'double', comment: '', lineEnd, ...hints };
  const delimiters = hints.delimiter === undefined ? delimitersIn(text) : [hints.delimiter];
  const shapes = delimiters
    .flatMap((delimiter): CsvGrammar[] => {
      const grammar = { ...base, delimiter };
      const maySpread = delimiter === ' ' && hints.runs === undefined && text.includes('  ');
      return maySpread ? [grammar, { ...grammar, runs: true }] : [grammar];
    })
    .map((grammar) => shapeBy(grammar, window, name))
    .sort((a, b) => b.limit - a.limit)
    .slice(0, 6);
  const isMixed = hints.lineEnd === undefined && lineEnd === 'lf' && /\r(?!\n)/.test(text);
  const mixed = isMixed
    ? shapes.map(({ grammar }) => shapeBy({ ...grammar, lineEnd: 'any' }, window, name))
    : [];
  const trials = [...shapes, ...mixed]
    .flatMap((shape) => [
      shape,
      ...variants(shape, text, hints).map((grammar) => shapeBy(grammar, window, name)),
    ])
    .sort((a, b) => b.limit - a.limit);

  const rated: Trial[] = [];
  let best = 0;
  for (const shape of trials) {
    // The cells cannot make up for what the shape lacks; a few more are for people to choose from.
    if (shape.limit < best * 0.8 && rated.length > 3) break;
    const result = rateCells(shape, window);
    rated.push(result);
    best = Math.max(best, result.score);
  }
  rated.sort((a, b) => b.score - a.score);
  const winner = rated.at(0);
  const ranked: RatedGrammar[] = [];
  if (winner !== undefined) {
    const preferred = withUsualQuotes(winner, rated.slice(1));
    ranked.push(preferred, ...rated.filter((other) => other !== preferred));
  }
  const top = ranked.at(0);
  if (hints.delimiter !== undefined && top !== undefined) return ranked;
  const typed = typedLines(window, base);
  const proven = (winner?.quotedFields ?? 0) > 0 && (winner?.quotedFields ?? 0) >= (winner?.rows ?? 0);
  if (top !== undefined && top.score > oneColumnScore(proven ? ',' : top.grammar.delimiter, typed))
    return ranked;
  const delimiter = hints.delimiter ?? extensionDelimiters.get(extensionOf(name)) ?? ',';
  return [{ grammar: { ...base, delimiter }, score: oneColumnScore(',', typed), width: 1 }, ...ranked];
}

/** How rows come out by a grammar, before any cell is looked at. */
interface Shape {
  readonly grammar: CsvGrammar;
  readonly width: number;
  /** The score if all cells were perfect. */
  readonly limit: number;
  readonly rows: number;
  /** Rows in which a quote never closes. */
  readonly unclosed: number;
  /** Rows with other quotes where none should be. */
  readonly stray: number;
  /** Fields in quotes that close. */
  readonly quotedFields: number;
}

interface Trial extends RatedGrammar, Shape {}

/** Scores within this factor of each other do not decide between quotes and escapes. */
const asGood = 0.985;

/**
 * Of the readings by the winner's delimiter that are as good: single quotes if they quote fields and double ones quote none, else
 * the most usual quotes; and that escape which leaves fewer odd quotes.
 */
function withUsualQuotes(winner: Trial, others: readonly Trial[]): Trial {
  const equal = others.filter(
    ({ grammar, score }) => grammar.delimiter === winner.grammar.delimiter && score > winner.score * asGood,
  );
  const readings = [winner, ...equal].sort((a, b) => usualness(b) - usualness(a));
  const doubled = readings.some(({ grammar, quotedFields }) => grammar.quote === '"' && quotedFields > 0);
  const single = readings.find(({ grammar }) => grammar.quote === "'");
  const isSingle = single !== undefined && !doubled && single.quotedFields >= 2 && single.unclosed === 0;
  const quote = (isSingle ? single : readings.at(0))?.grammar.quote;
  return readings
    .filter(({ grammar }) => grammar.quote === quote)
    .reduce((best, other) => (oddRows(other) < oddRows(best) ? other : best));
}

function oddRows({ unclosed, stray }: Trial): number {
  return unclosed + stray;
}

function usualness({ grammar: { quote, escape, lineEnd } }: Trial): number {
  return (quote === '"' ? 4 : 0) + (escape === 'double' ? 2 : 0) + (lineEnd === 'lf' ? 1 : 0);
}

/** Bytes of UTF-8 read as Latin-1. */
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

function delimitersIn(text: string): string[] {
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

/** Whether a delimiter of several characters occurs, and its first character seldom without the others. */
function standsAlone(delimiter: string, text: string): boolean {
  const count = text.split(delimiter).length - 1;
  if (count === 0) return false;
  const within = delimiter.split(delimiter.charAt(0)).length - 1;
  const first = text.split(delimiter.charAt(0)).length - 1;
  return first <= count * (within + 0.5);
}

function latin1(text: string): string {
  return Buffer.from(text).toString('latin1');
}

function weightOf(delimiter: string, name: string): number {
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
function evenWeight({ delimiter, runs }: CsvGrammar, width: number): number {
  if (rare.has(delimiter)) return width >= 3 ? 0.97 : 0;
  if (runs) return width >= 3 ? 0.75 : 0;
  return delimiter === ':' && width >= 5 ? 0.75 : 0;
}

/** Other quotes and escapes that the text gives reason to try with a delimiter. */
function variants({ grammar, unclosed }: Shape, text: string, hints: Partial<CsvGrammar>): CsvGrammar[] {
  const found: CsvGrammar[] = [];
  const quotes: CsvDialect['quote'][] = [];
  if (hints.quote === undefined) {
    if (text.includes("'")) quotes.push("'");
    if (unclosed > 0) quotes.push('');
  }
  for (const quote of quotes) found.push({ ...grammar, quote });
  if (hints.escape === undefined) {
    for (const quote of [grammar.quote, ...quotes]) {
      if (quote !== '' && text.includes(`\\${quote}`)) found.push({ ...grammar, quote, escape: 'backslash' });
    }
  }
  return found;
}

function shapeBy(grammar: CsvGrammar, { bytes, final, from }: Window, name: string): Shape {
  const counts = new Map<number, number>();
  let run = 0;
  let runWidth = 0;
  let inRuns = 0;
  let rows = 0;
  let unclosed = 0;
  let stray = 0;
  let quotedFields = 0;
  for (const { row } of readRows(bytes, final, grammar, from, trial.rows)) {
    rows++;
    counts.set(row.count, (counts.get(row.count) ?? 0) + 1);
    run = row.count === runWidth ? run + 1 : 1;
    runWidth = row.count;
    if (runWidth > 1 && run >= 4) inRuns += run === 4 ? 4 : 1;
    if (row.fault === Fault.UnclosedQuote) unclosed++;
    if (row.fault === Fault.StrayQuote) stray++;
    for (let index = 0; index < row.count; index++)
      if (row.starts[index] !== row.places[index]) quotedFields++;
  }
  const width = commonWidth(counts);
  // Rows of several tables, each of its own width, are nearly as good as rows of one.
  const uniform = Math.max(counts.get(width) ?? 0, 0.85 * inRuns) / Math.max(1, rows);
  const hollow = width < 2 || (grammar.quote === "'" && quotedFields < 2);
  const quoteWeight = grammar.quote === '"' ? 1 : grammar.quote === "'" ? 0.99 : 0.9;
  const proven = quotedFields > 0 && quotedFields >= rows && unclosed + stray === 0;
  const usual = weightOf(grammar.delimiter, name);
  const weight = uniform === 1 && rows >= 3 ? Math.max(usual, evenWeight(grammar, width)) : usual;
  const limit =
    (proven ? Math.max(weight, 0.85) : weight) *
    quoteWeight *
    uniform ** 1.5 *
    (1 - 0.6 / (width + 0.5)) *
    (1 - (0.3 * unclosed + (quotedFields === 0 ? 0.5 : 0.05) * stray) / Math.max(1, rows));
  return { grammar, width, limit: hollow ? 0 : limit, rows, unclosed, stray, quotedFields };
}

function rateCells(shape: Shape, { bytes, final, from }: Window): Trial {
  const { grammar, width, limit } = shape;
  if (limit === 0) return { ...shape, score: 0 };
  let rated = 0;
  let sum = 0;
  for (const { cells, quoted } of sampleRows(bytes, final, grammar, from, trial.rows)) {
    if (cells.length !== width) continue;
    for (let index = 0; index < Math.min(width, trial.columns); index++) {
      const rating = quoted[index] ? 1 : rateCell(cells[index] ?? '', grammar);
      if (rating === undefined) continue;
      rated++;
      sum += rating;
    }
  }
  const cellScore = rated === 0 ? 0.5 : sum / rated;
  return { ...shape, score: limit * (0.25 + 0.75 * cellScore) };
}

/** How well a cell that is not in quotes looks like one, 0 to 1; undefined where it says nothing. */
function rateCell(cell: string, { delimiter, quote }: CsvGrammar): number | undefined {
  const type = cellType(cell);
  if (type === 'empty') return delimiter === ' ' ? 0.2 : undefined;
  if (isTyped(type)) return 1;
  if (/[\t\x01\x1e\x1f]|\xc2[\xa6\xa7]/.test(cell) || cell.startsWith('"') || cell.endsWith('"')) return 0.1;
  if (quote !== "'" && cell.length > 1 && cell.startsWith("'") && cell.endsWith("'")) return 0.5;
  if (/\S[~^]\S|\S(?:::|\|\|)\S/.test(cell)) return 0.2;
  if (/[;|](?! )|,(?![ \d])/.test(cell)) return 0.3;
  if (/^[,;:=/#&]|[,;=/#&]$/.test(cell.trim())) return 0.3;
  if (delimiter !== ' ' && type === 'name') return 0.85;
  return 0.7;
}

/** The number of fields that most rows have, of those that have several; 1 where none has. */
function commonWidth(counts: ReadonlyMap<number, number>): number {
  let width = 1;
  let most = 0;
  for (const [candidate, count] of counts) {
    if (candidate >= 2 && (count > most || (count === most && candidate > width))) {
      width = candidate;
      most = count;
    }
  }
  return width;
}

/** The share of lines that are a typed value as a whole. */
function typedLines({ bytes, final, from }: Window, grammar: CsvGrammar): number {
  const rows = sampleRows(bytes, final, { ...grammar, delimiter: '\uffff' }, from, trial.rows);
  const typed = rows.filter(({ cells }) => isTyped(cellType(cells.at(0) ?? ''))).length;
  return rows.length === 0 ? 0 : typed / rows.length;
}

/** What a delimiter must score to be believed rather than one column: more if text is full of it anyhow. */
function oneColumnScore(delimiter: string, typed: number): number {
  return (delimiterWeights.get(delimiter) ?? 0.9) > 0.85 ? 0.2 + 0.3 * typed : 0.42 + 0.1 * typed;
}
