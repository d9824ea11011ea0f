/** A JSON value as a tree: unfolded by pointer or keys, each line with its type. */
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { CellKind } from '../../protocol/preview.ts';
import type { QueryEdit } from '../../protocol/queryText.ts';
import { bytes, count, t } from '../l10n.ts';
import { membersOf, readJson, textOf, type JsonType, type JsonValue } from './json.ts';
import type { Step } from './path.ts';
import {
  firstOpen,
  foundLines,
  linesTo,
  membersAtOnce,
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
  /** The written path whose line is brought into sight when it changes. */
  readonly reveal?: string | undefined;
  /** What the editor's menu is told of a path. */
  readonly contextOf?: (path: string) => string | undefined;
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
  const host = useRef<HTMLDivElement>(null);
  const takeFocus = useRef(false);
  const scroll = useRef(false);

  // Another record unfolds like the last one, as far as it has the same members.
  useEffect(() => {
    setOpen((last) => new Map([...[...firstOpen(root)].filter(([id]) => !folded.has(id)), ...last]));
  }, [root]);

  const { search = '', reveal, pathOf } = props;
  const lines = useMemo(
    () => (search === '' ? treeLines(root, open) : foundLines(root, search)),
    [root, open, search],
  );
  const current = lines.find((line) => line.id === active) ?? lines.at(0);

  useLayoutEffect(() => {
    if (!takeFocus.current) return;
    takeFocus.current = false;
    host.current?.querySelector<HTMLElement>('[tabindex="0"]')?.focus();
  }, [active, lines]);

  // Follows the grid's column, but takes no focus.
  useEffect(() => {
    if (reveal === undefined) return;
    const ids = linesTo(root, (steps) => nearnessOf(pathOf(steps), reveal));
    const found = ids.at(-1);
    if (found === undefined) return;
    setOpen((last) => new Map([...last, ...openTo(ids, last)]));
    setActive(found);
    scroll.current = true;
  }, [root, reveal]);

  useLayoutEffect(() => {
    if (!scroll.current) return;
    scroll.current = false;
    host.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' });
  }, [active, lines]);

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
    setOpen((last) => new Map(last).set(parent, (last.get(parent) ?? 0) + membersAtOnce));
  }

  function go(line: TreeLine | undefined): void {
    if (!line) return;
    takeFocus.current = true;
    setActive(line.id);
  }

  function onKey(event: KeyboardEvent): void {
    if (!current || event.altKey) return;
    const index = lines.indexOf(current);
    const ctrl = event.ctrlKey || event.metaKey;
    switch (event.key) {
      case 'ArrowDown':
        go(lines.at(index + 1));
        break;
      case 'ArrowUp':
        if (index > 0) go(lines.at(index - 1));
        break;
      case 'ArrowRight':
        if (current.inside && !current.open && !current.more) unfold(current, true);
        else if (current.open) go(lines.at(index + 1));
        break;
      case 'ArrowLeft':
        if (current.open) unfold(current, false);
        else go(lines.findLast((line, at) => at < index && line.depth < current.depth));
        break;
      case 'Home':
        go(lines.at(0));
        break;
      case 'End':
        go(lines.at(-1));
        break;
      case 'Enter':
      case ' ':
        if (current.more) showMore(current);
        else if (current.inside) unfold(current, !current.open);
        break;
      case 'c':
        if (!ctrl || getSelection()?.isCollapsed === false) return;
        copy(textOf(current.value));
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
          choose={() => setActive(line.id)}
          toggle={() => (line.more ? showMore(line) : unfold(line, !line.open))}
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
  readonly active: boolean;
  readonly choose: () => void;
  readonly toggle: () => void;
  readonly tree: TreeProps;
}

function Line({ line, active, choose, toggle, tree }: LineProps) {
  const { copy, addTest, pathOf, isNumber } = tree;
  const sought = (tree.search ?? '').toLowerCase();
  const { depth, key, value, inside, more, path } = line;
  const common = {
    class: 'tree-line',
    role: 'treeitem' as const,
    'aria-level': depth + 1,
    'aria-selected': active,
    tabIndex: active ? 0 : -1,
    style: { '--depth': depth },
    onFocus: choose,
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
      <Value line={line} type={type} sought={sought} />
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

interface ValueProps {
  readonly line: TreeLine;
  /** As what it is shown. */
  readonly type: JsonType;
  /** In lower case; '' for nothing. */
  readonly sought: string;
}

function Value({ line: { value, inside, open }, type, sought }: ValueProps) {
  if (value.type === 'object' || value.type === 'list') {
    if (!inside) return <span class="value summary">{value.type === 'object' ? '{}' : '[]'}</span>;
    return (
      <span class="value summary">
        {summary(value)}
        {!open && <span class="preview"> {preview(value)}</span>}
      </span>
    );
  }
  const text = value.type === 'text' ? textOf(value) : value.source.slice(value.start, value.end);
  const cut = text.length > shownLength;
  return (
    <span class={`value ${type}`}>
      {value.type === 'text' && text === '' ? (
        '""'
      ) : (
        <FoundText text={text.slice(0, shownLength)} sought={sought} keep={'\n'} />
      )}
      {cut && <span class="preview">{` \u2026 ${t('{0} in all', bytes(value.end - value.start))}`}</span>}
      {!value.complete && <span class="preview"> {t('cut here')}</span>}
    </span>
  );
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
