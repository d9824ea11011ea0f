import { lengthOf, unitsBefore } from './value/codePoints.ts';
import type { CellReading } from '../format/csv/cellReading.ts';
import { ConstantSet } from './constantSet.ts';
import { joinEqualities } from './equalities.ts';
import { scalarFunctions, takesText, type ScalarFunction } from './function/index.ts';
import { regexFrom } from '../regex/regex.ts';
import type { ArithmeticOperator, CastType, Expression } from './syntax/tree.ts';
import type { InnerPath } from '../format/layout.ts';
import {
  compareRead,
  holdsTimes,
  isSameReading,
  isTime,
  itemOf,
  readValue,
  timedComparer,
  timesInEither,
  timesInList,
  timesInside,
  type CellNature,
} from './cell.ts';
import { calculate, intervalBetween, negativeOf } from './value/arithmetic.ts';
import { castValue } from './value/cast.ts';
import {
  asBoolean,
  asNumber,
  compareAlike,
  compareFields,
  compareLoose,
  compareValues,
  truthOf,
  type Compare,
} from './value/compare.ts';
import { JsonList, JsonObject } from './value/json.ts';
import { firstCharacter, matchesLike, parseLike } from './value/like.ts';
import { textOf, typeOf, type TypeName, type Value } from './value/value.ts';

/** The value of an expression for one row of whatever the environment reads. */
export type Evaluate = (row: number) => Value;

/** A compiled expression. */
export interface Compiled extends CellNature {
  readonly evaluate: Evaluate;
  /** What it gives where that is known, NULL aside. */
  readonly type?: TypeName | undefined;
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
  const typed = (evaluate: Evaluate, type: TypeName = 'boolean'): Compiled => ({
    evaluate,
    loose: false,
    type,
    times: type === 'timestamp' ? itself : undefined,
  });

  switch (node.kind) {
    case 'literal': {
      const { value } = node;
      return typed(() => value, typeOf(value));
    }
    case 'column':
      return environment.column(node);
    case 'logical': {
      const operands = joinEqualities(node.operands, node.operator).map(
        (operand) => compile(operand).evaluate,
      );
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
    case 'in':
      return typed(compileIn(node, compile));
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
      const parse = memo((key: string) => {
        const mark = firstCharacter(key);
        return parseLike(key.slice(mark.length), mark === '\0' ? undefined : mark);
      });
      return typed((row) => {
        const value = evaluate(row);
        const wanted = pattern(row);
        const mark = escape === undefined ? '' : escape(row);
        if (value === null || wanted === null || mark === null) return null;
        const key = (firstCharacter(textOf(mark)) || '\0') + fold(wanted);
        const like = parse(key);
        return like === undefined ? null : matchesLike(like, fold(value)) !== node.negated;
      });
    }
    case 'match': {
      const { evaluate } = compile(node.operand);
      const pattern = compile(node.pattern).evaluate;
      const regex = memo((text: string) => regexFrom(text, node.insensitive));
      return typed((row) => {
        const value = evaluate(row);
        const wanted = pattern(row);
        if (value === null || wanted === null) return null;
        const compiled = regex(textOf(wanted));
        return compiled === undefined ? null : compiled.test(textOf(value)) !== node.negated;
      });
    }
    case 'arithmetic': {
      const { operator } = node;
      const sides = [node.left, node.right].map(compile);
      const [left, right] = operator === '||' ? sides.map(({ evaluate }) => evaluate) : sides.map(reader);
      const evaluate: Evaluate = (row) => calculate(operator, left(row), right(row));
      if (operator !== '||') return typed(evaluate, calculated(operator, sides));
      // What is in two lists is in both of them joined; a text that a time is part of is none.
      return { ...typed(evaluate, 'text'), times: inLists(timesInEither(sides)) };
    }
    case 'negative': {
      const evaluate = reader(compile(node.operand));
      return typed((row) => negativeOf(evaluate(row)), 'number');
    }
    case 'case':
      return compileCase(node, compile);
    case 'cast': {
      const { type } = node;
      const operand = compile(node.operand);
      const { loose } = operand;
      const evaluate = type === 'text' ? operand.evaluate : reader(operand);
      return typed((row) => castValue(evaluate(row), node, loose), castGives[type]);
    }
    case 'element': {
      const { evaluate: base, loose, times } = compile(node.base);
      const index = compile(node.index).evaluate;
      const key =
        node.index.kind === 'literal' && typeof node.index.value === 'string' ? node.index.value : null;
      return {
        evaluate: (row) => elementOf(base(row), index(row)),
        loose,
        times: timesInside(times, key),
      };
    }
    case 'slice': {
      const { evaluate: base, times } = compile(node.base);
      const low = node.low && compile(node.low).evaluate;
      const high = node.high && compile(node.high).evaluate;
      return {
        evaluate: (row) => sliceOf(base(row), low ? low(row) : 1, high ? high(row) : Infinity),
        loose: false,
        times: inLists(times),
      };
    }
    case 'list': {
      const parts = node.items.map(compile);
      const items = parts.map(({ evaluate, reading }): Evaluate =>
        reading === undefined ? evaluate : (row) => itemOf(evaluate(row), reading),
      );
      const evaluate: Evaluate = (row) => new JsonList(items.map((item) => item(row)));
      const loose = parts.some((part) => part.loose);
      const times = parts.map((part) => ({ loose, times: timesRead(part) }));
      return { ...typed(evaluate, 'list'), loose, times: timesInList(timesInEither(times)) };
    }
    case 'call':
      return environment.call?.(node) ?? compileCall(node, compile);
  }
}

