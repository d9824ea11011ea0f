import assert from 'node:assert/strict';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { commands, extensions, Uri, workspace, type Memento } from 'vscode';
import { AllowedPrograms } from '../../src/extension/programs.ts';
import { HostedPage } from '../../src/host/hostedPage.ts';
import { EngineHost } from '../../src/host/engineHost.ts';
import type { FailedRow, PreviewCalls, ViewState } from '../../src/protocol/preview.ts';
import { Peer } from '../../src/protocol/rpc.ts';
import { english } from '../../src/said/said.ts';
import { told } from '../support/said.ts';

/** Only where the harness clicks "Trust": see test/vscode/integration.mjs. */
const canTrust = process.env.ROWRIVER_TRUST === '1';

const twice = 'export function stage({ n }, { options }) { return { n: options.factor * n }; }\n';
const doubled = "|> CALL './twice.mjs'(factor => 2)";

class State implements Memento {
  readonly #values = new Map<string, unknown>();
  keys = (): readonly string[] => [...this.#values.keys()];
  get<T>(key: string, value?: T): T | undefined {
    return (this.#values.get(key) as T | undefined) ?? value;
  }
  update(key: string, value: unknown): Promise<void> {
    this.#values.set(key, value);
    return Promise.resolve();
  }
}

describe('programs that a query of a preview calls', () => {
  let engine: EngineHost;
  let folder = '';
  let file: Uri;
  let outside = '';

  before(async () => {
    const [{ uri }] = workspace.workspaceFolders ?? [];
    folder = uri.fsPath;
    file = Uri.joinPath(uri, 'numbers.jsonl');
    await writeFile(file.fsPath, '{"n":1}\n{"n":2}\n{"n":3}\n');
    await writeFile(join(folder, 'twice.mjs'), twice);
    outside = await mkdtemp(join(tmpdir(), 'rowriver-outside-'));
    const extension = extensions.getExtension('rowriver.rowriver');
    assert.ok(extension);
    engine = new EngineHost({
      script: Uri.joinPath(extension.extensionUri, 'dist', 'engine.js').fsPath,
      settings: () => ({ cacheFolder: null, cacheBytes: 0, keepBytes: 0, programs: true }),
      log: () => undefined,
    });
  });
  after(async () => {
    await engine.dispose();
    await rm(outside, { recursive: true });
  });

  /** What a page may do, and nothing else: its messages go the way of a preview's. */
  class Page {
    readonly asked: string[] = [];
    answer = true;
    handed: Set<string> | undefined;
    readonly #hosted: HostedPage;
    readonly #peer: Peer<Record<string, never>, PreviewCalls, Record<string, never>>;

    constructor(state: Memento) {
      const programs = new AllowedPrograms(state, ({ message, detail }) => {
        this.asked.push(`${message}\n${detail}`);
        return Promise.resolve(this.answer);
      });
      this.#peer = new Peer({ post: (message) => this.#hosted.receive(message), handlers: {} });
      this.#hosted = new HostedPage({
        engine,
        file: { location: file.fsPath, options: {} },
        post: (message) => this.#peer.receive(message),
        handlers: {} as never,
        program: (asked) => programs.allow(file, asked, this.handed),
        words: { restarted: '', rereading: '' },
      });
    }

    run(query: string, signal?: AbortSignal, onProgress?: (state: ViewState) => void): Promise<ViewState> {
      return this.#peer.call('run', { query }, { signal, onProgress });
    }

    failed({ view }: ViewState): Promise<readonly FailedRow[]> {
      return this.#peer.call('failedRows', { view });
    }

    close(): void {
      this.#hosted.close();
    }
  }

  async function on<T>(state: Memento, work: (page: Page) => Promise<T>): Promise<T> {
    const page = new Page(state);
    try {
      return await work(page);
    } finally {
      page.close();
    }
  }

  it('are refused in Restricted Mode, without a question', async function () {
    if (workspace.isTrusted || !canTrust) this.skip();
    await on(new State(), async (page) => {
      const { phase, said } = await page.run(doubled);
      assert.equal(phase, 'failed');
      assert.match(told({ said }), /trusted workspaces only/);
      assert.deepEqual(page.asked, []);
    });
  });

  describe('in a trusted workspace', () => {
    before(async function () {
      if (workspace.isTrusted) return;
      if (!canTrust) this.skip();
      const trusted = new Promise<void>((resolve) => {
        const listening = workspace.onDidGrantWorkspaceTrust(() => {
          listening.dispose();
          resolve();
        });
      });
      await commands.executeCommand('workbench.trust.manage');
      await trusted;
    });

    it('run once their content has been allowed, and are asked about again when it changes', async () => {
      const state = new State();
      await on(state, async (page) => {
        const first = await page.run(doubled);
        assert.deepEqual([first.phase, first.matched], ['done', 3], told(first));
        await page.run("|> CALL './twice.mjs'(factor => 3)");
        assert.equal(page.asked.length, 1);
        assert.match(page.asked[0], /^Run twice\.mjs\?/);
        assert.match(page.asked[0], /factor => 2/);
      });
      // Another preview, and another window later.
      await on(state, async (page) => {
        assert.equal((await page.run(doubled)).phase, 'done');
        assert.deepEqual(page.asked, []);
        await writeFile(join(folder, 'twice.mjs'), `// changed\n${twice}`);
        assert.equal((await page.run(doubled)).phase, 'done');
        assert.equal(page.asked.length, 1);
      });
    });

    it('do not run where the answer is no, which is not kept', async () => {
      await on(new State(), async (page) => {
        page.answer = false;
        const { phase, said } = await page.run(doubled);
        assert.equal(phase, 'failed');
        assert.equal(told({ said }), 'twice.mjs was not run.');
        await page.run(doubled);
        assert.equal(page.asked.length, 2);
      });
    });

    it('are asked about where the query was handed over, though their content is allowed', async () => {
      const state = new State();
      await on(state, (page) => page.run(doubled));
      await on(state, async (page) => {
        page.answer = false;
        page.handed = new Set();
        assert.equal((await page.run(doubled)).phase, 'failed');
        assert.equal(page.asked.length, 1);
      });
      // The page comes back with the query that it was handed.
      await on(state, async (page) => {
        page.answer = false;
        assert.equal((await page.run(doubled)).phase, 'failed');
        assert.equal((await page.run("|> CALL './twice.mjs'(factor => 5)")).phase, 'done');
        page.answer = true;
        assert.equal((await page.run(doubled)).phase, 'done');
        assert.equal((await page.run(doubled)).phase, 'done');
        assert.equal(page.asked.length, 2);
      });
    });

    it('are files of the workspace, also after links are followed', async () => {
      const real = join(outside, 'out.mjs');
      await writeFile(real, twice);
      await symlink(real, join(folder, 'link.mjs'));
      await on(new State(), async (page) => {
        for (const name of [real, './link.mjs', '../folder/../../x.mjs', './none.mjs']) {
          const { phase, said } = await page.run(`|> CALL '${name}'(factor => 2)`);
          assert.equal(phase, 'failed');
          assert.match(told({ said }), /is outside of it|is not a file/);
        }
        assert.deepEqual(page.asked, []);
      });
    });

    it('leave the rows that they fail for to the problems, with their places', async () => {
      await writeFile(
        join(folder, 'fails.mjs'),
        "export function stage(row) { if (row.n === 2) throw new Error('no twos'); return row; }\n",
      );
      await on(new State(), async (page) => {
        const state = await page.run("|> CALL './fails.mjs'");
        assert.deepEqual([state.phase, state.matched, state.failed], ['done', 2, 1], told(state));
        const [row, ...others] = await page.failed(state);
        assert.deepEqual(others, []);
        assert.deepEqual(
          { ...row, reason: '' },
          { record: 2, line: 2, offset: 8, reason: '', raw: '{"n":2}' },
        );
        assert.match(english(row.reason), /fails\.mjs: .*no twos/);
      });
    });

    it('end when the query is cancelled, whatever they do', async () => {
      const begun = join(folder, 'begun');
      await writeFile(
        join(folder, 'hangs.mjs'),
        `import { writeFileSync } from 'node:fs';
        export function stage() { writeFileSync(${JSON.stringify(begun)}, ''); for (;;); }\n`,
      );
      await on(new State(), async (page) => {
        const abort = new AbortController();
        const watcher = workspace.createFileSystemWatcher('**/begun');
        const started = new Promise<void>((resolve) => watcher.onDidCreate(() => resolve()));
        const running = page.run("|> CALL './hangs.mjs'", abort.signal);
        await started;
        watcher.dispose();
        abort.abort();
        await assert.rejects(running, { name: 'AbortError' });
        // The file is free again: nothing is left at work.
        assert.equal((await page.run('n = 1')).matched, 1);
      });
    });

    it('are not for those who open a file without a preview', async () => {
      await assert.rejects(
        async () =>
          commands.executeCommand('rowriver.exportTo', {
            source: file,
            query: doubled,
            target: Uri.joinPath(file, '..', 'out.jsonl'),
          }),
        /only a query that is typed in a preview/,
      );
    });
  });
});
