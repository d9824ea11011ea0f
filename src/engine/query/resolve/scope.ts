import { type Said, said } from '../../../said/said.ts';
import type { FieldRequest } from '../../format/record.ts';
import { columnPlace, longestNamed, type Layout } from '../layout.ts';
import { recordAttributes, type RecordAttribute } from '../recordAttribute.ts';
import type { Column, Step } from '../syntax/tree.ts';
import { valueName } from '../write.ts';
import type { ColumnPart, MemberEdit, OpenPart, Part } from './part.ts';
import { namesOf, passedOn, type PartNames } from './partNames.ts';
import type { Slot, SlotTable } from './slot.ts';

/** What a column of a query stands for at some point of the pipeline. */
export interface Binding {
  readonly slot: number;
  /** What is still to be taken from inside the slot's value. */
  readonly rest: readonly (string | number)[];
}

/** The rows' columns in order, and what can still be asked of the records they come from. */
export interface Scope {
  readonly parts: readonly Part[];
  readonly aliases: ReadonlySet<string>;
  /** Whether every row still comes from one record, so that _line and its like are known. */
  readonly ofRecord: boolean;
  /** Of groups, the columns of the rows that they were made of. */
  readonly grouped?: readonly Part[] | undefined;
}

/** What to do about a column of rows that have become groups. */
export function notOfGroups(label: string): Said {
  return said`${label} must be in an aggregate or in GROUP BY; write any_value(${label}), or add ${label} to GROUP BY`;
}

export function initialScope(layout: Layout): Scope {
  const fields: Part[] =
    layout.names === 'paths'
      ? [{ kind: 'open', slot: 'record', edits: [] }]
      : layout.columns.map((name, index) => ({ kind: 'column', name, slot: { path: [index] } }));
  const parts = withName(withPartitions(fields, layout.partitions ?? []), layout.named);
  return { parts, aliases: new Set(), ofRecord: true };
}

/** With the columns that folders are called after: in the place of a column that has the name, else at the end. */
function withPartitions(fields: Part[], partitions: readonly string[]): Part[] {
  const parts = [...fields];
  const drops: MemberEdit[] = [];
  for (const [partition, name] of partitions.entries()) {
    const column: ColumnPart = { kind: 'column', name, slot: { partition } };
    const at = parts.findIndex((part) => part.kind === 'column' && part.name === name);
    if (at === -1) parts.push(column);
    else parts[at] = column;
    drops.push({ path: [name], action: { kind: 'drop' } });
  }
  return parts.map((part) => (part.kind === 'open' ? { ...part, edits: [...part.edits, ...drops] } : part));
}

/** With the column of the records' names ahead of all. */
function withName(parts: readonly Part[], name: string | undefined): readonly Part[] {
  if (name === undefined) return parts;
  const drop: MemberEdit = { path: [name], action: { kind: 'drop' } };
  const others = parts.map((part) =>
    part.kind === 'open' ? { ...part, edits: [...part.edits, drop] } : part,
  );
  return [{ kind: 'column', name, slot: { path: [name] } }, ...others];
}

/** Where a column was found; `path` where it is a field of the record. */
export interface Found {
  readonly binding: Binding;
  readonly path: FieldRequest['path'] | undefined;
}

/** Undefined where the rows have no such column. */
export function findColumn(
  column: Column,
  scope: Scope,
  table: SlotTable,
  numeric: boolean,
): Found | undefined {
  const { first, rest } = column;
  if (!first.quoted && recordAttributes.has(first.name) && !isGiven(first.name, scope)) {
    if (!scope.ofRecord) return undefined;
    const attribute = first.name as RecordAttribute;
    table.named.add(attribute);
    const slot = table.attribute(attribute);
    return { binding: { slot, rest: rest.map(keyOf) }, path: undefined };
  }
  const steps = [first, ...rest];
  // Only one of these is asked: what is looked for becomes a field that the scan reads.
  const direct = (): Found | undefined => findSteps(steps, scope, table, numeric);
  const isAliased = scope.aliases.has(first.name) && rest.length > 0;
  if (!isAliased) return direct();
  // A column that the rows are known to have comes before the name of the file; an unknown member does not.
  const named = findNamed(steps, scope, table, numeric);
  return named ?? findSteps(rest, scope, table, numeric) ?? direct();
}

