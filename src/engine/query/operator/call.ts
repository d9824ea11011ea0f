import { said } from '../../../said/said.ts';
import { QueryError } from '../diagnostic.ts';
import type { Cursor } from '../syntax/cursor.ts';
import type { Operator } from '../syntax/tree.ts';
import type { OperatorEntry } from './entry.ts';

/** What a query hands to a program. */
export type CallOptions = Readonly<Record<string, string | number | boolean | null>>;

declare module '../syntax/tree.ts' {
  interface Operators {
    call: {
      readonly from: number;
      readonly to: number;
      readonly file: string;
      readonly options: CallOptions;
    };
  }
}

declare module '../resolve/step.ts' {
  interface Steps {
    /** Hands the rows to a program, and goes on with what it gives. */
    call: {
      readonly file: string;
      readonly options: CallOptions;
      /** The rows that it is given. */
      readonly output: Output;
      /** Slot of the objects that it gives. */
      readonly slot: number;
      /** Slots of where the record is that a row comes from; undefined where it comes from no single one. */
      readonly place: Readonly<Record<'record' | 'line' | 'offset', number>> | undefined;
    };
  }
}

export const call: OperatorEntry<'call'> = {
  help: [
    {
      word: 'CALL',
      form: "CALL 'file' [(option => value, …)]",
      summary: said`Hands the rows to a JavaScript or TypeScript file of yours, and goes on with the records that it returns. Only in a terminal, and in VS Code in a trusted workspace.`,
      only: 'programs',
    },
  ],
  parse: parseCall,
  outcome: () => ({ rows: 'rows', order: [] }),
  resolve({ file, options }, names) {
    const { table } = names;
    const place = names.scope.ofRecord
      ? {
          record: table.attribute('_record'),
          line: table.attribute('_line'),
          offset: table.attribute('_offset'),
        }
      : undefined;
    const output = names.output();
    const slot = table.computed();
    names.steps.push({ kind: 'call', file, options, output, slot, place });
    names.scope = { parts: [{ kind: 'open', slot, edits: [] }], aliases: new Set(), ofRecord: false };
  },
};

function parseCall(cursor: Cursor): Operator<'call'> {
  const start = cursor.next();
  const file = cursor.peek();
  if (file.kind !== 'text')
    throw cursor.unexpected(said`the path of a file in single quotes, as in CALL './stage.mjs'`);
  cursor.next();
  if (!/\.(?:[cm]?js|[cm]?ts)$/i.test(file.value) || /^[a-z][a-z+.-]+:/i.test(file.value)) {
    throw new QueryError(file, said`CALL needs the path of a .js, .mjs or .ts file`);
  }
  const options: Record<string, CallOptions[string]> = {};
  if (cursor.takeSymbol('(')) {
    while (!cursor.isSymbol(')')) {
      const name = cursor.expectName(said`the name of an option`);
      if (Object.hasOwn(options, name.name))
        throw new QueryError(name, said`the option ${name.name} is given twice`);
      cursor.expectSymbol('=>', said`after the name of an option`);
      Object.defineProperty(options, name.name, { value: optionValue(cursor), enumerable: true });
      if (!cursor.takeSymbol(',')) break;
    }
    cursor.expectSymbol(')', said`after the options`);
  }
  return { kind: 'call', file: file.value, options, ...cursor.spanFrom(start) };
}

function optionValue(cursor: Cursor): CallOptions[string] {
  const isNegative = cursor.takeSymbol('-');
  const token = cursor.peek();
  if (token.kind === 'number') return (isNegative ? -1 : 1) * Number(cursor.next().value);
  if (isNegative) throw cursor.unexpected(said`a number`);
  if (token.kind === 'text') return cursor.next().value;
  if (cursor.takeWords('true')) return true;
  if (cursor.takeWords('false')) return false;
  if (cursor.takeWords('null')) return null;
  throw cursor.unexpected(said`a number, a text in single quotes, TRUE, FALSE or NULL`);
}
