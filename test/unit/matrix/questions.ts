import { tableFromIPC } from 'apache-arrow';
import { parquetReadObjects } from 'hyparquet';
import type { ExportFormat } from '../../../src/protocol/engine.ts';
import { parseJson } from '../../../src/protocol/jsonValue.ts';
import { cellsOfWorkbook } from '../../support/workbook.ts';
import type { Engine } from './engine.ts';
import { jsonOf, logCells, textOf, type Layout } from './layouts.ts';
import {
  cellText,
  columnName,
  firstTime,
  takesBroken,
  valueOf,
  type Column,
  type Row,
  type Rows,
  type Item,
} from './records.ts';

/** One question to a file, and its answer by plain JavaScript on the objects that the file was made of. */
export interface Question {
  readonly name: string;
  /** Of the preview: not asked of what a preview does not open. */
  readonly preview: boolean;
  /** Undefined: it cannot be asked of this file. */
  readonly ask: (engine: Engine, rows: Rows) => Promise<unknown>;
  readonly answer: (rows: Rows) => unknown;
}

/** One entry a question. Each is asked after all those before it, and again with the index that they have left. */
export const questions: readonly Question[] = [
  // Two after the other on a column that rises: what the first learns of the blocks decides what the second reads.
  counted(`part = 'p1'`, (row) => row.text('part') === 'p1'),
  counted(`part = 'p3'`, (row) => row.text('part') === 'p3'),
  counted(`part >= 'p4' AND part < 'p5'`, (row) => row.text('part') === 'p4'),
  counted(`o = 'DE'`, (row) => row.text('o') === 'DE'),
  counted(
    `o IN ('US', 'JP') AND NOT u = 'NaN'`,
    (row) => hasOne(row.text('o'), ['US', 'JP']) && row.text('u') !== null && row.text('u') !== 'NaN',
  ),
  counted(`key = 'k${(150 * 7919) % 1_000_003}'`, (row) => row.id === 150),
  counted(`e = ''`, (row) => row.text('e') === ''),
  counted(`u = 'Zürich' OR u = '🎉 party'`, (row) => hasOne(row.text('u'), ['Zürich', '🎉 party'])),
  counted(`n = 'say "hi", ok' OR n = 'line\nbreak'`, (row) =>
    hasOne(row.text('n'), ['say "hi", ok', 'line\nbreak']),
  ),
  counted(`l > '-' AND length(l) > 250`, (row) => (row.text('l') ?? '').length > 250),
  counted(`w > 100.5`, (row) => isBetween(row.number('w'), 100.6, Infinity)),
  counted(`w BETWEEN -33.3 AND 5`, (row) => isBetween(row.number('w'), -33.3, 5)),
  counted(`id <= 40`, (row) => row.id <= 40),
  counted(`id > 8990`, (row) => row.id > 8990),
  counted(
    `user.a = 'user 1' AND user.b >= 7`,
    (row) => row.text('user.a') === 'user 1' && (row.number('user.b') ?? 0) >= 7,
  ),
  counted(`ok = TRUE`, (row) => row.isTrue('ok')),
  counted(`key LIKE 'k7%9'`, (row) => /^k7.*9$/.test(row.text('key') ?? '')),
  counted(`n LIKE '%"hi"%'`, (row) => (row.text('n') ?? '').includes('"hi"')),
  counted(`l ILIKE '%needle%'`, (row) => /needle/i.test(row.text('l') ?? '')),
  counted(`u ~ '^[Zs].*[he]$'`, (row) => /^[Zs].*[he]$/.test(row.text('u') ?? '')),
  counted(`key ~ '[05]{2}$'`, (row) => /[05]{2}$/.test(row.text('key') ?? '')),
  counted(`w IS NULL`, (row) => row.number('w') === null),
  counted(`n IS NOT NULL AND tags IS NULL`, (row) => row.text('n') !== null && isNull(row.value('tags'))),

  selected('same', `o = 'FR'`, (row) => row.text('o') === 'FR'),
  {
    name: 'split into a file a country, in parts',
    preview: false,
    ask: async (engine) => {
      const query = `id <= 2500 |> SELECT id AS id, o AS o`;
      const files = await engine.exportSplit(query, '{o}-{part}.jsonl', { records: 100 });
      return [...files].map(([name, text]) => [name, idsIn(text)]);
    },
    answer: ({ all }) => {
      const files = new Map<string, number[]>();
      for (const country of new Set(all.map((row) => row.text('o')))) {
        const ids = all.filter((row) => row.id <= 2500 && row.text('o') === country).map(({ id }) => id);
        const name = country === null ? '__HIVE_DEFAULT_PARTITION__' : country === '' ? '__EMPTY__' : country;
        for (let part = 0; part * 100 < ids.length; part++)
          files.set(
            `${name}-${String(part + 1).padStart(4, '0')}.jsonl`,
            ids.slice(part * 100, (part + 1) * 100),
          );
      }
      return [...files].sort(([a], [b]) => (a < b ? -1 : 1));
    },
  },
  // Of JSON, a table is made: then the two are not written alike.
  ...[
    {
      name: 'compared with a copy in its own format',
      to: { json: 'jsonl', csv: 'csv', log: 'csv', parquet: 'jsonl' },
    },
    {
      name: 'compared with a copy in another format',
      to: { json: 'csv', csv: 'jsonl', log: 'jsonl', parquet: 'csv' },
    },
  ].map(({ name, to }): Question => ({
    name,
    preview: false,
    ask: async (engine, { kind }) => {
      const query = `id > 5 AND o <> 'JP' |> SET o = 'FR'`;
      // A table needs its columns first, for which the source would have to be read twice.
      const isOnce = ['stdin', 'http, once'].includes(engine.layout.via);
      const target = to[kind] === 'csv' && !(isOnce && kind === 'json') ? 'csv' : 'jsonl';
      const { added, removed, changed, same, duplicates } = await engine.compared(query, target);
      return { added, removed, changed, same, duplicates };
    },
    answer: (rows) => {
      const copied = rows.where((row) => row.id > 5 && row.text('o') !== 'JP' && row.text('o') !== null);
      const same = copied.filter((row) => row.text('o') === 'FR').length;
      const [removed, changed] = [rows.all.length - copied.length, copied.length - same];
      return { added: 0, removed, changed, same, duplicates: 0 };
    },
  })),
  // The other file is of either kind; it has keys twice, keys that nobody has, and none for some.
  ...(['inner', 'left'] as const).flatMap((type) =>
    (['jsonl', 'csv'] as const).map((form): Question => {
      const words = type === 'left' ? 'LEFT JOIN' : 'JOIN';
      const where = type === 'left' ? 'id % 97 = 3 OR id <= 9' : 'w > 700';
      return {
        name: `${words} with ${form === 'csv' ? 'a table' : 'JSON Lines'} by a text`,
        preview: false,
        ask: async (engine) => {
          const ask = (path: string): string =>
            `${where} |> ${words} '${path}' AS c ON o = c.code AND c.rank < 3 |> SELECT id AS id, c.name AS n`;
          const found = await engine.joined({ name: `c.${form}`, bytes: countriesAs(form) }, ask);
          return found.map((row) => pairOf(row));
        },
        answer: (rows) => {
          const asked = rows.where((row) =>
            type === 'left' ? row.id % 97 === 3 || row.id <= 9 : (row.number('w') ?? 0) > 700,
          );
          return asked.flatMap((row) => {
            const names = countries.flatMap(({ code, name, rank }) =>
              code !== null && code === row.text('o') && rank < 3 ? [name] : [],
            );
            return (names.length === 0 && type === 'left' ? [null] : names).map((name) => [row.id, name]);
          });
        },
      };
    }),
  ),
  // What a table holds is a number where it reads as one, in the key and in what follows.
  ...(['jsonl', 'csv'] as const).map((form): Question => ({
    name: `JOIN with ${form === 'csv' ? 'a table' : 'JSON Lines'} by a number, in the order of another`,
    preview: false,
    ask: async (engine) => {
      const halves = Array.from({ length: 400 }, (_, at) => [`${(400 - at) * 3}.0`, String(at / 2)]);
      const lines =
        form === 'csv'
          ? ['of.id,half\n', ...halves.map(([id, half]) => `${id},${half}\n`)]
          : halves.map(([id, half]) => `{"of":{"id":${id}},"half":${half}}\n`);
      const query = (path: string): string =>
        `|> JOIN '${path}' AS h ON h.of.id = id |> ORDER BY h.half DESC |> SELECT id AS id, h.half AS n`;
      const file = { name: `halves.${form}`, bytes: Buffer.from(lines.join('')) };
      return (await engine.joined(file, query)).map((row) => pairOf(row).map(Number));
    },
    answer: ({ all }) =>
      all
        .flatMap(({ id }) => (id % 3 === 0 && id <= 1200 ? [[id, (400 - id / 3) / 2]] : []))
        .sort(([, x], [, y]) => y - x),
  })),
  {
    name: 'counted on when it has grown',
    preview: false,
    ask: (engine) => engine.countedOn(`o = 'FR' AND w > -500`),
    answer: ({ all }) =>
      all.filter((row) => row.text('o') === 'FR' && (row.number('w') ?? -1000) > -500).length,
  },
  {
    name: 'followed while it grows',
    preview: false,
    ask: async (engine) => {
      const ids = idsIn(await engine.followed(`o = 'FR' OR w > 0 |> SELECT id AS id`));
      // What comes to several files at the same time may come in any order.
      return (engine.layout.grows ?? engine.layout.follows) ? ids.sort((a, b) => a - b) : ids;
    },
    answer: ({ all }) =>
      all.filter((row) => row.text('o') === 'FR' || (row.number('w') ?? 0) > 0).map(({ id }) => id),
  },
  {
    name: 'several outputs of one pass',
    preview: false,
    ask: async (engine) => {
      const ids = '|> SELECT id AS id';
      const all = await engine.exportAll([`o = 'FR' ${ids}`, `id <= 40 ${ids}`, `w IS NULL ${ids}`], 'jsonl');
      return all.map(idsIn);
    },
    answer: ({ all }) => {
      const ids = (passes: (row: Row) => boolean): number[] => all.filter(passes).map(({ id }) => id);
      return [
        ids((row) => row.text('o') === 'FR'),
        ids((row) => row.id <= 40),
        ids((row) => row.number('w') === null),
      ];
    },
  },
  selected(
    'jsonl',
    `w >= 900 |> SELECT id, key, u, n, w, user.a AS a, tags, e`,
    (row) => (row.number('w') ?? 0) >= 900,
  ),
  selected(
    'csv',
    `o = 'GB' AND w < -800 |> SELECT id, key, u, n, w, user.a AS a, tags, e`,
    (row) => row.text('o') === 'GB' && (row.number('w') ?? 0) < -800,
  ),
  selected(
    'tsv',
    `u = '東京' AND id % 40 = 1 |> SELECT id, key, u, n, w, user.a AS a, tags, e`,
    (row) => row.text('u') === '東京' && row.id % 40 === 1,
  ),
  selected(
    'json',
    `e = 'x' AND w > 700 |> SELECT id, key, u, n, w, user.a AS a, tags, e`,
    (row) => row.text('e') === 'x' && (row.number('w') ?? 0) > 700,
  ),

  selected(
    'md',
    `e = 'x' AND w < -600 |> SELECT id, key, u, n, w, user.a AS a, tags, e`,
    (row) => row.text('e') === 'x' && (row.number('w') ?? 0) < -600,
  ),

  selected(
    'parquet',
    `e = 'x' AND w > 600 |> SELECT id, key, u, n, w, user.a AS a, tags, e`,
    (row) => row.text('e') === 'x' && (row.number('w') ?? 0) > 600,
  ),

  selected(
    'arrow',
    `e = 'x' AND w > 700 |> SELECT id, key, u, n, w, user.a AS a, tags, e`,
    (row) => row.text('e') === 'x' && (row.number('w') ?? 0) > 700,
  ),

  selected(
    'xlsx',
    `e = 'x' AND w < -500 |> SELECT id, key, u, n, w, user.a AS a, tags, e`,
    (row) => row.text('e') === 'x' && (row.number('w') ?? 0) < -500,
  ),

  table(`|> SELECT _record, id, key |> LIMIT 5 OFFSET 140`, (rows) =>
    rows.records
      .flatMap((record, index) => (!takesBroken(rows.kind) && 'broken' in record ? [] : [{ record, index }]))
      .slice(140, 145)
      .map(({ record, index }) => ({
        _record: rows.numbers[index],
        id: typed(rows, record.id),
        key: valueOf(record, 'key') ?? null,
      })),
  ),
  table(
    `|> AGGREGATE count(*) AS c, count(w) AS cw, sum(w) AS s, min(key) AS low, max(u) AS high GROUP BY o`,
    (rows) =>
      groups(rows.all, 'o').map(([o, members]) => ({
        o,
        c: members.length,
        cw: numbersOf(members).length,
        s: sumOfTenths(numbersOf(members)),
        low: least(members, 'key'),
        high: greatest(members, 'u'),
      })),
  ),
  table(
    `w > 0 |> AGGREGATE count(*) AS c, count(DISTINCT key) AS d, max(n) AS n GROUP BY part, user.a AS a`,
    (rows) =>
      groups(
        rows.where((row) => (row.number('w') ?? 0) > 0),
        'part',
        'user.a',
      ).map(([part, members]) => ({
        part,
        a: members[0].value('user.a') ?? null,
        c: members.length,
        d: new Set(members.map((row) => row.text('key'))).size,
        n: greatest(members, 'n'),
      })),
  ),
  table(
    `w > -900 |> AGGREGATE first(n) AS f, last(n) AS l, arg_max(key, w) AS hi, arg_min(key, w) AS lo, last(key ORDER BY u) AS lu, bool_and(w > -890) AS a, quantile_disc(key, 0.9) AS q GROUP BY o`,
    (rows) =>
      groups(
        rows.where((row) => (row.number('w') ?? -900) > -900),
        'o',
      ).map(([o, members]) => {
        const byW = members.filter((row) => row.text('key') !== null);
        const bestBy = (sign: 1 | -1): string | null =>
          byW
            .reduce((best, row) =>
              sign * ((row.number('w') ?? 0) - (best.number('w') ?? 0)) > 0 ? row : best,
            )
            .text('key');
        const keys = sorted(byW, (a, b) => compareTexts(a.text('key'), b.text('key'), 1));
        return {
          o,
          f: members[0].value('n') ?? null,
          l: members[members.length - 1].value('n') ?? null,
          hi: bestBy(1),
          lo: bestBy(-1),
          lu: sorted(members, (a, b) => -compareTexts(a.text('u'), b.text('u'), 1))[0].text('key'),
          a: members.every((row) => (row.number('w') ?? 0) > -890),
          q: keys[Math.ceil((keys.length * 9) / 10) - 1].text('key'),
        };
      }),
  ),
  table(
    `SELECT id, key FROM data WHERE id <= 2000 QUALIFY row_number() OVER (PARTITION BY o ORDER BY key DESC) = 1 ORDER BY id DESC`,
    (rows) =>
      groups(
        rows.where((row) => row.id <= 2000),
        'o',
      )
        .map(([, members]) => sorted(members, (a, b) => -compareTexts(a.text('key'), b.text('key'), -1))[0])
        .sort((a, b) => b.id - a.id)
        .map((row) => pick(row, ['id', 'key'])),
  ),
  table(
    `id <= 2000 |> EXTEND row_number() OVER (PARTITION BY o ORDER BY key DESC) AS r, count(*) OVER (PARTITION BY u) AS c, max(key) OVER () AS m |> WHERE r <= 2 |> SELECT id, key, r, c, m`,
    (rows) => {
      const asked = rows.where((row) => row.id <= 2000);
      const ranks = new Map(
        groups(asked, 'o').flatMap(([, members]) =>
          sorted(members, (a, b) => -compareTexts(a.text('key'), b.text('key'), -1)).map(
            (row, at): [Row, number] => [row, at + 1],
          ),
        ),
      );
      const counts = new Map(groups(asked, 'u').map(([u, members]) => [u, members.length]));
      return asked
        .filter((row) => (ranks.get(row) ?? 0) <= 2)
        .map((row) => ({
          ...pick(row, ['id', 'key']),
          r: ranks.get(row),
          c: counts.get(row.text('u')),
          m: greatest(asked, 'key'),
        }));
    },
  ),
  table(`|> TOP 3 OF o |> SELECT value, count`, (rows) =>
    groups(rows.all, 'o')
      .map(([o, members]) => ({ value: o, count: members.length }))
      .sort((a, b) => b.count - a.count || compareTexts(a.value, b.value, 1))
      .slice(0, 3),
  ),
  table(
    `|> DESCRIBE w, o |> SELECT column_name, column_type, min, max, sum, approx_unique, count, nulls`,
    (rows) => {
      const [numbers, texts] = [numbersOf(rows.all), rows.all.flatMap((row) => row.text('o') ?? [])];
      const count = rows.all.length;
      return [
        {
          column_name: 'w',
          column_type: numbers.length > 0 ? 'number' : 'null',
          min: numbers.length > 0 ? numbers.reduce((a, b) => Math.min(a, b)) : null,
          max: numbers.length > 0 ? numbers.reduce((a, b) => Math.max(a, b)) : null,
          sum: sumOfTenths(numbers),
          approx_unique: new Set(numbers).size,
          count,
          nulls: count - numbers.length,
        },
        {
          column_name: 'o',
          column_type: texts.length > 0 ? 'text' : 'null',
          min: least(rows.all, 'o'),
          max: greatest(rows.all, 'o'),
          sum: null,
          approx_unique: new Set(texts).size,
          count,
          nulls: count - texts.length,
        },
      ];
    },
  ),
  // Of all columns, those included that the file's first records do not have.
  table(
    `|> DESCRIBE |> SELECT column_name, count, nulls |> WHERE column_name <> '_key' |> ORDER BY column_name`,
    (rows) => {
      const count = rows.all.length;
      // Where an object is NULL, it is a column beside its members.
      const without =
        rows.kind === 'parquet' ? rows.records.filter((record) => 'broken' in record).length : 0;
      const objects = without > 0 ? [{ column_name: 'user', count, nulls: without }] : [];
      return all
        .map((column) => ({
          column_name: columnName(rows.kind, column),
          count,
          nulls: rows.where((row) => isNull(row.value(column))).length,
          isThere: rows.kind !== 'json' || rows.all.some((row) => row.value(column) !== undefined),
        }))
        .filter(({ isThere }) => isThere)
        .map(({ column_name, nulls }) => ({ column_name, count, nulls }))
        .concat(objects)
        .sort((a, b) => compareTexts(a.column_name, b.column_name, 1));
    },
  ),
  table(`|> ORDER BY key DESC |> SELECT id, key |> LIMIT 7`, (rows) =>
    sorted(rows.all, (a, b) => -compareTexts(a.text('key'), b.text('key'), -1))
      .slice(0, 7)
      .map((row) => pick(row, ['id', 'key'])),
  ),
  table(`|> ORDER BY w, u DESC |> SELECT id, w, u |> LIMIT 300`, (rows) =>
    sorted(
      rows.all,
      (a, b) => compareNumbers(a.number('w'), b.number('w')) || -compareTexts(a.text('u'), b.text('u'), -1),
    )
      .slice(0, 300)
      .map((row) => pick(row, ['id', 'w', 'u'])),
  ),
  table(`|> SELECT u, n |> DISTINCT`, (rows) => distinct(rows.all.map((row) => pick(row, ['u', 'n'])))),
  table(`id <= 2000 |> UNNEST tags AS tag |> SELECT id, tag`, (rows) =>
    rows
      .where((row) => row.id <= 2000)
      .flatMap((row) => itemsOf(row).map((tag) => ({ id: row.value('id'), tag }))),
  ),
  table(`|> FILL w, n |> SELECT id, w, n`, (rows) => {
    const [w, n] = [filled(rows, 'w'), filled(rows, 'n')];
    return rows.all.map((row, at) => ({ id: row.value('id'), w: w[at], n: n[at] }));
  }),

  table(`id <= 2000 |> CALL './test/support/echo.mjs' |> SELECT id, key, o`, (rows) =>
    rows.where((row) => row.id <= 2000).map((row) => pick(row, ['id', 'key', 'o'])),
  ),

  asked(
    'malformed records and their places',
    async (engine) => {
      const { records, lines } = await engine.rejects();
      return { records, malformed: lines.map((line) => (JSON.parse(line) as { record: number }).record) };
    },
    (rows) => ({ records: rows.count, malformed: brokenOf(rows) }),
  ),

  asked(
    'a schema of the records takes them',
    async (engine) => {
      const { records, invalid } = await engine.check(await engine.schema());
      return { records, invalid };
    },
    (rows) => ({ records: rows.all.length, invalid: 0 }),
  ),
  asked(
    'records that a schema does not allow',
    (engine) => engine.check({ properties: { part: { not: { const: 'p1' } } } }),
    (rows) => {
      const reported = rows.where((row) => row.text('part') === 'p1').map(({ id }) => rows.numbers[id - 1]);
      return { records: rows.all.length, invalid: reported.length, reported };
    },
  ),
  asked(
    'what a schema does not allow of a record, first and in all',
    (engine) =>
      engine.checked(
        { properties: { part: { not: { const: 'p1' } }, o: { enum: ['DE', 'US', 'FR', 'GB'] } } },
        `list_contains(_violation.places, '#/properties/o/enum') OR _violation.rule = 'not' AND id % 7 = 1
         |> SELECT id, _violation.path AS path, _violation.rule AS rule, _violation.places AS places`,
      ),
    (rows) =>
      rows.all.flatMap((row) => {
        // NULL is none of the values either; what is missing is not checked.
        const isOther = row.value('o') === null || row.text('o') === 'JP';
        const broken = [
          ...(row.text('part') === 'p1' ? [{ path: '/part', rule: 'not' }] : []),
          ...(isOther ? [{ path: '/o', rule: 'enum' }] : []),
        ];
        if (!isOther && !(broken.length > 0 && row.id % 7 === 1)) return [];
        const places = broken.map(({ path, rule }) => `#/properties${path}/${rule}`);
        return [{ id: typed(rows, row.id), ...broken[0], places }];
      }),
  ),

  previewed(
    'problems',
    async (engine) => {
      await engine.view('id >= 0');
      const { items, total, complete } = await engine.call('problems', { first: 0, count: 100 });
      return { total, complete, records: items.map(({ record }) => record) };
    },
    (rows) => ({ total: brokenOf(rows).length, complete: true, records: brokenOf(rows).slice(0, 100) }),
  ),

  previewed(
    'page in the middle',
    (engine, { count }) => engine.cells(undefined, Math.floor(count / 2), shown),
    (rows) => {
      const first = Math.floor(rows.count / 2);
      return pageOf(
        rows,
        rows.records.slice(first, first + 12).map((_, i) => first + i),
      );
    },
  ),
  previewed(
    'page in the middle of what matches',
    async (engine) => {
      const view = await engine.view(`u = 'Zürich' AND w IS NOT NULL`);
      return { matched: view.matched, page: await engine.cells(view, Math.floor(view.matched / 2), shown) };
    },
    (rows) => {
      const matching = rows
        .where((row) => row.text('u') === 'Zürich' && row.number('w') !== null)
        .map(({ id }) => id - 1);
      const first = Math.floor(matching.length / 2);
      return { matched: matching.length, page: pageOf(rows, matching.slice(first, first + 12)) };
    },
  ),
  previewed(
    'page in the middle of computed rows',
    async (engine) => {
      const view = await engine.view(`o = 'JP' |> SELECT key, u || '!' AS loud`);
      return {
        matched: view.matched,
        page: await engine.cells(view, Math.floor(view.matched / 2), ['key', 'loud']),
      };
    },
    (rows) => {
      const matching = rows.where((row) => row.text('o') === 'JP');
      const part = matching.slice(Math.floor(matching.length / 2)).slice(0, 12);
      const cells = part.map((row) => [row.text('key'), `${row.text('u')}!`]);
      return { matched: matching.length, page: { records: part.map(({ id }) => id), cells } };
    },
  ),
  previewed(
    'page of groups',
    async (engine) => {
      const view = await engine.view(`|> AGGREGATE count(*) AS c GROUP BY o |> ORDER BY o`);
      return { matched: view.matched, page: await engine.cells(view, 0, ['o', 'c']) };
    },
    (rows) => {
      const found = groups(rows.all, 'o').sort(([a], [b]) => compareTexts(a, b, 1));
      const cells = found.map(([o, members]) => [o ?? '(null)', String(members.length)]);
      return { matched: found.length, page: { records: found.map(() => 0), cells } };
    },
  ),

  previewed(
    'find forward, backward and in a view',
    async (engine, { count }) => {
      const half = Math.floor(count / 2);
      const request = { view: 0, text: 'needle', matchCase: false };
      const forward = await engine.call('find', { ...request, from: half, backward: false });
      const backward = await engine.call('find', { ...request, from: half, backward: true });
      const { view } = await engine.view(`part = 'p2'`);
      const inView = await engine.call('find', { ...request, view, from: -1, backward: false });
      const { count: found } = await engine.call('findCount', { view: 0, text: 'Needle', matchCase: true });
      const cased = await engine.call('findCount', { view, text: 'needle', matchCase: true });
      const before = await engine.call('findCount', { ...request, before: half });
      return { forward, backward, inView, found, cased: cased.count, before: before.count };
    },
    (rows) => {
      const half = Math.floor(rows.count / 2);
      const needles = rows.where((row) => (row.text('l') ?? '').includes('Needle')).map(({ id }) => id - 1);
      const inView = rows
        .where((row) => row.text('part') === 'p2')
        .findIndex((row) => (row.text('l') ?? '').includes('Needle'));
      const row = (index: number | undefined) => (index === undefined || index < 0 ? null : { row: index });
      return {
        forward: row(needles.find((needle) => needle > half)),
        backward: row(needles.findLast((needle) => needle < half)),
        inView: row(inView),
        found: needles.length,
        cased: 0,
        before: needles.filter((needle) => needle < half).length,
      };
    },
  ),
  previewed(
    'go to a record, a time and a place',
    async (engine, { count }) => {
      const half = Math.floor(count / 2);
      await engine.view('id >= 0');
      const record = await engine.call('locate', { view: 0, place: { by: 'record', value: half + 1 } });
      await engine.cells(undefined, 0, shown);
      const time = new Date(firstTime + (half + 1) * 1000).toISOString();
      const { row } = await engine.call('locate', { view: 0, place: { by: 'time', text: time } });
      const detail = await engine.call('record', { view: 0, row: half });
      const offset = await engine.call('locate', { view: 0, place: { by: 'offset', value: detail.offset } });
      const line = await engine.call('locate', { view: 0, place: { by: 'line', value: detail.line } });
      const text = detail.format === 'json' ? detail.text : detail.fields.map(({ value }) => value);
      return {
        record,
        time: row,
        number: detail.record,
        offset: offset.row,
        lineIsBefore: line.row <= half,
        text: parsed(text),
      };
    },
    (rows) => {
      const half = Math.floor(rows.count / 2);
      const record = rows.records[half];
      const values = rows.all.find(({ id }) => id === record.id);
      return {
        record: { row: half, exact: true },
        time: half,
        number: half + 1,
        offset: half,
        lineIsBefore: true,
        text: hasTexts(rows) ? parsed(textOf(rows.kind, record)) : all.map((column) => values?.value(column)),
      };
    },
  ),
];

