import assert from 'node:assert/strict';
import { checkQuery, parseQuery, searchFor } from '../../../../src/engine/query/index.ts';

const columns = [
  { name: 'http.status', path: 'http.status', type: 'number' },
  { name: 'level', path: 'level', type: 'text' },
  { name: 'odd name', path: '"odd name"', type: 'text' },
];

describe('query/panel/search', () => {
  it('looks for words and texts in every column that may hold them', () => {
    const all = [...columns, { name: 'tags', type: 'list' }, { name: 'open', type: 'boolean' }];
    const seen = [...all, { name: 'later', type: 'unknown' }];
    const inTexts = ['level', '"odd name"', 'tags', 'later'];
    const written = (paths: readonly string[], text: string) =>
      paths.map((path) => `${path} ILIKE '%${text}%'`).join(' OR ');
    assert.equal(searchFor('slow', seen)?.query, written(inTexts, 'slow'));
    assert.deepEqual(searchFor("'slow'", seen)?.text, 'slow');
    assert.equal(searchFor('404', seen)?.query, written(['http.status', ...inTexts], '404'));
    assert.equal(
      searchFor('true', seen)?.query,
      written(['level', '"odd name"', 'tags', 'open', 'later'], 'true'),
    );
  });

  it('is not offered where it could not look everywhere, or where a condition was meant', () => {
    const many = Array.from({ length: 301 }, (_, at) => ({ name: `t${at}`, type: 'text' }));
    assert.equal(searchFor('slow', many), undefined);
    assert.equal(searchFor('level IS NOT NUL', columns), undefined);
    assert.equal(searchFor('severity IS NUL', columns), undefined);
  });

  it('takes words for a search in all text columns', () => {
    assert.deepEqual(searchFor(' connection timeout ', columns), {
      kind: 'search',
      text: 'connection timeout',
      query: `level ILIKE '%connection timeout%' OR "odd name" ILIKE '%connection timeout%'`,
    });
    const written = searchFor('time_out', columns)?.query ?? '';
    assert.equal(written.split(' OR ')[0], String.raw`level ILIKE '%time\_out%' ESCAPE '\'`);
    assert.ok(parseQuery(written).ok);
  });

  it('takes no condition, no column and nothing without a text column for one', () => {
    for (const text of ['level', 'LEVEL', "level = 'x'", 'a > 1', "it's", '', '|> LIMIT 3'])
      assert.equal(searchFor(text, columns), undefined, text);
    assert.equal(searchFor('timeout', columns.slice(0, 1)), undefined);
  });

  it('looks into records that are texts', () => {
    const values = [{ name: '_value', path: '_value', type: 'text' }];
    assert.equal(searchFor('connection timeout', values)?.query, "_value ILIKE '%connection timeout%'");
  });

  function fixOf(text: string) {
    const parsed = parseQuery(text);
    assert.ok(parsed.ok, text);
    return checkQuery(parsed.query, columns, { names: 'paths' }).at(0)?.fix?.query;
  }

  it('offers single quotes for a text in double quotes', () => {
    assert.equal(fixOf('level = "error"'), "level = 'error'");
    assert.equal(fixOf(`level IN ("it's", 'b')`), "level IN ('it''s', 'b')");
    assert.equal(fixOf(`"odd name" = 'x'`), undefined);
  });

  it('offers the nested column that ends in the name, and the nearest one', () => {
    assert.equal(fixOf('status >= 500 |> LIMIT 3'), 'http.status >= 500 |> LIMIT 3');
    assert.equal(fixOf("levle = 'x'"), "level = 'x'");
    assert.equal(fixOf('nothing_like_it = 1'), undefined);
    assert.equal(fixOf("LEVEL = 'x'"), "level = 'x'");
  });

  it('offers single quotes for a bare text that is compared', () => {
    assert.equal(fixOf('level = production'), "level = 'production'");
    assert.equal(fixOf('level IN (production)'), "level IN ('production')");
    assert.equal(fixOf('level = levle'), 'level = level');
    assert.equal(fixOf('production = level'), undefined);
  });
});
