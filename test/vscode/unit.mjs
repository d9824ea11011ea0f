// Runs test/unit and test/webview in plain Node.
import { main, node } from './project.mjs';

await main(() =>
  node('node_modules/mocha/bin/mocha.js', [
    ...['--reporter', 'test/vscode/reporter.cjs', '--timeout', '20000'],
    ...['out/test/unit/**/*.test.js', 'out/test/webview/**/*.test.js'],
  ]),
);
