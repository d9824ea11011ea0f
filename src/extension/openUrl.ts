import { l10n, ThemeIcon, window, type QuickInputButton } from 'vscode';
import { parseHeaders } from '../engine/source/http/headers.ts';
import { addressParts } from '../engine/source/location.ts';
import { SourceError } from '../engine/source/source.ts';
import type { Addresses, FilePlace } from './addresses.ts';
import { openPreview } from './editors.ts';

/** Asks for an http(s) address, unless it is given, and shows what is there in a preview. */
export async function openUrl(addresses: Addresses, given: string | undefined): Promise<void> {
  const place = given === undefined ? await askForPlace() : { location: given };
  if (place) await openPreview(await addresses.uriOf(place.location, place.headers));
}

/** The address, and with the key in the box's corner a header for it: it is asked for on its own, and not shown. */
async function askForPlace(): Promise<FilePlace | undefined> {
  const asked = await askForAddress();
  if (!asked?.withHeader) return asked && { location: asked.text };
  const line = await window.showInputBox({
    title: l10n.t('A header for {0}', addressParts(asked.text).shown),
    prompt: l10n.t("Sent to this server only, and stored in VS Code's secret storage"),
    placeHolder: 'Authorization: Bearer ...',
    password: true,
    ignoreFocusOut: true,
    validateInput: (value) => problemOf(() => parseHeaders([value])),
  });
  return line === undefined ? undefined : { location: asked.text, headers: parseHeaders([line]) };
}

interface AskedAddress {
  readonly text: string;
  /** A header is to go along. */
  readonly withHeader: boolean;
}

function askForAddress(): Promise<AskedAddress | undefined> {
  const header: QuickInputButton = {
    iconPath: new ThemeIcon('key'),
    tooltip: l10n.t('Add a request header, such as a token'),
  };
  const input = window.createInputBox();
  input.title = l10n.t('Open URL');
  input.prompt = l10n.t('The http or https address of a JSONL, CSV or JSON file, compressed or not');
  input.placeholder = 'https://example.org/requests.jsonl.gz';
  input.ignoreFocusOut = true;
  input.buttons = [header];
  return new Promise<AskedAddress | undefined>((resolve) => {
    const check = (): string | undefined => {
      const text = input.value.trim();
      return text === '' ? undefined : problemOf(() => addressParts(text));
    };
    const take = (withHeader: boolean): void => {
      const text = input.value.trim();
      if (check() !== undefined || (text === '' && withHeader)) return;
      resolve(text === '' ? undefined : { text, withHeader });
      input.hide();
    };
    input.onDidChangeValue(() => (input.validationMessage = check()));
    input.onDidAccept(() => take(false));
    input.onDidTriggerButton(() => take(true));
    input.onDidHide(() => {
      resolve(undefined);
      input.dispose();
    });
    input.show();
  });
}

function problemOf(parse: () => unknown): string | undefined {
  try {
    parse();
    return undefined;
  } catch (error) {
    if (error instanceof SourceError) return error.message;
    throw error;
  }
}
