/** The query box, with what is wrong with the query in words below it. */
import { useComputed, useSignalEffect } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { ColumnInfo } from '../../protocol/file.ts';
import type { Diagnostic } from '../../protocol/queryText.ts';
import { asSentence, t } from '../l10n.ts';
import type { Link } from '../link.ts';
import { spoken, type Filter } from '../model/filter.ts';
import type { Preview } from '../model/preview.ts';
import { createEditor, type QueryEditor } from './editor.ts';
import { createRecall } from './recall.ts';

export interface QueryBoxProps {
  readonly link: Link;
  readonly preview: Preview;
  readonly filter: Filter;
  readonly nonce: string;
  readonly leave: () => void;
  /** Called with the box once it is there. */
  readonly ready: (box: QueryEditor) => void;
}

export function QueryBox({ link, preview, filter, nonce, leave, ready }: QueryBoxProps) {
  const host = useRef<HTMLDivElement>(null);
  const editor = useRef<QueryEditor | null>(null);
  const { diagnostics } = filter;
  const { file, state, columns, result } = preview;

  useEffect(() => {
    if (!host.current) return;
    const recall = createRecall();
    const made = createEditor({
      parent: host.current,
      nonce,
      text: filter.text.peek(),
      check: (query) => link.call('check', { query }),
      names: (query) => link.call('names', { query }),
      complete: (query, position, signal) => link.call('complete', { query, position }, { signal }),
      changed(text) {
        filter.text.value = text;
        if (text.trim() === '') diagnostics.value = [];
      },
      checked: (found) => (diagnostics.value = found),
      run: () => void filter.run(filter.text.peek()),
      leave,
      recall: (step) => recall.step(step, filter.text.peek(), filter.filters.peek().history),
    });
    editor.current = made;
    // Without them a query is as good, and plainer.
    void link.call('keywords', null).then(
      (keywords) => made.highlight(keywords),
      () => undefined,
    );
    ready(made);
    return () => made.close();
  }, []);

  useSignalEffect(() => editor.current?.setText(filter.text.value));

  useSignalEffect(() => editor.current?.suggest(exampleOf(columns.value)));

  // Which columns there are changes with how the file is read, and is certain once all of it was read. What is in no record
  // is known after a query has looked for it.
  const complete = useComputed(() => state.value?.exact ?? false);
  const done = useComputed(() => result.value?.phase === 'done');
  useSignalEffect(() => {
    const known = [file.value, complete.value, columns.value, done.value];
    if (known[0] !== undefined) editor.current?.check();
  });

  return (
    <div class="query">
      <div class="query-box" ref={host} />
      {spoken(filter).map(({ from, severity, said, fix }) => (
        <p key={from} class={`query-message ${severity}`} role={severity === 'error' ? 'alert' : undefined}>
          <span class={`codicon codicon-${severity}`} aria-hidden="true" /> {asSentence(said)}
          {fix && <FixButton fix={fix} filter={filter} />}
        </p>
      ))}
    </div>
  );
}

/** A condition on the first columns that have a number and a text; '' where there are none yet. */
function exampleOf(columns: readonly ColumnInfo[]): string {
  const first = (type: ColumnInfo['type']) =>
    columns.find((column) => column.type === type && column.path.length <= 24)?.path;
  const [number, text] = [first('number'), first('text')];
  return [...(number ? [`${number} >= 100`] : []), ...(text ? [`${text} ILIKE '%text%'`] : [])].join(' AND ');
}

function FixButton({
  fix,
  filter,
}: {
  readonly fix: NonNullable<Diagnostic['fix']>;
  readonly filter: Filter;
}) {
  return (
    <button type="button" class="text-button" onClick={() => void filter.run(fix.query)}>
      {fix.kind === 'search' ? t('Find Records That Contain {0}', fix.text) : t('Use {0}', fix.text)}
    </button>
  );
}
