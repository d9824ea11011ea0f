import { formatOf } from '../format/registry.ts';
import { digestOf } from '../query/index.ts';
import { RecentMap } from '../recentMap.ts';
import type { Source } from '../source/source.ts';
import type { TextFinder } from './find.ts';
import { compareBlocks } from './compare.ts';
import { Matcher, planOf } from './matcher.ts';
import { OpenFiles } from './openFile.ts';
import { scanStretch } from './scan.ts';
import type { FileSpec, Find, JoinedTables, Output, Result, Task } from './task.ts';

/** Queries kept compiled; the one used longest ago is given up first. */
const keptMatchers = 16;

/** Does tasks, one at a time, with the files and the compiled queries of one thread. */
export class Performer {
  readonly #files: OpenFiles;
  readonly #matchers = new RecentMap<string, Matcher>(keptMatchers);
  /** Those of queries that have the rows of other files: by the key of their run, as long as that takes. */
  readonly #joined = new Map<string, RecentMap<string, Matcher>>();

  /** `ownThread`: whether the thread is there for nothing else. */
  constructor(ownThread: boolean) {
    this.#files = new OpenFiles(ownThread);
  }

  async perform(task: Task, signal: AbortSignal): Promise<Result> {
    const file = await this.#files.use(task.file, signal);
    switch (task.kind) {
      case 'scan': {
        const Finder = task.find && (await import('./find.ts')).TextFinder;
        const wellFormed = task.malformed !== 'keep';
        const matcher = this.#matcher(task.file, task.query, wellFormed, {
          find: task.find,
          Finder,
          joined: joinedOf(task.output),
        });
        checkDigest(matcher, task.digest, task.query);
        const also = (task.also ?? []).map(({ query, digest, output }, at) => {
          // Stages and selections belong to a plan: two outputs of one query have two.
          const own = this.#matcher(task.file, query, wellFormed, {
            output: at + 1,
            joined: joinedOf(output),
          });
          checkDigest(own, digest, query);
          return { matcher: own, output };
        });
        return scanStretch(file, task, matcher, also, signal);
      }
      case 'page': {
        const { readPage } = await import('./page.ts');
        const matcher = this.#matcher(task.file, task.query, false);
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

  /** Lets go of a file, or of what a run has of other files. */
  release(key: string): Promise<void> {
    this.#joined.delete(key);
    return this.#files.release(key);
  }

  close(): Promise<void> {
    return this.#files.close();
  }

  #matcher(
    file: FileSpec,
    query: string | undefined,
    wellFormed: boolean,
    { find, Finder, joined, output = 0 }: MatcherOptions = {},
  ): Matcher {
    const key = JSON.stringify([file.key, query, find, wellFormed, output]);
    const matchers = joined ? this.#matchersOf(joined.key) : this.#matchers;
    const createMatcher = (): Matcher => {
      const plan = planOf(query ?? '', file.format, joined?.layouts);
      const finder = find && Finder && new Finder(find, plan, formatOf(file.format));
      return new Matcher(plan, finder, query === undefined ? 'all' : wellFormed ? 'well-formed' : 'readable');
    };
    const matcher = matchers.get(key) ?? createMatcher();
    matchers.set(key, matcher);
    return matcher;
  }

  #matchersOf(run: string): RecentMap<string, Matcher> {
    const matchers = this.#joined.get(run) ?? new RecentMap<string, Matcher>(keptMatchers);
    this.#joined.set(run, matchers);
    return matchers;
  }
}

interface MatcherOptions {
  readonly find?: Find | undefined;
  readonly Finder?: typeof TextFinder | undefined;
  readonly joined?: JoinedTables | undefined;
  /** Which of a scan's outputs it is for. */
  readonly output?: number;
}

function joinedOf(output: Output): JoinedTables | undefined {
  return output.kind === 'stages' ? output.joined : undefined;
}

function checkDigest({ plan }: Matcher, digest: string | undefined, query: string | undefined): void {
  if (digest === undefined || digest === digestOf(plan)) return;
  throw new TypeError(`Two threads have made different plans of the same query: ${query}`);
}
