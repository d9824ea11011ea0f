import { l10n, window } from 'vscode';
import { parseAddress } from '../engine/source/httpAddress.ts';
import { SourceError } from '../engine/source/source.ts';
import type { Addresses } from './addresses.ts';
import { openPreview } from './editors.ts';

/** Asks for an http(s) address, unless it is given, and shows what is there in a preview. */
export async function openUrl(addresses: Addresses, given: string | undefined): Promise<void> {
  const text = given ?? (await askForAddress());
  if (text) await openPreview(await addresses.uriOf(text));
}

async function askForAddress(): Promise<string | undefined> {
  const text = await window.showInputBox({
    title: l10n.t('Open URL'),
    prompt: l10n.t('The http or https address of a JSONL, CSV or JSON file, compressed or not'),
    placeHolder: 'https://example.org/requests.jsonl.gz',
    ignoreFocusOut: true,
    validateInput: (value) => (value.trim() === '' ? undefined : problemOf(value.trim())),
  });
  return text?.trim();
}

function problemOf(text: string): string | undefined {
  try {
    parseAddress(text);
    return undefined;
  } catch (error) {
    if (error instanceof SourceError) return error.message;
    throw error;
  }
}
