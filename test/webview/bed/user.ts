import type { FormatOptions } from '../../../src/protocol/formatOptions.ts';

/** The user of a page in a bed: what they answer, and what they see of what comes of it. */
export class BedUser {
  /** What is asked is answered by these: what a choice begins with, or a text. */
  readonly answers: string[] = [];
  /** The choices that were there to be made. */
  offered: readonly string[] = [];
  /** The path of a CSV file that is exported to. */
  target = '';
  readonly #copied: ((text: string) => void)[] = [];
  readonly #exported: (() => void)[] = [];
  #tell: (options: FormatOptions) => void = () => undefined;
  /** How the page first asks a file to be read. */
  readonly said = new Promise<FormatOptions>((resolve) => (this.#tell = resolve));

  /** Is asked to choose; undefined: leaves. */
  asked(choices: readonly string[]): string | undefined {
    this.offered = choices;
    return this.answers.shift();
  }

  /** The text that is copied next. */
  copied(): Promise<string> {
    return new Promise((resolve) => this.#copied.push(resolve));
  }

  /** The end of the export that is asked for next. */
  exported(): Promise<void> {
    return new Promise((resolve) => this.#exported.push(resolve));
  }

  copies(text: string): void {
    for (const tell of this.#copied.splice(0)) tell(text);
  }

  saves(): void {
    for (const tell of this.#exported.splice(0)) tell();
  }

  reads(options: FormatOptions): void {
    this.#tell(options);
  }
}
