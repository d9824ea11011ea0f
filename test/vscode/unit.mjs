// Runs test/unit and, but for what needs a browser, test/webview in plain Node, a file in each of one process more than
// there are cores: each of them waits for disks and threads a third of its time.
import { availableParallelism } from 'node:os';
import { frameSuites, main, node, pageSuites, pictureSuites } from './project.mjs';

await main(() =>
  node('node_modules/mocha/bin/mocha.js', [
    ...['--reporter', 'test/vscode/reporter.cjs', '--parallel', '--jobs', String(availableParallelism() + 1)],
    ...[...pageSuites, ...frameSuites, ...pictureSuites].flatMap((suite) => [
      '--ignore',
      `out/test/webview/${suite}.test.js`,
    ]),
    ...['out/test/unit/**/*.test.js', 'out/test/webview/**/*.test.js'],
    ...process.argv.slice(2),
  ]),
);
