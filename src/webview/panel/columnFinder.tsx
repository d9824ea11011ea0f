/** Finding a column by name: go to it, hide or show it, pin it. */
import { useState } from 'preact/hooks';
import type { ColumnInfo } from '../../protocol/file.ts';
import { laneOf, withHidden, withPinned } from '../grid/columns.ts';
import { typeIcon, typeName } from '../grid/header.ts';
import { count, t } from '../l10n.ts';
import type { PageModel } from '../model/page.ts';
import { IconButton } from '../parts/button.tsx';
import { PopoverForm } from '../parts/popoverForm.tsx';
import { VisibleText } from '../detail/text.tsx';

interface ColumnFinderProps {
  readonly page: PageModel;
  readonly anchor: HTMLElement;
  readonly close: () => void;
}

const mostShown = 200;

/** Those that hold a text in their name: first the one that is called so, then those that begin with it. */
function columnsNamed(columns: readonly ColumnInfo[], sought: string): ColumnInfo[] {
  const rank = (name: string): number => (name === sought ? 0 : name.startsWith(sought) ? 1 : 2);
  return columns
    .map((column) => ({ column, name: column.name.toLowerCase() }))
    .filter(({ name }) => name.includes(sought))
    .sort((a, b) => rank(a.name) - rank(b.name))
    .map(({ column }) => column);
}

export function ColumnFinder({ page, anchor, close }: ColumnFinderProps) {
  const [text, setText] = useState('');
  const { preview } = page;
  const { grid } = preview;
  const prefs = preview.prefs.value;
  const columns = preview.columns.value;
  const sought = text.trim().toLowerCase();
  const found = sought === '' ? columns : columnsNamed(columns, sought);
  const hidden = new Set(prefs.hidden);
  const pinned = new Set(prefs.pinned);

  function goTo(id: number, path: string): void {
    if (hidden.has(path)) grid.setPrefs(withHidden(grid.prefs, path, false));
    grid.goToLane(laneOf(grid.layout, id));
    close();
    grid.focus();
  }

  return (
    <PopoverForm
      anchor={anchor}
      label={t('Columns')}
      close={close}
      place={anchor === grid.element ? 'inside' : 'under'}
      fields={
        <>
          <input
            type="text"
            class="input"
            aria-label={t('Find a column')}
            placeholder={t('Find a column')}
            value={text}
            onInput={(event) => setText(event.currentTarget.value)}
          />
          {hidden.size > 0 && (
            <button type="button" class="button" onClick={() => grid.setPrefs({ ...grid.prefs, hidden: [] })}>
              {t('Show All')}
            </button>
          )}
        </>
      }
      submit={() => {
        const first = found.at(0);
        if (first) goTo(first.id, first.path);
      }}
      facts={
        (found.length === columns.length
          ? t('{0} columns', count(columns.length))
          : t('{0} of {1} columns', count(found.length), count(columns.length))) +
        (hidden.size > 0 ? ` \u00b7 ${t('{0} hidden', hidden.size)}` : '')
      }
    >
      <ul class="choices">
        {found.slice(0, mostShown).map(({ id, path, name, type }) => (
          <li key={id} class={hidden.has(path) ? 'dimmed' : ''}>
            <button type="button" class="choice" onClick={() => goTo(id, path)} title={path}>
              <span class={`codicon codicon-${typeIcon(type)}`} title={typeName(type)} aria-hidden="true" />
              <span class="choice-name">
                <VisibleText text={name} />
              </span>
            </button>
            <IconButton
              icon={pinned.has(path) ? 'pinned' : 'pin'}
              label={t('Pin {0}', name)}
              pressed={pinned.has(path)}
              run={() => grid.setPrefs(withPinned(grid.prefs, path, !pinned.has(path)))}
            />
            <IconButton
              icon={hidden.has(path) ? 'eye-closed' : 'eye'}
              label={t('Hide {0}', name)}
              pressed={hidden.has(path)}
              run={() => grid.setPrefs(withHidden(grid.prefs, path, !hidden.has(path)))}
            />
          </li>
        ))}
      </ul>
      {found.length > mostShown && (
        <p class="facts">{t('{0} more: type to narrow down', count(found.length - mostShown))}</p>
      )}
    </PopoverForm>
  );
}
