import { dirname, relative, resolve, sep } from 'node:path';
import tseslint from 'typescript-eslint';

/**
 * The house: every folder of src/ that holds files, and which others its files may import, so that the way of a byte
 * can be read off the import lists. `query` means the files of that folder, `query/*` those of the folders inside it as
 * well; names are of the engine's rooms where the room is one, else of src/. All of the engine sees the files
 * right in engine/, and the whole house sees said/, of which sentences for people are made. A folder that is not listed,
 * and an arrow that is not drawn, is an error. That no two files import each other, also over others, is looked after by
 * .dependency-cruiser.mjs.
 */
export const rooms = {
  said: [],
  protocol: [],

  engine: ['protocol'],
  'engine/regex': [],
  'engine/kernel': ['kernel/assembly'],
  'engine/kernel/assembly': [],
  'engine/source': ['source/*', 'protocol'],
  'engine/source/compressed': ['source'],
  'engine/source/parquet': ['source', 'source/compressed'],
  'engine/source/encoding': ['source', 'source/compressed'],
  'engine/source/http': ['source', 'protocol'],
  'engine/source/follow': ['source'],
  'engine/source/files': ['source', 'source/compressed', 'format/csv', 'protocol'],
  'engine/format': ['format/*', 'kernel', 'source', 'protocol'],
  'engine/format/csv': ['format', 'format/csv/sniff', 'kernel', 'source', 'protocol'],
  'engine/format/csv/sniff': ['format', 'format/csv'],
  'engine/format/json': ['format', 'kernel', 'protocol'],
  'engine/format/log': ['regex', 'format', 'format/csv', 'source', 'protocol'],
  'engine/format/json/document': ['format', 'format/json', 'kernel', 'source'],
  'engine/query': ['query/*', 'regex', 'format', 'format/csv'],
  'engine/query/value': ['query/syntax'],
  'engine/query/function': ['regex', 'query/value'],
  'engine/query/syntax': ['query', 'query/function', 'query/operator', 'query/value'],
  'engine/query/operator': ['query', 'query/resolve', 'query/syntax'],
  'engine/query/predicate': ['regex', 'query', 'query/syntax', 'query/value', 'format'],
  'engine/query/resolve': ['query', 'query/function', 'query/predicate', 'query/syntax', 'format'],
  'engine/query/print': [
    ...['regex', 'query', 'query/function', 'query/operator', 'query/syntax', 'query/value'],
  ],
  'engine/query/panel': ['query', 'query/function', 'query/operator', 'query/syntax', 'query/value'],
  'engine/stage': [
    'protocol',
    'stage/*',
    'statistics',
    'query',
    'query/operator',
    'query/predicate',
    'query/resolve',
    'query/syntax',
    'query/value',
    'format',
    'format/json',
  ],
  'engine/stage/aggregate': [
    'stage',
    'stage/held',
    'kernel',
    'query',
    'query/resolve',
    'query/syntax',
    'query/value',
    'format',
  ],
  'engine/stage/held': ['stage', 'query', 'query/value', 'format'],
  'engine/stage/join': ['stage', 'stage/held', 'query/resolve', 'query', 'query/value', 'format'],
  'engine/stage/window': [
    'stage',
    'stage/aggregate',
    'stage/held',
    'query',
    'query/resolve',
    'query/syntax',
    'query/value',
  ],
  'engine/statistics': [
    'stage',
    'stage/aggregate',
    'query',
    'query/operator',
    'query/value',
    'kernel',
    'format',
    'protocol',
  ],
  'engine/call': ['query/operator', 'stage', 'protocol'],
  'engine/schema': ['protocol', 'regex', 'format', 'format/csv', 'format/json'],
  'engine/sink': [
    'format',
    'format/csv',
    'format/json',
    'sink/arrow',
    'sink/parquet',
    'sink/typed',
    'sink/xlsx',
    'protocol',
  ],
  'engine/sink/http': ['sink', 'source', 'source/http', 'protocol'],
  'engine/sink/typed': ['protocol', 'kernel', 'sink', 'query/value', 'format', 'format/csv'],
  'engine/sink/parquet': ['kernel', 'sink', 'sink/typed'],
  'engine/sink/arrow': ['sink', 'sink/typed'],
  'engine/sink/postgres': ['sink', 'sink/http', 'sink/typed', 'source', 'format', 'format/json', 'protocol'],
  'engine/sink/xlsx': ['sink', 'sink/typed', 'query/value'],
  'engine/sink/split': ['sink', 'format', 'format/json'],
  'engine/index': ['format', 'source'],
  'engine/columns': ['kernel', 'format', 'index'],
  'engine/pool': [
    'stage/held',
    'stage/join',
    'kernel',
    'source',
    'format/*',
    'query',
    'stage',
    'statistics',
    'sink',
    'sink/typed',
    'index',
    'columns',
    'schema',
    'protocol',
  ],
  'engine/dataset': [
    ...[
      'dataset/*',
      'source',
      'source/files',
      'format/*',
      'query',
      'index',
      'columns',
      'schema',
      'stage',
      'pool',
      'protocol',
    ],
  ],
  'engine/dataset/doubt': ['source', 'format/csv', 'dataset', 'query', 'pool', 'format', 'protocol'],
  'engine/dataset/files': [
    'dataset/merge',
    'dataset',
    'source',
    'source/files',
    'format',
    'format/csv',
    'protocol',
  ],
  'engine/dataset/follow': [
    'format/csv',
    'dataset',
    'dataset/files',
    'source',
    'source/files',
    'source/follow',
    'format',
    'index',
    'pool',
    'protocol',
  ],
  'engine/dataset/merge': ['dataset', 'source', 'source/files', 'format', 'query', 'stage', 'pool'],
  'engine/run': [
    'stage/held',
    'stage/join',
    'dataset/follow',
    ...[
      'run/*',
      'source',
      'source/follow',
      'format',
      'format/csv',
      'format/json',
      'query',
      'query/value',
      'stage',
      'statistics',
      'sink',
      'pool',
      'dataset',
      'schema',
    ],
    'protocol',
  ],
  'engine/run/export': [
    ...[
      'run',
      'source',
      'format',
      'format/json',
      'query',
      'stage',
      'sink',
      'sink/http',
      'sink/split',
      'sink/typed',
      'pool',
      'dataset',
    ],
    'protocol',
  ],
  'engine/send': [
    'run/export',
    ...['source/http', 'sink', 'sink/http', 'sink/postgres', 'stage', 'dataset', 'run', 'protocol'],
  ],
  'engine/remote': [
    'dataset/doubt',
    ...[
      'source',
      'source/files',
      'query',
      'query/value',
      'kernel',
      'format/csv',
      'schema',
      'sink',
      'statistics',
      'dataset',
      'protocol',
    ],
  ],
  'engine/diff': [
    'stage/held',
    ...[
      'source',
      'format',
      'format/json',
      'query',
      'query/operator',
      'query/value',
      'stage',
      'pool',
      'dataset',
      'protocol',
    ],
  ],
  'engine/service': [
    'run/export',
    'dataset/follow',
    'dataset/files',
    'dataset/doubt',
    ...[
      'call',
      'source',
      'source/files',
      'source/follow',
      'source/http',
      'format/csv',
      'format/json',
      'query',
      'index',
      'pool',
      'stage',
      'dataset',
      'statistics',
      'sink',
      'schema',
      'run',
      'send',
      'remote',
      'diff',
      'tools',
    ],
    'protocol',
  ],
  'engine/tools': [
    'run/export',
    'dataset/doubt',
    ...[
      'source',
      'source/encoding',
      'format/csv',
      'query',
      'query/function',
      'stage',
      'statistics',
      'sink',
      'pool',
      'dataset',
      'run',
      'schema',
      'service',
    ],
    'protocol',
  ],

  'cli/arguments': [
    'engine/source/http',
    'engine/source/encoding',
    'engine/source',
    'engine/sink/split',
    'engine/sink/postgres',
    'engine/sink/http',
    'engine/sink',
    'engine/send',
    'engine/run/export',
    'engine/remote',
    'engine/query',
    'engine/dataset/merge',
    'engine/call',
    'protocol',
    'engine/format/csv',
  ],
  cli: [
    'engine/run/export',
    'engine/dataset/files',
    'engine/dataset/doubt',
    'cli/arguments',
    ...[
      'protocol',
      'host',
      'engine',
      'engine/source',
      'engine/source/files',
      'engine/source/follow',
      'engine/source/http',
    ],
    ...[
      'engine/query',
      'engine/stage',
      'engine/sink',
      'engine/sink/split',
      'engine/index',
      'engine/schema',
      'engine/call',
      'engine/pool',
      'engine/dataset',
      'engine/run',
      'engine/send',
      'engine/remote',
      'engine/diff',
    ],
    'mcp',
    'serve',
  ],
  serve: [
    'engine/run/export',
    'engine/dataset/doubt',
    'protocol',
    'host',
    'engine',
    'engine/dataset',
    'engine/run',
    'engine/sink',
    'engine/source',
    'engine/stage',
  ],
  host: ['protocol', 'engine/format/csv'],
  mcp: ['protocol', 'host', 'engine'],
  api: ['protocol', 'host'],
  extension: [
    ...[
      'protocol',
      'api',
      'host',
      'engine',
      'engine/call',
      'engine/source',
      'engine/source/http',
      'engine/sink',
      'engine/run',
      'engine/remote',
      'engine/send',
      'engine/sink/postgres',
      'engine/tools',
    ],
  ],

  webview: ['protocol', 'webview/*'],
  'webview/grid': ['protocol', 'webview'],
  'webview/model': ['protocol', 'webview', 'webview/grid'],
  'webview/parts': ['webview'],
  'webview/browser': ['protocol', 'webview', 'webview/parts'],
  'webview/plot': ['protocol', 'webview', 'webview/grid', 'webview/model', 'webview/parts'],
  'webview/detail': ['protocol', 'webview', 'webview/grid', 'webview/model', 'webview/parts'],
  'webview/problems': ['protocol', 'webview', 'webview/detail', 'webview/model', 'webview/parts'],
  'webview/find': ['protocol', 'webview', 'webview/grid', 'webview/model', 'webview/parts'],
  'webview/panel': [
    'protocol',
    'webview',
    'webview/detail',
    'webview/grid',
    'webview/model',
    'webview/parts',
  ],
};

