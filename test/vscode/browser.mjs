// The browser from .vscode-test/, and the address under which it opens a workbench.
import { chromium } from 'playwright-core';

/** @param {import('./install.mjs').Installed} installed */
export function launch(installed) {
  return chromium.launch(launchOptions(installed));
}

/** @param {import('./install.mjs').Installed} installed */
export function launchOptions(installed) {
  return {
    executablePath: installed.chromium,
    env: { ...process.env, ...installed.browserEnv },
    // Playwright would only close the browser, and who runs the tests would go on without it.
    handleSIGTERM: false,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  };
}

/** The workbench on a folder; `payload` names what it starts with, such as an extension under development. */
export function workbenchAddress(origin, folder, payload = {}) {
  const pairs = Object.entries({ skipWelcome: 'true', ...payload });
  return `${origin}/?${new URLSearchParams({ folder, payload: JSON.stringify(pairs) }).toString()}`;
}

/** A path of this machine as the workbench in the browser names it. */
export function remote(origin, path) {
  return `vscode-remote://${new URL(origin).host}${path}`;
}
