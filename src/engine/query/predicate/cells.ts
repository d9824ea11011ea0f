import { RecordBlock, type FieldRequest } from '../../format/record.ts';
import { partitionOf } from '../../format/recordBlocks.ts';
import { isTime, timesInside, type CellNature } from '../cell.ts';
import { compileExpression, elementOf, type Compiled, type Environment } from '../evaluate.ts';
import { fieldValue, unescapeOf, type Unescape } from '../fieldText.ts';
import { attributeOf, natureOf, placeOf, readingOf, type Layout } from '../layout.ts';
import type { Expression } from '../syntax/tree.ts';
import { truthOf } from '../value/compare.ts';
import { readTime } from '../value/time.ts';
import type { Value } from '../value/value.ts';
import type { FieldList } from './fields.ts';
import type { AcceptsValue, Origin, ReadValue } from './selector.ts';

/** Where a compiled condition finds the block that it is asked about. */
interface Frame {
  block: RecordBlock;
  origin: Origin;
}

const noBlock = RecordBlock.owned({
  bytes: new Uint8Array(0),
  offset: 0,
  count: 0,
  starts: new Uint32Array(0),
  ends: new Uint32Array(0),
  lines: new Uint32Array(0),
  faults: new Uint8Array(0),
  faultAt: new Uint32Array(0),
  faulty: 0,
  lineCount: 0,
  next: 0,
  incomplete: false,
  fields: [],
});

/** What an expression reads of a record. */
export interface Reads {
  readonly fields: Set<number>;
  /** Whether it reads anything else. */
  more: boolean;
}

/** The cells of the records that a condition is asked about: where they are, and how their values are read. */
export class RecordCells {
  readonly frame: Frame = { block: noBlock, origin: { record: 0, line: 0 } };
  readonly unescape: Unescape;
  readonly #layout: Layout;
  readonly #fields: FieldList;
  readonly #environment: Environment;
  /** Whether something was compiled that reads more of a record than its fields and its number. */
  asksRecords = false;
  /** What the expression that is being compiled reads of a record. */
  #read: Reads = { fields: new Set(), more: false };

  constructor(layout: Layout, fields: FieldList) {
    this.#layout = layout;
    this.#fields = fields;
    this.unescape = unescapeOf(layout);
    this.#environment = { column: (node) => this.#compileColumn(node) };
  }

  /** An expression over the records of the frame's block, and what it reads of them. */
  compile(node: Expression): { readonly evaluate: Compiled['evaluate']; readonly reads: Reads } {
    const reads: Reads = { fields: new Set(), more: false };
    this.#read = reads;
    const { evaluate } = compileExpression(node, this.#environment);
    return { evaluate, reads };
  }

  /** Where the operand is a field with nothing around it. */
  pathOf(node: Expression): FieldRequest['path'] | undefined {
    if (node.kind !== 'column') return undefined;
    const place = placeOf(node, this.#layout);
    return place.kind === 'field' && place.rest.length === 0 ? place.path : undefined;
  }

  /** Whether the field's texts are read as dates, so that their bytes do not say what they are equal to. */
  isDate(path: FieldRequest['path']): boolean {
    return readingOf(path, this.#layout)?.kind === 'date';
  }

  /** Whether the field's texts are compared with these as dates or times, and not by their bytes. */
  readsTimes(path: FieldRequest['path'], values: readonly Value[]): boolean {
    if (this.isDate(path)) return values.some((value) => typeof value === 'string');
    return (
      isTime(natureOf(path, this.#layout)) &&
      values.some((value) => typeof value === 'string' && readTime(value) !== undefined)
    );
  }

  reader(field: number): ReadValue {
    const { unescape } = this;
    return (block, record) => fieldValue(block.bytes, block.fields[field], record, unescape);
  }

  /** The condition as a question about the value of one operand. */
  accepts(node: Expression, operand: Expression, wanted: boolean): AcceptsValue {
    let current: Value = null;
    const nature = operand.kind === 'column' ? this.#natureOf(operand) : { loose: false };
    const environment: Environment = {
      column: (column) =>
        column === operand ? { evaluate: () => current, ...nature } : this.#environment.column(column),
    };
    const { evaluate } = compileExpression(node, environment);
    return (value) => {
      current = value;
      return truthOf(evaluate(0)) === wanted;
    };
  }

  #natureOf(node: Extract<Expression, { kind: 'column' }>): CellNature {
    const place = placeOf(node, this.#layout);
    if (place.kind === 'field') return natureOf(place.path, this.#layout);
    return { loose: this.#layout.names === 'columns' && place.kind !== 'partition' };
  }

  #compileColumn(node: Extract<Expression, { kind: 'column' }>): Compiled {
    const place = placeOf(node, this.#layout);
    const { frame } = this;
    let base: Compiled;
    if (place.kind === 'nothing') return { evaluate: () => null, loose: false };
    if (place.kind === 'attribute') {
      const { attribute } = place;
      this.#read.more = true;
      if (attribute !== '_record') this.asksRecords = true;
      base = {
        evaluate: (record) => attributeOf(attribute, frame.block, record, frame.origin),
        loose: false,
      };
    } else if (place.kind === 'partition') {
      const { partition } = place;
      this.#read.more = true;
      this.asksRecords = true;
      base = { evaluate: (record) => partitionOf(frame.block, record, partition), loose: false };
    } else {
      const field = this.#fields.add(place.path, true);
      this.#read.fields.add(field);
      const read = this.reader(field);
      base = { evaluate: (record) => read(frame.block, record), ...this.#natureOf(node) };
    }
    if (place.rest.length === 0) return base;
    const steps = place.rest.map((step) => ('index' in step ? step.index : step.name));
    return {
      evaluate: (record) => steps.reduce<Value>(elementOf, base.evaluate(record)),
      loose: false,
      times: steps.reduce(timesInside, base.times),
    };
  }
}
