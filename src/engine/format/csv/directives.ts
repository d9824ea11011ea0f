import type { FormatOptions } from '../../../protocol/formatOptions.ts';
import type { CsvDialect } from './dialect.ts';
import { markLength } from '../lines.ts';
import { uniqueNames } from './sniff/names.ts';
import { sampleRows, type CsvGrammar } from './sniff/rows.ts';

/** A table whose columns are named by a directive above it. */
export interface DirectedTable {
  readonly dialect: CsvDialect;
  /** What stands for no value. */
  readonly nulls: readonly string[];
  /** The share of the first rows that have as many fields as there are names. */
  readonly score: number;
  /** Whether the bytes end before the first row does. */
  readonly cut: boolean;
}

/**
 * The directive that names the columns, behind others: `#Fields: date time c-ip` of the W3C's extended log format (IIS,
 * CloudFront, Exchange), `#fields` with a separator and the names of Zeek.
 */
const directive = /^\ufeff?(?:#[^\n]*\n|[^\S\n]*\n)*?#(?:Fields:[ \t]*\S|fields[^\w\s:]|fields\t)/;
const fieldsOfW3c = /^#Fields:[ \t]*(\S.*?)\s*$/;

/** Whether a text begins with directives that name its columns. */
export function beginsWithDirectives(text: string): boolean {
  return text.includes('#') && directive.test(text);
}

/** Rows that must have as many fields as the directive names. */
const [rowsLookedAt, leastShare] = [100, 0.5];

/**
 * The table below directives; undefined where there are none that name its columns, where its rows are not as they say, or where
 * the user says what they say. Directives come again in the middle, when a program has been started anew, and are comments
 * there.
 */
export function directedTable(
  head: Uint8Array,
  final: boolean,
  options: FormatOptions,
): DirectedTable | undefined {
  const { comment = mark, headerRows, firstLine } = options;
  if (comment !== mark || headerRows !== undefined || firstLine !== undefined) return undefined;
  const { lines, next } = openingLines(head);
  const said = lines.reduce<Said | undefined>((found, line) => saidBy(line, lines) ?? found, undefined);
  if (said === undefined) return undefined;
  const { columns, nulls } = said;
  const readings = said.delimiters.flatMap((delimiter) =>
    (delimiter === ',' ? (['"', ''] as const) : (['', '"'] as const)).map((quote) => ({ delimiter, quote })),
  );
  let best: DirectedTable | undefined;
  for (const { delimiter, quote } of readings) {
    if (delimiter !== (options.delimiter ?? delimiter) || quote !== (options.quote ?? quote)) continue;
    const grammar: CsvGrammar = { delimiter, quote, escape: 'double', comment, lineEnd: 'lf' };
    const rows = sampleRows(head, final, grammar, next, rowsLookedAt);
    const fitting = rows.filter(({ width }) => width === columns.length).length;
    const score = rows.length === 0 ? 1 : fitting / rows.length;
    if (score < leastShare || score <= (best?.score ?? 0)) continue;
    const dialect = { ...grammar, headerLines: 0, isNamedAbove: true, tableStart: next, columns };
    best = { dialect, nulls, score, cut: !final && rows.length === 0 };
  }
  return best;
}

const mark = '#';

/** The lines of directives that a text begins with, and where the first other line stands. */
function openingLines(head: Uint8Array): { readonly lines: readonly string[]; readonly next: number } {
  const lines: string[] = [];
  let at: number = markLength(head, 0, 0);
  while (at < head.length && (head[at] === 0x23 || head[at] === 0x0a || head[at] === 0x0d)) {
    const feed = head.indexOf(0x0a, at);
    const next = feed === -1 ? head.length : feed + 1;
    lines.push(Buffer.from(head.subarray(at, next)).toString().trimEnd());
    at = next;
  }
  return { lines, next: at };
}

/** What directives say of a table. */
interface Said {
  readonly columns: readonly string[];
  /** What may delimit the fields, likeliest first. */
  readonly delimiters: readonly string[];
  readonly nulls: readonly string[];
}

function saidBy(line: string, all: readonly string[]): Said | undefined {
  const named = fieldsOfW3c.exec(line)?.at(1);
  if (named !== undefined) {
    const isList = !/\s/.test(named) && named.includes(',');
    return {
      columns: uniqueNames(named.split(isList ? ',' : /\s+/)),
      delimiters: isList ? [','] : named.includes('\t') ? ['\t', ' '] : [' ', '\t'],
      nulls: isList ? [] : ['-'],
    };
  }
  if (!/^#fields[^\w:]/.test(line)) return undefined;
  const delimiter = line.charAt('#fields'.length);
  const unset = all.find((other) => other.startsWith(`#unset_field${delimiter}`));
  return {
    columns: uniqueNames(line.split(delimiter).slice(1)),
    delimiters: [delimiter],
    nulls: [unset?.split(delimiter)[1] ?? '-'],
  };
}