const shown: readonly Column[] = ['id', 'key', 'u', 'n', 'user.a', 'w'];
const all: readonly Column[] = [
  'id',
  'key',
  'part',
  'o',
  'w',
  'e',
  'l',
  'u',
  'n',
  'user.a',
  'user.b',
  'tags',
  'ok',
  'ts',
];
const chosen: readonly Column[] = ['id', 'key', 'u', 'n', 'w', 'user.a', 'tags', 'e'];

function asked(name: string, ask: Question['ask'], answer: Question['answer']): Question {
  return { name, preview: false, ask, answer };
}

function previewed(name: string, ask: Question['ask'], answer: Question['answer']): Question {
  return { name, preview: true, ask, answer };
}

function counted(query: string, test: (row: Row) => boolean): Question {
  return asked(
    `how many are ${query}`,
    (engine) => engine.count(query),
    (rows) => rows.where(test).length,
  );
}

/** Records, in each format. `same` are whole ones; the others have the columns of `chosen`. */
function selected(to: ExportFormat, query: string, test: (row: Row) => boolean): Question {
  return asked(
    `${query}, as ${to}`,
    async (engine, rows) => {
      if (to === 'parquet') return parquetCells(await engine.exportBytes(query, to));
      if (to === 'arrow') return arrowCells(await engine.exportBytes(query, to));
      if (to === 'xlsx') return workbookRows(Buffer.from(await engine.exportBytes(query, to)));
      const text = await engine.export(query, to);
      if (to === 'csv') return parseDelimited(text, ',');
      if (to === 'tsv') return parseDelimited(text, '\t');
      if (to === 'md') return markdownCells(text);
      if (to === 'json') return JSON.parse(text) as unknown;
      if (to === 'same' && hasTexts(rows))
        return inOrder(withoutNames(wholeRecords(text, engine.layout.records), engine.layout), engine.layout);
      if (to === 'jsonl') return linesOf(text);
      if (rows.kind === 'log') return logCells(text);
      // Rows that are not computed are written as they stand.
      return parseDelimited(text.replace(/^\ufeff/, ''), engine.layout.delimiter, '\\N');
    },
    (rows) => {
      const found = rows.where(test);
      if (to === 'parquet' || to === 'arrow' || to === 'xlsx')
        return found.map((row) => chosen.map((column) => cellOf(row.value(column)) ?? ''));
      if (to === 'md') {
        const shown = found.map((row) => chosen.map((column) => cellOf(row.value(column)) ?? ''));
        return shown.map((cells) => cells.map((cell) => cell.trim()));
      }
      if (to === 'csv' || to === 'tsv') {
        const names = chosen.map((column) => (column === 'user.a' ? 'a' : column));
        return [names, ...found.map((row) => chosen.map((column) => cellOf(row.value(column))))];
      }
      if (to !== 'same') return found.map((row) => pick(row, chosen, { 'user.a': 'a' }));
      if (hasTexts(rows)) return found.map(({ id }) => parsed(textOf(rows.kind, rows.records[id - 1])));
      const cells = found.map((row) => all.map((column) => cellOf(row.value(column))));
      return rows.kind === 'csv' ? [all, ...cells] : cells;
    },
  );
}

