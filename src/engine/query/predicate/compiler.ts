import { Kind } from '../../format/record.ts';
import { compileRegex } from '../../regex/regex.ts';
import { joinEqualities } from '../equalities.ts';
import { foldDoubts, rawTells } from '../hits.ts';
import type { Layout } from '../layout.ts';
import type { Expression } from '../syntax/tree.ts';
import { compareTexts, isWellFormed, truthOf } from '../value/compare.ts';
import { toDouble } from '../value/decimal.ts';
import { firstCharacter, parseLike } from '../value/like.ts';
import { Timestamp } from '../value/time.ts';
import { isNumeric, type Value } from '../value/value.ts';
import { RecordCells } from './cells.ts';
import { overValues } from './distinct.ts';
import type { FieldList } from './fields.ts';
import { meet, rangeOf, selectNumberIn, selectRange } from './numbers.ts';
import { selectMatching } from './regex.ts';
import { mirror } from './rewrite.ts';
import { allOf, anyOf, constantly, type AcceptsValue, type Selector } from './selector.ts';
import { selectAffix, selectContaining, selectEqual, selectKind, selectOrder, selectText } from './texts.ts';
import { selectTime } from './times.ts';
import type { ZoneCondition } from './zones.ts';

/** What is known of every record that a predicate takes. */
export interface Facts {
  readonly zones: ZoneCondition[];
  /** Each is part of some field. */
  readonly texts: string[];
}

/** Chooses for each condition the way in which the records that meet it are found. */
export class PredicateCompiler {
  readonly cells: RecordCells;
  readonly #layout: Layout;
  readonly #fields: FieldList;

  constructor(layout: Layout, fields: FieldList) {
    this.cells = new RecordCells(layout, fields);
    this.#layout = layout;
    this.#fields = fields;
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
    const { evaluate, reads } = this.cells.compile(node);
    const [field] = reads.fields;
    const { frame } = this.cells;
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
    const path = this.cells.pathOf(operand);
    if (path === undefined || other.kind !== 'literal') return undefined;
    const { value } = other;
    if (value === null) return constantly(false);
    if (this.cells.readsTimes(path, [value])) return undefined;
    const operator = mirror(node.operator, flipped, wanted);
    const accepts = this.cells.accepts(node, operand, wanted);

    if (isNumeric(value)) {
      const field = this.#fields.add(path, true);
      const range = rangeOf(operator === '<>' ? '=' : operator, value);
      if (operator !== '<>') facts?.zones.push({ kind: 'number', path, ...range });
      return overValues(
        field,
        selectRange(field, range, operator !== '<>', this.cells.reader(field), accepts),
      );
    }
    if (typeof value === 'string') {
      const field = this.#fields.add(path, false);
      const read = this.cells.reader(field);
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
      const isIso = !this.cells.isDate(path);
      return overValues(field, selectTime(field, operator, value, this.cells.reader(field), accepts, isIso));
    }
    return undefined;
  }

  #between(
    node: Extract<Expression, { kind: 'between' }>,
    wanted: boolean,
    facts: Facts | undefined,
  ): Selector | undefined {
    const path = this.cells.pathOf(node.operand);
    if (path === undefined || node.low.kind !== 'literal' || node.high.kind !== 'literal') return undefined;
    const low = node.low.value;
    const high = node.high.value;
    const inside = wanted !== node.negated;
    const accepts = this.cells.accepts(node, node.operand, wanted);
    if (isNumeric(low) && isNumeric(high)) {
      const range = meet(rangeOf('>=', low), rangeOf('<=', high));
      if (inside) facts?.zones.push({ kind: 'number', path, ...range });
      const field = this.#fields.add(path, true);
      return overValues(field, selectRange(field, range, inside, this.cells.reader(field), accepts));
    }
    if (this.cells.readsTimes(path, [low, high])) return undefined;
    if (typeof low === 'string' && typeof high === 'string' && isWellFormed(low) && isWellFormed(high)) {
      if (inside) facts?.zones.push({ kind: 'text', path, low, high });
      const field = this.#fields.add(path, false);
      const read = this.cells.reader(field);
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
    const path = this.cells.pathOf(node.operand);
    if (path === undefined) return undefined;
    const values: Value[] = [];
    for (const item of node.items) {
      if (item.kind !== 'literal' || item.value === null) return undefined;
      values.push(item.value);
    }
    const inside = wanted !== node.negated;
    const accepts = this.cells.accepts(node, node.operand, wanted);
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
      return overValues(field, selectNumberIn(field, doubles, inside, this.cells.reader(field), accepts));
    }
    const texts = values.filter((value) => typeof value === 'string');
    if (this.cells.readsTimes(path, texts)) return undefined;
    if (texts.length === values.length) {
      const sorted = texts.toSorted(compareTexts);
      if (inside) facts?.zones.push({ kind: 'text', path, low: sorted[0], high: sorted.at(-1) });
      const field = this.#fields.add(path, false);
      if (texts.length <= 16)
        return overValues(field, selectEqual(field, texts, inside, this.cells.reader(field), accepts));
      const known = new Set(texts);
      const test = (text: string): boolean => known.has(text) === inside;
      return overValues(
        field,
        selectText(field, 60, this.cells.unescape, test, this.cells.reader(field), accepts),
      );
    }
    return undefined;
  }

  #like(
    node: Extract<Expression, { kind: 'like' }>,
    wanted: boolean,
    facts: Facts | undefined,
  ): Selector | undefined {
    const path = this.cells.pathOf(node.operand);
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
    const read = this.cells.reader(field);
    const accepts = this.cells.accepts(node, node.operand, wanted);
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
    const read = this.cells.reader(field);
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
    const path = this.cells.pathOf(node.operand);
    if (path === undefined || node.pattern.kind !== 'literal' || typeof node.pattern.value !== 'string')
      return undefined;
    const regex = compileRegex(node.pattern.value, node.insensitive);
    const field = this.#fields.add(path, false);
    const accepts = this.cells.accepts(node, node.operand, wanted);
    const tells = rawTells(this.#layout, regex.required);
    if (wanted !== node.negated) facts?.texts.push(regex.required);
    const inside = wanted !== node.negated;
    return overValues(field, selectMatching(field, regex, inside, tells, this.cells.reader(field), accepts));
  }

  #is(node: Extract<Expression, { kind: 'is' }>, wanted: boolean): Selector | undefined {
    const path = this.cells.pathOf(node.operand);
    if (path === undefined || node.test !== 'null') return undefined;
    const field = this.#fields.add(path, false);
    return overValues(field, selectKind(field, Kind.Missing, Kind.Null, wanted !== node.negated));
  }
}

function least(values: readonly number[]): number {
  return values.reduce((a, b) => Math.min(a, b), Infinity);
}
