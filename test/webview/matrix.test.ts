/**
 * Every layout of a file and every operator through the real page in a real browser, with the real engine behind the
 * extension's own relay: what can be seen is what plain JavaScript makes of the objects that the file was made of.
 */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { layouts, Written, type Layout } from '../unit/matrix/layouts.ts';
import { columnName, queryFor, Rows } from '../unit/matrix/records.ts';
import { clickHead, enterQuery, gridAt, plotCounts } from './bed/grid.ts';
import type { RealEngine } from './bed/realEngine.ts';
import { RealPage } from './bed/realPage.ts';
import { Answer, questions, type Question } from './matrixQuestions.ts';

const files = layouts.filter(({ via }) => via === 'file');

describe('webview/matrix', () => {
  let real: RealPage;
  let engine: RealEngine;
  let page: Page;
  let folder: string;

  before(async () => {
    real = await RealPage.open('matrix', { width: 4000, height: 700 });
    ({ page, engine, folder } = real);
  });

  after(() => real.close());

  let nameOf: Layout['nameOf'];

  async function open(layout: Layout, written: Written): Promise<Rows> {
    ({ nameOf } = layout);
    const path = join(folder, layout.file);
    await writeFile(path, layout.bytes(written));
    await engine.open(path, { rows: layout.rows, pattern: layout.pattern });
    return new Rows(layout.kind, written.records, layout.style);
  }

  async function ask(question: Question, rows: Rows, places: readonly number[]): Promise<void> {
    if (question.clicked) {
      await enterQuery(page, '');
      await gridAt(page, 0);
      const { column, times } = question.clicked;
      await clickHead(page, columnName(rows.kind, column), times);
    } else await enterQuery(page, queryFor(rows.kind, question.query));
    const answer = new Answer(question, rows, nameOf);
    for (const share of places) answer.compare(await gridAt(page, share), share);
    // The next query is entered from the file's first rows.
    if (places.at(-1) !== 0) await gridAt(page, 0);
  }

  for (const count of [1, 300, 9000]) {
    describe(`${count} records`, () => {
      const written = new Written(count);
      for (const [at, layout] of files.entries()) {
        it(layout.name, async () => {
          const rows = await open(layout, written);
          for (const [number, question] of questions.entries()) {
            // Every layout meets every operator at one size, and a few at the others.
            const always = question.query === '' || count === 300;
            if (!always && (at + number) % 8 !== 0) continue;
            const places =
              count === 1 ? [0] : question.query === '' ? [0, 0.5, 1] : count === 300 ? [0] : [0, 1];
            await ask(question, rows, places);
          }
          await enterQuery(page, '');
        });
      }
    });
  }

  it('the other tables of a file, with their records and a way to read them', async () => {
    const path = join(folder, 'tables.csv');
    const table = (names: string, count: number) =>
      [names, ...Array.from({ length: count }, (_, i) => `${i},${i * 2}.5,x${i}`)].join('\n');
    await writeFile(path, `${table('a,b,c', 12)}\n\n${table('k,l,m', 3400)}\n`);
    await engine.open(path, {});
    await page
      .getByRole('button', { name: 'another table from line 15 (3,400 records), not shown' })
      .waitFor();
    await page.getByRole('button', { name: /^Problems/ }).click();
    await page.getByText('Table 2, from line 15, with 3,400 records, is not shown.').waitFor();
    await page.getByRole('button', { name: 'Read This Table' }).click();
    assert.deepEqual(await engine.user.said, { table: 2 });
    await page.getByRole('button', { name: 'Close', exact: true }).click();
  });

  // What the header plots of a column of few values and of one of numbers count, in every layout.
  describe('plots of 300 records', () => {
    const written = new Written(300);
    for (const layout of files) {
      it(layout.name, async () => {
        const rows = await open(layout, written);
        await gridAt(page, 0);
        const button = page.getByRole('button', { name: 'Column Plots' });
        if ((await button.getAttribute('aria-pressed')) === 'false') await button.click();
        const texts = rows.all.map((row) => row.text('o')).filter((text) => text !== null);
        const counts = new Map<string, number>();
        for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
        const marks = await plotCounts(page, 'o', { whole: texts.length });
        assert.deepEqual(new Map([...marks].map(([value, { whole }]) => [value, whole])), counts);
        const numbers = rows.all.filter((row) => row.number('w') !== null).length;
        await plotCounts(page, 'w', { whole: numbers });
      });
    }
    after(() => page.getByRole('button', { name: 'Column Plots' }).click());
  });

  it('200,000 records', async () => {
    const written = new Written(200_000);
    const layout = files[0];
    const rows = await open(layout, written);
    const some = questions.filter((_, at) => at < 3 || at % 4 === 0);
    for (const question of some) await ask(question, rows, [0.5, 1]);
    await enterQuery(page, '');
  });
});
