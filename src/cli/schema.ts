import type { CheckSummary } from '../protocol/schemaCheck.ts';
import { english } from '../said/said.ts';
import { cellTypesOf, describeCells } from '../engine/schema/cells.ts';
import { compiledSchema } from '../engine/schema/checker.ts';
import { loadSchema } from '../engine/schema/load.ts';
import type { SchemaSpec } from '../engine/schema/schemaSpec.ts';
import type { Layout } from '../engine/query/layout.ts';
import { counted, grouped, visible } from './message.ts';
import type { SchemaOptions } from './arguments/schemaOptions.ts';

/** Rules that are named on the terminal; the report has all violations. */
const mostRules = 20;

/** @throws SchemaError */
export async function openSchema(
  options: SchemaOptions | undefined,
  signal: AbortSignal,
  say: (text: string) => void,
): Promise<SchemaSpec | undefined> {
  if (options === undefined) return undefined;
  const schema = await loadSchema(options.schema, signal);
  // What is wrong with it is said before anything is read.
  const { notes } = await compiledSchema(schema, options.schema);
  for (const note of new Set(notes)) say(visible(`${options.schema}: ${note}`));
  return schema;
}

/** What the cells of a table are checked as; undefined where records have types of their own. */
export function cellsText(layout: Layout, schema: SchemaSpec): string | undefined {
  if (layout.names !== 'columns') return undefined;
  const described = describeCells(layout.columns, cellTypesOf(layout.columns, schema));
  const types = described === undefined ? 'text' : `${described}; text in all others`;
  return visible(`Cells are checked as ${types}. Empty cells are missing.`);
}

/** `1,000 records checked, 3 invalid` and the rules that they break. */
export function checkText(
  { records, invalid, rules }: CheckSummary,
  { report, invalid: target }: SchemaOptions,
): string {
  const places = [
    ...(target === undefined ? [] : [`in ${target}`]),
    ...(report === undefined ? [] : [`reported in ${report}`]),
  ];
  const where = places.length === 0 ? '' : ` (${places.join(', ')})`;
  const shown = rules.slice(0, mostRules);
  const numbers = shown.map((rule) => grouped(rule.records));
  const width = Math.max(0, ...numbers.map(({ length }) => length));
  const lines = shown.map(({ path, rule, message }, at) => {
    const place = path === '' ? '' : `${path.replaceAll(/\/\d+(?=\/|$)/g, '/*')} `;
    return `  ${numbers[at].padStart(width)}  ${place}${english(message)} (${rule})`;
  });
  if (rules.length > mostRules) lines.push(`  and ${counted(rules.length - mostRules, 'more rule')}`);
  return visibleLines([
    `${counted(records, 'record')} checked, ${grouped(invalid)} invalid${where}${rules.length > 0 ? ':' : ''}`,
    ...lines,
  ]);
}

function visibleLines(lines: readonly string[]): string {
  return lines.map(visible).join('\n');
}
