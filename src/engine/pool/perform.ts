import { formatOf } from '../format/registry.ts';
import { digestOf } from '../query/index.ts';
import { RecentMap } from '../recentMap.ts';
import type { Source } from '../source/source.ts';
import type { TextFinder } from './find.ts';
import { compareBlocks } from './compare.ts';
import { Matcher, planOf } from './matcher.ts';
import { OpenFiles } from './openFile.ts';
import { scanStretch } from './scan.ts';
import type { FileSpec, Find, Result, Task } from './task.ts';

/** Queries kept compiled; the one used longest ago is given up first. */
const keptMatchers = 16;

/** Does tasks, one at a time, with the files and the compiled queries of one thread. */
export class Performer {
  readonly #files: OpenFiles;
  readonly #matchers = new RecentMap<string, Matcher>(keptMatchers);

  /** `ownThread`: whether the thread is there for nothing else. */
  constructor(ownThread: boolean) {
    this.#files = new OpenFiles(ownThread);
  }

  async perform(task: Task, signal: AbortSignal): Promise<Result> {
    const file = await this.#files.use(task.file, signal);
    switch (task.kind) {
      case 'scan': {
        const Finder = task.find && (await import('./find.ts')).TextFinder;
        const matcher = this.#matcher(task.file, task.query, task.find, task.malformed !== 'keep', 0, Finder);
        checkDigest(matcher, task.digest, task.query);
        const also = (task.also ?? []).map(({ query, digest, output }, at) => {
          // Stages and selections belong to a plan: two outputs of one query have two.
          const own = this.#matcher(task.file, query, undefined, task.malformed !== 'keep', at + 1);
          checkDigest(own, digest, query);
          return { matcher: own, output };
        });
        return scanStretch(file, task, matcher, also, signal);
      }
      case 'page': {
        const { readPage } = await import('./page.ts');
        const matcher = this.#matcher(task.file, task.query, undefined, false);
        return readPage(file, task, matcher, signal);
      }
      case 'compare':
        return compareBlocks(file, task, signal);
    }
  }

  /** Takes over a source that cannot be opened a second time. */
  adopt(spec: FileSpec, source: Source): void {
    this.#files.adopt(spec, source);
  }

  release(key: string): Promise<void> {
    return this.#files.release(key);
  }

  close(): Promise<void> {
    return this.#files.close();
  }

  #matcher(
    file: FileSpec,
    query: string | undefined,
    find: Find | undefined,
    wellFormed: boolean,
    output = 0,
    Finder?: typeof TextFinder,
  ): Matcher {
    const key = JSON.stringify([file.key, query, find, wellFormed, output]);
    const createMatcher = (): Matcher => {
      const plan = planOf(query ?? '', file.format);
      const finder = find && Finder && new Finder(find, plan, formatOf(file.format));
      return new Matcher(plan, finder, query === undefined ? 'all' : wellFormed ? 'well-formed' : 'readable');
    };
    const matcher = this.#matchers.get(key) ?? createMatcher();
    this.#matchers.set(key, matcher);
    return matcher;
  }
}

function checkDigest({ plan }: Matcher, digest: string | undefined, query: string | undefined): void {
  if (digest === undefined || digest === digestOf(plan)) return;
  throw new TypeError(`Two threads have made different plans of the same query: ${query}`);
}
