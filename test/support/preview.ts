import { EngineService } from '../../src/engine/service/service.ts';
import type { EngineSide } from '../../src/engine/service/session.ts';
import type { EngineCalls, OpenFile, Tagged } from '../../src/protocol/engine.ts';
import type { FormatOptions } from '../../src/protocol/formatOptions.ts';
import type { ColumnInfo, FileInfo, FileState } from '../../src/protocol/file.ts';
import type { Page, PreviewEvents, ViewState } from '../../src/protocol/preview.ts';
import { CellKind } from '../../src/protocol/preview.ts';
import { Peer } from '../../src/protocol/rpc.ts';
import { scanPool } from './pool.ts';

type Nothing = Record<string, never>;

/** As often as usual, with nothing to wait for. */
const retryMs = [1, 1, 1];

/** The engine with one preview on it, spoken to as host and page do, over structured clones. */
export class Preview {
  readonly host: Peer<Nothing, EngineCalls, Nothing>;
  readonly page: Peer<Nothing, EngineSide, Nothing>;
  readonly files: FileState[] = [];
  readonly checks: PreviewEvents['schemaCheck'][] = [];
  readonly exports: PreviewEvents['exportStages'][] = [];
  /** What has happened to files that are followed. */
  readonly told: PreviewEvents['followed'][] = [];
  /** What the engine has told last of each view's columns. */
  readonly columns = new Map<number, readonly ColumnInfo[]>();
  readonly #service: EngineService;
  readonly #waiting: { readonly test: (state: FileState) => boolean; readonly resolve: () => void }[] = [];
  readonly #views: {
    readonly test: (state: ViewState) => boolean;
    readonly resolve: (state: ViewState) => void;
  }[] = [];
  info!: FileInfo;

  private constructor(workers: number) {
    const toClient = (tagged: Tagged): void => {
      const { session, message } = structuredClone(tagged);
      if (session === 0) this.host.receive(message);
      else this.page.receive(message);
    };
    this.#service = new EngineService(scanPool(workers), toClient, undefined, { limits: { retryMs } });
    this.host = new Peer({ post: (message) => this.#service.receive({ session: 0, message }), handlers: {} });
    this.page = new Peer({
      post: (message) => this.#service.receive({ session: 1, message }),
      handlers: {},
      onEvent: (name, value) => {
        if (name === 'view') this.#grown(value as ViewState);
        if (name === 'schemaCheck') this.checks.push(value as PreviewEvents['schemaCheck']);
        if (name === 'exportStages') this.exports.push(value as PreviewEvents['exportStages']);
        if (name === 'followed') this.told.push(value as PreviewEvents['followed']);
        if (name === 'file') this.#told(value as PreviewEvents['file']);
        if (name !== 'columns') return;
        const { view, columns } = value as PreviewEvents['columns'];
        this.columns.set(view, columns);
      },
    });
  }

  /** An engine that has nothing open yet. */
  static async start(workers: number, cacheFolder: string | null, keepBytes = 1e9): Promise<Preview> {
    const preview = new Preview(workers);
    await preview.host.call('configure', { cacheFolder, cacheBytes: 1e9, keepBytes });
    return preview;
  }

  static async open(
    location: string,
    options: FormatOptions = {},
    workers = 2,
    cacheFolder?: string,
    keepBytes = 1e9,
  ): Promise<Preview> {
    return Preview.openFile({ location, options }, workers, cacheFolder, keepBytes);
  }

  static async openFile(
    file: OpenFile,
    workers = 2,
    cacheFolder?: string,
    keepBytes = 1e9,
  ): Promise<Preview> {
    const preview = await Preview.start(workers, cacheFolder ?? null, keepBytes);
    try {
      preview.info = await preview.host.call('open', { session: 1, file });
      return preview;
    } catch (error) {
      await preview.close();
      throw error;
    }
  }

  /** Resolves when the engine tells of a view that has grown with its file, and passes. */
  view(test: (state: ViewState) => boolean): Promise<ViewState> {
    return new Promise((resolve) => this.#views.push({ test, resolve }));
  }

  #grown(state: ViewState): void {
    for (const { test, resolve } of this.#views) if (test(state)) resolve(state);
  }

  /** Resolves when the engine has told a state of the file that passes. */
  async file(test: (state: FileState) => boolean): Promise<void> {
    const last = this.files.at(-1);
    if (last && test(last)) return;
    await this.next(test);
  }

  /** The same of states that it tells from now on. */
  async next(test: (state: FileState) => boolean): Promise<void> {
    await new Promise<void>((resolve) => this.#waiting.push({ test, resolve }));
  }

  async close(): Promise<void> {
    await this.#service.close();
  }

  #told(state: FileState): void {
    this.files.push(state);
    for (const waiting of this.#waiting.filter(({ test }) => test(state))) waiting.resolve();
  }
}

/** A page's cells as text, row by row; null and missing as words. */
export function cellsOf(page: Page): string[][] {
  const decoder = new TextDecoder();
  const width = page.columns.length;
  return Array.from({ length: page.rows }, (_, row) =>
    Array.from({ length: width }, (_, column) => {
      const cell = row * width + column;
      const kind = page.kinds[cell] & ~CellKind.Cut;
      if (kind === CellKind.Missing) return '(missing)';
      if (kind === CellKind.Null) return '(null)';
      return decoder.decode(page.text.subarray(cell === 0 ? 0 : page.ends[cell - 1], page.ends[cell]));
    }),
  );
}
