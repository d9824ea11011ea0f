/**
 * Sentences for people, as they are made: the text with its numbered holes, and what is filled in. So they cross threads
 * and wires, and become words only where somebody reads them: in the display language of VS Code, else in English. The
 * text is the key of translations, as in `vscode.l10n`.
 */
export interface Said {
  /** In English, with `{0}`, `{1}` for what is filled in. */
  readonly text: string;
  readonly values: readonly SaidValue[];
}

/** Names, numbers and such, which read the same in all languages; or words of their own. */
export type SaidValue = string | number | Said;

/** Looks a text up and fills in the values. */
type Translate = (text: string, ...values: (string | number)[]) => string;

/** said`There is no file ${path}.` Holes are numbered in their order; a text that has `{0}` itself cannot be said. */
export function said(parts: TemplateStringsArray, ...values: SaidValue[]): Said {
  const text = parts.reduce((before, part, index) => `${before}{${index - 1}}${part}`);
  return { text, values };
}

/** Several of them, with a comma between. */
export function listed(all: readonly Said[]): Said {
  return { text: all.map((_, index) => `{${index}}`).join(', '), values: all };
}

/** The sentence in the language of `translate`, also what is filled in. */
export function inWords({ text, values }: Said, translate: Translate): string {
  return translate(
    text,
    ...values.map((value) => (typeof value === 'object' ? inWords(value, translate) : value)),
  );
}

export function english(sentence: Said): string {
  return inWords(sentence, fill);
}

/** The text with its holes filled; one for which there is no value stays as it is. */
export function fill(text: string, ...values: readonly (string | number)[]): string {
  return text.replace(/\{(\d+)\}/g, (hole, index: string) => String(values[Number(index)] ?? hole));
}

/** An error whose message is for people: `message` has it in English. */
export class SaidError extends Error {
  readonly said: Said;

  constructor(sentence: Said, options?: ErrorOptions) {
    super(english(sentence), options);
    this.said = sentence;
  }
}

/** What there is to say of anything that was thrown. */
export function saidOf(error: unknown): Said {
  if (error instanceof SaidError) return error.said;
  return said`${error instanceof Error ? error.message : String(error)}`;
}
