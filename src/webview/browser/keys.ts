/** The keys that VS Code binds to the preview's commands, for a page outside of it. */
import type { PageCommand } from '../../protocol/pageCommands.ts';

type Name = Exclude<PageCommand['name'], 'cell' | 'column' | 'showQuery'>;

export interface KeyBinding {
  readonly command: Name;
  /** As in package.json. */
  readonly key: string;
  readonly mac?: string;
}

export const keyBindings: readonly KeyBinding[] = [
  { command: 'focusFilter', key: 'ctrl+l', mac: 'cmd+l' },
  { command: 'find', key: 'ctrl+f', mac: 'cmd+f' },
  { command: 'findNext', key: 'f3', mac: 'cmd+g' },
  { command: 'findPrevious', key: 'shift+f3', mac: 'cmd+shift+g' },
  { command: 'goTo', key: 'ctrl+g' },
  { command: 'export', key: 'ctrl+shift+s', mac: 'cmd+shift+s' },
  { command: 'findColumn', key: 'ctrl+shift+o', mac: 'cmd+shift+o' },
];

type Pressed = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'shiftKey' | 'altKey'>;

/** The command of a key; undefined where it has none. */
export function commandOf(pressed: Pressed, isMac: boolean): Name | undefined {
  const { ctrlKey, metaKey, shiftKey, altKey } = pressed;
  const parts = [ctrlKey && 'ctrl', metaKey && 'cmd', altKey && 'alt', shiftKey && 'shift'];
  const written = [...parts.filter((part) => part !== false), pressed.key.toLowerCase()].join('+');
  const binding = keyBindings.find(({ key, mac }) => written === (isMac ? (mac ?? key) : key));
  return binding?.command;
}
