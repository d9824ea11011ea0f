import { dirname } from 'node:path';
import {
  commands,
  l10n,
  QuickPickItemKind,
  ThemeIcon,
  type Uri,
  window,
  workspace,
  type QuickInputButton,
  type QuickPickItem,
} from 'vscode';
import { isThisComputer, parseSparkAddress } from '../engine/remote/address.ts';
import { RemoteError } from '../engine/remote/remoteError.ts';
import type { OpenFile } from '../protocol/engine.ts';
import type { WireError } from '../protocol/rpc.ts';
import { words, wordsOf } from '../host/l10n.ts';
import { askForAddress } from './askForAddress.ts';
import { comparisonScheme, nameOf } from './comparisons.ts';
import { openPreview } from './editors.ts';
import { showQueryCommand } from './queryLink.ts';
import { checkToken, connectionOf, mappedPath, type SparkConnection } from './sparkConnection.ts';
import type { SparkConnections } from './sparkConnections.ts';
import { fileOfResult, sparkScheme, type SparkTabs } from './sparkTabs.ts';

interface ConnectionItem extends QuickPickItem {
  /** Undefined: one that is yet to be typed. */
  readonly connection?: SparkConnection;
}

/** What is to be run: the query of a preview. */
export interface AskedRun {
  readonly uri: Uri;
  readonly file: OpenFile;
  readonly query: string;
}

/** Runs queries of previews on clusters, with what belongs to it on screen. */
export class SparkRunner {
  readonly #connections: SparkConnections;
  readonly #tabs: SparkTabs;

  constructor(connections: SparkConnections, tabs: SparkTabs) {
    this.#connections = connections;
    this.#tabs = tabs;
  }

  /** What people know the cluster by that a file was run on last; undefined where there is none. */
  lastOf(uri: Uri): string | undefined {
    return this.#connections.lastOf(uri)?.label;
  }

  /** Runs a query where its file was run last; asks for a cluster where that is not known any more. As `run`. */
  async runAgain(asked: AskedRun): Promise<boolean> {
    const last = this.#connections.lastOf(asked.uri);
    const connection = last && (await this.#connections.all()).find(({ label }) => label === last.label);
    if (!connection) return this.run(asked);
    await this.#open(asked, connection, last.path);
    return true;
  }

  /** Asks for a cluster, and opens the rows that it has for a query: false where the user thinks better of it. */
  async run(asked: AskedRun): Promise<boolean> {
    const { uri } = asked;
    if (uri.scheme === sparkScheme || uri.scheme === comparisonScheme) {
      void window.showInformationMessage(
        l10n.t('Spark reads files. Run the query from the preview of a file.'),
      );
      return false;
    }
    const last = this.#connections.lastOf(uri);
    const connection = await this.#ask(uri, last?.label);
    if (!connection) return false;
    const place = await askForPath(uri, connection, last?.path);
    if (place === undefined) return false;
    await this.#connections.keep(connection);
    await this.#connections.keepLast(uri, { label: connection.label, path: place.path });
    await this.#open(asked, connection, place.path);
    return true;
  }

  /** Tells that a server has refused, and runs the query anew, in another tab, where a token is entered: true then. */
  async refused(uri: Uri, { said }: WireError): Promise<boolean> {
    const enter = l10n.t('Enter Token');
    if ((await window.showErrorMessage(words(said), enter)) !== enter) return false;
    return this.runElsewhere(uri, 'token');
  }

  /** Runs the query of a result anew, as `host/runElsewhere` says: true where its tab can be closed. */
  async runElsewhere(uri: Uri, how: 'token' | 'connection' | 'here'): Promise<boolean> {
    const remote = this.#tabs.placeOf(uri)?.remote;
    if (!remote) return false;
    const { of, query, path } = remote;
    const file = fileOfResult(uri);
    if (how === 'connection') return this.run({ uri: file, file: of, query });
    if (how === 'here') {
      await commands.executeCommand(showQueryCommand, { file: file.toString(), query });
      return true;
    }
    const all = await this.#connections.all();
    const known = all.find(({ address }) => address === remote.address) ?? connectionOf(remote.address);
    const connection = known && (await withToken(known));
    if (!connection) return false;
    await this.#connections.keep(connection);
    await this.#open({ uri: file, file: of, query }, connection, path);
    return true;
  }

  async #open(
    { uri, file, query }: AskedRun,
    connection: SparkConnection,
    path: string | undefined,
  ): Promise<void> {
    const { address, token, shown } = connection;
    const settings = workspace.getConfiguration('rowriver');
    const limits = {
      rows: settings.get<number>('spark.maxRows', 1_000_000),
      bytes: settings.get<number>('spark.maxMegabytes', 1024) * 1e6,
    };
    const infers = settings.get<boolean>('spark.inferColumns', false);
    await openPreview(
      this.#tabs.uriOf(uri, nameOf(uri), shown, { of: file, query, address, token, path, infers, limits }),
    );
  }

