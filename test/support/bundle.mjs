// Builds a program of the tests that is not run by mocha: a benchmark, or a comparison with another engine.
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { kernelPlugin } from '../../src/engine/kernel/build.mjs';

/**
 * Builds `test/NAME.ts` into `out/NAME.js`; answers the address to import that from.
 * @param {string} name
 */
export async function bundle(name) {
  const outfile = `out/${name}.js`;
  await build({
    entryPoints: [`test/${name}.ts`],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    packages: 'external',
    plugins: [kernelPlugin],
    logLevel: 'warning',
  });
  return pathToFileURL(resolve(outfile)).href;
}
