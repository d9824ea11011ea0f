import { scalarFunctions } from './function/index.ts';
import { compileRegex } from './regex/regex.ts';
import type { Expression } from './syntax/tree.ts';
import { calculate, negativeOf } from './value/arithmetic.ts';
import { castValue } from './value/cast.ts';
import { compareLoose, compareValues, truthOf } from './value/compare.ts';
import { JsonList, JsonObject } from './value/json.ts';
import { matchesLike, parseLike } from './value/like.ts';
import { textOf, type Value } from './value/value.ts';

/** The value of an expression for one row of whatever the environment reads. */
export type Evaluate = (row: number) => Value;

/** A compiled expression. */
export interface Compiled {
  readonly evaluate: Evaluate;
  /** A CSV field as it stands, which has no type of its own. */
  readonly loose: boolean;
}

/** Gives meaning to what an expression cannot know by itself. */
export interface Environment {
  column(node: Extract<Expression, { kind: 'column' }>): Compiled;
  /** An aggregate or a window function, where such has been computed before. */
  call?(node: Extract<Expression, { kind: 'call' }>): Compiled | undefined;
}

/** Compiles to closures; nothing of the query's text is ever evaluated as code. */
export function compileExpression(node: Expression, environment: Environment): Compiled {
  const compile = (child: Expression): Compiled => compileExpression(child, environment);
  const typed = (evaluate: Evaluate): Compiled => ({ evaluate, loose: false });

  switch (node.kind) {
    case 'literal': {
      const { value } = node;
      return typed(() => value);
    }
    case 'column':
      return environment.column(node);
    case 'logical': {
      const operands = node.operands.map((operand) => compile(operand).evaluate);
      // AND is decided by the first false, OR by the first true; NULL is what is left when neither was met.
      const deciding = node.operator === 'or';
      return typed((row) => {
        let unknown = false;
        for (const operand of operands) {
          const truth = truthOf(operand(row));
          if (truth === deciding) return deciding;
          if (truth === null) unknown = true;
        }
        return unknown ? null : !deciding;
      });
    }
    case 'not': {
      const { evaluate } = compile(node.operand);
      return typed((row) => not(truthOf(evaluate(row))));
    }
    case 'comparison': {
      const compare = comparer(compile(node.left), compile(node.right));
      const accepts = orderTests[node.operator];
      return typed((row) => {
        const order = compare(row);
        return order === undefined ? null : accepts(order);
      });
    }
    case 'distinctness': {
      const left = compile(node.left);
      const right = compile(node.right);
      const compare = comparer(left, right);
      return typed((row) => {
        const same =
          left.evaluate(row) === null || right.evaluate(row) === null
            ? left.evaluate(row) === right.evaluate(row)
            : compare(row) === 0;
        return same === node.negated;
      });
    }
    case 'is': {
      const { evaluate } = compile(node.operand);
      const { test, negated } = node;
      if (test === 'null') return typed((row) => (evaluate(row) === null) !== negated);
      const wanted = test === 'true';
      return typed((row) => (truthOf(evaluate(row)) === wanted) !== negated);
    }
    case 'in': {
      const operand = compile(node.operand);
      const compares = node.items.map((item) => comparer(operand, compile(item)));
      return typed((row) => {
        let unknown = false;
        for (const compare of compares) {
          const order = compare(row);
          if (order === 0) return !node.negated;
          if (order === undefined) unknown = true;
        }
        return unknown ? null : node.negated;
      });
    }
    case 'between': {
      const operand = compile(node.operand);
      const low = comparer(operand, compile(node.low));
      const high = comparer(operand, compile(node.high));
      return typed((row) => {
        const above = low(row);
        const below = high(row);
        const fails = (above !== undefined && above < 0) || (below !== undefined && below > 0);
        if (fails) return node.negated;
        return above === undefined || below === undefined ? null : !node.negated;
      });
    }
    case 'like': {
      const { evaluate } = compile(node.operand);
      const pattern = compile(node.pattern).evaluate;
      const escape = node.escape && compile(node.escape).evaluate;
      const fold = (value: Exclude<Value, null>): string =>
        node.insensitive ? textOf(value).toLowerCase() : textOf(value);
      const parse = memo((key: string) => parseLike(key.slice(1), key.startsWith('\0') ? undefined : key[0]));
      return typed((row) => {
        const value = evaluate(row);
        const wanted = pattern(row);
        const mark = escape === undefined ? '' : escape(row);
        if (value === null || wanted === null || mark === null) return null;
        const key = (textOf(mark).charAt(0) || '\0') + fold(wanted);
        return matchesLike(parse(key), fold(value)) !== node.negated;
      });
    }
    case 'match': {
      const { evaluate } = compile(node.operand);
      const pattern = compile(node.pattern).evaluate;
      const regex = memo((text: string) => compileRegex(text, node.insensitive));
      return typed((row) => {
        const value = evaluate(row);
        const wanted = pattern(row);
        if (value === null || wanted === null) return null;
        return regex(textOf(wanted)).test(textOf(value)) !== node.negated;
      });
    }
    case 'arithmetic': {
      const left = compile(node.left).evaluate;
      const right = compile(node.right).evaluate;
      const { operator } = node;
      return typed((row) => calculate(operator, left(row), right(row)));
    }
    case 'negative': {
      const { evaluate } = compile(node.operand);
      return typed((row) => negativeOf(evaluate(row)));
    }
    case 'case':
      return compileCase(node, compile);
    case 'cast': {
      const { evaluate } = compile(node.operand);
      const { type } = node;
      return typed((row) => castValue(evaluate(row), type));
    }
    case 'element': {
      const base = compile(node.base).evaluate;
      const index = compile(node.index).evaluate;
      return typed((row) => elementOf(base(row), index(row)));
    }
    case 'slice': {
      const base = compile(node.base).evaluate;
      const low = node.low && compile(node.low).evaluate;
      const high = node.high && compile(node.high).evaluate;
      return typed((row) => sliceOf(base(row), low ? low(row) : 1, high ? high(row) : Infinity));
    }
    case 'list': {
      const items = node.items.map((item) => compile(item).evaluate);
      return typed((row) => new JsonList(items.map((item) => item(row))));
    }
    case 'call':
      return environment.call?.(node) ?? compileCall(node, compile);
  }
}

