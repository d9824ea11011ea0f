import { basename, join } from 'node:path';
import { l10n, Uri, window, workspace, type QuickPickItem } from 'vscode';
import type { EngineHost } from '../host/engineHost.ts';
import type { ExportSummary } from '../protocol/engine.ts';
import { pathOf } from './addresses.ts';
import { openPreview } from './editors.ts';
import { proposedTarget } from './exportTarget.ts';
import { attempt } from './exportProgress.ts';
import type { Violations } from './violations.ts';
import type { Preview } from './preview.ts';

type Shown = Pick<Preview, 'uri' | 'session' | 'info'> & Partial<Pick<Preview, 'panel'>>;
type Output = 'report' | 'invalid' | 'valid';

/** What is written of a validation, and where to. */
export type ValidationTargets = Readonly<Partial<Record<Output, string>>>;

/** Opens a JSON Schema that allows all records of the file in an editor, for whoever wants to change and save it. */
export async function inferSchema(engine: EngineHost, { uri, session, info }: Shown): Promise<void> {
  if (!info) return tellToWait();
  let text = '';
  const title = l10n.t('Inferring a JSON Schema from {0}', basename(pathOf(uri)));
  const done = await attempt(title, async (signal, onProgress) => {
    const params = { session: session.number, query: '' };
    ({ text } = await engine.call('inferSchema', params, { signal, onProgress }));
    return true;
  });
  if (done instanceof Error) void window.showErrorMessage(done.message);
  if (done !== true) return;
  const document = await workspace.openTextDocument({ language: 'json', content: text });
  await window.showTextDocument(document);
}

/** Asks for a schema and for what is to be written, checks all records, and says what came of it. */
export async function validate(
  engine: EngineHost,
  violations: Violations,
  { uri, session, info, panel }: Shown,
): Promise<void> {
  if (!info) return tellToWait();
  const schema = (
    await window.showOpenDialog({
      title: l10n.t('Validate Against JSON Schema'),
      openLabel: l10n.t('Validate'),
      filters: { [l10n.t('JSON Schema')]: ['json'], [l10n.t('All files')]: ['*'] },
    })
  )?.at(0);
  if (!schema) return;
  const targets = await askForTargets(pathOf(uri));
  if (!targets) return;
  const params = { session: session.number, schema: schema.fsPath, ...targets };
  const summary = await attempt(l10n.t('Validating {0}', basename(pathOf(uri))), (signal, onProgress) =>
    engine.call('validate', params, { signal, onProgress }),
  );
  if (summary instanceof Error) void window.showErrorMessage(summary.message);
  if (!summary || summary instanceof Error) return;
  violations.show(uri, summary.violations);
  panel?.onDidDispose(() => violations.clear(uri));
  await tell(summary, targets);
}

function tellToWait(): void {
  void window.showInformationMessage(
    l10n.t('The file is still being opened. Try again once its rows are shown.'),
  );
}

interface OutputItem extends QuickPickItem {
  readonly output: Output;
  readonly path: string;
}

async function askForTargets(source: string): Promise<ValidationTargets | undefined> {
  const item = (output: Output, label: string, path: string): OutputItem => ({
    ...{ output, label, path, description: basename(path), picked: output === 'report' },
  });
  const items = [
    item(
      'report',
      l10n.t('Violations: record, path, rule and message'),
      proposedTarget(source, 'violations', '.jsonl'),
    ),
    item('invalid', l10n.t('Invalid records'), proposedTarget(source, 'invalid')),
    item('valid', l10n.t('Valid records'), proposedTarget(source, 'valid')),
  ];
  const picked = await window.showQuickPick(items, {
    title: l10n.t('Validate Against JSON Schema: what is to be written'),
    canPickMany: true,
  });
  if (!picked) return undefined;
  if (picked.length === 0) return {};
  const folder = (
    await window.showOpenDialog({
      title: l10n.t('Folder for the files'),
      openLabel: l10n.t('Write Here'),
      canSelectFiles: false,
      canSelectFolders: true,
      defaultUri: Uri.joinPath(Uri.file(source), '..'),
    })
  )?.at(0);
  if (!folder) return undefined;
  return Object.fromEntries(picked.map(({ output, path }) => [output, join(folder.fsPath, basename(path))]));
}

async function tell({ checked }: ExportSummary, { report }: ValidationTargets): Promise<void> {
  if (!checked) return;
  const { records, invalid, rules } = checked;
  if (invalid === 0) {
    void window.showInformationMessage(
      l10n.t('{0} records checked. All are valid.', records.toLocaleString()),
    );
    return;
  }
  const [{ path, message }] = rules;
  const words = l10n.t(
    '{0} of {1} records are invalid. Most frequent: {2}',
    invalid.toLocaleString(),
    records.toLocaleString(),
    `${path} ${message}`.trim(),
  );
  const open = l10n.t('Open Violations');
  const choices = report === undefined ? [] : [open];
  if ((await window.showWarningMessage(words, ...choices)) === open && report !== undefined)
    await openPreview(Uri.file(report));
}
