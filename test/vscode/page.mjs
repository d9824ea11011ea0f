// Runs test/webview/page.test.ts: the preview's page in a plain browser, over a stand-in for the engine. With --frames
// it measures what a frame of scrolling costs instead, which says nothing on a machine that has other work.
import { launchOptions } from './browser.mjs';
import { install } from './install.mjs';
import { main, node } from './project.mjs';

const more = process.argv.slice(2);
const suite = more.includes('--frames') ? 'frames' : 'page';

await main(async () => {
  const installed = await install();
  await node(
    'node_modules/mocha/bin/mocha.js',
    [
      ...['--reporter', 'test/vscode/reporter.cjs', '--timeout', '60000'],
      ...[`out/test/webview/${suite}.test.js`, ...more.filter((word) => word !== '--frames')],
    ],
    { ROWRIVER_BROWSER: JSON.stringify(launchOptions(installed)) },
  );
});
