/** The lowest line: how many rows there are, what is selected, what the file is. */
import type { FileInfo, FileState, Reading } from '../protocol/file.ts';
import { count, t } from './l10n.ts';
import { isOneCell } from './grid/selection.ts';
import type { PageModel } from './model/page.ts';
import { exportWords } from './model/stageWords.ts';
import { listWords, otherLists, otherListsWords, otherTablesWords } from './model/tableWords.ts';
import { formatWords, sizeWords, storedWords } from './model/formatWords.ts';
import { fileRecordWords, joinedWords } from './model/words.ts';
import { visible } from './visible.ts';

/** Lists of a document that are named in a title. */
const mostLists = 10;

export function Footer({ page }: { readonly page: PageModel }) {
  const { preview } = page;
  const file = preview.file.value;
  const state = preview.state.value;
  if (!file || !state || preview.trouble.value) return <footer class="footer" />;
  const otherTables = otherTablesWords(page.otherTables.value);
  const lists = otherLists(file);
  const unread = state.leftOut?.count ?? file.files?.unread.length ?? 0;
  const files = file.files ? filesWords(state.files ?? file.files.count, file.files.order?.by) : '';
  const notes = file.files?.order?.notes.length ?? 0;
  const failed = preview.result.value?.failed ?? 0;
  const indexed = state.share ?? (state.size ? state.indexed / state.size : 1);
  return (
    <footer class="footer">
      <span>{fileRecordWords(state)}</span>
      {state.phase === 'indexing' && !state.remote && (
        <span class="indexed">{t('{0}% read', Math.floor(indexed * 100))}</span>
      )}
      {state.malformed > 0 && (
        <button type="button" class="text-button warn" onClick={() => page.openProblems()}>
          <span class="codicon codicon-warning" aria-hidden="true" />{' '}
          {t('{0} malformed', count(state.malformed))}
        </button>
      )}
      {failed > 0 && (
        <button type="button" class="text-button warn" onClick={() => page.openProblems()}>
          <span class="codicon codicon-warning" aria-hidden="true" />{' '}
          {failed === 1 ? t('CALL failed for 1 row') : t('CALL failed for {0} rows', count(failed))}
        </button>
      )}
      {(preview.result.value?.joined ?? []).map((joined) => (
        <span key={joined.name} class="warn" title={joinedWords(joined).join('\n')}>
          <span class="codicon codicon-warning" aria-hidden="true" /> {joinedWords(joined).join(' ')}
        </span>
      ))}
      {file.files && (
        <button
          type="button"
          class="text-button quiet indexed"
          title={`${files}\n${t('Change the Order of Records')}`}
          onClick={() => page.readAs('order')}
        >
          {files}
        </button>
      )}
      {notes > 0 && (
        <button
          type="button"
          class="text-button warn"
          title={t('Show which files are not in order, and where')}
          onClick={() => page.openProblems()}
        >
          <span class="codicon codicon-warning" aria-hidden="true" /> {t('not all in order')}
        </button>
      )}
      {unread > 0 && (
        <button
          type="button"
          class="text-button warn"
          title={t('Show which files could not be read, and why')}
          onClick={() => page.openProblems()}
        >
          <span class="codicon codicon-warning" aria-hidden="true" />{' '}
          {unread === 1 ? t('1 file could not be read') : t('{0} files could not be read', count(unread))}
        </button>
      )}
      {otherTables !== '' && (
        <button
          type="button"
          class="text-button warn"
          title={`${otherTables}\n${t('Choose which table is read, or read all lines as one')}`}
          onClick={() => page.readAs('table')}
        >
          <span class="codicon codicon-table" aria-hidden="true" /> {otherTables}
        </button>
      )}
      {lists.length > 0 && (
        <button
          type="button"
          class="text-button warn"
          title={[
            ...lists.slice(0, mostLists).map(listWords),
            t('Choose which values of the document are the rows, or give their path'),
          ].join('\n')}
          onClick={() => page.readAs('table')}
        >
          <span class="codicon codicon-table" aria-hidden="true" /> {visible(otherListsWords(lists))}
        </button>
      )}
      <Exported page={page} />
      <Notice words={preview.notice.value || selectionWords(page)} />
      <Follow page={page} />
      {state.fileSize !== 0 && (
        <button
          type="button"
          class="text-button quiet"
          title={
            file.reading
              ? t('Detection confidence: {0}%. Change reading options', percent(file.reading))
              : t('Change Reading Options')
          }
          onClick={() => page.readAs()}
        >
          {dialectWords(file)}
        </button>
      )}
      <FileSize file={file} state={state} />
    </footer>
  );
}

