/**
 * Refuses import circles, those of types included, which ESLint's rules for circles pass over. Which room may import which
 * stands in eslint.config.mjs.
 *
 * @type {import('dependency-cruiser').IConfiguration}
 */
export default {
  forbidden: [
    {
      name: 'no-circles',
      comment: 'Give what both need a place below both.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^src/engine/kernel/assembly/' },
  },
};
