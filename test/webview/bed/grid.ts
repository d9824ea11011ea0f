import assert from 'node:assert/strict';
import type { Locator, Page } from 'playwright-core';

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

/** Waits until so many are on the page. What the engine answers comes later than what is around it. */
export async function areThere(wanted: Locator, count: number): Promise<void> {
  if (count > 0) await wanted.nth(count - 1).waitFor({ state: 'attached' });
  await wanted.nth(count).waitFor({ state: 'detached' });
}

/** Waits until those are all that there is, with these texts. */
export async function textsAre(wanted: Locator, texts: readonly string[]): Promise<void> {
  await areThere(wanted, texts.length);
  for (const [at, hasText] of texts.entries())
    await wanted.nth(at).filter({ hasText }).waitFor({ state: 'attached' });
  const found = await wanted.allInnerTexts();
  assert.deepEqual(
    found.map((text) => text.replaceAll(/\s+/g, ' ').trim()),
    texts,
  );
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
export async function clickHead(page: Page, column: string, times: number): Promise<void> {
  const name = page.locator('.head:not([hidden]) .head-name').getByText(column, { exact: true });
  for (let click = 0; click < times; click++) await name.click();
}

/** Scrolls to a share of the rows, and waits until all that was asked of the engine is answered and painted. */
export function gridAt(page: Page, share: number): Promise<ShownGrid> {
  return page.evaluate(async (at): Promise<ShownGrid> => {
    const shows = (element: Element) => element.checkVisibility();
    const all = (selector: string) => [...document.querySelectorAll<HTMLElement>(selector)].filter(shows);
    const busy = () =>
      all('.cell.pending, .codicon-loading, progress').length > 0 ||
      (all('.row').length > 0 && all('.head:not(.gutter)').length === 0) ||
      (document.querySelector('.footer span')?.textContent ?? 'about').startsWith('about') ||
      all('.footer .indexed').some(({ textContent }) => textContent.endsWith('% read'));
    const rest = async () => {
      for (;;) {
        await window.hostBed.rest();
        if (!busy()) return;
        await window.hostBed.happening();
      }
    };
    // What comes of the query may scroll by itself, even back to where it was before anything has moved: such a
    // scroll has no end that could be waited for.
    for (;;) {
      await rest();
      const scroller = document.querySelector('.scroller');
      if (!scroller) break;
      const target = () => Math.round((scroller.scrollHeight - scroller.clientHeight) * at);
      const away = () => Math.abs(scroller.scrollTop - target()) >= 1;
      if (!away()) break;
      const rested = new Promise<boolean>((resolve) =>
        scroller.addEventListener('scrollend', () => resolve(true), { once: true }),
      );
      scroller.scrollTop = target();
      if (await Promise.race([rested, rest().then(() => (away() ? false : rested))])) {
        await rest();
        break;
      }
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
              look: cell.className.replace(/\b(?:cell|current|found)\b/g, '').trim(),
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

/** How many rows a mark of a header's plot stands for. */
export interface MarkCounts {
  /** Of the file. */
  readonly whole: number;
  /** Of the rows that match; the same where there is no filter. */
  readonly matching: number;
}

/** What the marks of a header's plot say, by value or range, once they count so many rows. */
export async function plotCounts(
  page: Page,
  column: string,
  wanted: Partial<MarkCounts>,
): Promise<Map<string, MarkCounts>> {
  const counts = await page.evaluate(
    async ([name, { whole, matching }]) => {
      for (;;) {
        const head = [...document.querySelectorAll('.head:not([hidden])')].find(
          (element) => element.querySelector('.head-name')?.textContent === name,
        );
        const stale = head?.querySelector('.plot.stale');
        const labels = [...(head?.querySelectorAll('.plot [role=option]') ?? [])].map(
          (mark) => mark.getAttribute('aria-label') ?? '',
        );
        const number = (digits: string) => Number(digits.replaceAll(',', ''));
        const marks = labels.map((label): [string, MarkCounts] => {
          const [, value = label, all = '', some = all] =
            /^(.*), ([\d,]+) rows? \([^)]*\)(?:, ([\d,]+) match)?$/.exec(label) ?? [];
          return [value, { whole: number(all), matching: number(some) }];
        });
        const sum = (of: keyof MarkCounts) => marks.reduce((all, [, counted]) => all + counted[of], 0);
        const sums = { whole: sum('whole'), matching: sum('matching') };
        const same = (of: keyof MarkCounts, count = sums[of]) => sums[of] === count;
        if (marks.length > 0 && !stale && same('whole', whole) && same('matching', matching)) return marks;
        await window.hostBed.happening().catch((silence: unknown) => {
          const told = `${name} counts ${JSON.stringify(sums)}: ${labels.join(' | ')}`;
          throw new Error(told, { cause: silence });
        });
      }
    },
    [column, wanted] as const,
  );
  return new Map(counts);
}
