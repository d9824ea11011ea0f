import { type Said, said } from '../../said/said.ts';
import { parseLike } from './value/like.ts';
import { QueryError } from './diagnostic.ts';
import { aggregateNames, aggregates, arityOf, scalarFunctions, windowFunctions } from './function/index.ts';
import { foreignFunctions } from './function/foreign.ts';
import { namedUnits, type NamedUnits, timeFormats } from './function/time.ts';
import { didYouMean } from './nearest.ts';
import { zoneOf } from './value/zone.ts';
import { allowedIn, expressionsOf, keepsRows } from './operator/operators.ts';
import { compileRegex } from '../regex/regex.ts';
import { RegexError } from '../regex/syntax.ts';
import type { Call, Expression, NamedExpression, Query, Window } from './syntax/tree.ts';
import { childrenOf, isWholeWindow, shapeOf, wholeNames } from './syntax/walk.ts';
import { writeName } from './write.ts';

/** What an operator lets stand in its expressions. */
interface Allowed {
  readonly aggregates: boolean;
  readonly windows: boolean;
  /** The operator's name in messages. */
  readonly where: Said;
  /** What the columns are called that AGGREGATE has made before, by the shapes of their expressions. */
  readonly made?: ReadonlyMap<string, NamedExpression>;
}

/**
 * What can be said of a query without knowing the file: functions and how many arguments they take, where
 * aggregates may stand, patterns.
 * @throws QueryError
 */
export function validateQuery(query: Query): void {
  let made: ReadonlyMap<string, NamedExpression> = new Map();
  for (const operator of query.operators) {
    const allowed: Allowed = {
      made,
      aggregates: allowedIn(operator) === 'aggregates',
      windows: allowedIn(operator) === 'windows',
      where: said`${operator.kind.toUpperCase()}`,
    };
    for (const { expression, key } of expressionsOf(operator)) {
      validateExpression(
        expression,
        key ? { ...allowed, aggregates: false, where: said`GROUP BY` } : allowed,
      );
    }
    if (operator.kind === 'aggregate')
      made = new Map(operator.aggregates.map((item) => [shapeOf(item.expression), item]));
    else if (!keepsRows(operator)) made = new Map();
  }
}

function validateExpression(node: Expression, allowed: Allowed): void {
  if (node.kind === 'call') {
    validateCall(node, allowed);
    return;
  }
  if (node.kind === 'like' && node.escape !== undefined) validateEscape(node.escape, node.pattern);
  if (node.kind === 'match') validatePattern(node.pattern, node.insensitive);
  for (const child of childrenOf(node)) validateExpression(child, allowed);
}

/** An empty text stands for no character. */
function validateEscape(escape: Expression, pattern: Expression): void {
  if (escape.kind !== 'literal' || typeof escape.value !== 'string') return;
  if (Array.from(escape.value).length > 1) {
    throw new QueryError(escape, said`ESCAPE takes one character, such as ESCAPE '!'`);
  }
  if (pattern.kind !== 'literal' || typeof pattern.value !== 'string') return;
  if (escape.value === '' || parseLike(pattern.value, escape.value) !== undefined) return;
  const message = said`the pattern ends with its escape character; write ${escape.value}${escape.value} for the character itself`;
  throw new QueryError(pattern, message);
}

function validateCall(node: Call, allowed: Allowed): void {
  const name = node.name.name.toLowerCase();
  if (node.over !== undefined) validateWindow(node, node.over, name, allowed);
  else if (aggregateNames.has(name)) validateAggregate(node, name, allowed);
  else validateScalar(node, name, allowed);
}

