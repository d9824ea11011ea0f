// Runs test/unit and, but for what needs a browser, test/webview in plain Node, a file in each of as many processes as
// there are cores.
import { availableParallelism } from 'node:os';
import { frameSuites, main, node, pageSuites, pictureSuites } from './project.mjs';

await main(() =>
  node('node_modules/mocha/bin/mocha.js', [
    ...['--reporter', 'test/vscode/reporter.cjs', '--parallel', '--jobs', String(availableParallelism())],
    ...[...pageSuites, ...frameSuites, ...pictureSuites].flatMap((suite) => [
      '--ignore',
      `out/test/webview/${suite}.test.js`,
    ]),
    ...['out/test/unit/**/*.test.js', 'out/test/webview/**/*.test.js'],
    ...process.argv.slice(2),
  ]),
);
