import assert from 'node:assert/strict';
import { otherTablesWords, otherTableWords } from '../../../src/webview/model/tableWords.ts';

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
});
