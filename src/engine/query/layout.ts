import { english } from '../../said/said.ts';
import type { CellReading } from '../format/csv/cellReading.ts';
import { timesInside, type CellNature } from './cell.ts';
import type { Layout, TableCell } from '../format/layout.ts';
import type { FieldRequest, RecordBlock } from '../format/record.ts';
import { lineOf, numberOf, offsetInFile, offsetOf, pathOf, reasonIn } from '../format/recordBlocks.ts';
import type { Origin } from './predicate/selector.ts';
import type { Violation } from '../violation.ts';
import { recordAttributes, type RecordAttribute } from './recordAttribute.ts';
import { JsonObject } from './value/json.ts';
import type { Value } from './value/value.ts';
import type { Column, Name, Step } from './syntax/tree.ts';
import { valueName } from './write.ts';

export type { Layout };

/** Whether a name is no field of the record: an attribute of it, or its value as a whole. */
export function isOfRecord({ name, quoted }: Name): boolean {
  return !quoted && (recordAttributes.has(name) || name === valueName);
}

/** Where a column's value comes from, and the steps that are still to be taken inside it. */
export type Place =
  | { readonly kind: 'attribute'; readonly attribute: RecordAttribute; readonly rest: readonly Step[] }
  | { readonly kind: 'partition'; readonly partition: number; readonly rest: readonly Step[] }
  | { readonly kind: 'field'; readonly path: FieldRequest['path']; readonly rest: readonly Step[] }
  | { readonly kind: 'nothing' };

export function placeOf(column: Column, layout: Layout): Place {
  const { first, rest } = column;
  if (!first.quoted && recordAttributes.has(first.name)) {
    return { kind: 'attribute', attribute: first.name as RecordAttribute, rest };
  }
  const steps = [first, ...rest];
  const { partitions = [] } = layout;
  if (layout.names === 'paths') {
    const partition = partitions.indexOf(first.name);
    return partition === -1
      ? { kind: 'field', path: memberPath(steps), rest: [] }
      : { kind: 'partition', partition, rest };
  }
  // Columns that a partition column goes before keep their place, and have no name.
  const columns = partitions.length === 0 ? layout.columns : namesBeside(layout.columns, partitions);
  const place = columnPlace(steps, columns);
  if (place !== undefined && place.index >= layout.columns.length)
    return { kind: 'partition', partition: place.index - layout.columns.length, rest: place.rest };
  return place === undefined ? { kind: 'nothing' } : { kind: 'field', path: [place.index], rest: place.rest };
}

/** Keys and indices from the top of a record: none where the record's own value is meant. */
function memberPath(steps: readonly Step[]): (string | number)[] {
  return (isValue(steps.at(0)) ? steps.slice(1) : steps).map(keyOf);
}

function isValue(step: Step | undefined): boolean {
  return step !== undefined && 'name' in step && !step.quoted && step.name === valueName;
}

function keyOf(step: Step): string | number {
  return 'index' in step ? step.index : step.name;
}

/** How a field is written, where that is not how the language writes numbers and times. */
export function readingOf(path: FieldRequest['path'], layout: Layout): CellReading | undefined {
  if (layout.names === 'paths') return cellAt(path, layout.cells)?.reading;
  const [column] = path;
  return typeof column === 'number' ? layout.readings?.at(column) : undefined;
}

/** What the texts of a field are. */
export function natureOf(path: FieldRequest['path'], layout: Layout): CellNature {
  if (layout.names === 'columns') return { loose: true, reading: readingOf(path, layout) };
  const cell = cellAt(path, layout.cells);
  return { loose: cell !== undefined, reading: cell?.reading, times: path.reduce(timesInside, layout.times) };
}

const cellsByPath = new WeakMap<readonly TableCell[], ReadonlyMap<string, TableCell>>();

function cellAt(path: FieldRequest['path'], cells: readonly TableCell[] | undefined): TableCell | undefined {
  if (cells === undefined) return undefined;
  let known = cellsByPath.get(cells);
  if (known === undefined) {
    known = new Map(cells.map((cell) => [JSON.stringify(cell.path), cell]));
    cellsByPath.set(cells, known);
  }
  return known.get(JSON.stringify(path));
}

