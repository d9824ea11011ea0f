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

/** A query and whether the order of its rows is certain. */
export interface RandomQuery {
  readonly text: string;
  readonly ordered: boolean;
}

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
    for (let left = this.#draw(1, 4); left > 0; left--) {
      switch (this.#draw(0, 8)) {
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
          const made = this.#aggregate();
          operators.push(made.text);
          unique = made.keys;
          ordered = made.keys.length === 0;
          break;
        }
        case 5: {
          const keys = [this.any(1), ...unique].map(
            (key) => `${key}${this.#pick([' DESC', '', ' NULLS FIRST', ' DESC NULLS FIRST'])}`,
          );
          operators.push(`ORDER BY ${keys.join(', ')}`);
          ordered = true;
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
        default: {
          const item = this.#pick(this.#columns);
          operators.push(`SELECT ${item.name}`, 'DISTINCT');
          this.#columns = [item];
          unique = [item.name];
          ordered = false;
        }
      }
    }
    return { text: operators.join(' |> '), ordered };
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
      () => `${this.#pick(['abs', 'floor', 'ceil', 'round', 'sign'])}(${a()})`,
      () => `(- ${a()})`,
      () => `length(${this.text(depth - 1)})`,
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
      () => `repeat(${a()}, ${this.#draw(0, 2)})`,
      () => `lpad(${a()}, ${this.#draw(0, 5)}, 'xy')`,
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
      () => `${t()} ${not()}ILIKE ${this.#pick(["'A%'", "'%B'", "'%X%'", "'a_B'"])}`,
      () => `${t()} ${this.#pick(['~', '!~', '~*'])} ${this.#pattern()}`,
      () => `(${this.any(depth - 1)}) IS ${not()}NULL`,
      () => `(${n()}) IS ${not()}DISTINCT FROM (${n()})`,
      () => `(${t()}) IS ${not()}DISTINCT FROM (${t()})`,
      () => `(${a()}) IS ${not()}${this.#pick(['TRUE', 'FALSE'])}`,
      () => `${this.#pick(['contains', 'starts_with', 'ends_with'])}(${t()}, ${t()})`,
    ])();
  }

  /** Aggregates, grouped by columns; the group's columns tell its row from the others. */
  #aggregate(): { text: string; keys: string[] } {
    const keys = this.#pick<Column[]>([[], [this.#pick(this.#columns)], this.#columns.slice(0, 2)]);
    const made: [string, Column][] = [];
    for (let left = this.#draw(1, 3); left > 0; left--) {
      const name = this.#name();
      const n = this.number(1);
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
          [`median(${n})`, { name, type: 'number' }],
          [`quantile_cont(${n}, 0.25)`, { name, type: 'number' }],
        ]),
      );
    }
    // What follows may compare them exactly, so only the last operator may have what is rounded: the mean is left to other tests.
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
