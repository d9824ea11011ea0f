// Runs the preview's page in a plain browser: page.test.ts and plots.test.ts of test/webview over a stand-in for the
// engine, the others over the real one. With --frames it measures what a frame of scrolling
// costs instead, which says nothing on a machine that has other work; with --pictures it takes the pictures of plots in
// media/ again.
import { launchOptions } from './browser.mjs';
import { install } from './install.mjs';
import { frameSuites, main, node, pageSuites, pictureSuites } from './project.mjs';

const more = process.argv.slice(2);
const others = new Map([
  ['--frames', frameSuites],
  ['--pictures', pictureSuites],
]);
const suites = others.get(more.find((word) => others.has(word))) ?? pageSuites;

await main(async () => {
  const installed = await install();
  await node(
    'node_modules/mocha/bin/mocha.js',
    [
      ...['--reporter', 'test/vscode/reporter.cjs'],
      ...suites.map((suite) => `out/test/webview/${suite}.test.js`),
      ...more.filter((word) => !others.has(word)),
    ],
    { ROWRIVER_BROWSER: JSON.stringify(launchOptions(installed)) },
  );
});
