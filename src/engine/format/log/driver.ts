import { isUtf8 } from 'node:buffer';
import type { FormatOptions } from '../../../protocol/formatOptions.ts';
import { listed, said, type Said } from '../../../said/said.ts';
import { Fault } from '../../fault.ts';
import { RecentMap } from '../../recentMap.ts';
import { RegexError } from '../../regex/syntax.ts';
import { compileWholeRegex, type WholeRegex } from '../../regex/wholeRegex.ts';
import { SourceError } from '../../source/source.ts';
import { describeReadings, type CellReadings } from '../csv/cellReading.ts';
import { csvNumber } from '../csv/csv.ts';
import { beginsWithDirectives } from '../csv/directives.ts';
import { readingsIn } from '../csv/recogniseReadings.ts';
import type { FieldReader, FieldText, Format, FormatDriver } from '../driver.ts';
import { areOtherLines, shareOfObjects, shareOfPairs } from '../headLines.ts';
import { createLineScanner, markLength, type LineReader } from '../lines.ts';
import { Kind, maxRecordLength } from '../record.ts';
import { createLineMatcher, type LineMatcher } from './lineMatcher.ts';
import { bestPattern, linesPattern, namedPatterns } from './patterns.ts';

export interface LogSpec {
  readonly kind: 'log';
  /** Name of a known pattern; undefined where the user has given one. */
  readonly name: string | undefined;
  /** A regular expression of a whole line, whose named groups are the columns. */
  readonly pattern: string;
  readonly columns: readonly string[];
  /** Of the columns whose times are not written as the language has them. */
  readonly readings?: CellReadings | undefined;
}

const logName = /(?:[._]log(?:[.\-]\d+)*|(?:^|[\\/])(?:syslog|messages)(?:\.\d+)?)$/;

/** What programs answer whom they let look at their metrics, whatever it is called. */
const beginsExposition = /^\ufeff?\s*# (?:HELP|TYPE) [a-zA-Z_:][\w:]* /;

/** Text whose lines a pattern takes apart. A line that does not match is malformed. */
export const logLines: FormatDriver<LogSpec> = {
  kind: 'log',
  options: ['pattern', 'dates'],
  recognise({ name, text, final }) {
    // They would be comments of Prometheus.
    if (beginsWithDirectives(text)) return undefined;
    const objects = shareOfObjects(text, final);
    if (logName.test(name) && objects < 0.5 && bestPattern(text, final)) return { by: 'name' };
    if (beginsExposition.test(text)) return { by: 'content' };
    // Commas in their texts delimit nothing.
    if (shareOfPairs(text, final) > 0.5 || areOtherLines(text, final))
      return { by: 'content', options: () => ({ pattern: linesPattern }) };
    // No row of a table is an object of JSON, as lines are that a program writes now and then between others.
    if (objects === 0) return undefined;
    return { by: 'content', options: () => ({ pattern: bestPattern(text, final)?.name ?? linesPattern }) };
  },
  open({ source, sample, length, final }, options) {
    const head = sample.subarray(0, length);
    const lines = specOf(options, new TextDecoder().decode(head), final, source.name);
    const dataStart = markLength(head, 0, 0);
    const readings = datesIn(lines, head, dataStart, options.dates);
    const format = { ...lines, ...(readings && { readings }) };
    return Promise.resolve({ format, dataStart, firstLine: 0, description: described(format) });
  },
  of: formatOf,
};

function described({ name, readings }: LogSpec): Said {
  const lines =
    name === undefined
      ? said`log lines by a pattern`
      : name === linesPattern
        ? said`lines of text`
        : said`log lines, ${name}`;
  return listed([lines, ...describeReadings(readings).map((example) => said`${example}`)]);
}

/** Bytes whose lines are looked at for how times are written. */
const lookedAt = 128 * 1024;

/** How the columns' dates are written, by the first lines. Numbers in logs are written as everywhere. */
function datesIn(
  spec: LogSpec,
  head: Uint8Array,
  from: number,
  dates: FormatOptions['dates'],
): CellReadings | undefined {
  if (spec.name === linesPattern) return undefined;
  const { columns } = spec;
  const scanner = formatOf(spec).scanner();
  scanner.reserve(head.length).set(head);
  const fields = columns.map((_, index) => ({ path: [index], numeric: false }));
  const { length } = head;
  const until = Math.min(length, from + lookedAt);
  const {
    bytes,
    count,
    fields: found,
  } = scanner.scan({ length, offset: 0, from, until, final: true, fields });
  const textOf = (row: number, column: number): string =>
    Buffer.from(bytes.subarray(found[column].starts[row], found[column].ends[row])).toString();
  return readingsIn(columns.length, count, textOf, { decimal: 'none', dates }, '.').readings;
}

