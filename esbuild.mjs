// Builds the bundles into dist/, with the notices of what they contain, and with --tests the tests into out/test/.
import { build } from 'esbuild';
import { kernelPlugin } from './src/engine/kernel/build.mjs';
import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';
import { notices } from './notices.mjs';

/**
 * hyparquet trusts how long a run of levels or codes says that it is: a file with one changed byte can end the process
 * ("invalid size error"), or keep it busy for seconds. A run is never longer than what is still wanted.
 * @type {import('esbuild').Plugin}
 */
const boundedRuns = {
  name: 'bounded runs of hyparquet',
  setup({ onLoad }) {
    onLoad({ filter: /hyparquet[\\/]src[\\/]encoding\.js$/ }, ({ path }) => {
      let contents = readFileSync(path, 'utf8');
      for (const [from, to] of [
        ['const count = header >>> 1\n', 'const count = Math.min(header >>> 1, output.length - seen)\n'],
        [
          'let count = header >> 1 << 3 ',
          'let count = Math.min(header >> 1 << 3, output.length - seen + 7) ',
        ],
      ]) {
        if (!contents.includes(from)) throw new Error(`${path} has changed: look whether it bounds its runs`);
        contents = contents.replace(from, to);
      }
      return { contents };
    });
  },
};

/**
 * Keeps what every run needs in one file. esbuild makes a file of its own of what the same entry points reach, and each
 * `import()` is one: with all of them reaching the core, it is not torn into as many files as there are ways to need parts of
 * it, each of which takes time to load.
 * @param {readonly string[]} core files in src/
 * @returns {import('esbuild').Plugin}
 */
const oneCore = (core) => ({
  name: 'one core',
  setup({ onResolve, onLoad }) {
    const imported = importedLazily();
    onResolve({ filter: /^rowriver:core$/ }, ({ path }) => ({ path, namespace: 'core' }));
    onLoad({ filter: /.*/, namespace: 'core' }, () => ({
      contents: core.map((path) => `import './${path}';`).join('\n'),
      resolveDir: join(import.meta.dirname, 'src'),
    }));
    onLoad({ filter: /[\\/]src[\\/].*\.ts$/ }, ({ path }) =>
      imported.has(path)
        ? { contents: `${readFileSync(path, 'utf8')}\nimport 'rowriver:core';\n`, loader: 'ts' }
        : undefined,
    );
  },
});

/** The files of which modules are imported where they are needed. */
function importedLazily() {
  const files = new Set();
  for (const name of readdirSync('src', { recursive: true })) {
    if (!/\.tsx?$/.test(name) || /^webview/.test(name)) continue;
    const path = join(import.meta.dirname, 'src', name);
    for (const [, target] of readFileSync(path, 'utf8').matchAll(/\bimport\('(\.[^']+)'\)/g)) {
      files.add(join(dirname(path), target));
    }
  }
  return files;
}

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
  plugins: [kernelPlugin, boundedRuns],
};

/**
 * gRPC's channels load definitions of its own services from files, which only a server of these does. They bring a parser and a
 * generator of code.
 * @type {import('esbuild').Plugin}
 */
const withoutDefinitions = {
  name: 'gRPC without definitions of services',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^@grpc\/proto-loader$/ }, ({ path }) => ({ path, namespace: 'none' }));
    onLoad({ filter: /.*/, namespace: 'none' }, () => ({ contents: 'module.exports = {};' }));
  },
};

/** Native code that `ws` would take where it is installed. */
const withoutNative = {
  'process.env.WS_NO_BUFFER_UTIL': '"1"',
  'process.env.WS_NO_UTF_8_VALIDATE': '"1"',
};

const node = {
  ...common,
  define: withoutNative,
  platform: 'node',
  format: 'esm',
  plugins: [kernelPlugin, boundedRuns],
};

const page = {
  ...common,
  platform: 'browser',
  format: 'iife',
  target: 'chrome120',
  jsx: 'automatic',
  jsxImportSource: 'preact',
  loader: { '.ttf': 'file' },
  assetNames: '[name]',
};

/** ESM-only and CommonJS packages share one bundle: what still calls `require` finds it. */
const requireShim = {
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
};

const bundles = [
  // What several of them need, and what few runs need and is imported where it is, becomes a file of its own (chunk-*.js).
  {
    ...node,
    ...requireShim,
    splitting: true,
    plugins: [...node.plugins, withoutDefinitions, oneCore(['cli/command.ts'])],
    entryPoints: { cli: 'src/cli/main.ts' },
    outdir: 'dist',
    chunkNames: 'chunk-[hash]',
  },
  {
    ...node,
    ...requireShim,
    splitting: true,
    plugins: [...node.plugins, withoutDefinitions, oneCore(['engine/dataset/dataset.ts'])],
    entryPoints: {
      api: 'src/api/index.ts',
      mcp: 'src/mcp/main.ts',
      worker: 'src/engine/pool/worker.ts',
      engine: 'src/engine/service/main.ts',
    },
    outdir: 'dist',
    chunkNames: 'chunk-[hash]',
  },
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
    ...page,
    entryPoints: { webview: 'src/webview/main.ts', browser: 'src/webview/browser/main.ts' },
    outdir: 'dist',
  },
];

rmSync('dist', { recursive: true, force: true });
const built = await Promise.all(bundles.map((bundle) => build(bundle)));
writeFileSync('dist/api.d.ts', apiTypes());
writeFileSync('dist/NOTICES.txt', notices(built.map(({ metafile }) => metafile)));

if (tests) {
  for (const made of ['out/test', 'out/bed']) rmSync(made, { recursive: true, force: true });
  const unbundled = {
    ...node,
    plugins: [kernelPlugin, boundedRuns],
    outdir: 'out/test',
    outbase: 'test',
    packages: 'external',
  };
  await Promise.all([
    build({
      ...unbundled,
      entryPoints: ['test/unit', 'test/webview', 'test/ui'].flatMap(testsBelow),
      // What several tests need is written once. As deep as most tests are: test/support looks for dist/ from there.
      splitting: true,
      chunkNames: 'unit/chunks/[hash]',
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
    // The page for a plain browser, which test/webview/bed serves.
    build({
      ...page,
      minify: true,
      entryPoints: {
        webview: 'src/webview/main.ts',
        bed: 'test/webview/bed/page.ts',
        worker: 'test/webview/bed/worker.ts',
        host: 'test/webview/bed/host.ts',
      },
      outdir: 'out/bed',
    }),
  ]);
}

function testsBelow(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true })
    .filter((file) => /\.test\.tsx?$/.test(file))
    .map((file) => join(folder, file));
}

/** The types of `import { open } from 'rowriver'`, in one file: src/api/types.ts imports nothing. */
function apiTypes() {
  const promised = readFileSync('src/api/types.ts', 'utf8');
  const { outputText } = ts.transpileDeclaration(promised, { fileName: 'api.ts' });
  return `${outputText}
export declare const version: RowriverApi['version'];
export declare const open: RowriverApi['open'];
`;
}
