/** Outside of VS Code, the preview has the menus and keys that package.json gives it there. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { contextMenu, type Section, type Shown } from '../../../src/webview/browser/menus.ts';
import { commandOf, keyBindings } from '../../../src/webview/browser/keys.ts';

interface Manifest {
  readonly contributes: {
    readonly menus: Readonly<Record<string, readonly { command: string; when: string; group: string }[]>>;
    readonly keybindings: readonly { command: string; key: string; mac?: string }[];
  };
}

const { contributes } = JSON.parse(readFileSync('package.json', 'utf8')) as Manifest;
const words = JSON.parse(readFileSync('package.nls.json', 'utf8')) as Record<string, string>;

/** Whether a `when` clause of the preview's menus holds. */
function holds(when: string, section: Section, shown: Shown): boolean {
  return when.split(' && ').every((part) => {
    const equal = /^webviewSection == '(\w+)'$/.exec(part)?.[1];
    const pattern = /^webviewSection =~ \/(.*)\/$/.exec(part)?.[1];
    if (equal !== undefined) return section === equal;
    if (pattern !== undefined) return new RegExp(pattern).test(section);
    if (part === '!pinned') return !shown.pinned;
    if (part === 'pinned' || part === 'sorted' || part === 'hides') return shown[part];
    // Two files are compared in VS Code alone.
    if (part === 'compared') return false;
    assert.equal(part, "webviewId == 'rowriver.preview'");
    return true;
  });
}

describe('webview/browser menus', () => {
  for (const section of ['cell', 'null', 'record', 'header'] as const) {
    for (const kind of ['pinned', 'sorted', 'hides', undefined] as const) {
      const of = {
        pinned: 'a pinned column',
        sorted: 'a sorted column',
        hides: 'a column beside hidden ones',
      };
      it(`are those of package.json for a ${section}${kind ? ` of ${of[kind]}` : ''}`, () => {
        const column = {
          pinned: kind === 'pinned',
          sorted: kind === 'sorted',
          hides: kind === 'hides',
        };
        const entries = contributes.menus['webview/context'].filter(({ when }) =>
          holds(when, section, column),
        );
        const order = (group: string): string =>
          group.replace(/@(\d+)$/, (_, number: string) => `@${number.padStart(3, '0')}`);
        const wanted = entries
          .toSorted((one, other) => (order(one.group) < order(other.group) ? -1 : 1))
          .map(({ command }) => [command, words[`command.${command.replace('rowriver.', '')}`]]);
        const shown = contextMenu
          .flat()
          .filter(({ on }) => on(section, column))
          .map(({ command, label }) => {
            const made = command({ column: 3, row: 7 });
            assert(made.name === 'cell' || made.name === 'column');
            assert.deepEqual(made.context, { column: 3, row: 7 });
            return [`rowriver.${made.name}.${'test' in made ? made.test : made.action}`, label];
          });
        assert.deepEqual(shown, wanted);
      });
    }
  }

  it('has the keys of package.json', () => {
    const wanted = contributes.keybindings.map(({ command, key, mac }) => ({
      command: command.replace('rowriver.', ''),
      key,
      ...(mac !== undefined && { mac }),
    }));
    assert.deepEqual(keyBindings, wanted);
    const pressed = { key: 'F3', ctrlKey: false, metaKey: false, shiftKey: true, altKey: false };
    assert.equal(commandOf(pressed, false), 'findPrevious');
    assert.equal(commandOf(pressed, true), undefined);
    assert.equal(commandOf({ ...pressed, key: 'S', ctrlKey: true }, false), 'export');
    assert.equal(commandOf({ ...pressed, key: 'S', metaKey: true }, true), 'export');
    assert.equal(commandOf({ ...pressed, key: 'f', shiftKey: false }, false), undefined);
  });
});
