import { said } from '../../../said/said.ts';
import type { OperatorEntry } from './entry.ts';
import { refuseOwnName } from './ownName.ts';

export const as: OperatorEntry<'as'> = {
  help: [
    {
      word: 'AS',
      form: 'AS name',
      summary: said`Names the file. The name can be written before a column: \`name.column\`.`,
    },
  ],
  parse(cursor) {
    const start = cursor.next();
    const alias = cursor.expectName(said`a name after AS`);
    refuseOwnName(alias, 'AS events');
    return { kind: 'as', alias, ...cursor.spanFrom(start) };
  },
  keepsRows: true,
  isLocal: true,
  resolve({ alias }, names) {
    names.scope = { ...names.scope, aliases: new Set([...names.scope.aliases, alias.name]) };
  },
};