/** The rows of a Parquet file, values as cells have them. */
async function parquetCells(bytes: Uint8Array<ArrayBuffer>): Promise<string[][]> {
  const rows = await parquetReadObjects({ file: bytes.buffer });
  return rows.map((row) => Object.values(row).map(typedCell));
}

function arrowCells(bytes: Uint8Array): string[][] {
  const table = tableFromIPC(bytes);
  return Array.from({ length: table.numRows }, (_, row) =>
    table.schema.names.map((_name, column) => typedCell(table.getChildAt(column)?.get(row))),
  );
}

function typedCell(value: unknown): string {
  if (value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value, bigintAsNumber);
}

function bigintAsNumber(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? Number(value) : value;
}

/** Without what the records are called, where that is what it should be. */
function withoutNames(records: unknown, { nameOf }: Layout): unknown {
  if (nameOf === undefined || !Array.isArray(records)) return records;
  return records.map((record: Item & { readonly _key: string }) => {
    const { _key, ...others } = record;
    return Object.keys(record)[0] === '_key' && _key === nameOf(record.id) ? others : record;
  });
}

/** With the column of the folders back in its place. */
function inOrder(records: unknown, { folderColumn }: Layout): unknown {
  if (folderColumn === undefined || !Array.isArray(records)) return records;
  return records.map((record) => {
    const members = Object.entries(record as Record<string, unknown>);
    const at = all.findIndex((column) => column === folderColumn);
    return Object.fromEntries([...members.slice(0, at), ...members.slice(-1), ...members.slice(at, -1)]);
  });
}