function validateScalar(node: Call, name: string, allowed: Allowed): void {
  const entry = scalarFunctions.get(name);
  if (entry === undefined) {
    if (windowFunctions.has(name)) {
      throw new QueryError(node, said`${name} is a window function; write ${name}(…) OVER ()`);
    }
    throw unknownFunction(node, [...scalarFunctions.keys(), ...aggregateNames]);
  }
  if (node.star) throw new QueryError(node, said`only count accepts *, ${name} does not: ${entry.signature}`);
  if (node.filter !== undefined)
    throw new QueryError(node, said`FILTER needs an aggregate function, and ${name} is not one`);
  if (node.distinct)
    throw new QueryError(node, said`DISTINCT needs an aggregate function, and ${name} is not one`);
  if (node.orderBy.length > 0)
    throw new QueryError(node, said`ORDER BY needs an aggregate function, and ${name} is not one`);
  validateArity(node, entry.signature);
  if (name.startsWith('regexp_')) {
    validatePattern(node.arguments[1], false);
    validateOptions(node, name);
  }
  const unit = namedUnits.get(name);
  if (unit !== undefined) validateUnit(node.arguments, entry.signature, unit);
  if (name === 'timezone') validateZone(node.arguments);
  const unknownIn = timeFormats.get(name);
  if (unknownIn !== undefined) validateTimeFormat(node.arguments, entry.signature, name, unknownIn);
  for (const child of childrenOf(node)) validateExpression(child, allowed);
}

function unknownFunction({ name }: Call, known: Iterable<string>): QueryError {
  const instead = foreignFunctions.get(name.name.toLowerCase());
  const advice = instead === undefined ? didYouMean(name.name, known) : said`; write ${instead}`;
  return new QueryError(name, said`unknown function ${name.name}${advice}`);
}

function validateUnit(
  [argument, ...others]: readonly Expression[],
  signature: string,
  { read, names, what }: NamedUnits,
): void {
  if (argument.kind !== 'literal') {
    // SQL Server, Snowflake and MySQL put it elsewhere; each row would be NULL.
    const unit = others.find((other) => read(textOf(other) ?? '') !== undefined);
    if (unit !== undefined)
      throw new QueryError(
        unit,
        what === 'unit'
          ? said`the unit stands first: ${signature}`
          : said`the part stands first: ${signature}`,
      );
    return;
  }
  if (typeof argument.value !== 'string') return;
  if (read(argument.value) !== undefined) return;
  const near = didYouMean(argument.value, names) || said`; use one of ${names.join(', ')}`;
  throw new QueryError(
    argument,
    what === 'unit'
      ? said`${argument.value} is not a unit of a time${near}`
      : said`${argument.value} is not a part of a time${near}`,
  );
}

function validateZone([argument, value]: readonly Expression[]): void {
  const zone = textOf(argument);
  if (zone !== undefined && zoneOf(zone) !== undefined) return;
  if (zoneOf(textOf(value) ?? '') !== undefined)
    throw new QueryError(value, said`the zone stands first: timezone(zone, time)`);
  if (zone === undefined) return;
  const near = didYouMean(zone, Intl.supportedValuesOf('timeZone'));
  throw new QueryError(
    argument,
    said`${zone} is not a time zone${near || said`; write a name such as 'Europe/Berlin' or 'UTC'`}`,
  );
}

function textOf(argument: Expression): string | undefined {
  return argument.kind === 'literal' && typeof argument.value === 'string' ? argument.value : undefined;
}

function validateTimeFormat(
  [value, argument]: readonly Expression[],
  signature: string,
  name: string,
  unknownIn: (format: string) => string | undefined,
): void {
  const format = textOf(argument);
  if (format === undefined) {
    if (textOf(value)?.includes('%') === true && argument.kind !== 'literal')
      throw new QueryError(value, said`the format stands second: ${signature}`);
    return;
  }
  const part = unknownIn(format);
  if (part === undefined) return;
  throw new QueryError(
    argument,
    said`${part} has no meaning in a format of ${name}; write %Y, %m, %d, %H, %M and %S for the parts of a time, and %% for a percent sign`,
  );
}

function validateArity(node: Call, signature: string): void {
  const name = node.name.name.toLowerCase();
  const { least, most } = arityOf(signature);
  const count = node.arguments.length;
  if (count >= least && count <= most) return;
  throw new QueryError(node, said`${name} takes ${argumentsText(least, most)}, not ${count}: ${signature}`);
}

