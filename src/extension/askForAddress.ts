import { l10n, ThemeIcon, window, type QuickInputButton } from 'vscode';
import { RemoteError } from '../engine/remote/remoteError.ts';
import { SinkError } from '../engine/sink/sinkError.ts';
import { parseHeaders } from '../engine/source/http/headers.ts';
import { SourceError } from '../engine/source/source.ts';
import type { OpenFile } from '../protocol/engine.ts';
import { wordsOf } from '../host/l10n.ts';

interface AskedAddress {
  readonly text: string;
  /** A header, or what else the question offers, is to go along. */
  readonly withHeader: boolean;
}

export interface AddressQuestion {
  readonly title: string;
  readonly prompt: string;
  readonly placeholder: string;
  readonly value?: string | undefined;
  /** What the button offers; undefined: a header. */
  readonly extra?: string | undefined;
  /** What messages call an address. @throws SourceError, SinkError, RemoteError where it is none */
  readonly shownName: (text: string) => string;
}

/** Asks for an address; undefined where the user thinks better of it. */
export function askForAddress({
  title,
  prompt,
  placeholder,
  value = '',
  extra = l10n.t('Add a request header, such as a token'),
  shownName,
}: AddressQuestion): Promise<AskedAddress | undefined> {
  const header: QuickInputButton = {
    iconPath: new ThemeIcon('key'),
    tooltip: extra,
  };
  const input = window.createInputBox();
  Object.assign(input, { title, prompt, placeholder, value });
  input.ignoreFocusOut = true;
  input.buttons = [header];
  return new Promise<AskedAddress | undefined>((resolve) => {
    const check = (): string | undefined => {
      const text = input.value.trim();
      return text === '' ? undefined : problemOf(() => shownName(text));
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

/** Asks for a header for an address, without showing it; undefined where the user thinks better of it. */
export async function askForHeader(shown: string): Promise<OpenFile['headers'] | undefined> {
  const line = await window.showInputBox({
    title: l10n.t('A header for {0}', shown),
    prompt: l10n.t("Sent to this server only, and stored in VS Code's secret storage"),
    placeHolder: 'Authorization: Bearer ...',
    password: true,
    ignoreFocusOut: true,
    validateInput: (value) => problemOf(() => parseHeaders([value])),
  });
  return line === undefined ? undefined : parseHeaders([line]);
}

function problemOf(parse: () => unknown): string | undefined {
  try {
    parse();
    return undefined;
  } catch (error) {
    const isTold = error instanceof SourceError || error instanceof SinkError || error instanceof RemoteError;
    if (isTold) return wordsOf(error);
    throw error;
  }
}
