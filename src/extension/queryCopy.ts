import { env, l10n, window } from 'vscode';
import type { EngineHost, EngineSession } from '../host/engineHost.ts';

/** Lets the user pick how another engine writes the query, and copies that. */
export async function copyQueryAs(engine: EngineHost, session: EngineSession, query: string): Promise<void> {
  const printed = await engine.call('printQuery', { session: session.number, query });
  if (printed.length === 0) {
    void window.showInformationMessage(l10n.t('There is no query to copy: type a filter first.'));
    return;
  }
  const picked = await window.showQuickPick(
    printed.map(({ engine: label, text }) => ({ label, detail: text, text })),
    { placeHolder: l10n.t('Copy the query as'), matchOnDetail: true },
  );
  if (picked === undefined) return;
  await env.clipboard.writeText(picked.text);
  window.setStatusBarMessage(l10n.t('Copied as {0}', picked.label), 3000);
}
