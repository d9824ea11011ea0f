/** What the engine says, on a page in another language. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { enterQuery } from './bed/grid.ts';
import { RealBed } from './bed/realBed.ts';

const words = {
  'unknown function {0}{1}': 'Funktion {0} unbekannt{1}',
  '; did you mean {0}?': '; gemeint ist wohl {0}',
  'There is no file {0}.': 'Die Datei {0} gibt es nicht.',
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
});