function argumentsText(least: number, most: number): Said {
  if (least === most) return least === 1 ? said`1 argument` : said`${least} arguments`;
  return most === Infinity ? said`at least ${least}` : said`${least} to ${most} arguments`;
}

/** Aggregates that may have an ORDER BY. */
const ordered: ReadonlySet<string> = new Set(['list', 'string_agg', 'first', 'last', 'any_value']);

/** Aggregates that give the value of one row. */
const ofOneRow: ReadonlySet<string> = new Set(['first', 'last', 'arg_max', 'arg_min']);

function validateAggregate(node: Call, name: string, allowed: Allowed): void {
  if (!allowed.aggregates) {
    const { where, made } = allowed;
    const column = made?.get(shapeOf(node));
    if (column) throw madeBefore(node, column);
    throw new QueryError(
      node,
      said`${name} is an aggregate and cannot be used in ${where}; write |> AGGREGATE ${name}(…)`,
    );
  }
  const entry = aggregates.get(name);
  if (node.star && name !== 'count') throw new QueryError(node, said`only count accepts *, ${name} does not`);
  if (entry !== undefined) validateArity(node, entry.signature);
  if (node.orderBy.length > 0 && !ordered.has(name)) {
    throw new QueryError(
      node.orderBy[0],
      name.startsWith('arg_')
        ? said`${name} is ordered by what stands behind the comma; remove ORDER BY`
        : said`${name} does not depend on the order of the rows; remove ORDER BY`,
    );
  }
  if (node.distinct) validateDistinct(node, name);
  if (name === 'quantile_cont' || name === 'quantile_disc') validateFraction(node.arguments[1], name);
  if (name === 'string_agg' && node.arguments.length > 1 && node.arguments[1].kind !== 'literal') {
    throw new QueryError(node.arguments[1], said`the separator of string_agg must be a text, such as ', '`);
  }
  for (const child of childrenOf(node)) {
    validateExpression(child, { aggregates: false, windows: false, where: said`the arguments of ${name}` });
  }
}

function validateDistinct(node: Call, name: string): void {
  if (node.arguments.length === 0) throw new QueryError(node, said`count(DISTINCT …) needs a value`);
  if (ofOneRow.has(name))
    throw new QueryError(node, said`${name} gives the value of one row; remove DISTINCT`);
  const value = shapeOf(node.arguments[0]);
  const other = node.orderBy.find(({ expression }) => shapeOf(expression) !== value);
  if (other === undefined) return;
  throw new QueryError(
    other,
    said`with DISTINCT, ${name} can be ordered by its value only: ${name}(DISTINCT a ORDER BY a)`,
  );
}

function madeBefore(node: Call, { name, explicit }: NamedExpression): QueryError {
  return new QueryError(
    node,
    explicit
      ? said`AGGREGATE has computed this already; write ${writeName(name)}, the name of its column`
      : said`AGGREGATE has computed this already; write ${writeName(name)}, the name of its column, or give it one with AS`,
  );
}

function validateFraction(argument: Expression, name: string): void {
  const value = argument.kind === 'literal' ? argument.value : undefined;
  if (typeof value === 'number' && value >= 0 && value <= 1) return;
  throw new QueryError(
    argument,
    said`${name} takes a fraction from 0 to 1, such as ${name}(latency_ms, 0.95)`,
  );
}

/** Rows that a window may hold before and after the current one. */
const maxWindowRows = 1_000_000;

