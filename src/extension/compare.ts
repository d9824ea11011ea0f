import { FileType, l10n, ProgressLocation, Uri, window, workspace, type QuickPickItem } from 'vscode';
import type { EngineHost } from '../host/engineHost.ts';
import { wordsOf } from '../host/l10n.ts';
import type { KeyColumn, OpenFile } from '../protocol/engine.ts';
import type { Addresses } from './addresses.ts';
import { comparisonScheme, nameOf, tabOfComparison } from './comparisons.ts';
import { openPreview } from './editors.ts';
import { dataFileFilters } from './openFiles.ts';
import type { Readings } from './readings.ts';
import { sparkScheme } from './sparkTabs.ts';

export interface CompareServices {
  readonly engine: EngineHost;
  readonly addresses: Addresses;
  readonly readings: Readings;
}

/** Compares a file with another one, which is asked for and is taken to be the newer one. */
export async function compareWith(services: CompareServices, before: Uri | undefined): Promise<void> {
  if (before?.scheme === comparisonScheme) {
    void window.showInformationMessage(l10n.t('Open a file to compare: this tab shows a comparison.'));
    return;
  }
  if (before?.scheme === sparkScheme) {
    void window.showInformationMessage(l10n.t('Export the rows from Spark to a file to compare them.'));
    return;
  }
  const first = before ?? (await askForFile(l10n.t('Select the File to Compare')));
  if (!first) return;
  const after = await askForFile(l10n.t('Compare {0} With', nameOf(first)), first);
  if (after) await compare(services, first, after);
}

/** Compares the two files that are selected in the Explorer, in its order. */
export async function compareSelected(services: CompareServices, selected: readonly Uri[]): Promise<void> {
  const files = await Promise.all(selected.map(async (one) => !(await isFolder(one))));
  if (selected.length !== 2 || files.includes(false)) {
    void window.showInformationMessage(l10n.t('Select two files to compare.'));
    return;
  }
  const order = new Intl.Collator('en', { numeric: true });
  const [before, after] = selected.toSorted((a, b) => order.compare(a.path, b.path));
  await compare(services, before, after);
}

async function compare(services: CompareServices, before: Uri, after: Uri): Promise<void> {
  const names = [nameOf(before), nameOf(after)] as const;
  const files = [await openFileOf(services, before), await openFileOf(services, after)];
  const [first, second] = files;
  if (!first || !second) {
    void window.showErrorMessage(l10n.t('Rowriver can only compare files on a disk and addresses.'));
    return;
  }
  const columns = await keyColumns(services.engine, first, second, names);
  if (columns === undefined) return;
  if (columns.length === 0) {
    void window.showErrorMessage(
      l10n.t('{0} and {1} have no column in common that could tell their records apart.', ...names),
    );
    return;
  }
  const keys = await askForKeys(columns, names);
  if (keys) await openPreview(tabOfComparison({ before, after, keys }));
}

async function keyColumns(
  engine: EngineHost,
  before: OpenFile,
  after: OpenFile,
  names: readonly [string, string],
): Promise<readonly KeyColumn[] | undefined> {
  const options = { location: ProgressLocation.Window, title: l10n.t('Reading {0} and {1}', ...names) };
  try {
    return await window.withProgress(options, () => engine.call('keyColumns', { before, after }));
  } catch (error) {
    void window.showErrorMessage(wordsOf(error));
    return undefined;
  }
}

interface KeyItem extends QuickPickItem {
  readonly key: string;
}

/** The likeliest is chosen already. Undefined where the user thinks better of it. */
async function askForKeys(
  columns: readonly KeyColumn[],
  names: readonly [string, string],
): Promise<readonly string[] | undefined> {
  const items = columns.map(({ name, key, isUnique }, at): KeyItem => ({
    label: name,
    description: isUnique ? l10n.t('unique in the first records') : '',
    picked: at === 0,
    key,
  }));
  const title = l10n.t('Compare {0} with {1}: which columns identify a record?', ...names);
  const picked = await window.showQuickPick(items, {
    title,
    placeHolder: l10n.t('Select one column, or several that identify a record together'),
    canPickMany: true,
    matchOnDescription: true,
  });
  if (picked?.length === 0) return askForKeys(columns, names);
  return picked?.map(({ key }) => key);
}

async function openFileOf({ addresses, readings }: CompareServices, uri: Uri): Promise<OpenFile | undefined> {
  const place = await addresses.placeOf(uri);
  return place && { ...place, options: readings.of(uri) };
}

/** @param beside a file in whose folder the dialog begins */
async function askForFile(title: string, beside?: Uri): Promise<Uri | undefined> {
  const picked = await window.showOpenDialog({
    title,
    openLabel: l10n.t('Compare'),
    filters: dataFileFilters(),
    ...(beside?.scheme === 'file' && { defaultUri: Uri.joinPath(beside, '..') }),
  });
  return picked?.[0];
}

async function isFolder(uri: Uri): Promise<boolean> {
  return ((await workspace.fs.stat(uri)).type & FileType.Directory) !== 0;
}