  /** Undefined where the user thinks better of it. */
  async #ask(uri: Uri, last: string | undefined): Promise<SparkConnection | undefined> {
    const all = await this.#connections.all();
    if (all.length === 0) return askForConnection();
    const tokenButton: QuickInputButton = {
      iconPath: new ThemeIcon('key'),
      tooltip: l10n.t('Enter a token'),
    };
    const itemOf = (connection: SparkConnection): ConnectionItem => ({
      label: connection.label,
      description: connection.isNamed ? connection.shown : '',
      connection,
      buttons: [tokenButton],
    });
    // The one that the file was run on last can be taken with Enter.
    const sorted = all.toSorted((a, b) => Number(b.label === last) - Number(a.label === last));
    const items: ConnectionItem[] = [
      ...sorted.map(itemOf),
      { label: '', kind: QuickPickItemKind.Separator },
      { label: l10n.t('New Connection...'), alwaysShow: true },
    ];
    const pick = window.createQuickPick<ConnectionItem>();
    pick.title = l10n.t('Run Query on Spark: {0}', nameOf(uri));
    pick.placeholder = l10n.t('Select a connection');
    pick.items = items;
    const picked = await new Promise<{ item: ConnectionItem; asksToken: boolean } | undefined>((resolve) => {
      pick.onDidAccept(() => {
        const [item] = pick.selectedItems;
        resolve({ item, asksToken: false });
        pick.hide();
      });
      pick.onDidTriggerItemButton(({ item }) => {
        resolve({ item, asksToken: true });
        pick.hide();
      });
      pick.onDidHide(() => {
        resolve(undefined);
        pick.dispose();
      });
      pick.show();
    });
    if (!picked) return undefined;
    const { connection } = picked.item;
    if (!connection) return askForConnection();
    return picked.asksToken ? withToken(connection) : connection;
  }
}

async function askForConnection(): Promise<SparkConnection | undefined> {
  const asked = await askForAddress({
    title: l10n.t('Run Query on Spark'),
    prompt: l10n.t('The address of a Spark Connect server'),
    placeholder: 'sc://localhost:15002',
    shownName: (text) => parseSparkAddress(text).shown,
    extra: l10n.t('Add a token'),
  });
  const connection = asked && connectionOf(asked.text);
  if (!connection) return undefined;
  return asked.withHeader ? withToken(connection) : connection;
}

/** Asks for a token, without showing it; undefined where the user thinks better of it. */
async function withToken(connection: SparkConnection): Promise<SparkConnection | undefined> {
  const { address, label } = connection;
  const token = await window.showInputBox({
    title: l10n.t('A token for {0}', label),
    prompt: l10n.t("Sent to this server only, and stored in VS Code's secret storage"),
    password: true,
    ignoreFocusOut: true,
    validateInput: (text) => {
      try {
        if (text !== '') checkToken(address, text);
        return undefined;
      } catch (error) {
        if (error instanceof RemoteError) return wordsOf(error);
        throw error;
      }
    },
  });
  if (token === undefined) return undefined;
  return { ...connection, token: token === '' ? undefined : token };
}

/**
 * Where the cluster sees a file: as the settings map its folder; at the same path on this computer; else as the user says.
 * Undefined where the user thinks better of it.
 */
async function askForPath(
  uri: Uri,
  { address, label, folders }: SparkConnection,
  last: string | undefined,
): Promise<{ readonly path: string | undefined } | undefined> {
  const isFile = uri.scheme === 'file';
  const mapped = mappedPath(isFile ? uri.fsPath : dirname(uri.fsPath), folders);
  // Of several files the folder may hold others.
  if (mapped !== undefined && isFile) return { path: mapped };
  if (mapped === undefined && isThisComputer(parseSparkAddress(address))) return { path: undefined };
  const path = await window.showInputBox({
    title: l10n.t('Where does {0} see this file?', label),
    prompt: l10n.t(
      'A path or an address that the cluster can read, or a table there, as table:main.events. Leave it empty if it is the same path as here.',
    ),
    placeHolder: 's3a://bucket/events/',
    value: last ?? mapped ?? '',
    ignoreFocusOut: true,
  });
  if (path === undefined) return undefined;
  return { path: path.trim() === '' ? undefined : path.trim() };
}