function validateWindow(node: Call, over: Window, name: string, allowed: Allowed): void {
  const entry = windowFunctions.get(name);
  const isAggregate = aggregateNames.has(name);
  const isWhole = isWholeWindow(over) && (isAggregate || wholeNames.has(name));
  if (entry === undefined && !isWhole) {
    if (isAggregate) {
      const whole = `${name}(…) OVER (PARTITION BY country)`;
      throw new QueryError(
        over,
        said`${name} cannot move with the rows, it needs whole partitions, as in ${whole}`,
      );
    }
    if (scalarFunctions.has(name))
      throw new QueryError(over, said`${name} is not a window function; remove OVER`);
    throw unknownFunction(node, windowFunctions.keys());
  }
  if (!allowed.windows) {
    throw new QueryError(
      node,
      said`window functions are allowed only in SELECT and EXTEND, not in ${allowed.where}`,
    );
  }
  if (isWhole && isAggregate) {
    validateAggregate(node, name, { aggregates: true, windows: false, where: allowed.where });
    return;
  }
  if (entry !== undefined) validateArity(node, entry.signature);
  if (entry?.ranks === true && over.orderBy.length === 0) {
    throw new QueryError(over, said`${name} needs an order: ${name}() OVER (ORDER BY latency_ms DESC)`);
  }
  if (node.distinct || node.filter !== undefined || node.orderBy.length > 0) {
    throw new QueryError(node, said`DISTINCT, FILTER and ORDER BY are not supported in window functions`);
  }
  if (entry?.framed === true && !isWhole) validateFrame(over);
  if (name === 'lag' || name === 'lead') validateDistance(node);
  for (const child of childrenOf(node)) {
    validateExpression(child, { aggregates: false, windows: false, where: said`a window` });
  }
}

function validateFrame(over: Window): void {
  const { preceding, following } = over;
  if (!over.hasFrame) {
    const running = 'ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW';
    throw new QueryError(
      over,
      said`a window with ORDER BY needs its rows: write ${running} behind it for those up to the current one, or leave ORDER BY out for all`,
    );
  }
  const bounds = [preceding, following].filter((rows) => rows !== Infinity);
  if (bounds.some((rows) => Math.abs(rows) > maxWindowRows)) {
    throw new QueryError(over, said`a window can have at most 1,000,000 rows`);
  }
}

function validateDistance(node: Call): void {
  const distance = node.arguments.at(1);
  if (distance === undefined) return;
  const rows = distance.kind === 'literal' ? distance.value : undefined;
  if (typeof rows === 'number' && Number.isInteger(rows) && rows >= 0 && rows <= maxWindowRows) return;
  throw new QueryError(distance, said`the number of rows must be a whole number up to 1,000,000`);
}

/** Options stand last. */
function validateOptions({ arguments: given }: Call, name: string): void {
  const group = groupAt.has(name) ? given.at(2) : undefined;
  if (group?.kind === 'literal' && typeof group.value === 'string')
    throw new QueryError(
      group,
      said`the number of a group stands third, and options fourth: ${name}(text, pattern, 0, 'i')`,
    );
  const options = given.at(optionsAt.get(name) ?? given.length);
  if (options === undefined) return;
  const known = name === 'regexp_replace' ? 'gi' : 'i';
  const written = options.kind === 'literal' ? options.value : null;
  if (typeof written !== 'string') return;
  const odd = Array.from(written).find((one) => !known.includes(one));
  if (odd === undefined) return;
  throw new QueryError(
    options,
    name === 'regexp_replace'
      ? said`${odd} is not an option of ${name}; 'g' replaces every match, and 'i' ignores letter case`
      : said`${odd} is not an option of ${name}; 'i' ignores letter case`,
  );
}

/** Functions of which the third argument is the number of a group. */
const groupAt: ReadonlySet<string> = new Set(['regexp_extract', 'regexp_extract_all']);

const optionsAt: ReadonlyMap<string, number> = new Map([
  ['regexp_matches', 2],
  ['regexp_extract', 3],
  ['regexp_extract_all', 3],
  ['regexp_replace', 3],
]);

function validatePattern(pattern: Expression, insensitive: boolean): void {
  if (pattern.kind !== 'literal' || typeof pattern.value !== 'string') return;
  try {
    compileRegex(pattern.value, insensitive);
  } catch (error) {
    if (!(error instanceof RegexError)) throw error;
    throw new QueryError(pattern, said`invalid regular expression: ${error.said}`);
  }
}
