// Runs the preview's page in a plain browser: page.test.ts and plots.test.ts of test/webview over a stand-in for the
// engine, the others over the real one. With --frames it measures what a frame of scrolling
// costs instead, which says nothing on a machine that has other work; with --pictures it takes the pictures of plots in
// media/ again; with --served some suites run over the page of `rowriver serve`, which a long run does as well.
import { launchOptions } from './browser.mjs';
import { install } from './install.mjs';
import { long } from './long.mjs';
import { frameSuites, main, node, pageSuites, pictureSuites, servedSuites } from './project.mjs';

const more = process.argv.slice(2);
const others = new Map([
  ['--frames', frameSuites],
  ['--pictures', pictureSuites],
  ['--served', servedSuites],
]);
const other = more.find((word) => others.has(word));
const suites = others.get(other) ?? pageSuites;

await main(async () => {
  const installed = await install();
  const browser = { ROWRIVER_BROWSER: JSON.stringify(launchOptions(installed)) };
  const served = { ...browser, ROWRIVER_SERVED: '1' };
  await mocha(suites, other === '--served' ? served : browser);
  if (long && other === undefined) await mocha(servedSuites, served);
});

function mocha(names, environment) {
  return node(
    'node_modules/mocha/bin/mocha.js',
    [
      ...['--reporter', 'test/vscode/reporter.cjs'],
      ...names.map((suite) => `out/test/webview/${suite}.test.js`),
      ...more.filter((word) => !others.has(word)),
    ],
    environment,
  );
}
