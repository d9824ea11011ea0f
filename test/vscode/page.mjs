// Runs the preview's page in a plain browser: page.test.ts and plots.test.ts of test/webview over a stand-in for the
// engine, the others over the real one, some of these in the page of `rowriver serve`. With --frames it measures what a
// frame of scrolling costs instead, which says nothing on a machine that has other work; with --pictures it takes the
// pictures of plots in media/ again; with --served all suites that can run in the page of `rowriver serve`, as a long run
// does as well.
import { launchOptions } from './browser.mjs';
import { install } from './install.mjs';
import { long } from './long.mjs';
import {
  ended,
  frameSuites,
  main,
  node,
  pageSuites,
  pictureSuites,
  servedAlone,
  servedSuites,
  servedToo,
} from './project.mjs';

const more = process.argv.slice(2);
const others = new Map([
  ['--frames', frameSuites],
  ['--pictures', pictureSuites],
  ['--served', servedSuites],
]);
const other = more.find((word) => others.has(word));
const suites = others.get(other) ?? pageSuites.filter((suite) => !servedAlone.includes(suite));

await main(async () => {
  const installed = await install();
  const browser = { ROWRIVER_BROWSER: JSON.stringify(launchOptions(installed)) };
  const served = { ...browser, ROWRIVER_SERVED: '1' };
  // Both runs are made whatever the first says, so that one run tells all.
  const runs = [() => mocha(suites, other === '--served' ? served : browser)];
  if (other === undefined)
    runs.push(() => mocha(long ? servedSuites : [...servedAlone, ...servedToo], served));
  const failures = [];
  for (const run of runs) await run().catch((error) => failures.push(error));
  ended.throwIfAborted();
  const [failure] = failures;
  if (failure) throw failure;
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
