/**
 * Words of the host for people. In VS Code they are translated into its display language; keys are the English
 * sentences, with `{0}`, `{1}` for what is filled in.
 */
type Translate = (message: string, ...values: (string | number)[]) => string;

let translate: Translate = (message, ...values) =>
  message.replace(/\{(\d+)\}/g, (all, index: string) => String(values[Number(index)] ?? all));

/** @param t `vscode.l10n.t` */
export function setTranslation(t: Translate): void {
  translate = t;
}

export const l10n = {
  t: (message: string, ...values: (string | number)[]): string => translate(message, ...values),
};
