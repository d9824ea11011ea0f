/** The box's editor: CodeMirror with our words, our checks and VS Code's looks. */
import {
  acceptCompletion,
  autocompletion,
  closeCompletion,
  completionKeymap,
  moveCompletionSelection,
  selectedCompletionIndex,
  type Completion,
  type CompletionContext,
  type CompletionResult,
} from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, redo } from '@codemirror/commands';
import { bracketMatching } from '@codemirror/language';
import { linter, type Diagnostic as Mark } from '@codemirror/lint';
import {
  Compartment,
  EditorState,
  Prec,
  StateEffect,
  StateField,
  Transaction,
  type Extension,
} from '@codemirror/state';
import {
  Decoration,
  EditorView,
  keymap,
  MatchDecorator,
  placeholder,
  ViewPlugin,
  WidgetType,
  type DecorationSet,
  type ViewUpdate,
} from '@codemirror/view';
import type { Completion as Word, Completions, Diagnostic, Keywords } from '../../protocol/queryText.ts';
import { icon, make } from '../dom.ts';
import { t, words } from '../l10n.ts';
import { hidden, signAt } from '../visible.ts';
import { onOneLine } from './oneLine.ts';

interface Range {
  readonly from: number;
  readonly to: number;
}

export interface EditorOptions {
  readonly parent: HTMLElement;
  readonly nonce: string;
  readonly text: string;
  readonly check: (query: string) => Promise<readonly Diagnostic[]>;
  /** Where words of a query are names. */
  readonly names: (query: string) => Promise<readonly Range[]>;
  readonly complete: (query: string, position: number, signal: AbortSignal) => Promise<Completions>;
  readonly changed: (text: string) => void;
  readonly checked: (diagnostics: readonly Diagnostic[]) => void;
  readonly run: () => void;
  readonly leave: () => void;
  /** An older (1) or newer (-1) query; undefined where there is none. */
  readonly recall: (step: 1 | -1) => string | undefined;
}

export interface QueryEditor {
  setText(text: string, caret?: number): void;
  focus(): void;
  /** Selects a part of a text, which takes the place of another one, and puts the caret there. */
  select(text: string, from: number, to: number): void;
  /** Shows words of the language as what they are. */
  highlight(keywords: Keywords): void;
  /** Shows an example of a query while the box is empty. */
  suggest(example: string): void;
  /** Checks the text again: what the columns are has changed. */
  check(): void;
  close(): void;
}

const checkDelay = 150;
/**
 * A line end in quotes is part of a value, and must come out of the box as it went in: to the editor it is a character like any
 * other. Halves of pairs are in no text that was read from a file.
 */
const noSeparator = '\ud800\ud800';
const checkAgain = StateEffect.define();

export function createEditor(options: EditorOptions): QueryEditor {
  const hint = new Compartment();
  const colours = new Compartment();
  const view = new EditorView({
    parent: options.parent,
    state: EditorState.create({
      doc: options.text,
      extensions: [
        EditorView.cspNonce.of(options.nonce),
        EditorState.lineSeparator.of(noSeparator),
        oneLine,
        signs,
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({
          'aria-label': t('Filter'),
          spellcheck: 'false',
          autocapitalize: 'off',
        }),
        hint.of(placeholder(t('Filter'))),
        history(),
        bracketMatching(),
        names,
        colours.of(coloured(undefined)),
        autocompletion({
          override: [(context) => complete(options, context)],
          // Enter runs what is written, and takes an offer only once one is chosen by the arrows.
          selectOnOpen: false,
          interactionDelay: 0,
          icons: false,
          addToOptions: [{ render: completionIcon, position: 20 }],
          tooltipClass: () => 'suggest',
          positionInfo: besideList,
        }),
        linter((editor) => check(options, editor), {
          delay: checkDelay,
          needsRefresh: ({ transactions }) =>
            transactions.some(({ effects }) => effects.some((effect) => effect.is(checkAgain))),
        }),
        EditorView.updateListener.of((update) => {
          if (!update.docChanged) return;
          options.changed(update.state.doc.toString());
          void readNames(options, update.view);
        }),
        Prec.high(keymap.of([...completionKeymap, { key: 'Tab', run: acceptOffer }])),
        keymap.of([
          { key: 'Enter', run: (editor) => (closeCompletion(editor), options.run(), true) },
          { key: 'Escape', run: () => (options.leave(), true) },
          { key: 'ArrowUp', run: (editor) => recall(editor, options, 1) },
          { key: 'ArrowDown', run: (editor) => recall(editor, options, -1) },
          ...historyKeymap,
          // As the editor has it, on every system.
          { key: 'Mod-Shift-z', run: redo, preventDefault: true },
          ...defaultKeymap.filter(({ key }) => key !== 'Mod-Enter' && key !== 'Enter'),
        ]),
      ],
    }),
  });

  void readNames(options, view);

  function setText(text: string, caret = text.length): void {
    if (view.state.doc.toString() === text) return;
    view.dispatch({
      changes: { from: 0, to: view.state.doc.length, insert: text },
      selection: { anchor: Math.min(caret, text.length) },
    });
  }

  return {
    setText,
    focus: () => view.focus(),
    select(text, from, to) {
      setText(text);
      view.dispatch({ selection: { anchor: from, head: to }, scrollIntoView: true });
      view.focus();
    },
    highlight(keywords) {
      view.dispatch({ effects: colours.reconfigure(coloured(keywords)) });
    },
    suggest(example) {
      const hinted = example === '' ? t('Filter') : t('Filter, as in {0}', example);
      view.dispatch({ effects: hint.reconfigure(placeholder(hinted)) });
    },
    check: () => view.dispatch({ effects: checkAgain.of(null) }),
    close: () => view.destroy(),
  };
}

