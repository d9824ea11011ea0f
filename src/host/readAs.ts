import {
  delimiterName,
  isCommentMark,
  isNullText,
  parseDelimiter,
} from '../engine/format/csv/dialectWords.ts';
import { dumpedNull } from '../engine/format/csv/nullTexts.ts';
import { askOrder, orderChoices } from './askOrder.ts';
import { askRows, rowsNow, rowsWords } from './askRows.ts';
import { writtenChoices } from './askWritten.ts';
import { currentIf, pickOne, pickOrType, type Choice } from './choices.ts';
import { l10n, words } from './l10n.ts';
import type { Questions, TextQuestion } from './questions.ts';
import { encodingName, encodings } from '../protocol/encodings.ts';
import { formatKinds, type FormatOptions } from '../protocol/formatOptions.ts';
import type { FileInfo } from '../protocol/file.ts';

const delimiters = [',', ';', '\t', '|', ' ', ':'];

/**
 * Asks in which way a file is to be read otherwise. Answers all that the user has said of it, now and before;
 * undefined where nothing is to change.
 * @param info how it is read now; undefined where it could not be opened
 * @param about what it is to be about, where that is known
 */
export async function askReading(
  questions: Questions,
  info: FileInfo | undefined,
  said: FormatOptions,
  about?: 'table' | 'order',
): Promise<FormatOptions | undefined> {
  const by = (name: keyof FormatOptions) =>
    said[name] === undefined ? l10n.t('detected') : l10n.t('set by you');
  const choices: Choice[] = [];
  const reading = info?.reading;
  if (reading) {
    const { delimiter, quote, headerLines, comment, nulls, tables, table, score } = reading;
    const line = tables.at(table - 1) ?? 1;
    choices.push(
      {
        label: l10n.t('Delimiter: {0}', words(delimiterName(delimiter))),
        description: by('delimiter'),
        detail: l10n.t('Detection confidence: {0}%', Math.round(score * 100)),
        ask: (questions) => askDelimiter(questions, delimiter),
      },
      {
        label: l10n.t('Quotes: {0}', quoteName(quote)),
        description: by('quote'),
        ask: (questions) => askQuote(questions, quote),
      },
      {
        label: headerWords(headerLines),
        description: by('headerRows'),
        ask: (questions) => askHeader(questions, headerLines),
      },
      {
        label: l10n.t('First line of the table: {0}', line),
        description: by(table === 1 ? 'firstLine' : 'table'),
        detail: l10n.t('Lines above it are skipped.'),
        ask: (questions) => askFirstLine(questions, line),
      },
      {
        label:
          comment === '' ? l10n.t('Comments: none') : l10n.t('Comments: lines that begin with {0}', comment),
        description: by('comment'),
        ask: (questions) => askComment(questions, comment),
      },
      {
        label:
          nulls.length === 0
            ? l10n.t('NULL: empty fields')
            : l10n.t('NULL: empty fields and {0}', nulls.join(', ')),
        description: by('nulls'),
        ask: (questions) => askNulls(questions, nulls),
      },
      {
        label:
          tables.length > 1 ? l10n.t('Table: {0} of {1}', table, tables.length) : l10n.t('Table: all lines'),
        description: by(said.table === undefined ? 'tables' : 'table'),
        ask: (questions) => askTable(questions, tables, table),
      },
    );
  }
  if (reading) choices.push(...writtenChoices(reading.written, said));
  if (info?.format === 'log') {
    choices.push({
      label: l10n.t('Pattern: {0}', words(info.dialect)),
      description: by('pattern'),
      ask: (questions) => askPattern(questions, said.pattern),
    });
  }
  const rows = rowsNow(info, said);
  if (rows) {
    choices.push({
      label: l10n.t('Rows: {0}', rowsWords(rows.path)),
      description: by('rows'),
      detail: l10n.t('Which values of the document are the rows.'),
      ask: (questions) => askRows(questions, rows),
    });
  }
  const partitions = info?.files?.partitions;
  if (partitions !== undefined || said.hive === false) {
    choices.push({
      label:
        partitions === undefined
          ? l10n.t('Columns from folders: none')
          : l10n.t('Columns from folders: {0}', partitions.join(', ')),
      description: by('hive'),
      detail: l10n.t('Folders that are named key=value, as Hive and Spark write them.'),
      ask: (questions) => askFolders(questions, partitions !== undefined),
    });
  }
  choices.push(...orderChoices(info, said));
  choices.push({
    label: l10n.t('Format: {0}', formatName(info?.format ?? said.format)),
    description: by('format'),
    ask: (questions) => askFormat(questions, info?.format),
  });
  choices.push({
    label: l10n.t('Encoding: {0}', encodingName(info?.encoding ?? said.encoding ?? '')),
    description: by('encoding'),
    ask: (questions) => askEncoding(questions, info?.encoding),
  });
  if (Object.keys(said).length > 0) {
    choices.push({ label: l10n.t('Reset to Detected Settings'), options: {} });
  }
  if (about === 'table' && (reading ?? rows)) {
    const added = reading
      ? await askTable(questions, reading.tables, reading.table)
      : rows && (await askRows(questions, rows));
    return added && { ...said, ...added };
  }
  if (about === 'order') {
    const added = await askOrder(questions, info, said);
    return added && { ...said, ...added };
  }
  const picked = await questions.pick(l10n.t('Reading Options'), choices);
  if (!picked) return undefined;
  if (picked.options) return picked.options;
  const added = await picked.ask?.(questions);
  return added && { ...said, ...added };
}

