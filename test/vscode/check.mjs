// Types, rules, rooms and format: `npm run check`. Those that take longest begin first.
import { main, runTogether } from './project.mjs';

const programs = [
  ['eslint/bin/eslint.js', '.'],
  ['typescript/bin/tsc', '-p', '.'],
  ['prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', '.'],
  ['typescript/bin/tsc', '-p', 'src/webview'],
  ['dependency-cruiser/bin/dependency-cruise.mjs', 'src'],
];

await main(() =>
  runTogether(programs.map(([path, ...args]) => [process.execPath, `node_modules/${path}`, ...args])),
);
