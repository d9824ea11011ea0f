import assert from 'node:assert/strict';
import {
  otherLists,
  otherListsWords,
  otherTablesWords,
  otherTableWords,
} from '../../../src/webview/model/tableWords.ts';

describe('webview/model/tableWords', () => {
  it('says where other tables are, and how many records they have once that is known', () => {
    assert.equal(otherTablesWords([]), '');
    assert.equal(otherTablesWords([{ number: 2, line: 1200 }]), 'another table from line 1,200, not shown');
    const counted = { number: 2, line: 12, records: 3400 };
    assert.equal(otherTablesWords([counted]), 'another table from line 12 (3,400 records), not shown');
    assert.equal(
      otherTablesWords([counted, { number: 3, line: 5000, records: 1 }]),
      '2 other tables (3,401 records), not shown',
    );
    assert.equal(otherTablesWords([counted, { number: 3, line: 5000 }]), '2 other tables, not shown');
    assert.equal(otherTableWords(counted), 'Table 2, from line 12, with 3,400 records, is not shown.');
    assert.equal(otherTableWords({ number: 2, line: 12 }), 'Table 2, from line 12, is not shown.');
  });

  it('names the list of a document that is not read, and counts several', () => {
    const list = { path: '$.users[*]', rows: 50, whole: true, isTable: true };
    assert.equal(otherListsWords([]), '');
    assert.equal(otherListsWords([list]), 'another list, $.users[*] (50 records), not shown');
    assert.equal(
      otherListsWords([{ ...list, rows: 1, whole: false }]),
      'another list, $.users[*] (at least 1 record), not shown',
    );
    assert.equal(otherListsWords([list, list]), '2 other lists, not shown');
  });

  it('counts the lists of objects that are neither the rows nor in them', () => {
    const list = (path: string, isTable = true) => ({ path, rows: 5, whole: true, isTable });
    const candidates = [
      list('$.a[*]'),
      list('$.b[*]'),
      list('$.c.d[*]'),
      list('$.e[*]', false),
      list('$', false),
    ];
    const others = (path: string) => otherLists({ rows: { path, candidates } }).map(({ path: of }) => of);
    assert.deepEqual(others('$.a[*]'), ['$.b[*]', '$.c.d[*]']);
    assert.deepEqual(others('$.c.*'), ['$.a[*]', '$.b[*]']);
    assert.deepEqual(others('$'), []);
    assert.deepEqual(otherLists({ rows: undefined }), []);
  });
});
