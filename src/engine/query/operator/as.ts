import type { OperatorEntry } from './entry.ts';

export const as: OperatorEntry<'as'> = {
  help: [
    {
      word: 'AS',
      form: 'AS name',
      summary: 'Names the file. The name can be written before a column: `name.column`.',
    },
  ],
  parse(cursor) {
    const start = cursor.next();
    return { kind: 'as', alias: cursor.expectName('a name after AS'), ...cursor.spanFrom(start) };
  },
  keepsRows: true,
  isLocal: true,
  resolve({ alias }, names) {
    names.scope = { ...names.scope, aliases: new Set([...names.scope.aliases, alias.name]) };
  },
};
