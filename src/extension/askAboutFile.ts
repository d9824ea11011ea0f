import { commands, l10n, window, workspace, type Uri } from 'vscode';
import { comparisonScheme } from './comparisons.ts';
import { filesScheme } from './fileSets.ts';

/** VS Code's own; not there in editors without chat. */
const openChat = 'workbench.action.chat.open';

/** How a prompt names the tools: the reference of `query_file` in package.json. */
export const toolReference = '#rowriver';

/** Opens the chat with the beginning of a question, for the person to finish. */
export async function askAboutFile(uri: Uri, query: string): Promise<void> {
  if (uri.scheme === filesScheme || uri.scheme === comparisonScheme) {
    void window.showInformationMessage(l10n.t('Chat can ask about single files only.'));
    return;
  }
  if (uri.scheme !== 'file') {
    void window.showInformationMessage(l10n.t('Chat can ask about files on this machine only.'));
    return;
  }
  if (!workspace.isTrusted) {
    void window.showInformationMessage(l10n.t('Chat can ask about files in trusted folders only.'));
    return;
  }
  // Switched off by its setting, chat still has the command, which then does nothing.
  const isOff = workspace.getConfiguration('chat').get<boolean>('disableAIFeatures', false);
  if (isOff || !(await commands.getCommands(true)).includes(openChat)) {
    void window.showInformationMessage(l10n.t('Chat is not available in this editor.'));
    return;
  }
  await commands.executeCommand(openChat, { query: questionAbout(uri, query), isPartialQuery: true });
}

/** The words that the chat begins with. */
export function questionAbout(uri: Uri, query: string): string {
  // In a list of its own a path with spaces stays one.
  const about = [`File: ${workspace.asRelativePath(uri)}`];
  // As it stands: spaces may be in a text, and a comment ends with its line.
  if (query !== '') about.push(`Rows: ${query}`);
  return `${toolReference}\n${about.join('\n')}\n`;
}
