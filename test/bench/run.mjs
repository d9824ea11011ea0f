// Builds the engine and the benchmark, and runs it: `npm run bench -- --size 1000 --rounds 5`.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { bundle } from '../support/bundle.mjs';

const run = (...args) => {
  const { status } = spawnSync(process.execPath, args, { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
};

run('esbuild.mjs');
run(fileURLToPath(await bundle('bench/bench')), ...process.argv.slice(2));
