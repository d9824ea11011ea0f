import { basename } from 'node:path';
import type { EngineCalls, EngineEvents, EngineSays, HostAnswers, Tagged } from '../../protocol/engine.ts';
import { Peer, type Handlers, type Message } from '../../protocol/rpc.ts';
import { said, type Said, SaidError } from '../../said/said.ts';
import { AskedPrograms } from '../call/askedPrograms.ts';
import type { Programs } from '../call/programs.ts';
import { keyColumns } from '../diff/keyColumns.ts';
import type { OpenReading } from '../format/csv/openReading.ts';
import { indented } from '../format/json/indent.ts';
import { IndexStore } from '../index/store.ts';
import type { Pool } from '../pool/pool.ts';
import type { Result, Task } from '../pool/task.ts';
import type { HttpLimits } from '../source/http/limits.ts';
import type { Dataset } from '../dataset/dataset.ts';
import { refuseOpen } from '../dataset/doubt/doubts.ts';
import { failureKind } from './failureKind.ts';
import { countTo } from '../run/count.ts';
import { exportRejectsToFile, exportTo, exportToFile } from '../run/export/export.ts';
import type { ByteSink } from '../sink/byteSink.ts';
import { ProcessEnding } from '../processEnding.ts';
import { removeKept } from '../run/export/kept.ts';
import { Tools } from '../tools/tools.ts';
import { showingStages } from './exportStages.ts';
import { HeldFiles, type HeldFile } from './heldFiles.ts';
import { KeptExports } from './keptExports.ts';
import { printQueries } from './printQueries.ts';
import { RowReader } from './rowReader.ts';
import { inferredText, validate, type CheckOptions } from './schemaCalls.ts';
import { Session } from './session.ts';
import type { SharedFile } from './sharedFile.ts';

export interface ServiceOptions {
  readonly limits?: Partial<HttpLimits> | undefined;
  /** Runs what queries of previews call, where the host allows it; undefined: they may call nothing. */
  readonly programs?: Programs | undefined;
}

interface OpenSession {
  readonly session: Session;
  held: HeldFile;
}

/** To the host's side. Buffers in `transfer` may be moved. */
type PostTagged = (tagged: Tagged, transfer?: readonly ArrayBuffer[]) => void;

/**
 * The engine as the extension host sees it: files, shared by the previews that look at them, and one session a
 * preview.
 */
