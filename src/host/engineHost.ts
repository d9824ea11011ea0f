import { once } from 'node:events';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import type {
  AllowedProgram,
  EngineCalls,
  EngineEvents,
  ExportProgress,
  HostAnswers,
  OpenFile,
  ProgramCall,
  Tagged,
} from '../protocol/engine.ts';
import type { FormatOptions } from '../protocol/formatOptions.ts';
import type { FileInfo } from '../protocol/file.ts';
import { Peer, type CallOptions, type Message, type ProgressOf, type WireError } from '../protocol/rpc.ts';
import { said, saidOf } from '../said/said.ts';

/** What a preview hears of its session. */
export interface SessionListener {
  /** A message for the page. */
  readonly message: (message: Message) => void;
  /** The file is open: at first, or again after the engine was replaced. */
  readonly opened: (info: FileInfo, again: boolean) => void;
  /** The file cannot be opened. */
  readonly failed: (error: WireError) => void;
  /** The engine died and is being replaced; `opened` or `failed` follows. */
  readonly interrupted: (error: WireError) => void;
  /** How far the opening is, of what takes long to open: a comparison of two files. */
  readonly progress?: ((step: ExportProgress) => void) | undefined;
  /** Asks whether a program may be run; where it is not there, none may. */
  readonly program?: ((asked: ProgramCall) => Promise<AllowedProgram>) | undefined;
}

export interface EngineHostOptions {
  /** The engine's bundle. */
  readonly script: string;
  readonly settings: () => EngineCalls['configure']['params'];
  /** The engine's environment; VS Code's own where it is not said. */
  readonly environment?: () => NodeJS.ProcessEnv;
  readonly log: (line: string) => void;
  /** How long the engine outlives its last session: a tab that is moved closes and opens again. */
  readonly graceMs?: number;
}

interface Running {
  readonly worker: Worker;
  readonly peer: Peer<HostAnswers, EngineCalls, EngineEvents>;
}

/** So many deaths within a minute are a fault that another start does not mend. */
const toleratedDeaths = 3;
/** So long an engine that is told to end may clean up; VS Code waits five seconds for its extensions. */
const stopMs = 3000;

/**
 * Owns the engine's worker thread: starts it when the first file is opened, replaces it when it dies, ends it some
 * time after the last file was closed. All sessions share it.
 */
export class EngineHost {
  readonly #options: EngineHostOptions;
  readonly #sessions = new Map<number, EngineSession>();
  #running: Running | undefined;
  #nextSession = 1;
  #deaths: number[] = [];
  #grace: NodeJS.Timeout | undefined;
  /** Calls under way that outlive their session: exports. */
  #calls = 0;
  /** Engines that were told to end, and have not yet. */
  readonly #ending = new Set<Promise<void>>();

  constructor(options: EngineHostOptions) {
    this.#options = options;
  }

  /** Thread of the running engine; undefined while there is none. */
  get threadId(): number | undefined {
    return this.#running?.worker.threadId;
  }

