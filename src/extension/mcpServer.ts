import {
  EventEmitter,
  l10n,
  lm,
  McpStdioServerDefinition,
  Uri,
  workspace,
  type Disposable,
  type ExtensionContext,
  type McpServerDefinitionProvider,
} from 'vscode';

/** As in package.json. */
const providerId = 'rowriver.mcp';
const setting = 'mcpServer.enabled';

/** Offers `rowriver mcp` to agents that VS Code runs but that do not see its language-model tools. */
export function registerMcpServer({
  extension,
  extensionUri,
}: ExtensionContext): Pick<Disposable, 'dispose'>[] {
  const cli = Uri.joinPath(extensionUri, 'dist', 'cli.js').fsPath;
  const { version } = extension.packageJSON as { readonly version: string };
  const servers = new McpServers(cli, version, workspace);
  return [servers, lm.registerMcpServerDefinitionProvider(providerId, servers)];
}

/** What tells that another server is to be offered. */
type Changes = Pick<
  typeof workspace,
  'onDidChangeConfiguration' | 'onDidChangeWorkspaceFolders' | 'onDidGrantWorkspaceTrust'
>;

/** One server, over the folders of the workspace, where the person has switched it on. */
export class McpServers implements McpServerDefinitionProvider<McpStdioServerDefinition> {
  readonly onDidChangeMcpServerDefinitions;
  readonly #cli: string;
  readonly #version: string;
  readonly #owned: readonly Pick<Disposable, 'dispose'>[];

  constructor(cli: string, version: string, changes: Changes) {
    this.#cli = cli;
    this.#version = version;
    const changed = new EventEmitter<void>();
    this.onDidChangeMcpServerDefinitions = changed.event;
    this.#owned = [
      changes.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration(`rowriver.${setting}`)) changed.fire();
      }),
      changes.onDidChangeWorkspaceFolders(() => changed.fire()),
      changes.onDidGrantWorkspaceTrust(() => changed.fire()),
      changed,
    ];
  }

  dispose(): void {
    for (const owned of this.#owned) owned.dispose();
  }

  provideMcpServerDefinitions(): McpStdioServerDefinition[] {
    const enabled = workspace.getConfiguration('rowriver').get<boolean>(setting, false);
    const folders = (workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === 'file');
    // Without a root the server would read the folder that it is started in.
    if (!enabled || !workspace.isTrusted || folders.length === 0) return [];
    const args = [this.#cli, 'mcp', ...folders.flatMap(({ uri }) => ['--root', uri.fsPath])];
    // VS Code's own Node: its process is Electron's in the desktop.
    const env = { ELECTRON_RUN_AS_NODE: '1' };
    const label = l10n.t('Rowriver: Data Files');
    return [new McpStdioServerDefinition(label, process.execPath, args, env, this.#version)];
  }
}
