import { Fault } from '../../../fault.ts';
import { createCsvRowReader, type CsvRowReader } from '../row.ts';
import type { CsvDialect } from '../dialect.ts';

/** What must be known to cut a text into rows and fields. */
export type CsvGrammar = Pick<
  CsvDialect,
  'delimiter' | 'runs' | 'skipInitialSpace' | 'quote' | 'escape' | 'comment' | 'lineEnd'
>;

/** The fields of all rows of a sample, one after the other. */
interface SampleFields {
  readonly text: Buffer;
  readonly starts: number[];
  readonly ends: number[];
  /** The byte that quotes; -1 for none. */
  readonly quote: number;
}

/** Where a row of a sample is, and what is wrong with it. */
type Place = Pick<SampleRow, 'start' | 'next' | 'fault'>;

/** A row of a sample, read by some grammar. What its fields hold is looked up when it is asked for. */
export class SampleRow {
  /** The number of fields. */
  readonly width: number;
  readonly start: number;
  /** Where the next line begins. */
  readonly next: number;
  readonly fault: Fault;
  readonly #fields: SampleFields;
  readonly #first: number;
  #cells: readonly string[] | undefined;

  constructor(fields: SampleFields, first: number, width: number, place: Place) {
    this.#fields = fields;
    this.#first = first;
    this.width = width;
    this.start = place.start;
    this.next = place.next;
    this.fault = place.fault;
  }

  /** Latin-1 readings of the fields' bytes, with escapes left as they are. */
  get cells(): readonly string[] {
    if (this.#cells !== undefined) return this.#cells;
    const { text, starts, ends } = this.#fields;
    const line = text.toString('latin1', this.start, this.next);
    const cells: string[] = [];
    for (let field = this.#first; field < this.#first + this.width; field++)
      cells.push(line.slice(starts[field] - this.start, ends[field] - this.start));
    this.#cells = cells;
    return cells;
  }

  isQuoted(index: number): boolean {
    const { text, starts, quote } = this.#fields;
    const start = starts[this.#first + index];
    return start > this.start && text[start - 1] === quote;
  }

  /** How many fields stand in quotes. */
  get quotedFields(): number {
    let count = 0;
    for (let index = 0; index < this.width; index++) if (this.isQuoted(index)) count++;
    return count;
  }

  /** How many fields are more than blanks. */
  get filled(): number {
    return this.countFilled(Infinity);
  }

  /** How many fields are more than blanks, or `limit` if there are so many. */
  countFilled(limit: number): number {
    let filled = 0;
    for (let index = 0; index < this.width && filled < limit; index++) if (this.#isFilled(index)) filled++;
    return filled;
  }

  /** Fields up to the last that is not blank. */
  get used(): number {
    let used = this.width;
    while (used > 0 && !this.#isFilled(used - 1)) used--;
    return used;
  }

  #isFilled(index: number): boolean {
    const { text, starts, ends } = this.#fields;
    const end = ends[this.#first + index];
    for (let at = starts[this.#first + index]; at < end; at++) if (!isBlank(text[at])) return true;
    return false;
  }
}

/** What `trim` takes off a text of Latin-1. */
function isBlank(byte: number): boolean {
  return byte === 0x20 || (byte >= 0x09 && byte <= 0x0d) || byte === 0xa0;
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
  const fields: SampleFields = {
    text,
    starts: [],
    ends: [],
    quote: grammar.quote === '' ? -1 : grammar.quote.charCodeAt(0),
  };
  const readPlain = plainReader(fields, grammar);
  const rows: SampleRow[] = [];
  let reader: CsvRowReader | undefined;
  for (let start = from; start < sample.length && rows.length < limit;) {
    const first = fields.starts.length;
    let next = readPlain(start);
    let fault: Fault = Fault.None;
    if (next < 0) {
      reader ??= readerOf(grammar, sample, final);
      const { row } = reader;
      let read = reader.read(start);
      if (read === 'incomplete') {
        // A quote that is open up to the sample's end closes beyond it, or never: the latter if much depends on it.
        if (rows.length > 0 && start * 2 > sample.length) return rows;
        reader.begin(sample, true);
        read = reader.read(start);
      }
      next = row.next;
      fault = row.fault;
      for (let index = 0; read === 'record' && index < row.count; index++) {
        fields.starts.push(row.starts[index]);
        fields.ends.push(row.ends[index]);
      }
    }
    if (fields.starts.length > first) {
      if (!final && next === sample.length && rows.length > 0) return rows;
      rows.push(new SampleRow(fields, first, fields.starts.length - first, { start, next, fault }));
    }
    start = next;
  }
  return rows;
}

function readerOf(grammar: CsvGrammar, sample: Uint8Array, final: boolean): CsvRowReader {
  const reader = createCsvRowReader({ ...grammar, headerLines: 0, tableStart: 0, columns: [] });
  reader.begin(sample, final);
  return reader;
}

/**
 * A reader of lines as most are: they end with LF or CRLF, and a quote stands only around a whole field. For
 * those the common reader is not needed. It adds the fields of the line that begins at `start`, none for an
 * empty line, and answers where the next line begins; -1, with no fields added, for a line that is not of this
 * kind.
 */
function plainReader(
  { text, starts, ends, quote }: SampleFields,
  { delimiter, runs, skipInitialSpace, escape, comment }: CsvGrammar,
): (start: number) => number {
  const separator = delimiter.charCodeAt(0);
  const { length } = text;
  if (delimiter.length !== 1 || separator >= 0x80 || runs || skipInitialSpace || comment !== '')
    return () => -1;
  const isSpecial = new Uint8Array(256);
  for (const byte of [separator, lf, cr, ...(quote === -1 ? [] : [quote])]) isSpecial[byte] = 1;
  return (start) => {
    if (text[start] === lf) return start + 1;
    if (text[start] === cr) return -1;
    const first = starts.length;
    for (let place = start, at = start; at < length;) {
      let byte = text[at];
      if (isSpecial[byte] === 0) {
        at++;
        continue;
      }
      if (byte === quote) {
        const close = at === place && escape === 'double' ? text.indexOf(quote, at + 1) : -1;
        if (close === -1) break;
        place++;
        at = close + 1;
        byte = text[at];
        if (byte !== separator && byte !== lf && byte !== cr) break;
        starts.push(place);
        ends.push(close);
      } else {
        starts.push(place);
        ends.push(at);
      }
      at++;
      if (byte === lf) return at;
      if (byte === cr) {
        if (text[at] !== lf) break;
        return at + 1;
      }
      if (byte === separator) place = at;
    }
    starts.length = ends.length = first;
    return -1;
  };
}

const lf = 0x0a;
const cr = 0x0d;

/** At least `length` bytes from `from` on, and at least `lines` lines, if there are so many. */
export function headLength(bytes: Uint8Array, from: number, length: number, lines: number): number {
  let end = from;
  for (let line = 0; line < lines && end < bytes.length; line++) {
    const feed = bytes.indexOf(0x0a, end);
    end = feed === -1 ? bytes.length : feed + 1;
  }
  return Math.min(bytes.length, Math.max(end, from + length));
}
