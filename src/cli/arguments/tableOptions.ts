import { isCommentMark, isNullText, parseDelimiter } from '../../engine/format/csv/dialectWords.ts';
import type { FormatOptions } from '../../protocol/formatOptions.ts';
import { UsageError } from './usageError.ts';

/** How the file's tables are written, as the command line says it; what it does not say is recognised. */
export type TableOptions = Pick<
  FormatOptions,
  'delimiter' | 'quote' | 'headerRows' | 'firstLine' | 'comment' | 'nulls' | 'tables' | 'table' | 'hive'
>;

/** As `parseArgs` wants them. */
export const tableOptions = {
  delimiter: { type: 'string' },
  quote: { type: 'string' },
  'no-header': { type: 'boolean' },
  'header-rows': { type: 'string' },
  'first-line': { type: 'string' },
  comment: { type: 'string' },
  'no-comment': { type: 'boolean' },
  null: { type: 'string', multiple: true },
  'no-null': { type: 'boolean' },
  tables: { type: 'string' },
  table: { type: 'string' },
  'no-hive': { type: 'boolean' },
} as const;

type Values = {
  readonly [name in keyof typeof tableOptions]?: string | boolean | readonly string[] | undefined;
};

/** @throws UsageError */
export function readTableOptions(values: Values): TableOptions {
  const text = (name: keyof typeof tableOptions): string | undefined => {
    const value = values[name];
    return typeof value === 'string' ? value : undefined;
  };
  const count = (name: keyof typeof tableOptions, least: number): number | undefined =>
    readCount(name, text(name), least);
  const [delimiter, quote, comment] = [text('delimiter'), text('quote'), text('comment')];
  const headerRows = count('header-rows', 0);
  if (values['no-header'] && headerRows !== undefined && headerRows > 0)
    throw new UsageError('--no-header and --header-rows cannot be combined.');
  if (values['no-comment'] && comment !== undefined)
    throw new UsageError('--no-comment and --comment cannot be combined.');
  if (values['no-null'] && values.null !== undefined)
    throw new UsageError('--no-null and --null cannot be combined.');
  const read = {
    delimiter: delimiter === undefined ? undefined : readDelimiter(delimiter),
    quote: quote === undefined ? undefined : readQuote(quote),
    headerRows: values['no-header'] ? 0 : headerRows,
    firstLine: count('first-line', 1),
    comment: values['no-comment'] ? '' : comment === undefined ? undefined : readComment(comment),
    nulls: values['no-null'] ? [] : readNulls(values.null),
    tables: count('tables', 1),
    table: count('table', 1),
    hive: values['no-hive'] ? false : undefined,
  };
  if (read.table !== undefined && read.tables !== undefined && read.table > read.tables)
    throw new UsageError(`--table ${read.table} is more than --tables ${read.tables}.`);
  return Object.fromEntries(Object.entries(read).filter(([, value]) => value !== undefined));
}

/** Rows of a header and the like: more of them are a mistake. */
const most = 1_000_000;

function readCount(name: string, text: string | undefined, least: number): number | undefined {
  if (text === undefined) return undefined;
  const count = /^\d{1,7}$/.test(text) ? Number(text) : NaN;
  if (count >= least && count <= most) return count;
  throw new UsageError(`--${name} needs a whole number of at least ${least}, not '${text}'.`);
}

function readDelimiter(text: string): string {
  if (text === '') throw new UsageError("--delimiter needs a character, for example ';' or tab.");
  const delimiter = parseDelimiter(text);
  if (delimiter === undefined) throw new UsageError('--delimiter cannot be a quote or a line end.');
  return delimiter;
}

function readQuote(text: string): TableOptions['quote'] {
  const quote = text.toLowerCase() === 'none' ? '' : text;
  if (quote === '"' || quote === "'" || (quote === '' && text !== '')) return quote;
  throw new UsageError(`--quote takes ", ' or none, not '${text}'.`);
}

function readNulls(texts: Values['null']): TableOptions['nulls'] {
  if (typeof texts !== 'object') return undefined;
  const text = texts.find((text) => !isNullText(text));
  if (text === undefined) return texts;
  throw new UsageError(`--null takes the text of a field without quotes, for example '\\N', not '${text}'.`);
}

function readComment(text: string): string {
  const comment = text.toLowerCase() === 'none' ? '' : text;
  if (text !== '' && isCommentMark(comment)) return comment;
  throw new UsageError(`--comment takes what comments begin with, such as '#', or none, not '${text}'.`);
}