const castGives: Readonly<Record<CastType, TypeName | undefined>> = {
  boolean: 'boolean',
  integer: 'number',
  number: 'number',
  double: 'number',
  text: 'text',
  timestamp: 'timestamp',
  date: 'timestamp',
  interval: 'interval',
  json: undefined,
};

/** What an operator of arithmetic gives of such operands: a number, where they may be such. */
function calculated(operator: ArithmeticOperator, sides: readonly Compiled[]): TypeName | undefined {
  const types = sides.map((side) => (isTime(side) ? 'timestamp' : side.type));
  // A time and another one have days or an interval between them.
  if (types.includes('timestamp'))
    return operator === '+' || types[1] === 'interval' || types[1] === 'number' ? 'timestamp' : undefined;
  if (!types.includes('interval')) return 'number';
  if (types.every((type) => type === 'interval') || operator === '*') return 'interval';
  return types.includes(undefined) || types.includes('text') ? 'timestamp' : undefined;
}

/** The value is a time, if it is a text. */
const itself: readonly InnerPath[] = [[]];

function inLists(times: readonly InnerPath[] | undefined): readonly InnerPath[] | undefined {
  return timesInList(timesInside(times, null));
}

/**
 * Expressions of which a row takes one. Beside numbers a CSV field is read as a number, beside booleans as a boolean,
 * so that what comes out is of one type.
 */
function unified(all: readonly Compiled[]): {
  parts: readonly Compiled[];
  loose: boolean;
  reading: CellReading | undefined;
  type: TypeName | undefined;
  times: readonly InnerPath[] | undefined;
} {
  const { parts, reading } = alike(all);
  return { ...ofOneType(parts), reading, times: timesInEither(parts) };
}

/** The expressions with the reading that their cells have; those of different readings are read. */
function alike(parts: readonly Compiled[]): {
  parts: readonly Compiled[];
  reading: CellReading | undefined;
} {
  const cells = parts.filter((part) => part.loose || part.reading !== undefined);
  const reading = cells.at(0)?.reading;
  if (cells.every((part) => isSameReading(part.reading, reading))) return { parts, reading };
  return { parts: parts.map(withoutReading), reading: undefined };
}

function withoutReading(part: Compiled): Compiled {
  const { reading } = part;
  if (reading === undefined) return part;
  return { ...part, evaluate: reader(part), reading: undefined, times: timesRead(part) };
}

/** Where times are in what an expression gives once it is read. */
function timesRead({ reading, times }: CellNature): readonly InnerPath[] | undefined {
  return reading?.kind === 'date' ? itself : times;
}

/** What an expression gives, as it is beside numbers and times. */
function reader({ evaluate, reading }: Compiled): Evaluate {
  return reading === undefined ? evaluate : (row) => readValue(evaluate(row), reading);
}

function ofOneType(parts: readonly Compiled[]): {
  parts: readonly Compiled[];
  loose: boolean;
  type: TypeName | undefined;
} {
  const given = parts.filter((part) => part.type !== 'null');
  const types = new Set(given.filter((part) => !part.loose).map((part) => part.type));
  const [type] = types;
  if (types.size !== 1) return { parts, loose: given.some((part) => part.loose), type: undefined };
  const read = type === 'number' ? asNumber : type === 'boolean' ? asBoolean : undefined;
  if (read === undefined)
    return { parts, loose: type === undefined && given.some((part) => part.loose), type };
  const readAsType = ({ evaluate, reading }: Compiled): Compiled => ({
    evaluate: (row) => {
      const value = evaluate(row);
      return read(readValue(value, reading)) ?? value;
    },
    loose: false,
    type,
  });
  return { parts: parts.map((part) => (part.loose ? readAsType(part) : part)), loose: false, type };
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
  const compare = valueComparer(left, right);
  const a = left.evaluate;
  const b = right.evaluate;
  return (row) => compare(a(row), b(row));
}

/** How values of two expressions are compared. */
export function valueComparer(nature: CellNature, other: CellNature): Compare {
  const { reading } = nature;
  const otherReading = other.reading;
  const areTimes = holdsTimes(nature) || holdsTimes(other);
  if (nature.loose && other.loose) {
    const areDates = areTimes || reading?.kind === 'date' || otherReading?.kind === 'date';
    const compare = areDates ? timedComparer(compareLoose) : compareLoose;
    return (a, b) => compare(readValue(a, reading), readValue(b, otherReading));
  }
  if (reading === undefined && otherReading === undefined)
    return areTimes ? timedComparer(compareValues) : compareValues;
  return (a, b) => compareRead(a, reading, b, otherReading);
}

