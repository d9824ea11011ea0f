import type { Page } from 'playwright-core';

/** What the grid shows. */
export interface ShownGrid {
  /** As "name: type". */
  readonly heads: readonly string[];
  /** Rows that are whole in sight, top to bottom. */
  readonly rows: readonly ShownRow[];
  /** The sentence on the result's rows; '' where the file is shown as it stands. */
  readonly result: string;
  /** The first words at the foot. */
  readonly foot: string;
  /** What is said in the place of rows, or of a failure. */
  readonly message: string;
}

export interface ShownRow {
  /** From 0. */
  readonly index: number;
  readonly number: string;
  /** Of a malformed record, its text. */
  readonly raw: string | undefined;
  readonly cells: readonly ShownCell[];
}

export interface ShownCell {
  readonly text: string;
  /** Its class that says what it holds; '' for text. */
  readonly look: string;
}

/** Enters a query as a user does; an empty one shows the file. */
export async function enterQuery(page: Page, query: string): Promise<void> {
  const box = page.locator('.cm-content');
  await box.focus();
  await page.keyboard.press('Control+a');
  if (query === '') await page.keyboard.press('Delete');
  else await page.keyboard.insertText(query);
  await page.keyboard.press('Escape');
  await box.focus();
  await page.keyboard.press('Enter');
}

/** Clicks on a column's header, as fast as the browser does it. */
export async function clickHead(
  page: Page,
  { column, times }: { column: string; times: number },
): Promise<void> {
  const name = page.locator('.head:not([hidden]) .head-name').getByText(column, { exact: true });
  for (let click = 0; click < times; click++) await name.click();
}

/** Scrolls to a share of the rows, and waits until all that was asked of the engine is answered and painted. */
export function gridAt(page: Page, share: number): Promise<ShownGrid> {
  return page.evaluate(async (at): Promise<ShownGrid> => {
    const shows = (element: Element) => element.checkVisibility();
    const all = (selector: string) => [...document.querySelectorAll<HTMLElement>(selector)].filter(shows);
    const busy = () =>
      window.hostBed.waiting.size > 0 ||
      all('.cell.pending, .codicon-loading, progress').length > 0 ||
      (all('.row').length > 0 && all('.head:not(.gutter)').length === 0) ||
      (document.querySelector('.footer span')?.textContent ?? 'about').startsWith('about');
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    const rest = async () => {
      const limit = performance.now() + 20_000;
      for (let quiet = 0; quiet < 4; quiet = busy() ? 0 : quiet + 1) {
        if (performance.now() > limit) {
          const waits = `${window.hostBed.waiting.size} calls, ${all('.cell.pending').length} cells`;
          throw new Error(
            `The page does not come to rest: ${waits}. ${document.body.innerText.slice(0, 500)}`,
          );
        }
        await frame();
      }
    };
    // What comes of the query may scroll by itself.
    await rest();
    const scroller = document.querySelector('.scroller');
    const top = scroller ? Math.round((scroller.scrollHeight - scroller.clientHeight) * at) : 0;
    if (scroller && Math.abs(scroller.scrollTop - top) >= 1) {
      const rested = new Promise((resolve) =>
        scroller.addEventListener('scrollend', resolve, { once: true }),
      );
      scroller.scrollTop = top;
      await rested;
      await rest();
    }

    const body = document.querySelector('.body')?.getBoundingClientRect();
    const byOrder = (a: Element, b: Element) => order(a) - order(b);
    const order = (element: Element) => Number(element.getAttribute('aria-colindex'));
    const rows = all('.row')
      .filter((row) => {
        const { top, bottom } = row.getBoundingClientRect();
        return body !== undefined && top >= body.top - 1 && bottom <= body.bottom + 1;
      })
      .map((row): ShownRow => {
        const cells = [...row.querySelectorAll('.cell:not(.gutter)')].filter(shows);
        const raw = cells.find((cell) => cell.classList.contains('malformed'));
        return {
          index: Number(row.getAttribute('aria-rowindex')) - 2,
          number: row.querySelector('.gutter')?.textContent ?? '',
          raw: raw?.textContent,
          cells: cells
            .filter((cell) => cell !== raw)
            .sort(byOrder)
            .map((cell) => ({
              text: cell.textContent,
              look: cell.className.replace(/\b(?:cell|current|cut|found)\b/g, '').trim(),
            })),
        };
      })
      .sort((a, b) => a.index - b.index);
    const text = (selector: string) =>
      all(selector)
        .map((element) => element.textContent)
        .join(' ');
    return {
      heads: all('.head:not(.gutter)')
        .filter((head) => head.title !== '')
        .sort(byOrder)
        .map((head) => head.title),
      rows,
      result: text('.matches'),
      foot: document.querySelector('.footer span')?.textContent ?? '',
      message: text('.empty-state h2, .fault'),
    };
  }, share);
}

/** What the marks of a header's plot say, by value or range, once they count so many rows. */
export async function plotCounts(page: Page, column: string, total: number): Promise<Map<string, number>> {
  const counts = await page.evaluate(
    async ([name, all]) => {
      const limit = performance.now() + 8000;
      for (;;) {
        const head = [...document.querySelectorAll('.head:not([hidden])')].find(
          (element) => element.querySelector('.head-name')?.textContent === name,
        );
        const labels = [...(head?.querySelectorAll('[role=option]') ?? [])].map(
          (mark) => mark.getAttribute('aria-label') ?? '',
        );
        const read = labels.map((label): [string, number] => {
          const [, value = '', rows = ''] = /^(.*), ([\d,]+) rows? \(/.exec(label) ?? [];
          return [value, Number(rows.replaceAll(',', ''))];
        });
        const sum = read.reduce((before, [, count]) => before + count, 0);
        if (read.length > 0 && sum === all) return read;
        if (performance.now() > limit)
          throw new Error(`${name}: ${sum} of ${all} rows: ${labels.join(' | ')}`);
        await new Promise((resolve) => requestAnimationFrame(resolve));
      }
    },
    [column, total] as const,
  );
  return new Map(counts);
}
