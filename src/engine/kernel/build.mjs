// Compiles the kernel's AssemblyScript for esbuild, which puts the bytes into the bundle: once for each state of its sources.
import asc from 'assemblyscript/asc';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const sources = join(import.meta.dirname, 'assembly');
const cache = join(import.meta.dirname, '../../../node_modules/.cache/rowriver');

const options = [
  ...['--runtime', 'stub', '--enable', 'simd', '--noAssert', '--use', 'abort='],
  ...['--optimizeLevel', '3', '--shrinkLevel', '0', '--converge'],
  // 4 GB: a record may be 512 MB, and what is found in it takes room as well.
  ...['--initialMemory', '20', '--maximumMemory', '65536'],
];

// For profiles.
if (process.env.ROWRIVER_KERNEL_NAMES) options.push('--debug');

/** @type {import('esbuild').Plugin} */
export const kernelPlugin = {
  name: 'kernel',
  setup(build) {
    build.onResolve({ filter: /\/kernel\.wasm$/ }, ({ path }) => ({ path, namespace: 'kernel' }));
    build.onLoad({ filter: /.*/, namespace: 'kernel' }, async () => {
      const { bytes, files } = await (compiled ??= compile());
      return { contents: bytes, loader: 'binary', watchFiles: files };
    });
  },
};

/** @type {Promise<{ bytes: Uint8Array, files: string[] }> | undefined} */
let compiled;

async function compile() {
  const names = readdirSync(sources).filter((name) => name.endsWith('.ts'));
  const texts = new Map(names.map((name) => [name, readFileSync(join(sources, name), 'utf8')]));
  const files = names.map((name) => join(sources, name));
  const state = createHash('sha256')
    .update(JSON.stringify([asc.version, options, ...texts]))
    .digest('hex');
  const kept = join(cache, `${state}.wasm`);
  try {
    return { bytes: readFileSync(kept), files };
  } catch {
    // Not compiled yet.
  }

  /** @type {Uint8Array | undefined} */
  let bytes;
  const { error, stderr } = await asc.main(['kernel.ts', '--outFile', 'kernel.wasm', ...options], {
    readFile: (name) => texts.get(name) ?? null,
    writeFile: (_, contents) => void (bytes = contents),
    listFiles: () => [],
  });
  if (error !== null || bytes === undefined) throw new Error(`${error?.message}\n${stderr.toString()}`);

  mkdirSync(cache, { recursive: true });
  const unfinished = `${kept}.${process.pid}`;
  writeFileSync(unfinished, bytes);
  renameSync(unfinished, kept);
  return { bytes, files };
}
