import assert from 'node:assert/strict';
import { pipeOperators } from '../../../src/engine/query/operator/operators.ts';
import {
  completeAt,
  keywords,
  nameSpans,
  type FileField,
  type Known,
  type Layout,
} from '../../../src/engine/query/index.ts';

const field = (path: string, type = 'text'): FileField => ({
  ...{ name: path, path, type },
  fields: path.split('.'),
});

const usersLayout: Layout = {
  ...{ names: 'columns', columns: ['id', 'full.name'] },
  ...{ delimiter: ',', quote: '"', escape: 'double' },
};

/** A file of orders, beside a table of users and records of events. */
const orders: Known = {
  layout: { names: 'paths' },
  columns: [
    field('id', 'number'),
    field('status', 'number'),
    field('country'),
    field('amount', 'number'),
    field('timestamp'),
    field('items', 'array'),
    field('user.country'),
    field('user.name'),
    { name: 'odd name', path: '"odd name"', type: 'text', fields: ['odd name'] },
  ],
  values: (column) =>
    Promise.resolve(
      column.path === 'country' || column.path === 'user.country'
        ? [{ text: 'DE', bare: false }]
        : column.path === 'amount'
          ? [{ text: '10', bare: true }]
          : [],
    ),
  members: ({ path }) => Promise.resolve(path === 'items' ? [['sku'], ['qty'], ['size', 'w']] : []),
  joined: (path) =>
    Promise.resolve(
      path === 'users.csv'
        ? {
            layout: usersLayout,
            columns: [
              { name: 'id', path: 'id', type: 'number', fields: [0] },
              { name: 'full.name', path: '"full.name"', type: 'text', fields: [1] },
            ],
          }
        : path === 'events.jsonl'
          ? { layout: { names: 'paths' }, columns: [field('id'), field('at.day')] }
          : undefined,
    ),
  files: () => Promise.resolve(['events.jsonl', 'users.csv']),
};

/** What is offered where `^` stands in a query, and the text that it takes the place of. */
async function offered(marked: string, known: Known = orders) {
  const position = marked.indexOf('^');
  const query = marked.replace('^', '');
  const { from, to, expected, items } = await completeAt(query, position, known);
  return { replaced: query.slice(from, to), expected, inserts: items.map(({ insert }) => insert), items };
}

const inserts = async (marked: string, known?: Known) => (await offered(marked, known)).inserts;
const columnsAt = async (marked: string, known?: Known) =>
  (await offered(marked, known)).items.filter(({ kind }) => kind === 'column').map(({ insert }) => insert);