/** The longest run of names that together are a column, and the steps that are left. */
export function columnPlace(
  steps: readonly Step[],
  columns: readonly (string | undefined)[],
): { readonly index: number; readonly rest: readonly Step[] } | undefined {
  const place = longestNamed(steps, (name) => {
    const index = columnIndex(name, columns);
    return index === -1 ? undefined : index;
  });
  return place && { index: place.found, rest: place.rest };
}

/** What the longest run of names is that together are one, and the steps that are left. */
export function longestNamed<T>(
  steps: readonly Step[],
  find: (name: string) => T | undefined,
): { readonly found: T; readonly rest: readonly Step[] } | undefined {
  const keys = steps.findIndex((step) => 'index' in step);
  for (let length = keys === -1 ? steps.length : keys; length > 0; length--) {
    const found = find(steps.slice(0, length).map(keyOf).join('.'));
    if (found !== undefined) return { found, rest: steps.slice(length) };
  }
  return undefined;
}

/** By the exact name, else by the only one that is the same in another letter case; -1 where there is none. */
export function columnIndex(name: string, columns: readonly (string | undefined)[]): number {
  const { exact, folded } = indexOf(columns);
  return exact.get(name) ?? folded.get(name.toLowerCase()) ?? -1;
}

const namesWithPartitions = new WeakMap<readonly string[], readonly (string | undefined)[]>();

/** The names of fields, and behind them those of partition columns; undefined: another name than any. */
function namesBeside(
  fields: readonly string[],
  partitions: readonly string[],
): readonly (string | undefined)[] {
  const known = namesWithPartitions.get(partitions);
  if (known !== undefined) return known;
  const names = [...fields.map((name) => (partitions.includes(name) ? undefined : name)), ...partitions];
  namesWithPartitions.set(partitions, names);
  return names;
}

interface NameIndex {
  readonly exact: ReadonlyMap<string, number>;
  /** -1 for what several columns are called but for letter case. */
  readonly folded: ReadonlyMap<string, number>;
}

/** A wide table's names are looked up once for each name that a query holds. */
const nameIndices = new WeakMap<readonly (string | undefined)[], NameIndex>();

function indexOf(columns: readonly (string | undefined)[]): NameIndex {
  const known = nameIndices.get(columns);
  if (known !== undefined) return known;
  const exact = new Map<string, number>();
  const folded = new Map<string, number>();
  for (const [index, column] of columns.entries()) {
    if (column === undefined) continue;
    if (!exact.has(column)) exact.set(column, index);
    const lower = column.toLowerCase();
    folded.set(lower, folded.has(lower) ? -1 : index);
  }
  nameIndices.set(columns, { exact, folded });
  return { exact, folded };
}

const violationValues = new WeakMap<readonly Violation[], JsonObject>();

/** The first thing that the schema does not allow of a record, with the places in the schema of all of them. */
function violationValue(violations: readonly Violation[]): JsonObject {
  const known = violationValues.get(violations);
  if (known) return known;
  const [{ path, rule, message }] = violations;
  const places = [...new Set(violations.map(({ key }) => key))];
  const value = new JsonObject(JSON.stringify({ path, rule, message: english(message), places }));
  // Records that are invalid alike share the list.
  violationValues.set(violations, value);
  return value;
}

export function attributeOf(
  attribute: RecordAttribute,
  block: RecordBlock,
  record: number,
  origin: Origin,
): Value {
  switch (attribute) {
    case '_record':
      return numberOf(block, record, origin.record) + 1;
    case '_line':
      return lineOf(block, record, origin.line) + 1;
    case '_offset':
      return offsetOf(block, record);
    case '_file':
      return pathOf(block, record) ?? null;
    case '_file_offset':
      return offsetInFile(block, record) ?? null;
    case '_error':
      return block.faults[record] === 0 ? null : reasonIn(block, record);
    case '_violation': {
      const violations = block.violations?.get(record) ?? [];
      return violations.length === 0 ? null : violationValue(violations);
    }
  }
}
