import { basename, join } from 'node:path';
import { l10n, Uri, window, workspace, type Disposable, type QuickPickItem, type WebviewPanel } from 'vscode';
import type { EngineHost, EngineSession } from '../host/engineHost.ts';
import { words, wordsOf } from '../host/l10n.ts';
import type { ExportSummary } from '../protocol/engine.ts';
import type { PageCommand } from '../protocol/pageCommands.ts';
import type { FileInfo } from '../protocol/file.ts';
import { pathOf } from './addresses.ts';
import { openPreview } from './editors.ts';
import { proposedTarget } from './exportTarget.ts';
import { attempt } from './exportProgress.ts';
import { Violations } from './violations.ts';

/** The preview that a command is about. */
interface Shown {
  readonly uri: Uri;
  readonly session: EngineSession;
  /** Undefined until the file is open. */
  readonly info: FileInfo | undefined;
  readonly panel?: Pick<WebviewPanel, 'onDidDispose'>;
  command?(command: PageCommand): void;
}

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
  if (done instanceof Error) void window.showErrorMessage(wordsOf(done));
  if (done !== true) return;
  const document = await workspace.openTextDocument({ language: 'json', content: text });
  await window.showTextDocument(document);
}

/** What `rowriver.validate` takes, for tasks and key bindings that know by which schema. */
export interface ValidateArguments {
  readonly schema: Uri;
}

/** Checks the files of previews by JSON Schemas, and keeps in mind by which. */
export class SchemaChecks implements Disposable {
  readonly #engine: EngineHost;
  readonly #violations = new Violations();
  readonly #schemas = new WeakMap<object, string>();

  constructor(engine: EngineHost) {
    this.#engine = engine;
  }

  /** Checks all records: the page and the Problems panel show what is found, as it is found. */
  async validate(shown: Shown, given?: Partial<ValidateArguments>): Promise<void> {
    if (!shown.info) return tellToWait();
    const schema = given?.schema ?? (await askForSchema());
    if (!schema) return;
    this.#schemas.set(shown.session, schema.fsPath);
    shown.command?.({ name: 'showProblems' });
    const summary = await this.#run(shown, schema.fsPath, {});
    if (summary) await tell(summary);
  }

  /** Asks what is to be written of the valid and the invalid records, and writes it in one pass. */
  async exportChecked(shown: Shown): Promise<void> {
    if (!shown.info) return tellToWait();
    const schema = this.#schemas.get(shown.session) ?? (await askForSchema())?.fsPath;
    if (schema === undefined) return;
    const targets = await askForTargets(pathOf(shown.uri));
    if (!targets) return;
    this.#schemas.set(shown.session, schema);
    const summary = await this.#run(shown, schema, targets);
    if (summary) await tell(summary, targets);
  }

  async #run(
    { uri, session, panel }: Shown,
    schema: string,
    targets: ValidationTargets,
  ): Promise<ExportSummary | undefined> {
    const violations = this.#violations;
    violations.begin(uri);
    panel?.onDidDispose(() => violations.clear(uri));
    const params = { session: session.number, schema, ...targets };
    const summary = await attempt(l10n.t('Validating {0}', basename(pathOf(uri))), (signal, onProgress) =>
      this.#engine.call('validate', params, {
        signal,
        onProgress(step) {
          violations.add(uri, step.violations);
          onProgress(step);
        },
      }),
    );
    if (summary instanceof Error) void window.showErrorMessage(wordsOf(summary));
    if (!summary || summary instanceof Error) return undefined;
    violations.begin(uri);
    violations.add(uri, summary.violations);
    return summary;
  }

  dispose(): void {
    this.#violations.dispose();
  }
}

async function askForSchema(): Promise<Uri | undefined> {
  const picked = await window.showOpenDialog({
    title: l10n.t('Validate Against JSON Schema'),
    openLabel: l10n.t('Validate'),
    filters: { [l10n.t('JSON Schema')]: ['json'], [l10n.t('All files')]: ['*'] },
  });
  return picked?.at(0);
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
    title: l10n.t('Export Validated Records: what is to be written'),
    canPickMany: true,
  });
  if (!picked || picked.length === 0) return undefined;
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

async function tell({ checked }: ExportSummary, { report }: ValidationTargets = {}): Promise<void> {
  if (!checked) return;
  const { records, invalid, rules } = checked;
  if (invalid === 0) {
    void window.showInformationMessage(
      l10n.t('{0} records checked. All are valid.', records.toLocaleString()),
    );
    return;
  }
  const [{ path, message }] = rules;
  const told = l10n.t(
    '{0} of {1} records are invalid. Most frequent: {2}',
    invalid.toLocaleString(),
    records.toLocaleString(),
    `${path} ${words(message)}`.trim(),
  );
  const open = l10n.t('Open Violations');
  const choices = report === undefined ? [] : [open];
  if ((await window.showWarningMessage(told, ...choices)) === open && report !== undefined)
    await openPreview(Uri.file(report));
}
