import type { Memento, Uri } from 'vscode';
import type { FormatOptions } from '../protocol/formatOptions.ts';

const key = 'readings';

/** Files of which it is kept how they are to be read; the one that was set longest ago is forgotten first. */
const filesKept = 500;

type Kept = readonly (readonly [file: string, options: FormatOptions])[];

/** What the user has said of how files are to be read, in this workspace. */
export class Readings {
  readonly #state: Memento;

  constructor(state: Memento) {
    this.#state = state;
  }

  of(file: Uri): FormatOptions {
    return this.#kept().find(([name]) => name === file.toString())?.[1] ?? {};
  }

  async keep(file: Uri, options: FormatOptions): Promise<void> {
    const others = this.#kept().filter(([name]) => name !== file.toString());
    const said = Object.entries(options).filter(([, value]) => value !== undefined);
    const own = said.length > 0 ? [[file.toString(), Object.fromEntries(said)] as const] : [];
    const kept: Kept = [...own, ...others];
    await this.#state.update(key, kept.slice(0, filesKept));
  }

  #kept(): Kept {
    return this.#state.get<Kept>(key) ?? [];
  }
}
