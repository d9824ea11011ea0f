/** The page of the rows that a cluster has for a query: what is said of them, and what can be done there. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { SparkServer, type Statement } from '../support/sparkServer.ts';
import { areThere, enterQuery, textsAre } from './bed/grid.ts';
import type { RealEngine } from './bed/realEngine.ts';
import { RealPage } from './bed/realPage.ts';

describe('webview of a query on a cluster', () => {
  let real: RealPage;
  let server: SparkServer;
  let engine: RealEngine;
  let page: Page;
  let band: Locator;
  let runs = 0;

  before(async () => {
    server = await SparkServer.start();
    real = await RealPage.open('remote', { width: 1400 });
    ({ page, engine } = real);
    band = page.getByRole('group', { name: 'Query on a Cluster' });
    await writeFile(join(real.folder, 'in.jsonl'), '{"id":1,"text":"a"}\n');
  });
  after(async () => {
    await real.close();
    server.close();
  });

  const numbers = (count: number): number[] => Array.from({ length: count }, (_, at) => at);
  const button = (name: string): Locator => band.getByRole('button', { name, exact: true, disabled: false });

  async function open(
    query: string,
    statement: Statement,
    rows = 1e6,
    address = server.address,
  ): Promise<string> {
    server.statement = statement;
    const of = { location: join(real.folder, 'in.jsonl'), options: {} };
    const limits = { rows, bytes: 1e9 };
    // The band of the one before is there for a while.
    const name = `rows${++runs}`;
    const remote = { run: name, of, query, address, limits };
    await engine.open(name, {}, undefined, remote);
    return name;
  }

  async function show(query: string, statement: Statement, rows = 1e6): Promise<void> {
    const name = await open(query, statement, rows);
    await page.getByRole('heading', { name, level: 1, exact: true }).waitFor({ state: 'attached' });
  }

  it('says where the query runs, how far it is, and that all rows are there', async () => {
    let end: () => void = () => undefined;
    const rest = new Promise<void>((resolve) => (end = resolve));
    await show('id >= 0', async function* () {
      yield { tasks: 8, done: 3, read: 4_000_000 };
      yield { ids: numbers(10_000) };
      await rest;
      yield { ids: [10_000] };
    });
    await band.getByText(`Running on ${server.shown} (Spark 4.0.1)`).waitFor();
    await band.getByText('10,000 rows so far').waitFor();
    await band.getByText('3 of 8 tasks, 4.0 MB read there').waitFor();
    await band.getByText('id >= 0', { exact: true }).waitFor();
    await page.locator('.footer', { hasText: '10,000 records so far' }).waitFor();
    await areThere(button('Run Again'), 0);
    end();
    await band.getByText('10,001 rows, complete').waitFor();
    await band.getByText(`Ran on ${server.shown}`).waitFor();
    await page.locator('.footer', { hasText: '10,001 records' }).waitFor();
    await band.getByText('4.0 MB read there', { exact: true }).waitFor();
    await areThere(button('Stop'), 0);
    await areThere(button('Count All'), 0);
    await enterQuery(page, 'id > 9990');
    await page.locator('.matches', { hasText: '10 of 10,001 records match' }).waitFor();
    await enterQuery(page, '');
  });

  it('says that there are more rows than are kept, and counts them there', async () => {
    await show('', (sql) => (sql.includes('count(*)') ? [{ count: 12_345 }] : [{ ids: numbers(200) }]), 100);
    await band.getByText('First 100 rows, there are more').waitFor();
    await band.getByText('all records').waitFor();
    await button('Count All').press('Enter');
    await band.getByText('First 100 rows of 12,345').waitFor();
    await areThere(button('Count All'), 0);
  });

  it('asks the cluster what a column holds in all rows, where some of them are here', async () => {
    const figures = { rows: 123_456n, present: 123_000n, distinct: 8n, min: 'a', max: 'z', mean: null };
    let fails = true;
    await show(
      '',
      function* (sql) {
        if (sql.includes('present0')) yield { rows: [{ rows: 123_456n, present0: 0n, distinct0: 0n }] };
        else if (sql.includes('approx_count_distinct')) {
          if (fails) throw new Error('Executor 3 is lost');
          yield { rows: [figures] };
        } else if (sql.includes('LIMIT 50')) {
          yield {
            rows: [
              { text: 'b', n: 61_728n },
              { text: '', n: 3n },
            ],
          };
        } else yield { ids: numbers(200) };
      },
      100,
    );
    await band.getByText('First 100 rows, there are more').waitFor();
    await page.getByRole('toolbar').getByRole('button', { name: 'Column', exact: true }).press('Enter');
    const side = page.getByRole('region', { name: 'Column', exact: true });
    await side.getByRole('heading', { name: `All rows, on ${server.shown}` }).waitFor();
    await side.getByRole('button', { name: 'Find Figures There' }).press('Enter');
    await side.getByRole('alert').getByText('Spark says: Executor 3 is lost.').waitFor();
    fails = false;
    await side.getByRole('button', { name: 'Find Figures There' }).press('Enter');
    for (const row of [
      'count 123,456',
      'null 456 (0.37%)',
      'distinct about 8, typically within 5%',
      'min a',
      'max z',
      'b 61,728 (50%)',
    ])
      await side.getByRole('row', { name: row, exact: true }).waitFor();
    await side.getByRole('row', { name: 'empty text 3' }).waitFor();
    await areThere(side.getByRole('alert'), 0);
    // Of what a query over the rows here makes, the cluster knows nothing.
    await enterQuery(page, '|> EXTEND id + 1 AS more');
    await side.getByRole('heading', { name: `All rows, on ${server.shown}` }).waitFor();
    await enterQuery(page, '');
    await side.getByRole('button', { name: 'Close' }).press('Enter');
  });

  it('plots all rows in the headers where some of them are here, and those here again', async () => {
    const range = { rows: 40n, present0: 30n, distinct0: 9n, count0: 30n, low0: 1, high0: 9, mean0: 5 };
    await show(
      '',
      (sql) => {
        if (sql.includes('GROUPING SETS'))
          return [
            {
              rows: [
                { g: 1n, k: '4', n: 30n },
                { g: 2n, k: 'many', n: 40n },
              ],
            },
          ];
        if (sql.includes('present0')) return [{ rows: [{ ...range, present1: 40n, distinct1: 1n }] }];
        return [{ ids: numbers(200) }];
      },
      100,
    );
    await band.getByText('First 100 rows, there are more').waitFor();
    const plots = page.getByRole('listbox', { name: 'id: how often its values are there' });
    await button('Plot All Rows').press('Enter');
    await plots.getByRole('option', { name: '5 to 6, 30 rows (75%)' }).waitFor({ state: 'attached' });
    const texts = page.getByRole('listbox', { name: 'text: its most frequent values' });
    await texts.getByRole('option', { name: 'many, 40 rows (100%)' }).waitFor({ state: 'attached' });
    assert.equal(await button('Plot All Rows').getAttribute('aria-pressed'), 'true');
    // A filter looks at the rows here.
    await enterQuery(page, 'id < 50');
    await plots
      .getByRole('option', { name: /\d match$/ })
      .first()
      .waitFor({ state: 'attached' });
    await enterQuery(page, '');
    await plots.getByRole('option', { name: '5 to 6, 30 rows (75%)' }).waitFor({ state: 'attached' });
    await button('Plot All Rows').press('Enter');
    await areThere(plots.getByRole('option', { name: '5 to 6, 30 rows (75%)' }), 0);
    assert.equal(await button('Plot All Rows').getAttribute('aria-pressed'), 'false');
    await page.getByRole('toolbar').getByRole('button', { name: 'Column Plots', exact: true }).press('Enter');
  });

  it('has the cluster write all rows, and says where they are', async () => {
    let end: () => void = () => undefined;
    const written = new Promise<void>((resolve) => (end = resolve));
    await show(
      'id > 3',
      async function* () {
        yield { ids: numbers(200) };
        if (server.written.length > 0) await written;
      },
      100,
    );
    await band.getByText('First 100 rows, there are more').waitFor();
    await button('Write There\u2026').press('Enter');
    const form = page.getByRole('dialog', { name: 'Write There' });
    await form.getByLabel('New folder, as the cluster sees it').fill(' s3a://bucket/out/ ');
    await form.getByLabel('Format').selectOption('CSV');
    await page.keyboard.press('Tab');
    await form.getByRole('button', { name: 'Write' }).press('Enter');
    await band.locator('button:focus', { hasText: 'Stop Writing' }).waitFor();
    end();
    await page.locator('.footer', { hasText: 'All rows were written to s3a://bucket/out/.' }).waitFor();
    assert.deepEqual(server.written, [{ path: 's3a://bucket/out/', format: 'csv', mode: 3 }]);
    await button('Write There\u2026').waitFor();
  });

  it('stops the query, keeps its rows, and runs it again', async () => {
    let isFirst = true;
    await show('', async function* (_, ended) {
      yield { ids: numbers(10_000) };
      if (!isFirst) return;
      isFirst = false;
      await new Promise<void>((resolve) => ended.addEventListener('abort', () => resolve(), { once: true }));
    });
    await band.getByText('10,000 rows so far').waitFor();
    await button('Stop').press('Enter');
    await band.getByText('Stopped after 10,000 rows').waitFor();
    await page.locator('.footer', { hasText: '10,000 records' }).waitFor();
    await button('Run Again').press('Enter');
    await band.getByText('10,000 rows, complete').waitFor();
  });

  it('says why the query has failed, and offers to run it again in one place', async () => {
    await show('', function* () {
      yield { ids: numbers(10_000) };
      throw new Error('Executor 3 is lost');
    });
    await band.getByText('Failed after').waitFor();
    await page.getByRole('alert').getByText('Spark says: Executor 3 is lost.').waitFor();
    await button('Run Again').waitFor();
    await areThere(page.getByRole('button', { name: 'Try Again' }), 0);
  });

  it('says why a query that is run again has failed before it had rows, and tries it once more', async () => {
    let again = 0;
    await show('', function* () {
      if (again++ === 1) throw new Error('Path does not exist');
      yield { ids: numbers(3) };
    });
    await band.getByText('3 rows, complete').waitFor();
    await button('Run Again').press('Enter');
    const alert = page.getByRole('alert');
    await alert.getByRole('heading', { name: 'The query failed' }).waitFor();
    await alert.getByText('Spark says: Path does not exist.').waitFor();
    await textsAre(alert.getByRole('button'), ['Try Again', 'Edit Connection\u2026', 'Run Here']);
    await alert.getByRole('button', { name: 'Try Again' }).press('Enter');
    await band.getByText('3 rows, complete').waitFor();
  });

  it('leads on from each way in which a cluster cannot be had, with what mends it', async () => {
    const alert = page.getByRole('alert');
    const usual = ['Try Again', 'Edit Connection\u2026', 'Run Here'];
    const secure = await SparkServer.start({ tls: true });
    const gone = await SparkServer.start();
    gone.close();
    try {
      for (const [address, words, buttons] of [
        [gone.address, `${gone.shown} does not answer: `, usual],
        [secure.address, 'Does it want TLS (use_ssl=true)?', usual],
        [`${secure.address}/;use_ssl=true`, `${secure.shown} does not answer: `, usual],
        [
          server.address,
          `${server.shown} refuses: Who is it?`,
          ['Try Again', 'Enter Token\u2026', 'Edit Connection\u2026', 'Run Here'],
        ],
      ] as const) {
        server.token = 't0ken';
        await open('', () => [{ ids: [1] }], 1e6, address);
        await alert.getByRole('heading', { name: 'The query failed' }).waitFor();
        await alert.getByText(words).waitFor();
        await textsAre(alert.getByRole('button'), buttons);
      }
      for (const name of ['Enter Token\u2026', 'Edit Connection\u2026', 'Run Here'])
        await alert.getByRole('button', { name }).press('Enter');
      await areThere(alert.getByRole('button'), 4);
      assert.deepEqual(engine.elsewhere, ['token', 'connection', 'here']);
      server.token = undefined;
      await alert.getByRole('button', { name: 'Try Again' }).press('Enter');
      await band.getByText('1 row, complete').waitFor();
    } finally {
      server.token = undefined;
      secure.close();
    }
  });

  it('says that a query has no rows, and cannot be asked of itself there', async () => {
    await show('id > 5', () => []);
    await page.getByText('The query has no rows').waitFor();
    await band.getByText('0 rows, complete').waitFor();
    await page.getByRole('toolbar').getByRole('button', { name: 'More', exact: true }).press('Enter');
    const item = page.getByRole('menuitem', { name: 'Run Query on Spark…' });
    await item.waitFor();
    assert.ok(await item.isDisabled());
    await page.keyboard.press('Escape');
  });
});
