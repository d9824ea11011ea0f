import { Fault } from '../../../fault.ts';
import type { CsvDialect } from '../dialect.ts';
import { delimiterOf, delimitersIn, evenWeight, isUsual, weightOf } from './delimiter.ts';
import { asGood, mustBeQuoted, quotedWithin, quoteVariants, withUsualQuotes } from './quotes.ts';
import { headLength, sampleRows, type CsvGrammar, type SampleRow } from './rows.ts';
import { cellType, isTyped, rateCell } from './type.ts';

/** A grammar and how well a sample reads by it: 0 to about 1. */
export interface RatedGrammar {
  readonly grammar: CsvGrammar;
  readonly score: number;
  /** The number of fields that most rows have. */
  readonly width: number;
}

/** The grammar that was found best. */
export interface BestGrammar extends Omit<RatedGrammar, 'score'> {
  /**
   * How well the sample reads by it, 0 to about 1: the score, but that few columns are no reason for doubt once
   * all was tried.
   */
  readonly certainty: number;
}

/** How much of a sample grammars are tried on: more bytes where lines are long. */
const trial = { bytes: 16 * 1024, lines: 4, rows: 200, columns: 100, cells: 400 };

/** What grammars are tried on. */
interface Window {
  readonly bytes: Uint8Array;
  readonly final: boolean;
  readonly from: number;
  /** The bytes from `from` on, each as a character. */
  readonly text: string;
  /** The file's name. */
  readonly name: string;
  /** What quotes, where that was told. */
  readonly quote: CsvDialect['quote'] | undefined;
}

/**
 * The grammar by which the sample from `from` on reads best. What is fixed in `hints` is not tried otherwise.
 *
 * A grammar is good if rows have the same number of fields, and cells hold what cells hold: numbers, dates, addresses,
 * quoted text, words without delimiters stuck in them (van den Burg et al. 2019, "Wrangling messy CSV files by
 * detecting row and type patterns", and Garcia 2024, "Detecting CSV file dialects by table uniformity measurement and
 * data type inference", both weigh these two). What is usual is believed sooner.
 */
export function bestGrammar(
  sample: Uint8Array,
  final: boolean,
  from: number,
  hints: Partial<CsvGrammar>,
  name: string,
): BestGrammar {
  const bytes = sample.subarray(0, headLength(sample, from, trial.bytes, trial.lines));
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + from, bytes.length - from).toString('latin1');
  const whole = final && bytes.length === sample.length;
  const window: Window = { bytes, final: whole, from, text, name, quote: hints.quote };
  const lineEnd = hints.lineEnd ?? (text.includes('\n') || !text.includes('\r') ? 'lf' : 'any');
  const base: CsvGrammar = { delimiter: ',', quote: '"', escape: 'double', comment: '', lineEnd, ...hints };
  const rated = tryGrammars(window, base, hints);
  const winner = firstLineWinner(rated) ?? rated.at(0);
  const best =
    winner &&
    withUsualQuotes(
      winner,
      rated.filter((other) => other !== winner),
    );
  if (best !== undefined && hints.delimiter === undefined && isOutnamed(best, window)) {
    const delimiter = delimiterOf(name) ?? ',';
    return { grammar: { ...base, delimiter }, certainty: 0.5, width: 1 };
  }
  if (best !== undefined && (hints.delimiter !== undefined || best.score > surely))
    return withCertainty(best);

  const typed = typedLines(window, base);
  const proven = winner !== undefined && winner.quotedFields > 0 && winner.quotedFields >= winner.rows.length;
  if (best !== undefined && best.score > oneColumnScore(proven ? ',' : best.grammar.delimiter, typed))
    return withCertainty(best);
  const delimiter = hints.delimiter ?? delimiterOf(name) ?? ',';
  // Where nothing could delimit, there is one column.
  const certainty = winner === undefined ? 0.95 : oneColumnScore(',', typed);
  return { grammar: { ...base, delimiter }, certainty, width: 1 };
}

/**
 * Where the best does not delimit the first line: the best usual delimiter that parts it and all other lines alike. The
 * first, then, delimits a list in a field.
 */
function firstLineWinner(rated: readonly Trial[]): Trial | undefined {
  const best = rated.at(0);
  if (best === undefined || best.rows.length < 3 || best.rows[0].width > 1) return undefined;
  return rated.find(
    ({ grammar, score, misfits, unclosed, stray }) =>
      isUsual(grammar.delimiter) && score > 0 && misfits + unclosed + stray === 0,
  );
}

