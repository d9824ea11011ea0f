import { l10n, StatusBarAlignment, window, type Disposable } from 'vscode';
import type { Status } from './preview.ts';

/** Two short items that speak for the preview in front, and are gone when there is none: its rows, its encoding. */
export class StatusBar implements Disposable {
  readonly #item = window.createStatusBarItem('rowriver.status', StatusBarAlignment.Right, 101);
  readonly #encoding = window.createStatusBarItem('rowriver.encoding', StatusBarAlignment.Right, 100);

  constructor() {
    this.#item.name = 'Rowriver';
    this.#item.command = { command: 'rowriver.focusFilter', title: l10n.t('Focus Filter') };
    this.#encoding.name = l10n.t('Rowriver: Encoding');
    this.#encoding.tooltip = l10n.t('Change Reading Options');
    this.#encoding.command = { command: 'rowriver.readAs', title: l10n.t('Read File As...') };
  }

  show(status: Status | undefined): void {
    if (status === undefined || status.text === '') {
      this.#item.hide();
      this.#encoding.hide();
      return;
    }
    this.#item.text = status.text;
    this.#item.tooltip = status.tooltip;
    this.#item.show();
    this.#encoding.text = status.encoding;
    this.#encoding.show();
  }

  dispose(): void {
    this.#item.dispose();
    this.#encoding.dispose();
  }
}
