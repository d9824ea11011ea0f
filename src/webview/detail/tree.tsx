/** A JSON value as a tree: unfolded by pointer or keys, each line with its type. */
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { CellKind } from '../../protocol/preview.ts';
import type { QueryEdit } from '../../protocol/queryText.ts';
import { bytes, count, t } from '../l10n.ts';
import { excerptOf } from './excerpt.ts';
import { holdsFocus } from './focus.ts';
import { membersOf, readJson, textOf, type JsonType, type JsonValue } from './json.ts';
import type { Step } from './path.ts';
import {
  firstOpen,
  foundLines,
  linesTo,
  membersAtOnce,
  nearestLine,
  openTo,
  treeLines,
  type Nearness,
  type TreeLine,
} from './rows.ts';
import { visible } from '../visible.ts';
import { FoundText } from './text.tsx';

export interface TreeProps {
  readonly text: string;
  readonly copy: (text: string) => void;
  readonly addTest: (edit: QueryEdit) => void;
  /** How a query writes a path; undefined where it cannot. */
  readonly pathOf: (steps: readonly Step[]) => string | undefined;
  /** Whether a text is compared as a number, as in a delimited file's column of numbers. */
  readonly isNumber: (steps: readonly Step[]) => boolean;
  /** Shows only what holds this text. */
  readonly search?: string;
  /** The written path whose line is brought into sight when it changes; without one it is the top, and no line is marked. */
  readonly reveal?: string | undefined;
  /** What the editor's menu is told of a path. */
  readonly contextOf?: (path: string) => string | undefined;
  /** Escape leads out of it. */
  readonly leave?: () => void;
}

/** Characters of a value that show in the tree. */
const shownLength = 2000;
const previewLength = 120;
const mostCounted = 10_000;