describe('completeAt', () => {
  const rows: readonly (readonly [string, readonly string[], readonly string[]])[] = [
    // The columns are those of the rows at that place.
    ['|> AGGREGATE count(*) AS total GROUP BY country |> ORDER BY t^', ['total'], ['timestamp']],
    ['|> AGGREGATE count(*) AS total GROUP BY country |> WHERE ^', ['country', 'total'], ['amount', '_line']],
    ['|> AGGREGATE count(*) AS total GROUP BY country |> WHERE am^', [], ['amount']],
    ['|> AGGREGATE count(*) GROUP BY country |> WHERE c^', ['country', '"count(*)"'], []],
    ['|> AGGREGATE count(*) AS n GROUP BY ^', ['country', 'amount'], ['n']],
    ['|> AGGREGATE count(*) AS n GROUP BY country ORDER BY ^', ['country', 'n'], ['amount']],
    ['SELECT country AS land, count(*) AS n GROUP BY country ORDER BY ^', ['land', 'n', 'amount'], []],
    ['SELECT country AS land, count(*) AS n WHERE ^', ['country'], ['land']],
    ['|> EXTEND amount * 2 AS dbl |> WHERE d^', ['dbl'], []],
    ['|> EXTEND amount * 2 AS dbl, ^', ['amount'], ['dbl']],
    ['|> RENAME country AS land |> WHERE ^', ['land', 'user.country'], ['country']],
    ['|> RENAME user AS person |> WHERE ^', ['person.country', 'person.name'], ['user.country']],
    ['|> SELECT id |> WHERE ^', ['id', '_line'], ['country']],
    ['|> SELECT user.country |> WHERE ^', ['user.country'], ['id', 'country']],
    ['|> SELECT user |> WHERE ^', ['user', 'user.country', 'user.name'], ['id', 'country']],
    ['|> SELECT user.* |> WHERE ^', ['country', 'name'], ['id', 'user.country']],
    ['|> SELECT * EXCEPT (country) |> WHERE ^', ['id', 'user.country'], ['country']],
    ['|> DROP user, id |> WHERE ^', ['country'], ['id', 'user.country']],
    ['|> SET country = 1 |> WHERE ^', ['country', 'id'], []],
    ['|> UNNEST items AS it |> WHERE ^', ['items', 'it', 'it.sku', 'it.size.w'], []],
    ['|> UNNEST items |> WHERE ^', ['items', 'items.sku'], []],
    ['|> UNNEST items AS it WITH OFFSET place |> WHERE ^', ['it.qty', 'place'], []],
    ['|> UNNEST items AS it |> SELECT it.* |> WHERE ^', ['sku', 'qty'], ['id']],
    ["|> JOIN 'users.csv' AS o ON id = o.id |> WHERE ^", ['id', 'o', 'o.id', 'o."full.name"'], []],
    ["|> JOIN 'users.csv' AS o ON id = o.id |> WHERE o.^", ['o.id', 'o."full.name"'], ['id']],
    ["|> LEFT JOIN 'events.jsonl' ON id = events.id |> WHERE ^", ['events', 'events.at.day'], []],
    ["|> JOIN 'gone.csv' AS o ON id = o.id |> WHERE ^", ['id', 'o'], ['o.id']],
    ["|> SEMI JOIN 'users.csv' AS o ON id = o.id |> WHERE ^", ['id'], ['o', 'o.id']],
    ["|> SEMI JOIN 'users.csv' AS o ON id = ^", ['id', 'o.id'], []],
    ['|> DESCRIBE |> WHERE ^', ['column_name', 'nulls'], ['id']],
    ['|> TOP 5 OF country |> WHERE ^', ['value', 'count', 'share'], ['id', 'country']],
    ["|> CALL './a.mjs' |> WHERE ^", [], ['id']],
    ['|> AS orders |> WHERE orders.^', ['orders.country', 'orders."odd name"'], ['country']],
    // An operator that cannot be read is left out.
    ['|> RENAME country land |> EXTEND 1 AS one |> WHERE ^', ['one', 'country'], []],
    ["country = 'DE' |> SELECT id |> WHERE ^ |> LIMIT 3", ['id'], ['country']],
  ];
  for (const [query, wanted, unwanted] of rows) {
    it(`offers the columns that rows have: ${query}`, async () => {
      const columns = await columnsAt(query);
      assert.deepEqual(columns.filter((column) => wanted.includes(column)).toSorted(), wanted.toSorted());
      assert.deepEqual(
        columns.filter((column) => unwanted.includes(column)),
        [],
      );
    });
  }

  for (const [query, wanted] of [
    ['|> DROP c^', ['country', 'user.country']],
    ['DROP c^', ['country', 'user.country']],
    ['|> DROP id, c^', ['country', 'user.country']],
    ['|> RENAME c^', ['country', 'user.country']],
    ['|> FILL c^', ['country', 'user.country']],
    ['|> UNNEST c^', ['country', 'user.country']],
    ['|> TOP 5 OF c^', ['country', 'user.country']],
    ['|> DESCRIBE c^', ['country', 'user.country']],
    ['|> SET c^', ['country']],
    ['|> SET u^', ['status', 'country', 'amount', 'user']],
    ['|> SELECT * EXCEPT (u^', ['status', 'country', 'amount', 'user']],
    ['|> WHERE "od^', ['"odd name"']],
    ["|> JOIN 'users.csv' AS o USING (^", ['id']],
    ["|> JOIN 'gone.csv' AS o USING (amo^", ['amount']],
  ] as const) {
    it(`offers nothing but columns where nothing else may stand: ${query}`, async () => {
      assert.deepEqual((await inserts(query)).toSorted(), wanted.toSorted());
    });
  }

  it('offers functions where an expression is seldom more than a column, once no column is meant', async () => {
    assert.deepEqual(await inserts('|> TOP 5 OF low^'), ['lower(']);
    assert.deepEqual(await inserts('|> UNNEST string_s^'), ['string_split(']);
  });

  for (const [query, wanted] of [
    ['status = 1 an^', ['AND']],
    ["country = 'DE' an^", ['AND']],
    ['"odd name" an^', ['AND']],
    ['lower(country) an^', ['AND']],
    ['unknown an^', ['AND']],
    ['|> WHERE status = 1 an^', ['AND']],
    ["timestamp < TIMESTAMP '2026-01-02' AND timestamp bet^", ['BETWEEN', 'NOT BETWEEN']],
    ['status NOT ^', ['IN', 'BETWEEN', 'LIKE', 'ILIKE']],
    ['status IS ^', ['NULL', 'NOT NULL', 'TRUE', 'FALSE', 'DISTINCT FROM']],
    ['|> ORDER BY status de^', ['DESC']],
    ['|> ORDER BY status nu^', ['NULLS FIRST', 'NULLS LAST', 'IS NULL', 'IS NOT NULL']],
    ['|> ORDER BY status DESC ^', ['NULLS FIRST', 'NULLS LAST', 'LIMIT', 'OFFSET', 'FETCH FIRST']],
    ['|> ORDER BY status NULLS ^', ['FIRST', 'LAST']],
    ['|> ORDER ^', ['BY']],
    ["|> JOIN 'users.csv' ^", ['AS', 'ON', 'USING']],
    ["|> JOIN 'users.csv' AS o ^", ['ON', 'USING']],
    ['|> UNNEST items AS it w^', ['WITH OFFSET']],
    ['|> TOP 5 ^', ['OF']],
    ['|> RENAME id ^', ['AS']],
    ['|> TABLESAMPLE 5 ^', ['PERCENT', 'ROWS']],
    ['|> AGGREGATE count(*) gr^', ['GROUP BY']],
    ['status = 1 gr^', []],
    ['|> SELECT * ex^', ['EXCEPT']],
    ['|> EXTEND rank() ov^', ['OVER (']],
    ['|> EXTEND rank() OVER (p^', ['PARTITION BY']],
    ['CASE WHEN status = 1 ^', ['THEN']],
    ['|> SELECT id AS ^', []],
    ['|> DROP id ^', ['ORDER BY', 'LIMIT', 'OFFSET', 'FETCH FIRST']],
    ['id::num^', ['number', 'numeric']],
    ['|> ord^', ['ORDER BY']],
  ] as const) {
    it(`offers the words that may follow: ${query}`, async () => {
      const words = await inserts(query);
      const expected =
        query.startsWith('CASE') || query.includes('JOIN')
          ? words.filter((word) => (wanted as readonly string[]).includes(word))
          : words;
      assert.deepEqual(expected.toSorted(), wanted.toSorted());
    });
  }

  for (const query of [
    ...[
      '^',
      'sta^',
      'NOT sta^',
      'status = 1 AND sta^',
      'status = 1 AND (sta^',
      'lower(sta^',
      'CASE WHEN sta^',
    ],
    ...['CASE status WHEN 1 THEN sta^', '|> SELECT sta^', '|> SELECT DISTINCT sta^', '|> SELECT id, sta^'],
    ...[
      '|> WHERE sta^',
      '|> ORDER BY sta^',
      '|> AGGREGATE count(*) AS n GROUP BY sta^',
      '|> UNNEST [1, sta^',
    ],
    ...["|> JOIN 'f' AS u ON sta^", '|> EXTEND rank() OVER (ORDER BY sta^', 'status = = sta^'],
  ]) {
    it(`offers columns and functions where an expression begins: ${query}`, async () => {
      const all = await inserts(query);
      assert.ok(all.includes('status') && all.includes('starts_with('), all.join());
    });
  }

  it('offers every operator after |>, and CALL only where programs may be run', async () => {
    const page = pipeOperators.filter(({ only }) => only === undefined).map(({ word }) => word);
    assert.deepEqual(await inserts('status = 1 |> ^'), page);
    assert.deepEqual((await offered('a = 1 |> ord^')).replaced, 'ord');
    assert.deepEqual(await inserts('|> ca^', { ...orders, calls: true }), ['CALL']);
    assert.deepEqual(await inserts('|> ca^'), []);
  });

  it('offers aggregates and functions of windows only where they may be called', async () => {
    for (const [query, aggregates, windows] of [
      ['|> WHERE ^', false, false],
      ['^', false, false],
      ['|> AGGREGATE ^', true, false],
      ['|> AGGREGATE count(*) GROUP BY ^', false, false],
      ['|> EXTEND ^', true, true],
      ['|> SELECT ^', true, true],
    ] as const) {
      const all = await inserts(query);
      assert.deepEqual([all.includes('sum('), all.includes('rank(')], [aggregates, windows], query);
    }
  });

  it('offers sizes of samples and parts of times', async () => {
    assert.deepEqual(await inserts('|> TABLESAMPLE ^'), ['10 PERCENT', '1 PERCENT', '1000 ROWS']);
    assert.ok((await inserts('EXTRACT(^')).includes('hour'));
    assert.deepEqual(await inserts('|> EXTEND EXTRACT(quar^'), ['quarter']);
    assert.ok((await inserts('amount > 1 AND timestamp ^')).includes('AT TIME ZONE'));
  });

  it('offers the files that a JOIN may read', async () => {
    for (const query of ["|> JOIN '^", '|> LEFT JOIN ^', "|> ANTI JOIN '^'"])
      assert.deepEqual(await inserts(query), ["'events.jsonl'", "'users.csv'"], query);
    assert.deepEqual(await inserts("|> JOIN 'us^"), ["'users.csv'"]);
    assert.deepEqual(await inserts("|> WHERE country = 'us^"), []);
  });

  for (const [query, wanted] of [
    ["country = 'D^'", ["'DE'"]],
    ["country IN ('FR', 'd^", ["'DE'"]],
    ["user.country = '^", ["'DE'"]],
    ["|> RENAME country AS land |> WHERE land = '^", ["'DE'"]],
    ["|> AGGREGATE count(*) GROUP BY country |> WHERE country = '^", ["'DE'"]],
    ["|> AS o |> WHERE o.country = '^", ["'DE'"]],
    ["|> EXTEND amount AS total |> SELECT total AS amount |> WHERE country = '^", []],
    ["|> AGGREGATE sum(amount) AS amount GROUP BY country |> WHERE amount = '^", []],
    ["|> SET country = lower(country) |> WHERE country = '^", []],
    ["status = '^'", []],
  ] as const) {
    it(`offers values of the column that is compared, if it is one of the file: ${query}`, async () => {
      assert.deepEqual(await inserts(query), wanted);
    });
  }

  it('offers the values of what is compared first', async () => {
    assert.equal((await inserts('country = ^')).at(0), "'DE'");
    assert.equal((await inserts('|> EXTEND amount AS total |> WHERE total > ^')).at(0), '10');
    const computed = await inserts('|> AGGREGATE sum(amount) AS amount GROUP BY country |> WHERE amount > ^');
    assert.deepEqual(computed.slice(0, 2), ['country', 'amount']);
  });

  it('names a column of a table whole, and keeps apart what its path would not', async () => {
    const table: Known = {
      layout: usersLayout,
      columns: [
        { name: 'id', path: 'id', type: 'number', fields: [0] },
        { name: 'full.name', path: '"full.name"', type: 'text', fields: [1] },
      ],
    };
    for (const query of ['fu^', '|> DROP fu^', '|> SET fu^', '|> SELECT "full.name" |> WHERE fu^'])
      assert.equal((await columnsAt(query, table)).at(0), '"full.name"', query);
    assert.deepEqual(await columnsAt('|> RENAME "full.name" AS name |> DROP ^', table), ['id', 'name']);
  });

  it('says whether the query cannot end, where words are worth offering unasked', async () => {
    for (const query of [
      '^',
      'status > ^',
      'status > 1 AND ^',
      '|> ^',
      '|> DROP ^',
      '|> SELECT id, ^',
      '|> JOIN ^',
    ])
      assert.equal((await offered(query)).expected, true, query);
    for (const query of ['status ^', 'status > 1 ^', '|> SELECT id AS ^', '|> LIMIT 5 ^', "status > 1 ' ^"])
      assert.equal((await offered(query)).expected, false, query);
  });

  it('begins with what begins as the word does', async () => {
    assert.deepEqual((await inserts('sta^')).slice(0, 2), ['status', 'starts_with(']);
    assert.equal((await offered('a = 1 AND coun^x')).replaced, 'counx');
  });
});