/** The rows of a workbook below the names, values as cells have them. */
function workbookRows(bytes: Buffer): string[][] {
  const rows: string[][] = [];
  for (const [place, cell] of Object.entries(cellsOfWorkbook(bytes))) {
    const [letter, row] = [place.charCodeAt(0) - 65, Number(place.slice(1)) - 2];
    if (row < 0) continue;
    rows[row] ??= chosen.map(() => '');
    rows[row][letter] = typeof cell === 'object' ? cell.number : String(cell);
  }
  return rows;
}

/** The rows of a table in Markdown, without what is above them. */
function markdownCells(text: string): string[][] {
  return text
    .split('\n')
    .slice(2, -1)
    .map((line) =>
      line
        .slice(2, -2)
        .split(' | ')
        .map((cell) => {
          const plain = cell
            .replaceAll('<br>', '\n')
            .replaceAll(/[\u2400-\u241f]/g, (picture) => String.fromCharCode(picture.charCodeAt(0) - 0x2400))
            .replaceAll(/\\(.)/g, '$1')
            .trim();
          return plain.startsWith('[') ? JSON.stringify(JSON.parse(plain)) : plain;
        }),
    );
}

/** Rows that a query computes, as JSON Lines. */
function table(query: string, answer: (rows: Rows) => unknown): Question {
  return asked(query, async (engine) => linesOf(await engine.export(query, 'jsonl')), answer);
}

