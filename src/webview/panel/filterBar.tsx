/** The top of the page: the query box, what can be done, and what the filter in force has found. */
import { useSignal, useSignalEffect } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { ViewState } from '../../protocol/preview.ts';
import type { Condition } from '../../protocol/queryText.ts';
import { noMenu } from '../dom.ts';
import { asSentence, t } from '../l10n.ts';
import type { Link } from '../link.ts';
import { spoken, type Filter } from '../model/filter.ts';
import type { Preview } from '../model/preview.ts';
import { resultKind, resultWords } from '../model/words.ts';
import { useMedia } from '../parts/media.ts';
import { IconButton } from '../parts/button.tsx';
import { VisibleText } from '../detail/text.tsx';
import { visible } from '../visible.ts';
import type { QueryEditor } from './editor.ts';
import { Progress } from './progress.tsx';
import { QueryBox } from './queryBox.tsx';
import { SavedFilters } from './savedFilters.tsx';

export interface FilterBarProps {
  readonly link: Link;
  readonly preview: Preview;
  readonly filter: Filter;
  readonly nonce: string;
  readonly leave: () => void;
  /** Whether the line under the box has its room also while it says nothing, so that what is clicked to filter stays where it is. */
  readonly keepsLine: boolean;
  /** Called with what puts the caret into the box. */
  readonly ready: (focus: () => void) => void;
  /** What can be done with the result, beside what is said of it. */
  readonly result?: ComponentChildren;
  /** A button that runs the query somewhere else. */
  readonly elsewhere?: ComponentChildren;
  /** Buttons beside the box. */
  readonly children: ComponentChildren;
}

export function FilterBar(props: FilterBarProps) {
  const { filter } = props;
  const running = filter.running.value;
  const box = useRef<QueryEditor | null>(null);
  return (
    <div class="filter-bar">
      <form
        class="filter-line"
        role="search"
        aria-label={t('Filter')}
        onSubmit={(event) => event.preventDefault()}
      >
        <QueryBox
          {...props}
          ready={(made) => {
            box.current = made;
            props.ready(() => made.focus());
          }}
        />
        <div class="filter-buttons">
          {running ? (
            <IconButton icon="debug-stop" label={t('Cancel')} class="danger" run={() => filter.cancel()} />
          ) : (
            <IconButton
              icon="play"
              label={t('Run (Enter)')}
              class="go"
              run={() => void filter.run(filter.text.peek())}
            />
          )}
          {props.elsewhere}
          <SavedFilters filter={filter} />
        </div>
        <span class="divider" aria-hidden="true" />
        {props.children}
      </form>
      <ResultLine
        {...props}
        editCondition={(condition) => selectIn(box.current, filter, condition)}
        focusBox={() => box.current?.focus()}
      />
    </div>
  );
}

/** Selects a condition of the query in force in the box; what else was typed there gives way, and undo brings it back. */
function selectIn(box: QueryEditor | null, filter: Filter, { from, to }: Condition): void {
  const query = filter.applied.peek();
  const held = filter.text.peek();
  const text = held.trim() === query ? held : query;
  const start = text.indexOf(query);
  box?.select(text, start + from, start + to);
}

interface ResultLineProps extends FilterBarProps {
  readonly editCondition: (condition: Condition) => void;
  readonly focusBox: () => void;
}

/** So many conditions show before the others are asked for. */
const foldedChips = 6;
/** In so narrow a page each would take a line of its own from the rows: they are in the box above as well. */
const foldsAll = '(max-width: 360px)';

