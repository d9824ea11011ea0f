// `npm start`: builds the extension and opens it on a large generated sample, in the desktop VS Code where there is
// one, else in the server from .vscode-test/, whose address it prints. From a fresh clone on.
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { ended, installPackages, main, node, npm, root, run, say } from './project.mjs';

/** A file named on the command line would open before VS Code has read the extension, as text. */
const hint = 'Then choose requests.jsonl or requests.csv in the explorer.';

await main(async () => {
  await installPackages();
  say('Building Rowriver');
  await node('esbuild.mjs');
  const { sample } = await import('./sample.mjs');
  const folder = await sample(join(root, '.vscode-test/sample'));

  const desktop = hasDisplay() ? onPath(process.platform === 'win32' ? 'code.cmd' : 'code') : undefined;
  if (desktop !== undefined) {
    const [program, first] = process.platform === 'win32' ? ['cmd', ['/c', desktop]] : [desktop, []];
    await run(program, [...first, '--new-window', `--extensionDevelopmentPath=${root}`, folder]);
    console.log(`\n${hint}`);
    return;
  }
  const { install } = await import('./install.mjs');
  const { withServer } = await import('./server.mjs');
  const { workbenchAddress } = await import('./browser.mjs');
  const installed = await install();
  say('Packing the extension');
  await npm(['run', '--silent', 'package']);
  say('Installing the extension into the VS Code server, and starting that');
  const home = join(root, '.vscode-test/home');
  const options = {
    installed,
    home,
    vsix: join(root, 'out/rowriver.vsix'),
    flags: ['--disable-workspace-trust'],
  };
  await withServer(options, async ({ origin }) => {
    const address = workbenchAddress(origin, folder);
    console.log(`\nOpen this in a browser; Ctrl+C here ends it.\n\n  ${address}\n\n${hint}`);
    if (!ended.aborted) await once(ended, 'abort');
  });
});

function hasDisplay() {
  return process.platform !== 'linux' || Boolean(process.env.DISPLAY ?? process.env.WAYLAND_DISPLAY);
}

function onPath(program) {
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  return folders.map((folder) => join(folder, program)).find((path) => existsSync(path));
}
