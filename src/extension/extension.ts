import { l10n, Uri, window, workspace, type ExtensionContext } from 'vscode';
import { Addresses } from './addresses.ts';
import { createApi, type RowriverApi } from '../api/api.ts';
import { AlwaysOpenOffer } from './alwaysOpenOffer.ts';
import { registerCommands } from './commands.ts';
import { EngineHost } from '../host/engineHost.ts';
import { setTranslation } from '../host/l10n.ts';
import { Exporter } from './exporter.ts';
import { SparkRunner } from './runOnSpark.ts';
import { Sender } from './sendRows.ts';
import { SparkConnections } from './sparkConnections.ts';
import { SparkTabs } from './sparkTabs.ts';
import { registerLanguageTools } from './languageTools.ts';
import { InterruptedExports } from './interruptedExports.ts';
import { LargeTextOffer } from './largeTextOffer.ts';
import { registerMcpServer } from './mcpServer.ts';
import { PreviewEditor } from './previewEditor.ts';
import { engineEnvironment } from './proxySettings.ts';
import { AllowedPrograms } from './programs.ts';
import { Readings } from './readings.ts';
import { RecordDocuments } from './recordDocument.ts';
import { SchemaChecks } from './schemaCommands.ts';
import { StatusBar } from './statusBar.ts';

let engine: EngineHost | undefined;

export function activate(context: ExtensionContext): RowriverApi {
  setTranslation(l10n.t);
  const log = window.createOutputChannel('Rowriver', { log: true });
  const { version } = context.extension.packageJSON as { readonly version: string };
  const sends = Uri.joinPath(context.globalStorageUri, 'sends').fsPath;
  const journals = { folder: Uri.joinPath(context.globalStorageUri, 'exports').fsPath, version };
  const host = new EngineHost({
    script: Uri.joinPath(context.extensionUri, 'dist', 'engine.js').fsPath,
    settings: () => {
      const settings = workspace.getConfiguration('rowriver');
      const megabytes = settings.get<number>('indexCache.maxMegabytes', 1024);
      const kept = settings.get<number>('keptDownload.maxMegabytes', 4096);
      const cacheFolder = megabytes > 0 ? Uri.joinPath(context.globalStorageUri, 'indexes').fsPath : null;
      return {
        cacheFolder,
        cacheBytes: megabytes * 1e6,
        keepBytes: kept * 1e6,
        journals,
        sends,
        programs: true,
      };
    },
    environment: () => engineEnvironment(process.env),
    log: (line) => log.info(line),
  });
  engine = host;
  const readings = new Readings(context.workspaceState);
  const addresses = new Addresses(context.secrets, readings);
  const interrupted = new InterruptedExports(host, addresses, journals.folder);
  const exporter = new Exporter(host, readings, addresses, interrupted, (text) => log.info(text));
  const sender = new Sender(host, context.secrets);
  const sparkTabs = new SparkTabs();
  const spark = new SparkRunner(new SparkConnections(context.secrets, context.workspaceState), sparkTabs);
  const records = new RecordDocuments(host);
  const schemas = new SchemaChecks(host);
  const programs = new AllowedPrograms(context.workspaceState);
  const statusBar = new StatusBar();
  const editor = new PreviewEditor(
    {
      ...{ context, engine: host, addresses, exporter, sender, spark, sparkTabs },
      ...{ schemas, readings, records, programs },
    },
    statusBar,
  );
  context.subscriptions.push(
    log,
    records,
    schemas,
    statusBar,
    editor,
    new LargeTextOffer(),
    ...registerLanguageTools(host, () => editor.openFiles),
    ...registerMcpServer(context),
    ...registerCommands(context, editor, {
      ...{ engine: host, exporter, schemas, addresses, readings },
      alwaysOpen: new AlwaysOpenOffer(context.globalState),
    }),
  );
  void interrupted.offer();
  return createApi(host);
}

export async function deactivate(): Promise<void> {
  await engine?.dispose();
}