/** Whether the query itself gives the name to a column: of two things that are called the same, it means its own. */
function isGiven(name: string, { parts }: Scope): boolean {
  return parts.some((part) => {
    if (part.kind === 'column')
      return part.name === name && (part.renamed === true || typeof part.slot === 'number');
    const last = part.edits.findLast(({ path, action }) =>
      action.kind === 'rename' ? action.name === name : path.length === 1 && path[0] === name,
    );
    return last !== undefined && last.action.kind !== 'drop';
  });
}

function findSteps(
  steps: readonly Step[],
  scope: Scope,
  table: SlotTable,
  numeric: boolean,
): Found | undefined {
  const named = findNamed(steps, scope, table, numeric);
  if (named !== undefined) return named;
  const open = scope.parts.find((part) => part.kind === 'open');
  return open && findMember(steps, open, table, numeric);
}

/** The longest run of steps that together are the name of a column. */
function findNamed(
  steps: readonly Step[],
  scope: Scope,
  table: SlotTable,
  numeric: boolean,
): Found | undefined {
  const names = namesOf(scope.parts);
  const place = rowPlace(steps, names, table) ?? longestNamed(steps, (name) => names.find(name));
  if (place === undefined) return undefined;
  const { found: column } = place;
  // Beside members that are not known by name, letter case decides which of them is meant.
  const written = steps
    .slice(0, steps.length - place.rest.length)
    .map(keyOf)
    .join('.');
  if (column.name !== written && names.hasOpen) return undefined;
  const path = typeof column.slot === 'object' && 'path' in column.slot ? column.slot.path : undefined;
  const slot = slotOf(column, table, numeric && place.rest.length === 0);
  return { binding: { slot, rest: stepsInside(place.rest, table.slots[slot]) }, path };
}

/**
 * What stands behind the name of a JOIN's other file is of that file, as it is in ON, and also where another column is
 * called by both.
 */
function rowPlace(
  steps: readonly Step[],
  names: PartNames,
  table: SlotTable,
): ReturnType<typeof longestNamed<ColumnPart>> {
  const [first, ...rest] = steps;
  if (rest.length === 0 || !('name' in first)) return undefined;
  const column = names
    .named(first.name)
    .find(({ slot }) => typeof slot === 'number' && table.slots[slot].rowsOf !== undefined);
  return column && { found: column, rest };
}

/** The keys that lead to a value inside that of a slot; the name of a table's column is one, dots and all. */
function stepsInside(steps: readonly Step[], { rowsOf }: Slot): (string | number)[] {
  const layout = rowsOf?.layout;
  const place = layout?.names === 'columns' ? columnPlace(steps, layout.columns) : undefined;
  if (layout?.names !== 'columns' || place === undefined) return steps.map(keyOf);
  return [layout.columns[place.index], ...place.rest.map(keyOf)];
}

export function slotOf(column: ColumnPart, table: SlotTable, numeric: boolean): number {
  if (typeof column.slot === 'object')
    return 'path' in column.slot
      ? table.field(column.slot.path, numeric)
      : table.partition(column.slot.partition);
  if (numeric) table.askNumbers(column.slot);
  return column.slot;
}

function keyOf(step: Step): string | number {
  return 'index' in step ? step.index : step.name;
}

function findMember(
  steps: readonly Step[],
  open: OpenPart,
  table: SlotTable,
  numeric: boolean,
): Found | undefined {
  let path = steps.map(keyOf);
  for (const { path: edited, action } of open.edits.toReversed()) {
    if (action.kind === 'rename') {
      if (path[0] === action.name) path = [...edited, ...path.slice(1)];
      else if (beginsWith(path, edited)) return undefined;
    } else if (beginsWith(path, edited)) {
      if (action.kind === 'drop') return undefined;
      const rest = path.slice(edited.length);
      if (numeric && rest.length === 0) table.askNumbers(action.slot);
      return { binding: { slot: action.slot, rest }, path: undefined };
    }
  }
  // What the record is called as a column of its own: its members lead on from itself.
  if (path[0] === valueName && !isQuoted(steps[0])) path = path.slice(1);
  if (open.slot !== 'record') return { binding: { slot: open.slot, rest: path }, path: undefined };
  return { binding: { slot: table.field(path, numeric), rest: [] }, path };
}