  open(file: OpenFile, listener: SessionListener): EngineSession {
    clearTimeout(this.#grace);
    const session = new EngineSession(this, this.#nextSession++, file, listener);
    this.#sessions.set(session.number, session);
    this.reopen(session, false);
    return session;
  }

  /** Opens the session's file in the engine that is running now. */
  reopen(session: EngineSession, again: boolean): void {
    const { number, file, listener } = session;
    const running = this.#start();
    const options = { signal: session.closing, onProgress: listener.progress };
    running.peer.call('open', { session: number, file }, options).then(
      (info) => {
        if (this.#sessions.has(number)) listener.opened(info, again);
      },
      (error: unknown) => {
        // An engine that died is being replaced, and says so itself.
        if (this.#sessions.has(number) && this.#running === running) listener.failed(wireError(error));
      },
    );
  }

  close(session: EngineSession): void {
    if (!this.#sessions.delete(session.number)) return;
    // Where the engine has just died there is nothing to close.
    this.#running?.peer.call('close', { session: session.number }).catch(() => undefined);
    this.#stopSoon();
  }

  post(session: EngineSession, message: Message): void {
    this.#running?.worker.postMessage({ session: session.number, message } satisfies Tagged);
  }

  call<K extends keyof EngineCalls>(
    method: K,
    params: EngineCalls[K]['params'],
    options?: CallOptions<ProgressOf<EngineCalls[K]>>,
  ): Promise<EngineCalls[K]['result']> {
    clearTimeout(this.#grace);
    const { peer } = this.#start();
    this.#calls++;
    return peer.call(method, params, options).finally(() => {
      this.#calls--;
      this.#stopSoon();
    });
  }

  /** Ends the engine, whatever it is doing, as soon as that has left nothing behind. */
  async dispose(): Promise<void> {
    clearTimeout(this.#grace);
    this.#sessions.clear();
    this.#stop();
    await Promise.all(this.#ending);
  }

  #start(): Running {
    if (this.#running) return this.#running;
    const { script, settings, environment, log } = this.#options;
    const worker = new Worker(pathToFileURL(script), {
      name: 'rowriver engine',
      execArgv: [],
      env: environment?.() ?? process.env,
    });
    const peer = new Peer<HostAnswers, EngineCalls, EngineEvents>({
      post: (message, transfer) =>
        worker.postMessage({ session: 0, message } satisfies Tagged, transfer ? [...transfer] : []),
      handlers: { program: (asked) => this.#mayRun(asked) },
      onEvent: (_, line) => log(String(line)),
    });
    const running = { worker, peer };
    this.#running = running;
    worker.on('message', ({ session, message }: Tagged) => {
      if (session === 0) peer.receive(message);
      else this.#sessions.get(session)?.listener.message(message);
    });
    worker.on('error', (error) => log(`The engine failed: ${error.stack ?? error.message}`));
    worker.once('exit', (code) => this.#died(running, code));
    // A failure here is the worker's death, which is seen to below.
    peer.call('configure', settings()).catch(() => undefined);
    return running;
  }

  #mayRun(asked: ProgramCall): Promise<AllowedProgram> {
    const { program } = this.#sessions.get(asked.session)?.listener ?? {};
    if (!program)
      throw new Error('CALL runs a program, which only a query that is typed in a preview may do.');
    return program(asked);
  }

  #died(running: Running, code: number): void {
    this.#options.log(`The engine ended with ${code}.`);
    // One that was told to end is not missed.
    if (this.#running !== running) return;
    this.#running = undefined;
    const now = Date.now();
    this.#deaths = [...this.#deaths.filter((time) => now - time < 60_000), now];
    const error = { kind: 'restarted', said: said`The engine stopped unexpectedly.` };
    running.peer.close(error);
    const hopeless = this.#deaths.length > toleratedDeaths;
    if (hopeless) this.#deaths = [];
    for (const session of [...this.#sessions.values()]) {
      if (hopeless) {
        session.listener.failed({
          ...error,
          said: said`The engine stopped unexpectedly, several times in a row.`,
        });
      } else {
        session.listener.interrupted(error);
        this.reopen(session, true);
      }
    }
  }

  /** Ends the engine once nobody has needed it for some time. */
  #stopSoon(): void {
    clearTimeout(this.#grace);
    if (this.#sessions.size > 0 || this.#calls > 0) return;
    this.#grace = setTimeout(() => this.#stop(), this.#options.graceMs ?? 5000);
  }

  #stop(): void {
    const running = this.#running;
    if (!running) return;
    this.#running = undefined;
    const ending = end(running).finally(() => this.#ending.delete(ending));
    this.#ending.add(ending);
  }
}

async function end({ worker, peer }: Running): Promise<void> {
  const ended = once(worker, 'exit');
  peer.send('stop', null);
  peer.close();
  const impatient = setTimeout(() => void worker.terminate(), stopMs);
  await ended;
  clearTimeout(impatient);
}

/** One open preview's share of the engine. */
export class EngineSession {
  readonly #host: EngineHost;
  readonly number: number;
  file: OpenFile;
  readonly listener: SessionListener;
  readonly #closing = new AbortController();

  constructor(host: EngineHost, number: number, file: OpenFile, listener: SessionListener) {
    this.#host = host;
    this.number = number;
    this.file = file;
    this.listener = listener;
  }

  /** Aborted when nobody looks at the session any more. */
  get closing(): AbortSignal {
    return this.#closing.signal;
  }

  /** Passes on what the page says. */
  post(message: Message): void {
    this.#host.post(this, message);
  }

  reopen(): void {
    this.#host.reopen(this, true);
  }

  /** Reads the file otherwise from now on. */
  readAs(options: FormatOptions): void {
    this.file = { ...this.file, options };
    this.reopen();
  }

  close(): void {
    this.#closing.abort();
    this.#host.close(this);
  }
}

function wireError(error: unknown): WireError {
  const kind = error instanceof Error && 'kind' in error ? String(error.kind) : 'failed';
  return { kind, said: saidOf(error) };
}
