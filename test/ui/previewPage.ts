import type { FrameLocator, Locator, Page } from 'playwright-core';

/** A preview's page, as its user sees it. */
export class PreviewPage {
  readonly #workbench: Page;
  readonly frame: FrameLocator;
  readonly grid: Locator;
  readonly box: Locator;
  /** What the filter in force has found. */
  readonly matches: Locator;
  readonly footer: Locator;

  constructor(workbench: Page, frame: FrameLocator) {
    this.#workbench = workbench;
    this.frame = frame;
    this.grid = frame.getByRole('grid');
    this.box = frame.getByRole('textbox', { name: 'Filter' });
    this.matches = frame.locator('.matches');
    this.footer = frame.locator('.footer');
  }

  /** A row of the view, counted from 1; it has to be on screen. */
  row(number: number): Locator {
    return this.grid.locator(`[role=row][aria-rowindex="${number + 1}"]`);
  }

  /** The record number and the cells of a row, as soon as they are there. */
  async cells(number: number): Promise<string[]> {
    const row = this.row(number);
    await row.locator('.cell:not(.pending):not(:empty)').nth(1).waitFor();
    await row.locator('.pending').first().waitFor({ state: 'detached' });
    return row.locator('[role=gridcell]:visible, [role=rowheader]').allInnerTexts();
  }

  /** A cell by its row, counted from 1, and its text. */
  cell(row: number, text: string): Locator {
    return this.row(row).getByRole('gridcell', { name: text });
  }

  /** Types a query over the one in the box, and runs it. */
  async filter(query: string): Promise<void> {
    // VS Code carries out Ctrl+A in a page by itself and late: keys typed at once after it are selected as well.
    await this.box.fill('');
    await this.box.pressSequentially(query);
    await this.#workbench.keyboard.press('Enter');
  }
}
