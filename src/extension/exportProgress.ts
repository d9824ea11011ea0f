import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { l10n, ProgressLocation, window, type Uri } from 'vscode';
import type { ExportProgress, ExportSummary } from '../protocol/engine.ts';
import { failedWords, mayGoBetter } from './exportWords.ts';
import { progressText } from './progressText.ts';

export type Work = (
  signal: AbortSignal,
  onProgress: (step: ExportProgress) => void,
) => Promise<ExportSummary>;

/** An export that has stopped on its way, and what can be done with what it has written. */
export interface Interrupted {
  readonly resume: Work;
  readonly discard: () => Promise<unknown>;
}

/**
 * Does the work until it is done, or the user has enough of it: undefined then.
 * @param interruptedAt whether a failed one can be gone on with
 */
export async function withProgress(
  target: Uri,
  work: Work,
  interruptedAt: (target: string) => Promise<Interrupted | undefined> = () => Promise.resolve(undefined),
): Promise<ExportSummary | undefined> {
  const exists = await stat(target.fsPath).then(
    () => true,
    () => false,
  );
  const [again, resume, discard] = [l10n.t('Try Again'), l10n.t('Resume'), l10n.t('Discard')];
  for (let next = work; ;) {
    const outcome = await attempt(l10n.t('Exporting to {0}', basename(target.path)), next);
    if (!(outcome instanceof Error)) return outcome;
    const failed = failedWords(target, exists, outcome);
    const interrupted = await interruptedAt(target.fsPath);
    const choices = interrupted ? [resume, discard] : [again];
    const offered = mayGoBetter(outcome) ? choices : choices.slice(1);
    const picked = await window.showErrorMessage(failed, ...offered);
    if (picked === discard) await interrupted?.discard();
    if (picked !== again && picked !== resume) return undefined;
    next = interrupted ? interrupted.resume : work;
  }
}

/**
 * Shows a notification with progress and Cancel while the work runs. Answers what it failed with; undefined
 * where it was cancelled.
 */
export async function attempt<T>(
  title: string,
  work: (...args: Parameters<Work>) => Promise<T>,
): Promise<T | Error | undefined> {
  const location = ProgressLocation.Notification;
  return window.withProgress({ location, title, cancellable: true }, async (progress, token) => {
    const controller = new AbortController();
    token.onCancellationRequested(() => controller.abort());
    let shown = 0;
    try {
      return await work(controller.signal, (step) => {
        const percent = step.total ? (100 * step.scanned) / step.total : 0;
        progress.report({ message: progressText(step), increment: percent - shown });
        shown = percent;
      });
    } catch (error) {
      if (controller.signal.aborted) return undefined;
      return error instanceof Error ? error : new Error(String(error));
    }
  });
}