const orderTests = {
  '=': (order: number) => order === 0,
  '<>': (order: number) => order !== 0,
  '<': (order: number) => order < 0,
  '<=': (order: number) => order <= 0,
  '>': (order: number) => order > 0,
  '>=': (order: number) => order >= 0,
};

function not(truth: boolean | null): boolean | null {
  return truth === null ? null : !truth;
}

function comparer(left: Compiled, right: Compiled): (row: number) => number | undefined {
  const compare = left.loose && right.loose ? compareLoose : compareValues;
  const a = left.evaluate;
  const b = right.evaluate;
  return (row) => compare(a(row), b(row));
}

function compileCase(
  node: Extract<Expression, { kind: 'case' }>,
  compile: (child: Expression) => Compiled,
): Compiled {
  const operand = node.operand && compile(node.operand);
  const branches = node.branches.map(({ when, then }) => {
    const condition = compile(when);
    const compare = operand && comparer(operand, condition);
    const holds = compare
      ? (row: number) => compare(row) === 0
      : (row: number) => truthOf(condition.evaluate(row)) === true;
    return { holds, then: compile(then) };
  });
  const otherwise = node.otherwise && compile(node.otherwise);
  const evaluate: Evaluate = (row) => {
    for (const branch of branches) if (branch.holds(row)) return branch.then.evaluate(row);
    return otherwise ? otherwise.evaluate(row) : null;
  };
  return { evaluate, loose: branches.every(({ then }) => then.loose) && (otherwise?.loose ?? true) };
}

function compileCall(
  node: Extract<Expression, { kind: 'call' }>,
  compile: (child: Expression) => Compiled,
): Compiled {
  const name = node.name.name.toLowerCase();
  const entry = scalarFunctions.get(name);
  if (entry === undefined) throw new Error(`${name} was let through by the validator`);
  const values = node.arguments.map(compile);
  const { evaluate: apply, seesNull = false } = entry;
  const evaluate: Evaluate = (row) => {
    const given: Value[] = [];
    for (const value of values) {
      const one = value.evaluate(row);
      if (one === null && !seesNull) return null;
      given.push(one);
    }
    return apply(given);
  };
  return { evaluate, loose: entry.keepsLoose === true && values.every((value) => value.loose) };
}

/** The item of a list by its 1-based position, from the end where negative; the member of an object by its key. */
export function elementOf(base: Value, index: Value): Value {
  if (base instanceof JsonList && typeof index === 'number') {
    return (index > 0 ? base.items.at(index - 1) : index < 0 ? base.items.at(index) : null) ?? null;
  }
  if (base instanceof JsonObject && typeof index === 'string') return base.members.get(index) ?? null;
  return null;
}

/** The part of a list or text from one position to another, both 1-based and included. */
function sliceOf(base: Value, low: Value, high: Value): Value {
  if (typeof low !== 'number' || typeof high !== 'number') return null;
  const cut = <T>(items: readonly T[]): T[] => {
    const from = low > 0 ? low - 1 : low < 0 ? items.length + low : 0;
    const to = high < 0 ? items.length + high + 1 : high;
    return items.slice(Math.max(0, from), Math.max(0, to));
  };
  if (base instanceof JsonList) return new JsonList(cut(base.items));
  return typeof base === 'string' ? cut(Array.from(base)).join('') : null;
}

/** Remembers the last answer: patterns are constant in nearly every query. */
function memo<T>(compute: (key: string) => T): (key: string) => T {
  let last: { key: string; value: T } | undefined;
  return (key) => {
    if (last?.key !== key) last = { key, value: compute(key) };
    return last.value;
  };
}