function ResultLine({ filter, preview, result, keepsLine, editCondition, focusBox }: ResultLineProps) {
  const removal = useChipFocus(filter, focusBox);
  const state = preview.result.value;
  const running = filter.running.value;
  const on = filter.applied.value !== '';
  const unfolded = useSignal(false);
  const conditions = filter.conditions.value;
  const isNarrow = useMedia(foldsAll).value;
  const folded = isNarrow && conditions.length > 1 ? 0 : foldedChips;
  const shown = unfolded.value ? conditions : conditions.slice(0, folded);
  const room = keepsLine ? <div class="result-line" /> : null;
  const kind = state ? resultKind(state.outcome) : { word: t('Query'), icon: 'table' };
  if (filter.error.value) {
    // The query box has said what is wrong with the text.
    const isTold = spoken(filter).some(({ said }) => asSentence(said) === filter.error.value);
    if (isTold && state?.phase !== 'failed' && !on) return room;
    return (
      <div class="result-line">
        {!isTold && (
          <span class="fault" role="alert">
            <span class="codicon codicon-error" aria-hidden="true" /> {filter.error.value}
          </span>
        )}
        {state?.phase === 'failed' && (
          <button type="button" class="text-button" onClick={() => void filter.retry()}>
            {t('Try Again')}
          </button>
        )}
        {on && state && state.phase !== 'failed' && <RowsBefore query={filter.applied.value} state={state} />}
        {on && <ClearButton filter={filter} />}
      </div>
    );
  }
  if (!on && !running) return room;
  return (
    <div class="result-line" tabIndex={-1} ref={removal.line}>
      {on && (
        <span class="badge">
          <span class={`codicon codicon-${kind.icon}`} aria-hidden="true" />{' '}
          {preview.inContext.value ? t('Filter paused') : kind.word}
        </span>
      )}
      <Progress state={state} running={running} />
      {state?.phase === 'cancelled' && (
        <span class="facts warn">
          {state.matched > 0 ? t('Cancelled. Rows so far are shown.') : t('Cancelled.')}
        </span>
      )}
      {running && (
        <button type="button" class="text-button" onClick={() => filter.cancel()}>
          {t('Cancel')}
        </button>
      )}
      {preview.inContext.value && (
        <button type="button" class="text-button" onClick={() => filter.leaveContext()}>
          {t('Back to the Matches')}
        </button>
      )}
      <span class="chips" role="list" aria-label={t('Conditions')} {...noMenu}>
        {shown.map((condition, index) => (
          <span class="chip" role="listitem" key={`${condition.from} ${condition.text}`}>
            <button
              type="button"
              class="chip-text"
              title={t('Edit {0}', visible(condition.text))}
              aria-label={t('Edit {0}', condition.text)}
              onClick={() => editCondition(condition)}
            >
              <VisibleText text={condition.text} />
            </button>
            <IconButton
              icon="close"
              label={t('Remove {0}', condition.text)}
              run={() => {
                removal.begin(index);
                void filter.edit({ kind: 'remove', from: condition.from, to: condition.to });
              }}
            />
          </span>
        ))}
        {conditions.length > folded && (
          <button
            type="button"
            class="text-button"
            aria-expanded={unfolded.value}
            onClick={() => (unfolded.value = !unfolded.value)}
          >
            {unfolded.value
              ? t('Show Fewer')
              : folded === 0
                ? t('{0} Conditions', conditions.length)
                : t('+{0} More', conditions.length - folded)}
          </button>
        )}
      </span>
      {on && result}
      {on && <ClearButton filter={filter} />}
    </div>
  );
}

/**
 * Takes the focus of a chip's button from chip to chip: while the others are asked for, their line has it, and where none is left,
 * the box.
 */
function useChipFocus(filter: Filter, focusBox: () => void) {
  const line = useRef<HTMLDivElement>(null);
  const begun = useRef<{ readonly before: readonly Condition[]; readonly index: number } | undefined>(
    undefined,
  );
  const next = useRef(-1);
  useSignalEffect(() => {
    const conditions = filter.conditions.value;
    const { current } = begun;
    if (!current || conditions === current.before) return;
    // First there are none, until those of the query are known.
    if (current.before.length > 0 && filter.applied.peek() !== '') {
      begun.current = { ...current, before: conditions };
      if (conditions.length === 0) return;
    }
    begun.current = undefined;
    if (document.activeElement !== line.current) return;
    if (conditions.length === 0) focusBox();
    else next.current = Math.min(current.index, conditions.length - 1);
  });
  useLayoutEffect(() => {
    if (next.current < 0) return;
    const chips = line.current?.querySelectorAll<HTMLElement>('.chip .icon-button') ?? [];
    [...chips].at(Math.min(next.current, chips.length - 1))?.focus();
    next.current = -1;
  });
  return {
    line,
    begin: (index: number) => {
      begun.current = { before: filter.conditions.peek(), index };
      line.current?.focus();
    },
  };
}

/** Of which query the rows are, when the one in the box has an error. A long query is cut off, not its figures. */
function RowsBefore({ query, state }: { readonly query: string; readonly state: ViewState }) {
  const words =
    state.phase === 'cancelled' ? t('{0}, cancelled before its end', resultWords(state)) : resultWords(state);
  return (
    <span class="facts rows-before" title={visible(query)}>
      {t('Rows of the last query ({0}):', words)}{' '}
      <code>
        <VisibleText text={query} />
      </code>
    </span>
  );
}

function ClearButton({ filter }: { readonly filter: Filter }) {
  return (
    <button type="button" class="text-button" onClick={() => void filter.clear()}>
      <span class="codicon codicon-clear-all" aria-hidden="true" /> {t('Clear All')}
    </button>
  );
}
