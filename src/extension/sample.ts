import { rm } from 'node:fs/promises';
import { once } from 'node:events';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { l10n, ProgressLocation, Uri, window, workspace, type ExtensionContext } from 'vscode';
import { openPreview } from './editors.ts';
import type { SampleJob } from './sampleWriter.ts';

const sampleBytes = 200e6;

/** Opens the walkthrough's sample, which is generated the first time. */
export async function openSample({ extensionUri, globalStorageUri }: ExtensionContext): Promise<void> {
  const target = Uri.joinPath(globalStorageUri, 'sample', 'requests.jsonl');
  const script = Uri.joinPath(extensionUri, 'dist', 'sample.js').fsPath;
  if ((await exists(target)) || (await generate(script, { file: target.fsPath, bytes: sampleBytes }))) {
    await openPreview(target);
  }
}

async function exists(uri: Uri): Promise<boolean> {
  try {
    await workspace.fs.stat(uri);
    return true;
  } catch {
    return false;
  }
}

/** False when the user cancels. */
async function generate(script: string, job: SampleJob): Promise<boolean> {
  const title = l10n.t('Generating a sample of {0} MB', job.bytes / 1e6);
  const location = ProgressLocation.Notification;
  return window.withProgress({ location, title, cancellable: true }, async (progress, token) => {
    const worker = new Worker(pathToFileURL(script), { workerData: job, execArgv: [] });
    let shown = 0;
    worker.on('message', (written: number) => {
      progress.report({ increment: (100 * (written - shown)) / job.bytes });
      shown = written;
    });
    token.onCancellationRequested(() => void worker.terminate());
    await once(worker, 'exit');
    if (token.isCancellationRequested) await rm(`${job.file}.partial`, { force: true });
    return !token.isCancellationRequested;
  });
}
