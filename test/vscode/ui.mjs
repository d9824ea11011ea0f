// Packs the extension, installs the pack in a real VS Code, and runs test/ui, which drives that as a user would.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { launchOptions } from './browser.mjs';
import { install } from './install.mjs';
import { main, node, npm, root } from './project.mjs';
import { withServer } from './server.mjs';

await main(async () => {
  const installed = await install();
  const home = await mkdtemp(join(tmpdir(), 'rowriver-ui-'));
  try {
    // `npm test` has packed it: the pack leaves another build in dist/, from which other suites run meanwhile.
    if (!process.env.ROWRIVER_PACKED) await npm(['run', '--silent', '--loglevel=error', 'package']);
    // A test that is about this offer turns it on.
    const settings = { 'rowriver.offerAlwaysOpen': false };
    // However fast an export has failed, it can be gone on with: no test is to be right by the speed of the machine.
    const env = { ROWRIVER_JOURNAL_MS: '0' };
    const vsix = join(root, 'out/rowriver.vsix');
    await withServer({ installed, home, settings, vsix, env }, ({ origin }) =>
      node(
        'node_modules/mocha/bin/mocha.js',
        [
          ...['--reporter', 'test/vscode/reporter.cjs'],
          ...['out/test/ui/**/*.test.js', ...process.argv.slice(2)],
        ],
        { ROWRIVER_UI: JSON.stringify({ origin, browser: launchOptions(installed) }) },
      ),
    );
  } finally {
    await rm(home, { recursive: true, force: true });
  }
});