/**
 * Whether a file's name speaks of a delimiter that the text lacks, and another does not make a table of the text
 * beyond doubt: at least three columns in three rows, and in all but one.
 */
function isOutnamed({ rows, width, misfits }: Trial, { name, text }: Window): boolean {
  const named = delimiterOf(name);
  if (named === undefined || named === ',' || text.includes(named)) return false;
  return width < 3 || rows.length - misfits < 3 || misfits > 1;
}

function withCertainty({ grammar, score, width }: RatedGrammar): BestGrammar {
  return { grammar, width, certainty: score / byWidth(width) };
}

/** That many columns come out even is no chance: of the share of rows that do, this is believed. */
function byWidth(width: number): number {
  return 1 - 0.6 / (width + 0.5);
}

/** How rows come out by a grammar, before any cell is looked at. */
interface Shape {
  readonly grammar: CsvGrammar;
  readonly width: number;
  /** The score if all cells were perfect. */
  readonly limit: number;
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

interface Trial extends RatedGrammar, Shape {}

/**
 * Tries the grammars that the text gives reason to, the likeliest first, until the rest cannot be as good; the
 * best comes first, and after it at least all others by its delimiter that are as good.
 */
function tryGrammars(window: Window, base: CsvGrammar, hints: Partial<CsvGrammar>): Trial[] {
  const { text } = window;
  const delimiters = hints.delimiter === undefined ? delimitersIn(text) : [hints.delimiter];
  const hasQuotes = text.includes('"') || text.includes("'");
  const candidates = delimiters
    .flatMap((delimiter): CsvGrammar[] => {
      const grammar = { ...base, delimiter };
      const maySpread = delimiter === ' ' && hints.runs === undefined && text.includes('  ');
      const maySkip =
        delimiter.length === 1 && hints.skipInitialSpace === undefined && text.includes(`${delimiter} "`);
      return [
        grammar,
        ...(maySpread ? [{ ...grammar, runs: true }] : []),
        ...(maySkip ? [{ ...grammar, skipInitialSpace: true }] : []),
      ];
    })
    .map((grammar) => ({ grammar, most: mostWeight(grammar, hasQuotes, window.name) }))
    .sort((a, b) => b.most - a.most);
  const isMixed = hints.lineEnd === undefined && base.lineEnd === 'lf' && /\r(?!\n)/.test(text);
  const rated: Trial[] = [];
  let best = 0;
  for (const { grammar, most } of candidates) {
    if (most < best) break;
    const readings = isMixed ? [grammar, { ...grammar, lineEnd: 'any' as const }] : [grammar];
    const shapes = readings
      .map((reading) => shapeBy(reading, window))
      .flatMap((shape) => [
        shape,
        ...quoteVariants(shape, text, hints)
          .map((reading) => shapeBy(reading, window))
          .filter((variant) => variant.grammar.quote !== '' || shape.unclosed > 0 || isRegular(variant)),
      ])
      .sort((a, b) => b.limit - a.limit);
    for (const shape of shapes) {
      if (shape.limit < best * asGood) break;
      const result = rateCells(shape);
      rated.push(result);
      best = Math.max(best, result.score);
    }
  }
  return rated.sort((a, b) => b.score - a.score || b.limit - a.limit);
}

/** Whether rows are of one width, but for very few: where quotes are but text, nothing else speaks for a delimiter. */
function isRegular({ rows, misfits }: Shape): boolean {
  return rows.length >= 3 && misfits <= 0.02 * rows.length;
}

/** What a grammar's score cannot exceed, whatever the rows are. */
function mostWeight(grammar: CsvGrammar, hasQuotes: boolean, name: string): number {
  const even = evenWeight(grammar, Infinity);
  return Math.max(weightOf(grammar.delimiter, name), even, hasQuotes ? provenWeight : 0);
}

/** The weight of any delimiter where all rows have fields in quotes, and nothing is odd about them. */
const provenWeight = 0.85;

function shapeBy(grammar: CsvGrammar, { bytes, final, from, name, quote }: Window): Shape {
  const counts = new Map<number, number>();
  let run = 0;
  let runWidth = 0;
  let inRuns = 0;
  let unclosed = 0;
  let stray = 0;
  let quotedFields = 0;
  const rows = sampleRows(bytes, final, grammar, from, trial.rows);
  for (const row of rows) {
    counts.set(row.width, (counts.get(row.width) ?? 0) + 1);
    run = row.width === runWidth ? run + 1 : 1;
    runWidth = row.width;
    if (runWidth > 1 && run >= 4) inRuns += run === 4 ? 4 : 1;
    if (row.fault === Fault.UnclosedQuote) unclosed++;
    if (row.fault === Fault.StrayQuote) stray++;
    quotedFields += grammar.quote === "'" ? quotedWithin(row) : row.quotedFields;
  }
  const width = commonWidth(counts);
  // Rows of several tables, each of its own width, are nearly as good as rows of one.
  const share = Math.max(counts.get(width) ?? 0, 0.85 * inRuns) / Math.max(1, rows.length);
  // So are rows that are even from some row on, if all before are narrower: a title, notes, a count.
  const lead = rows.length - run;
  const isEven =
    runWidth === width &&
    run >= 4 &&
    2 * lead <= run &&
    rows.slice(0, lead).every((row) => row.width < width);
  const uniform = isEven && lead > 0 ? 0.95 : share;
  // One field in single quotes may be chance, unless it must be quoted and all comes out by it.
  const proof =
    quotedFields === 1 && share === 1 && unclosed + stray === 0 && mustBeQuoted(rows, grammar.delimiter);
  const enough = proof ? 1 : 2;
  const hollow = width < 2 || (grammar.quote === "'" && quote === undefined && quotedFields < enough);
  const skipWeight = grammar.skipInitialSpace ? 0.97 : 1;
  const quoteWeight = grammar.quote === '"' ? 1 : grammar.quote === "'" ? 0.99 : 0.9;
  const proven = quotedFields > 0 && quotedFields >= rows.length && unclosed + stray === 0;
  const usual = weightOf(grammar.delimiter, name);
  const weight =
    (uniform === 1 && rows.length >= 3) || isEven ? Math.max(usual, evenWeight(grammar, width)) : usual;
  const limit =
    (proven ? Math.max(weight, provenWeight) : weight) *
    quoteWeight *
    skipWeight *
    uniform ** 1.5 *
    byWidth(width) *
    (1 - (0.3 * unclosed + (quotedFields === 0 ? 0.5 : 0.05) * stray) / Math.max(1, rows.length));
  const misfits = rows.length - (counts.get(width) ?? 0);
  return { grammar, width, limit: hollow ? 0 : limit, rows, unclosed, stray, quotedFields, misfits };
}

function rateCells(shape: Shape): Trial {
  const { grammar, width, limit, rows } = shape;
  if (limit === 0) return { ...shape, score: 0 };
  let rated = 0;
  let sum = 0;
  const fitting = rows.filter((row) => row.width === width);
  const step = Math.max(1, Math.floor((fitting.length * Math.min(width, trial.columns)) / trial.cells));
  for (let at = 0; at < fitting.length; at += step) {
    const row = fitting[at];
    const { cells } = row;
    for (let index = 0; index < Math.min(width, trial.columns); index++) {
      const rating = row.isQuoted(index) ? 1 : rateCell(cells[index] ?? '', grammar);
      if (rating === undefined) continue;
      rated++;
      sum += rating;
    }
  }
  // A mark that each value begins with delimits nothing.
  if (width === 2 && fitting.every(({ cells }) => cells.at(0) === '')) return { ...shape, score: 0 };
  const cellScore = rated === 0 ? 0.5 : sum / rated;
  const score = limit * (0.25 + 0.75 * cellScore);
  return { ...shape, score: areSpacedColumns(shape) ? score * spacedColumns : score };
}

/** How much sooner single spaces are believed to delimit where columns are of one kind. */
const spacedColumns = 1.3;

/**
 * Whether single spaces set columns apart: all of many rows have as many fields, at least three, each column holds
 * either numbers and the like or words, and there are columns of both. Words in a text do not come so.
 */
function areSpacedColumns({ grammar, width, rows, misfits }: Shape): boolean {
  if (grammar.delimiter !== ' ' || grammar.runs || width < 3 || rows.length < 10 || misfits > 0) return false;
  const kinds = Array.from({ length: width }, (_, column) => {
    const typed = rows.slice(1).filter(({ cells }) => isTyped(cellType(cells[column]))).length;
    return typed === rows.length - 1 ? 'values' : typed === 0 ? 'words' : 'mixed';
  });
  return kinds.includes('values') && kinds.includes('words') && !kinds.includes('mixed');
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
  return isUsual(delimiter) ? 0.2 + 0.3 * typed : 0.42 + 0.1 * typed;
}

/** What `oneColumnScore` never exceeds. */
const surely = 0.52;
