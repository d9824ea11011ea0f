import tseslint from 'typescript-eslint';

/**
 * The rooms of src/ and what each may import. An arrow that is not drawn here is an error, so the way of a
 * byte can be read off the import lists.
 */
const rooms = {
  'src/protocol': [],
  'src/engine/source': [],
  'src/engine/kernel': [],
  'src/engine/format': ['source', 'kernel'],
  'src/engine/query': ['format'],
  'src/engine/stage': ['format', 'query', 'source'],
  'src/engine/sink': ['format', 'query', 'stage'],
  'src/engine/index': ['format', 'source'],
  'src/engine/pool': ['format', 'source', 'query', 'stage', 'sink', 'index'],
  'src/engine/dataset': ['format', 'source', 'query', 'index', 'pool'],
  'src/engine/run': ['format', 'source', 'query', 'stage', 'sink', 'index', 'pool', 'dataset'],
  'src/engine/service': ['format', 'source', 'query', 'stage', 'sink', 'index', 'pool', 'dataset', 'run'],
};

const engineRooms = Object.keys(rooms)
  .filter((room) => room.startsWith('src/engine/'))
  .map((room) => room.split('/').at(-1));

const engineWalls = Object.entries(rooms)
  .filter(([room]) => room.startsWith('src/engine/'))
  .map(([room, allowed]) => {
    const own = room.split('/').at(-1);
    const closed = engineRooms.filter((other) => other !== own && !allowed.includes(other));
    return wall(
      [`${room}/**/*.ts`],
      [...closed.map((other) => `**/${other}/**`), '**/extension/**', '**/webview/**', '**/cli/**', 'vscode'],
    );
  });

function wall(files, patterns) {
  return {
    files,
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            { group: patterns, message: 'This room does not know that one: see eslint.config.mjs.' },
          ],
        },
      ],
    },
  };
}

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
  wall(
    ['src/protocol/**/*.ts'],
    ['**/engine/**', '**/extension/**', '**/webview/**', '**/cli/**', 'vscode', 'node:*'],
  ),
  wall(
    ['src/engine/*.ts'],
    [
      ...engineRooms.map((room) => `**/${room}/**`),
      '**/extension/**',
      '**/webview/**',
      '**/cli/**',
      'vscode',
    ],
  ),
  ...engineWalls,
  wall(['src/webview/**/*.{ts,tsx}'], ['**/engine/**', '**/extension/**', '**/cli/**', 'vscode', 'node:*']),
  wall(['src/cli/**/*.ts'], ['**/extension/**', '**/webview/**', 'vscode']),
  wall(['src/extension/**/*.ts'], ['**/webview/**', '**/cli/**']),
  {
    files: ['test/**/*.ts'],
    rules: {
      '@typescript-eslint/no-unused-expressions': 'off',
    },
  },
);
