/** The record of the active row, whole. */
import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { ColumnInfo } from '../../protocol/file.ts';
import type { RecordDetail } from '../../protocol/preview.ts';
import type { CellContext } from '../../protocol/pageCommands.ts';
import type { QueryEdit } from '../../protocol/queryText.ts';
import { bytes, count, t, words } from '../l10n.ts';
import { visible } from '../visible.ts';
import { IconButton } from '../parts/button.tsx';
import { holdsFocus } from './focus.ts';
import { membersOf, readJson } from './json.ts';
import { writePath, type Step } from './path.ts';
import { Unbroken, VisibleText } from './text.tsx';
import { JsonTree } from './tree.tsx';

export interface DetailProps {
  readonly detail: RecordDetail | undefined;
  readonly error: string;
  readonly step: (rows: 1 | -1) => void;
  readonly close: () => void;
  /** Back to the rows, while the panel stays. */
  readonly leave: () => void;
  readonly openDocument: () => void;
  /** Where the row says what has become of a record: opens what it was beside what it is. */
  readonly compare?: (() => void) | undefined;
  readonly copy: (text: string) => void;
  readonly addTest: (edit: QueryEdit) => void;
  readonly columns: readonly ColumnInfo[];
  /** The grid's active cell: its row, and the path of its column. */
  readonly row: number;
  readonly active: string | undefined;
}

export function Detail(props: DetailProps) {
  const { detail, error, step, close, copy } = props;
  const [search, setSearch] = useState('');
  const section = useRef<HTMLElement>(null);
  const body = useRef<HTMLDivElement>(null);

  // The next record may have nothing of what the focus was in. The keys that go on from here are those of the panel.
  const hadFocus = holdsFocus(body.current) || document.activeElement === section.current;
  useLayoutEffect(() => {
    if (!hadFocus || holdsFocus(body.current)) return;
    (body.current?.querySelector<HTMLElement>('[tabindex="0"]') ?? section.current)?.focus();
  });

  return (
    <section
      class="side"
      aria-label={t('Record')}
      tabIndex={-1}
      ref={section}
      onKeyDown={(event) => {
        if (event.altKey && (event.key === 'ArrowDown' || event.key === 'ArrowUp')) {
          event.preventDefault();
          step(event.key === 'ArrowDown' ? 1 : -1);
        }
      }}
    >
      <header class="side-head">
        <h2>{detail && detail.record > 0 ? t('Record {0}', count(detail.record)) : t('Record')}</h2>
        <span class="grow" />
        <IconButton icon="arrow-up" label={t('Previous Record (Alt+Up)')} run={() => step(-1)} />
        <IconButton icon="arrow-down" label={t('Next Record (Alt+Down)')} run={() => step(1)} />
        <IconButton
          icon="copy"
          label={t('Copy Record')}
          disabled={!detail}
          run={() => copy(detail?.text ?? '')}
        />
        <IconButton
          icon="go-to-file"
          label={t('Open Record as Document')}
          disabled={!detail}
          run={props.openDocument}
        />
        {props.compare && (
          <IconButton
            icon="diff"
            label={t('Compare Record Side by Side')}
            disabled={!detail}
            run={props.compare}
          />
        )}
        <IconButton icon="close" label={t('Close')} run={close} />
      </header>
      {detail && detail.record > 0 && (
        <p class="facts">
          <Unbroken words={placeWords(detail)} />
        </p>
      )}
      {detail?.fault && (
        <p class="fault">
          <span class="codicon codicon-warning" aria-hidden="true" /> {words(detail.fault)}
        </p>
      )}
      {detail?.cut && <p class="facts">{t('Only the first {0} are shown.', bytes(detail.text.length))}</p>}
      <input
        type="search"
        class="input side-search"
        value={search}
        aria-label={t('Search in record')}
        placeholder={t('Search in record')}
        onInput={(event) => setSearch(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Escape' || search === '') return;
          event.stopPropagation();
          setSearch('');
        }}
      />
      <div class="side-body" ref={body}>
        {error ? (
          <p class="fault">{error}</p>
        ) : detail ? (
          <Body {...props} detail={detail} search={search} />
        ) : null}
      </div>
    </section>
  );
}

/** "Line 3 · byte 40 · 120 B"; of one of several files, its name, and the byte in it. */
function placeWords({ line, offset, length, file }: RecordDetail): string {
  if (file === undefined)
    return t('Line {0} \u00b7 byte {1} \u00b7 {2}', count(line), count(offset), bytes(length));
  if (file.offset === undefined) return t('{0} \u00b7 {1}', visible(file.name), bytes(length));
  return t('{0} \u00b7 byte {1} \u00b7 {2}', visible(file.name), count(file.offset), bytes(length));
}

function Body(props: DetailProps & { readonly detail: RecordDetail; readonly search: string }) {
  const { detail, copy, addTest, columns, row } = props;
  const text = useMemo(
    () => (detail.format === 'json' ? detail.text : fieldsAsJson(detail.fields)),
    [detail],
  );
  const fields = detail.format === 'fields';
  const readable = fields ? detail.fields.length > 0 : isReadable(text, detail.fault !== undefined);
  const columnOf = (step: Step | undefined) => columns.find((column) => column.name === step);
  const pathOf = (steps: readonly Step[]) => (fields ? columnOf(steps.at(0))?.path : writePath(steps));
  const isNumber = (path: string | undefined) =>
    detail.loose && columns.some((column) => column.path === path && column.type === 'number');
  return (
    <>
      {readable && (
        <JsonTree
          text={text}
          copy={copy}
          addTest={(edit) => addTest(edit.kind === 'add' ? { ...edit, ofRecord: true } : edit)}
          pathOf={pathOf}
          isNumber={(steps) => isNumber(pathOf(steps))}
          search={props.search.trim()}
          reveal={props.active}
          leave={props.leave}
          contextOf={(path) => {
            const column = columns.find((other) => other.path === path);
            return column && cellContext({ column: column.id, row });
          }}
        />
      )}
      {(detail.fault !== undefined || !readable) && <RawText text={detail.text} />}
    </>
  );
}

/** The editor's menu for a value is that of its cell. */
function cellContext(place: CellContext): string {
  return JSON.stringify({ webviewSection: 'cell', ...place, preventDefaultContextMenuItems: true });
}

/** Of a malformed record a tree is shown only where there is something to see in it. */
function isReadable(text: string, faulty: boolean): boolean {
  const root = readJson(text);
  if (root.type !== 'object' && root.type !== 'list') return root.type !== 'invalid';
  return !faulty || membersOf(root, 1).items.some(({ value }) => value.type !== 'invalid');
}

/** Fields as members of an object: the tree shows both. A name that is there twice stays there twice. */
function fieldsAsJson(fields: RecordDetail['fields']): string {
  return `{${fields.map(({ name, value }) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join(',')}}`;
}

function RawText({ text }: { readonly text: string }) {
  return (
    <pre class="raw" tabIndex={0} aria-label={t('Raw text')}>
      <VisibleText text={text} keep={'\n'} />
    </pre>
  );
}
