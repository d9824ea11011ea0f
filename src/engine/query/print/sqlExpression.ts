import { said } from '../../../said/said.ts';
import { scalarFunctions, windowFunctions } from '../function/index.ts';
import { isOfRecord } from '../layout.ts';
import type { Call, Column, Expression, OrderKey, Window } from '../syntax/tree.ts';
import { Interval, Timestamp } from '../value/time.ts';
import { textOf, type Value } from '../value/value.ts';
import { UnprintableError, type SqlDialect } from './dialect.ts';

/** Writes expressions in a dialect of SQL; whatever is not a single word stands in parentheses. */
export class SqlExpressions {
  readonly #dialect: SqlDialect;
  /** Names that stand for the file, and are left out. */
  readonly aliases = new Set<string>();

  constructor(dialect: SqlDialect) {
    this.#dialect = dialect;
  }

  /** @throws UnprintableError */
  write(node: Expression): string {
    const dialect = this.#dialect;
    const write = (child: Expression): string => this.write(child);
    const not = (negated: boolean): string => (negated ? 'NOT ' : '');
    switch (node.kind) {
      case 'literal':
        return this.literal(node.value);
      case 'column':
        return this.column(node);
      case 'logical':
        return `(${node.operands.map(write).join(` ${node.operator.toUpperCase()} `)})`;
      case 'not':
        return `(NOT ${write(node.operand)})`;
      case 'comparison':
        return `(${write(node.left)} ${node.operator} ${write(node.right)})`;
      case 'distinctness':
        return `(${dialect.distinct(write(node.left), write(node.right), node.negated)})`;
      case 'is':
        return `(${write(node.operand)} IS ${not(node.negated)}${node.test.toUpperCase()})`;
      case 'in':
        if (dialect.comparesApart && !node.items.every(isConstant)) {
          const operand = write(node.operand);
          const any = `(${node.items.map((item) => `${operand} = ${write(item)}`).join(' OR ')})`;
          return node.negated ? `(NOT ${any})` : any;
        }
        return `(${write(node.operand)} ${not(node.negated)}IN (${node.items.map(write).join(', ')}))`;
      case 'between':
        return `(${write(node.operand)} ${not(node.negated)}BETWEEN ${write(node.low)} AND ${write(node.high)})`;
      case 'like': {
        const like = dialect.like(write(node.operand), write(node.pattern), node.insensitive, node.negated);
        return `(${like}${node.escape === undefined ? '' : ` ESCAPE ${write(node.escape)}`})`;
      }
      case 'match': {
        const match = dialect.matches(write(node.operand), write(node.pattern), node.insensitive);
        return node.negated ? `(NOT ${match})` : match;
      }
      case 'arithmetic': {
        const left = write(node.left);
        const right = write(node.right);
        if (node.operator === '/') return dialect.divide(left, right);
        if (node.operator === '//') return dialect.divideWhole(left, right);
        if (node.operator === '%') return dialect.remainder(left, right);
        return `(${left} ${node.operator} ${right})`;
      }
      case 'negative':
        return `(- ${write(node.operand)})`;
      case 'case': {
        const operand = node.operand === undefined ? '' : ` ${write(node.operand)}`;
        if (dialect.comparesApart && operand !== '') return this.#searchedCase(node, operand.trim());
        const branches = node.branches
          .map(({ when, then }) => ` WHEN ${this.#condition(when, operand !== '')} THEN ${write(then)}`)
          .join('');
        return `CASE${operand}${branches}${node.otherwise === undefined ? '' : ` ELSE ${write(node.otherwise)}`} END`;
      }
      case 'cast':
        return dialect.cast(
          dialect.numericConditions && node.type === 'text' && isCondition(node.operand)
            ? dialect.cast(write(node.operand), { type: 'boolean' })
            : write(node.operand),
          node,
        );
      case 'element':
        return node.index.kind === 'literal' && typeof node.index.value === 'string'
          ? dialect.member(write(node.base), node.index.value)
          : dialect.item(write(node.base), write(node.index));
      case 'slice':
        if (dialect.engine !== 'DuckDB')
          throw new UnprintableError(node, said`${dialect.engine} does not support slices`);
        return `${write(node.base)}[${node.low ? write(node.low) : ''}:${node.high ? write(node.high) : ''}]`;
      case 'list':
        return dialect.list(node.items.map(write));
      case 'call':
        return this.#call(node);
    }
  }

