import { ProgressLocation, window, type Disposable } from 'vscode';
import type { ExportProgress } from '../protocol/engine.ts';
import { progressText } from './progressText.ts';

/** Says how far the opening of a preview is, from the first step that it is told of, and offers to stop it. */
export class OpeningNotice implements Disposable {
  readonly #title: string;
  readonly #stop: () => void;
  #show: ((step: ExportProgress) => void) | undefined;
  #end: () => void = () => undefined;

  /** @param stop is called when the user has enough of it */
  constructor(title: string, stop: () => void) {
    this.#title = title;
    this.#stop = stop;
  }

  step(step: ExportProgress): void {
    if (!this.#show) this.#begin();
    this.#show?.(step);
  }

  dispose(): void {
    this.#end();
    this.#show = undefined;
  }

  #begin(): void {
    const options = { location: ProgressLocation.Notification, title: this.#title, cancellable: true };
    const ended = new Promise<void>((resolve) => (this.#end = resolve));
    let latest: ExportProgress | undefined;
    this.#show = (step) => (latest = step);
    void window.withProgress(options, (progress, token) => {
      let shown = 0;
      this.#show = (step) => {
        const percent = step.total ? (100 * step.scanned) / step.total : 0;
        progress.report({
          message: progressText({ ...step, matched: step.records }),
          increment: percent - shown,
        });
        shown = percent;
      };
      if (latest) this.#show(latest);
      token.onCancellationRequested(() => this.#stop());
      return ended;
    });
  }
}
