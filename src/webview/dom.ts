/** Making elements. Text only ever goes in as text. */

export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className = '',
  attributes: Readonly<Record<string, string>> = {},
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  if (className) element.className = className;
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

export function icon(name: string): HTMLElement {
  return make('span', `codicon codicon-${name}`, { 'aria-hidden': 'true' });
}

/** Of buttons and the like: the editor's Cut, Copy and Paste would do nothing there. */
export const noMenu = {
  'data-vscode-context': JSON.stringify({ preventDefaultContextMenuItems: true }),
} as const;