export class EngineService {
  readonly #pool: Pool<Task, Result>;
  readonly #programs: Programs | undefined;
  readonly #post: PostTagged;
  readonly #host: Peer<EngineCalls, HostAnswers, EngineSays>;
  readonly #files: HeldFiles;
  #store: IndexStore | undefined;
  #kept: KeptExports | undefined;
  #sends: string | undefined;
  readonly #tools = new Tools(async (location, options, signal) => {
    const held = await this.#files.hold({ location, options }, { signal });
    return {
      file: await held.file,
      open: (more) => this.#files.openAnew(held, more),
      letGo: (stale) => this.#files.letGo(held, stale),
    };
  });
  /** Of what a server gives only once. */
  #keepBytes = 0;
  /** Whether the host is asked for programs. */
  #asksPrograms = false;
  readonly #sessions = new Map<number, OpenSession>();
  readonly #readers = new Map<number, RowReader>();
  #nextReader = 1;

  /** @param stopped called when all has been cleaned up after the host has said that it is to end */
  constructor(
    pool: Pool<Task, Result>,
    post: PostTagged,
    stopped: () => void = () => undefined,
    { limits, programs }: ServiceOptions = {},
  ) {
    this.#pool = pool;
    this.#files = new HeldFiles(() => ({ pool, store: this.#store, keepBytes: this.#keepBytes, limits }));
    this.#programs = programs;
    this.#post = post;
    this.#host = new Peer({
      post: (message, transfer) => post({ session: 0, message }, transfer),
      handlers: this.#handlers(),
      onEvent: (name) => {
        if (name === ('stop' satisfies keyof EngineEvents)) void this.close().finally(stopped);
      },
      transfer: linesOf,
      kindOf: failureKind,
    });
  }

  /** Tells the host's log a line. */
  log(text: string): void {
    this.#host.send('log', text);
  }

  receive({ session, message }: Tagged): void {
    if (session === 0) this.#host.receive(message);
    else this.#sessions.get(session)?.session.receive(message);
  }

  /** Cancels what is under way, and ends when that has left nothing behind. */
  async close(): Promise<void> {
    // What an export has written so far is left for the next engine.
    this.#host.close(undefined, new ProcessEnding());
    await this.#host.rested();
    await this.#files.rested();
    await this.#tools.close();
    await Promise.all([...this.#readers.values()].map((reader) => reader.close()));
    await Promise.all([...this.#sessions.keys()].map((id) => this.#closeSession(id)));
    await this.#pool.close();
  }

  #handlers(): Handlers<EngineCalls> {
    return {
      configure: ({ cacheFolder, cacheBytes, keepBytes, journals, sends, programs = false }) => {
        this.#sends = sends;
        this.#asksPrograms = programs;
        this.#keepBytes = keepBytes;
        this.#kept = journals && new KeptExports(journals);
        this.#store = cacheFolder === null ? undefined : new IndexStore(cacheFolder, cacheBytes);
        return null;
      },
      open: async ({ session, file }, context) => {
        // A session that is opened again is one that is read otherwise from now on.
        await this.#closeSession(session);
        let held = await this.#files.hold(file, context);
        const post = (message: Message): void => this.#post({ session, message });
        const reopen = async (): Promise<SharedFile> => {
          await this.#files.letGo(held, true);
          opened.held = held = await this.#files.hold(file, { signal: new AbortController().signal });
          return held.file;
        };
        const programs = this.#programsOf(session);
        const opened: OpenSession = { session: new Session(await held.file, post, reopen, programs), held };
        this.#sessions.set(session, opened);
        return opened.session.info();
      },
      keyColumns: async ({ before, after }, { signal }) => {
        const held: HeldFile[] = [];
        try {
          for (const file of [before, after]) held.push(await this.#files.holdWhole(file, { signal }));
          const [ofBefore, ofAfter] = await Promise.all(held.map(({ file }) => file));
          return await keyColumns(ofBefore.dataset, ofAfter.dataset, signal);
        } finally {
          for (const one of held) await this.#files.letGo(one, false);
        }
      },
      close: async ({ session }) => {
        await this.#closeSession(session);
        return null;
      },
      export: async ({ session, query, target, to }, context) => {
        const shown = this.#session(session);
        const kept = shown.holdRows(query);
        const { of } = this.#opened(session).held;
        try {
          return await this.#exporting(session, query, context.signal, async (dataset) => {
            refuseOpen(query, dataset);
            const earlier = await this.#kept?.earlier(target);
            // What goes on with it would have to read the schema again.
            const journal = dataset.checks ? undefined : this.#kept?.journalOf(of, { target, to });
            const programs = this.#programsOf(session);
            const asked = { query, to, target, kept, journal, programs };
            const summary = await showingStages(
              basename(target),
              context,
              (told) => shown.exports(told),
              (told) => exportToFile(dataset, asked, told),
            );
            if (earlier) await removeKept(earlier);
            return summary;
          });
        } finally {
          await kept?.letGo();
        }
      },
      sendRows: (asked, context) => {
        const { session, query } = asked;
        const shown = this.#session(session);
        const journals = this.#sends;
        if (journals === undefined) throw new RangeError('This engine sends nothing.');
        return this.#exporting(session, query, context.signal, async (dataset) => {
          refuseOpen(query, dataset);
          // What HTTP and a database need is loaded where rows are sent.
          const { sendFromPreview, targetOf } = await import('../send/sendFromPreview.ts');
          const service = targetOf(asked);
          const options = { journals, programs: this.#programsOf(session) };
          return showingStages(
            service.name,
            context,
            (told) => shown.exports(told),
            (told) =>
              sendFromPreview(dataset, asked, service, options, told, (broken) =>
                context.progress({ broken }),
              ),
          );
        });
      },
      interruptedExports: () => this.#kept?.list() ?? [],
      resumeExport: async ({ target, headers }, context) => {
        const { location, options, query, to, kept } = await this.#keptExports().workOf(target);
        const file = { location, options, headers };
        // One of its own: what the journal knows of the file must not meet what a preview is just finding out.
        const dataset = await this.#files.openAlone(file, { signal: context.signal });
        try {
          const journal = this.#kept?.journalOf(file, { target, to }, kept);
          return await exportToFile(dataset, { query, to, target, journal }, context);
        } finally {
          await dataset.close();
        }
      },
      discardExport: async ({ target }) => {
        await this.#keptExports().discard(target);
        return null;
      },
      inferSchema: ({ session, query }, context) =>
        this.#exporting(session, query, context.signal, (dataset) => inferredText(dataset, query, context)),
      validate: (asked, context) => {
        const { session, held } = this.#opened(asked.session);
        const open = (more: CheckOptions): Promise<Dataset> => this.#files.openAnew(held, more);
        return validate(open, session, asked, context);
      },
      exportRejects: ({ session, target }, context) => {
        const shown = this.#session(session);
        return showingStages(
          basename(target),
          context,
          (told) => shown.exports(told),
          (told) =>
            this.#exporting(session, '', context.signal, (dataset) =>
              exportRejectsToFile(dataset, target, told),
            ),
        );
      },
      beginRows: ({ session, query }) => {
        const reader = this.#nextReader++;
        const run = (sink: ByteSink, signal: AbortSignal) =>
          this.#asking(session, query, signal, (dataset) =>
            exportTo(dataset, { query, to: 'jsonl', sink }, { signal, progress: () => undefined }),
          );
        this.#readers.set(reader, new RowReader(run));
        return { reader };
      },
      nextRows: ({ reader }) => {
        const found = this.#readers.get(reader);
        if (!found) throw new SaidError(said`These rows are no longer available.`);
        return found.next();
      },
      endRows: async ({ reader }) => {
        const found = this.#readers.get(reader);
        this.#readers.delete(reader);
        await found?.close();
        return null;
      },
      countRows: ({ session, query }, context) =>
        this.#asking(session, query, context.signal, (dataset) => countTo(dataset, { query }, context)),
      recordText: async ({ session, view, row }, { signal }) => {
        const { record, text, format, fields } = await this.#session(session).record(view, row, signal);
        const pairs = Object.fromEntries(fields.map(({ name, value }) => [name, value]));
        const json = format === 'json' ? text : JSON.stringify(pairs);
        return { record, text: indented(json) };
      },
      comparedRecords: async ({ session, view, row }, { signal }) => {
        const shown = this.#session(session);
        const { comparison } = shown.file;
        if (!comparison) throw new SaidError(said`This preview shows no comparison.`);
        const { record } = await shown.record(view, row, signal);
        if (record === 0) throw new SaidError(said`This row comes from no single row of the comparison.`);
        return comparison.records(record - 1, signal);
      },
      printQuery: ({ session, query }) => printQueries(this.#session(session).file.dataset, query),
      tool: (request, context) => this.#tools.call(request, context),
      clearCache: async () => ({ bytes: (await this.#store?.clear()) ?? 0 }),
    };
  }

  #opened(id: number): OpenSession {
    const found = this.#sessions.get(id);
    if (!found) throw new SaidError(said`This preview has been closed.`);
    return found;
  }

  /** What a query of a preview may call: the host is asked each time. */
  #programsOf(session: number): AskedPrograms | undefined {
    const programs = this.#programs;
    if (!programs || !this.#asksPrograms) return undefined;
    return new AskedPrograms(programs, (file, options, signal) =>
      this.#host.call('program', { session, file, options }, { signal }),
    );
  }

  #keptExports(): KeptExports {
    if (!this.#kept) throw new RangeError('This engine keeps no exports.');
    return this.#kept;
  }

  #session(id: number): Session {
    return this.#opened(id).session;
  }

  /** An export goes on when its preview is closed, or shows the file anew. */
  async #exporting<T>(
    id: number,
    query: string,
    signal: AbortSignal,
    work: (dataset: Dataset) => Promise<T>,
    goOn = true,
  ): Promise<T> {
    const held = this.#sessions.get(id)?.held;
    const session = this.#session(id);
    const { file } = session;
    if (held) held.holders++;
    try {
      return await session.reading(query, async (dataset) => {
        const scan = (read: Dataset): Promise<T> => file.whileScanning(() => work(read), goOn);
        if (!held || (await dataset.isReadAsAll(signal))) return scan(dataset);
        const own = await this.#files.openAlone(held.of, { signal });
        try {
          return await scan(own);
        } finally {
          await own.close();
        }
      });
    } finally {
      if (held) await this.#files.letGo(held, false);
    }
  }

  /** For a program: what it has not asked for is not read afterwards. */
  #asking<T>(
    id: number,
    query: string,
    signal: AbortSignal,
    work: (dataset: Dataset) => Promise<T>,
  ): Promise<T> {
    const answer = (dataset: Dataset): Promise<T> => {
      refuseOpen(query, dataset, programAdvice);
      return work(dataset);
    };
    return this.#exporting(id, query, signal, answer, false);
  }

  async #closeSession(id: number): Promise<void> {
    const opened = this.#sessions.get(id);
    this.#sessions.delete(id);
    await opened?.session.close();
    if (opened) await this.#files.letGo(opened.held, false);
  }
}

/** What a program does about a column whose cells can be read in two ways. */
function programAdvice({ choices }: OpenReading): Said {
  const options = choices.map((choice) =>
    choice.kind === 'number' ? `decimal: '${choice.decimal}'` : `dates: '${choice.order}'`,
  );
  return said`Open the file with ${options.join(' or ')}.`;
}

/** Rows are moved, not copied. */
function linesOf(value: unknown): readonly ArrayBuffer[] {
  const lines: unknown =
    typeof value === 'object' && value !== null && 'lines' in value ? value.lines : undefined;
  return lines instanceof Uint8Array && lines.buffer instanceof ArrayBuffer ? [lines.buffer] : [];
}
