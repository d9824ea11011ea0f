import { said } from '../../../said/said.ts';
import { sqlOf } from '../operator/operators.ts';
import type { Expression, Name, NamedExpression, Operator, SelectItem } from '../syntax/tree.ts';
import { columnLabel } from '../syntax/columns.ts';
import { unprintable, UnprintableError, type SqlDialect } from './dialect.ts';
import { SqlExpressions } from './sqlExpression.ts';

/** How an engine writes the pipe operators that SQL itself does not have. */
export interface SqlOperators {
  readonly dialect: SqlDialect;
  /** The file as a table. */
  readonly table: string;
  /** `*` without some columns, and with some replaced or renamed; undefined where it cannot be said. */
  star(changes: StarChanges): string | undefined;
  /** Select item that makes a row of each item of a list. */
  readonly unnest: ((list: string) => string) | undefined;
  /** Set where WHERE sees what SELECT calls a column, and not the column of that name. */
  readonly aliasesInWhere?: true;
  readonly samplePercent: ((percent: number) => string) | undefined;
  /** Set where it reads another file by its name alone, and has SEMI and ANTI JOIN. */
  readonly joins?: true;
}

export interface StarChanges {
  readonly except?: readonly string[];
  readonly replace?: readonly { readonly name: string; readonly value: string }[];
  readonly rename?: readonly { readonly from: string; readonly to: string }[];
}

/** One SELECT that is being put together; it ends where an operator does not fit into it any more. */
interface Block {
  readonly from: string;
  where: string[];
  select: string | undefined;
  groupBy: string | undefined;
  orderBy: string | undefined;
  limit: string | undefined;
}

/** A pipeline as nested SELECTs, as few as there can be. @throws UnprintableError */
export function printSql(operators: readonly Operator[], engine: SqlOperators): string {
  const printer = new SqlPrinter(engine);
  for (const operator of operators) printer.add(operator);
  return printer.finish();
}

class SqlPrinter {
  readonly #engine: SqlOperators;
  readonly #expressions: SqlExpressions;
  readonly #done: string[] = [];
  #block: Block;

  constructor(engine: SqlOperators) {
    this.#engine = engine;
    this.#expressions = new SqlExpressions(engine.dialect);
    this.#block = emptyBlock(engine.table);
  }

  finish(): string {
    const last = written(this.#block);
    if (this.#done.length === 0) return last;
    return `WITH ${this.#done.join(',\n')}\n${last}`;
  }

  add(operator: Operator): void {
    switch (operator.kind) {
      case 'as':
        this.#expressions.aliases.add(operator.alias.name);
        break;
      case 'where':
        this.#endUnless(
          ({ select, orderBy, limit }) =>
            select === undefined && orderBy === undefined && limit === undefined,
        );
        this.#block.where.push(this.#expressions.write(operator.condition));
        break;
      case 'select':
        this.#select(operator.items.map((item) => this.#item(item)).join(', '));
        break;
      case 'extend':
        this.#select(['*', ...operator.items.map((item) => this.#item(item))].join(', '));
        break;
      case 'set': {
        const replace = operator.items.map(({ column, expression }) => ({
          name: column.name,
          value: this.#expressions.write(expression),
        }));
        this.#select(this.#star(operator, { replace }));
        break;
      }
      case 'drop':
        this.#select(this.#star(operator, { except: operator.columns.map(columnLabel) }), false);
        break;
      case 'rename': {
        const rename = operator.columns.map(({ from, to }) => ({ from: columnLabel(from), to: to.name }));
        this.#select(this.#star(operator, { rename }));
        break;
      }
      case 'distinct':
        this.#end();
        this.#block.select = 'DISTINCT *';
        break;
      case 'aggregate':
        this.#aggregate(operator.aggregates, operator.groupBy);
        break;
      case 'order by':
        this.#endUnless(
          ({ select, orderBy, limit }) =>
            select === undefined && orderBy === undefined && limit === undefined,
        );
        this.#block.orderBy = this.#expressions.orderKeys(operator.keys) || undefined;
        break;
      case 'limit': {
        this.#endUnless(({ limit }) => limit === undefined);
        const count = operator.count === Infinity ? '' : ` LIMIT ${operator.count}`;
        this.#block.limit = `${count}${operator.offset === 0 ? '' : ` OFFSET ${operator.offset}`}`.trim();
        break;
      }
      case 'tablesample':
        this.#sample(operator);
        break;
      case 'top':
        this.#top(operator);
        break;
      case 'unnest':
        this.#unnest(operator);
        break;
      case 'join':
        this.#join(operator);
        break;
      default:
        this.#other(operator);
    }
  }

