import { said } from '../../../said/said.ts';
import { QueryError } from '../diagnostic.ts';
import type { Call, Expression } from './tree.ts';

/** Other names of functions, as DuckDB has them too. */
export const functionSynonyms: ReadonlyMap<string, string> = new Map([
  ['arbitrary', 'first'],
  ['argmax', 'arg_max'],
  ['argmin', 'arg_min'],
  ['array_agg', 'list'],
  ['array_contains', 'list_contains'],
  ['array_distinct', 'list_distinct'],
  ['array_indexof', 'list_position'],
  ['array_length', 'len'],
  ['array_position', 'list_position'],
  ['array_reverse', 'list_reverse'],
  ['array_sort', 'list_sort'],
  ['ceiling', 'ceil'],
  ['char_length', 'length'],
  ['character_length', 'length'],
  ['countif', 'count_if'],
  ['datediff', 'date_diff'],
  ['datepart', 'date_part'],
  ['datetrunc', 'date_trunc'],
  ['get_current_timestamp', 'now'],
  ['group_concat', 'string_agg'],
  ['instr', 'strpos'],
  ['lcase', 'lower'],
  ['list_has', 'list_contains'],
  ['list_indexof', 'list_position'],
  ['listagg', 'string_agg'],
  ['log', 'log10'],
  ['max_by', 'arg_max'],
  ['mean', 'avg'],
  ['min_by', 'arg_min'],
  ['power', 'pow'],
  ['ord', 'unicode'],
  ['prefix', 'starts_with'],
  ['quantile', 'quantile_disc'],
  ['split', 'string_split'],
  ['stddev_samp', 'stddev'],
  ['str_split', 'string_split'],
  ['string_to_array', 'string_split'],
  ['suffix', 'ends_with'],
  ['try_strptime', 'strptime'],
  ['ucase', 'upper'],
  ['var_samp', 'variance'],
]);

/** Other names that functions have over a window. */
const windowSynonyms: ReadonlyMap<string, string> = new Map([
  ['first', 'first_value'],
  ['last', 'last_value'],
]);

/** Functions of one time that give a part of it. */
export const partFunctions: ReadonlyMap<string, string> = new Map([
  ...[
    ...['year', 'quarter', 'month', 'week', 'day', 'hour', 'minute', 'second'],
    ...['millisecond', 'microsecond', 'decade', 'century', 'isodow', 'isoyear'],
  ].map((part): [string, string] => [part, part]),
  ['dayofmonth', 'day'],
  ['dayofweek', 'dow'],
  ['weekday', 'dow'],
  ['dayofyear', 'doy'],
  ['weekofyear', 'week'],
]);

/** Functions of one time that give a part of it in words, and the format of that. */
export const nameFunctions: ReadonlyMap<string, string> = new Map([
  ['dayname', '%A'],
  ['monthname', '%B'],
]);

/**
 * What a call by another name is: `datediff(…)` is `date_diff(…)`, `month(x)` is `date_part('month', x)`, `date(x)` is
 * `x::date`, `if(a, b, c)` is `CASE WHEN a THEN b ELSE c END`, `date_add(x, y)` is `x + y`, and
 * `strftime(format, x)` is `strftime(x, format)`.
 * @throws QueryError
 */
export function withoutSynonym(call: Call): Expression {
  const word = call.name.name.toLowerCase();
  const name = functionSynonyms.get(word) ?? (call.over && windowSynonyms.get(word));
  if (name !== undefined) return { ...call, name: { ...call.name, name } };
  const part = partFunctions.get(word);
  if (part !== undefined) {
    const [time] = argumentsOf(call, 'time');
    return { ...call, name: { ...call.name, name: 'date_part' }, arguments: [constant(call, part), time] };
  }
  const format = nameFunctions.get(word);
  if (format !== undefined) {
    const [time] = argumentsOf(call, 'time');
    return { ...call, name: { ...call.name, name: 'strftime' }, arguments: [time, constant(call, format)] };
  }
  if (
    word === 'strftime' &&
    call.arguments.length === 2 &&
    isFormat(call.arguments[0]) &&
    !isFormat(call.arguments[1])
  ) {
    // DuckDB takes both orders, and SQLite only this one.
    return { ...call, arguments: [call.arguments[1], call.arguments[0]] };
  }
  if (word === 'if') {
    const [when, then, otherwise] = argumentsOf(call, 'condition', 'value', 'otherwise');
    const { from, to } = call;
    return { kind: 'case', operand: undefined, branches: [{ when, then }], otherwise, from, to };
  }
  if (word === 'list_extract' || word === 'list_element') {
    const [base, index] = argumentsOf(call, 'list', 'index');
    return { kind: 'element', base, index, from: call.from, to: call.to };
  }
  if (word === 'list_slice' || word === 'array_slice') {
    const [base, low, high] = argumentsOf(call, 'list', 'from', 'to');
    return { kind: 'slice', base, low, high, from: call.from, to: call.to };
  }
  if (word === 'list_concat' || word === 'array_concat') {
    const [left, right] = argumentsOf(call, 'list', 'list');
    return { kind: 'arithmetic', operator: '||', left, right, from: call.from, to: call.to };
  }
  if (word === 'date') {
    const [operand] = argumentsOf(call, 'time');
    return { kind: 'cast', operand, type: 'date', from: call.from, to: call.to };
  }
  if (word !== 'date_add') return call;
  const [left, right] = argumentsOf(call, 'time', 'interval');
  return { kind: 'arithmetic', operator: '+', left, right, from: call.from, to: call.to };
}

function isFormat(argument: Expression): boolean {
  return argument.kind === 'literal' && typeof argument.value === 'string' && argument.value.includes('%');
}

function constant({ name: { from, to } }: Call, value: string): Expression {
  return { kind: 'literal', value, from, to };
}

/** @throws QueryError where the arguments are more or less than these, or something stands with them */
function argumentsOf(call: Call, ...parameters: readonly string[]): readonly Expression[] {
  const { name, arguments: given, star, distinct, orderBy, filter, over } = call;
  const isPlain = !star && !distinct && orderBy.length === 0 && filter === undefined && over === undefined;
  if (isPlain && given.length === parameters.length) return given;
  const form = `${name.name.toLowerCase()}(${parameters.join(', ')})`;
  throw new QueryError(call, said`this function is written ${form}`);
}
