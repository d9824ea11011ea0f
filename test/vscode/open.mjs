// `npm start`: builds the extension and opens it on a large generated sample, in the desktop VS Code where there is
// one, else in the server from .vscode-test/, whose address it prints. From a fresh clone on.
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { installPackages, main, node, root, run } from './project.mjs';

await main(async () => {
  await installPackages();
  await node('esbuild.mjs');
  const { sample } = await import('./sample.mjs');
  const { folder, file } = await sample(join(root, '.vscode-test/sample'));

  const desktop = hasDisplay() ? onPath(process.platform === 'win32' ? 'code.cmd' : 'code') : undefined;
  if (desktop !== undefined) {
    const [program, first] = process.platform === 'win32' ? ['cmd', ['/c', desktop]] : [desktop, []];
    await run(program, [...first, '--new-window', `--extensionDevelopmentPath=${root}`, folder, file]);
    return;
  }
  const { install } = await import('./install.mjs');
  const { withServer } = await import('./server.mjs');
  const { remote, workbenchAddress } = await import('./browser.mjs');
  const installed = await install();
  await withServer({ installed, home: join(root, '.vscode-test/home') }, async ({ origin }) => {
    const address = workbenchAddress(origin, folder, {
      extensionDevelopmentPath: remote(origin, root),
      openFile: remote(origin, file),
    });
    console.log(`\nOpen this in a browser; Ctrl+C ends it.\n\n${address}\n`);
    await new Promise((resolve) => ['SIGINT', 'SIGTERM'].forEach((signal) => process.once(signal, resolve)));
  });
});

function hasDisplay() {
  return process.platform !== 'linux' || Boolean(process.env.DISPLAY ?? process.env.WAYLAND_DISPLAY);
}

function onPath(program) {
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  return folders.map((folder) => join(folder, program)).find((path) => existsSync(path));
}
