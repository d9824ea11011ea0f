import type { FormatOptions } from '../protocol/formatOptions.ts';
import { l10n } from './l10n.ts';
import type { Choice as Answer, Questions, TextQuestion } from './questions.ts';

/** An answer to what is asked of how a file is read. */
export interface Choice extends Answer {
  /** What the user says by it; undefined where it takes one more question. */
  readonly options?: FormatOptions;
  /** Whether the file is read so now. */
  readonly isCurrent?: boolean;
  readonly ask?: (questions: Questions) => Promise<FormatOptions | undefined>;
}

export function currentIf(isCurrent: boolean): Pick<Choice, 'isCurrent' | 'description'> {
  return { isCurrent, description: isCurrent ? l10n.t('current') : '' };
}

/** Asks with a list that opens on what is so now. */
export function pickOne(
  questions: Questions,
  title: string,
  choices: readonly Choice[],
): Promise<Choice | undefined> {
  return questions.pick(
    title,
    choices,
    choices.find(({ isCurrent }) => isCurrent),
  );
}

/** Asks with a list under the title of a question, which is asked where the last entry, another one, is chosen. */
export async function pickOrType(
  questions: Questions,
  choices: readonly Choice[],
  question: TextQuestion,
  optionsOf: (typed: string) => FormatOptions | undefined,
  detail?: string,
): Promise<FormatOptions | undefined> {
  const other: Choice = { label: l10n.t('Other...'), ...(detail !== undefined && { detail }) };
  const picked = await pickOne(questions, question.title, [...choices, other]);
  if (picked !== other) return picked?.options;
  const typed = await questions.text(question);
  return typed === undefined ? undefined : optionsOf(typed);
}