describe('names in a query', () => {
  const named = (query: string) => nameSpans(query).map(({ from, to }) => query.slice(from, to));

  it('are what the grammar reads as one, as far as it gets', () => {
    assert.deepEqual(named("top > 1 AND first(fill) = 'of' |> SELECT rows, on AS percent"), [
      ...['top', 'fill', 'rows', 'on', 'percent'],
    ]);
    assert.deepEqual(named("|> LEFT JOIN 'a.csv' AS fill USING (top) |> TOP 5 OF join"), [
      'fill',
      'top',
      'join',
    ]);
    assert.deepEqual(named('|> ORDER BY sample DESC |> DROP "top", last, |> LIMIT'), ['sample', 'last']);
    assert.deepEqual(named('|> EXTEND 1 +'), []);
  });

  it('are read up to what is being typed', () => {
    for (const open of ["'of", '"of', '/* of', '5x', '#'])
      assert.deepEqual(named(`top > 1 AND fill = ${open}`), ['top', 'fill'], open);
  });
});

describe('keywords', () => {
  const { reserved, beginnings, others, callable } = keywords;

  it('has the words of every operator', () => {
    const words = new Set([
      ...reserved,
      ...others,
      ...callable,
      ...beginnings.flatMap((words) => words.split(' ')),
    ]);
    for (const { word, form } of pipeOperators) {
      assert.ok(beginnings.includes(word.toLowerCase()), word);
      const written = form.match(/\b[A-Z]{2,}\b/g) ?? [];
      assert.deepEqual(
        written.filter((one) => !words.has(one.toLowerCase())),
        [],
        form,
      );
    }
  });

  it('has the words that a query of every operator is written with', () => {
    for (const word of 'on using left inner semi anti join fill tablesample percent rows repeatable top of describe with offset'.split(
      ' ',
    ))
      assert.ok(
        [...reserved, ...others, ...callable, ...beginnings].some((known) => known.split(' ').includes(word)),
        word,
      );
  });

  it('goes on with the words of an operator that has several', async () => {
    for (const first of ['LEFT', 'semi', 'Anti']) {
      assert.deepEqual(await inserts(`|> ${first} ^`), ['JOIN']);
      assert.deepEqual(await inserts(`|> ${first} jo^`), ['JOIN']);
    }
    assert.deepEqual(await inserts('|> ORDER ^'), ['BY']);
    // Columns are named without what the file is called.
    assert.deepEqual(await columnsAt('|> AS o |> DROP o.^'), []);
  });
});
