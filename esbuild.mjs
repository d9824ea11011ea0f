// Builds the bundles into dist/, with the notices of what they contain, and with --tests the tests into out/test/.
import { build } from 'esbuild';
import { kernelPlugin } from './src/engine/kernel/build.mjs';
import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { notices } from './notices.mjs';

const tests = process.argv.includes('--tests');
const production = process.argv.includes('--production');

/** @type {import('esbuild').BuildOptions} */
const common = {
  bundle: true,
  target: 'node20',
  sourcemap: !production,
  minify: production,
  // dist/NOTICES.txt has the licences.
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
  plugins: [kernelPlugin],
};

/** What few runs need is a bundle of its own, which is loaded where it is imported. */
const apart = {
  name: 'apart',
  setup({ onResolve }) {
    onResolve({ filter: /\/compile\.ts$/ }, ({ kind }) =>
      kind === 'dynamic-import' ? { path: './schema.js', external: true } : undefined,
    );
  },
};

const node = { ...common, platform: 'node', format: 'esm', plugins: [kernelPlugin, apart] };

/** ESM-only and CommonJS packages share one bundle: what still calls `require` finds it. */
const requireShim = {
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
};

const bundles = [
  { ...node, ...requireShim, entryPoints: { cli: 'src/cli/main.ts' }, outdir: 'dist' },
  { ...node, ...requireShim, entryPoints: { mcp: 'src/mcp/main.ts' }, outdir: 'dist' },
  { ...node, ...requireShim, entryPoints: { worker: 'src/engine/pool/worker.ts' }, outdir: 'dist' },
  { ...node, ...requireShim, entryPoints: { engine: 'src/engine/service/main.ts' }, outdir: 'dist' },
  { ...node, ...requireShim, entryPoints: { schema: 'src/engine/schema/compile.ts' }, outdir: 'dist' },
  { ...node, entryPoints: { stage: 'src/engine/call/worker.ts' }, outdir: 'dist' },
  { ...node, entryPoints: { sample: 'src/extension/sampleWriter.ts' }, outdir: 'dist' },
  {
    ...node,
    format: 'cjs',
    external: ['vscode'],
    entryPoints: { extension: 'src/extension/extension.ts' },
    outExtension: { '.js': '.cjs' },
    outdir: 'dist',
  },
  {
    ...common,
    platform: 'browser',
    format: 'iife',
    target: 'chrome120',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    entryPoints: { webview: 'src/webview/main.ts' },
    outdir: 'dist',
    loader: { '.ttf': 'file' },
    assetNames: '[name]',
  },
];

rmSync('dist', { recursive: true, force: true });
const built = await Promise.all(bundles.map((bundle) => build(bundle)));
writeFileSync('dist/NOTICES.txt', notices(built.map(({ metafile }) => metafile)));

if (tests) {
  rmSync('out/test', { recursive: true, force: true });
  const unbundled = {
    ...node,
    plugins: [kernelPlugin],
    outdir: 'out/test',
    outbase: 'test',
    packages: 'external',
  };
  await Promise.all([
    build({
      ...unbundled,
      entryPoints: ['test/unit', 'test/webview', 'test/ui'].flatMap(testsBelow),
      jsx: 'automatic',
      jsxImportSource: 'preact',
    }),
    // The extension host loads CommonJS.
    build({
      ...unbundled,
      format: 'cjs',
      entryPoints: testsBelow('test/integration'),
      outExtension: { '.js': '.cjs' },
    }),
  ]);
}

function testsBelow(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true })
    .filter((file) => /\.test\.tsx?$/.test(file))
    .map((file) => join(folder, file));
}
