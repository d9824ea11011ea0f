import type { FormatOptions } from '../protocol/formatOptions.ts';
import type { ColumnType, FileInfo } from '../protocol/file.ts';
import { l10n } from './l10n.ts';
import type { Choice as Answer, Questions } from './questions.ts';

interface Choice extends Answer {
  readonly options?: FormatOptions;
}

/** What columns with times are often called, by the last part of their path. */
const timeName = /(^|[_@."])(time|timestamp|ts|date|datetime|day|when|created|updated|\w+_at|at)"?$/i;
const unordered: ReadonlySet<ColumnType> = new Set(['boolean', 'list', 'object']);

/** In which order the records of several files are read, for "Read File As": nothing of one file. */
export function orderChoices(
  info: FileInfo | undefined,
  said: FormatOptions,
): {
  readonly label: string;
  readonly description: string;
  readonly ask: (questions: Questions) => Promise<FormatOptions | undefined>;
}[] {
  const { mergeBy } = said;
  if (!info?.files && mergeBy === undefined) return [];
  return [
    {
      label:
        mergeBy === undefined
          ? l10n.t('Order of records: one file after the other')
          : l10n.t('Order of records: {0} in all files', mergeBy),
      description: mergeBy === undefined ? l10n.t('default') : l10n.t('set by you'),
      ask: (questions) => askOrder(questions, info, said),
    },
  ];
}

/** Asks for the column in whose order the records of all files are to be read. Columns with times come first. */
export async function askOrder(
  questions: Questions,
  info: FileInfo | undefined,
  { mergeBy: now }: FormatOptions,
): Promise<FormatOptions | undefined> {
  const folders = info?.files?.partitions ?? [];
  const paths = (info?.columns ?? [])
    .filter(({ name, type }) => name !== '_file' && !folders.includes(name) && !unordered.has(type))
    .map(({ path }) => path);
  const known = now === undefined || paths.includes(now) ? [] : [now];
  const times = paths.filter((path) => timeName.test(path));
  const others = paths.filter((path) => !timeName.test(path));
  const current = l10n.t('current');
  const choices: Choice[] = [
    {
      label: l10n.t('One file after the other'),
      description: now === undefined ? current : '',
      options: { mergeBy: undefined },
    },
    ...[...known, ...times, ...others].map((path) => ({
      label: l10n.t('In order of {0}', path),
      description: path === now ? current : '',
      options: { mergeBy: path },
    })),
  ];
  const other: Choice = { label: l10n.t('Other...') };
  const title = l10n.t('Order of Records');
  const active = choices.find(({ options }) => options?.mergeBy === now);
  const picked = await questions.pick(title, [...choices, other], active);
  if (picked !== other) return picked?.options;
  const by = await questions.text({
    title,
    prompt: l10n.t(
      'A column with times or numbers, or what a query can say of one record: coalesce(time, ts)',
    ),
    ...(now !== undefined && { value: now }),
    problemOf: (text) => (text.trim() === '' ? l10n.t('Enter a column.') : undefined),
  });
  return by === undefined ? undefined : { mergeBy: by.trim() };
}