function isQuoted(step: Step): boolean {
  return 'name' in step && step.quoted;
}

function beginsWith(path: readonly (string | number)[], start: readonly string[]): boolean {
  return start.length <= path.length && start.every((key, at) => key === path[at]);
}

/** Names that can be suggested: those of the columns, where the rows have no unknown ones. */
export function namesIn(scope: Scope): string[] {
  return scope.parts.flatMap((part) => (part.kind === 'column' ? [part.name] : []));
}

/** The scope with a column more at the end; one of the same name gives way. */
export function withColumn(scope: Scope, name: string, slot: number): Scope {
  const { parts } = withoutName(scope, [name]);
  const column: ColumnPart = { kind: 'column', name, slot };
  return { ...scope, parts: passedOn(parts, [...parts, column], [], [column]) };
}

/** The scope without what the path names; of an object that is not known, the member is left out when it is written. */
export function withoutName(scope: Scope, path: readonly string[]): Scope {
  const column = columnNamed(scope, path);
  return column ? without(scope, column) : edited(scope, { path, action: { kind: 'drop' } });
}

/** The parts without columns and members of some names. */
export function withoutNames(parts: readonly Part[], names: readonly string[]): Part[] {
  const drops = names.map((name): MemberEdit => ({ path: [name], action: { kind: 'drop' } }));
  return parts
    .filter((part) => part.kind === 'open' || !names.includes(part.name))
    .map((part) => (part.kind === 'open' ? { ...part, edits: [...part.edits, ...drops] } : part));
}

/** The scope with another column in the place of one; at the end where there was none. */
export function withReplaced(scope: Scope, path: readonly string[], slot: number): Scope {
  const column = columnNamed(scope, path);
  if (column !== undefined) return withInstead(scope, column, { kind: 'column', name: column.name, slot });
  return namesOf(scope.parts).hasOpen
    ? edited(scope, { path, action: { kind: 'replace', slot } })
    : withColumn(scope, path.join('.'), slot);
}

/** The scope with another column in the place of one; a member of a member becomes a column of its own. */
export function withInPlace(scope: Scope, path: readonly string[], slot: number): Scope {
  const isMember = path.length > 1 && columnNamed(scope, path) === undefined;
  return isMember
    ? withColumn(withoutName(scope, path), path.join('.'), slot)
    : withReplaced(scope, path, slot);
}

export function withRenamed(scope: Scope, path: readonly string[], name: string): Scope {
  const column = columnNamed(scope, path);
  const others = namesOf(scope.parts)
    .named(name)
    .filter((other) => other !== column);
  if (column === undefined)
    return edited(others.slice(0, 1).reduce(without, scope), { path, action: { kind: 'rename', name } });
  return withInstead(others.reduce(without, scope), column, { ...column, name, renamed: true });
}

function without(scope: Scope, column: ColumnPart): Scope {
  const parts = scope.parts.toSpliced(scope.parts.indexOf(column), 1);
  return { ...scope, parts: passedOn(scope.parts, parts, [column], []) };
}

function withInstead(scope: Scope, column: ColumnPart, other: ColumnPart): Scope {
  const parts = scope.parts.with(scope.parts.indexOf(column), other);
  return { ...scope, parts: passedOn(scope.parts, parts, [column], [other]) };
}

/** The column that a path names as a whole; undefined where it is none, or a member of an unknown object. */
export function columnNamed(scope: Scope, path: readonly string[]): ColumnPart | undefined {
  const names = namesOf(scope.parts);
  const name = path.join('.');
  return names.hasOpen ? names.named(name).at(0) : names.find(name);
}

function edited(scope: Scope, edit: MemberEdit): Scope {
  if (!namesOf(scope.parts).hasOpen) return scope;
  const parts = scope.parts.map((part) =>
    part.kind === 'open' ? { ...part, edits: [...part.edits, edit] } : part,
  );
  return { ...scope, parts: passedOn(scope.parts, parts, [], []) };
}

/** Of columns with one name, the later ones get a number. */
export function uniqueNames(parts: readonly Part[]): Part[] {
  const taken = new Set<string>();
  return parts.map((part) => {
    if (part.kind === 'open') return part;
    let { name } = part;
    for (let copy = 2; taken.has(name); copy++) name = `${part.name}_${copy}`;
    taken.add(name);
    return { ...part, name };
  });
}
