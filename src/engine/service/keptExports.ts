import type { ExportFormat, InterruptedExport, JournalPlace, OpenFile } from '../../protocol/engine.ts';
import type { FormatOptions } from '../../protocol/formatOptions.ts';
import { said } from '../../said/said.ts';
import type { JournalOptions } from '../run/export/journal.ts';
import { findKept, listKept, removeKept, type KeptExport } from '../run/export/kept.ts';
import { isAddress } from '../source/http/address.ts';
import { addressParts } from '../source/location.ts';
import { SinkError } from '../sink/sinkError.ts';

/** What is to be written where, in full. */
export interface KeptWork {
  readonly location: string;
  readonly options: FormatOptions;
  readonly query: string;
  readonly target: string;
  readonly to: ExportFormat;
  /** Undefined where it has to start again. */
  readonly kept: KeptExport | undefined;
}

/** The exports of VS Code that have not come to their end, and that this or a later engine can go on with. */
export class KeptExports {
  readonly #place: JournalPlace;

  constructor(place: JournalPlace) {
    this.#place = place;
  }

  /** How an export is kept; undefined where its file could not be opened again by what may be written down. */
  journalOf(
    { location, files, compared, remote, options }: OpenFile,
    { target, to }: { readonly target: string; readonly to: ExportFormat },
    kept?: KeptExport,
  ): JournalOptions | undefined {
    if (files || compared || remote || (isAddress(location) && addressParts(location).secret))
      return undefined;
    const { folder, version } = this.#place;
    return { recipe: { location, reading: options, to }, targets: { output: target }, folder, version, kept };
  }

  /** The latest first. */
  async list(): Promise<InterruptedExport[]> {
    const all = await listKept(this.#place.folder, this.#place.version);
    return all.map(({ entry: { recipe, outputs, reached, restart } }) => ({
      target: outputs[0].target,
      location: recipe.location,
      records: reached?.meter.records ?? 0,
      restart,
    }));
  }

  /** An export to a target that has not come to its end; undefined where there is none. */
  async earlier(target: string): Promise<KeptExport | undefined> {
    return findKept(target, this.#place.version).catch(() => undefined);
  }

  /** @throws SinkError where there is nothing to go on with */
  async workOf(target: string): Promise<KeptWork> {
    const kept = await this.#find(target);
    const { recipe, query, restart } = kept.entry;
    const { location, reading, to } = recipe;
    if (restart !== undefined) await removeKept(kept);
    return { location, options: reading, query, target, to, kept: restart === undefined ? kept : undefined };
  }

  /** Removes what was written. @throws SinkError where there is nothing */
  async discard(target: string): Promise<void> {
    await removeKept(await this.#find(target));
  }

  /** Only those that are noted here: others may write more files than this one. */
  async #find(target: string): Promise<KeptExport> {
    const all = await listKept(this.#place.folder, this.#place.version);
    const found = all.find(({ entry }) => entry.outputs[0].target === target);
    if (found) return found;
    // Says why.
    await findKept(target, this.#place.version);
    throw new SinkError(
      'nothing-to-resume',
      said`The export to ${target} was begun elsewhere: run rowriver resume.`,
    );
  }
}