/** Takes the offer that is chosen, or else the first one. */
function acceptOffer(view: EditorView): boolean {
  if (acceptCompletion(view)) return true;
  return selectedCompletionIndex(view.state) === null && selectNext(view) && acceptCompletion(view);
}

const selectNext = moveCompletionSelection(true);

const oneLine = EditorState.transactionFilter.of((change) => {
  if (!change.docChanged) return change;
  const written = change.newDoc.toString();
  const text = onOneLine(written);
  if (text === written) return change;
  return [
    {
      changes: { from: 0, to: change.startState.doc.length, insert: text },
      selection: { anchor: text.length },
      annotations: Transaction.userEvent.of('input.paste'),
    },
  ];
});

/** From the first line up, and from the last down, the arrows go through the history. */
function recall(view: EditorView, options: EditorOptions, step: 1 | -1): boolean {
  const { main } = view.state.selection;
  if (!main.empty) return false;
  const moved = view.moveVertically(main, step < 0);
  const atEdge = moved.head === main.head || moved.head === (step > 0 ? 0 : view.state.doc.length);
  if (!atEdge) return false;
  const text = options.recall(step);
  if (text === undefined) return false;
  view.dispatch({
    changes: { from: 0, to: view.state.doc.length, insert: text },
    selection: { anchor: text.length },
  });
  return true;
}

async function check(options: EditorOptions, view: EditorView): Promise<Mark[]> {
  const query = view.state.doc.toString();
  const found = query.trim() === '' ? [] : await options.check(query).catch(() => []);
  if (view.state.doc.toString() !== query) return [];
  options.checked(found);
  return found.map(({ from, to, severity, said }) => {
    const message = words(said);
    const start = Math.min(from, query.length);
    const end = Math.min(Math.max(to, from), query.length);
    // A place without extent is underlined at its neighbour, so that it shows.
    return start === end
      ? { from: Math.max(0, start - 1), to: end, severity, message }
      : { from: start, to: end, severity, message };
  });
}

const namesRead = StateEffect.define<readonly Range[]>();

/** Where words of the text are names, as the grammar reads them. */
const names = StateField.define<readonly Range[]>({
  create: () => [],
  update(known, { docChanged, changes, effects }) {
    const read = effects.find((effect) => effect.is(namesRead));
    if (read) return read.value;
    // Until the text is read, what was a name stays one.
    return docChanged
      ? known.map(({ from, to }) => ({ from: changes.mapPos(from, 1), to: changes.mapPos(to, -1) }))
      : known;
  },
});

async function readNames(options: EditorOptions, view: EditorView): Promise<void> {
  const query = view.state.doc.toString();
  const found = query.trim() === '' ? [] : await options.names(query).catch(() => []);
  // The text may have been changed since, and the box be gone.
  if (view.dom.isConnected && view.state.doc.toString() === query)
    view.dispatch({ effects: namesRead.of(found) });
}

async function complete(
  options: EditorOptions,
  context: CompletionContext,
): Promise<CompletionResult | null> {
  const abort = new AbortController();
  context.addEventListener('abort', () => abort.abort());
  try {
    const { from, to, expected, items } = await options.complete(
      context.state.doc.toString(),
      context.pos,
      abort.signal,
    );
    const typed = context.state.sliceDoc(from, to);
    // What is there already is no offer.
    if (items.length === 1 && items.at(0)?.insert === typed) return null;
    // Unasked, words are offered where one has begun, and where the query cannot end.
    if (items.length === 0 || (!context.explicit && from === context.pos && !expected)) return null;
    return { from, to, filter: false, options: items.map(completionOf) };
  } catch {
    return null;
  }
}

function completionOf(word: Word): Completion {
  return {
    label: word.label,
    type: word.kind,
    detail: word.detail,
    apply: word.insert,
    ...(word.info && { info: words(word.info) }),
  };
}

