/** What a pipeline is made of, through the real page over the real engine: programs and checks. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { accessibilityFaults } from '../support/axe.ts';
import { areThere, enterQuery, gridAt, textsAre } from './bed/grid.ts';
import { RealBed } from './bed/realBed.ts';

const themes = ['dark', 'light', 'contrast'] as const;

describe('webview/pipelines', () => {
  let bed: RealBed;
  let folder: string;

  before(async () => {
    bed = await RealBed.open('pipelines');
    ({ folder } = bed);
  });
  after(() => bed.close());

  it('says that a file which is joined has malformed records', async () => {
    await bed.shown({}, async (page, engine) => {
      const [file, other] = [join(folder, 'orders.csv'), join(folder, 'users.csv')];
      await writeFile(file, 'id,user\n1,7\n2,8\n');
      await writeFile(other, 'user,name\n7,Ann\n8,Bob,odd\n');
      await engine.open(file, {});
      await enterQuery(page, `|> JOIN '${other}' AS u ON user = u.user`);
      await page
        .locator('.footer')
        .getByText('users.csv, which is joined, has 1 malformed record.')
        .waitFor();
      // It is said of that query only.
      await enterQuery(page, 'id = 1');
      await page.locator('.matches', { hasText: '1 of 2 records matches' }).waitFor();
      await areThere(page.locator('.footer').getByText('which is joined'), 0);
    });
  });

  describe('CALL', () => {
    let file: string;
    let program: string;

    before(async () => {
      file = join(folder, 'calls.jsonl');
      program = join(folder, 'fails.mjs');
      await writeFile(file, Array.from({ length: 20 }, (_, n) => `{"n":${n}}\n`).join(''));
      await writeFile(
        program,
        "export function stage(row) { if (row.n % 7 === 3) throw new Error('three'); return { twice: 2 * row.n }; }\n",
      );
    });

    for (const theme of themes) {
      it(`shows the rows that it failed for among the problems, and their records (${theme})`, async () => {
        await bed.shown({ width: theme === 'dark' ? 1400 : 600, theme }, async (page, engine) => {
          await engine.open(file, {});
          await enterQuery(page, `|> CALL '${program}'`);
          const foot = page.locator('.footer').getByRole('button', { name: 'CALL failed for 3 rows' });
          await foot.click();
          const list = page.getByRole('list', { name: 'Rows that CALL failed for' });
          const first = list.getByRole('button').first();
          await first.waitFor();
          await areThere(list.getByRole('button'), 3);
          assert.match(
            await first.innerText(),
            /three[\s\S]*Record 4 \u00b7 line 4 \u00b7 byte 24[\s\S]*\{"n":3\}/,
          );
          await page.waitForFunction(() => document.activeElement?.classList.contains('problem') === true);
          assert.deepEqual(await accessibilityFaults(page), []);
          await page.keyboard.press('ArrowDown');
          await page.keyboard.press('Enter');
          // The second one is of record 11: the head is the first row.
          await page.locator('.row[aria-rowindex="12"] .cell[aria-selected="true"]').waitFor();
        });
      });
    }

    it('ends a stage that hangs when the query is cancelled', async () => {
      const hangs = join(folder, 'hangs.mjs');
      await writeFile(hangs, 'export function stage() { for (;;); }\n');
      await bed.shown({ width: 900 }, async (page, engine) => {
        await engine.open(file, {});
        await enterQuery(page, `|> CALL '${hangs}'`);
        await page.getByRole('button', { name: 'Cancel', description: 'Cancel' }).click();
        await enterQuery(page, 'n = 3');
        await page.locator('.matches', { hasText: /^1 / }).waitFor();
      });
    });
  });

  describe('a JSON Schema', () => {
    let file: string;
    let schema: string;

    before(async () => {
      file = join(folder, 'events.jsonl');
      schema = join(folder, 'event.schema.json');
      const statuses = ['"none"', '200', '200', '700'];
      const lines = Array.from({ length: 40 }, (_, n) => `{"n":${n},"status":${statuses[n % 4]}}\n`);
      await writeFile(file, `${lines.join('')}{"n":40}\n`);
      const status = { type: 'integer', maximum: 599 };
      await writeFile(schema, JSON.stringify({ required: ['status'], properties: { status } }));
    });

    for (const theme of themes) {
      it(`lists what it does not allow by rule and by record, and filters by it (${theme})`, async () => {
        await bed.shown({ width: theme === 'dark' ? 1400 : 600, theme }, async (page, engine) => {
          await engine.open(file, {});
          engine.schema = schema;
          await page.getByRole('button', { name: /^Problems/ }).click();
          await page.getByRole('button', { name: 'Validate Against JSON Schema' }).click();
          await page.getByRole('heading', { name: 'event.schema.json: 21 of 41 records invalid' }).waitFor();
          const rules = page.getByRole('list', { name: 'Broken rules' }).getByRole('button');
          await textsAre(rules, [
            '10 /status must be integer',
            '10 /status must be <= 599',
            "1 must have required property 'status'",
          ]);
          const list = page.getByRole('list', { name: 'Violations' }).getByRole('button');
          await areThere(list, 21);
          assert.match(
            await list.nth(1).innerText(),
            /must be <= 599[\s\S]*Record 4 \u00b7 line 4 \u00b7 maximum\s+700$/,
          );
          // A value that is missing is none.
          assert.match(await list.last().innerText(), /line 41 \u00b7 required$/);
          assert.deepEqual(await accessibilityFaults(page), []);
          await list.first().focus();
          await page.keyboard.press('ArrowDown');
          await page.keyboard.press('Enter');
          await page.locator('.row[aria-rowindex="5"] .cell[aria-selected="true"]').waitFor();

          await rules.nth(1).click();
          await page.locator('.matches', { hasText: /^10 / }).waitFor();
          assert.equal(
            await page.locator('.cm-content').innerText(),
            "list_contains(_violation.places, '#/properties/status/maximum')",
          );
          await page.getByRole('button', { name: 'Show Invalid Records' }).click();
          await page.locator('.matches', { hasText: /^21 / }).waitFor();
          const { rows } = await gridAt(page, 0);
          assert.equal(rows[0].cells[0].text, '0');
          assert.deepEqual(await accessibilityFaults(page), []);
        });
      });
    }

    it('is asked again by the filter that is shown, and says what is wrong with it', async () => {
      await bed.shown({ width: 900 }, async (page, engine) => {
        await engine.open(file, {});
        await enterQuery(page, '_violation IS NOT NULL');
        await page.locator('.matches', { hasText: /^0 / }).waitFor();
        engine.schema = schema;
        await page.getByRole('button', { name: /^Problems/ }).click();
        await page.getByRole('button', { name: 'Validate Against JSON Schema' }).click();
        await page.locator('.matches', { hasText: /^21 / }).waitFor();
        engine.schema = join(folder, 'missing.json');
        await page.getByRole('button', { name: 'Validate Again' }).click();
        await page.locator('.footer', { hasText: 'missing.json' }).waitFor();
      });
    });
  });
});
