/** Shows a menu on cells and headers: on a right click, or the key for it. */
import { h, render } from 'preact';
import type { CellContext, PageCommand } from '../../protocol/pageCommands.ts';
import { Menu, type MenuItem } from '../parts/menu.tsx';
import { element } from './dialogs.ts';
import { contextMenu, type Section, type Shown } from './menus.ts';

/** What the page says of the place that a menu is asked for. */
interface Asked extends CellContext {
  readonly section: Section;
  readonly shown: Shown;
}

/** @param run takes what is chosen */
export function showContextMenus(run: (command: PageCommand) => void): void {
  // After the page's own listener, which writes down what the menu is asked for.
  document.addEventListener('contextmenu', (event) => {
    const asked = askedOf(event.target);
    if (asked === undefined) return;
    event.preventDefault();
    const byKey = event.button !== 2;
    const held = document.activeElement;
    const anchor = byKey && held instanceof HTMLElement ? held : pointAt(event);
    showMenu(asked, anchor, run);
  });
}

function showMenu(asked: Asked, anchor: HTMLElement, run: (command: PageCommand) => void): void {
  const host = element('section');
  host.setAttribute('aria-label', 'Menu');
  document.body.append(host);
  const close = (): void => {
    render(null, host);
    host.remove();
    if (anchor.classList.contains('host-point')) anchor.remove();
  };
  const items = contextMenu.flatMap((group) => {
    const shown = group.filter(({ on }) => on(asked.section, asked.shown));
    return shown.map((entry, index): MenuItem => ({
      label: entry.label,
      apart: index === 0,
      run: () => run(entry.command({ column: asked.column, row: asked.row })),
    }));
  });
  const [first, ...others] = items;
  const shown = [{ ...first, apart: false }, ...others];
  const label = asked.section === 'header' ? 'Column' : 'Cell';
  render(h(Menu, { anchor, label, items: shown, close }), host);
}

/** What the element and those around it say, as VS Code puts it together. */
function askedOf(target: EventTarget | null): Asked | undefined {
  let said: Record<string, unknown> = {};
  for (let at = target instanceof Element ? target : null; at; at = at.parentElement) {
    const written = at.getAttribute('data-vscode-context');
    if (written !== null) said = { ...(JSON.parse(written) as object), ...said };
  }
  const { webviewSection: section, column, row, pinned, sorted, hides } = said;
  if (section !== 'cell' && section !== 'null' && section !== 'record' && section !== 'header')
    return undefined;
  const number = (value: unknown): number => (typeof value === 'number' ? value : -1);
  const shown = { pinned: pinned === true, sorted: sorted === true, hides: hides === true };
  return { section, column: number(column), row: number(row), shown };
}

/** Something to hang the menu on, where the pointer is. */
function pointAt({ clientX, clientY }: MouseEvent): HTMLElement {
  const point = element('div', 'host-point');
  point.style.left = `${clientX}px`;
  point.style.top = `${clientY}px`;
  document.body.append(point);
  return point;
}
