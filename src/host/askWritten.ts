import type { FormatOptions } from '../protocol/formatOptions.ts';
import { l10n } from './l10n.ts';
import type { Choice as Answer, Questions } from './questions.ts';

interface Choice extends Answer {
  readonly options: FormatOptions;
}

/** How numbers and dates are written, for "Read File As": what can be asked, and what is so now. */
export function writtenChoices(
  written: readonly string[],
  { decimal, dates }: FormatOptions,
): {
  readonly label: string;
  readonly description: string;
  readonly ask: (questions: Questions) => Promise<FormatOptions | undefined>;
}[] {
  const numbers = written.filter((example) => /\d/.test(example)).join(', ') || l10n.t('as in JSON');
  const days = written.filter((example) => !/\d/.test(example)).join(', ') || l10n.t('as in ISO 8601');
  const by = (said: string | undefined): string =>
    said === undefined ? l10n.t('detected') : l10n.t('set by you');
  return [
    { label: l10n.t('Numbers: {0}', numbers), description: by(decimal), ask: askDecimal },
    { label: l10n.t('Dates: {0}', days), description: by(dates), ask: askDates },
  ];
}

async function askDecimal(questions: Questions): Promise<FormatOptions | undefined> {
  const choices: Choice[] = [
    { label: '1.234,5', description: l10n.t('decimal comma'), options: { decimal: ',' } },
    { label: '1,234.5', description: l10n.t('decimal point'), options: { decimal: '.' } },
    { label: '1234.5', description: l10n.t('as in JSON only'), options: { decimal: 'none' } },
    { label: l10n.t('As each column says'), options: { decimal: undefined } },
  ];
  return (await questions.pick(l10n.t('How are numbers written?'), choices))?.options;
}

async function askDates(questions: Questions): Promise<FormatOptions | undefined> {
  const choices: Choice[] = [
    { label: 'dd/mm/yyyy', description: l10n.t('the day first'), options: { dates: 'dmy' } },
    { label: 'mm/dd/yyyy', description: l10n.t('the month first'), options: { dates: 'mdy' } },
    { label: 'yyyy/mm/dd', description: l10n.t('the year first'), options: { dates: 'ymd' } },
    { label: 'yyyy-mm-dd', description: l10n.t('as in ISO 8601 only'), options: { dates: 'none' } },
    { label: l10n.t('As each column says'), options: { dates: undefined } },
  ];
  return (await questions.pick(l10n.t('How are dates written?'), choices))?.options;
}
