/** The preview that `rowriver serve` shows in a browser: the real program, the real page, no VS Code. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { accessibilityFaults } from '../support/axe.ts';
import { runCli } from '../support/cli.ts';
import { serve, stop, type Served } from '../support/served.ts';
import { launch } from './bed/server.ts';
import { areThere, enterQuery } from './bed/grid.ts';

interface Event {
  readonly id: number;
  readonly level: string;
  readonly status: number;
  readonly user: { readonly name: string; readonly country: string };
  readonly note?: string;
}

const events: readonly Event[] = Array.from({ length: 20_000 }, (_, id) => ({
  id,
  level: ['info', 'warn', 'error'][(id * 7) % 3],
  status: [200, 301, 404, 500][(id * 13) % 4],
  user: { name: `u${(id * 31) % 997}`, country: ['DE', 'US', 'FR'][id % 3] },
  ...(id % 5 === 0 && { note: `says '${id}', <b>and</b> more` }),
}));

/** Only what hangs takes so long, on a machine that does much else as well. */
const hangsMs = 60_000;

describe('rowriver serve in a browser', function () {
  this.timeout(2 * hangsMs);
  let folder: string;
  let path: string;
  let served: Served;
  let browser: Browser;
  const faults: string[] = [];

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rowriver-served-'));
    path = join(folder, 'events.jsonl');
    await writeFile(path, `${events.map((event) => JSON.stringify(event)).join('\n')}\n{"id": \n`);
    [served, browser] = await Promise.all([serve(path), chromium.launch(launch())]);
  });
  after(async () => {
    await browser.close();
    await stop(served);
    await rm(folder, { recursive: true });
  });
  afterEach(() => {
    assert.deepEqual(faults.splice(0), []);
  });

  async function open(of: Served, options: BrowserContextOptions = {}): Promise<Page> {
    const context = await browser.newContext({ viewport: { width: 1400, height: 900 }, ...options });
    const page = await context.newPage();
    page.setDefaultTimeout(hangsMs);
    page.on('pageerror', (error) => faults.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') faults.push(message.text());
    });
    await page.goto(`http://127.0.0.1:${of.port}/?token=${of.token}`);
    return page;
  }

  /** Resolves when the rows in sight are those of the events, in their order, and there are as many in all. */
  async function shows(page: Page, wanted: readonly Event[], extra = 0): Promise<void> {
    const seen = () =>
      page.evaluate(() => {
        const names = new Map<string, string>();
        for (const head of document.querySelectorAll('.head:not([hidden]):not(.gutter)'))
          names.set(head.ariaColIndex ?? '', head.querySelector('.head-name')?.textContent ?? '');
        const body = document.querySelector('.body')?.getBoundingClientRect();
        const rows = [...document.querySelectorAll('.row')].filter((row) => {
          const { top, bottom } = row.getBoundingClientRect();
          return row.checkVisibility() && body && top >= body.top && bottom <= body.bottom;
        });
        return {
          count: Number(document.querySelector('[role=grid]')?.ariaRowCount) - 1,
          rows: rows.map((row) => ({
            index: Number(row.ariaRowIndex) - 2,
            cells: [...row.querySelectorAll('.cell:not([hidden]):not(.gutter)')].map((cell) => [
              names.get(cell.ariaColIndex ?? '') ?? '',
              cell.classList.contains('missing') ? undefined : cell.textContent,
            ]),
          })),
        };
      });
    for (const limit = performance.now() + hangsMs; ;) {
      const { count, rows } = await seen();
      const right = rows.map(({ index, cells }) => ({
        index,
        cells: cells.map(([name = '']) => [name, wanted.at(index) && fieldOf(wanted[index], name)]),
      }));
      const isWhole = rows.length > 2 && rows.every(({ cells }) => cells.length > 2);
      if (isWhole && count === wanted.length + extra && isDeepStrictEqual(rows, right)) return;
      if (performance.now() > limit) assert.deepEqual([count, rows], [wanted.length + extra, right]);
      await page.evaluate(() => new Promise(requestAnimationFrame));
    }
  }

  it('shows, filters, sorts and scrolls what plain JavaScript finds', async () => {
    const page = await open(served);
    await shows(page, events, 1);
    assert.equal(await page.title(), 'events.jsonl - Rowriver');
    assert.equal(new URL(page.url()).search, '');
    await enterQuery(page, "status >= 404 AND user.country = 'DE'");
    const found = events.filter(({ status, user }) => status >= 404 && user.country === 'DE');
    await shows(page, found);
    await page.locator('.head-name').getByText('user.name', { exact: true }).click();
    const sorted = found.toSorted((one, other) =>
      one.user.name < other.user.name ? -1 : Number(one.user.name > other.user.name),
    );
    await shows(page, sorted);
    for (const share of [0.5, 1]) {
      await page.locator('.scroller').evaluate((element, at) => {
        element.scrollTop = (element.scrollHeight - element.clientHeight) * at;
      }, share);
      await page.locator(`.row[aria-rowindex="${Math.round(sorted.length * share)}"]`).waitFor();
      await shows(page, sorted);
    }
    await page.context().close();
  });

  it('counts on in all tabs of a file that is followed in one', async () => {
    const grows = join(folder, 'grows.jsonl');
    const lines = (from: number, to: number) =>
      Array.from({ length: to - from }, (_, i) => `{"n":${from + i},"word":"w${(from + i) % 3}"}\n`).join('');
    await writeFile(grows, lines(0, 300));
    const own = await serve(grows);
    try {
      const [first, second, third] = [await open(own), await open(own), await open(own)];
      const pages = [first, second, third];
      const foot = (page: Page, count: number) =>
        page.locator('.footer', { hasText: new RegExp(`^${count} records`) }).waitFor();
      for (const page of pages) await foot(page, 300);
      await enterQuery(second, "word = 'w1'");
      await second.locator('.matches', { hasText: /^100 of 300 / }).waitFor();
      await second.getByRole('toolbar').getByRole('button', { name: 'Column', exact: true }).click();
      await second.locator('.side', { hasText: 'Of 100 rows that match, and of the whole file' }).waitFor();
      await enterQuery(third, '|> ORDER BY n DESC');
      await third.getByRole('gridcell', { name: '299', exact: true }).waitFor();
      await first.getByRole('switch', { name: 'Follow' }).click();
      await first.locator('[role=switch][aria-checked=true]').waitFor();
      await appendFile(grows, lines(300, 330));
      for (const page of pages) await foot(page, 330);
      await second.locator('.matches', { hasText: /^110 of 330 / }).waitFor();
      await second.locator('.side', { hasText: 'Of 110 rows that match, and of the whole file' }).waitFor();
      await third.getByRole('button', { name: 'Run Again' }).click();
      await third.getByRole('gridcell', { name: '329', exact: true }).waitFor();
      // Who leaves takes nothing from the others.
      await second.context().close();
      await appendFile(grows, lines(330, 360));
      await foot(first, 360);
      await foot(third, 360);
      await first.context().close();
      await third.context().close();
    } finally {
      await stop(own);
    }
  });

  it('downloads what the command writes, and says why where nothing is', async () => {
    const page = await open(served);
    await shows(page, events, 1);
    const query = "level = 'error' |> SELECT id, user.name AS who, note |> ORDER BY id DESC";
    await enterQuery(page, query);
    await page.locator('.result-line .badge').waitFor();
    const target = join(folder, 'written');
    for (const [format, ending] of [
      ['CSV', '.csv'],
      ['JSON Lines', '.jsonl'],
      ['Parquet', '.parquet'],
      ['Excel', '.xlsx'],
    ]) {
      await page.keyboard.press('Control+Shift+s');
      const dialog = page.getByRole('dialog', { name: 'Download as' });
      await dialog.waitFor();
      assert.deepEqual(await accessibilityFaults(page), []);
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        dialog.getByRole('button', { name: `${format} ${ending}`, exact: true }).click(),
      ]);
      assert.equal(download.suggestedFilename(), `events${ending}`);
      await runCli([path, query, '-o', target + ending]);
      const [mine, its] = await Promise.all([readFile(await download.path()), readFile(target + ending)]);
      assert(mine.equals(its), `${format}: ${mine.length} and ${its.length} bytes`);
    }
    await page.getByRole('button', { name: 'More' }).click();
    const [rejects] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('menuitem', { name: 'Export Malformed Records' }).click(),
    ]);
    assert.match(await readFile(await rejects.path(), 'utf8'), /^\{.*"record":20001.*\}\n$/);

    // What cannot be had is said, and the page stays.
    await page.route('**/rows.csv*', (route) =>
      route.continue({ url: route.request().url().replace('tab=', 'tab=9') }),
    );
    await page.keyboard.press('Control+Shift+s');
    await page.getByRole('button', { name: 'CSV .csv', exact: true }).click();
    const told = page.getByRole('dialog', { name: 'The download failed' });
    await told.getByText('This preview is closed. Reload it, and try again.').waitFor();
    faults.splice(0);
    await page.keyboard.press('Escape');
    await told.waitFor({ state: 'detached' });
    await page.context().close();
  });

  it('is used by keyboard alone', async () => {
    const page = await open(served);
    await shows(page, events, 1);
    await page.keyboard.press('Control+l');
    await page.keyboard.type('id < 900');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Enter');
    const found = events.filter(({ id }) => id < 900);
    await shows(page, found);
    await page.keyboard.press('Control+f');
    await page.keyboard.type("says '500'");
    await page.keyboard.press('Enter');
    await page.locator('.row[aria-rowindex="502"]').waitFor();
    await page.keyboard.press('Escape');
    // The menu of the active cell, by the key for it.
    await page.locator('.cell:focus').waitFor();
    await page.keyboard.press('Control+Home');
    await page.keyboard.press('ArrowRight');
    for (const key of ['Alt+ArrowDown', 'ContextMenu']) {
      await page.keyboard.press(key);
      await page.getByRole('menu', { name: 'Cell' }).waitFor();
      if (key === 'ContextMenu') break;
      await page.keyboard.press('Escape');
      await page.locator('.cell:focus').waitFor();
    }
    assert.deepEqual(await accessibilityFaults(page), []);
    await page.keyboard.press('Enter');
    await shows(
      page,
      found.filter(({ level }) => level === 'info'),
    );
    await page.keyboard.press('Control+g');
    await page.keyboard.type('601');
    await page.keyboard.press('Enter');
    await page.locator('.cell:focus').waitFor();
    // The record as a document of its own.
    await page.keyboard.press('ContextMenu');
    await page.keyboard.type('op');
    const [document] = await Promise.all([page.context().waitForEvent('page'), page.keyboard.press('Enter')]);
    await document.waitForLoadState();
    assert.deepEqual(JSON.parse(await document.locator('body').innerText()), events[600]);
    await document.close();
    await page.context().close();
  });

  it('goes to a row of sorted rows by the number beside it, and to a share of them', async () => {
    const page = await open(served);
    await shows(page, events, 1);
    await enterQuery(page, 'id < 9000 |> ORDER BY id DESC');
    const sorted = events.filter(({ id }) => id < 9000).toReversed();
    await shows(page, sorted);
    await page.locator('.row .cell:not(.gutter)').first().click();
    const goTo = async (typed: string) => {
      await page.keyboard.press('Control+g');
      await page.keyboard.type(typed);
      await page.keyboard.press('Enter');
    };
    for (const [typed, number] of [
      ['4000', 4000],
      ['#17', 17],
      ['50%', 4500],
    ] as const) {
      await goTo(typed);
      await page
        .locator('.row.active .gutter', { hasText: new RegExp(`^${number.toLocaleString('en')}$`) })
        .waitFor();
      await page.locator('.row.active .cell:focus', { hasText: `${sorted[number - 1].id}` }).waitFor();
    }
    await goTo('9001');
    await page.locator('.footer', { hasText: 'No row 9,001. This is the last row.' }).waitFor();
    await goTo('record 9');
    await page.getByText('These records are sorted, so they are not in the order of the file.').waitFor();
    await page.context().close();
  });

  it('asks about the column whose plot was clicked, wherever it has moved', async () => {
    const page = await open(served);
    await shows(page, events, 1);
    await page.getByRole('toolbar').getByRole('button', { name: 'Column Plots' }).click();
    const head = (name: string) => page.locator(`.head:not([hidden])[title^="${name}:"]`);
    const choose = async (name: string, entry: string) => {
      await head(name).getByRole('listbox').click({ button: 'right' });
      await page.getByRole('menu', { name: 'Column' }).getByRole('menuitem', { name: entry }).click();
    };
    const order = () =>
      page
        .locator('.head:not([hidden], .gutter)')
        .evaluateAll((heads) =>
          heads
            .sort((a, b) => a.getBoundingClientRect().x - b.getBoundingClientRect().x)
            .map((element) => element.querySelector('.head-name')?.textContent),
        );
    const [first, second, third, ...others] = await order();
    await choose(second ?? '', 'Hide');
    await head(second ?? '').waitFor({ state: 'detached' });
    await choose(third ?? '', 'Pin to the Left');
    await choose(third ?? '', 'Unpin');
    await choose(third ?? '', 'Pin to the Left');
    await choose(first ?? '', 'Hide');
    await head(first ?? '').waitFor({ state: 'detached' });
    assert.deepEqual(await order(), [third, ...others]);
    // A menu that is left gives the focus back, also to a plot.
    const bars = page.locator('.head:not([hidden]) .bars').first();
    await bars.click({ button: 'right' });
    await page.getByRole('menu', { name: 'Column' }).waitFor();
    await page.keyboard.press('Escape');
    await page.locator('.bars:focus').waitFor();
    await page.context().close();
  });

  it('copies, and does not offer what only VS Code can do', async () => {
    const page = await open(served, { permissions: ['clipboard-read', 'clipboard-write'] });
    await shows(page, events, 1);
    await page.locator('.row[aria-rowindex="4"] .cell[aria-colindex="4"]').click({ button: 'right' });
    await page.getByRole('menuitem', { name: 'Copy as JSON' }).click();
    await page.locator('.footer', { hasText: 'Copied' }).waitFor();
    const clipboard = () => page.evaluate(() => navigator.clipboard.readText());
    assert.deepEqual(JSON.parse(await clipboard()), { status: events[2].status });
    await enterQuery(page, 'id < 3');
    await shows(page, events.slice(0, 3));
    await page.getByRole('button', { name: 'More' }).click();
    const menu = page.getByRole('menu', { name: 'More' });
    await menu.waitFor();
    for (const name of ['Ask About This File', 'Open as Text']) await areThere(menu.getByText(name), 0);
    await menu.getByText('Copy Query As').click();
    await page
      .getByRole('dialog')
      .getByRole('button', { name: /^DuckDB/ })
      .click();
    while (!(await clipboard()).startsWith('SELECT'))
      await page.evaluate(() => new Promise(requestAnimationFrame));
    await page.context().close();
  });

  it('goes on by itself where only its connection was cut', async () => {
    const wire = await Wire.to(served.port);
    const page = await open({ ...served, port: wire.port });
    try {
      const found = events.filter(({ level }) => level === 'error');
      await enterQuery(page, "level = 'error'");
      await shows(page, found);
      // What the browser says of a server that is not there is no fault of the page.
      page.removeAllListeners('console');
      wire.lead(undefined);
      const notice = page.getByRole('alert').getByText('There is no connection to rowriver serve.');
      await notice.waitFor();
      await shows(page, found);
      wire.lead(served.port);
      await notice.waitFor({ state: 'hidden' });
      await shows(page, found);
      await enterQuery(page, 'id < 900');
      await shows(page, events.slice(0, 900));
    } finally {
      await page.context().close();
      wire.close();
    }
  });

  it('says so where its server is another one, and goes on with that by its address', async () => {
    const wire = await Wire.to(served.port);
    const page = await open({ ...served, port: wire.port });
    const other = await serve(path);
    try {
      await enterQuery(page, 'id < 900');
      await shows(page, events.slice(0, 900));
      page.removeAllListeners('console');
      wire.lead(other.port);
      await page.getByRole('alert').getByText('Open the address that it has printed.').waitFor();
      await page.goto(`http://127.0.0.1:${wire.port}/?token=${other.token}`);
      // The tab has kept what it showed.
      await shows(page, events.slice(0, 900));
    } finally {
      await page.context().close();
      wire.close();
      await stop(other);
    }
  });

  for (const [name, options] of [
    ['dark', { colorScheme: 'dark' }],
    ['light', { colorScheme: 'light' }],
    ['forced colors', { forcedColors: 'active' }],
    ['a narrow dark window', { colorScheme: 'dark', viewport: { width: 600, height: 700 } }],
  ] as const) {
    it(`has nothing that axe-core finds, in ${name}`, async () => {
      const page = await open(served, options);
      await shows(page, events, 1);
      assert.deepEqual(await accessibilityFaults(page), []);
      await enterQuery(page, "level = 'error' AND id < 9000");
      await shows(
        page,
        events.filter(({ level, id }) => level === 'error' && id < 9000),
      );
      await page.getByRole('button', { name: 'Column', exact: true }).click();
      await page.getByRole('button', { name: 'Column Plots' }).click();
      assert.deepEqual(await accessibilityFaults(page), []);
      await page.getByRole('button', { name: 'Problems' }).click();
      await page.locator('.problem').first().waitFor();
      assert.deepEqual(await accessibilityFaults(page), []);
      await enterQuery(page, '|> AGGREGATE count(*) AS n GROUP BY id % 2 = 0 AS even, level');
      await page.locator('.result-line').getByRole('button', { name: 'Plot', exact: true }).click();
      await page.getByLabel('Color').selectOption('level');
      await page.locator('.legend .swatch').nth(1).waitFor();
      const colors = await page
        .locator('.legend .swatch')
        .evaluateAll((swatches) => swatches.map((swatch) => getComputedStyle(swatch).backgroundColor));
      assert.equal(new Set(colors).size, colors.length, colors.join(' '));
      await page.context().close();
    });
  }
});

