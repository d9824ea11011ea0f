import type { CsvDialect } from '../format/dialect.ts';
import type { FieldRequest, RecordBlock } from '../format/record.ts';
import { faultReason } from '../faultReason.ts';
import type { Origin } from './predicate/selector.ts';
import type { Value } from './value/value.ts';
import type { Column, Name, Step } from './syntax/tree.ts';

/** What a query's names stand for in a file. */
export type Layout =
  | { readonly format: 'json' }
  | ({ readonly format: 'csv' } & Pick<CsvDialect, 'columns' | 'quote' | 'escape'>);

/** What is known of a record besides its fields. */
export type RecordAttribute = '_record' | '_line' | '_offset' | '_error';

export const recordAttributes: ReadonlySet<string> = new Set(['_record', '_line', '_offset', '_error']);

/** Where a column's value comes from, and the steps that are still to be taken inside it. */
export type Place =
  | { readonly kind: 'attribute'; readonly attribute: RecordAttribute; readonly rest: readonly Step[] }
  | { readonly kind: 'field'; readonly path: FieldRequest['path']; readonly rest: readonly Step[] }
  | { readonly kind: 'nothing' };

export function placeOf(column: Column, layout: Layout): Place {
  const { first, rest } = column;
  if (!first.quoted && recordAttributes.has(first.name)) {
    return { kind: 'attribute', attribute: first.name as RecordAttribute, rest };
  }
  if (layout.format === 'json') return { kind: 'field', path: [first, ...rest].map(keyOf), rest: [] };
  const place = columnPlace([first, ...rest], layout.columns);
  return place === undefined ? { kind: 'nothing' } : { kind: 'field', path: [place.index], rest: place.rest };
}

function keyOf(step: Step): string | number {
  return 'index' in step ? step.index : step.name;
}

/** The longest run of names that together are a column, and the steps that are left. */
export function columnPlace(
  steps: readonly Step[],
  columns: readonly string[],
): { readonly index: number; readonly rest: readonly Step[] } | undefined {
  const keys = steps.findIndex((step) => 'index' in step);
  for (let length = keys === -1 ? steps.length : keys; length > 0; length--) {
    const name = steps
      .slice(0, length)
      .map((step) => (step as Name).name)
      .join('.');
    const index = columnIndex(name, columns);
    if (index !== -1) return { index, rest: steps.slice(length) };
  }
  return undefined;
}

/** By the exact name, else by the only one that is the same in another letter case; -1 where there is none. */
export function columnIndex(name: string, columns: readonly string[]): number {
  const exact = columns.indexOf(name);
  if (exact !== -1) return exact;
  const lower = name.toLowerCase();
  const found = columns.findIndex((column) => column.toLowerCase() === lower);
  return found === columns.findLastIndex((column) => column.toLowerCase() === lower) ? found : -1;
}

export function attributeOf(
  attribute: RecordAttribute,
  block: RecordBlock,
  record: number,
  origin: Origin,
): Value {
  switch (attribute) {
    case '_record':
      return origin.record + record + 1;
    case '_line':
      return origin.line + block.lines[record] + 1;
    case '_offset':
      return block.offset + block.starts[record];
    case '_error':
      return block.faults[record] === 0 ? null : faultReason(block.faults[record]);
  }
}