function wholeRecords(text: string, as: Layout['records']): unknown {
  if (as === 'lines') return linesOf(text);
  return parseJson(as === 'array' ? text : `[${text.replaceAll(/\}\s*\n\{/g, '},{')}]`);
}

function linesOf(text: string): unknown[] {
  return text
    .replace(/^\ufeff/, '')
    .split(/\r?\n/)
    .filter((line) => line !== '')
    .map((line): unknown => parseJson(line));
}

function parsed(text: unknown): unknown {
  if (typeof text !== 'string') return text;
  try {
    return parseJson(text);
  } catch {
    return text;
  }
}

/** Rows of texts; null for a field that is empty, or another text for no value, and not quoted. */
function parseDelimited(text: string, delimiter: string, nothing = ''): (string | null)[][] {
  const rows: (string | null)[][] = [];
  const fields = new RegExp(`("(?:[^"]|"")*"|[^"\\r\\n${delimiter}]*)(${delimiter}|\\r?\\n|$)`, 'y');
  let row: (string | null)[] = [];
  while (fields.lastIndex < text.length) {
    const at = fields.lastIndex;
    const found = fields.exec(text);
    if (!found) throw new Error(`no field at ${at}: ${text.slice(at, at + 80)}`);
    const [, field, end] = found;
    const cell = field.startsWith('"') ? field.slice(1, -1).replaceAll('""', '"') : field;
    // A list is its JSON text, with the blanks that it has in the file.
    row.push(
      field === '' || field === nothing
        ? null
        : cell.startsWith('[')
          ? JSON.stringify(JSON.parse(cell))
          : cell,
    );
    if (end === delimiter) continue;
    rows.push(row);
    row = [];
  }
  return rows;
}

