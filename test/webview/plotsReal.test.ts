/** Plots over the real engine: what they count, and what a pick leaves, is what plain JavaScript counts. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { accessibilityFaults } from '../support/axe.ts';
import { areThere, enterQuery, gridAt, plotCounts } from './bed/grid.ts';
import { RealEngine } from './bed/realEngine.ts';
import { RealPage } from './bed/realPage.ts';

interface Item {
  readonly id: number;
  readonly level: string;
  readonly ms: number;
  readonly ok: boolean;
  readonly ts: string;
  /** Mostly a number. */
  readonly code: number | string | null;
}

const levels = ['info', 'warn', 'error', "it's"];
const items = Array.from({ length: 6000 }, (_, id): Item => {
  const minute = (id * 7) % 6000;
  return {
    id,
    level: levels[id % 7 < 4 ? 0 : (id % 3) + 1],
    ms: ((id * 37) % 1000) / 10,
    ok: id % 5 !== 0,
    ts: new Date(Date.UTC(2024, 4, 1) + minute * 60_000).toISOString(),
    code: id % 11 === 0 ? null : id % 13 === 0 ? 'n/a' : id % 600,
  };
});

describe('webview/plots over the real engine', () => {
  let real: RealPage;
  let engine: RealEngine;
  let page: Page;
  let folder: string;

  before(async () => {
    real = await RealPage.open('plots', { width: 1800 });
    ({ page, engine, folder } = real);
  });
  after(() => real.close());

  function plot(name: string): Locator {
    return page
      .locator('.head:not([hidden])', { has: page.getByText(name, { exact: true }) })
      .locator('.plot');
  }

  async function matchesAre(count: number): Promise<void> {
    await page
      .locator('.result-line', { hasText: `${count.toLocaleString('en-US')} of 6,000 records match` })
      .waitFor();
  }

  /** Bars that are picked beside each other with Ctrl, by clicks and by a drag, and let go of again. */
  async function picksSeveral(): Promise<void> {
    const bars = await plot('ms').locator('.bar').count();
    /** The middle of a bar. Chips above the grid move it. */
    const middle = async (bar: number): Promise<readonly [x: number, y: number]> => {
      const box = await plot('ms').locator('.bars').boundingBox();
      assert(box);
      return [box.x + ((bar + 0.5) / bars) * box.width, box.y + 10];
    };
    /** Once the query has so many ranges of bars, as many as are marked as picked, its rows are those in them. */
    const rangesAre = async (ranges: number, picked: number): Promise<void> => {
      await page.waitForFunction(
        ([many, marked]) => {
          const text = document.querySelector('.query-box .cm-content')?.textContent ?? '';
          const found = text.match(/ms >= [\d.]+ AND ms < [\d.]+/g) ?? [];
          return found.length === many && document.querySelectorAll('.bars .bar.picked').length === marked;
        },
        [ranges, picked] as const,
      );
      const edges = ((await query()) ?? '').matchAll(/ms >= ([\d.]+) AND ms < ([\d.]+)/g);
      const inside = [...edges].map(([, from, to]) => [Number(from), Number(to)] as const);
      await matchesAre(items.filter(({ ms }) => inside.some(([from, to]) => ms >= from && ms < to)).length);
    };
    await page.mouse.click(...(await middle(0)));
    await rangesAre(1, 1);
    await page.keyboard.down('Control');
    await page.mouse.click(...(await middle(3)));
    await rangesAre(2, 2);
    await page.mouse.move(...(await middle(bars - 3)));
    await page.mouse.down();
    await page.mouse.move(...(await middle(bars - 1)), { steps: 4 });
    await page.mouse.up();
    await rangesAre(3, 5);
    // What is picked already is let go of.
    await page.mouse.click(...(await middle(3)));
    await rangesAre(2, 4);
    await page.keyboard.up('Control');
    await page.getByRole('button', { name: 'Clear all' }).click();
    await page.locator('.badge').waitFor({ state: 'detached' });
  }

  const query = () => page.locator('.cm-content').textContent();

  for (const [name, text] of [
    ['events.jsonl', items.map((item) => `${JSON.stringify(item)}\n`).join('')],
    [
      'events.csv',
      [
        'id,level,ms,ok,ts,code\n',
        ...items.map(
          ({ id, level, ms, ok, ts, code }) => `${id},${level},${ms},${String(ok)},${ts},${code ?? ''}\n`,
        ),
      ].join(''),
    ],
  ] as const) {
    it(`counts and picks in ${name}`, async () => {
      const path = join(folder, name);
      await writeFile(path, text);
      await engine.open(path, {});
      await page.locator('.footer', { hasText: '6,000 records' }).waitFor();
      const plots = page.getByRole('button', { name: 'Column Plots' });
      if ((await plots.getAttribute('aria-pressed')) === 'false') await plots.click();

      const byLevel = await plotCounts(page, 'level', { whole: 6000 });
      for (const level of levels)
        assert.equal(byLevel.get(level)?.whole, items.filter((item) => item.level === level).length, level);
      await plotCounts(page, 'ms', { whole: 6000 });
      await plotCounts(page, 'ts', { whole: 6000 });
      const numbers = items.filter(({ code }) => typeof code === 'number').length;
      await plotCounts(page, 'code', { whole: numbers });
      const nulls = items.filter(({ code }) => code === null).length;
      const shares = await plot('code').locator('.plot-shares').getAttribute('aria-label');
      assert.match(shares ?? '', new RegExp(`null: ${nulls} rows`));
      assert.match(shares ?? '', new RegExp(`other types: ${6000 - nulls - numbers} rows`));

      // A value with a quote in it. What is clicked stays where it is.
      const place = await plot('level').boundingBox();
      await plot('level').locator(`.part[aria-label^="it's"]`).click();
      const odd = items.filter((item) => item.level === "it's");
      await matchesAre(odd.length);
      assert.equal(await query(), "level = 'it''s'");
      assert.deepEqual(await plot('level').boundingBox(), place);
      const filtered = await plotCounts(page, 'level', { matching: odd.length });
      assert.equal(filtered.get('info')?.matching, 0);
      await plotCounts(page, 'ms', { matching: odd.length });

      // A range of numbers on top of it, then of times: bars and the grid agree to the row.
      const box = await plot('ms').locator('.bars').boundingBox();
      assert(box);
      await page.mouse.move(box.x + 1, box.y + 10);
      await page.mouse.down();
      await page.mouse.move(box.x + box.width * 0.4, box.y + 10, { steps: 3 });
      await page.mouse.up();
      await page.locator('.chip', { hasText: 'ms <' }).waitFor();
      const [, low, high] = /ms >= (\S+) AND ms < (\S+)/.exec((await query()) ?? '') ?? [];
      const ranged = odd.filter(({ ms }) => ms >= Number(low) && ms < Number(high));
      await matchesAre(ranged.length);
      const byRange = await plotCounts(page, 'ms', { matching: ranged.length });
      assert(ranged.length > 0 && byRange.size > 4);

      await plot('ts').locator('.bar').nth(2).click({ force: true });
      await page.locator('.chip', { hasText: 'ts <' }).waitFor();
      const [, from = '', to = ''] =
        /ts >= TIMESTAMP '([^']+)' AND ts < TIMESTAMP '([^']+)'/.exec((await query()) ?? '') ?? [];
      const at = (time: string) => Date.parse(time.includes(' ') ? `${time.replace(' ', 'T')}Z` : time);
      const timed = ranged.filter(({ ts }) => Date.parse(ts) >= at(from) && Date.parse(ts) < at(to));
      await matchesAre(timed.length);
      await plotCounts(page, 'ts', { matching: timed.length });
      await page.getByRole('button', { name: 'Clear all' }).click();
      await page.locator('.badge').waitFor({ state: 'detached' });
      await plotCounts(page, 'ms', { whole: 6000, matching: 6000 });
      await picksSeveral();
    });
  }

  describe('plot results', () => {
    before(async () => {
      const path = join(folder, 'results.jsonl');
      await writeFile(path, items.map((item) => `${JSON.stringify(item)}\n`).join(''));
      await engine.open(path, {});
      await page.locator('.footer', { hasText: '6,000 records' }).waitFor();
    });

    async function plotted(query: string): Promise<void> {
      await enterQuery(page, query);
      const button = page.locator('.result-line').getByRole('button', { name: 'Plot', exact: true });
      await button.waitFor();
      if ((await button.getAttribute('aria-pressed')) === 'false') await button.click();
    }

    async function marks(count: number): Promise<string[]> {
      await page.waitForFunction((many) => document.querySelectorAll('.chart .mark').length === many, count);
      return page
        .locator('.chart .mark')
        .evaluateAll((all) => all.map((mark) => mark.getAttribute('aria-label') ?? ''));
    }

    it('as bars of groups, with what a screen reader is told', async () => {
      await plotted('|> AGGREGATE count(*) AS n GROUP BY level |> ORDER BY n DESC, level DESC');
      const bars = await marks(levels.length);
      const expected = levels
        .map((level) => [level, items.filter((item) => item.level === level).length] as const)
        .toSorted((a, b) => b[1] - a[1] || (a[0] < b[0] ? 1 : -1));
      assert.deepEqual(
        bars.map((bar) => /level: (.*), n: (\d+)$/.exec(bar)?.slice(1)),
        expected.map(([level, count]) => [level, String(count)]),
      );
      await areThere(page.locator('.chart rect.mark'), levels.length);
      assert.deepEqual(await accessibilityFaults(page), []);
      await page.locator('.chart').focus();
      await page.keyboard.press('End');
      await page.locator('.chart .mark.current[aria-label^="level"]').waitFor();
    });

    it('give way to the rows where something is looked for in them', async () => {
      const rows = page.locator('.row .cell:visible').first();
      const bar = page.locator('.find-bar');
      await plotted('|> AGGREGATE count(*) AS n GROUP BY level |> ORDER BY n DESC, level DESC');
      await marks(levels.length);
      await page.getByRole('button', { name: 'Find (Ctrl+F)' }).click();
      await bar.waitFor();
      await rows.waitFor();
      await page.locator('.result-line').getByRole('button', { name: 'Plot', exact: true }).click();
      await marks(levels.length);
      await bar.waitFor({ state: 'detached' });
      await page.getByRole('button', { name: 'Show Rows' }).click();
      await bar.waitFor();
      await bar.getByRole('button', { name: /^Close/ }).click();
      await bar.waitFor({ state: 'detached' });
    });

    for (const theme of ['light', 'contrast'] as const) {
      it(`have nothing that axe finds in the ${theme} theme`, async () => {
        const other = await RealEngine.onBed(real.bed, folder, { width: 1000, theme });
        try {
          await other.engine.open(join(folder, 'results.jsonl'), {});
          await other.page.locator('.footer', { hasText: '6,000 records' }).waitFor();
          await enterQuery(other.page, '|> AGGREGATE count(*) AS n GROUP BY level, ok');
          await other.page.locator('.result-line').getByRole('button', { name: 'Plot', exact: true }).click();
          await other.page.locator('.chart .mark').nth(levels.length).waitFor();
          assert.deepEqual(await accessibilityFaults(other.page), []);
        } finally {
          await other.engine.close();
          await other.page.context().close();
        }
      });
    }

    it('stands averages beside each other and counts on each other', async () => {
      // Where each bar begins and ends, in the order of its names.
      const boxes = () =>
        page.locator('.chart rect.mark').evaluateAll((all) =>
          all.map((mark) => {
            const { left, right, bottom } = mark.getBoundingClientRect();
            const [name, value] = (mark.getAttribute('aria-label') ?? '').split(', ');
            return { left, right, bottom, name, value: Number(value.split(': ')[1]) };
          }),
        );
      const type = page.locator('.chart-head select').first();
      await plotted('|> AGGREGATE avg(ms) AS mean GROUP BY level, ok');
      // The chart before has as many marks.
      await page.locator('.chart .mark[aria-label*=" mean: "]').first().waitFor();
      await marks(2 * levels.length);
      assert.equal(await type.inputValue(), 'bars');
      await areThere(type.locator('option', { hasText: 'stacked' }), 0);
      const [bottom] = (await boxes()).map((box) => box.bottom);
      for (const box of await boxes()) {
        assert.ok(Math.abs(box.bottom - bottom) < 1, `${box.name} begins at 0`);
        const others = (await boxes()).filter(
          ({ left, right }) => left < box.right - 1 && box.left < right - 1,
        );
        assert.equal(others.length, 1, `${box.name}: nothing stands on it`);
      }
      const axis = await page.locator('.chart .axes text[text-anchor=end]').allTextContents();
      const most = Math.max(...axis.map(Number).filter(Number.isFinite));
      const greatest = Math.max(...(await boxes()).map(({ value }) => value));
      assert.ok(most >= greatest && most < greatest * 1.5, `the axis ends at ${most} for ${greatest}`);

      await plotted('|> AGGREGATE count(*) AS n GROUP BY level, ok');
      await page.locator('.chart .mark[aria-label*=" n: "]').first().waitFor();
      assert.equal(await type.inputValue(), 'stacked');
      const stood = await boxes();
      for (const level of levels) {
        const lefts = stood
          .filter(({ name }) => name === `level: ${level}`)
          .map(({ left }) => Math.round(left));
        assert.equal(lefts.length, 2);
        assert.equal(lefts[0], lefts[1], `${level} stands in one place`);
      }
    });

    it('as lines over time, one for each group', async () => {
      await plotted(`|> AGGREGATE count(*) AS n GROUP BY date_trunc('day', ts) AS day, level`);
      await page.locator('.chart polyline').nth(3).waitFor();
      await areThere(page.locator('.chart polyline'), levels.length);
      await areThere(page.locator('.result-plot .legend li'), levels.length);
    });

    it('and no records in their place that are only sorted', async () => {
      await plotted('|> AGGREGATE count(*) AS n GROUP BY level');
      await marks(levels.length);
      for (const query of ['ORDER BY ms DESC', "level = 'error' |> ORDER BY ms"]) {
        await enterQuery(page, query);
        await gridAt(page, 0);
        await areThere(page.locator('.result-plot'), 0);
        await areThere(page.locator('.result-line').getByRole('button', { name: 'Plot', exact: true }), 0);
      }
      await enterQuery(page, '|> AGGREGATE count(*) AS n GROUP BY level');
      await marks(levels.length);
    });

    it('as points, no more than are bounded, and says so', async () => {
      await plotted('|> SELECT ms, id');
      await marks(2000);
      await page.getByText('The first 2,000 of 6,000 rows.').waitFor();
      await page.locator('.chart-head select').first().selectOption('lines');
      await page.locator('.chart polyline').waitFor();
    });

    it('as pictures with the colours of the theme', async () => {
      await plotted('|> AGGREGATE count(*) AS n GROUP BY level');
      await marks(levels.length);
      await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
      await page.getByRole('button', { name: 'Copy as PNG' }).click();
      await page.waitForFunction(async () => {
        const [item] = await navigator.clipboard.read();
        return item.types.includes('image/png');
      });
      await plotted('|> AGGREGATE count(*) AS n GROUP BY level, ok');
      await page.locator('.result-plot .legend li').first().waitFor();
      const copied = engine.user.copied();
      await page.getByRole('button', { name: 'Copy as SVG' }).click();
      const svg = await page.evaluate(
        (text) => {
          const picture = new DOMParser().parseFromString(text, 'image/svg+xml').documentElement;
          const texts = [...picture.querySelectorAll('text')].map(({ textContent }) => textContent);
          return { name: picture.tagName, texts };
        },
        await copied,
      );
      assert.equal(svg.name, 'svg');
      for (const name of ['true', 'false', 'n', 'level', ...levels])
        assert.ok(svg.texts.includes(name), `${name} is in the picture`);
    });

    it('says so where nothing can be drawn, for no row and for one, and goes back to the rows', async () => {
      await plotted('|> SELECT level, ts');
      await page.getByText(/nothing to plot/).waitFor();
      await plotted('id < 0 |> AGGREGATE count(*) AS n GROUP BY level');
      await page.getByText('There are no rows to plot.').waitFor();
      await plotted('|> AGGREGATE count(*) AS n');
      await marks(1);
      await page.getByRole('button', { name: 'Show Rows' }).click();
      await page.locator('.result-plot').waitFor({ state: 'detached' });
      await page.locator('.row .cell', { hasText: '6000' }).first().waitFor();
      await page.locator('.grid-host :focus').waitFor();
    });
  });

  describe('rows over time', () => {
    const spaced = items.toSorted((a, b) => (a.ts < b.ts ? -1 : 1));

    before(async () => {
      const path = join(folder, 'times.jsonl');
      await enterQuery(page, '');
      await page.locator('.badge').waitFor({ state: 'detached' });
      // One row without a time.
      await writeFile(
        path,
        [...spaced, { id: -1, level: 'info', ms: 0, ok: true, ts: null, code: null }]
          .map((item) => `${JSON.stringify(item)}\n`)
          .join(''),
      );
      await engine.open(path, {});
      await page.locator('.footer', { hasText: '6,001 records' }).waitFor();
      await page.getByRole('button', { name: 'More' }).click();
      await page.getByRole('menuitem', { name: 'Show Rows over Time' }).click();
    });
    after(() => page.locator('.time-band').getByRole('button', { name: 'Close' }).click());

    const band = () => page.locator('.time-band');

    function told(): Promise<string[]> {
      return band()
        .locator('.bar')
        .evaluateAll((bars) => bars.map((bar) => bar.getAttribute('aria-label') ?? ''));
    }

    it('are the rows of the file, and of the filter, to the row', async () => {
      await band().getByText('6,000 rows, 1 without a time', { exact: true }).waitFor();
      const counts = (await told()).map((label) =>
        Number(/, ([\d,]+) rows?/.exec(label)?.[1]?.replaceAll(',', '')),
      );
      assert.equal(
        counts.reduce((sum, count) => sum + count, 0),
        6000,
      );
      await enterQuery(page, "level = 'error'");
      const errors = items.filter(({ level }) => level === 'error').length;
      await band()
        .getByText(`${errors.toLocaleString('en-US')} rows`, { exact: true })
        .waitFor();
      await band().getByLabel('stacked by').selectOption('ok');
      await band().locator('.legend').getByText('true').waitFor();
      const stacked = (await told()).map((label) => /true: (\d+)/.exec(label)?.[1] ?? '0');
      assert.equal(
        stacked.reduce((sum, count) => sum + Number(count), 0),
        items.filter(({ level, ok }) => level === 'error' && ok).length,
      );
      await band().getByLabel('stacked by').selectOption('');
      await enterQuery(page, '');
      await band().getByText('6,000 rows, 1 without a time', { exact: true }).waitFor();
    });

    it('hold for sorted rows: as many, and a click leads to the first row of a bar from above', async () => {
      await enterQuery(page, 'id >= 0 AND ms < 50 |> ORDER BY ts DESC');
      const kept = spaced.filter(({ ms }) => ms < 50).toReversed();
      await band()
        .getByText(`${kept.length.toLocaleString('en-US')} rows`, { exact: true })
        .waitFor();
      await page.locator('.time-here').waitFor();
      const counts = (await told()).map((label) =>
        Number(/, ([\d,]+) rows?/.exec(label)?.[1]?.replaceAll(',', '')),
      );
      const box = await band().locator('.bars').boundingBox();
      assert(box);
      const at = Math.floor(counts.length / 3);
      await page.mouse.click(box.x + (box.width * (at + 0.5)) / counts.length, box.y + 20);
      const row = counts.slice(at + 1).reduce((sum, count) => sum + count, 0);
      // Rows of the grid are numbered from 1, after the row of the headers.
      await page
        .locator(`.row.active[aria-rowindex="${row + 2}"] .cell`, { hasText: kept[row].ts })
        .waitFor();
      await enterQuery(page, '');
      await band().getByText('6,000 rows, 1 without a time', { exact: true }).waitFor();
    });

    it('lead to the first row of a bar, zoom by a drag, and out again', async () => {
      const bars = band().locator('.bars');
      const box = await bars.boundingBox();
      assert(box);
      await page.locator('.time-here').waitFor();
      await page.mouse.click(box.x + box.width / 2, box.y + 20);
      // The file is in the order of its times, so that the middle of one is the middle of the other.
      await page.waitForFunction(() => {
        const row = document.querySelector('.row.active:not([hidden])')?.getAttribute('aria-rowindex');
        return Math.abs(Number(row) - 3000) < 200;
      });

      await page.mouse.move(box.x + box.width * 0.6, box.y + 20);
      await page.mouse.down();
      await page.mouse.move(box.x + box.width * 0.8, box.y + 20, { steps: 3 });
      await page.keyboard.press('Escape');
      await page.mouse.up();
      await page.evaluate(() => window.hostBed.rest());
      await areThere(page.locator('.chip'), 0);
      await page.mouse.move(box.x + box.width * 0.25, box.y + 20);
      await page.mouse.down();
      await page.mouse.move(box.x + box.width * 0.5, box.y + 20, { steps: 3 });
      await page.mouse.up();
      await page.locator('.chip', { hasText: 'ts <' }).waitFor();
      const [, from = '', to = ''] =
        /TIMESTAMP '([^']+)' AND ts < TIMESTAMP '([^']+)'/.exec((await query()) ?? '') ?? [];
      const at = (time: string) => Date.parse(time.includes(' ') ? `${time.replace(' ', 'T')}Z` : time);
      const inside = items.filter(({ ts }) => Date.parse(ts) >= at(from) && Date.parse(ts) < at(to)).length;
      assert(inside > 1000 && inside < 2200, `${inside} rows`);
      await band()
        .getByText(`${inside.toLocaleString('en-US')} rows`, { exact: true })
        .waitFor();
      await page
        .locator('.result-line', { hasText: `${inside.toLocaleString('en-US')} of 6,001 records match` })
        .waitFor();
      await band().getByRole('button', { name: 'Zoom Out' }).click();
      await page.locator('.badge').waitFor({ state: 'detached' });
    });
  });

  it('lists the most frequent values of the rows that match, and lets them be ticked where they are', async () => {
    const orders = Array.from({ length: 6000 }, (_, id) => {
      const country = id % 3 === 0 ? 'DE' : 'FR';
      const sku = country === 'DE' ? `D${(id * id) % 451}` : `F${(id * id) % 1009}`;
      return { country, sku: id % 2 === 0 ? `both ${(id % 2300) % 60}` : sku };
    });
    const path = join(folder, 'orders.csv');
    await writeFile(
      path,
      ['country,sku', ...orders.map(({ country, sku }) => `${country},${sku}`)].join('\n'),
    );
    await engine.open(path, {});
    await page.locator('.footer', { hasText: '6,000 records' }).waitFor();
    const head = page.locator('.head:not([hidden])', { hasText: 'sku' });
    await head.hover();
    await head.locator('.head-menu').click();
    await page.getByRole('menuitem', { name: 'Show Statistics' }).click();

    const ofCountry = orders.filter(({ country }) => country === 'DE');
    await enterQuery(page, "country = 'DE'");
    await page.getByText(`Of ${ofCountry.length.toLocaleString('en-US')} rows that match, and`).waitFor();
    const counted = new Map<string, number>();
    for (const { sku } of ofCountry) counted.set(sku, (counted.get(sku) ?? 0) + 1);
    const top = [...counted].sort((a, b) => b[1] - a[1]).slice(0, 50);
    const lines = page.locator('.checklist .value-line');
    const countsAre = async (of: ReadonlyMap<string, number>) => {
      await areThere(lines, top.length);
      for (const [at, [sku]] of top.entries()) {
        const value = page.locator('.value-words', { hasText: new RegExp(`^${sku}$`) });
        const count = page.locator('.value-count', { hasText: new RegExp(`^${of.get(sku) ?? 0}$`) });
        await lines.nth(at).filter({ has: value }).filter({ has: count }).waitFor();
      }
    };
    await countsAre(counted);
    const listed = top.reduce((sum, [, count]) => sum + count, 0);
    const others = (ofCountry.length - listed).toLocaleString('en-US');
    await page.getByText(`${others} rows hold other values.`).waitFor();
    const [sku, count] = top[7];
    const ofWhole = orders.filter((order) => order.sku === sku).length;
    await page.locator(`.value-line label[title^="${sku}: ${ofWhole} rows"]`).waitFor();

    const box = lines.nth(7).getByRole('checkbox');
    await box.press('Space');
    await matchesAre(count);
    await countsAre(new Map([[sku, count]]));
    assert.ok(await box.evaluate((ticked) => ticked === document.activeElement));
    await lines.nth(3).getByRole('checkbox').press('Space');
    await matchesAre(count + top[3][1]);
    await countsAre(new Map([top[3], [sku, count]]));
    await page.getByRole('region', { name: 'Column' }).getByRole('button', { name: 'Close' }).click();
    await enterQuery(page, '');
  });

  it('sorts results by a click, whatever their columns are called', async () => {
    const path = join(folder, 'sorted.jsonl');
    await enterQuery(page, '');
    await page.locator('.badge').waitFor({ state: 'detached' });
    await writeFile(path, items.map((item) => `${JSON.stringify(item)}\n`).join(''));
    await engine.open(path, {});
    await page.locator('.footer', { hasText: '6,000 records' }).waitFor();
    await enterQuery(page, '|> AGGREGATE count(*), max(ms) AS "most ms" GROUP BY level');
    const counts = levels.map((level) => items.filter((item) => item.level === level).length);
    for (const [name, keys, ascending] of [
      ['count(*)', counts, true],
      ['count(*)', counts, false],
      ['level', levels, true],
      [
        'most ms',
        levels.map((of) => Math.max(...items.filter(({ level }) => level === of).map(({ ms }) => ms))),
        true,
      ],
    ] as const) {
      const head = page.locator('.head:not([hidden]) .head-name').getByText(name, { exact: true });
      await head.waitFor();
      await head.click();
      const sorted = `.head[aria-sort=${ascending ? 'ascending' : 'descending'}]`;
      await page.locator(sorted, { has: page.getByText(name, { exact: true }) }).waitFor();
      const expected = keys.map(String).toSorted((a, b) => {
        const order = typeof keys[0] === 'number' ? Number(a) - Number(b) : a < b ? -1 : 1;
        return ascending ? order : -order;
      });
      const { heads, rows } = await gridAt(page, 0);
      const at = heads.findIndex((title) => title.startsWith(`${name}: `));
      assert.deepEqual(
        rows.map(({ cells }) => cells[at]?.text),
        expected,
      );
    }
  });
});