/** What was done, or went wrong; where it is cut, it can be read in full. */
function Notice({ words }: { readonly words: string }) {
  return (
    <span class="grow" title={words}>
      {words}
    </span>
  );
}

/** How far an export is; its stages are a press away. */
function Exported({ page: { stages } }: { readonly page: PageModel }) {
  const exported = stages.exported.value;
  if (!exported) return null;
  return (
    <button
      type="button"
      class="text-button exported"
      title={t('Show the Stages of the Export')}
      aria-expanded={stages.open.value === 'export'}
      onClick={() => stages.toggle('export')}
    >
      <span class="codicon codicon-export" aria-hidden="true" />{' '}
      {exportWords(exported, visible(exported.target))}
    </button>
  );
}

/** Whether what is appended is taken in, and what has come of that. */
function Follow({ page }: { readonly page: PageModel }) {
  const { following, filter } = page;
  if (!following.offered.value) return null;
  const on = following.on.value;
  const fresh = following.fresh.value;
  return (
    <>
      {following.outdated.value && (
        <button
          type="button"
          class="text-button fresh"
          title={t('Records were appended since this result was made.')}
          onClick={() => void filter.run(filter.applied.value)}
        >
          <span class="codicon codicon-refresh" aria-hidden="true" /> {t('Run Again')}
        </button>
      )}
      {fresh > 0 && (
        <button
          type="button"
          class="text-button fresh"
          title={t('Go to the Last Row')}
          onClick={() => following.toEnd()}
        >
          <span class="codicon codicon-arrow-down" aria-hidden="true" />{' '}
          {fresh === 1 ? t('1 New Row') : t('{0} New Rows', count(fresh))}
        </button>
      )}
      <button
        type="button"
        role="switch"
        aria-checked={on}
        class="text-button follow"
        title={t('Take in records as they are appended to the file.')}
        onClick={() => following.toggle()}
      >
        <span class="codicon codicon-eye" aria-hidden="true" /> {t('Follow')}
      </button>
    </>
  );
}

function filesWords(files: number, by: string | undefined): string {
  if (by === undefined) return files === 1 ? t('1 file') : t('{0} files', count(files));
  return files === 1
    ? t('1 file in order of {0}', visible(by))
    : t('{0} files in order of {1}', count(files), visible(by));
}

/** "comma, quoted, header, UTF-8, gzip (97%)". */
function dialectWords(file: FileInfo): string {
  const words = formatWords(file).join(', ');
  return file.reading ? t('{0} ({1}%)', words, percent(file.reading)) : words;
}

function percent({ score }: Reading): number {
  return Math.round(score * 100);
}

/** Of a compressed file what it holds, which is what offsets and progress are of. */
function FileSize({ file, state }: { readonly file: FileInfo; readonly state: FileState }) {
  const size = sizeWords(file, state);
  if (size === '') return null;
  return (
    <span class="file-size" title={storedWords(file, state)}>
      {size}
    </span>
  );
}

function selectionWords({ preview }: PageModel): string {
  const selection = preview.selection.value;
  if (isOneCell(selection)) return '';
  const { area } = preview.grid;
  const { shape } = selection;
  const rows = area.bottom - area.top + 1;
  const lanes = area.right - area.left + 1;
  if (shape === 'rows') return rows === 1 ? t('1 row selected') : t('{0} rows selected', count(rows));
  if (shape === 'columns')
    return lanes === 1 ? t('1 column selected') : t('{0} columns selected', count(lanes));
  if (shape === 'all') return t('All selected');
  return t('{0} \u00d7 {1} cells selected', count(rows), count(lanes));
}
