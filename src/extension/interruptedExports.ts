import { readdir } from 'node:fs/promises';
import { basename } from 'node:path';
import { l10n, Uri, window } from 'vscode';
import { isAddress } from '../engine/source/http/address.ts';
import type { EngineHost } from '../host/engineHost.ts';
import type { InterruptedExport } from '../protocol/engine.ts';
import type { Addresses } from './addresses.ts';
import { openPreview } from './editors.ts';
import { withProgress, type Interrupted } from './exportProgress.ts';
import { exportedWords } from './exportWords.ts';

/** More notifications at a time are a flood: the others are offered at the next start. */
const mostOffered = 3;

/** Exports that an engine, a window or a full disk has interrupted: offers to go on with them. */
export class InterruptedExports {
  readonly #engine: Pick<EngineHost, 'call'>;
  readonly #addresses: Addresses;
  readonly #folder: string;

  /** @param folder where it is noted which there are */
  constructor(engine: Pick<EngineHost, 'call'>, addresses: Addresses, folder: string) {
    this.#engine = engine;
    this.#addresses = addresses;
    this.#folder = folder;
  }

  /** To be called when VS Code starts. Without any, no engine is started. */
  async offer(): Promise<void> {
    const noted = await readdir(this.#folder).catch(() => []);
    if (noted.length === 0) return;
    const all = await this.#engine.call('interruptedExports', null).catch(() => []);
    await Promise.all(all.slice(0, mostOffered).map((found) => this.#offerOne(found)));
  }

  /** The export to a target, if it can be gone on with. */
  async workOf(target: string): Promise<Interrupted | undefined> {
    const all = await this.#engine.call('interruptedExports', null).catch(() => []);
    const found = all.find((one) => one.target === target);
    return found && this.#interrupted(found);
  }

  async #offerOne(found: InterruptedExport): Promise<void> {
    const name = basename(found.target);
    const [resume, discard] = [l10n.t('Resume'), l10n.t('Discard')];
    const words =
      found.restart === undefined
        ? l10n.t('The export to {0} was interrupted after {1} records.', name, found.records.toLocaleString())
        : l10n.t('The export to {0} was interrupted. It must start from the beginning.', name);
    const picked = await window.showInformationMessage(words, resume, discard);
    const work = this.#interrupted(found);
    if (picked === discard) await work.discard();
    if (picked !== resume) return;
    const target = Uri.file(found.target);
    const summary = await withProgress(target, work.resume, (path) => this.workOf(path));
    if (!summary) return;
    const { done } = exportedWords(target, summary, undefined);
    const open = l10n.t('Open Preview');
    if ((await window.showInformationMessage(done, open)) === open) await openPreview(target);
  }

  #interrupted({ target, location }: InterruptedExport): Interrupted {
    return {
      resume: async (signal, onProgress) => {
        const headers = isAddress(location) ? await this.#addresses.headersOf(location) : undefined;
        return this.#engine.call('resumeExport', { target, headers }, { signal, onProgress });
      },
      discard: () => this.#engine.call('discardExport', { target }),
    };
  }
}