/** Where the house ends: who may import what VS Code and Node bring. */
const outside = {
  vscode: ['extension'],
  'node:': ['engine', 'cli', 'host', 'mcp', 'serve', 'api', 'extension'],
  '@modelcontextprotocol/': ['mcp'],
  '@grpc/': ['engine'],
  '@uwdata/flechette': ['engine'],
};

/** Whether a file of `room` may import one of the room `other`. */
function isDrawn(room, other) {
  const inEngine = room === 'engine' || room.startsWith('engine/');
  if (room === other || other === 'said' || (inEngine && other === 'engine')) return true;
  const full = (name) => (inEngine && name !== 'protocol' ? `engine/${name}` : name);
  return rooms[room].some((name) =>
    name.endsWith('/*') ? `${other}/`.startsWith(full(name).slice(0, -1)) : other === full(name),
  );
}

/** The rule that the walls stand. */
const walls = {
  create(context) {
    const src = resolve(import.meta.dirname, 'src');
    const roomOf = (path) => relative(src, dirname(path)).split(sep).join('/') || '.';
    const room = roomOf(context.filename);

    function check(source) {
      if (source?.type !== 'Literal' || rooms[room] === undefined) return;
      const name = String(source.value);
      const owners = Object.entries(outside).find(([start]) => name.startsWith(start))?.[1];
      if (owners && !owners.includes(room.split('/')[0])) {
        context.report({
          node: source,
          message: `src/${room} does not import '${name}': see eslint.config.mjs.`,
        });
      }
      if (!name.startsWith('.')) return;
      const other = roomOf(resolve(dirname(context.filename), name));
      // What stands outside of src/, such as package.json, is no room.
      if (other.startsWith('..') || isDrawn(room, other)) return;
      const message = `src/${room} does not import src/${other}: see the rooms in eslint.config.mjs.`;
      context.report({ node: source, message });
    }

    return {
      Program(node) {
        if (rooms[room] === undefined) {
          context.report({ node, message: `src/${room} is not in the table of rooms in eslint.config.mjs.` });
        }
      },
      ImportDeclaration: ({ source }) => check(source),
      ExportNamedDeclaration: ({ source }) => check(source),
      ExportAllDeclaration: ({ source }) => check(source),
      ImportExpression: ({ source }) => check(source),
      TSImportType: ({ source }) => check(source),
    };
  },
};

export default tseslint.config(
  {
    ignores: [
      'dist/',
      'out/',
      '.vscode-test/',
      'node_modules/',
      'src/engine/kernel/assembly/',
      '**/*.mjs',
      '**/*.cjs',
    ],
  },
  ...tseslint.configs.strictTypeChecked,
  ...tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        project: ['./tsconfig.json', './src/webview/tsconfig.json'],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/prefer-for-of': 'off',
      '@typescript-eslint/no-confusing-void-expression': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      'no-eval': 'error',
      'no-new-func': 'error',
      eqeqeq: 'error',
    },
  },
  {
    files: ['src/**/*.{ts,tsx}'],
    plugins: { house: { rules: { walls } } },
    rules: {
      'house/walls': 'error',
      'no-restricted-syntax': [
        'error',
        {
          selector: "CallExpression[callee.property.name='concat'][callee.object.name!='Buffer']",
          // apache-arrow sets Symbol.isConcatSpreadable, upon which V8 gives up its fast way for every array of the thread.
          message: 'Spread the arrays: once apache-arrow is loaded, concat takes 70 times as long.',
        },
      ],
    },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      '@typescript-eslint/no-unused-expressions': 'off',
    },
  },
);