const countries: readonly { readonly code: string | null; readonly name: string; readonly rank: number }[] = [
  { code: 'JP', name: 'say "hi", 日本', rank: 3 },
  { code: 'DE', name: 'Germany', rank: 1 },
  { code: null, name: 'nowhere', rank: 1 },
  { code: 'FR', name: 'France', rank: 2 },
  { code: 'DE', name: 'Deutschland', rank: 2 },
  { code: 'IT', name: 'Italy', rank: 1 },
  { code: 'DE', name: 'Allemagne', rank: 3 },
];

function countriesAs(form: 'jsonl' | 'csv'): Buffer {
  const csv = countries.map(
    ({ code, name, rank }) => `${code ?? ''},"${name.replaceAll('"', '""')}",${rank}\n`,
  );
  const jsonl = countries.map((country) => `${JSON.stringify(country)}\n`);
  return Buffer.from(form === 'csv' ? `code,name,rank\n${csv.join('')}` : jsonl.join(''));
}

function pairOf(row: unknown): unknown[] {
  const { id, n } = row as { readonly id: unknown; readonly n: unknown };
  return [Number(id), n];
}

/** What a cell of a delimited text holds of a value. */
function cellOf(value: unknown): string | null {
  return value === null || value === undefined ? null : cellText(value);
}

