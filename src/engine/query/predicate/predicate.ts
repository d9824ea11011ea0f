import { isReadable } from '../../fault.ts';
import { Kind, RecordBlock, type FieldRequest, type Needle } from '../../format/record.ts';
import { joinEqualities } from '../equalities.ts';
import { compileExpression, elementOf, type Compiled, type Environment } from '../evaluate.ts';
import { fieldValue, unescapeOf, type Unescape } from '../fieldText.ts';
import { foldDoubts, needleOf, rawTells } from '../hits.ts';
import type { CellNature } from '../cell.ts';
import { attributeOf, placeOf, readingOf, type Layout } from '../layout.ts';
import { compileRegex } from '../../regex/regex.ts';
import type { Expression } from '../syntax/tree.ts';
import { compareTexts, isWellFormed, truthOf } from '../value/compare.ts';
import { toDouble } from '../value/decimal.ts';
import { firstCharacter, parseLike } from '../value/like.ts';
import { Timestamp } from '../value/time.ts';
import { isNumeric, type Value } from '../value/value.ts';
import { overValues } from './distinct.ts';
import type { FieldList } from './fields.ts';
import { mirror } from './rewrite.ts';
import { meet, rangeOf, selectNumberIn, selectRange } from './numbers.ts';
import {
  allOf,
  anyOf,
  constantly,
  narrow,
  type AcceptsValue,
  type Mark,
  type Origin,
  type ReadValue,
  type Select,
  type Selector,
} from './selector.ts';
import { selectMatching } from './regex.ts';
import { selectTime } from './times.ts';
import { selectAffix, selectContaining, selectEqual, selectKind, selectOrder, selectText } from './texts.ts';
import { selectSample, type SampleCondition } from './sample.ts';
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

/** What is known of every record that a predicate takes. */
interface Facts {
  readonly zones: ZoneCondition[];
  /** Each is part of some field. */
  readonly texts: string[];
}

interface Reads {
  readonly fields: Set<number>;
  /** Whether it reads anything else. */
  more: boolean;
}

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

