// Types, rules, rooms and format: `npm run check`. Those that take longest begin first. What a run has found of types and format is
// kept by what the files hold, for the next run; rules that ask for types are asked of all files again.
import { main, runTogether } from './project.mjs';

const kept = 'node_modules/.cache/rowriver';

/** @param {string} name of what is kept */
function types(project, name) {
  return ['typescript/bin/tsc', '-p', project, '--incremental', '--tsBuildInfoFile', `${kept}/${name}.json`];
}

const programs = [
  ['eslint/bin/eslint.js', '.'],
  types('.', 'types'),
  [
    ...['prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', '.'],
    ...['--cache', '--cache-strategy', 'content', '--cache-location', `${kept}/format`],
  ],
  types('src/webview', 'types-page'),
  ['dependency-cruiser/bin/dependency-cruise.mjs', 'src'],
];

await main(() =>
  runTogether(programs.map(([path, ...args]) => [process.execPath, `node_modules/${path}`, ...args])),
);
