// Runs test/webview/page.test.ts and frames.test.ts: the preview's page in a plain browser, over a stand-in for
// the engine.
import { launchOptions } from './browser.mjs';
import { install } from './install.mjs';
import { main, node } from './project.mjs';

await main(async () => {
  const installed = await install();
  await node(
    'node_modules/mocha/bin/mocha.js',
    [
      ...['--reporter', 'test/vscode/reporter.cjs', '--timeout', '60000'],
      ...['out/test/webview/page.test.js', 'out/test/webview/frames.test.js', ...process.argv.slice(2)],
    ],
    { ROWRIVER_BROWSER: JSON.stringify(launchOptions(installed)) },
  );
});