interface Edges {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Beside the list where there is room, else under or over it: never on its entries. */
function besideList(
  _view: EditorView,
  list: Edges,
  _option: Edges,
  info: Edges,
  space: Edges,
): { style: string } {
  const width = info.right - info.left;
  const height = info.bottom - info.top;
  const gap = 2;
  if (space.right - list.right >= width + gap) return { style: `left: 100%; top: 0; margin-left: ${gap}px` };
  if (list.left - space.left >= width + gap) return { style: `right: 100%; top: 0; margin-right: ${gap}px` };
  const under = list.bottom + height + gap <= space.bottom;
  const fits = `left: 0; max-width: ${Math.min(list.right, space.right) - list.left - 2}px`;
  return {
    style: under
      ? `${fits}; top: 100%; margin-top: ${gap}px`
      : `${fits}; bottom: 100%; margin-bottom: ${gap}px`,
  };
}

const completionIcons: Readonly<Record<string, string>> = {
  column: 'symbol-field',
  function: 'symbol-method',
  keyword: 'symbol-keyword',
  value: 'symbol-enum-member',
  file: 'file',
};

function completionIcon(completion: Completion): HTMLElement {
  const element = make('span', 'suggest-icon');
  element.append(icon(completionIcons[completion.type ?? ''] ?? 'symbol-misc'));
  return element;
}

const kinds = ['string', 'quoted-name', 'member', 'pipe', 'keyword', 'number', 'function', 'operator'];
const keyword = kinds.indexOf('keyword');
const marks = kinds.map((kind) => Decoration.mark({ class: `q-${kind}` }));

/** Colours only: what a query means is the engine's to say. */
function coloured(keywords: Keywords | undefined): Extension {
  const patterns = [
    /'(?:[^']|'')*'?/,
    /"(?:[^"]|"")*"?/,
    /\.\s*[\p{L}_][\p{L}\p{N}_]*/u,
    /\|>/,
    keywords === undefined ? /(?!)/ : keywordPattern(keywords),
    /\b\d[\w.]*/,
    /\w+(?=\()/,
    /[=<>!~+*/%|-]+/,
  ];
  const regexp = new RegExp(patterns.map(({ source }) => `(${source})`).join('|'), 'giu');
  return decorated(
    new MatchDecorator({
      regexp,
      decoration(match, { state }, at) {
        const kind = match.findIndex((group, index) => index > 0 && group) - 1;
        const isName = kind === keyword && state.field(names).some(({ from, to }) => from <= at && at < to);
        return isName ? null : (marks.at(kind) ?? null);
      },
    }),
    names,
  );
}

/** A word that a column may be called by is none of the language where it is compared or called. */
function keywordPattern({ reserved, beginnings, literals, others, callable }: Keywords): RegExp {
  // Of no words, none: an empty alternative would match everywhere.
  const oneOf = (words: readonly string[]): string =>
    words.length === 0
      ? '(?!)'
      : `(?:${words.map((word) => word.replaceAll(' ', '\\s+')).join('|')})(?![\\p{L}\\p{N}_$@])`;
  // Longer ones first: LEFT JOIN is not LEFT alone.
  const first = beginnings.toSorted((a, b) => b.length - a.length);
  return new RegExp(
    `(?<![\\p{L}\\p{N}_$@])(?:${oneOf(reserved)}|(?<=(?:^|\\|>)\\s*)${oneOf(first)}(?!\\s*[=<>!])|` +
      `${oneOf(literals)}(?=\\s*['\\d])|${oneOf(others)}(?!\\s*[=<>!])|${oneOf(callable)}(?!\\s*[=<>!]|\\())`,
    'u',
  );
}

/** A character that would not show, as the grid shows it. */
class Sign extends WidgetType {
  readonly #sign: string;
  readonly #code: string;

  constructor(sign: string, code: string) {
    super();
    this.#sign = sign;
    this.#code = code;
  }

  override eq(other: Sign): boolean {
    return other.#code === this.#code;
  }

  override toDOM(): HTMLElement {
    const element = make('span', 'sign');
    element.textContent = this.#sign;
    element.title = this.#code;
    return element;
  }
}

const signs = decorated(
  new MatchDecorator({
    regexp: new RegExp(hidden),
    decoration(match) {
      const sign = signAt(match.input, match.index);
      return sign ? Decoration.replace({ widget: new Sign(sign.text, sign.code) }) : null;
    },
  }),
);

/** @param asked what the decorations go by, besides the text */
function decorated(by: MatchDecorator, asked?: StateField<unknown>): Extension {
  return ViewPlugin.fromClass(
    class {
      decorations: DecorationSet;

      constructor(view: EditorView) {
        this.decorations = by.createDeco(view);
      }

      update(update: ViewUpdate): void {
        const isOther = asked && update.startState.field(asked) !== update.state.field(asked);
        this.decorations = isOther ? by.createDeco(update.view) : by.updateDeco(update, this.decorations);
      }
    },
    { decorations: (plugin) => plugin.decorations },
  );
}