  /** The other file's rows are structs in one column, which is called as they are: no name is that of two columns. */
  #join(operator: Extract<Operator, { kind: 'join' }>): void {
    const { type, file, alias, keys, condition } = operator;
    const { dialect, joins } = this.#engine;
    if (joins !== true) throw unprintable(operator, dialect.engine);
    this.#end();
    const name = this.#name(alias.name);
    this.#expressions.aliases.delete(alias.name);
    const write = (node: Expression): string => this.#expressions.write(node);
    const on = keys.map(({ left, right }) => {
      const other = left === right ? ofRow(right, alias) : right;
      return `${write(left)} = ${write(other)}`;
    });
    if (condition !== undefined) on.push(`(${write(condition)})`);
    const rows = `(SELECT ${name} FROM ${dialect.text(file.path)} AS ${name})`;
    const words = type === 'inner' ? 'JOIN' : `${type.toUpperCase()} JOIN`;
    this.#block = emptyBlock(`${this.#block.from} ${words} ${rows} ON ${on.join(' AND ')}`);
    this.#block.select = '*';
  }

  /** An operator that says by itself how it is written. */
  #other(operator: Operator): void {
    const { dialect } = this.#engine;
    const items = sqlOf(operator, {
      engine: dialect.engine,
      name: (name) => this.#name(name),
      expression: (expression) => this.#expressions.write(expression),
      replaced: (replace) => this.#engine.star({ replace }),
    });
    if (items === undefined) throw unprintable(operator, dialect.engine);
    this.#select(items);
  }

  /** ORDER BY would mean the columns that SELECT makes, and a window would not see the order: both stay apart. */
  #select(items: string, named = true): void {
    this.#endUnless(
      ({ select, where, orderBy, limit }) =>
        select === undefined &&
        orderBy === undefined &&
        limit === undefined &&
        (where.length === 0 || !this.#engine.aliasesInWhere || !named),
    );
    this.#block.select = items;
  }

  #item(item: SelectItem): string {
    if (item.kind === 'named')
      return `${this.#expressions.write(item.expression)} AS ${this.#name(item.name)}`;
    if (item.base !== undefined) return `${this.#expressions.write(item.base)}.*`;
    if (item.except.length === 0 && item.replace.length === 0) return '*';
    const replace = item.replace.map(({ name, expression }) => ({
      name,
      value: this.#expressions.write(expression),
    }));
    return this.#star(item, { except: item.except.map(({ name }) => name), replace });
  }

  #star(node: { from: number; to: number }, changes: StarChanges): string {
    const star = this.#engine.star(changes);
    if (star === undefined)
      throw new UnprintableError(node, said`${this.#engine.dialect.engine} does not support this`);
    return star;
  }

  #aggregate(aggregates: readonly NamedExpression[], groupBy: readonly NamedExpression[]): void {
    this.#endUnless(
      ({ select, orderBy, limit }) => select === undefined && orderBy === undefined && limit === undefined,
    );
    this.#block.select = [...groupBy, ...aggregates].map((item) => this.#item(item)).join(', ');
    if (groupBy.length > 0)
      this.#block.groupBy = groupBy.map((key) => this.#expressions.write(key.expression)).join(', ');
  }

  /** A window over the groups, which not every engine has. */
  #top(operator: Operator<'top'>): void {
    const { dialect } = this.#engine;
    if (dialect.engine !== 'DuckDB') throw unprintable(operator, dialect.engine);
    this.#endUnless(
      ({ select, orderBy, limit }) => select === undefined && orderBy === undefined && limit === undefined,
    );
    const { expression, name, explicit } = operator.expression;
    const key = this.#expressions.write(expression);
    const value = this.#name(explicit ? name : 'value');
    this.#block.select = `${key} AS ${value}, count(*) AS "count", count(*) / sum(count(*)) OVER () AS "share"`;
    this.#block.groupBy = key;
    this.#block.orderBy = `"count" DESC, ${value} NULLS LAST`;
    this.#block.limit = `LIMIT ${operator.count}`;
  }

  #sample(operator: Extract<Operator, { kind: 'tablesample' }>): void {
    const sample = operator.unit === 'percent' ? this.#engine.samplePercent : undefined;
    if (sample === undefined)
      throw new UnprintableError(operator, said`${this.#engine.dialect.engine} does not support this sample`);
    this.#endUnless(
      ({ select, orderBy, limit }) => select === undefined && orderBy === undefined && limit === undefined,
    );
    this.#block.limit = sample(operator.size);
  }

  #unnest(operator: Extract<Operator, { kind: 'unnest' }>): void {
    const { unnest, dialect } = this.#engine;
    const { expression, name, explicit } = operator.expression;
    if (unnest === undefined || operator.position !== undefined) {
      throw new UnprintableError(operator, said`${dialect.engine} does not support this UNNEST`);
    }
    const rows = unnest(this.#expressions.write(expression));
    this.#select(
      explicit
        ? `*, ${rows} AS ${this.#name(name)}`
        : this.#star(operator, { replace: [{ name, value: rows }] }),
    );
  }

  #name(name: string): string {
    return this.#engine.dialect.name(name);
  }

  #endUnless(fits: (block: Block) => boolean): void {
    if (!fits(this.#block)) this.#end();
  }

  /** Makes what was put together the table of a new SELECT. */
  #end(): void {
    const { select, where, orderBy, limit } = this.#block;
    if (select === undefined && where.length === 0 && orderBy === undefined && limit === undefined) return;
    const name = `step${this.#done.length + 1}`;
    this.#done.push(`${name} AS (\n  ${written(this.#block).replaceAll('\n', '\n  ')}\n)`);
    this.#block = emptyBlock(name);
  }
}

/** A column of USING as one of the other file. */
function ofRow(node: Expression, alias: Name): Expression {
  return node.kind === 'column' ? { ...node, first: alias, rest: [node.first, ...node.rest] } : node;
}

function emptyBlock(from: string): Block {
  return { from, where: [], select: undefined, groupBy: undefined, orderBy: undefined, limit: undefined };
}

function written({ from, where, select, groupBy, orderBy, limit }: Block): string {
  return [
    `SELECT ${select ?? '*'}`,
    `FROM ${from}`,
    ...(where.length === 0 ? [] : [`WHERE ${where.join(' AND ')}`]),
    ...(groupBy === undefined ? [] : [`GROUP BY ${groupBy}`]),
    ...(orderBy === undefined ? [] : [`ORDER BY ${orderBy}`]),
    ...(limit === undefined ? [] : [limit]),
  ].join('\n');
}
