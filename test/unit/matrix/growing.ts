import { appendFile, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Dataset } from '../../../src/engine/dataset/dataset.ts';
import { GrownFiles } from '../../../src/engine/dataset/follow/grownFiles.ts';
import { growthOf } from '../../../src/engine/dataset/follow/growth.ts';
import { followTo } from '../../../src/engine/run/follow.ts';
import type { ByteSink } from '../../../src/engine/sink/byteSink.ts';
import { identifyFile } from '../../../src/engine/source/file.ts';
import { Follower } from '../../../src/engine/source/follow/follower.ts';
import { Tail } from '../../../src/engine/source/follow/tail.ts';
import type { Preview } from '../../support/preview.ts';
import type { Growing, GrowthStep, Layout } from './layouts.ts';

const signal = new AbortController().signal;
const most = 1e9;

/** A copy of files that grow. */
export class GrowingFiles {
  readonly folder: string;
  readonly #growing: Growing;
  #done = 0;

  private constructor(folder: string, growing: Growing) {
    this.folder = folder;
    this.#growing = growing;
  }

  static async of(growing: Growing): Promise<GrowingFiles> {
    const folder = await mkdtemp(join(tmpdir(), 'rowriver-matrix-growing-'));
    const files = new GrowingFiles(folder, growing);
    for (const { name, bytes } of growing.parts) {
      await mkdir(dirname(files.at(name)), { recursive: true });
      await writeFile(files.at(name), bytes);
    }
    return files;
  }

  readonly at = (name: string): string => join(this.folder, name);

  /** Those that are there at first. */
  get paths(): string[] {
    return this.#growing.parts.map(({ name }) => this.at(name));
  }

  get next(): GrowthStep | undefined {
    return this.#growing.steps.at(this.#done);
  }

  /** Appends what comes next. */
  async append(): Promise<void> {
    const step = this.next;
    if (!step) return;
    this.#done++;
    await mkdir(dirname(this.at(step.name)), { recursive: true });
    await appendFile(this.at(step.name), step.bytes);
  }

  /** Puts what comes next under its name, in another file where it says so. */
  async rotate(): Promise<void> {
    const step = this.next;
    if (!step?.rotates) return this.append();
    this.#done++;
    const path = this.at(step.name);
    if (step.rotates === 'renamed') await rename(path, `${path}.${this.#done}`);
    await writeFile(path, Buffer.concat([step.head ?? this.#growing.head, step.bytes]));
  }

  /** Writes what a query selects of the files as they grow, of which some become others of the same name. */
  async follow(dataset: Dataset, query: string, sink: ByteSink): Promise<void> {
    const end = new AbortController();
    const { parts, steps } = this.#growing;
    const paths = [...parts, ...steps].map(({ name }) => this.at(name));
    const follower = new Follower({ find: () => Promise.resolve(paths), finds: true, end: end.signal });
    let awaited = 0;
    let latest = 0;
    /** Of each file, the records that came to it last, and the latest of them that was written. */
    const ranges = new Map<string, { readonly from: number; readonly to: number; latest: number }>();
    const came = ({ name, firstId = 1, records = 0 }: (typeof parts)[number]): void => {
      ranges.set(name, { from: firstId, to: records, latest: 0 });
    };
    parts.forEach(came);
    const isRead = (name: string): boolean => {
      const range = ranges.get(name);
      // Of so many records one is wanted.
      return range === undefined || range.to - range.from < 10 || range.latest > range.to - 10;
    };
    const turning: ByteSink = {
      name: 'turning',
      write: async (chunk) => {
        await sink.write(chunk);
        const ids = [
          ...Buffer.from(chunk)
            .toString()
            .matchAll(/"id":"?(\d+)/g),
        ].map(([, id]) => Number(id));
        for (const id of ids) {
          latest = Math.max(latest, id);
          for (const range of ranges.values())
            if (id >= range.from && id <= range.to) range.latest = Math.max(range.latest, id);
        }
        // What is cut off before it is read is lost to any reader.
        if (latest < awaited || (this.next?.rotates === 'cut off' && !isRead(this.next.name))) return;
        // With the end of a record, which the query may not want, comes what follows it.
        for (let isMore = true; isMore && this.next;) {
          isMore = !this.next.bringsRecords;
          awaited = this.next.firstId;
          if (this.next.bringsRecords) came(this.next);
          await this.rotate();
        }
        if (!this.next) end.abort();
      },
      commit: () => sink.commit(),
      discard: () => sink.discard(),
    };
    try {
      const asked = { query, to: 'jsonl', sink: turning, onlyNew: false, say: () => undefined } as const;
      await followTo(dataset, follower, asked, signal);
    } finally {
      await follower.close();
    }
  }

  /** Opens the files in a preview, and follows them until they are all that they become. @param warmed queries that are run before */
  async preview(
    preview: Preview,
    { via, pattern }: Pick<Layout, 'via' | 'pattern'>,
    warmed: readonly string[],
  ): Promise<void> {
    const { folder } = this;
    const { host, page } = preview;
    const files = via === 'files' ? { folder, pattern: '**/*' } : undefined;
    const location = files ? folder : this.paths[0];
    await host.call('open', { session: 1, file: { location, files, options: { pattern } } });
    await page.call('rows', { view: 0, first: 0, count: 1, columns: [] });
    for (const query of warmed) await page.call('run', { query });
    await preview.file(({ exact }) => exact);
    await page.call('follow', { on: true });
    for (let step = this.next; step; step = this.next) {
      const { records, bringsRecords } = step;
      const there = preview.next((state) => state.exact && state.records === records);
      await this.append();
      // The end of a record that was there makes it whole, and none more.
      if (bringsRecords) await there;
    }
  }

  remove(): Promise<void> {
    return rm(this.folder, { recursive: true });
  }

  /** Lets the files grow while they are open, as a preview does that follows them. @param asked once they have grown for a while */
  async growIn(dataset: Dataset, asked: (dataset: Dataset) => Promise<unknown>): Promise<void> {
    const half = this.#growing.steps[Math.floor(this.#growing.steps.length / 2)];
    const tails = new Map<string, Tail>();
    let grown: GrownFiles | undefined;
    try {
      for (let step = this.next; step; step = this.next) {
        if (step === half) await asked(dataset);
        await this.append();
        const path = this.at(step.name);
        const tail = tails.get(path) ?? (await Tail.open(path));
        tails.set(path, tail);
        if (dataset.files) {
          grown ??= await GrownFiles.of(dataset, signal);
          await growTable(dataset, grown, tail);
        } else {
          const growth = await growthOf(dataset, tail, signal);
          if (growth) dataset.grow(growth);
        }
      }
    } finally {
      for (const tail of tails.values()) await tail.close();
    }
  }
}

async function growTable(dataset: Dataset, grown: GrownFiles, tail: Tail): Promise<void> {
  const { path } = tail;
  const identity = await identifyFile(path);
  const known = grown.parts.findIndex((part) => part.path === path);
  const file = known === -1 ? grown.add({ path, name: path, encoding: 'utf-8', identity }) : known;
  if (file === undefined) throw new Error(`${path} cannot be taken in.`);
  const taken = await grown.take(file, tail, identity, most);
  if (taken === undefined) throw new Error(`${path} does not begin as the others do.`);
  dataset.grow(await grown.growth(signal));
  grown.taken();
}