async function askDelimiter(questions: Questions, now: string): Promise<FormatOptions | undefined> {
  const choices: Choice[] = delimiters.map((delimiter) => ({
    label: words(delimiterName(delimiter)),
    ...currentIf(delimiter === now),
    options: { delimiter },
  }));
  const other: TextQuestion = {
    title: l10n.t('Delimiter'),
    prompt: l10n.t('One or more characters. \\t and \\x1f are supported.'),
    problemOf: (text) =>
      parseDelimiter(text) === undefined
        ? l10n.t("A delimiter can't contain quotes or line breaks.")
        : undefined,
  };
  return pickOrType(questions, choices, other, (text) => {
    const delimiter = parseDelimiter(text);
    return delimiter === undefined ? undefined : { delimiter };
  });
}

async function askFolders(questions: Questions, now: boolean): Promise<FormatOptions | undefined> {
  const choices: Choice[] = [true, false].map((hive) => ({
    label: hive ? l10n.t('Columns named after folders') : l10n.t('No columns'),
    ...currentIf(hive === now),
    options: { hive },
  }));
  return (await pickOne(questions, l10n.t('Columns from Folders'), choices))?.options;
}

async function askQuote(questions: Questions, now: string): Promise<FormatOptions | undefined> {
  const choices = (['"', "'", ''] as const).map((quote) => ({
    label: quoteName(quote),
    ...currentIf(quote === now),
    options: { quote },
  }));
  return (await pickOne(questions, l10n.t('Quote Character'), choices))?.options;
}

function headerWords(rows: number): string {
  if (rows === 0) return l10n.t('First row: data');
  return rows === 1 ? l10n.t('First row: column names') : l10n.t('First {0} rows: column names', rows);
}

function firstRowsWords(rows: number): string {
  if (rows === 0) return l10n.t('Data');
  return rows === 1 ? l10n.t('Column names') : l10n.t('Column names, in {0} rows', rows);
}

async function askHeader(questions: Questions, now: number): Promise<FormatOptions | undefined> {
  const choices = [1, 0, 2, 3].map((headerRows) => ({
    label: firstRowsWords(headerRows),
    ...currentIf(headerRows === now),
    options: { headerRows },
  }));
  return (await pickOne(questions, l10n.t('First Row Contains'), choices))?.options;
}

async function askFirstLine(questions: Questions, now: number): Promise<FormatOptions | undefined> {
  const typed = await questions.text({
    title: l10n.t('First Line of the Table'),
    prompt: l10n.t('Line number of the header or the first row. 1 skips nothing.'),
    value: String(now),
    problemOf: (text) =>
      /^\s*[1-9]\d{0,5}\s*$/.test(text) ? undefined : l10n.t('Enter a line number, starting with 1.'),
  });
  return typed === undefined ? undefined : { firstLine: Number(typed), table: undefined };
}