/** A port that leads to another one, or nowhere for now. */
class Wire {
  readonly #server = createServer((near) => this.#connect(near));
  readonly #sockets = new Set<Socket>();
  #target: number | undefined;

  static async to(port: number): Promise<Wire> {
    const wire = new Wire();
    wire.#target = port;
    await once(wire.#server.listen(0, '127.0.0.1'), 'listening');
    return wire;
  }

  get port(): number {
    const at = this.#server.address();
    assert(at !== null && typeof at === 'object');
    return at.port;
  }

  /** Cuts what is connected, and leads elsewhere from now on. */
  lead(port: number | undefined): void {
    this.#target = port;
    for (const socket of this.#sockets) socket.destroy();
  }

  close(): void {
    this.lead(undefined);
    this.#server.close();
  }

  #connect(near: Socket): void {
    if (this.#target === undefined) {
      near.destroy();
      return;
    }
    const far = connect(this.#target, '127.0.0.1');
    for (const [from, to] of [
      [near, far],
      [far, near],
    ]) {
      this.#sockets.add(from);
      from.on('error', () => undefined).pipe(to);
      from.on('close', () => {
        this.#sockets.delete(from);
        to.destroy();
      });
    }
  }
}

/** A cell's text; undefined where the record has no such field. */
function fieldOf({ id, level, status, user, note }: Event, name: string): string | undefined {
  const fields: Readonly<Record<string, string | undefined>> = {
    id: String(id),
    level,
    status: String(status),
    'user.name': user.name,
    'user.country': user.country,
    note,
  };
  return fields[name];
}
