// Builds and runs scan.ts: `node test/bench/scan.mjs`.
import { build } from 'esbuild';
import { kernelPlugin } from '../../src/engine/kernel/build.mjs';

await build({
  entryPoints: ['test/bench/scan.ts'],
  outfile: 'out/bench/scan.js',
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  plugins: [kernelPlugin],
  logLevel: 'warning',
});
await import('../../out/bench/scan.js');
