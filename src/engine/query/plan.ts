import type { FieldRequest, Needle } from '../format/record.ts';
import type { Layout } from './layout.ts';
import type { RecordAttribute } from './recordAttribute.ts';
import { expressionsOf, isLocalKind, keepsRows, resolve } from './operator/operators.ts';
import type { JoinUse } from './operator/join.ts';
import { FieldList } from './predicate/fields.ts';
import { fileCondition, type FileCondition } from './predicate/files.ts';
import { compilePredicate, type Condition, type Predicate } from './predicate/predicate.ts';
import type { ZoneCondition } from './predicate/zones.ts';
import { Inliner } from './resolve/inline.ts';
import { readsOf } from './recordReads.ts';
import { Resolver } from './resolve/resolve.ts';
import { initialScope } from './resolve/scope.ts';
import { SlotTable, type Slot } from './resolve/slot.ts';
import type { Bound, Output, Step } from './resolve/step.ts';
import type { Operator, Query } from './syntax/tree.ts';
import { someExpression } from './syntax/walk.ts';

/** A query made ready for a file of a layout. It holds scratch memory: one plan a thread. */
export interface Plan {
  /**
   * All conditions that can be asked of a record before anything is computed; undefined where there is none, and
   * then records that cannot be read are to be left out.
   */
  readonly where: Predicate | undefined;
  /** What kinds of operators `where` carries out, in order. */
  readonly conditions: readonly ('where' | 'tablesample')[];
  /** The operators that `where` does not carry out. */
  readonly operators: readonly Operator[];
  /** Of each of `operators`, how many of `steps` it is. */
  readonly stepCounts: readonly number[];
  /** What the stages do with the records that `where` takes, in order. */
  readonly steps: readonly Step[];
  /**
   * `records`: every row is a whole record as it stands; there are no steps but limits. `rows`: every row comes
   * from one record that `where` takes, and can be computed from it alone; the steps compute and limit.
   * `table`: anything else.
   */
  readonly shape: 'records' | 'rows' | 'table';
  /** The columns of the rows. Empty for `records`. */
  readonly output: Output;
  /**
   * The same with the bytes of the records as the only column. Undefined where rows are no records as they stand,
   * and where `output` has them as they stand: JSON records of which none is malformed.
   */
  readonly asRecords: Plan | undefined;
  /** Slot of the byte at which the row's record begins; undefined where a row comes from no single record. */
  readonly offset: number | undefined;
  /** What a step's slots stand for. */
  readonly slots: readonly Slot[];
  readonly layout: Layout;
  /** What a scan must find for `where` and the steps; those of `where` come first. */
  readonly fields: readonly FieldRequest[];
  /** Whether malformed records take part. */
  readonly needsFaulty: boolean;
  /** Whether records take part that the file's schema does not allow. */
  readonly needsViolations: boolean;
  /** Whether the numbers of records and lines must be known. */
  readonly needsPosition: boolean;
  /** Whether it reads where in which file a record begins. */
  readonly needsPlaces: boolean;
  /** Whether it reads where among the bytes of all files a record begins. */
  readonly needsOffsets: boolean;
  /** Whether a file may hold a record that `where` takes; undefined where nothing is asked of files. */
  readonly files: FileCondition | undefined;
  /** Each of them holds for every record that `where` takes. */
  readonly zones: readonly ZoneCondition[];
  /** Every record that `where` takes has this text in its bytes. */
  readonly holding: Needle | undefined;
  /** Whether `where` asks nothing of a record but its fields and its number. */
  readonly whereFieldsOnly: boolean;
}

/** @param joined see `Resolver`; what is read of the records, and in which slots, is the same whatever it says */
export function planQuery(query: Query, layout: Layout, joined: readonly Layout[] = []): Plan {
  const reads = readsOf(query, layout, joined);
  const names = (...attributes: RecordAttribute[]): boolean =>
    attributes.some((attribute) => reads.attributes.has(attribute));
  const needsFaulty = names('_error');
  const split = splitOperators(query.operators, layout);
  const fields = new FieldList();
  const compiled =
    split.conditions.length === 0
      ? undefined
      : compilePredicate(split.conditions, layout, fields, needsFaulty);

  // The fields of the conditions must come first, so the rest is resolved anew with their list.
  const table = new SlotTable(fields, layout);
  const hooks = { unknown: () => undefined };
  const resolver = new Resolver(initialScope(layout), table, hooks, joined);
  const { steps } = resolver;
  const stepCounts = split.operators.map((operator) => {
    const before = steps.length;
    resolve(operator, resolver);
    return steps.length - before;
  });
  const isRecords = split.operators.every((operator) => operator.kind === 'limit' || operator.kind === 'as');
  // Of a malformed record nothing but its bytes is left.
  // What folders say of records is not in their bytes.
  const isInBytes = layout.names === 'columns' && layout.partitions === undefined;
  const needsBytes = isInBytes || needsFaulty;
  const whole = needsBytes && !isRecords && split.operators.every(keepsRows);
  const asked = fields.requests();
  const bytes: Output = whole ? [{ kind: 'column', name: '', slot: table.bytes() }] : [];
  const output = isRecords ? [] : resolver.output();
  const plan: Plan = {
    where: compiled?.predicate,
    conditions: split.conditions.map(({ kind }) => (kind === 'sample' ? 'tablesample' : 'where')),
    operators: split.operators,
    stepCounts,
    steps: withUses(withTop(steps), output),
    shape: isRecords ? 'records' : split.isLocal ? 'rows' : 'table',
    output,
    offset: !isRecords && resolver.scope.ofRecord ? table.attribute('_offset') : undefined,
    slots: table.slots,
    layout,
    fields: fields.requests(),
    needsFaulty,
    needsViolations: names('_violation'),
    needsPosition: names('_record', '_line'),
    needsPlaces:
      reads.partitions ||
      table.slots.some(({ source }) => source.kind === 'partition') ||
      names('_offset', '_file', '_file_offset'),
    needsOffsets: names('_offset'),
    files: fileCondition(split.conditions, layout),
    zones: compiled?.zones ?? [],
    holding: compiled?.holding,
    whereFieldsOnly: compiled?.fieldsOnly ?? true,
    asRecords: undefined,
  };
  return whole ? { ...plan, asRecords: { ...plan, output: bytes, fields: asked } } : plan;
}

