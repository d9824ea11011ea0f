import { l10n, StatusBarAlignment, window, type Disposable } from 'vscode';
import type { Status } from './preview.ts';

/** One short item that speaks for the preview in front, and is gone when there is none. */
export class StatusBar implements Disposable {
  readonly #item = window.createStatusBarItem('rowriver.status', StatusBarAlignment.Right, 100);

  constructor() {
    this.#item.name = 'Rowriver';
    this.#item.command = { command: 'rowriver.focusFilter', title: l10n.t('Focus Filter') };
  }

  show(status: Status | undefined): void {
    if (status === undefined || status.text === '') {
      this.#item.hide();
      return;
    }
    this.#item.text = status.text;
    this.#item.tooltip = status.tooltip;
    this.#item.show();
  }

  dispose(): void {
    this.#item.dispose();
  }
}