  /** NULL has no type, which a condition must have in Spark. */
  #condition(when: Expression, isCompared: boolean): string {
    return when.kind === 'literal' && when.value === null && !isCompared ? 'FALSE' : this.write(when);
  }

  #searchedCase({ branches, otherwise }: Extract<Expression, { kind: 'case' }>, operand: string): string {
    const tests = branches.map(
      ({ when, then }) => ` WHEN (${operand} = ${this.write(when)}) THEN ${this.write(then)}`,
    );
    return `CASE${tests.join('')}${otherwise === undefined ? '' : ` ELSE ${this.write(otherwise)}`} END`;
  }

  column(node: Column): string {
    const { first, rest } = node;
    if (isOfRecord(first) && this.#dialect.attributes?.has(first.name) !== true) {
      throw new UnprintableError(node, said`${this.#dialect.engine} has no equivalent of ${first.name}`);
    }
    const [head, ...tail] = this.aliases.has(first.name) && rest.length > 0 ? rest : [first, ...rest];
    const begin = 'index' in head ? String(head.index) : this.#dialect.name(head.name);
    return tail.reduce(
      (base, step) =>
        'index' in step
          ? this.#dialect.item(base, String(step.index))
          : this.#dialect.member(base, step.name),
      begin,
    );
  }

  literal(value: Value): string {
    if (value === null) return 'NULL';
    if (typeof value === 'string') return this.#dialect.text(value);
    if (typeof value === 'boolean') return value ? 'TRUE' : 'FALSE';
    if (value instanceof Timestamp) return this.#dialect.timestamp(value.toString(), value.date);
    if (value instanceof Interval) return this.#dialect.interval(value.months, value.days, value.micros);
    const text = textOf(value);
    // DuckDB takes 0.75 for a DECIMAL and rounds it where it meets one of a smaller scale; with an exponent it
    // is a DOUBLE.
    return this.#dialect.engine === 'DuckDB' && /^-?\d+\.\d+$/.test(text) ? `${text}e0` : text;
  }

  /** A constant orders nothing; to SQL a number would be the place of a column. */
  orderKeys(keys: readonly OrderKey[]): string {
    return keys
      .filter(({ expression }) => expression.kind !== 'literal')
      .map(({ expression, descending, nullsFirst }) => {
        const direction = descending ? ' DESC' : '';
        return `${this.write(expression)}${direction} NULLS ${nullsFirst ? 'FIRST' : 'LAST'}`;
      })
      .join(', ');
  }

  #call(node: Call): string {
    const name = node.name.name.toLowerCase();
    if (this.#dialect.missing.has(name)) {
      throw new UnprintableError(node.name, said`${this.#dialect.engine} has no ${name}`);
    }
    const refusal = this.#dialect.refusal?.(node);
    if (refusal !== undefined) throw new UnprintableError(node, refusal);
    const isWithOptions = node.arguments.length > (withoutOptions.get(name) ?? Infinity);
    if (isWithOptions && this.#dialect.engine !== 'DuckDB')
      throw new UnprintableError(node, said`${this.#dialect.engine} does not support options of ${name}`);
    const values = node.star ? ['*'] : node.arguments.map((argument) => this.write(argument));
    if (node.distinct || node.orderBy.length > 0) {
      const keys = this.orderKeys(node.orderBy);
      const order = keys === '' ? '' : ` ORDER BY ${keys}`;
      values[0] = `${node.distinct ? 'DISTINCT ' : ''}${values[0]}`;
      values.push(`${values.pop() ?? ''}${order}`);
    }
    const rewritten = this.#dialect.calls.get(name)?.(values, node) ?? `${name}(${values.join(', ')})`;
    const filter = node.filter === undefined ? '' : ` FILTER (WHERE ${this.write(node.filter)})`;
    const over = node.over === undefined ? '' : ` OVER (${this.#window(node.over, name)})`;
    return this.#dialect.result?.(name, rewritten + filter + over) ?? rewritten + filter + over;
  }

  #window(over: Window, name: string): string {
    const keys = over.partitionBy.map((key) => this.write(key)).join(', ');
    const order = this.orderKeys(over.orderBy);
    const isFramed = over.hasFrame && windowFunctions.get(name)?.framed !== false;
    return [
      ...(keys === '' ? [] : [`PARTITION BY ${keys}`]),
      ...(order === '' ? [] : [`ORDER BY ${order}`]),
      ...(isFramed ? [`ROWS BETWEEN ${bound(-over.preceding)} AND ${bound(over.following)}`] : []),
    ].join(' ');
  }
}

/** Functions that may have options behind so many arguments. */
const withoutOptions: ReadonlyMap<string, number> = new Map([
  ['regexp_matches', 2],
  ['regexp_extract', 3],
  ['regexp_extract_all', 3],
]);

function bound(rows: number): string {
  if (rows === 0) return 'CURRENT ROW';
  const size = Number.isFinite(rows) ? String(Math.abs(rows)) : 'UNBOUNDED';
  return `${size} ${rows < 0 ? 'PRECEDING' : 'FOLLOWING'}`;
}

function isCondition(node: Expression): boolean {
  if (node.kind !== 'call') return conditions.has(node.kind);
  return scalarFunctions.get(node.name.name.toLowerCase())?.gives === 'boolean';
}

const conditions: ReadonlySet<Expression['kind']> = new Set([
  'logical',
  'not',
  'comparison',
  'distinctness',
  'is',
  'in',
  'between',
  'like',
  'match',
] as const);

function isConstant(node: Expression): boolean {
  return node.kind === 'literal' && node.value !== null;
}
