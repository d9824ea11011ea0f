import fc, { type GeneratorValue } from 'fast-check';

/** What a column or an expression holds: the types for which both engines mean the same by every operator. */
export type Type = 'number' | 'text' | 'boolean';

interface Column {
  readonly name: string;
  readonly type: Type;
}

/** A row of the random table, as both engines are given it. */
export interface Row {
  readonly id: number;
  readonly i: number | null;
  readonly d: number | null;
  readonly s: string | null;
  readonly u: string | null;
  readonly b: boolean | null;
}

/** No text reads as a number, so that a CSV field means the same as a text. */
const words = [
  '',
  'a',
  'b',
  'ab',
  'Ab',
  'B',
  'aXb',
  'x y',
  ' pad ',
  'a%b',
  'a_b',
  'Ärger',
  'tímeout',
  '😀',
  "it's",
  'a,b',
  'tab\t',
];

/** Quarters are exact as doubles, so that exact decimals and doubles give the same sums and products. */
const quarter = fc.integer({ min: -40, max: 40 }).map((n) => n / 4);

export const table: fc.Arbitrary<Row[]> = fc
  .array(
    fc.record({
      i: fc.option(fc.integer({ min: -5, max: 9 }), { freq: 5 }),
      d: fc.option(quarter, { freq: 5 }),
      s: fc.option(fc.constantFrom(...words), { freq: 5 }),
      u: fc.option(fc.constantFrom('a', 'b', 'ab', 'ba'), { freq: 5 }),
      b: fc.option(fc.boolean(), { freq: 5 }),
    }),
    { minLength: 5, maxLength: 40 },
  )
  .map((rows) => rows.map((row, at) => ({ id: at + 1, ...row })));

const source: readonly Column[] = [
  { name: 'id', type: 'number' },
  { name: 'i', type: 'number' },
  { name: 'd', type: 'number' },
  { name: 's', type: 'text' },
  { name: 'u', type: 'text' },
  { name: 'b', type: 'boolean' },
];

const times = ['2024-01-31 10:20:30', '2024-02-29 00:00:00', '1999-12-31 23:59:59', '2023-05-07 04:00:01.25'];
const units = ['second', 'minute', 'hour', 'day', 'week', 'month', 'quarter', 'year', 'decade'];
const parts = [
  'year',
  'quarter',
  'month',
  'day',
  'dow',
  'isodow',
  'doy',
  'week',
  'isoyear',
  'hour',
  'minute',
  'century',
];

const widths = [
  "INTERVAL '15 minutes'",
  "INTERVAL '7 hours'",
  "INTERVAL '1 week'",
  "INTERVAL '2 days'",
  "INTERVAL '1 day 5 minutes'",
  "INTERVAL '3 months'",
  "INTERVAL '5 years'",
  "INTERVAL '7 milliseconds'",
  "INTERVAL '37 microseconds'",
];

const formats = ["'%Y-%m-%d'", "'%d.%m.%y %H:%M:%S.%f'", "'%-d %b %Y, %-I %p'", "'%A %j %%'"];

/** A query and whether the order of its rows is certain. */
export interface RandomQuery {
  readonly text: string;
  readonly ordered: boolean;
}

/** A number or a text, with signs and parentheses. */
const constant = /^[(\s-]*(?:[\d._]+(?:[eE][+-]?\d+)?|'(?:[^']|'')*')[)\s]*$/;

/** Makes queries of what `g` draws. */
export class QueryWriter {
  readonly #g: GeneratorValue;
  #columns: readonly Column[] = source;
  #names = 0;

  constructor(g: GeneratorValue) {
    this.#g = g;
  }

