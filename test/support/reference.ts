import {
  aggregates,
  scalarFunctions,
  windowFunctions,
  type ScalarFunction,
} from '../../src/engine/query/function/index.ts';
import { functionSynonyms } from '../../src/engine/query/syntax/synonym.ts';
import { english, type Said } from '../../src/said/said.ts';
import { castTypes } from '../../src/engine/query/syntax/castType.ts';
import { pipeOperators } from '../../src/engine/query/operator/operators.ts';

/** The tables of the language reference, by the name of the mark that they stand behind. */
const tables = new Map<string, () => string>([
  [
    'operators',
    () =>
      table(
        ['Operator', ''],
        pipeOperators.map(({ form, summary }) => [code(form), english(summary)]),
      ),
  ],
  ['text functions', () => functionTable('text')],
  ['number functions', () => functionTable('number')],
  ['time functions', () => functionTable('time')],
  ['other functions', () => functionTable('any', 'list', 'json')],
  ['aggregates', () => calls(aggregates.values())],
  ['window functions', () => calls(windowFunctions.values())],
  ['types', typeTable],
]);

/** The page with every table between `<!-- name -->` and `<!-- end -->` written anew. */
export function fillReference(page: string): string {
  return page.replace(/<!-- ([a-z ]+) -->\n[^]*?<!-- end -->/g, (block, name: string) => {
    const write = tables.get(name);
    return write === undefined ? block : `<!-- ${name} -->\n\n${write()}\n\n<!-- end -->`;
  });
}

function functionTable(...groups: readonly ScalarFunction['group'][]): string {
  const rows = [...scalarFunctions.values()]
    .filter(({ group }) => groups.includes(group))
    .map(({ name, signature, summary, example: [call, result] }) => [
      code(signature),
      withSynonyms(name, english(summary)),
      code(`${call} = ${result}`),
    ]);
  return table(['Function', '', 'Example'], rows);
}

function calls(entries: Iterable<{ name: string; signature: string; summary: Said }>): string {
  return table(
    ['Function', ''],
    Array.from(entries, ({ name, signature, summary }) => [
      code(signature),
      withSynonyms(name, english(summary)),
    ]),
  );
}

function withSynonyms(name: string, summary: string): string {
  const others = [...functionSynonyms].filter(([, of]) => of === name).map(([other]) => code(other));
  return others.length === 0 ? summary : `${summary} Also written ${others.join(', ')}.`;
}

function typeTable(): string {
  const names = new Map<string, string[]>();
  for (const [name, type] of castTypes) names.set(type, [...(names.get(type) ?? []), name]);
  return table(
    ['Type', 'Also written'],
    Array.from(names, ([type, all]) => [
      code(type),
      all
        .filter((name) => name !== type)
        .map(code)
        .join(', '),
    ]),
  );
}

/** Aligned as Prettier leaves it. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [head, ...rows.map((row) => row.map((cell) => cell.replaceAll('|', '\\|')))];
  const widths = head.map((_, at) => Math.max(3, ...all.map((row) => row[at].length)));
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, at) => cell.padEnd(widths[at])).join(' | ')} |`;
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  return [line(all[0]), rule, ...all.slice(1).map(line)].join('\n');
}

function code(text: string): string {
  return `\`${text}\``;
}
