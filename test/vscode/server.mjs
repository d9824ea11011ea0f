// The VS Code server from .vscode-test/, for the length of one piece of work.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Failed, root } from './project.mjs';

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

  if (vsix !== undefined) {
    const done = spawnSync(installed.node, [...common, '--install-extension', vsix, '--force'], {
      env: environment,
      encoding: 'utf8',
    });
    if (!`${done.stdout}${done.stderr}`.includes('successfully installed')) {
      throw new Failed(`The extension could not be installed:\n${done.stdout}${done.stderr}`);
    }
  }

  let log = '';
  const child = spawn(
    installed.node,
    [...common, '--host', '127.0.0.1', '--port', '0', '--without-connection-token', ...flags],
    { cwd: root, env: environment, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const ended = once(child, 'exit');
  try {
    const port = await new Promise((resolve, reject) => {
      const read = (chunk) => {
        log += chunk;
        const found = /Extension host agent listening on (\d+)/.exec(log);
        if (found) resolve(Number(found[1]));
      };
      child.stdout.setEncoding('utf8').on('data', read);
      child.stderr.setEncoding('utf8').on('data', read);
      child.once('error', reject);
      void ended.then(([code]) => reject(new Failed(`The VS Code server ended (${String(code)}):\n${log}`)));
    });
    return await work({ origin: `http://127.0.0.1:${port}`, pid: child.pid, log: () => log });
  } finally {
    child.kill('SIGTERM');
    await ended;
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