/** From so many items on, those that are numbers, texts and booleans are looked up. */
const leastLookedUp = 4;

function compileIn(
  { operand, items, negated }: Extract<Expression, { kind: 'in' }>,
  compile: (child: Expression) => Compiled,
): Evaluate {
  const left = compile(operand);
  const { evaluate, reading } = left;
  // A date is compared with a text as what it reads as.
  const isLookedUp = reading?.kind !== 'date' && !holdsTimes(left);
  const known = new ConstantSet();
  const isKnown = (item: Expression): boolean => item.kind === 'literal' && known.add(item.value);
  const tests = items.map((item) => {
    const right = compile(item);
    return { item: right.evaluate, compare: valueComparer(left, right), isKnown: isKnown(item) };
  });
  const looksUp = isLookedUp && tests.length >= leastLookedUp;
  const others = tests.filter((test) => !test.isKnown);
  return (row) => {
    const value = evaluate(row);
    if (value === null) return null;
    const found = looksUp ? known.has(value, readValue(value, reading)) : undefined;
    if (found === true) return !negated;
    let unknown = found === null;
    for (const { item, compare } of found === undefined ? tests : others) {
      const order = compare(value, item(row));
      if (order === 0) return !negated;
      if (order === undefined) unknown = true;
    }
    return unknown ? null : negated;
  };
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
  const fallback: Compiled = node.otherwise
    ? compile(node.otherwise)
    : { evaluate: () => null, loose: false, type: 'null' };
  const { parts, ...nature } = unified([...branches.map(({ then }) => then), fallback]);
  const evaluate: Evaluate = (row) => {
    const met = branches.findIndex((branch) => branch.holds(row));
    return parts[met === -1 ? branches.length : met].evaluate(row);
  };
  return { evaluate, ...nature };
}

function compileCall(
  node: Extract<Expression, { kind: 'call' }>,
  compile: (child: Expression) => Compiled,
): Compiled {
  const name = node.name.name.toLowerCase();
  const entry = scalarFunctions.get(name);
  if (entry === undefined) throw new Error(`${name} was let through by the validator`);
  const given = node.arguments.map((argument) =>
    entry.takesIntervals ? compileInterval(argument, compile) : compile(argument),
  );
  const { evaluate: apply, seesNull = false, keepsLoose = false, gives } = entry;
  const { parts, ...nature } = keepsLoose
    ? unified(entry.compares ? given.map(withoutReading) : given)
    : {
        parts: given.map((part, at) => (takesText(entry, at) ? part : withoutReading(part))),
        loose: entry.hands !== undefined && given[0].loose,
        type: gives,
        times: gives === 'timestamp' ? itself : timesHanded(entry, given),
      };
  const beside: CellNature = {
    loose: entry.compares === true && parts.some((part) => part.loose),
    times: timesInEither(parts),
  };
  const compare = entry.hands === undefined ? valueComparer(beside, beside) : itemComparer(given[0]);
  const evaluate: Evaluate = (row) => {
    const values: Value[] = [];
    for (const part of parts) {
      const value = part.evaluate(row);
      if (value === null && !seesNull) return null;
      values.push(value);
    }
    return apply(values, compare);
  };
  return { evaluate, ...nature };
}

/** What stands where an interval may: of the difference of two dates the interval. */
function compileInterval(node: Expression, compile: (child: Expression) => Compiled): Compiled {
  if (node.kind !== 'arithmetic' || node.operator !== '-') return compile(node);
  const [left, right] = [node.left, node.right].map((side) => reader(compile(side)));
  return { evaluate: (row) => intervalBetween(left(row), right(row)), loose: false };
}

/** How items of a list are put in order. */
function itemComparer(list: CellNature): Compare {
  const compare = list.loose ? compareFields : compareAlike;
  return holdsTimes(list) ? timedComparer(compare) : compare;
}

/** Where times are in what a function gives of a list. */
function timesHanded({ hands }: ScalarFunction, [list]: readonly Compiled[]): CellNature['times'] {
  if (hands === undefined) return undefined;
  return hands === 'list' ? inLists(list.times) : timesInside(list.times, null);
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
  const placesIn = (length: number): [from: number, to: number] => {
    const from = low > 0 ? low - 1 : low < 0 ? length + low : 0;
    const to = high < 0 ? length + high + 1 : high;
    return [Math.max(0, Math.trunc(from)), Math.max(0, Math.trunc(to))];
  };
  if (base instanceof JsonList) return new JsonList(base.items.slice(...placesIn(base.items.length)));
  if (typeof base !== 'string') return null;
  const [from, to] = placesIn(lengthOf(base));
  return from >= to ? '' : base.slice(unitsBefore(base, from), unitsBefore(base, to));
}

/** Remembers the last answer: patterns are constant in nearly every query. */
function memo<T>(compute: (key: string) => T): (key: string) => T {
  let last: { key: string; value: T } | undefined;
  return (key) => {
    if (last?.key !== key) last = { key, value: compute(key) };
    return last.value;
  };
}
