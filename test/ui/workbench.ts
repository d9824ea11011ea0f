import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { chromium, errors, type Browser, type LaunchOptions, type Locator, type Page } from 'playwright-core';
import { PreviewPage } from './previewPage.ts';

/** What the harness tells the tests: where the server listens, and how its browser is started. */
interface Harness {
  readonly origin: string;
  readonly browser: LaunchOptions;
}

const themes = {
  dark: 'Default Dark Modern',
  light: 'Default Light Modern',
  contrast: 'Default High Contrast',
};

/** Milliseconds after which something will not come about any more, however much else the machine has to do. */
const patience = 120_000;

/** What is used of an element of the page. */
interface Keyed {
  addEventListener(type: 'keydown', pressed: (event: { readonly key: string }) => void): void;
}

export interface WorkbenchOptions {
  readonly theme?: keyof typeof themes;
  readonly width?: number;
  readonly height?: number;
  /** Files of the folder that is opened, by name. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  /** Settings of the folder, in place of those of the harness. */
  readonly settings?: Readonly<Record<string, unknown>>;
}

/** A real workbench in a real browser, on a folder of its own, driven as a user would drive it. */
export class Workbench {
  readonly page: Page;
  readonly folder: string;
  readonly #browser: Browser;

  private constructor(browser: Browser, page: Page, folder: string) {
    this.#browser = browser;
    this.page = page;
    this.folder = folder;
  }

  static async open(options: WorkbenchOptions = {}): Promise<Workbench> {
    const { theme = 'dark', width = 1400, height = 900, files = {}, settings: own = {} } = options;
    const { origin, browser: launch } = harness();
    const folder = await mkdtemp(join(tmpdir(), 'rowriver-'));
    const settings = JSON.stringify({ 'workbench.colorTheme': themes[theme], ...own });
    for (const [name, content] of Object.entries({ ...files, '.vscode/settings.json': settings })) {
      await mkdir(dirname(join(folder, name)), { recursive: true });
      await writeFile(join(folder, name), content);
    }
    const browser = await chromium.launch(launch);
    const page = await browser.newPage({ viewport: { width, height } });
    page.setDefaultTimeout(patience);
    const workbench = new Workbench(browser, page, folder);
    await page.goto(`${origin}/?${new URLSearchParams({ folder }).toString()}`);
    await workbench.inExplorer('.vscode').waitFor();
    await workbench.#meetExtension();
    return workbench;
  }

