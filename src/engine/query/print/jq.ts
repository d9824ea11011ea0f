import { said } from '../../../said/said.ts';
import type {
  Call,
  Column,
  Expression,
  NamedExpression,
  Operator,
  OrderKey,
  SelectItem,
} from '../syntax/tree.ts';
import { columnLabel } from '../syntax/columns.ts';
import { parseLike } from '../value/like.ts';
import { isNumeric, jsonOf } from '../value/value.ts';
import { isOfRecord } from '../layout.ts';
import { unprintable, UnprintableError, type PrintOptions } from './dialect.ts';
import { binary, orders, quoted, regexOf, several, unary } from './jqWords.ts';
import { jqPrelude } from './jqPrelude.ts';

/**
 * A jq program for JSON Lines, to be run with -n. jq counts in doubles, so long numbers lose digits. @throws
 * UnprintableError
 */
export function printJq(operators: readonly Operator[], { file, format }: PrintOptions): string {
  if (format === 'csv') throw new UnprintableError({ from: 0, to: 0 }, said`jq does not read CSV`);
  const printer = new JqPrinter();
  let stream = format === 'json' ? 'inputs | .[]' : 'inputs';
  for (const operator of operators) stream = printer.after(stream, operator);
  const program = `${jqPrelude}${stream}`;
  return `jq -nc ${shellText(program)} ${shellText(file)}`;
}

