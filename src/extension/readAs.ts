import { l10n, window, type QuickPickItem } from 'vscode';
import { delimiterName, parseDelimiter } from '../engine/format/csv/dialectWords.ts';
import type { FormatOptions } from '../protocol/engine.ts';
import type { FileInfo } from '../protocol/preview.ts';

interface Choice extends QuickPickItem {
  /** What the user says by it; undefined where it takes one more question. */
  readonly options?: FormatOptions;
  readonly ask?: () => Promise<FormatOptions | undefined>;
}

/** The encodings that files are mostly in, by the names of the WHATWG. */
const encodings = [
  ...['utf-8', 'utf-16le', 'utf-16be', 'windows-1252', 'windows-1250', 'windows-1251', 'windows-1253'],
  ...['windows-1254', 'windows-1255', 'windows-1256', 'windows-1257', 'windows-1258', 'windows-874'],
  ...['iso-8859-2', 'iso-8859-5', 'iso-8859-15', 'koi8-r', 'koi8-u', 'ibm866', 'macintosh'],
  ...['gbk', 'gb18030', 'big5', 'shift_jis', 'euc-jp', 'euc-kr'],
];

const delimiters = [',', ';', '\t', '|', ' ', ':'];

/**
 * Asks in which way a file is to be read otherwise. Answers all that the user has said of it, now and before;
 * undefined where nothing is to change.
 * @param info how it is read now; undefined where it could not be opened
 */
export async function askReading(
  info: FileInfo | undefined,
  said: FormatOptions,
): Promise<FormatOptions | undefined> {
  const by = (name: keyof FormatOptions) =>
    said[name] === undefined ? l10n.t('recognised') : l10n.t('set by you');
  const choices: Choice[] = [];
  const reading = info?.reading;
  if (reading) {
    const { delimiter, quote, headerLines, score } = reading;
    choices.push(
      {
        label: l10n.t('Delimiter: {0}', delimiterName(delimiter)),
        description: by('delimiter'),
        detail: l10n.t('Score of this reading: {0} %', Math.round(score * 100)),
        ask: () => askDelimiter(delimiter),
      },
      {
        label: l10n.t('Quotes: {0}', quoteName(quote)),
        description: by('quote'),
        ask: () => askQuote(quote),
      },
      {
        label: headerLines > 0 ? l10n.t('First row: names of the columns') : l10n.t('First row: data'),
        description: by('header'),
        ask: () => askHeader(headerLines > 0),
      },
    );
  }
  choices.push({
    label: l10n.t('Encoding: {0}', (info?.encoding ?? said.encoding ?? '').toUpperCase()),
    description: by('encoding'),
    ask: () => askEncoding(info?.encoding),
  });
  if (Object.keys(said).length > 0) {
    choices.push({ label: l10n.t('Read it as recognised again'), options: {} });
  }
  const picked = await pick(l10n.t('How is this file to be read?'), choices);
  if (!picked) return undefined;
  if (picked.options) return picked.options;
  const added = await picked.ask?.();
  return added && { ...said, ...added };
}

function pick(title: string, choices: readonly Choice[]): Thenable<Choice | undefined> {
  return window.showQuickPick(choices, { title, placeHolder: title });
}

async function askDelimiter(now: string): Promise<FormatOptions | undefined> {
  const choices: Choice[] = delimiters.map((delimiter) => ({
    label: delimiterName(delimiter),
    description: delimiter === now ? l10n.t('now') : '',
    options: { delimiter },
  }));
  const other = { label: l10n.t('Another...') };
  const picked = await pick(l10n.t('What stands between two fields?'), [...choices, other]);
  if (picked !== other) return picked?.options;
  const typed = await window.showInputBox({
    title: l10n.t('What stands between two fields?'),
    prompt: l10n.t('One character or several; \\t and \\x1f are understood'),
    validateInput: (text) =>
      parseDelimiter(text) === undefined ? l10n.t('A delimiter has no quote or line end in it.') : undefined,
  });
  const delimiter = typed === undefined ? undefined : parseDelimiter(typed);
  return delimiter === undefined ? undefined : { delimiter };
}

async function askQuote(now: string): Promise<FormatOptions | undefined> {
  const choices = (['"', "'", ''] as const).map((quote) => ({
    label: quoteName(quote),
    description: quote === now ? l10n.t('now') : '',
    options: { quote },
  }));
  return (await pick(l10n.t('What are fields quoted with?'), choices))?.options;
}

async function askHeader(now: boolean): Promise<FormatOptions | undefined> {
  const choices = [true, false].map((header) => ({
    label: header ? l10n.t('Names of the columns') : l10n.t('Data'),
    description: header === now ? l10n.t('now') : '',
    options: { header },
  }));
  return (await pick(l10n.t('What is the first row?'), choices))?.options;
}

async function askEncoding(now: string | undefined): Promise<FormatOptions | undefined> {
  const choices: Choice[] = encodings.map((encoding) => ({
    label: encoding.toUpperCase(),
    description: encoding === now ? l10n.t('now') : '',
    options: { encoding },
  }));
  return (await pick(l10n.t('Which encoding is the text in?'), choices))?.options;
}

function quoteName(quote: string): string {
  return quote === '"' ? l10n.t('double') : quote === "'" ? l10n.t('single') : l10n.t('none');
}
