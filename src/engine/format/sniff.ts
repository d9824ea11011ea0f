import { csvFields, fieldText } from './csvText.ts';
import type { CsvDialect } from './dialect.ts';

export interface SniffOptions {
  /** Whether the sample is the whole file. */
  readonly final: boolean;
  readonly hints: Partial<CsvDialect> & { readonly name: string };
}

/** Recognises a dialect by its delimiter alone: the one that the first line has most of. */
export function sniffDialect(sample: Uint8Array, { hints }: SniffOptions): { readonly dialect: CsvDialect } {
  const tableStart = sample[0] === 0xef && sample[1] === 0xbb && sample[2] === 0xbf ? 3 : 0;
  const [line] = new TextDecoder().decode(sample.subarray(tableStart)).split(/\r?\n/, 1);
  const delimiters = [',', ';', '\t', '|'];
  const delimiter =
    hints.delimiter ?? delimiters.sort((a, b) => line.split(b).length - line.split(a).length)[0];
  const headerLines = hints.headerLines ?? 1;
  const draft: CsvDialect = {
    delimiter,
    quote: '"',
    escape: 'double',
    comment: '',
    lineEnd: 'lf',
    headerLines,
    tableStart,
    columns: [],
  };
  const bytes = new TextEncoder().encode(line);
  const columns = csvFields(bytes, draft).map(({ kind, start, end }, i) =>
    headerLines > 0 ? fieldText(bytes, kind, start, end, draft) || `column${i + 1}` : `column${i + 1}`,
  );
  return { dialect: { ...draft, columns } };
}

export function describeDialect({ delimiter, headerLines }: CsvDialect): string {
  return `${delimiter === '\t' ? 'tab' : delimiter}, ${headerLines > 0 ? 'header' : 'no header'}`;
}