/** LIMIT up to which the rows that it needs of a sort are kept in memory. */
const maxTop = 50_000;

/** The steps with sorts of which a LIMIT needs only some rows. */
function withTop(steps: readonly Step[]): Step[] {
  return steps.map((step, at) => {
    const next = steps.at(at + 1);
    if (step.kind !== 'sort' || next?.kind !== 'limit') return step;
    const count = next.count + next.offset;
    return count <= maxTop ? { ...step, kind: 'top', count } : step;
  });
}

/** The steps with what is read of the rows that a JOIN puts in. */
function withUses(steps: readonly Step[], output: Output): Step[] {
  return steps.map((step) => {
    if (step.kind !== 'join') return step;
    const { slot } = step;
    const uses: JoinUse[] = [];
    let whole = output.some(
      (part) =>
        part.slot === slot ||
        (part.kind === 'open' &&
          part.edits.some(({ action }) => action.kind === 'replace' && action.slot === slot)),
    );
    for (const other of steps) {
      for (const bound of boundsOf(other)) {
        for (const [column, binding] of bound.columns) {
          if (binding.slot !== slot) continue;
          uses.push({ column, path: binding.rest });
          if (typeof binding.rest.at(0) !== 'string') whole = true;
        }
      }
      if ('output' in other && other.output.some((part) => part.slot === slot)) whole = true;
    }
    return { ...step, uses, whole };
  });
}

function boundsOf(step: Step): readonly Bound[] {
  if (step.kind === 'join') return [step.bound, step.conditionBound];
  return 'bound' in step ? [step.bound] : [];
}

interface Split {
  readonly conditions: readonly Condition[];
  readonly operators: readonly Operator[];
  /** Whether every row that is left can be computed from its record alone. */
  readonly isLocal: boolean;
}

/**
 * Takes the conditions out of the operators that look at one record at a time, written as conditions on the
 * record. It ends at the first LIMIT for conditions: those behind it are asked of other rows.
 */
function splitOperators(all: readonly Operator[], layout: Layout): Split {
  const table = new SlotTable(new FieldList(), layout);
  const resolver = new Resolver(initialScope(layout), table, { unknown: () => undefined });
  const inliner = new Inliner(layout, table);
  const conditions: Condition[] = [];
  const operators: Operator[] = [];
  let limited = false;
  for (const [at, operator] of all.entries()) {
    const stop = (): Split => ({ conditions, operators: [...operators, ...all.slice(at)], isLocal: false });
    if (!isLocal(operator)) return stop();
    if (limited && (operator.kind === 'where' || operator.kind === 'tablesample')) return stop();
    if (operator.kind === 'tablesample') {
      conditions.push({ kind: 'sample', percent: operator.size, seed: operator.seed ?? 0 });
      continue;
    }
    const from = resolver.steps.length;
    resolve(operator, resolver);
    const made = resolver.steps.slice(from);
    if (made.some((step) => step.kind === 'compute' && !inliner.define(step.items, step.bound)))
      return stop();
    const where = made.find((step) => step.kind === 'where');
    const condition = where && inliner.inline(where.condition, where.bound);
    if (where !== undefined && condition === undefined) return stop();
    if (condition === undefined) operators.push(operator);
    else conditions.push({ kind: 'expression', expression: condition });
    limited ||= operator.kind === 'limit';
  }
  return { conditions, operators, isLocal: true };
}

function isLocal(operator: Operator): boolean {
  if (operator.kind === 'tablesample') return operator.unit === 'percent';
  return (
    isLocalKind(operator) &&
    !expressionsOf(operator).some(({ expression }) =>
      someExpression(expression, (node) => node.kind === 'call' && node.over !== undefined),
    )
  );
}

/** Whether a query asks what a schema does not allow of records. */
export function asksForViolations(query: Query): boolean {
  // How the file is laid out decides nothing about this name.
  return readsOf(query, { names: 'paths' }).attributes.has('_violation');
}