  query(): RandomQuery {
    const operators: string[] = [];
    let ordered = true;
    let unique: string[] = ['id'];
    let fromFile = true;
    let hasJoined = false;
    for (let left = this.#draw(1, 4); left > 0; left--) {
      switch (this.#draw(0, 14)) {
        case 0:
        case 1:
          operators.push(`WHERE ${this.boolean(3)}`);
          break;
        case 2: {
          const made = this.#named(this.#draw(1, 2));
          operators.push(`EXTEND ${made.map(([text, name]) => `${text} AS ${name.name}`).join(', ')}`);
          this.#columns = [...this.#columns, ...made.map(([, name]) => name)];
          break;
        }
        case 3: {
          const made = this.#named(this.#draw(1, 3));
          const kept = this.#columns.filter(({ name }) => unique.includes(name));
          const items = [
            ...kept.map(({ name }) => name),
            ...made.map(([text, name]) => `${text} AS ${name.name}`),
          ];
          operators.push(`SELECT ${items.join(', ')}`);
          this.#columns = [...kept, ...made.map(([, name]) => name)];
          break;
        }
        case 4: {
          const made = this.#aggregate(fromFile);
          operators.push(made.text);
          fromFile = false;
          unique = made.keys;
          ordered = made.keys.length === 0;
          break;
        }
        case 5: {
          const drawn = this.any(1);
          // A constant is refused: it would order nothing.
          const named = constant.test(drawn) ? unique : [drawn, ...unique];
          if (named.length === 0) break;
          const keys = named.map(
            (key) => `${key}${this.#pick([' DESC', '', ' NULLS FIRST', ' DESC NULLS FIRST'])}`,
          );
          operators.push(`ORDER BY ${keys.join(', ')}`);
          ordered = true;
          fromFile = false;
          break;
        }
        case 6:
          if (ordered)
            operators.push(`LIMIT ${this.#draw(0, 12)}${this.#pick(['', ` OFFSET ${this.#draw(0, 5)}`])}`);
          break;
        case 7: {
          const [column] = this.#columns;
          const others = this.#columns.filter(({ name }) => !unique.includes(name) && name !== column.name);
          if (others.length === 0) break;
          const dropped = this.#pick(others);
          operators.push(`DROP ${dropped.name}`);
          this.#columns = this.#columns.filter(({ name }) => name !== dropped.name);
          break;
        }
        case 8: {
          const [changed, kept] = [this.#pick(this.#columns), this.#name()];
          if (unique.includes(changed.name)) break;
          if (this.#draw(0, 1) === 0) {
            operators.push(`RENAME ${changed.name} AS ${kept}`);
            this.#replace(changed, { ...changed, name: kept });
          } else {
            const [[text, { type }]] = this.#named(1);
            operators.push(`SET ${changed.name} = ${text}`);
            this.#replace(changed, { ...changed, type });
          }
          break;
        }
        case 9: {
          // DuckDB sees the order of the file only where nothing has changed it.
          if (!fromFile) break;
          if (this.#draw(0, 3) === 0) {
            const filled = this.#columns.filter(({ name }) => !unique.includes(name));
            if (filled.length === 0) break;
            operators.push(`FILL ${this.#pick(filled).name}, ${this.#pick(filled).name}`);
            operators.push(`ORDER BY ${unique.join(', ')}`);
            break;
          }
          const made = this.#windows();
          operators.push(`EXTEND ${made.map(([text, { name }]) => `${text} AS ${name}`).join(', ')}`);
          operators.push(`ORDER BY ${unique.join(', ')}`);
          this.#columns = [...this.#columns, ...made.map(([, column]) => column)];
          break;
        }
        case 10: {
          if (!fromFile) break;
          const column: Column = { name: this.#name(), type: 'number' };
          operators.push(
            `UNNEST [${this.#draw(-9, -1)}, ${this.#draw(0, 4)}, ${this.#draw(5, 9)}] AS ${column.name}`,
          );
          this.#columns = [...this.#columns, column];
          unique = [...unique, column.name];
          fromFile = false;
          break;
        }
        case 13: {
          // Each can make as many rows of one as the file has.
          if (hasJoined) break;
          hasJoined = true;
          const made = this.#join();
          operators.push(made.text);
          unique = [...unique, ...made.unique];
          ordered = false;
          fromFile = false;
          break;
        }
        case 12: {
          const item = this.#pick(this.#columns);
          const column: Column = { name: this.#name(), type: item.type };
          operators.push(`TOP ${this.#draw(1, 5)} OF ${item.name} AS ${column.name}`);
          operators.push(`RENAME "count" AS ${column.name}_rows |> DROP share`);
          this.#columns = [column, { name: `${column.name}_rows`, type: 'number' }];
          unique = [column.name];
          ordered = true;
          fromFile = false;
          break;
        }
        case 11:
          operators.push(
            this.#pick(['TABLESAMPLE 100 PERCENT', 'AS f', 'OFFSET 1', 'TABLESAMPLE 0 PERCENT']),
          );
          if (!ordered && operators.at(-1) === 'OFFSET 1') operators.pop();
          break;
        default: {
          const item = this.#pick(this.#columns);
          operators.push(`SELECT ${item.name}`, 'DISTINCT');
          this.#columns = [item];
          unique = [item.name];
          ordered = false;
          fromFile = false;
        }
      }
    }
    if (this.#draw(0, 3) === 0) operators.push(...this.#last(fromFile, ordered, unique));
    return { text: operators.join(' |> '), ordered };
  }

  /** With the same table; the columns that are used of its rows become columns of their own. */
  #join(): { readonly text: string; readonly unique: readonly string[] } {
    const left = this.#pick(this.#columns);
    const right = this.#pick(source.filter(({ type }) => type === left.type));
    const words = this.#pick(['JOIN', 'INNER JOIN', 'LEFT JOIN', 'SEMI JOIN', 'ANTI JOIN']);
    const alias = this.#name();
    const sides = this.#pick([
      `${left.name} = ${alias}.${right.name}`,
      `${alias}.${right.name} = ${left.name}`,
    ]);
    const also = this.#pick([
      '',
      '',
      ` AND ${alias}.i > ${this.#draw(-5, 9)}`,
      ` AND ${this.number(1)} < ${alias}.d`,
    ]);
    const text = `${words} 'data' AS ${alias} ON ${sides}${also}`;
    if (words === 'SEMI JOIN' || words === 'ANTI JOIN') return { text, unique: [] };
    const id: Column = { name: this.#name(), type: 'number' };
    const other: Column = { name: this.#name(), type: 'text' };
    this.#columns = [...this.#columns, id, other];
    const made = `EXTEND ${alias}.id AS ${id.name}, ${alias}.s AS ${other.name} |> DROP ${alias}`;
    return { text: `${text} |> ${made}`, unique: [id.name] };
  }

  any(depth: number): string {
    return this.#pick([() => this.number(depth), () => this.text(depth), () => this.boolean(depth)])();
  }

  number(depth: number): string {
    const column = this.#column('number');
    if (depth === 0) return this.#pick([column, column, this.#numberLiteral()]);
    const a = (): string => this.number(depth - 1);
    return this.#pick<() => string>([
      () => column,
      () => this.#numberLiteral(),
      () => `(${a()} ${this.#pick(['+', '-', '*', '%'])} ${a()})`,
      () => `${this.#pick(['abs', 'floor', 'ceil', 'round', 'sign', 'trunc'])}(${a()})`,
      () => `(- ${a()})`,
      () => `mod(${a()}, ${a()})`,
      () => `(${a()} // ${a()})`,
      () => `round(${a()}, ${this.#draw(-1, 2)})`,
      () => `${this.#pick(['length', 'len'])}(${this.text(depth - 1)})`,
      () => `ifnull(${a()}, ${a()})`,
      () => `TRY_CAST(${this.text(depth - 1)} AS number)`,
      () => `CAST('${this.#draw(-99, 99)}' AS ${this.#pick(['integer', 'number', 'double'])})`,
      () => `[${a()} + 0, ${a()} + 0, ${a()} + 0][${this.#draw(-3, 3)}]`,
      () => `len([${a()}, ${a()}])`,
      () => `len([${a()}, ${a()}, ${a()}][${this.#draw(1, 3)}:${this.#draw(1, 3)}])`,
      () => `date_part('${this.#pick(parts)}', ${this.#time()})`,
      () => `EXTRACT(${this.#pick(parts)} FROM ${this.#time()})`,
      () =>
        `date_diff('${this.#pick(units.filter((unit) => unit !== 'week'))}', ${this.#time()}, ${this.#time()})`,
      () => `epoch(${this.#time()})`,
      () => `epoch_ms(${this.#time()})`,
      () => `trunc(${a()} / 4, ${this.#draw(-1, 2)})`,
      () => `log2(${a()})`,
      () => `${this.#pick(['list_sum', 'list_avg', 'list_min', 'list_max'])}([${a()} + 0, ${a()} + 0, NULL])`,
      () => `len(string_split(${this.text(depth - 1)}, ${this.#pick(["'b'", "' '", "''"])}))`,
      () => `if(${this.boolean(depth - 1)}, ${a()}, ${a()})`,
      () => `${this.#pick(['year', 'week', 'dayofweek', 'second'])}(${this.#time()})`,
      () => `strpos(${this.text(depth - 1)}, ${this.text(depth - 1)})`,
      () => `coalesce(${a()}, ${a()})`,
      () => `nullif(${a()}, ${a()})`,
      () => `${this.#pick(['greatest', 'least'])}(${a()}, ${a()})`,
      () => `CASE WHEN ${this.boolean(depth - 1)} THEN ${a()} ELSE ${a()} END`,
      () => `CASE ${this.text(depth - 1)} WHEN ${this.text(0)} THEN ${a()} END`,
    ])();
  }

  text(depth: number): string {
    const column = this.#column('text');
    if (depth === 0) return this.#pick([column, column, this.#textLiteral()]);
    const a = (): string => this.text(depth - 1);
    const n = (): string => String(this.#draw(-4, 5));
    return this.#pick<() => string>([
      () => column,
      () => this.#textLiteral(),
      () => `${this.#pick(['lower', 'upper', 'trim', 'ltrim', 'rtrim', 'reverse'])}(${a()})`,
      () => `(${a()} || ${a()})`,
      // Counted from the end past the beginning, DuckDB itself answers differently for constants and columns.
      () => `substr(${a()}, ${this.#draw(0, 5)}, ${this.#draw(0, 5)})`,
      () => `substr(${a()}, ${n()})`,
      () => `${this.#pick(['left', 'right'])}(${a()}, ${n()})`,
      () => `replace(${a()}, ${a()}, ${a()})`,
      () => `split_part(${a()}, ${this.#pick(["'b'", "' '", "'a'"])}, ${n()})`,
      () => `concat(${a()}, ${a()})`,
      () => `concat_ws(${this.#pick(["'-'", a()])}, ${a()}, ${a()}, ${this.number(0)} = 1)`,
      () => `string_split(${a()}, ${this.#pick(["'b'", "' '", "''", a()])})[${this.#draw(-2, 3)}]`,
      () => `array_to_string(string_split(${a()}, ${this.#pick(["'b'", "'a'"])}), '-')`,
      () => `array_to_string(regexp_extract_all(${a()}, ${this.#pick([this.#pattern(), "''"])}), '-')`,
      () => `regexp_extract_all(${a()}, '(a)?(b?)', ${this.#draw(0, 2)})[${this.#draw(1, 3)}]`,
      () => `${this.#pick(['list_min', 'list_max'])}([${a()}, ${a()}])`,
      () => `list_extract([${a()}, ${a()}], ${this.#draw(1, 3)})`,
      () => `if(${this.boolean(depth - 1)}, ${a()}, ${a()})`,
      () => `repeat(${a()}, ${this.#draw(0, 2)})`,
      () => `(${a()})[${this.#draw(1, 3)}:${this.#draw(1, 4)}]`,
      () => `[${a()}, ${a()}, ${a()}][${this.#draw(1, 2)}:${this.#draw(2, 3)}][1]`,
      () => `${this.#pick(['lpad', 'rpad'])}(${a()}, ${this.#draw(0, 5)}, 'xy')`,
      () => `${this.#pick(['trim', 'ltrim', 'rtrim'])}(${a()}, 'ab ')`,
      () => `substring(${a()}, ${this.#draw(1, 5)}, ${this.#draw(0, 5)})`,
      () => `ifnull(${a()}, ${a()})`,
      () => `${this.#pick(['greatest', 'least'])}(${a()}, ${a()})`,
      () => `[${a()}, ${a()}][${this.#draw(-2, 3)}]`,
      () => `regexp_extract(${a()}, '(a)(b?)', ${this.#draw(0, 2)})`,
      () => `regexp_replace(${a()}, ${this.#pattern()}, '<\\0>'${this.#pick(['', ", 'g'", ", 'i'"])})`,
      () => `CAST(${this.#time()} AS text)`,
      () => `strftime(${this.#time()}, ${this.#pick(formats)})`,
      () => `strftime(${this.#pick(formats)}, ${this.#time()})`,
      () => `CAST(${this.boolean(depth - 1)} AS text)`,
      () => `coalesce(${a()}, ${a()})`,
      () => `nullif(${a()}, ${a()})`,
      () => `regexp_extract(${a()}, ${this.#pattern()})`,
      () => `regexp_replace(${a()}, ${this.#pattern()}, '-', 'g')`,
      () => `CASE WHEN ${this.boolean(depth - 1)} THEN ${a()} END`,
      () => `CAST(${this.#draw(-9, 9)} AS text)`,
    ])();
  }

