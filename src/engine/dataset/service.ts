import type { EngineCalls, OpenFile, Tagged } from '../../protocol/engine.ts';
import { Peer, type Handlers, type Message } from '../../protocol/rpc.ts';
import { IndexStore } from '../index/store.ts';
import type { Pool } from '../pool/pool.ts';
import type { Result, Task } from '../pool/task.ts';
import { SourceError, type SourceSpec } from '../source/source.ts';
import { exportRejectsToFile, exportToFile } from './export.ts';
import { printQueries } from './printQueries.ts';
import { Session } from './session.ts';
import { SharedFile } from './sharedFile.ts';

interface Held {
  readonly file: Promise<SharedFile>;
  holders: number;
}

/** The engine as the extension host sees it: files, shared by the previews that look at them, and one session a preview. */
export class EngineService {
  readonly #pool: Pool<Task, Result>;
  readonly #post: (tagged: Tagged) => void;
  readonly #host: Peer<EngineCalls, Record<string, never>, Record<string, never>>;
  readonly #files = new Map<string, Held>();
  #store: IndexStore | undefined;
  readonly #sessions = new Map<number, { readonly session: Session; readonly key: string }>();

  constructor(pool: Pool<Task, Result>, post: (tagged: Tagged) => void) {
    this.#pool = pool;
    this.#post = post;
    this.#host = new Peer({
      post: (message) => post({ session: 0, message }),
      handlers: this.#handlers(),
      kindOf: (error) => (error instanceof SourceError ? error.failure : 'failed'),
    });
  }

  receive({ session, message }: Tagged): void {
    if (session === 0) this.#host.receive(message);
    else this.#sessions.get(session)?.session.receive(message);
  }

  async close(): Promise<void> {
    for (const id of [...this.#sessions.keys()]) await this.#closeSession(id);
    await this.#pool.close();
  }

  #handlers(): Handlers<EngineCalls> {
    return {
      configure: ({ cacheFolder, cacheBytes }) => {
        this.#store = cacheFolder === null ? undefined : new IndexStore(cacheFolder, cacheBytes);
        return null;
      },
      open: async ({ session, file }, { signal }) => {
        const key = JSON.stringify(file);
        const shared = await this.#hold(key, file, signal);
        const post = (message: Message): void => this.#post({ session, message });
        const reopen = async (): Promise<SharedFile> => {
          await this.#letGo(key, true);
          return this.#hold(key, file, new AbortController().signal);
        };
        const opened = new Session(shared, post, reopen);
        this.#sessions.set(session, { session: opened, key });
        return opened.info();
      },
      close: async ({ session }) => {
        await this.#closeSession(session);
        return null;
      },
      export: ({ session, query, target, to }, context) =>
        this.#session(session).file.whileScanning(() =>
          exportToFile(this.#session(session).file.dataset, { query, to, target }, context),
        ),
      exportRejects: ({ session, target }, context) =>
        this.#session(session).file.whileScanning(() =>
          exportRejectsToFile(this.#session(session).file.dataset, target, context),
        ),
      recordText: async ({ session, view, row }, { signal }) => {
        const { record, text, format, fields } = await this.#session(session).record(view, row, signal);
        const pairs = Object.fromEntries(fields.map(({ name, value }) => [name, value]));
        return { title: `Record ${record}`, text: format === 'json' ? text : JSON.stringify(pairs) };
      },
      printQuery: ({ session, query }) => printQueries(this.#session(session).file.dataset, query),
      clearCache: async () => ({ bytes: (await this.#store?.clear()) ?? 0 }),
    };
  }

  #session(id: number): Session {
    const held = this.#sessions.get(id);
    if (!held) throw new RangeError('This preview has been closed.');
    return held.session;
  }

  async #closeSession(id: number): Promise<void> {
    const held = this.#sessions.get(id);
    this.#sessions.delete(id);
    await held?.session.close();
    if (held) await this.#letGo(held.key, false);
  }

  async #hold(key: string, file: OpenFile, signal: AbortSignal): Promise<SharedFile> {
    let held = this.#files.get(key);
    if (!held) {
      held = {
        file: SharedFile.open(specOf(file), file.options, { pool: this.#pool, store: this.#store }, signal),
        holders: 0,
      };
      this.#files.set(key, held);
    }
    held.holders++;
    try {
      return await held.file;
    } catch (error) {
      if (this.#files.get(key) === held) this.#files.delete(key);
      throw error;
    }
  }

  /** @param stale nobody else is to be given this file: it has changed on disk */
  async #letGo(key: string, stale: boolean): Promise<void> {
    const held = this.#files.get(key);
    if (!held) return;
    held.holders--;
    if (held.holders > 0 && !stale) return;
    this.#files.delete(key);
    // Who still looks at a stale file keeps it until it is reloaded there as well.
    if (held.holders === 0) await (await held.file).close();
  }
}

function specOf({ location, options: { encoding } }: OpenFile): SourceSpec {
  const place: SourceSpec = /^https?:\/\//i.test(location)
    ? { kind: 'url', url: location }
    : { kind: 'file', path: location };
  return encoding === undefined ? place : { ...place, encoding };
}
