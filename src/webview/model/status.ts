/** What the editor's status bar says of a page: short, with the rest in its tooltip. */
import { count, t } from '../l10n.ts';
import type { Filter } from './filter.ts';
import type { Preview } from './preview.ts';
import { encodingWords, formatWords, sizeWords, storedWords } from './formatWords.ts';
import { fileRecordWords, fileWords, resultWords } from './words.ts';

export interface Status {
  readonly text: string;
  readonly tooltip: string;
  readonly encoding: string;
}

export function statusOf(preview: Preview, filter: Filter): Status | undefined {
  const file = preview.file.value;
  const state = preview.state.value;
  const result = preview.result.value;
  if (!file || !state) return undefined;
  const encoding = encodingWords(file);
  if (preview.trouble.value)
    return { text: t('Not shown'), tooltip: `${file.name}\n${preview.trouble.value.message}`, encoding };
  const text = result ? resultWords(result) : fileRecordWords(state);
  const busy = filter.running.value || (state.phase === 'indexing' && !state.resting);
  const facts = [
    file.name,
    ...(state.fileSize === 0 ? [encoding] : formatWords(file)),
    sizeWords(file, state),
    storedWords(file, state),
    state.malformed > 0 ? t('{0} malformed', count(state.malformed)) : '',
    filter.applied.value ? t('Filter: {0}', filter.applied.value) : '',
    fileWords(state),
  ];
  return {
    text: busy ? `$(sync~spin) ${text}` : text,
    tooltip: facts.filter((fact) => fact !== '').join('\n'),
    encoding,
  };
}
