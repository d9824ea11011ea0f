// Builds and runs latency.ts: `node test/bench/latency.mjs FILE`.
import { build } from 'esbuild';
import { kernelPlugin } from '../../src/engine/kernel/build.mjs';

await build({
  entryPoints: ['test/bench/latency.ts'],
  outfile: 'out/bench/latency.js',
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  plugins: [kernelPlugin],
  logLevel: 'warning',
});
await import('../../out/bench/latency.js');