/** @param withFaulty whether malformed records take part */
export function compilePredicate(
  conditions: readonly Condition[],
  layout: Layout,
  fields: FieldList,
  withFaulty: boolean,
): CompiledPredicate {
  const compiler = new PredicateCompiler(layout, fields);
  const facts: Facts = { zones: [], texts: [] };
  const condition = allOf(
    conditions.map((part) =>
      part.kind === 'sample' ? selectSample(part) : compiler.selector(part.expression, true, facts),
    ),
  );
  const select: Select = (block, selection, count, origin) => {
    compiler.frame.block = block;
    compiler.frame.origin = origin;
    const readable = withFaulty || block.faulty === 0 ? count : dropUnreadable(block, selection, count);
    const marks = readable === block.count ? condition.mark?.(block) : undefined;
    return marks === undefined
      ? condition.select(block, selection, readable, origin)
      : narrow(marks, selection, readable);
  };
  const { zones, texts } = facts;
  // Zones need the values of all records.
  const holding = zones.length === 0 ? needleOf(texts, layout) : undefined;
  const fieldsOnly = !compiler.asksRecords && !conditions.some(({ kind }) => kind === 'sample');
  const mark = withFaulty ? undefined : condition.mark && withoutUnreadable(condition.mark);
  return { predicate: { fields: fields.requests(), select, mark }, zones, holding, fieldsOnly };
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

class PredicateCompiler {
  readonly frame: Frame = { block: noBlock, origin: { record: 0, line: 0 } };
  readonly #layout: Layout;
  readonly #fields: FieldList;
  readonly #unescape: Unescape;
  readonly #environment: Environment;
  /** Whether something was compiled that reads more of a record than its fields and its number. */
  asksRecords = false;
  /** What the expression that is being compiled reads of a record. */
  #read: Reads = { fields: new Set(), more: false };

  constructor(layout: Layout, fields: FieldList) {
    this.#layout = layout;
    this.#fields = fields;
    this.#unescape = unescapeOf(layout);
    this.#environment = { column: (node) => this.#compileColumn(node) };
  }

  /**
   * The records for which the condition is `wanted`. NOT is not computed but turns what is wanted around: under
   * three-valued logic "not true" and "false" differ, and only the latter is asked for.
   */
  selector(node: Expression, wanted: boolean, facts?: Facts): Selector {
    switch (node.kind) {
      case 'literal':
        return constantly(truthOf(node.value) === wanted);
      case 'not':
        return this.selector(node.operand, !wanted);
      case 'logical': {
        const all = (node.operator === 'and') === wanted;
        const operands = joinEqualities(node.operands, node.operator);
        const parts = operands.map((operand) =>
          this.selector(operand, wanted, all && wanted ? facts : undefined),
        );
        return all ? allOf(parts) : anyOf(parts);
      }
      case 'comparison':
        return this.#comparison(node, wanted, facts) ?? this.#general(node, wanted);
      case 'between':
        return this.#between(node, wanted, facts) ?? this.#general(node, wanted);
      case 'in':
        return this.#in(node, wanted, facts) ?? this.#general(node, wanted);
      case 'like':
        return this.#like(node, wanted, facts) ?? this.#general(node, wanted);
      case 'match':
        return this.#match(node, wanted, facts) ?? this.#general(node, wanted);
      case 'is':
        return this.#is(node, wanted) ?? this.#general(node, wanted);
      default:
        return this.#general(node, wanted);
    }
  }

  #general(node: Expression, wanted: boolean): Selector {
    const reads: Reads = { fields: new Set(), more: false };
    this.#read = reads;
    const { evaluate } = compileExpression(node, this.#environment);
    const [field] = reads.fields;
    const { frame } = this;
    const selector: Selector = {
      cost: 100,
      select(block, selection, count) {
        const whole = frame.block;
        frame.block = block;
        let kept = 0;
        for (let i = 0; i < count; i++) {
          const record = selection[i];
          if (truthOf(evaluate(record)) === wanted) selection[kept++] = record;
        }
        frame.block = whole;
        return kept;
      },
    };
    return reads.fields.size === 1 && !reads.more ? overValues(field, selector) : selector;
  }

  #comparison(
    node: Extract<Expression, { kind: 'comparison' }>,
    wanted: boolean,
    facts: Facts | undefined,
  ): Selector | undefined {
    const flipped = node.left.kind === 'literal';
    const operand = flipped ? node.right : node.left;
    const other = flipped ? node.left : node.right;
    const path = this.#pathOf(operand);
    if (path === undefined || other.kind !== 'literal') return undefined;
    const { value } = other;
    if (value === null) return constantly(false);
    if (typeof value === 'string' && this.#isDate(path)) return undefined;
    const operator = mirror(node.operator, flipped, wanted);
    const accepts = this.#accepts(node, operand, wanted);

    if (isNumeric(value)) {
      const field = this.#fields.add(path, true);
      const range = rangeOf(operator === '<>' ? '=' : operator, value);
      if (operator !== '<>') facts?.zones.push({ kind: 'number', path, ...range });
      return overValues(field, selectRange(field, range, operator !== '<>', this.#reader(field), accepts));
    }
    if (typeof value === 'string') {
      const field = this.#fields.add(path, false);
      const read = this.#reader(field);
      if (operator === '=' || operator === '<>') {
        if (operator === '=') facts?.zones.push({ kind: 'text', path, low: value, high: value });
        return overValues(field, selectEqual(field, [value], operator === '=', read, accepts));
      }
      if (!isWellFormed(value)) return undefined;
      const isLow = operator === '>' || operator === '>=';
      facts?.zones.push({
        kind: 'text',
        path,
        low: isLow ? value : undefined,
        high: isLow ? undefined : value,
      });
      return overValues(field, selectOrder(field, operator, value, read, accepts));
    }
    if (value instanceof Timestamp) {
      const field = this.#fields.add(path, false);
      return overValues(field, selectTime(field, operator, value, this.#reader(field), accepts));
    }
    return undefined;
  }

  #between(
    node: Extract<Expression, { kind: 'between' }>,
    wanted: boolean,
    facts: Facts | undefined,
  ): Selector | undefined {
    const path = this.#pathOf(node.operand);
    if (path === undefined || node.low.kind !== 'literal' || node.high.kind !== 'literal') return undefined;
    const low = node.low.value;
    const high = node.high.value;
    const inside = wanted !== node.negated;
    const accepts = this.#accepts(node, node.operand, wanted);
    if (isNumeric(low) && isNumeric(high)) {
      const range = meet(rangeOf('>=', low), rangeOf('<=', high));
      if (inside) facts?.zones.push({ kind: 'number', path, ...range });
      const field = this.#fields.add(path, true);
      return overValues(field, selectRange(field, range, inside, this.#reader(field), accepts));
    }
    if (this.#isDate(path)) return undefined;
    if (typeof low === 'string' && typeof high === 'string' && isWellFormed(low) && isWellFormed(high)) {
      if (inside) facts?.zones.push({ kind: 'text', path, low, high });
      const field = this.#fields.add(path, false);
      const read = this.#reader(field);
      const parts = [
        selectOrder(field, inside ? '>=' : '<', low, read, accepts),
        selectOrder(field, inside ? '<=' : '>', high, read, accepts),
      ];
      return overValues(field, inside ? allOf(parts) : anyOf(parts));
    }
    return undefined;
  }

  #in(
    node: Extract<Expression, { kind: 'in' }>,
    wanted: boolean,
    facts: Facts | undefined,
  ): Selector | undefined {
    const path = this.#pathOf(node.operand);
    if (path === undefined) return undefined;
    const values: Value[] = [];
    for (const item of node.items) {
      if (item.kind !== 'literal' || item.value === null) return undefined;
      values.push(item.value);
    }
    const inside = wanted !== node.negated;
    const accepts = this.#accepts(node, node.operand, wanted);
    const numbers = values.filter(isNumeric);
    if (numbers.length === values.length) {
      const doubles = new Set(numbers.filter((value) => typeof value === 'number'));
      const all = numbers.map(toDouble);
      if (inside)
        facts?.zones.push({
          kind: 'number',
          path,
          low: least(all),
          high: -least(all.map((value) => -value)),
        });
      const field = this.#fields.add(path, true);
      return overValues(field, selectNumberIn(field, doubles, inside, this.#reader(field), accepts));
    }
    const texts = values.filter((value) => typeof value === 'string');
    if (this.#isDate(path)) return undefined;
    if (texts.length === values.length) {
      const sorted = texts.toSorted(compareTexts);
      if (inside) facts?.zones.push({ kind: 'text', path, low: sorted[0], high: sorted.at(-1) });
      const field = this.#fields.add(path, false);
      if (texts.length <= 16)
        return overValues(field, selectEqual(field, texts, inside, this.#reader(field), accepts));
      const known = new Set(texts);
      const test = (text: string): boolean => known.has(text) === inside;
      return overValues(field, selectText(field, 60, this.#unescape, test, this.#reader(field), accepts));
    }
    return undefined;
  }

  #like(
    node: Extract<Expression, { kind: 'like' }>,
    wanted: boolean,
    facts: Facts | undefined,
  ): Selector | undefined {
    const path = this.#pathOf(node.operand);
    const { escape } = node;
    if (path === undefined || node.pattern.kind !== 'literal') return undefined;
    if (escape !== undefined && (escape.kind !== 'literal' || typeof escape.value !== 'string'))
      return undefined;
    if (typeof node.pattern.value !== 'string') return undefined;
    const mark =
      escape !== undefined && typeof escape.value === 'string' ? firstCharacter(escape.value) : undefined;
    const pattern = parseLike(node.pattern.value, mark);
    if (pattern === undefined || pattern.kind === 'general' || !isWellFormed(pattern.text)) return undefined;
    if (node.insensitive && (pattern.kind !== 'contains' || foldDoubts(pattern.text) === undefined))
      return undefined;
    const field = this.#fields.add(path, false);
    const read = this.#reader(field);
    const accepts = this.#accepts(node, node.operand, wanted);
    const inside = wanted !== node.negated;
    if (inside && !node.insensitive) facts?.texts.push(pattern.text);
    switch (pattern.kind) {
      case 'exact':
        return overValues(field, selectEqual(field, [pattern.text], inside, read, accepts));
      case 'prefix':
      case 'suffix':
        return overValues(
          field,
          selectAffix(field, pattern.text, pattern.kind === 'suffix', inside, read, accepts),
        );
      case 'contains':
        return overValues(field, this.#containing(field, pattern.text, node.insensitive, inside, accepts));
    }
  }

  #containing(
    field: number,
    part: string,
    foldCase: boolean,
    inside: boolean,
    accepts: AcceptsValue,
  ): Selector {
    const read = this.#reader(field);
    if (part === '') return selectAffix(field, part, false, inside, read, accepts);
    const needle = { bytes: Buffer.from(part), foldCase };
    const doubts = (foldCase ? foldDoubts(part) : undefined) ?? [];
    return selectContaining(field, needle, doubts, inside, rawTells(this.#layout, part), read, accepts);
  }

  #match(
    node: Extract<Expression, { kind: 'match' }>,
    wanted: boolean,
    facts: Facts | undefined,
  ): Selector | undefined {
    const path = this.#pathOf(node.operand);
    if (path === undefined || node.pattern.kind !== 'literal' || typeof node.pattern.value !== 'string')
      return undefined;
    const regex = compileRegex(node.pattern.value, node.insensitive);
    const field = this.#fields.add(path, false);
    const accepts = this.#accepts(node, node.operand, wanted);
    const tells = rawTells(this.#layout, regex.required);
    if (wanted !== node.negated) facts?.texts.push(regex.required);
    const inside = wanted !== node.negated;
    return overValues(field, selectMatching(field, regex, inside, tells, this.#reader(field), accepts));
  }

  #is(node: Extract<Expression, { kind: 'is' }>, wanted: boolean): Selector | undefined {
    const path = this.#pathOf(node.operand);
    if (path === undefined || node.test !== 'null') return undefined;
    const field = this.#fields.add(path, false);
    return overValues(field, selectKind(field, Kind.Missing, Kind.Null, wanted !== node.negated));
  }

  /** Where the operand is a field with nothing around it. */
  #pathOf(node: Expression): FieldRequest['path'] | undefined {
    if (node.kind !== 'column') return undefined;
    const place = placeOf(node, this.#layout);
    return place.kind === 'field' && place.rest.length === 0 ? place.path : undefined;
  }

  /** Whether the field's texts are read as dates, so that their bytes do not say what they are equal to. */
  #isDate(path: FieldRequest['path']): boolean {
    return readingOf(path, this.#layout)?.kind === 'date';
  }

  #reader(field: number): ReadValue {
    const unescape = this.#unescape;
    return (block, record) => fieldValue(block.bytes, block.fields[field], record, unescape);
  }

  /** The condition as a question about the value of one operand. */
  #accepts(node: Expression, operand: Expression, wanted: boolean): AcceptsValue {
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
    const loose = this.#layout.names === 'columns';
    return { loose, reading: place.kind === 'field' ? readingOf(place.path, this.#layout) : undefined };
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
    } else {
      const field = this.#fields.add(place.path, true);
      this.#read.fields.add(field);
      const read = this.#reader(field);
      base = { evaluate: (record) => read(frame.block, record), ...this.#natureOf(node) };
    }
    if (place.rest.length === 0) return base;
    const steps = place.rest.map((step) => ('index' in step ? step.index : step.name));
    return { evaluate: (record) => steps.reduce<Value>(elementOf, base.evaluate(record)), loose: false };
  }
}

function least(values: readonly number[]): number {
  return values.reduce((a, b) => Math.min(a, b), Infinity);
}
