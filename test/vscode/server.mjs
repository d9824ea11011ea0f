// The VS Code server from .vscode-test/, for the length of one piece of work.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Failed, root, start } from './project.mjs';

/**
 * Starts the server, does the work, and ends the server whatever happens.
 *
 * @template T
 * @param {object} options
 * @param {import('./install.mjs').Installed} options.installed
 * @param {string} options.home     folder for settings, state, logs and extensions
 * @param {Record<string, unknown>} [options.settings]
 * @param {string} [options.vsix]   a packed extension to install first
 * @param {string[]} [options.flags]
 * @param {Record<string, string>} [options.env]
 * @param {(server: { origin: string, pid: number, log: () => string }) => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withServer({ installed, home, settings = {}, vsix, flags = [], env = {} }, work) {
  const data = join(home, 'data');
  await mkdir(join(data, 'Machine'), { recursive: true });
  await mkdir(join(home, 'extensions'), { recursive: true });
  await writeFile(join(data, 'Machine', 'settings.json'), JSON.stringify({ ...quiet, ...settings }));
  const common = [
    join(installed.server, 'out/server-main.js'),
    ...['--server-data-dir', home, '--extensions-dir', join(home, 'extensions')],
    ...['--accept-server-license-terms', '--telemetry-level', 'off'],
  ];
  const environment = { ...process.env, ...env };
  // Inside VS Code's own terminal these would turn the child into something else.
  delete environment.ELECTRON_RUN_AS_NODE;
  delete environment.NODE_OPTIONS;
  delete environment.VSCODE_IPC_HOOK_CLI;

  const serve = (args) => {
    const started = start(installed.node, [...common, ...args], {
      cwd: root,
      env: environment,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let log = '';
    const listeners = new Set();
    for (const output of [started.child.stdout, started.child.stderr]) {
      output.setEncoding('utf8').on('data', (chunk) => {
        log += chunk;
        for (const listener of listeners) listener();
      });
    }
    return { ...started, log: () => log, heard: (listener) => listeners.add(listener) };
  };

  if (vsix !== undefined) {
    const { exit, log } = serve(['--install-extension', vsix, '--force']);
    await exit;
    if (!log().includes('successfully installed')) {
      throw new Failed(`The extension could not be installed:\n${log()}`);
    }
  }

  const server = serve(['--host', '127.0.0.1', '--port', '0', '--without-connection-token', ...flags]);
  const { child, exit, log } = server;
  try {
    const port = await new Promise((resolve, reject) => {
      server.heard(() => {
        const found = /Extension host agent listening on (\d+)/.exec(log());
        if (found) resolve(Number(found[1]));
      });
      exit.then(
        ([code]) => reject(new Failed(`The VS Code server ended (${String(code)}):\n${log()}`)),
        reject,
      );
    });
    return await work({ origin: `http://127.0.0.1:${port}`, pid: child.pid, log });
  } finally {
    await server.stop();
  }
}

/** No welcome, no tips, no looking for anything on the network. */
const quiet = {
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'workbench.welcomePage.walkthroughs.openOnInstall': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'chat.disableAIFeatures': true,
  'extensions.autoUpdate': false,
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'telemetry.telemetryLevel': 'off',
  'workbench.enableExperiments': false,
  'update.mode': 'none',
  'git.enabled': false,
};