  boolean(depth: number): string {
    const column = this.#column('boolean');
    if (depth === 0) return this.#pick([column, 'true', 'false', 'NULL']);
    const n = (): string => this.number(depth - 1);
    const t = (): string => this.text(depth - 1);
    const a = (): string => this.boolean(depth - 1);
    const not = (): string => this.#pick(['', 'NOT ']);
    const compare = (): string => this.#pick(['=', '<>', '<', '<=', '>', '>=']);
    return this.#pick<() => string>([
      () => column,
      () => `${n()} ${compare()} ${n()}`,
      () => `${n()} ${compare()} ${this.#numberLiteral()}`,
      () => `${t()} ${compare()} ${t()}`,
      () => `(${a()} AND ${a()})`,
      () => `(${a()} OR ${a()})`,
      () => `(NOT ${a()})`,
      () => `${n()} ${not()}IN (${this.#numberLiteral()}, ${n()})`,
      () => `${t()} ${not()}IN (${this.#textLiteral()}, ${this.#textLiteral()}, ${t()})`,
      () => `${n()} ${not()}BETWEEN ${n()} AND ${n()}`,
      () => `${t()} ${not()}BETWEEN ${t()} AND ${t()}`,
      () =>
        `${t()} ${not()}LIKE ${this.#pick(["'a%'", "'%b'", "'%a%'", "'a_b'", "'%'", "'_'", "'%a_%'", "''"])}`,
      () => `${t()} ${not()}LIKE 'a!%%' ESCAPE '!'`,
      // A pattern that ends with its escape character is an error in DuckDB.
      () =>
        `${t()} ${not()}ILIKE ${this.#pick(["'aX%b'", "'XX%'", "'ab%'", "'%Bb'"])} ESCAPE ${this.#pick(["'X'", "'x'"])}`,
      () => `${t()} ${not()}ILIKE ${this.#pick(["'ab%'", "'abba'", "'%bB%'"])} ESCAPE 'b'`,
      () => `${t()} ${not()}ILIKE ${this.#pick(["'A%'", "'%B'", "'%X%'", "'a_B'"])}`,
      () => `${t()} ${this.#pick(['~', '!~', '~*', '!~*'])} ${this.#pattern()}`,
      () => `regexp_matches(${t()}, ${this.#pattern()})`,
      () => `list_contains([${n()} + 0, ${n()} + 0], ${n()} + 0)`,
      () => `list_contains([${t()}, ${t()}], ${t()})`,
      () => `(${this.#time()} ${compare()} ${this.#time()})`,
      () => `(${this.#time()} ${not()}BETWEEN ${this.#time()} AND ${this.#time()})`,
      () => `(${this.#time()} ${not()}IN (${this.#time()}, ${this.#time()}))`,
      () => `((${a()}) ${compare()} (${a()}))`,
      () => `CASE WHEN ${a()} THEN ${a()} ELSE ${a()} END`,
      () => `coalesce(${a()}, ${a()})`,
      () => `CAST('${this.#pick(['true', 'false'])}' AS boolean)`,
      () => `(now() > ${this.#time()})`,
      () => '(today() = CURRENT_DATE)',
      () => `(${this.any(depth - 1)}) IS ${not()}NULL`,
      () => `(${n()}) IS ${not()}DISTINCT FROM (${n()})`,
      () => `(${t()}) IS ${not()}DISTINCT FROM (${t()})`,
      () => `(${a()}) IS ${not()}${this.#pick(['TRUE', 'FALSE'])}`,
      () => `${this.#pick(['contains', 'starts_with', 'ends_with'])}(${t()}, ${t()})`,
    ])();
  }

  /** A time, or NULL. */
  #time(): string {
    const literal = (): string => `TIMESTAMP '${this.#pick(times)}'`;
    return this.#pick<() => string>([
      literal,
      () => `DATE '${this.#pick(times).slice(0, 10)}'`,
      () => `CAST('${this.#pick(times)}' AS timestamp)`,
      () =>
        `(${literal()} ${this.#pick(['+', '-'])} INTERVAL ${this.#draw(1, 40)} ${this.#pick(['day', 'month', 'hour', 'year', 'minute'])})`,
      () => `date_trunc('${this.#pick(units)}', ${literal()})`,
      () => `strptime(strftime(${literal()}, ${this.#pick(formats)}), ${this.#pick(formats)})`,
      () => `CASE WHEN ${this.#column('boolean')} THEN ${literal()} END`,
      () => `time_bucket(${this.#pick(widths)}, ${literal()})`,
      () => `last_day(${literal()})`,
      // Years apart, since deviations of large numbers that are close together are rounded.
      () => `make_date(2000 + ${this.#whole()}, ${this.#draw(1, 13)}, ${this.#draw(27, 32)})`,
      () =>
        `make_timestamp(2000 + ${this.#whole()}, ${this.#draw(1, 13)}, 28, ${this.#draw(0, 24)}, ${this.#draw(0, 60)}, ${this.#draw(0, 61)} + 0.25)`,
      () => `CASE WHEN ${this.#column('number')} > 2 THEN ${literal()} ELSE ${literal()} END`,
    ])();
  }

  #whole(): string {
    return `floor(${this.#column('number')})`;
  }

  /** Over the rows of the file in their order. */
  #windows(): [string, Column][] {
    const [from, to] = [this.#draw(0, 4), this.#draw(0, 4)];
    const partition = this.#pick(['', '', `PARTITION BY ${this.#pick(this.#columns).name} `]);
    const frame = this.#pick([
      `ROWS BETWEEN ${from} PRECEDING AND CURRENT ROW`,
      `ROWS BETWEEN ${from} PRECEDING AND ${to} FOLLOWING`,
      `ROWS BETWEEN ${from + to} PRECEDING AND ${from} PRECEDING`,
      `ROWS BETWEEN ${from} FOLLOWING AND ${from + to} FOLLOWING`,
      'ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW',
    ]);
    const key = this.#pick<() => string>([() => this.#pick(this.#columns).name, () => this.any(1)]);
    const direction = this.#pick(['', ' DESC', ' NULLS FIRST', ' DESC NULLS FIRST']);
    const drawn = key();
    const sorting = constant.test(drawn) ? 'id' : `${drawn}${direction}`;
    // With the number of the row, so that there is only one such order.
    const order = this.#pick(['', `ORDER BY ${sorting}, id `]);
    const over = `OVER (${partition}${order}${frame})`;
    const whole = `OVER (${this.#pick(['', `PARTITION BY ${this.any(1)}`, partition, `${partition}${order}ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING`])})`;
    // Without PARTITION BY, DuckDB 1.5 looks past the frame for these.
    const places = partition === '' && order === '' ? [] : ['first_value', 'last_value'];
    const name = this.#name();
    const number = this.number(1);
    return [
      this.#pick<[string, Column]>([
        [`row_number() OVER (${partition}${order})`, { name, type: 'number' }],
        [
          `${this.#pick(['rank', 'dense_rank'])}() OVER (${partition}ORDER BY ${sorting})`,
          { name, type: 'number' },
        ],
        [
          `${this.#pick(['sum', 'min', 'max', 'count', 'median', 'count_if', 'any_value'])}(${number}) ${whole}`,
          { name, type: 'number' },
        ],
        [
          `${this.#pick(['min', 'max', 'string_agg'])}(${this.text(1)}) FILTER (WHERE ${this.boolean(1)}) OVER (${partition})`,
          { name, type: 'text' },
        ],
        [`count(*) ${whole}`, { name, type: 'number' }],
        [`${this.#pick(['first_value', 'last_value'])}(${this.text(1)}) ${whole}`, { name, type: 'text' }],
        [
          `${this.#pick(['lag', 'lead'])}(${number}, ${this.#draw(0, 3)}) OVER (${partition}${order})`,
          { name, type: 'number' },
        ],
        [
          `${this.#pick(['lag', 'lead'])}(${this.text(1)}, 1, 'none') OVER (${partition}${order})`,
          { name, type: 'text' },
        ],
        [
          `${this.#pick(['sum', 'min', 'max', 'count', ...places])}(${number}) ${over}`,
          { name, type: 'number' },
        ],
        [`${this.#pick(['min', 'max', ...places])}(${this.text(1)}) ${over}`, { name, type: 'text' }],
        [`count(*) ${over}`, { name, type: 'number' }],
      ]),
    ];
  }

  /** An operator whose values are rounded, or of a type that nothing more can be done with here. */
  #last(fromFile: boolean, ordered: boolean, unique: readonly string[]): string[] {
    const n = (): string => this.number(1);
    const item = this.#pick<() => string>([
      () => `(${n()} / ${n()})`,
      () => `${this.#pick(['sqrt', 'ln', 'log10'])}(${n()})`,
      () => `exp(least(${n()}, 9))`,
      () => `pow(abs(${n()}), ${this.#pick(['0.5', '2', '3'])})`,
      () =>
        `json_extract('{"a": [1, {"b": 2.5}]}', '${this.#pick(['$.a[0]', '$.a[1].b', '$.c', '$.a[7]'])}')`,
      () => this.#time(),
      ...(fromFile
        ? [(): string => `avg(${n()}) OVER (ROWS BETWEEN ${this.#draw(0, 5)} PRECEDING AND CURRENT ROW)`]
        : []),
    ])();
    if (this.#draw(0, 1) === 0) {
      const keys = unique.filter((key) => this.#columns.some(({ name }) => name === key));
      return [`SELECT ${[...keys, `${item} AS ${this.#name()}`].join(', ')}`];
    }
    const made = [`avg(${n()})`, `stddev(${n()})`, `avg(DISTINCT ${n()})`];
    return ordered ? [`AGGREGATE ${this.#pick(made)} AS ${this.#name()}`] : [];
  }

  /** Aggregates, grouped by columns; the group's columns tell its row from the others. */
  #aggregate(fromFile: boolean): { text: string; keys: string[] } {
    const keys = this.#pick<Column[]>([[], [this.#pick(this.#columns)], this.#columns.slice(0, 2)]);
    const made: [string, Column][] = [];
    for (let left = this.#draw(1, 3); left > 0; left--) {
      const name = this.#name();
      const n = this.number(1);
      const t = this.text(1);
      const filter = this.#pick(['', '', ` FILTER (WHERE ${this.boolean(1)})`]);
      const column = this.#column('text');
      made.push(
        this.#pick<[string, Column]>([
          [`count(*)${filter}`, { name, type: 'number' }],
          [`count(${this.any(1)})${filter}`, { name, type: 'number' }],
          [`count(DISTINCT ${n})`, { name, type: 'number' }],
          [`sum(${n})${filter}`, { name, type: 'number' }],
          [`sum(DISTINCT ${n})`, { name, type: 'number' }],
          [`min(${n})${filter}`, { name, type: 'number' }],
          [`max(${n})`, { name, type: 'number' }],
          [`min(${column})`, { name, type: 'text' }],
          [`max(${this.text(1)})${filter}`, { name, type: 'text' }],
          [`count_if(${this.boolean(1)})`, { name, type: 'number' }],
          [`${this.#pick(['bool_and', 'bool_or'])}(${this.boolean(1)})${filter}`, { name, type: 'boolean' }],
          [
            `quantile_disc(${n}, ${this.#pick(['0.25', '0', '1', '0.5', '0.07'])})${filter}`,
            { name, type: 'number' },
          ],
          [`quantile_disc(${t}, ${this.#pick(['0.25', '0', '1', '0.5', '0.07'])})`, { name, type: 'text' }],
          [`median(${n})`, { name, type: 'number' }],
          [
            `quantile_cont(${n}, ${this.#pick(['0.25', '0', '1', '0.5'])})${filter}`,
            { name, type: 'number' },
          ],
          [`count(DISTINCT ${this.text(1)})${filter}`, { name, type: 'number' }],
          [`string_agg(${t}, '-' ORDER BY ${t}${this.#pick(['', ' DESC'])})`, { name, type: 'text' }],
          ...(fromFile
            ? ([
                [`${this.#pick(['first', 'last'])}(${n})${filter}`, { name, type: 'number' }],
                [`${this.#pick(['first', 'last'])}(${this.text(1)})`, { name, type: 'text' }],
                [
                  `${this.#pick(['first', 'last', 'any_value'])}(${this.text(1)} ORDER BY ${this.any(1)}${this.#pick(['', ' DESC', ' NULLS FIRST', ' DESC NULLS FIRST'])}, id)${filter}`,
                  { name, type: 'text' },
                ],
                [
                  `${this.#pick(['arg_max', 'arg_min'])}(${this.text(1)}, ${n})${filter}`,
                  { name, type: 'text' },
                ],
                [`${this.#pick(['arg_max', 'arg_min'])}(${n}, ${this.text(1)})`, { name, type: 'number' }],
                [`any_value(${n})${filter}`, { name, type: 'number' }],
                [`any_value(${this.text(1)})`, { name, type: 'text' }],
                [`mode(${n})${filter}`, { name, type: 'number' }],
                [`mode(${this.text(1)})`, { name, type: 'text' }],
                [`list(${n} + 0)[${this.#draw(1, 3)}]`, { name, type: 'number' }],
                [`len(list(${n}))`, { name, type: 'number' }],
                [`len(list(DISTINCT ${n})${filter})`, { name, type: 'number' }],
                [`list(${n} + 0 ORDER BY ${n} + 0 DESC)[1]`, { name, type: 'number' }],
                [`string_agg(${this.text(1)}, '+')${filter}`, { name, type: 'text' }],
              ] satisfies [string, Column][])
            : []),
        ]),
      );
    }
    // What follows may compare them exactly, so only the last operator may have what is rounded: the mean is
    // left to other tests.
    const items = made.map(([text, { name }]) => `${text} AS ${name}`).join(', ');
    const by = keys.length === 0 ? '' : ` GROUP BY ${keys.map(({ name }) => name).join(', ')}`;
    this.#columns = [...keys, ...made.map(([, column]) => column)];
    return { text: `AGGREGATE ${items}${by}`, keys: keys.map(({ name }) => name) };
  }

  #named(count: number): [string, Column][] {
    return Array.from({ length: count }, () => {
      const type = this.#pick<Type>(['number', 'text', 'boolean']);
      const text = type === 'number' ? this.number(2) : type === 'text' ? this.text(2) : this.boolean(2);
      return [text, { name: this.#name(), type }];
    });
  }

  #replace(old: Column, other: Column): void {
    this.#columns = this.#columns.map((column) => (column === old ? other : column));
  }

  #name(): string {
    return `c${++this.#names}`;
  }

  #column(type: Type): string {
    const names = this.#columns.filter((column) => column.type === type).map(({ name }) => name);
    if (names.length > 0) return this.#pick(names);
    return type === 'number' ? '1' : type === 'text' ? "'a'" : 'true';
  }

  #numberLiteral(): string {
    return String(this.#draw(-12, 40) / 4);
  }

  #textLiteral(): string {
    return `'${this.#pick(words).replaceAll("'", "''")}'`;
  }

  #pattern(): string {
    return `'${this.#pick(['a', '^a', 'b$', 'a.b', '[ab]+', '(a|b)b', 'x?', '\\w+', '\\s', '[^a]', 'Ä', '.'])}'`;
  }

  #draw(min: number, max: number): number {
    return this.#g(fc.integer, { min, max });
  }

  #pick<T>(options: readonly T[]): T {
    return options[this.#draw(0, options.length - 1)];
  }
}