/** @throws SourceError `unsupported` where there is no pattern, or it is none */
function specOf({ pattern }: FormatOptions, text: string, final: boolean, file: string): LogSpec {
  const known =
    pattern === undefined ? bestPattern(text, final) : namedPatterns.find(({ name }) => name === pattern);
  const source = known?.source ?? pattern;
  if (source === undefined) {
    const message = said`${file}: no known pattern matches its lines. Give one with named groups, or one of ${names}.`;
    throw new SourceError('unsupported', message);
  }
  const columns = [...compiled(source).names.keys()];
  if (columns.length === 0) {
    const message = said`The pattern has no named groups such as (?<level>\\w+), and is not one of ${names}.`;
    throw new SourceError('unsupported', message);
  }
  return { kind: 'log', name: known?.name, pattern: source, columns };
}

const names = namedPatterns.map(({ name }) => name).join(', ');

/** @throws SourceError `unsupported` where it is none, in words */
function compiled(source: string): WholeRegex {
  try {
    return compileWholeRegex(source);
  } catch (cause) {
    if (!(cause instanceof RegexError)) throw cause;
    throw new SourceError('unsupported', said`Invalid regular expression: ${cause.said}.`, 0, { cause });
  }
}

function formatOf(spec: LogSpec): Format {
  const { columns } = spec;
  const regex = compiled(spec.pattern);
  return {
    kind: 'log',
    scanner: () => createLineScanner(lineReader(regex, columns.length), maxRecordLength),
    layout: {
      names: 'columns',
      columns,
      delimiter: '',
      quote: '',
      escape: 'double',
      readings: spec.readings,
    },
    unescaped: (bytes) => Buffer.from(bytes).toString(),
    numbersInText: true,
    records: 'lines',
    lineEnd: 'lf',
    fields: () => fieldReader(regex, columns),
    detail(record) {
      const match = createLineMatcher(regex);
      if (!match.line(record, 0, record.length)) return [];
      return columns.map((name, column) => {
        const range = match.range(column);
        return { name, value: range && Buffer.from(record.subarray(...range)).toString() };
      });
    },
    reach: 0,
    readBy: undefined,
    described: () => ({ pattern: spec.name ?? spec.pattern, columns }),
  };
}

/** Sets of columns that are asked for in turn, as by a query and by what is looked at, and keep their matchers. */
const matchersKept = 4;

function lineReader(regex: WholeRegex, columnCount: number): LineReader {
  const matchers = new RecentMap<string, LineMatcher>(matchersKept);
  let match: LineMatcher | undefined;
  let wanted: readonly number[] = [];
  return {
    numberOf: csvNumber,
    begin(fields) {
      wanted = fields.map(({ path: [column] }) =>
        typeof column === 'number' && column < columnCount ? column : -1,
      );
      const columns = [...new Set(wanted)].filter((column) => column >= 0).sort((a, b) => a - b);
      match = matchers.get(columns.join());
      if (match === undefined) {
        match = createLineMatcher(regex, columns);
        matchers.set(columns.join(), match);
      }
    },
    read(bytes, start, end, builder) {
      if (!match?.line(bytes, start, end)) {
        builder.setFault(Fault.Unmatched, 0);
        return;
      }
      if (!match.isText) builder.setFault(Fault.FieldNotUtf8, 0);
      for (const [index, column] of wanted.entries()) {
        if (column < 0) continue;
        const range = match.range(column);
        if (range) builder.setField(index, kindOf(bytes, range, match.isText), ...range);
        else builder.setField(index, Kind.Null, start, start);
      }
    },
  };
}

function kindOf(bytes: Uint8Array, range: [number, number], isText: boolean): Kind {
  return isText || isUtf8(bytes.subarray(...range)) ? Kind.Text : Kind.OddText;
}

/** A line that does not match is one field. */
function fieldReader(regex: WholeRegex, columns: readonly string[]): FieldReader {
  const match = createLineMatcher(regex);
  const text: FieldText = { bytes: new Uint8Array(0), start: 0, end: 0 };
  let line: [number, number] | undefined;
  const rangeOf = (field: number): [number, number] | null => line ?? match.range(field);
  return {
    read({ bytes, starts, ends }, record) {
      text.bytes = bytes;
      const matches = match.line(bytes, starts[record], ends[record]);
      line = matches ? undefined : [starts[record], ends[record]];
      return matches ? columns.length : 1;
    },
    isNull: (field) => rangeOf(field) === null,
    text(field) {
      [text.start, text.end] = rangeOf(field) ?? [0, 0];
      return text;
    },
    name: (field) => columns[field] ?? `column${field + 1}`,
  };
}
