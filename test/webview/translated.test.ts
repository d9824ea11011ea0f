/** What the engine says, on a page in another language. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { enterQuery } from './bed/grid.ts';
import { RealBed } from './bed/realBed.ts';

const words = {
  'unknown function {0}{1}': 'Funktion {0} unbekannt{1}',
  '; did you mean {0}?': '; gemeint ist wohl {0}',
  'There is no file {0}.': 'Die Datei {0} gibt es nicht.',
  'A comma before a closing bracket is not JSON.': 'Ein Komma vor der Klammer ist kein JSON.',
  'must be {0}': 'muss {0} sein',
  "must have required property '{0}'": '\u201e{0}\u201c fehlt',
  comma: 'Komma',
  header: 'Kopfzeile',
  'header of {0} rows': 'Kopf aus {0} Zeilen',
  'The row has more fields than the header.': 'Die Zeile hat zu viele Felder.',
  'Record {0}, malformed: {1}': 'Datensatz {0} ist fehlerhaft: {1}',
  '{0} would make more than {1} characters, which is the maximum.': '{0} ergibt mehr als {1} Zeichen.',
};

describe('webview in another language', function () {
  this.timeout(60_000);
  let bed: RealBed;

  before(async () => {
    bed = await RealBed.open('translated');
  });
  after(() => bed.close());

  it('says in it what is wrong with a query, and why one has failed', async () => {
    await bed.shown({ words: JSON.stringify(words) }, async (page, engine) => {
      const path = join(bed.folder, 'a.jsonl');
      await writeFile(path, '{"name":"x"}\n');
      await engine.open(path, {});
      await page.locator('.head-name').getByText('name', { exact: true }).waitFor();
      // What is filled in is words too.
      await enterQuery(page, 'lenght(name) = 1');
      await page.getByText('Funktion lenght unbekannt; gemeint ist wohl length').first().waitFor();
      // Thrown by the engine, as an answer to a call.
      const missing = join(bed.folder, 'missing.csv');
      await enterQuery(page, `|> JOIN '${missing}' AS m ON name = m.name`);
      await page.getByText(`Die Datei ${missing} gibt es nicht.`).first().waitFor();
      // Thrown by a scan worker, as the end of a run.
      await enterQuery(page, "repeat(name, 20000000) = 'x'");
      await page.getByText('repeat ergibt mehr als 16,777,216 Zeichen.').first().waitFor();
    });
  });

  const faulty: Readonly<
    Record<string, { readonly text: string; readonly english: string; readonly told: string }>
  > = {
    'a.jsonl': {
      text: '{"name":"x"}\n{"name":"y",}\n',
      english: 'A comma before a closing bracket is not JSON.',
      told: 'Ein Komma vor der Klammer ist kein JSON.',
    },
    'b.csv': {
      text: 'name,age\nx,1\ny,2,3\n',
      english: 'The row has more fields than the header.',
      told: 'Die Zeile hat zu viele Felder.',
    },
  };
  for (const [name, { text, english, told }] of Object.entries(faulty)) {
    it(`says in it what is wrong with a record, and leaves what queries read in English: ${name}`, async () => {
      await bed.shown({ words: JSON.stringify(words) }, async (page, engine) => {
        const path = join(bed.folder, name);
        await writeFile(path, text);
        await engine.open(path, {});
        // What a screen reader says, and what is shown where the pointer rests.
        const gutter = page.locator('.row:not([hidden]) .gutter.faulty');
        await gutter.waitFor();
        assert.equal(await gutter.getAttribute('title'), told);
        assert.equal(await gutter.getAttribute('aria-label'), `Datensatz 2 ist fehlerhaft: ${told}`);
        await gutter.click();
        await page.getByRole('toolbar').getByRole('button', { name: 'Record', exact: true }).click();
        await page.locator('.side > .fault', { hasText: told }).waitFor();
        await page.getByRole('button', { name: '1 malformed' }).click();
        await page.locator('.problem-head', { hasText: told }).waitFor();
        // The rows of a kind are found by the value that queries and files have.
        await page.locator('.problem-kind', { hasText: told }).click();
        const quoted = english.replaceAll("'", "''");
        await page.locator('.cm-content', { hasText: `_error = '${quoted}'` }).waitFor();
        await gutter.waitFor();
        await enterQuery(page, '_error IS NOT NULL |> SELECT _error');
        await page.locator('.row:not([hidden]) .cell', { hasText: english }).waitFor();
      });
    });
  }

  it('says in it how a file is read', async () => {
    await bed.shown({ words: JSON.stringify(words) }, async (page, engine) => {
      const path = join(bed.folder, 'd.csv');
      await writeFile(path, 'name,age\nx,1\ny,2\n');
      await engine.open(path, {});
      await page.locator('.footer', { hasText: 'Komma, quoted, Kopfzeile, UTF-8' }).waitFor();
      await engine.open(path, { headerRows: 2 });
      await page.locator('.footer', { hasText: 'Komma, quoted, Kopf aus 2 Zeilen' }).waitFor();
    });
  });

  it('says in it what a JSON Schema does not allow, and leaves what queries read in English', async () => {
    await bed.shown({ words: JSON.stringify(words) }, async (page, engine) => {
      const path = join(bed.folder, 'c.jsonl');
      await writeFile(path, '{"name":1,"id":1}\n{"name":"y"}\n');
      engine.schema = join(bed.folder, 'schema.json');
      const schema = { required: ['id'], properties: { name: { type: 'string' } } };
      await writeFile(engine.schema, JSON.stringify(schema));
      await engine.open(path, {});
      await page.getByRole('button', { name: /^Problems/ }).click();
      await page.getByRole('button', { name: 'Validate Against JSON Schema' }).click();
      const rules = page.getByRole('list', { name: 'Broken rules' }).getByRole('button');
      await rules.filter({ hasText: /\/name muss string sein$/ }).waitFor();
      await rules.filter({ hasText: /\u201eid\u201c fehlt$/ }).waitFor();
      const heads = page.getByRole('list', { name: 'Violations' }).locator('.problem-head');
      await heads.filter({ hasText: /\/name muss string sein$/ }).waitFor();
      await heads.filter({ hasText: /\u201eid\u201c fehlt$/ }).waitFor();
      await enterQuery(page, '_violation IS NOT NULL |> SELECT _violation.message AS m');
      await page.locator('.row:not([hidden]) .cell', { hasText: 'must be string' }).waitFor();
    });
  });
});