function shellText(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

class JqPrinter {
  readonly #aliases = new Set<string>();

  after(stream: string, operator: Operator): string {
    switch (operator.kind) {
      case 'as':
        this.#aliases.add(operator.alias.name);
        return stream;
      case 'where':
        return `${stream}\n| select(${this.#write(operator.condition)} == true)`;
      case 'select':
        return `${stream}\n| ${this.#select(operator.items)}`;
      case 'extend':
        return `${stream}\n| . + ${this.#object(operator.items)}`;
      case 'set': {
        const items = operator.items.map(
          ({ column, expression }) => `${quoted(column.name)}: ${this.#write(expression)}`,
        );
        return `${stream}\n| . + {${items.join(', ')}}`;
      }
      case 'drop':
        return `${stream}\n| del(${operator.columns.map((column) => this.#path(column)).join(', ')})`;
      case 'rename': {
        // All at once; who had one of the names has none.
        const pairs = operator.columns.map(
          ({ from, to }) => `if .key == ${quoted(columnLabel(from))} then .key = ${quoted(to.name)}`,
        );
        const taken = operator.columns.map(({ to }) => `.key == ${quoted(to.name)}`).join(' or ');
        return `${stream}\n| with_entries(${pairs.join(' el')} elif ${taken} then empty else . end)`;
      }
      case 'distinct':
        return `reduce (${stream}) as $row ({seen: {}, rows: []}; ($row | tojson) as $key | if .seen[$key] then . else .seen[$key] = true | .rows += [$row] end)\n| .rows[]`;
      case 'aggregate':
        return this.#aggregate(stream, operator.aggregates, operator.groupBy);
      case 'order by':
        return `[${stream}]${operator.keys
          .toReversed()
          .map((key) => this.#sort(key))
          .join('')}\n| .[]`;
      case 'limit': {
        const { count, offset } = operator;
        // Of no rows, limit of jq 1.6 gives one.
        if (count === 0) return 'empty';
        const first = count === Infinity ? stream : `limit(${count + offset}; ${stream})`;
        return offset === 0 ? first : `[${first}][${offset}:][]`;
      }
      case 'unnest': {
        if (operator.position !== undefined)
          throw new UnprintableError(operator, said`jq does not support this UNNEST`);
        const { expression, name } = operator.expression;
        const items = 'if type == "array" then .[] else select(. != null) end';
        return `${stream}\n| (${this.#write(expression)} | ${items}) as $item | . + {${quoted(name)}: $item}`;
      }
      case 'tablesample':
        throw new UnprintableError(operator, said`jq does not support samples`);
      default:
        throw unprintable(operator, 'jq');
    }
  }

  #select(items: readonly SelectItem[]): string {
    const parts = items.map((item) => {
      if (item.kind === 'named') return this.#object([item]);
      const base = item.base === undefined ? '.' : `(${this.#write(item.base)} // {})`;
      const without =
        item.except.length === 0
          ? base
          : `(${base} | del(${item.except.map(({ name }) => `.[${quoted(name)}]`).join(', ')}))`;
      return item.replace.length === 0 ? without : `${without} + ${this.#object(item.replace)}`;
    });
    return parts.join(' + ');
  }

  #object(items: readonly NamedExpression[]): string {
    return `{${items.map((item) => `${quoted(item.name)}: ${this.#write(item.expression)}`).join(', ')}}`;
  }

  /** Sorting twice keeps equal rows in their order, also downwards, and puts null where it belongs. */
  #sort({ expression, descending, nullsFirst }: OrderKey): string {
    const key = this.#write(expression);
    const sorted = descending ? `reverse | sort_by(${key}) | reverse` : `sort_by(${key})`;
    return `\n| ${sorted} | sort_by(${key} ${nullsFirst ? '!=' : '=='} null)`;
  }

  #aggregate(
    stream: string,
    aggregates: readonly NamedExpression[],
    groupBy: readonly NamedExpression[],
  ): string {
    const keys = `[${groupBy.map((key) => this.#write(key.expression)).join(', ')}]`;
    const columns = [
      ...groupBy.map(({ name }, at) => `${quoted(name)}: $group.keys[${at}]`),
      ...aggregates.map((item) => `${quoted(item.name)}: ($group.rows | ${this.#write(item.expression)})`),
    ];
    const empty =
      groupBy.length === 0
        ? '{order: ["[]"], groups: {"[]": {keys: [], rows: []}}}'
        : '{order: [], groups: {}}';
    return (
      `reduce (${stream}) as $row (${empty}; ($row | ${keys}) as $keys | ($keys | tojson) as $key\n` +
      '  | if .groups[$key] then . else .order += [$key] | .groups[$key] = {keys: $keys, rows: []} end\n' +
      `  | .groups[$key].rows += [$row])\n| .order[] as $key | .groups[$key] as $group | {${columns.join(', ')}}`
    );
  }

  /** A filter from the row to the value, in parentheses. */
  #write(node: Expression): string {
    switch (node.kind) {
      case 'literal':
        if (node.value !== null && typeof node.value === 'object' && !isNumeric(node.value)) {
          throw new UnprintableError(node, said`jq does not support times`);
        }
        return `(${jsonOf(node.value)})`;
      case 'column':
        return this.#column(node);
      case 'logical':
        return `rw_${node.operator}(${node.operands.map((operand) => this.#write(operand)).join(', ')})`;
      case 'not':
        return `(${this.#write(node.operand)} | rw_not)`;
      case 'comparison':
        return this.#compare(node.left, node.right, orders[node.operator]);
      case 'distinctness':
        return `((${this.#write(node.left)}) as $a | (${this.#write(node.right)}) as $b | ${
          node.negated ? '' : '(('
        }(if $a == null or $b == null then $a == $b else rw_cmp($a; $b) == 0 end)${node.negated ? '' : ') | not)'})`;
      case 'is': {
        const test = `(${this.#write(node.operand)} == ${node.test})`;
        return node.negated ? `(${test} | not)` : test;
      }
      case 'in': {
        const any = `rw_or(${node.items.map((item) => this.#compare(node.operand, item, orders['='])).join(', ')})`;
        return node.negated ? `(${any} | rw_not)` : any;
      }
      case 'between': {
        const low = this.#compare(node.operand, node.low, orders['>=']);
        const both = `rw_and(${low}, ${this.#compare(node.operand, node.high, orders['<='])})`;
        return node.negated ? `(${both} | rw_not)` : both;
      }
      case 'like':
        return this.#like(node);
      case 'match': {
        const flags = node.insensitive ? '; "i"' : '';
        const match = `(${this.#write(node.operand)} | rw_with(rw_text | test(${this.#write(node.pattern)}${flags})))`;
        return node.negated ? `(${match} | rw_not)` : match;
      }
      case 'arithmetic':
        return this.#arithmetic(node);
      case 'negative':
        return `(${this.#write(node.operand)} | rw_num | rw_with(- .))`;
      case 'case':
        return this.#case(node);
      case 'element':
        return `(${this.#write(node.base)} as $base | ${this.#write(node.index)} as $index | $base | rw_at($index | if type != "number" or . < 0 then . elif . > 0 then . - 1 else null end))`;
      case 'list':
        return `[${node.items.map((item) => this.#write(item)).join(', ')}]`;
      case 'cast':
        if (node.size !== undefined)
          throw new UnprintableError(node, said`jq does not support casts to decimal`);
        if (node.type === 'text') return `(${this.#write(node.operand)} | rw_with(rw_text))`;
        if (node.type === 'number' || node.type === 'double')
          return `(${this.#write(node.operand)} | rw_num)`;
        throw new UnprintableError(node, said`jq does not support casts to ${node.type}`);
      case 'slice':
        throw new UnprintableError(node, said`jq does not support this slice`);
      case 'call':
        return this.#call(node);
    }
  }

  #compare(left: Expression, right: Expression, test: string): string {
    return `rw_is(rw_cmp(${this.#write(left)}; ${this.#write(right)}); ${test})`;
  }

  #column(node: Column): string {
    if (isOfRecord(node.first)) {
      throw new UnprintableError(node, said`jq has no equivalent of ${node.first.name}`);
    }
    return `(${this.#steps(node)
      .map((step) => `rw_at(${'index' in step ? step.index - 1 : quoted(step.name)})`)
      .join(' | ')})`;
  }

  #steps({ first, rest }: Column): Column['rest'] {
    return this.#aliases.has(first.name) && rest.length > 0 ? rest : [first, ...rest];
  }

  #path(column: Column): string {
    const path = this.#steps(column).map((step) =>
      'index' in step ? `[${step.index - 1}]` : `[${quoted(step.name)}]`,
    );
    return `.${path.join('')}`;
  }

  #like(node: Extract<Expression, { kind: 'like' }>): string {
    const { pattern, escape } = node;
    if (
      pattern.kind !== 'literal' ||
      typeof pattern.value !== 'string' ||
      (escape !== undefined && escape.kind !== 'literal')
    ) {
      throw new UnprintableError(
        node,
        said`jq has no LIKE; only a pattern that is a text can be written as an expression`,
      );
    }
    const mark = escape !== undefined && typeof escape.value === 'string' ? escape.value : undefined;
    const parsed = parseLike(pattern.value, mark);
    // Such a query is refused before anybody wants it printed.
    if (parsed === undefined)
      throw new UnprintableError(node, said`the pattern ends with its escape character`);
    const regex = regexOf(parsed);
    const test = `test(${quoted(regex)}; ${quoted(node.insensitive ? 'ip' : 'p')})`;
    const like = `(${this.#write(node.operand)} | rw_with(rw_text | ${test}))`;
    return node.negated ? `(${like} | rw_not)` : like;
  }

  #arithmetic(node: Extract<Expression, { kind: 'arithmetic' }>): string {
    const left = this.#write(node.left);
    const right = this.#write(node.right);
    if (node.operator === '||') {
      return `(${left} as $a | ${right} as $b | if $a == null or $b == null then null else ($a | rw_text) + ($b | rw_text) end)`;
    }
    const operations = {
      '+': '.[0] + .[1]',
      '-': '.[0] - .[1]',
      '*': '.[0] * .[1]',
      '/': 'if .[1] == 0 then null else .[0] / .[1] end',
      '//': 'if .[1] == 0 then null else .[0] / .[1] | rw_trunc end',
      '%': 'if .[1] == 0 then null else .[0] - .[1] * (.[0] / .[1] | rw_trunc) end',
    };
    return `rw_calc(${left}; ${right}; ${operations[node.operator]})`;
  }

  #case({ operand, branches, otherwise }: Extract<Expression, { kind: 'case' }>): string {
    const end = otherwise === undefined ? 'null' : this.#write(otherwise);
    return branches.reduceRight((rest, { when, then }) => {
      const condition =
        operand === undefined
          ? `${this.#write(when)} == true`
          : `${this.#compare(operand, when, orders['='])} == true`;
      return `(if ${condition} then ${this.#write(then)} else ${rest} end)`;
    }, end);
  }

  #call(node: Call): string {
    if (node.over !== undefined) throw new UnprintableError(node, said`jq does not support window functions`);
    const name = node.name.name.toLowerCase();
    const of = unary.get(name);
    if (of !== undefined && node.arguments.length === 1) return `(${this.#write(node.arguments[0])} | ${of})`;
    const two = binary.get(name);
    if (two !== undefined) {
      const [a, b] = node.arguments.map((argument) => this.#write(argument));
      return `(${a} as $a | ${b} as $b | if $a == null or $b == null then null else ${two} end)`;
    }
    const list = several.get(name);
    if (list !== undefined) {
      return `([${node.arguments.map((argument) => this.#write(argument)).join(', ')}] | ${list})`;
    }
    return this.#aggregateCall(node, name);
  }

  /** `.` is the list of the group's rows. */
  #aggregateCall(node: Call, name: string): string {
    const rows = node.filter === undefined ? '.' : `map(select(${this.#write(node.filter)} == true))`;
    const [argument] = node.arguments;
    if (node.orderBy.length > 0) throw new UnprintableError(node, said`jq has no ORDER BY in an aggregate`);
    if (name === 'count' && node.arguments.length === 0) return `(${rows} | length)`;
    if (name === 'count_if') return `(${rows} | map(select(${this.#write(argument)} == true)) | length)`;
    if (name === 'first' || name === 'last')
      return `(${rows} | map(${this.#write(argument)}) | .[${name === 'first' ? 0 : -1}])`;
    if (name === 'arg_max' || name === 'arg_min') {
      const [value, by] = node.arguments.map((each) => this.#write(each));
      const pairs = `map([${value}, ${by}] | select(.[0] != null and .[1] != null))`;
      const best = name === 'arg_max' ? 'max' : 'min';
      return `(${rows} | ${pairs} | (map(.[1]) | ${best}) as $best | map(select(.[1] == $best)) | .[0][0])`;
    }
    const finish = new Map([
      ['count', 'length'],
      ['sum', 'map(rw_num | select(. != null)) | if length == 0 then null else add end'],
      ['avg', 'map(rw_num | select(. != null)) | if length == 0 then null else add / length end'],
      ['min', 'min'],
      ['max', 'max'],
      ['any_value', '.[0]'],
      ['bool_and', 'min'],
      ['bool_or', 'max'],
    ]).get(name);
    if (finish === undefined) throw new UnprintableError(node.name, said`jq has no ${name}`);
    const distinct = node.distinct ? ' | unique' : '';
    return `(${rows} | map(${this.#write(argument)} | select(. != null))${distinct} | ${finish})`;
  }
}