  /**
   * On a loaded machine VS Code may show a window before it has learned from its server which extensions there
   * are, and does not ask again; a person would load it anew.
   */
  async #meetExtension(): Promise<void> {
    await this.#insist('find the extension', async (timeout) => {
      await this.page.keyboard.press('F1');
      await this.#quickInput.fill('>Rowriver: Open URL', { timeout });
      try {
        await this.#choice(/^Rowriver: Open URL/).waitFor({ timeout });
        await this.page.keyboard.press('Escape');
        await this.#quickInput.waitFor({ state: 'hidden', timeout });
      } catch (error) {
        await this.page.reload();
        await this.inExplorer('.vscode').waitFor();
        throw error;
      }
    });
  }

  get #quickInput(): Locator {
    return this.page.locator('.quick-input-widget:visible input.input');
  }

  /** An entry of the list that VS Code shows. */
  #choice(name: string | RegExp): Locator {
    return this.page.locator('.quick-input-list').getByRole('option', { name }).first();
  }

  /** A file or folder in the explorer. */
  inExplorer(name: string) {
    return this.page.locator('.explorer-folders-view').getByRole('treeitem', { name, exact: true });
  }

  /** Opens a file's preview by the explorer's context menu. */
  async openPreview(name: string): Promise<PreviewPage> {
    await this.chooseInMenu(this.inExplorer(name), 'Open Preview');
    return this.previewInFront(name);
  }

  /**
   * The preview that is shown: its page lies two frames below the workbench.
   * @param name of its file, where another may still be in front
   */
  async previewInFront(name?: string): Promise<PreviewPage> {
    const shown = this.page.locator('iframe.webview:visible').contentFrame();
    const preview = new PreviewPage(this.page, shown.locator('#active-frame').contentFrame());
    if (name !== undefined) {
      await preview.frame
        .getByRole('heading', { name, level: 1, exact: true })
        .waitFor({ state: 'attached' });
    }
    await preview.grid.waitFor();
    return preview;
  }

  /** The preview in an editor group, counted from 1 by where the groups lie. */
  async previewInGroup(number: number): Promise<PreviewPage> {
    const shown = this.page.locator('iframe.webview:visible');
    await shown.nth(number - 1).waitFor();
    const boxes = await Promise.all(
      (await shown.all()).map(async (frame) => (await frame.boundingBox())?.x ?? 0),
    );
    const order = boxes.map((x, index) => ({ x, index })).sort((a, b) => a.x - b.x);
    const frame = shown.nth(order[number - 1]?.index ?? 0).contentFrame();
    return new PreviewPage(this.page, frame.locator('#active-frame').contentFrame());
  }

  tab(name: string | RegExp) {
    return this.page.getByRole('tab', { name });
  }

  /** Opens the context menu of something, or of what is selected, and chooses an entry. */
  async chooseInMenu(target: Locator | 'selection', name: string): Promise<void> {
    const entry = this.page.getByRole('menuitem', { name, exact: true });
    await this.#insist(`choose ${name}`, async (timeout) => {
      if (target === 'selection') await this.page.keyboard.press('Shift+F10');
      else {
        await this.page.keyboard.press('Escape');
        await target.click({ button: 'right', timeout });
      }
      // The mouse would go unheard for the menu's first moments.
      await entry.hover({ timeout });
      await this.#pressEnter(entry, timeout);
    });
  }

  /**
   * Presses Enter on an entry, and makes sure that it got there: a menu may close by itself the moment before, and the
   * key then does something else.
   */
  async #pressEnter(entry: Locator, timeout: number): Promise<void> {
    const got = await entry.evaluateHandle(
      (element: Keyed) => {
        const keys: string[] = [];
        element.addEventListener('keydown', ({ key }) => keys.push(key));
        return keys;
      },
      undefined,
      { timeout },
    );
    await this.page.keyboard.press('Enter');
    if (!(await got.jsonValue()).includes('Enter')) {
      throw new errors.TimeoutError('The menu was closed before Enter was pressed.');
    }
    await entry.waitFor({ state: 'hidden', timeout });
  }

  /** Runs a command of the palette by its title. */
  async command(title: string): Promise<void> {
    // Behind the title comes its key.
    const entry = this.#choice(new RegExp(`^${title.replace(/[^\w\s]/g, '\\$&')}(,|$)`));
    await this.#insist(title, async (timeout) => {
      await this.page.keyboard.press('F1');
      await this.#quickInput.fill(`>${title}`, { timeout });
      await entry.click({ timeout });
      await entry.waitFor({ state: 'hidden', timeout });
    });
  }

  /** Chooses an entry of the list that VS Code shows. */
  async choose(name: string | RegExp): Promise<void> {
    const entry = this.#choice(name);
    await entry.click();
    await entry.waitFor({ state: 'hidden' });
  }

  /** Gives another path to the file dialog that proposes one. */
  async chooseFile(proposed: string, path: string): Promise<void> {
    await this.page.waitForFunction(
      `document.querySelector('.quick-input-widget input.input')?.value === ${JSON.stringify(proposed)}`,
    );
    await this.#quickInput.fill(path);
    // Enter goes unheard while the dialog reads another folder than the proposed one.
    await this.#insist(`choose ${path}`, async (timeout) => {
      if (await this.#quickInput.isVisible()) await this.#quickInput.press('Enter', { timeout });
      await this.#quickInput.waitFor({ state: 'hidden', timeout });
    });
  }

  /** Opens a file of the folder that the dialog shows. */
  async openFile(name: string): Promise<void> {
    await this.page.waitForFunction(
      `document.querySelector('.quick-input-widget input.input')?.value === ${JSON.stringify(`${this.folder}/`)}`,
    );
    await this.#choice(name).click();
  }

  /** The question that VS Code asks, with its title. */
  question(title: string): Locator {
    return this.page.locator('.quick-input-widget:visible', { hasText: title });
  }

  /** The notification that holds these words. */
  notification(words: string | RegExp) {
    return this.page.locator('.notifications-toasts .notification-list-item', { hasText: words });
  }

  /** Presses a button of a notification, which goes by that. One that is drawn anew under the mouse hears nothing. */
  async answer(words: string | RegExp, button: string): Promise<void> {
    const asking = this.notification(words);
    let pressed = false;
    await this.#insist(`press ${button}`, async (timeout) => {
      if (pressed && (await asking.isHidden())) return;
      await asking.hover({ timeout });
      await asking.getByRole('button', { name: button }).click({ timeout });
      pressed = true;
      await asking.waitFor({ state: 'hidden', timeout });
    });
  }

  /**
   * Does something again that the workbench may let pass unnoticed: a menu that opened before the extensions were
   * read knows nothing of them, and one that opens while the window is still being laid out is closed again.
   */
  async #insist(what: string, work: (timeout: number) => Promise<void>): Promise<void> {
    const end = Date.now() + patience;
    // Longer each time: on a machine that has much else to do nothing comes about in a moment.
    for (let timeout = 3000; ; timeout = Math.min(2 * timeout, 30_000)) {
      try {
        await work(timeout);
        return;
      } catch (error) {
        if (Date.now() > end || !(error instanceof errors.TimeoutError))
          throw new Error(`Cannot ${what}.`, { cause: error });
      }
    }
  }

  /** Trusts the folder, on the page that VS Code has for it. */
  async trust(): Promise<void> {
    const about = this.page.locator('.workspace-trust-editor');
    await this.#insist('open the page', async (timeout) => {
      if (await about.isHidden()) {
        await this.page.locator('.statusbar-item', { hasText: 'Restricted Mode' }).click({ timeout });
      }
      await about.waitFor({ timeout });
    });
    await about.getByRole('button', { name: 'Trust', exact: true }).click();
    await about.getByText('You trust this folder').waitFor();
    // A page that lies over the others.
    await this.page
      .locator('.monaco-modal-editor-block')
      .getByRole('button', { name: /^Close/ })
      .click();
    await about.waitFor({ state: 'hidden' });
  }

  /** Waits for something outside of the workbench that nothing tells of. */
  async until(holds: () => Promise<boolean>): Promise<void> {
    const end = Date.now() + patience;
    while (!(await holds())) {
      if (Date.now() > end) throw new Error('It has not come about.');
      await this.page.waitForTimeout(50);
    }
  }

  /** Until VS Code has written down, as it does every few seconds, that it has a tab of a file. */
  async kept(name: string): Promise<void> {
    await this.until(() =>
      this.page.evaluate<boolean>(`(async () => {
        const answer = (request) =>
          new Promise((resolve, reject) => {
            request.onsuccess = () => resolve(request.result);
            request.onerror = () => reject(request.error);
          });
        for (const { name } of await indexedDB.databases()) {
          if (!name.startsWith('vscode-web-state-db-')) continue;
          const database = await answer(indexedDB.open(name));
          try {
            const items = database.transaction('ItemTable').objectStore('ItemTable');
            const kept = await answer(items.get('memento/workbench.parts.editor'));
            if (JSON.stringify(kept ?? '').includes(${JSON.stringify(name)})) return true;
          } finally {
            database.close();
          }
        }
        return false;
      })()`),
    );
  }

  async screenshot(name: string): Promise<void> {
    await mkdir('out/screenshots', { recursive: true });
    await this.page.screenshot({ path: `out/screenshots/${name}.png` });
  }

  async close(): Promise<void> {
    await this.#browser.close();
    await rm(this.folder, { recursive: true, force: true });
  }
}

function harness(): Harness {
  const text = process.env.ROWRIVER_UI;
  if (text === undefined) throw new Error('Run this through `npm run test:ui`.');
  return JSON.parse(text) as Harness;
}
