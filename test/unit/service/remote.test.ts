import assert from 'node:assert/strict';
import { told } from '../../support/said.ts';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExportProgress, OpenFile, RemoteRows } from '../../../src/protocol/engine.ts';
import { cellsOf, Preview } from '../../support/preview.ts';
import type { StatisticsAnswer } from '../../../src/protocol/statistics.ts';
import { SparkServer, type AnswerRow } from '../../support/sparkServer.ts';

describe('service/remote', () => {
  let folder = '';
  let server: SparkServer;
  let preview: Preview | undefined;
  const usual = process.env.TMPDIR;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rowriver-remote-'));
    process.env.TMPDIR = await mkdtemp(join(folder, 'tmp'));
    await writeFile(join(folder, 'in.jsonl'), '{"id":1,"text":"a"}\n');
    server = await SparkServer.start();
  });
  afterEach(async () => {
    await preview?.close();
    preview = undefined;
    server.close();
    if (usual === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = usual;
    await rm(folder, { recursive: true });
  });

  /** What the cluster says of one column of whole numbers from 1 to 9, two of ten missing. */
  const rangeOfIds: AnswerRow = {
    ...{ rows: 10n, present0: 8n, distinct0: 7n, count0: 8n },
    ...{ low0: 1, high0: 9, mean0: 5, least0: '1', most0: '9' },
  };

  const numbers = (from: number, to: number): number[] =>
    Array.from({ length: to - from }, (_, at) => from + at);

  function asked(query: string, more: Partial<RemoteRows> = {}): OpenFile {
    const of = { location: join(folder, 'in.jsonl'), options: {} };
    const limits = { rows: 1e6, bytes: 1e9 };
    const remote = { run: '1', of, query, address: server.address, limits, ...more };
    return { location: 'in.jsonl on Spark', options: {}, remote };
  }

  async function open(query: string, more?: Partial<RemoteRows>): Promise<Preview> {
    preview = await Preview.openFile(asked(query, more));
    return preview;
  }

  /** Fills the index, as a page does once its first rows are drawn. */
  async function read(opened: Preview): Promise<void> {
    const columns = opened.info.columns.map(({ id }) => id);
    await opened.page.call('rows', { view: 0, first: 0, count: 10, columns });
  }

  it('shows the rows of a query, which are sorted, filtered and counted as those of any file', async () => {
    server.statement = function* () {
      yield { tasks: 4, done: 1, read: 1000 };
      for (let from = 0; from < 20_000; from += 1000) yield { ids: numbers(from, from + 1000) };
      yield { tasks: 4, done: 4, read: 5000 };
    };
    const opened = await open('id > 0');
    const { info, page } = opened;
    assert.equal(info.name, 'in.jsonl on Spark');
    assert.deepEqual(
      info.columns.map(({ name }) => name),
      ['id', 'text'],
    );
    assert.deepEqual(info.remote, {
      at: server.shown,
      version: '4.0.1',
      name: 'in.jsonl',
      path: undefined,
      query: 'id > 0',
    });
    await read(opened);
    await opened.file(({ exact, remote }) => exact && remote?.phase === 'done');
    assert.deepEqual(server.paths, [`file://${join(folder, 'in.jsonl')}`]);
    assert.equal(server.statements.length, 1);
    assert.match(server.statements[0], /WHERE.*`?id`? > 0/s);
    const { remote, records } = opened.files.at(-1) ?? opened.info.state;
    assert.equal(records, 20_000);
    assert.equal(remote?.rows, 20_000);
    assert.deepEqual(remote.cluster, { stages: 1, tasks: 4, tasksDone: 4, read: 5000 });
    const last = await page.call('rows', { view: 0, first: 19_999, count: 1, columns: [0, 1] });
    assert.deepEqual(cellsOf(last), [['19999', 'row 19999']]);
    const sorted = await page.call('run', { query: 'id < 500 |> ORDER BY id DESC' });
    assert.equal(sorted.matched, 500);
    const top = await page.call('rows', { view: sorted.view, first: 0, count: 1, columns: [0] });
    assert.deepEqual(cellsOf(top), [['499']]);
  });

  it('has the cluster find the columns of the file where it is to', async () => {
    server.statement = function* () {
      yield { ids: numbers(0, 10) };
    };
    await open('id > 0', { infers: true });
    assert.deepEqual(server.schemas, [undefined]);
    await preview?.close();
    await open('id > 0');
    assert.match(String(server.schemas.at(-1)), /`?id`? .*`?text`?/);
  });

  it('keeps no more rows than it may, says so, ends the query there, and counts the rest there', async () => {
    let isEnded = false;
    server.statement = async function* (sql, ended) {
      if (sql.includes('count(*)')) {
        yield { count: 123_456 };
        return;
      }
      yield { ids: numbers(0, 5000) };
      yield { ids: numbers(5000, 10_000) };
      await endOf(ended);
      isEnded = true;
    };
    const opened = await open('', { limits: { rows: 5000, bytes: 1e9 } });
    await read(opened);
    await opened.file(({ exact, remote }) => exact && remote?.phase === 'limited');
    const last = opened.files.at(-1);
    assert.deepEqual([last?.records, last?.remote?.rows, last?.malformed], [5000, 5000, 0]);
    const state = await opened.page.call('countRemote', null);
    assert.equal(state.remote?.counted, 123_456);
    await preview?.close();
    assert.ok(isEnded);
    assert.ok(server.calls.includes('Interrupt'));
  });

  it('has the cluster find what a column holds in all rows, of which some are here', async () => {
    server.statement = function* (sql) {
      if (sql.includes('GROUPING SETS')) yield { rows: [{ g: 0n, k: '2', n: 8n }] };
      else if (sql.includes('AS low0')) yield { rows: [rangeOfIds] };
      else if (sql.includes('approx_count_distinct')) {
        const quartiles = { q25: 2.5, q50: 5, q75: 7.5 };
        yield {
          rows: [
            { rows: 10n, present: 8n, distinct: 7n, min: '1', max: '9', mean: 5, std: null, ...quartiles },
          ],
        };
      } else if (sql.includes('LIMIT 50')) {
        yield { rows: [{ text: '3', n: 2n }] };
        yield { rows: [{ text: '1', n: 1n }] };
      } else yield { ids: numbers(0, 5000) };
    };
    const opened = await open('id > 0', { limits: { rows: 100, bytes: 1e9 } });
    await read(opened);
    await opened.file(({ exact, remote }) => exact && remote?.phase === 'limited');
    assert.deepEqual(await opened.page.call('figuresThere', { path: 'id' }), {
      rows: 10,
      present: 8,
      distinct: 7,
      min: '1',
      max: '9',
      numbers: { mean: 5, std: undefined, q25: 2.5, q50: 5, q75: 7.5 },
      top: [
        { text: '3', count: 2 },
        { text: '1', count: 1 },
      ],
      histogram: {
        kind: 'number',
        edges: ['1', '2', '3', '4', '5', '6', '7', '8', '9', '10'],
        places: Float64Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10),
        whole: Float64Array.of(0, 0, 8, 0, 0, 0, 0, 0, 0),
        filtered: undefined,
      },
    });
    const [shown, figures, values] = server.statements;
    for (const sql of [figures, values]) assert.ok(sql.includes(`(SELECT \`id\` AS v FROM (${shown}))`), sql);
    server.statement = () => [{ rows: [{ other: 'x' }] }];
    await assert.rejects(
      opened.page.call('figuresThere', { path: 'text' }),
      /Spark did not answer with figures/,
    );
  });

  it('has the cluster find what headers draw of all rows, a few columns at a time, and once', async () => {
    const names = ['a', 'b', 'c', 'd', 'e'];
    server.statement = function* (sql) {
      if (sql.includes('GROUPING SETS')) {
        // Of several columns, the bits that are not set say which one is grouped by.
        yield sql.includes('`a`')
          ? {
              rows: [
                { g: 7n, k: '0', n: 3n },
                { g: 7n, k: null, n: 1n },
                { g: 14n, k: '8', n: 2n },
              ],
            }
          : { rows: [{ g: 0n, k: '4', n: 5n }] };
      } else if (sql.includes('AS low0'))
        yield { rows: [Object.fromEntries([0, 1, 2, 3].flatMap((at) => of(at, rangeOfIds)))] };
      else
        yield {
          rows: numbers(0, 200).map((id) => Object.fromEntries(names.map((name) => [name, BigInt(id)]))),
        };
    };
    const of = (at: number, row: AnswerRow): [string, AnswerRow[string]][] =>
      Object.entries(row).map(([name, value]) => [name.replace('0', String(at)), value]);
    const opened = await open('', { limits: { rows: 100, bytes: 1e9 } });
    await read(opened);
    await opened.file(({ exact, remote }) => exact && remote?.phase === 'limited');
    const told: number[][] = [];
    const ids = opened.info.columns.map(({ id }) => id);
    const onProgress = ({ columns }: StatisticsAnswer): void =>
      void told.push(columns.map(({ column }) => column));
    const found = await opened.page.call('plotsThere', { columns: ids }, { onProgress });
    assert.deepEqual(told, [[0, 1, 2, 3], [4]]);
    assert.deepEqual([found.whole, found.filtered], [{ share: 1, rows: 10, exact: true }, undefined]);
    const counts = found.columns.map(({ histogram }) => [...(histogram?.whole ?? [])]);
    assert.deepEqual(counts, [
      [3, 0, 0, 0, 0, 0, 0, 0, 0],
      [0, 0, 0, 0, 0, 0, 0, 0, 0],
      [0, 0, 0, 0, 0, 0, 0, 0, 0],
      [0, 0, 0, 0, 0, 0, 0, 0, 2],
      [0, 0, 0, 0, 5, 0, 0, 0, 0],
    ]);
    const [first] = found.columns;
    assert.deepEqual([first.whole?.kinds.number, first.whole?.kinds.null], [8, 2]);
    assert.deepEqual([first.whole?.numbers?.min, first.whole?.numbers?.max], ['1', '9']);
    const asked = server.statements.length;
    await opened.page.call('plotsThere', { columns: ids });
    assert.equal(server.statements.length, asked);
  });

  it('ends what is drawn there when nobody waits for it', async () => {
    let begin: (ended: AbortSignal) => void = () => undefined;
    const begun = new Promise<AbortSignal>((resolve) => (begin = resolve));
    server.statement = async function* (sql, ended) {
      if (!sql.includes('AS low0')) {
        yield { ids: numbers(0, 200) };
        return;
      }
      begin(ended);
      await endOf(ended);
    };
    const opened = await open('', { limits: { rows: 100, bytes: 1e9 } });
    await read(opened);
    await opened.file(({ exact, remote }) => exact && remote?.phase === 'limited');
    const stopping = new AbortController();
    const asking = opened.page.call('plotsThere', { columns: [0, 1] }, { signal: stopping.signal });
    const ended = await begun;
    stopping.abort();
    await assert.rejects(asking, { name: 'AbortError' });
    await endOf(ended);
  });

  it('has all rows written there, never over what is there, and says why they were not', async () => {
    server.statement = () => [{ ids: numbers(0, 3) }];
    const opened = await open('id > 0');
    await read(opened);
    await opened.file(({ exact, remote }) => exact && remote?.phase === 'done');
    const [shown] = server.statements;
    await opened.page.call('writeRemote', { path: 's3a://b/out', format: 'jsonl' });
    // SAVE_MODE_ERROR_IF_EXISTS
    assert.deepEqual(server.written, [{ path: 's3a://b/out', format: 'json', mode: 3 }]);
    assert.deepEqual(server.statements, [shown, shown]);
    server.statement = function* () {
      throw new Error('Path s3a://b/out already exists');
    };
    await assert.rejects(
      opened.page.call('writeRemote', { path: 's3a://b/out', format: 'csv' }),
      /Spark says: Path s3a:\/\/b\/out already exists/,
    );
  });

  it('ends what it writes there when its preview is closed', async () => {
    let isWriting = false;
    let begin: (ended: AbortSignal) => void = () => undefined;
    const begun = new Promise<AbortSignal>((resolve) => (begin = resolve));
    server.statement = async function* (_, ended) {
      yield { ids: numbers(0, 3) };
      if (!isWriting) return;
      begin(ended);
      await endOf(ended);
    };
    const opened = await open('');
    await read(opened);
    await opened.file(({ exact, remote }) => exact && remote?.phase === 'done');
    isWriting = true;
    opened.page.call('writeRemote', { path: 'out', format: 'parquet' }).catch(() => undefined);
    const ended = await begun;
    await preview?.close();
    await endOf(ended);
  });

  it('keeps no more bytes than it may, in whole rows', async () => {
    server.statement = () => [{ ids: numbers(0, 5000) }];
    // A row such as {"id":0,"text":"row 0"} has 24 bytes with its line end.
    const opened = await open('', { limits: { rows: 1e6, bytes: 100 } });
    await read(opened);
    await opened.file(({ exact, remote }) => exact && remote?.phase === 'limited');
    const last = opened.files.at(-1);
    assert.deepEqual([last?.records, last?.malformed], [4, 0]);
    assert.ok((last?.remote?.bytes ?? Infinity) <= 100);
  });

  it('has all rows where there are as many as it may keep', async () => {
    server.statement = () => [{ ids: numbers(0, 10) }, { ids: [] }];
    const opened = await open('', { limits: { rows: 10, bytes: 1e9 } });
    await read(opened);
    await opened.file(({ exact, remote }) => exact && remote?.phase === 'done');
    assert.equal(opened.files.at(-1)?.records, 10);
  });

  it('keeps the rows that had come when it is stopped, and interrupts the query there', async () => {
    let ended: AbortSignal | undefined;
    server.statement = async function* (_, signal) {
      ended = signal;
      yield { ids: numbers(0, 10_000) };
      await endOf(signal);
    };
    const opened = await open('');
    await read(opened);
    await opened.file(({ remote }) => remote?.rows === 10_000);
    await opened.page.call('stopRemote', null);
    await opened.file(({ exact, remote }) => exact && remote?.phase === 'stopped');
    assert.equal(opened.files.at(-1)?.records, 10_000);
    assert.ok(ended?.aborted);
    await preview?.close();
    assert.ok(server.calls.includes('Interrupt'));
  });

  it('can be given up before it has rows, tells how far it is, and leaves nothing behind', async () => {
    const giveUp = new AbortController();
    const steps: ExportProgress[] = [];
    server.statement = async function* (_, signal) {
      yield { tasks: 8, done: 2, read: 100 };
      await endOf(signal);
    };
    preview = await Preview.start(2, null);
    const opening = preview.host.call(
      'open',
      { session: 1, file: asked('') },
      {
        signal: giveUp.signal,
        onProgress(step) {
          steps.push(step);
          if (step.cluster) giveUp.abort();
        },
      },
    );
    await assert.rejects(opening, { name: 'AbortError' });
    assert.deepEqual(steps.at(-1)?.cluster, { stages: 1, tasks: 8, tasksDone: 2, read: 100 });
    await preview.close();
    assert.ok(server.calls.includes('Interrupt'));
    assert.equal(server.calls.at(-1), 'ReleaseSession');
    assert.deepEqual(await readdir(process.env.TMPDIR ?? ''), []);
  });

  it('shows the rows before a failure, with what the server says, and runs it again from the beginning', async () => {
    let runs = 0;
    server.statement = function* () {
      yield { ids: numbers(0, 10_000) };
      if (runs++ === 0) throw new Error('Executor 3 is lost');
    };
    const opened = await open('');
    await read(opened);
    await opened.file(({ phase }) => phase === 'failed');
    const failed = opened.files.at(-1);
    assert.ok(failed);
    assert.equal(told(failed), 'Spark says: Executor 3 is lost.');
    assert.equal(failed.remote?.phase, 'failed');
    const [row] = cellsOf(
      await opened.page.call('rows', { view: 0, first: failed.records - 1, count: 1, columns: [0] }),
    );
    assert.deepEqual(row, [String(failed.records - 1)]);
    opened.files.length = 0;
    opened.info = await opened.page.call('reload', null);
    await read(opened);
    await opened.file(({ exact, remote }) => exact && remote?.phase === 'done');
    assert.equal(server.statements.length, 2);
  });

  it('fails as a query does where there is no row before the failure', async () => {
    server.statement = function* () {
      yield* [];
      throw new Error('Path does not exist');
    };
    const failed = await open('').catch((error: unknown) => error);
    assert.ok(failed instanceof Error && 'kind' in failed);
    assert.deepEqual([failed.kind, failed.message], ['query', 'Spark says: Path does not exist.']);
  });

  it('attaches to the query again where the connection is lost, and has each row once', async () => {
    server.statement = function* () {
      for (let from = 0; from < 5000; from += 1000) {
        yield { ids: numbers(from, from + 1000) };
        if (from !== 2000) yield { lost: true };
      }
    };
    const opened = await open('');
    await read(opened);
    await opened.file(({ exact, remote }) => exact && remote?.phase === 'done');
    assert.equal(server.statements.length, 1);
    assert.equal(server.calls.filter((name) => name === 'ReattachExecute').length, 4);
    const page = await opened.page.call('rows', { view: 0, first: 0, count: 5000, columns: [0] });
    assert.deepEqual(
      cellsOf(page).map(([id]) => Number(id)),
      numbers(0, 5000),
    );
  });

  it('has no rows where the query has none', async () => {
    const opened = await open('id > 5');
    const { state } = opened.info;
    assert.deepEqual([state.records, state.exact, state.remote?.phase], [0, true, 'done']);
  });

  it('is refused before the cluster is asked where Spark has no words for the query, or cannot read the file', async () => {
    await assert.rejects(open('_line > 3'), /Spark has no equivalent of _line/);
    await assert.rejects(open('id >'), /./);
    await writeFile(join(folder, 'in.jsonl'), '[1]\n');
    await assert.rejects(open(''), /has no records with members/);
    assert.deepEqual(server.calls, []);
  });

  it('sends the token it is given, says where none is taken, and never repeats one', async () => {
    server.token = 't0ken';
    server.statement = () => [{ ids: [1] }];
    const refused = await open('').catch((error: unknown) => error);
    assert.ok(refused instanceof Error && 'kind' in refused);
    assert.equal(refused.kind, 'cluster-refused');
    assert.match(refused.message, /refuses: Who is it\?/);
    const opened = await open('', { token: 't0ken' });
    assert.equal(opened.info.state.remote?.phase, 'done');
    assert.doesNotMatch(JSON.stringify([opened.info, opened.files]), /t0ken/);
    const unsafe = open('', { address: 'sc://example.org/;use_ssl=false', token: 't0ken' });
    await assert.rejects(unsafe, (error: Error) => {
      assert.match(error.message, /only sent over TLS/);
      assert.doesNotMatch(error.message, /t0ken/);
      return true;
    });
  });

  it('gives the cluster the path at which it sees the file', async () => {
    server.statement = () => [{ ids: [1] }];
    await open('', { path: 's3a://bucket/in/' });
    assert.deepEqual(server.paths, ['s3a://bucket/in/']);
  });

  it('asks a table that the cluster knows in the place of the file', async () => {
    server.statement = () => [{ ids: [1] }];
    await open('id > 0', { path: 'table:main.events' });
    assert.deepEqual([server.tables, server.paths], [['main.events'], []]);
    await assert.rejects(open('', { path: 'table:' }), /Say which table/);
    await assert.rejects(open('_error IS NULL', { path: 'table:t' }), /A table has no malformed records/);
  });

  it('goes on in a new session where the server has ended the one that was, as nothing was asked of it', async () => {
    let isOver = false;
    server.statement = function* (sql) {
      if (!sql.includes('count(*)')) yield { ids: numbers(0, 5000) };
      else if (isOver) {
        isOver = false;
        throw new Error('[INVALID_HANDLE.SESSION_CLOSED] The handle is invalid. Session was closed.');
      } else yield { count: 123 };
    };
    const opened = await open('', { limits: { rows: 100, bytes: 1e9 } });
    await read(opened);
    await opened.file(({ exact, remote }) => exact && remote?.phase === 'limited');
    isOver = true;
    const { remote } = await opened.page.call('countRemote', null);
    assert.equal(remote?.counted, 123);
    assert.deepEqual(
      server.paths.map((path) => path === `file://${join(folder, 'in.jsonl')}`),
      [true, true],
    );
  });

  it('tries again to begin a new session after that has failed once', async () => {
    const sessions: string[] = [];
    server.statement = function* (sql, _, session) {
      if (!sessions.includes(session)) sessions.push(session);
      if (!sql.includes('count(*)')) yield { ids: numbers(0, 5000) };
      else if (session === sessions[0])
        throw new Error('[INVALID_HANDLE.SESSION_CLOSED] The handle is invalid. Session was closed.');
      else if (server.paths.length < 2) throw new Error('[TABLE_OR_VIEW_NOT_FOUND] There is no data.');
      else yield { count: 123 };
    };
    const opened = await open('', { limits: { rows: 100, bytes: 1e9 } });
    await read(opened);
    await opened.file(({ exact, remote }) => exact && remote?.phase === 'limited');
    server.token = 'another';
    await assert.rejects(opened.page.call('countRemote', null), /refuses/);
    server.token = undefined;
    const { remote } = await opened.page.call('countRemote', null);
    assert.equal(remote?.counted, 123);
  });

  it('says which Spark has the pipe syntax where a query needs it and it is older', async () => {
    server.version = '3.5.4';
    server.statement = () => [{ ids: [1] }];
    await assert.rejects(open('|> SET id = 1'), /Spark 3\.5\.4 does not have the pipe syntax/);
    await open('id > 0');
    assert.equal(server.statements.at(-1)?.startsWith('SELECT'), true);
  });

  it('has malformed records left out there, or found by _error, and asks whom it cannot ask that', async () => {
    server.statement = () => [{ ids: [1] }];
    await open('id > 0');
    await preview?.close();
    await open('_error IS NOT NULL');
    assert.match(server.statements.at(-1) ?? '', /WHERE \(`_error` IS NOT NULL\)/);
    await preview?.close();
    server.version = '';
    await assert.rejects(open('_error IS NOT NULL'), /Only Spark itself says which records are malformed/);
  });

  it('keeps its rows in a file without a name, which is gone with the preview', async () => {
    server.statement = () => [{ ids: numbers(0, 10_000) }];
    await read(await open(''));
    await preview?.close();
    assert.deepEqual(await readdir(process.env.TMPDIR ?? ''), []);
  });
});

/** Resolves when the client has had enough. */
function endOf(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
