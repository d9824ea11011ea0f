// Builds the engine and the benchmark, and runs it: `npm run bench -- --size 1000 --rounds 5`.
import { spawnSync } from 'node:child_process';
import { build } from 'esbuild';
import { kernelPlugin } from '../../src/engine/kernel/build.mjs';

const run = (...args) => {
  const { status } = spawnSync(process.execPath, args, { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
};

run('esbuild.mjs');
await build({
  entryPoints: ['test/bench/bench.ts'],
  outfile: 'out/bench/bench.js',
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  packages: 'external',
  plugins: [kernelPlugin],
  logLevel: 'warning',
});
run('out/bench/bench.js', ...process.argv.slice(2));
