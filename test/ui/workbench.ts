import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser, type LaunchOptions, type Page } from 'playwright-core';

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

export type Theme = keyof typeof themes;

interface WorkbenchOptions {
  readonly theme?: Theme;
  readonly width?: number;
  readonly height?: number;
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

  static async open({
    theme = 'dark',
    width = 1400,
    height = 900,
  }: WorkbenchOptions = {}): Promise<Workbench> {
    const { origin, browser: options } = harness();
    const folder = await mkdtemp(join(tmpdir(), 'rowriver-'));
    await mkdir(join(folder, '.vscode'));
    await writeFile(
      join(folder, '.vscode/settings.json'),
      JSON.stringify({ 'workbench.colorTheme': themes[theme] }),
    );
    const browser = await chromium.launch(options);
    const page = await browser.newPage({ viewport: { width, height } });
    const workbench = new Workbench(browser, page, folder);
    await page.goto(`${origin}/?${new URLSearchParams({ folder }).toString()}`);
    await page.locator('.monaco-workbench .explorer-folders-view').waitFor();
    return workbench;
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
