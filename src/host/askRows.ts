import type { DocumentRows, FileInfo } from '../protocol/file.ts';
import type { FormatOptions } from '../protocol/formatOptions.ts';
import { currentIf, pickOrType, type Choice } from './choices.ts';
import { l10n } from './l10n.ts';
import type { Questions, TextQuestion } from './questions.ts';

/** What the rows of a document are, also where none are at the path that was said; undefined where it is no document. */
export function rowsNow(info: FileInfo | undefined, { rows }: FormatOptions): DocumentRows | undefined {
  if (info !== undefined || rows === undefined) return info?.rows;
  return { path: rows, candidates: [] };
}

/** Asks which values of a document are its rows. */
export async function askRows(
  questions: Questions,
  { path: now, candidates, looked }: DocumentRows,
): Promise<FormatOptions | undefined> {
  const seen = candidates.some(({ path }) => path === now)
    ? candidates
    : [{ path: now, rows: 0, whole: false }, ...candidates];
  const choices: Choice[] = seen.map(({ path, rows, whole }) => ({
    label: rowsWords(path),
    ...currentIf(path === now),
    ...(path !== '$' && rows > 0 && { detail: seenWords(rows, whole) }),
    options: { rows: path },
  }));
  const other: TextQuestion = {
    title: l10n.t('Rows of the Document'),
    prompt: l10n.t(
      'The path to a list, such as $.data.items[*], or to an object whose members are the rows: $.users.*',
    ),
    value: now,
    problemOf: (text) => (text.trim() === '' ? l10n.t('Enter a path.') : undefined),
  };
  // What stands in a list at the top are records, and no other lists.
  const unseen =
    looked === undefined || now === '$[*]'
      ? undefined
      : l10n.t(
          'Lists that begin after the first {0} KiB of the document are not listed.',
          Math.round(looked / 1024),
        );
  return pickOrType(questions, choices, other, (rows) => ({ rows: rows.trim() }), unseen);
}

export function rowsWords(path: string): string {
  return path === '$' ? l10n.t('the whole document') : path;
}

function seenWords(rows: number, whole: boolean): string {
  if (whole) return rows === 1 ? l10n.t('1 record') : l10n.t('{0} records', rows);
  return rows === 1 ? l10n.t('at least 1 record') : l10n.t('at least {0} records', rows);
}
