import { commands, l10n, window, type Disposable, type ExtensionContext, type Uri } from 'vscode';
import type { CellAction, CellContext, ColumnAction, PageCommand } from '../protocol/pageCommands.ts';
import type { CellTest } from '../protocol/queryText.ts';
import type { AlwaysOpenOffer } from './alwaysOpenOffer.ts';
import { compareSelected, compareWith, type CompareServices } from './compare.ts';
import { activeFile, openAsText, openPreview } from './editors.ts';
import type { Exporter } from './exporter.ts';
import { dataFileFilters, openAsOneTable, openMatching } from './openFiles.ts';
import type { PreviewEditor } from './previewEditor.ts';
import { newStage } from './newStage.ts';
import { openUrl } from './openUrl.ts';
import type { ShowQueryArguments } from './queryLink.ts';
import { showQuery } from './showQuery.ts';
import { inferSchema, type SchemaChecks, type ValidateArguments } from './schemaCommands.ts';
import { openSample } from './sample.ts';

/** Commands that the page carries out, by the word that follows `rowriver.` in package.json. */
const ofPage: readonly Exclude<PageCommand['name'], 'cell' | 'column' | 'showQuery'>[] = [
  'focusFilter',
  'clearFilter',
  'cancel',
  'export',
  'sendRows',
  'runOnSpark',
  'goTo',
  'find',
  'findNext',
  'findPrevious',
  'findColumn',
  'showProblems',
  'showDetail',
  'showInContext',
  'copyQueryAs',
  'askAboutFile',
];

const tests: readonly CellTest[] = ['equals', 'differs', 'above', 'below', 'contains', 'is-null', 'not-null'];

const cellActions: readonly CellAction[] = [
  'copy',
  'copyJson',
  'copyMarkdown',
  'showInContext',
  'openRecord',
  'compareRecord',
  'showDetail',
];

const columnActions: readonly ColumnAction[] = [
  'pin',
  'unpin',
  'hide',
  'showAll',
  'fit',
  'wider',
  'narrower',
  'moveLeft',
  'moveRight',
  'copyName',
  'copyColumn',
  'sortAscending',
  'sortDescending',
  'unsort',
  'select',
  'statistics',
];

/** What `rowriver.exportTo` takes, for tasks and key bindings that know where to. */
export interface ExportToArguments {
  readonly source: Uri;
  readonly query: string;
  readonly target: Uri;
}

export interface CommandServices extends CompareServices {
  readonly exporter: Exporter;
  readonly schemas: SchemaChecks;
  readonly alwaysOpen: AlwaysOpenOffer;
}

/** Registers every command of package.json. */
export function registerCommands(
  context: ExtensionContext,
  editor: PreviewEditor,
  services: CommandServices,
): Disposable[] {
  const { engine, exporter, schemas, addresses, alwaysOpen } = services;
  const register = (name: string, run: (...args: never[]) => unknown) =>
    commands.registerCommand(`rowriver.${name}`, run);
  const toPage = (command: PageCommand) => {
    const preview = editor.active;
    if (preview) preview.command(command);
    else void window.showInformationMessage(l10n.t('Open a file in a Rowriver preview first.'));
  };

  return [
    register('openPreview', async (uri?: Uri, selected?: readonly Uri[]) => {
      const files =
        selected && selected.length > 1 ? selected : [uri ?? activeFile() ?? (await askForFile())];
      for (const file of files) if (file) await openPreview(file);
      const first = files.at(0);
      if (first) void alwaysOpen.offer(first);
    }),
    register('openAsOneTable', (uri?: Uri, selected?: readonly Uri[]) => openAsOneTable(uri, selected)),
    register('openMatching', (pattern?: string) => openMatching(pattern)),
    register('compareWith', (uri?: Uri) => compareWith(services, uri ?? activeFile())),
    register('compareSelected', (_: Uri, selected: readonly Uri[] = []) =>
      compareSelected(services, selected),
    ),
    register('openUrl', (address?: string) => openUrl(addresses, address)),
    register('openAsText', async (uri?: Uri) => {
      const file = uri ?? editor.active?.uri;
      if (file) await openAsText(file);
    }),
    register('exportRejects', async () => {
      if (editor.active) await exporter.exportRejects(editor.active);
    }),
    register('inferSchema', async () => {
      if (editor.active) await inferSchema(engine, editor.active);
    }),
    register('validate', async (given?: Partial<ValidateArguments>) => {
      if (editor.active) await schemas.validate(editor.active, given);
    }),
    register('readAs', async () => {
      if (editor.active) await editor.active.readAs();
    }),
    register('exportTo', ({ source, query, target }: ExportToArguments) =>
      exporter.exportTo(source, query, target),
    ),
    register('newStage', (name?: string) => newStage(name)),
    register('showQuery', (shown: ShowQueryArguments) => showQuery(editor, shown)),
    register('openSample', () => openSample(context)),
    register('clearCache', async () => {
      const { bytes } = await engine.call('clearCache', null);
      void window.showInformationMessage(l10n.t('Removed {0} MB of indexes.', (bytes / 1e6).toFixed(1)));
    }),
    ...ofPage.map((name) => register(name, () => toPage({ name }))),
    ...tests.flatMap((test) => [
      register(`cell.${test}`, (at: unknown) => toPage({ name: 'cell', test, context: place(at) })),
      register(`column.${test}`, (at: unknown) => toPage({ name: 'column', test, context: place(at) })),
    ]),
    ...cellActions.map((action) =>
      register(`cell.${action}`, (at: unknown) => toPage({ name: 'cell', action, context: place(at) })),
    ),
    ...columnActions.map((action) =>
      register(`column.${action}`, (at: unknown) => toPage({ name: 'column', action, context: place(at) })),
    ),
  ];
}

async function askForFile(): Promise<Uri | undefined> {
  const picked = await window.showOpenDialog({
    openLabel: l10n.t('Open Preview'),
    filters: dataFileFilters(),
  });
  return picked?.[0];
}

/** VS Code hands back what the page had put in `data-vscode-context`; -1 stands for nothing of the kind. */
function place(context: unknown): CellContext {
  const number = (name: keyof CellContext) => {
    const value: unknown =
      typeof context === 'object' && context !== null ? Reflect.get(context, name) : undefined;
    return typeof value === 'number' ? value : -1;
  };
  return { column: number('column'), row: number('row') };
}