function typed(rows: Rows, value: number): unknown {
  return hasTexts(rows) ? value : String(value);
}

/** Whether its records are JSON, or shown as such. */
function hasTexts({ kind }: Rows): boolean {
  return kind === 'json' || kind === 'parquet';
}

function isNull(value: unknown): boolean {
  return value === null || value === undefined;
}

function isNumber(value: number | null): value is number {
  return value !== null;
}

function isBetween(value: number | null, low: number, high: number): boolean {
  return value !== null && value >= low && value <= high;
}

function hasOne(text: string | null, of: readonly string[]): boolean {
  return text !== null && of.includes(text);
}

function pick(
  row: Row,
  of: readonly Column[],
  names: Partial<Record<Column, string>> = {},
): Record<string, unknown> {
  return Object.fromEntries(of.map((column) => [names[column] ?? column, row.value(column) ?? null]));
}

function groups(rows: readonly Row[], ...keys: readonly Column[]): [string | null, Row[]][] {
  const found = new Map<string, [string | null, Row[]]>();
  for (const row of rows) {
    const key = JSON.stringify(keys.map((column) => row.text(column)));
    const group = found.get(key) ?? [row.text(keys[0]), []];
    group[1].push(row);
    found.set(key, group);
  }
  return [...found.values()];
}

