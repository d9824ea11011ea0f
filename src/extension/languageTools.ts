import {
  CancellationError,
  l10n,
  LanguageModelTextPart,
  LanguageModelToolResult,
  lm,
  MarkdownString,
  workspace,
  type CancellationToken,
  type Disposable,
  type LanguageModelTool,
  type LanguageModelToolInvocationOptions,
  type LanguageModelToolInvocationPrepareOptions,
  type PreparedToolInvocation,
} from 'vscode';
import { readablePath } from '../engine/tools/confine.ts';
import { visible } from '../engine/visible.ts';
import type { EngineHost } from '../host/engineHost.ts';
import { toolDefinitions } from '../protocol/toolDefinitions.ts';
import type { ToolDefinition, ToolName, ToolScope } from '../protocol/tools.ts';
import { showQueryCommand, showQueryLink } from './queryLink.ts';

/** As the model gives it; the engine checks it. */
type ToolInput = Readonly<Record<string, unknown>>;

/** The name of a tool in VS Code, where those of all extensions share one list. */
export function languageToolName(name: ToolName): string {
  return `rowriver_${name}`;
}

/** Offers the tools to VS Code's chat. @param openFiles what the person has opened, as absolute paths */
export function registerLanguageTools(engine: EngineHost, openFiles: () => readonly string[]): Disposable[] {
  return toolDefinitions.map((tool) =>
    lm.registerTool(languageToolName(tool.name), new LanguageTool(tool, engine, openFiles)),
  );
}

/** A tool of the engine, as VS Code calls it. */
export class LanguageTool implements LanguageModelTool<ToolInput> {
  readonly #tool: ToolDefinition;
  readonly #engine: EngineHost;
  readonly #openFiles: () => readonly string[];

  constructor(tool: ToolDefinition, engine: EngineHost, openFiles: () => readonly string[]) {
    this.#tool = tool;
    this.#engine = engine;
    this.#openFiles = openFiles;
  }

  /** What the chat shows while the tool runs, and for a tool that writes, what the person is asked before. */
  async prepareInvocation({
    input,
  }: LanguageModelToolInvocationPrepareOptions<ToolInput>): Promise<PreparedToolInvocation> {
    const invocationMessage = await this.#message(input);
    if (this.#tool.readOnly) return { invocationMessage };
    const message = new MarkdownString(`${l10n.t('Rowriver writes the rows of a query to a new file.')}\n\n`);
    for (const [label, value] of [
      [l10n.t('New file'), input.target],
      [l10n.t('From'), input.path],
      [l10n.t('Query'), isEmpty(input.query) ? l10n.t('(all records)') : input.query],
    ] as const) {
      message.appendText(`${label}:`).appendCodeblock(shown(value));
    }
    return { invocationMessage, confirmationMessages: { title: l10n.t('Write a New File?'), message } };
  }

  async invoke(
    { input }: LanguageModelToolInvocationOptions<ToolInput>,
    token: CancellationToken,
  ): Promise<LanguageModelToolResult> {
    if (!workspace.isTrusted)
      throw new Error("Rowriver's tools work in trusted folders only. Ask the user to trust this folder.");
    const cancel = new AbortController();
    const subscription = token.onCancellationRequested(() => cancel.abort());
    if (token.isCancellationRequested) cancel.abort();
    try {
      const scope = { ...this.#scope(), mayWrite: !this.#tool.readOnly };
      const request = { name: this.#tool.name, input, scope };
      const { text, failed } = await this.#engine.call('tool', request, { signal: cancel.signal });
      // A model is shown the message of an error as the tool's answer.
      if (failed) throw new Error(text);
      return new LanguageModelToolResult([new LanguageModelTextPart(text)]);
    } catch (error) {
      if (cancel.signal.aborted) throw new CancellationError();
      throw error;
    } finally {
      subscription.dispose();
    }
  }

  #scope(): Pick<ToolScope, 'roots' | 'files'> {
    const folders = workspace.workspaceFolders ?? [];
    const roots = folders.flatMap(({ uri }) => (uri.scheme === 'file' ? [uri.fsPath] : []));
    return { roots, files: this.#openFiles() };
  }

  /** `Query File: events.jsonl`, and for a query, a link that shows its rows in a preview. */
  async #message({ path, query }: ToolInput): Promise<MarkdownString> {
    const message = new MarkdownString();
    message.appendText(this.#tool.title);
    if (typeof path !== 'string') return message;
    message.appendText(': ').appendText(shown(path));
    if (typeof query !== 'string' || query === '') return message;
    // Only a file that the tool may read: what is opened in a preview may be read from then on.
    const file = await readablePath(path, { ...this.#scope(), mayWrite: false }).catch(() => undefined);
    if (file === undefined) return message;
    const link = showQueryLink({ file, query });
    message.isTrusted = { enabledCommands: [showQueryCommand] };
    return message.appendMarkdown(` ([${l10n.t('Show in Preview')}](${link}))`);
  }
}

/** Characters of an argument that the person is shown. */
const mostShown = 500;

/** Whether a query selects all that there is: an empty block would look like a mistake. */
function isEmpty(query: unknown): boolean {
  return typeof query === 'string' && query.trim() === '';
}

/** An argument in words, with all in it visible: what the person decides by must be what is written. */
function shown(value: unknown): string {
  if (typeof value !== 'string') return l10n.t('(missing)');
  const text = visible(value);
  return text.length > mostShown
    ? l10n.t('{0}… ({1} characters)', text.slice(0, mostShown), text.length)
    : text;
}
