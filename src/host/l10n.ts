import { fill, inWords, saidOf, type Said } from '../said/said.ts';

/**
 * Words of the host for people. In VS Code they are translated into its display language; keys are the English
 * sentences, with `{0}`, `{1}` for what is filled in.
 */
type Translate = (message: string, ...values: (string | number)[]) => string;

let translate: Translate = fill;

/** @param t `vscode.l10n.t` */
export function setTranslation(t: Translate): void {
  translate = t;
}

export const l10n = {
  t: (message: string, ...values: (string | number)[]): string => translate(message, ...values),
};

/** What the engine has said. */
export function words(sentence: Said): string {
  return inWords(sentence, translate);
}

/** What there is to say of what was thrown, by the engine too. */
export function wordsOf(error: unknown): string {
  return words(saidOf(error));
}