function numbersOf(rows: readonly Row[]): number[] {
  return rows.map((row) => row.number('w')).filter(isNumber);
}

/** Of numbers with one digit after the point, exactly; null of none. */
function sumOfTenths(numbers: readonly number[]): number | null {
  return numbers.length === 0 ? null : numbers.reduce((sum, number) => sum + Math.round(number * 10), 0) / 10;
}

function least(rows: readonly Row[], column: Column): string | null {
  return rows
    .map((row) => row.text(column))
    .filter((text) => text !== null)
    .reduce<string | null>(
      (low, text) => (low === null || compareTexts(text, low, 1) < 0 ? text : low),
      null,
    );
}

function greatest(rows: readonly Row[], column: Column): string | null {
  return rows
    .map((row) => row.text(column))
    .filter((text) => text !== null)
    .reduce<string | null>(
      (high, text) => (high === null || compareTexts(text, high, 1) > 0 ? text : high),
      null,
    );
}

function sorted(rows: readonly Row[], compare: (a: Row, b: Row) => number): Row[] {
  return rows.toSorted(compare);
}

/** In the order of code points; null is past all texts by `nulls`. */
function compareTexts(a: string | null, b: string | null, nulls: number): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? nulls : -nulls;
  const length = Math.min(a.length, b.length);
  let at = 0;
  while (at < length && a.charCodeAt(at) === b.charCodeAt(at)) at++;
  return at < length ? rank(a.charCodeAt(at)) - rank(b.charCodeAt(at)) : a.length - b.length;
}

/** Halves of pairs are above all other units: what they stand for is above U+FFFF. */
function rank(unit: number): number {
  return unit >= 0xd800 && unit < 0xe000 ? unit + 0x2800 : unit;
}

function compareNumbers(a: number | null, b: number | null): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
  return a - b;
}

function distinct(rows: readonly Record<string, unknown>[]): unknown[] {
  return [...new Map(rows.map((row) => [JSON.stringify(row), row])).values()];
}

/** What FILL makes of a column. */
function filled({ all }: Rows, column: Column): readonly unknown[] {
  let last: unknown = null;
  return all.map((row) => {
    const value = row.value(column);
    if (!isNull(value)) last = value;
    return last;
  });
}

/** What UNNEST makes of a row's tags: a text is its only item. */
function itemsOf(row: Row): readonly unknown[] {
  const value = row.value('tags');
  return isNull(value) ? [] : Array.isArray(value) ? (value as unknown[]) : [value];
}

function brokenOf({ kind, records, numbers }: Rows): number[] {
  if (kind === 'parquet') return [];
  return records.flatMap((record, index) => ('broken' in record ? [numbers[index]] : []));
}

/** The cells of a page of whole records, as `cellsOf` has them. */
function pageOf(rows: Rows, indices: readonly number[]): unknown {
  const byId = new Map(rows.all.map((row) => [row.id, row]));
  const cells = indices.map((index) => {
    const record = rows.records[index];
    const row = byId.get(record.id);
    if (!row)
      return [
        rows.kind === 'json' ? jsonOf(record) : String(record.id),
        ...shown.slice(1).map(() => '(missing)'),
      ];
    return shown.map((column) => {
      const value = row.value(column);
      return value === undefined ? '(missing)' : value === null ? '(null)' : cellText(value);
    });
  });
  return { records: indices.map((index) => index + 1), cells };
}

function idsIn(lines: string): number[] {
  return lines
    .split('\n')
    .slice(0, -1)
    .map((line) => Number((JSON.parse(line) as { readonly id: unknown }).id));
}
