import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Dataset } from '../../../src/engine/dataset/dataset.ts';
import { createKernelJsonlScanner } from '../../../src/engine/format/json/scanner.ts';
import { records } from '../../../src/engine/format/records.ts';
import { openSource } from '../../../src/engine/source/open.ts';
import type { ViewState } from '../../../src/protocol/preview.ts';
import { recordLine, recordsOf, serve, TestServer, type Served } from '../../support/httpServer.ts';
import { scanPool } from '../../support/pool.ts';
import { Preview } from '../../support/preview.ts';

/*
 * A server that, once a file is open, gives two thirds of it and then nothing: whatever is to end early has to
 * end by itself, since the file's end never comes.
 */
describe('work on a source that comes to a standstill', () => {
  const count = 60_000;
  const content = recordsOf(count);
  /** In the fourth block. */
  const enough = 4_000_000;
  let server: TestServer;
  let folder = '';
  let preview: Preview | undefined;
  let letGo: () => void;
  let hold: () => void;
  /** Resolves when somebody waits for what does not come. */
  let stalled: Promise<void>;
  /** Answers that have not come to their end. */
  const open = new Set<ServerResponse>();

  before(async () => {
    server = await TestServer.start((_, response) => response.end());
    // Connections end with those who use them, not by themselves.
    server.server.keepAliveTimeout = 0;
  });

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rowriver-held-'));
    const until = new Promise<void>((resolve) => (letGo = resolve));
    let held: Served['held'];
    stalled = new Promise((reached) => (hold = () => (held = { at: enough, until, reached })));
    server.handler = (request, response) => {
      open.add(response);
      response.once('close', () => open.delete(response));
      serve(request, response, content, { etag: '"a"', held });
    };
  });

  afterEach(async () => {
    letGo();
    await preview?.close();
    preview = undefined;
    await server.deserted();
    await rm(folder, { recursive: true });
  });

  after(() => server.close());

  const given = (): Promise<unknown> => Promise.all([...open].map((response) => once(response, 'close')));

  function exported(target: string, query = 'status >= 500') {
    assert(preview);
    let told: () => void = () => undefined;
    const begun = new Promise<void>((resolve) => (told = resolve));
    const request = { session: 1, query, target: join(folder, target), to: 'same' } as const;
    return { begun, done: preview.host.call('export', request, { onProgress: told }) };
  }

  it('ends an export when the engine is closed, and leaves nothing of it', async () => {
    preview = await Preview.open(server.url());
    hold();
    const { begun, done } = exported('half.jsonl');
    void done.catch(() => undefined);
    await begun;
    await stalled;
    assert.equal((await readdir(folder)).length, 1);
    await preview.close();
    assert.deepEqual(await readdir(folder), []);
  });

  it('finishes an export whose preview was closed', async () => {
    preview = await Preview.open(server.url());
    hold();
    const { begun, done } = exported('all.jsonl');
    await begun;
    await stalled;
    await preview.host.call('close', { session: 1 });
    letGo();
    assert.equal((await done).matched, count / 40);
    const expected = Array.from({ length: count / 40 }, (_, i) => recordLine(40 * i)).join('');
    assert.equal(await readFile(join(folder, 'all.jsonl'), 'utf8'), expected);
  });

  it('stops reading when a filter is cancelled', async () => {
    preview = await Preview.open(server.url());
    hold();
    const controller = new AbortController();
    let told: (state: ViewState) => void = () => undefined;
    const first = new Promise<ViewState>((resolve) => (told = resolve));
    const run = preview.page.call(
      'run',
      { query: 'status >= 500' },
      {
        signal: controller.signal,
        onProgress: told,
      },
    );
    assert((await first).matched > 0);
    await stalled;
    controller.abort();
    await assert.rejects(run, { name: 'AbortError' });
    await given();
  });

  it('stops reading when nobody takes more records of a run', async () => {
    const { signal } = new AbortController();
    const source = await openSource({ kind: 'url', url: server.url() });
    try {
      hold();
      const run = { start: 0, from: 0, to: content.size, end: content.size };
      for await (const { next } of records(
        source,
        createKernelJsonlScanner(),
        run,
        1024 * 1024,
        [],
        signal,
      )) {
        assert(next < enough);
        break;
      }
      await given();
    } finally {
      await source.close();
    }
  });

  it('stops reading when nobody takes the results, and lets the workers go with the file', async () => {
    const pool = scanPool(2);
    try {
      const { signal } = new AbortController();
      const dataset = await Dataset.open({ kind: 'url', url: server.url() }, { signal, pool });
      hold();
      try {
        for await (const { blocks } of dataset.scan(
          { query: undefined, output: { kind: 'count' } },
          signal,
        )) {
          assert(blocks.length > 0);
          await stalled;
          break;
        }
        await given();
        letGo();
        for await (const { scanned } of dataset.scan(
          { query: undefined, output: { kind: 'count' } },
          signal,
        )) {
          assert(scanned > 0);
        }
        assert.equal(dataset.index.records, count);
      } finally {
        await dataset.close();
      }
      // The workers live on, and what they had open is closed.
      await server.deserted();
    } finally {
      await pool.close();
    }
  });
});