async function askComment(questions: Questions, now: string): Promise<FormatOptions | undefined> {
  const choices: Choice[] = ['', '#', '//', '%', '--', ';'].map((comment) => ({
    label: comment === '' ? l10n.t('No comments') : comment,
    ...currentIf(comment === now),
    options: { comment },
  }));
  const other: TextQuestion = {
    title: l10n.t('Comment Prefix'),
    problemOf: (text) =>
      isCommentMark(text) ? undefined : l10n.t('Use up to 8 ASCII characters, without spaces or quotes.'),
  };
  return pickOrType(questions, choices, other, (comment) => ({ comment }));
}

async function askNulls(questions: Questions, now: readonly string[]): Promise<FormatOptions | undefined> {
  const also = ['NULL', 'NA', 'n/a'].map((text) => [dumpedNull, text]);
  const choices: Choice[] = [[], [dumpedNull], ...also].map((nulls) => ({
    label: nulls.length === 0 ? l10n.t('Only empty fields') : nulls.join(', '),
    ...currentIf(JSON.stringify(nulls) === JSON.stringify(now)),
    options: { nulls },
  }));
  const other: TextQuestion = {
    title: l10n.t('Fields That Are NULL'),
    prompt: l10n.t('Texts of fields without quotes, separated by commas. Empty fields are NULL in any case.'),
    value: now.join(', '),
    problemOf: (text) =>
      nullTexts(text).every(isNullText) ? undefined : l10n.t("They can't contain quotes or line breaks."),
  };
  return pickOrType(questions, choices, other, (text) => ({ nulls: nullTexts(text) }));
}

function nullTexts(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

/** @param lines on which the tables begin */
async function askTable(
  questions: Questions,
  lines: readonly number[],
  now: number,
): Promise<FormatOptions | undefined> {
  const choices: Choice[] = lines.map((line, index) => ({
    label: l10n.t('Table {0}, from line {1}', index + 1, line),
    ...currentIf(index + 1 === now),
    options: { table: index + 1, tables: undefined },
  }));
  choices.push({
    label: l10n.t('One table with all lines'),
    options: { tables: 1, table: undefined },
  });
  return (await pickOne(questions, l10n.t('Table to Read'), choices))?.options;
}

function formatName(format: FormatOptions['format']): string {
  switch (format) {
    case undefined:
      return '';
    case 'jsonl':
      return l10n.t('JSON Lines');
    case 'json':
      return l10n.t('JSON document');
    case 'log':
      return l10n.t('log lines');
    case 'csv':
      return l10n.t('delimited text (CSV)');
  }
}

async function askFormat(
  questions: Questions,
  now: FormatOptions['format'],
): Promise<FormatOptions | undefined> {
  const choices = formatKinds.map((format) => ({
    label: formatName(format),
    ...currentIf(format === now),
    options: { format },
  }));
  return (await pickOne(questions, l10n.t('File Format'), choices))?.options;
}

async function askPattern(questions: Questions, now: string | undefined): Promise<FormatOptions | undefined> {
  const pattern = await questions.text({
    title: l10n.t('Pattern'),
    prompt: l10n.t(
      'combined, syslog, levels, or a regular expression whose named groups are the columns: (?<level>\\w+) (?<message>.*)',
    ),
    ...(now !== undefined && { value: now }),
  });
  return pattern === undefined ? undefined : { pattern: pattern === '' ? undefined : pattern };
}

async function askEncoding(
  questions: Questions,
  now: string | undefined,
): Promise<FormatOptions | undefined> {
  const choices: Choice[] = encodings.map(({ label, name, of }) => ({
    label: of === '' ? name : `${of} (${name})`,
    ...currentIf(label === now),
    options: { encoding: label },
  }));
  const isListed = now === undefined || encodings.some(({ label }) => label === now);
  if (!isListed)
    choices.unshift({ label: encodingName(now), ...currentIf(true), options: { encoding: now } });
  return (await pickOne(questions, l10n.t('Encoding'), choices))?.options;
}

function quoteName(quote: string): string {
  return quote === '"' ? l10n.t('double') : quote === "'" ? l10n.t('single') : l10n.t('none');
}
