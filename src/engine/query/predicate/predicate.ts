import { isReadable } from '../../fault.ts';
import type { FieldRequest, Needle, RecordBlock } from '../../format/record.ts';
import { needleOf } from '../hits.ts';
import type { Layout } from '../layout.ts';
import type { Expression } from '../syntax/tree.ts';
import { PredicateCompiler, type Facts } from './compiler.ts';
import type { FieldList } from './fields.ts';
import { selectSample, type SampleCondition } from './sample.ts';
import { allOf, narrow, type Mark, type Select } from './selector.ts';
import type { ZoneCondition } from './zones.ts';

/** A condition over raw records. Keeps scratch memory: one thread, one call at a time. */
export interface Predicate {
  /** What a scan must find: the first fields of the scan's list, in this order. */
  readonly fields: readonly FieldRequest[];
  readonly select: Select;
  /** The same of all records of a block, where its columns can tell; those that cannot be read are left out. */
  readonly mark?: Mark | undefined;
}

/** One of the conditions that must all hold. */
export type Condition = { readonly kind: 'expression'; readonly expression: Expression } | SampleCondition;

export interface CompiledPredicate {
  readonly predicate: Predicate;
  readonly zones: readonly ZoneCondition[];
  /** A text that every record it takes holds in its bytes. */
  readonly holding: Needle | undefined;
  /** Whether nothing is asked of a record but its fields and its number. */
  readonly fieldsOnly: boolean;
}

/** @param withFaulty whether malformed records take part */
export function compilePredicate(
  conditions: readonly Condition[],
  layout: Layout,
  fields: FieldList,
  withFaulty: boolean,
): CompiledPredicate {
  const compiler = new PredicateCompiler(layout, fields);
  const { frame } = compiler.cells;
  const facts: Facts = { zones: [], texts: [] };
  const condition = allOf(
    conditions.map((part) =>
      part.kind === 'sample' ? selectSample(part) : compiler.selector(part.expression, true, facts),
    ),
  );
  const select: Select = (block, selection, count, origin) => {
    frame.block = block;
    frame.origin = origin;
    const readable = withFaulty || block.faulty === 0 ? count : dropUnreadable(block, selection, count);
    const marks = readable === block.count ? condition.mark?.(block) : undefined;
    return marks === undefined
      ? condition.select(block, selection, readable, origin)
      : narrow(marks, selection, readable);
  };
  const { zones, texts } = facts;
  // Zones need the values of all records.
  const holding = zones.length === 0 ? needleOf(texts, layout) : undefined;
  const fieldsOnly = !compiler.cells.asksRecords && !conditions.some(({ kind }) => kind === 'sample');
  const mark = withFaulty ? undefined : condition.mark && withoutUnreadable(condition.mark);
  const predicate = { fields: fields.requests(), select, mark };
  return { predicate, zones, holding, fieldsOnly };
}

/** The same as sets go: `dropUnreadable` of what is marked. */
function withoutUnreadable(mark: Mark): Mark {
  return (block) => {
    const marks = mark(block);
    if (block.faulty === 0 || marks === undefined || marks === false) return marks;
    if (marks === true) return undefined;
    for (let record = 0; record < block.count; record++) {
      if (block.faults[record] !== 0 && !isReadable(block.faults[record])) marks.remove(record);
    }
    return marks;
  };
}

/** Leaves out the records that cannot be read field by field. */
export function dropUnreadable(block: RecordBlock, selection: Uint32Array, count: number): number {
  let kept = 0;
  for (let i = 0; i < count; i++) {
    const record = selection[i];
    if (block.faults[record] === 0 || isReadable(block.faults[record])) {
      selection[kept++] = record;
    }
  }
  return kept;
}