export function JsonTree(props: TreeProps) {
  const { text, copy } = props;
  const root = useMemo(() => readJson(text), [text]);
  const [open, setOpen] = useState(() => firstOpen(root));
  const [folded, setFolded] = useState<ReadonlySet<string>>(new Set());
  const [active, setActive] = useState('$');
  /** The lines whose text shows to its end, however long it is. */
  const [whole, setWhole] = useState<ReadonlySet<string>>(new Set());
  const host = useRef<HTMLDivElement>(null);
  const scroll = useRef(false);
  /** Where the chosen line was last, among all lines. */
  const place = useRef(0);
  /** The grid's column under which a line was chosen here; null where none was. */
  const chosenUnder = useRef<string | null | undefined>(null);
  const [marked, setMarked] = useState(false);

  // Another record unfolds like the last one, as far as it has the same members.
  useEffect(() => {
    setOpen((last) => new Map([...[...firstOpen(root)].filter(([id]) => !folded.has(id)), ...last]));
  }, [root]);

  const { search = '', reveal, pathOf } = props;
  const lines = useMemo(
    () => (search === '' ? treeLines(root, open) : foundLines(root, search)),
    [root, open, search],
  );
  // A record without the chosen line shows another one in its place, and the next record that has it shows it again.
  const current = lines.find((line) => line.id === active) ?? nearestLine(lines, active, place.current);

  const hadFocus = holdsFocus(host.current);
  useLayoutEffect(() => {
    if (current?.id === active) place.current = lines.indexOf(current);
    // The line that had the focus may be gone, or no longer be the one that keys are for.
    const line = host.current?.querySelector<HTMLElement>('.tree-line[tabindex="0"]');
    if (hadFocus && line && !holdsFocus(line)) line.focus();
  });

  // Follows the grid's column, but takes no focus. A line that is chosen here stays so until there is another column.
  useEffect(() => {
    scroll.current = true;
    if (chosenUnder.current === reveal) return;
    chosenUnder.current = null;
    setMarked(reveal !== undefined);
    if (reveal === undefined) {
      setActive('$');
      return;
    }
    const way = linesTo(root, (steps) => nearnessOf(pathOf(steps), reveal));
    const found = way.at(-1);
    if (!found) return;
    setOpen((last) => new Map([...last, ...openTo(way, last)]));
    setActive(found.id);
  }, [root, reveal]);

  useLayoutEffect(() => {
    if (!scroll.current) return;
    scroll.current = false;
    host.current?.querySelector('.tree-line[tabindex="0"]')?.scrollIntoView({ block: 'nearest' });
  }, [active, lines, marked]);

  function unfold(line: TreeLine, shown: boolean): void {
    setFolded((last) => {
      const next = new Set(last);
      if (shown) next.delete(line.id);
      else next.add(line.id);
      return next;
    });
    setOpen((last) => {
      const next = new Map(last);
      if (shown) next.set(line.id, membersAtOnce);
      else next.delete(line.id);
      return next;
    });
  }

  function showMore(line: TreeLine): void {
    const parent = line.id.slice(0, -'/more'.length);
    const next = new Map(open).set(parent, (open.get(parent) ?? 0) + membersAtOnce);
    setOpen(next);
    // Once there are no more, the first of those that come stands in its place.
    const shown = treeLines(root, next);
    if (!shown.some(({ id }) => id === line.id)) choose(shown.at(lines.indexOf(line)));
  }

  function showWhole({ id }: TreeLine): void {
    setWhole((last) => {
      const next = new Set(last);
      if (!next.delete(id)) next.add(id);
      return next;
    });
  }

  function choose(line: TreeLine | undefined): void {
    if (!line) return;
    chosenUnder.current = reveal;
    setMarked(true);
    setActive(line.id);
  }

  function onKey(event: KeyboardEvent): void {
    if (!current || event.altKey) return;
    const index = lines.indexOf(current);
    const ctrl = event.ctrlKey || event.metaKey;
    switch (event.key) {
      case 'ArrowDown':
        choose(lines.at(index + 1));
        break;
      case 'ArrowUp':
        if (index > 0) choose(lines.at(index - 1));
        break;
      case 'ArrowRight':
        if (current.inside && !current.open && !current.more) unfold(current, true);
        else if (current.open) choose(lines.at(index + 1));
        break;
      case 'ArrowLeft':
        if (current.open) unfold(current, false);
        else choose(lines.findLast((line, at) => at < index && line.depth < current.depth));
        break;
      case 'Home':
        choose(lines.at(0));
        break;
      case 'End':
        choose(lines.at(-1));
        break;
      case 'Enter':
      case ' ':
        if (current.more) showMore(current);
        else if (current.inside) unfold(current, !current.open);
        else if (isLong(current.value)) showWhole(current);
        break;
      case 'c':
        if (!ctrl || getSelection()?.isCollapsed === false) return;
        copy(textOf(current.value));
        break;
      case 'Escape':
        if (!props.leave) return;
        props.leave();
        break;
      default:
        return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  if (search !== '' && lines.length === 0) {
    return (
      <p class="calm" role="status">
        {t('No matches')}
      </p>
    );
  }
  return (
    <div class="tree" role="tree" aria-label={t('Record')} ref={host} onKeyDown={onKey}>
      {lines.map((line) => (
        <Line
          key={line.id}
          line={line}
          active={line === current}
          marked={line === current && marked}
          choose={() => choose(line)}
          focused={() => {
            if (line !== current || !marked) choose(line);
          }}
          toggle={() => (line.more ? showMore(line) : unfold(line, !line.open))}
          whole={whole.has(line.id)}
          showWhole={() => showWhole(line)}
          tree={props}
        />
      ))}
    </div>
  );
}

function nearnessOf(path: string | undefined, sought: string): Nearness {
  if (path === undefined) return 'elsewhere';
  if (path === sought) return 'here';
  return sought.startsWith(`${path}.`) || sought.startsWith(`${path}[`) ? 'inside' : 'elsewhere';
}

interface LineProps {
  readonly line: TreeLine;
  /** Whether it is the one that keys are for; `marked`: and shows as that. */
  readonly active: boolean;
  readonly marked: boolean;
  readonly choose: () => void;
  /** The focus is on it, or on one of its buttons. */
  readonly focused: () => void;
  readonly toggle: () => void;
  /** Whether its text shows to its end. */
  readonly whole: boolean;
  readonly showWhole: () => void;
  readonly tree: TreeProps;
}

function Line(props: LineProps) {
  const { line, active, marked, choose, focused, toggle, whole, showWhole, tree } = props;
  const { copy, addTest, pathOf, isNumber } = tree;
  const sought = (tree.search ?? '').toLowerCase();
  const { depth, key, value, inside, more, path } = line;
  const common = {
    class: 'tree-line',
    role: 'treeitem' as const,
    'aria-level': depth + 1,
    'aria-selected': marked,
    tabIndex: active ? 0 : -1,
    style: { '--depth': depth },
    onFocusIn: focused,
  };
  if (more) {
    return (
      <div {...common} onClick={toggle}>
        <span class="twisty" />
        <span class="more">{t('Show {0} more', membersAtOnce)}</span>
      </div>
    );
  }
  const written = path && path.length > 0 ? (pathOf(path) ?? '') : '';
  const numeric = value.type === 'text' && path !== undefined && isNumber(path) && textOf(value) !== '';
  const type = numeric ? 'number' : value.type;
  const test = path && written ? testOf(value, numeric) : undefined;
  const context = written ? tree.contextOf?.(written) : undefined;
  return (
    <div
      {...common}
      data-vscode-context={context}
      {...(inside ? { 'aria-expanded': line.open } : {})}
      onClick={choose}
    >
      <span
        class={inside ? `twisty codicon codicon-chevron-${line.open ? 'down' : 'right'}` : 'twisty'}
        aria-hidden="true"
        onClick={inside ? toggle : undefined}
      />
      <span class={`type codicon codicon-${typeIcons[type]}`} title={typeNames()[type]} aria-hidden="true" />
      {key !== undefined && (
        <span
          class={typeof key === 'number' ? 'key place' : 'key'}
          title={typeof key === 'number' ? undefined : visible(key)}
          onDblClick={inside ? toggle : undefined}
        >
          {typeof key === 'number' ? key + 1 : <FoundText text={key} sought={sought} />}
        </span>
      )}
      <Value line={line} type={type} sought={sought} whole={whole} showWhole={showWhole} />
      <span class="line-actions">
        <Action icon="copy" label={t('Copy Value')} tab={active} run={() => copy(textOf(value))} />
        {written && <Action icon="link" label={t('Copy Path')} tab={active} run={() => copy(written)} />}
        {test && (
          <Action
            icon="filter"
            label={t('Add to Filter')}
            tab={active}
            run={() => addTest({ kind: 'add', path: written, ...test })}
          />
        )}
      </span>
    </div>
  );
}

function Action(props: {
  readonly icon: string;
  readonly label: string;
  readonly tab: boolean;
  readonly run: () => void;
}) {
  return (
    <button
      type="button"
      class={`icon-button codicon codicon-${props.icon}`}
      title={props.label}
      aria-label={props.label}
      tabIndex={props.tab ? 0 : -1}
      onClick={(event) => {
        event.stopPropagation();
        props.run();
      }}
      onKeyDown={(event) => {
        if (event.key === 'Enter' || event.key === ' ') event.stopPropagation();
      }}
    />
  );
}

interface ValueProps extends Pick<LineProps, 'line' | 'whole' | 'showWhole'> {
  /** As what it is shown. */
  readonly type: JsonType;
  /** In lower case; '' for nothing. */
  readonly sought: string;
}

function Value({ line: { value, inside, open }, type, sought, whole, showWhole }: ValueProps) {
  if (value.type === 'object' || value.type === 'list') {
    if (!inside) return <span class="value summary">{value.type === 'object' ? '{}' : '[]'}</span>;
    return (
      <span class="value summary">
        {summary(value)}
        {!open && <span class="preview"> {preview(value)}</span>}
      </span>
    );
  }
  const text = textOf(value);
  const shown = excerptOf(text, sought, whole ? Infinity : shownLength);
  return (
    <span class={`value ${type}`}>
      {value.type === 'text' && text === '' ? (
        '""'
      ) : (
        <>
          {shown.before && <span class="preview">{'\u2026 '}</span>}
          <FoundText text={shown.text} sought={sought} keep={'\n'} />
          {shown.after && <span class="preview">{' \u2026'}</span>}
        </>
      )}
      {text.length > shownLength && (
        <span class="more" onClick={showWhole}>
          {' '}
          {whole ? t('Show Less') : t('Show All {0}', bytes(value.end - value.start))}
        </span>
      )}
      {!value.complete && <span class="preview"> {t('cut here')}</span>}
    </span>
  );
}

function isLong(value: JsonValue): boolean {
  return value.end - value.start > shownLength && textOf(value).length > shownLength;
}

function summary(value: JsonValue): string {
  const { items, next } = membersOf(value, mostCounted);
  const many = next ? `${count(mostCounted)}+` : count(items.length);
  if (value.type === 'list') return items.length === 1 ? t('list of 1') : t('list of {0}', many);
  return items.length === 1 ? t('1 member') : t('{0} members', many);
}

function preview(value: JsonValue): string {
  const written = value.source.slice(value.start, Math.min(value.end, value.start + previewLength));
  return written.replace(/\s+/g, ' ') + (value.end - value.start > previewLength ? '\u2026' : '');
}

function testOf(
  value: JsonValue,
  isNumber: boolean,
): Omit<Extract<QueryEdit, { kind: 'add' }>, 'kind' | 'path'> | undefined {
  const text = textOf(value);
  switch (value.type) {
    case 'null':
      return { test: 'is-null' };
    case 'text':
      return { test: 'equals', value: { text, kind: isNumber ? CellKind.Number : CellKind.Text } };
    case 'number':
      return { test: 'equals', value: { text, kind: CellKind.Number } };
    case 'boolean':
      return { test: 'equals', value: { text, kind: CellKind.Boolean } };
    default:
      return undefined;
  }
}

const typeIcons: Readonly<Record<JsonType, string>> = {
  object: 'json',
  list: 'symbol-array',
  text: 'symbol-string',
  number: 'symbol-numeric',
  boolean: 'symbol-boolean',
  null: 'circle-slash',
  invalid: 'warning',
};

function typeNames(): Readonly<Record<JsonType, string>> {
  return {
    object: t('object'),
    list: t('list'),
    text: t('text'),
    number: t('number'),
    boolean: t('boolean'),
    null: t('null'),
    invalid: t('not JSON'),
  };
}
